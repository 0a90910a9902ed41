"""The registries of the three clouds behind one protocol; which one, the shape of the registry's id says.

=======================================================================  ============
``arn:<partition>:sagemaker:<region>:<account>:model-package-group/…``     SageMaker
``/subscriptions/…/Microsoft.MachineLearningServices/registries/…``        Azure ML registry
``/subscriptions/…/Microsoft.MachineLearningServices/workspaces/…``        Azure ML workspace
``projects/…/locations/…`` (whatever follows)                              Vertex AI
=======================================================================  ============
"""

import re
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from runtime.errors import InputError

APPROVED, PENDING = "approved", "pending"
STATES = (PENDING, APPROVED)


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A model that is to be registered."""

    name: str
    uri: str
    """Folder or archive of the model."""
    report: Mapping[str, Any]
    report_uri: str
    card: Mapping[str, Any]
    approval: str
    image: str
    """Container that serves it; empty where the cloud needs none."""

    def labels(self) -> dict[str, str]:
        """Short facts that a registry keeps beside a version: lower case, as labels of Google Cloud must be."""
        return {
            "approval": self.approval,
            "task": str(self.card["task"]),
            "sha256": str(self.card["sha256"])[:16],
        }


class Registry(Protocol):
    """Where versions of models are kept."""

    def register(self, candidate: Candidate) -> str:
        """Add a version and return its id."""

    def newest_approved(self, name: str) -> AbstractContextManager[tuple[str, str]]:
        """Id of the newest approved version of a model, and where its files are while the context lasts.

        Raises:
            Refused: where no version is approved.
        """


@dataclass(frozen=True)
class AzurePlace:
    """Parts of the id of an Azure ML workspace or registry."""

    subscription: str
    group: str
    kind: str
    name: str


_SAGEMAKER = re.compile(r"arn:aws[a-z-]*:sagemaker:[a-z0-9-]+:\d{12}:model-package-group/[\w-]+")
_AZURE = re.compile(
    r"/subscriptions/([^/]+)/resourceGroups/([^/]+)/providers/Microsoft\.MachineLearningServices/"
    r"(registries|workspaces)/([^/]+)(?:/.*)?",
    re.IGNORECASE,
)
_VERTEX = re.compile(r"projects/([^/]+)/locations/([^/]+)(?:/.*)?")


def registry(registry_id: str) -> Registry:
    """The registry of that id.

    Raises:
        InputError: where the id has none of the known shapes.
    """
    if _SAGEMAKER.fullmatch(registry_id):
        from runtime.registry_aws import SageMakerRegistry  # noqa: PLC0415

        return SageMakerRegistry(registry_id)
    azure = _AZURE.fullmatch(registry_id)
    if azure:
        from runtime.registry_azure import AzureRegistry  # noqa: PLC0415

        return AzureRegistry(AzurePlace(azure[1], azure[2], azure[3].lower(), azure[4]))
    vertex = _VERTEX.fullmatch(registry_id)
    if vertex:
        from runtime.registry_gcp import VertexRegistry  # noqa: PLC0415

        return VertexRegistry(vertex[1], vertex[2])
    raise InputError(
        f"registry '{registry_id}': expected the ARN of a SageMaker model package group, the ARM id of an Azure ML "
        "registry or workspace, or projects/<project>/locations/<region>"
    )
