"""Endpoint: the slot of a real-time model: identity, network, autoscaling bounds, capture; optionally a model in it.

Not here: building models, and releases with canary and rollback beyond the safe defaults of one attached model.
"""

from dataclasses import dataclass
from typing import NotRequired, TypedDict

from pulumi import Output
from pydantic import Field, model_validator

from components.core.profile import Posture
from components.core.refs import (
    FoundationRef,
    IdentityRef,
    KeysRef,
    NetworkRef,
    RegistryRef,
    StorageRef,
    TrainingRef,
)
from components.core.scope import ScopeSpec
from components.core.spec import Spec
from components.core.vocabulary import ComputeSize


class ModelVersion(Spec):
    """A registered, approved model version."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")
    """Required. Name of the model in the registry."""
    version: str = Field(pattern=r"^[0-9]{1,9}$")
    """Required. Its version: a number on all three clouds."""


class EndpointSpec(Spec):
    """Options of the endpoint."""

    size: ComputeSize = ComputeSize.SMALL
    """Optional. Size of an instance."""
    min_instances: int | None = Field(None, ge=1, le=100)
    """Optional. Least number of instances; the posture's ``min_replicas`` by default, and never below it."""
    max_instances: int = Field(4, ge=1, le=100)
    """Optional. Greatest number of instances."""
    target_utilization: int = Field(60, ge=10, le=90)
    """Optional. CPU utilisation, in percent, that autoscaling aims at."""
    capture_percent: int = Field(100, ge=0, le=100)
    """Optional. Share of requests and responses that are captured for monitoring; 0 switches capture off."""
    canary_percent: int = Field(10, ge=1, le=50)
    """Optional. Share of traffic that a new model version gets first."""
    bake_minutes: int = Field(10, ge=1, le=60)
    """Optional. Minutes that the canary is watched before the rest of the traffic moves."""
    model: ModelVersion | None = None
    """Optional. The version to serve; without it the slot is empty."""

    @model_validator(mode="after")
    def _bounds(self) -> "EndpointSpec":
        if self.min_instances is not None and self.max_instances < self.min_instances:
            raise ValueError(f"max_instances ({self.max_instances}) is below min_instances ({self.min_instances})")
        return self

    def replicas(self, posture: Posture) -> tuple[int, int]:
        """Least and greatest number of instances under ``posture``."""
        least = max(self.min_instances or 0, posture.min_replicas)
        return least, max(self.max_instances, least)


class EndpointArgs(TypedDict):
    """Arguments of :class:`components.endpoint.Endpoint`."""

    scope: ScopeSpec
    spec: NotRequired[EndpointSpec]
    foundation: FoundationRef
    keys: KeysRef
    storage: StorageRef
    identity: IdentityRef
    registry: RegistryRef
    training: TrainingRef
    network: NotRequired[NetworkRef]


@dataclass(frozen=True, kw_only=True)
class EndpointOutputs:
    """See :class:`components.core.refs.EndpointRef`."""

    endpoint_id: Output[str]
    """Endpoint ARN (also before a model is in it: the name is fixed); online endpoint ARM id; Vertex AI endpoint id."""
    endpoint_name: Output[str]
    instance_type: Output[str]
    """Machine of its instances, also before a model is on them."""
    invoke_url: Output[str]
    """Where requests are sent."""
    capture_uri: Output[str]
