"""Vertex AI Model Registry. It has no state of approval, so a label holds one: ``approval=pending|approved|rejected``
(https://cloud.google.com/vertex-ai/docs/model-registry/model-labels). Who may write labels may approve: keep
``aiplatform.models.update`` from whoever trains.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from runtime.errors import InputError, Refused
from runtime.registry import APPROVED, Candidate

HEALTH, PREDICT, PORT = "/health", "/predict", 8080
"""Where the server of this package answers."""


class VertexRegistry:
    """Models of a project in a region; the model's id is its name."""

    def __init__(self, project: str, region: str, client: Any = None) -> None:
        self._parent = f"projects/{project}/locations/{region}"
        self._client = client or _client(region)

    def register(self, candidate: Candidate) -> str:
        """Upload a version of model ``name``.

        Raises:
            InputError: where the model is not in Cloud Storage, or no image is named.
        """
        if not candidate.uri.startswith("gs://"):
            raise InputError(f"--model {candidate.uri}: Vertex AI takes folders in gs:// only")
        if not candidate.image:
            raise InputError("--image (or TRIPOD_IMAGE) is required: Vertex AI registers the container with the model")
        body = {
            "display_name": candidate.name,
            "artifact_uri": candidate.uri.rstrip("/"),
            "labels": candidate.labels(),
            "container_spec": {
                "image_uri": candidate.image,
                "command": ["python", "-m", "runtime"],
                "args": ["serve"],
                "ports": [{"container_port": PORT}],
                "health_route": HEALTH,
                "predict_route": PREDICT,
            },
        }
        request: dict[str, Any] = {"parent": self._parent, "model": body}
        name = f"{self._parent}/models/{candidate.name}"
        if self._versions(name):
            request["parent_model"] = name
        else:
            request["model_id"] = candidate.name
        made = self._client.upload_model(request=request).result()
        return f"{made.model}@{made.model_version_id}"

    @contextmanager
    def newest_approved(self, name: str) -> Iterator[tuple[str, str]]:
        """Where the newest version labelled as approved lies."""
        versions = self._versions(f"{self._parent}/models/{name}")
        approved = [each for each in versions if dict(each.labels).get("approval") == APPROVED]
        if not approved:
            raise Refused(f"model '{name}' has no version with label approval={APPROVED}: approve one first")
        newest = max(approved, key=lambda each: int(each.version_id))
        yield f"{newest.name}@{newest.version_id}", newest.artifact_uri

    def _versions(self, name: str) -> list[Any]:
        from google.api_core.exceptions import NotFound  # noqa: PLC0415  in the image only

        try:
            return list(self._client.list_model_versions(request={"name": name}))
        except NotFound:
            return []


def _client(region: str) -> Any:
    from google.cloud import aiplatform_v1  # noqa: PLC0415  in the image only

    options = {"api_endpoint": f"{region}-aiplatform.googleapis.com"}
    return aiplatform_v1.ModelServiceClient(client_options=options)
