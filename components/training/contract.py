"""Training: the workspace, the compute that pipelines run on, and the pipeline that a trigger starts to retrain.

Training a model never needs an update of the stack: the stack makes what runs start on, not the runs.
"""

from dataclasses import dataclass
from typing import NotRequired, TypedDict

from pulumi import Output
from pydantic import Field

from components.core.refs import (
    FeatureStoreRef,
    FoundationRef,
    IdentityRef,
    KeysRef,
    NetworkRef,
    RegistryRef,
    StorageRef,
)
from components.core.scope import ScopeSpec
from components.core.spec import Spec
from components.core.vocabulary import ComputeSize, Frequency


class TrainingSpec(Spec):
    """Options of training."""

    size: ComputeSize = ComputeSize.MEDIUM
    """Optional. Size of a node."""
    max_nodes: int = Field(2, ge=1, le=64)
    """Optional. Greatest number of nodes."""
    spot: bool = False
    """Optional. Whether interruptible, cheaper nodes are used."""
    idle_minutes: int = Field(10, ge=5, le=240)
    """Optional. Minutes after which an idle node is released."""
    max_runtime_hours: int = Field(24, ge=1, le=120)
    """Optional. Longest run of one job (SageMaker: at most 28 days; quota default 5)."""
    image: str | None = Field(None, min_length=3)
    """Optional. Container image of the pipeline steps; ``<image repository>/tripod-runtime:<version>`` by default."""
    schedule: Frequency | None = None
    """Optional. Retrain on a schedule, besides on drift."""
    batch_schedule: Frequency | None = None
    """Optional. Score the newest curated data with the approved model on a schedule."""


class TrainingArgs(TypedDict):
    """Arguments of :class:`components.training.Training`."""

    scope: ScopeSpec
    spec: NotRequired[TrainingSpec]
    foundation: FoundationRef
    keys: KeysRef
    storage: StorageRef
    identity: IdentityRef
    registry: RegistryRef
    feature_store: NotRequired[FeatureStoreRef]
    network: NotRequired[NetworkRef]


@dataclass(frozen=True, kw_only=True)
class TrainingOutputs:
    """See :class:`components.core.refs.TrainingRef`."""

    workspace_id: Output[str]
    """Domain ARN (the stack's resource group without a network); ML workspace ARM id; metadata store id."""
    compute_id: Output[str]
    """ARN of the policy that bounds jobs; compute cluster ARM id; persistent resource id."""
    pipeline_id: Output[str]
    job_defaults: Output[str]
    """JSON: image, machine, network, key and identity that every job of the project must use."""
