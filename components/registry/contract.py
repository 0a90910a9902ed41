"""Registry: model groups, the image repository, tracking, and the approval that a release needs.

Not here: model versions. A pipeline registers them and a person approves them; neither is state of a stack.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NotRequired, TypedDict

from pulumi import Output
from pydantic import Field

from components.core.refs import FoundationRef, IdentityRef, KeysRef, NetworkRef, StorageRef
from components.core.scope import ScopeSpec
from components.core.spec import Spec


class RegistrySpec(Spec):
    """Options of the registry."""

    models: Sequence[str] = Field(("model",), min_length=1, max_length=20)
    """Optional. Models of this product: letters, digits and hyphens; the first is the one that is served."""
    image_scanning: bool = True
    """Optional. Whether images are scanned for known vulnerabilities."""
    keep_images: int = Field(30, ge=1, le=1000)
    """Optional. Tagged images that are kept; older ones are deleted."""
    tracking: bool = True
    """Optional. Whether experiment tracking is provided."""


class RegistryArgs(TypedDict):
    """Arguments of :class:`components.registry.Registry`."""

    scope: ScopeSpec
    spec: NotRequired[RegistrySpec]
    foundation: FoundationRef
    keys: KeysRef
    storage: StorageRef
    identity: IdentityRef
    network: NotRequired[NetworkRef]


@dataclass(frozen=True, kw_only=True)
class RegistryOutputs:
    """See :class:`components.core.refs.RegistryRef`."""

    registry_id: Output[str]
    image_repository_id: Output[str]
    image_repository: Output[str]
    tracking_uri: Output[str]
    """Where experiments are tracked; empty without ``tracking``."""
    approval_id: Output[str]
    """What holds a release until a person approves: EventBridge rule ARN; policy assignment id; Cloud Deploy target id.
    Empty where the posture needs no approval."""
