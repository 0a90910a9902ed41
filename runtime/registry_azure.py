"""Azure ML: models of a workspace, where candidates wait, or of a registry, where approved ones are.

Approval is a place on Azure: what is in the registry is approved, because only approvers may copy something there. So
the newest version of a place is taken, and nothing is asked of its tags.

Versions are MLflow models, which managed online endpoints serve without code
(https://learn.microsoft.com/azure/machine-learning/how-to-deploy-mlflow-models-online-endpoints). The files of the
train step lie beside, so that batch scoring loads the same model as everywhere.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from runtime import model
from runtime.errors import Refused
from runtime.registry import AzurePlace, Candidate

SERVING_PACKAGES = ("azureml-inference-server-http", "azureml-ai-monitoring")
"""What serving needs besides the model: named, because a private endpoint cannot fetch it later."""


class AzureRegistry:
    """Versions in a workspace or registry."""

    def __init__(self, place: AzurePlace, client: Any = None) -> None:
        self._place = place
        self._client = client or _client(place)

    def register(self, candidate: Candidate) -> str:
        """Create a version: one more than the greatest."""
        from azure.ai.ml.constants import AssetTypes  # noqa: PLC0415  in the image only
        from azure.ai.ml.entities import Model  # noqa: PLC0415

        with tempfile.TemporaryDirectory() as name:
            folder = Path(name) / "model"
            as_mlflow(candidate.uri, folder)
            made = self._client.models.create_or_update(
                Model(
                    name=candidate.name,
                    version=str(1 + max((number for number, _ in self._versions(candidate.name)), default=0)),
                    type=AssetTypes.MLFLOW_MODEL,
                    path=str(folder),
                    tags={**candidate.labels(), "report": candidate.report_uri},
                )
            )
        return str(made.id)

    @contextmanager
    def newest_approved(self, name: str) -> Iterator[tuple[str, str]]:
        """A copy of the newest version of ``name``."""
        versions = self._versions(name)
        if not versions:
            raise Refused(f"{self._place.kind}/{self._place.name} has no version of model '{name}': approve one first")
        _, newest = max(versions, key=lambda each: each[0])
        with tempfile.TemporaryDirectory() as folder:
            self._client.models.download(name=name, version=newest.version, download_path=folder)
            yield str(newest.id), folder

    def _versions(self, name: str) -> list[tuple[int, Any]]:
        """Numbered versions; a model that does not exist has none."""
        from azure.core.exceptions import ResourceNotFoundError  # noqa: PLC0415  in the image only

        try:
            return [(int(each.version), each) for each in self._client.models.list(name=name) if each.version.isdigit()]
        except ResourceNotFoundError:
            return []


def as_mlflow(uri: str, folder: Path) -> None:
    """Write the model at ``uri`` as an MLflow model, with its own files beside."""
    import mlflow  # noqa: PLC0415  in the image only
    import pandas  # noqa: PLC0415
    import sklearn  # noqa: PLC0415

    loaded = model.load(uri)
    signature = mlflow.models.ModelSignature(
        inputs=mlflow.types.Schema(
            [
                mlflow.types.ColSpec("double" if kind == "number" else "string", name, required=False)
                for name, kind in loaded.features.items()
            ]
        ),
        outputs=mlflow.types.Schema([mlflow.types.ColSpec("string" if loaded.card["classes"] else "double")]),
    )
    pinned = [f"scikit-learn=={sklearn.__version__}", f"mlflow=={mlflow.__version__}", f"pandas=={pandas.__version__}"]
    mlflow.sklearn.save_model(
        loaded.pipeline,
        str(folder),
        # the default of MLflow 3 needs another library in whatever serves the model
        serialization_format=mlflow.sklearn.SERIALIZATION_FORMAT_CLOUDPICKLE,
        signature=signature,
        pip_requirements=[*pinned, *SERVING_PACKAGES],
    )
    model.save(loaded, str(folder))


def _client(place: AzurePlace) -> Any:
    from azure.ai.ml import MLClient  # noqa: PLC0415  in the image only
    from azure.identity import DefaultAzureCredential  # noqa: PLC0415

    credential = DefaultAzureCredential(managed_identity_client_id=os.environ.get("DEFAULT_IDENTITY_CLIENT_ID"))
    if place.kind == "registries":
        return MLClient(credential, registry_name=place.name)
    return MLClient(credential, place.subscription, place.group, place.name)
