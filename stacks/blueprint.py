"""The blueprint: what a team writes once and every cloud gives.

Its JSON Schema is ``blueprint.schema.json`` beside this file; ``tripod schema --write`` makes it again.
"""

from typing import Any

from pydantic import Field

from components.core.profile import PostureOverrides
from components.core.spec import Spec
from components.core.vocabulary import Classification, Risk
from components.endpoint import EndpointSpec
from components.feature_store import FeatureStoreSpec
from components.identity import IdentitySpec
from components.keys import KeysSpec
from components.monitoring import MonitoringSpec
from components.network import NetworkSpec
from components.registry import RegistrySpec
from components.storage import StorageSpec
from components.training import TrainingSpec


class Blueprint(Spec):
    """One ML product, or one shared data layer, on any of the three clouds."""

    name: str = Field(pattern=r"^[a-z][a-z0-9-]{1,22}[a-z0-9]$")
    """Required. Name of the product: 3 to 24 lower-case letters, digits and hyphens."""
    short_name: str | None = Field(None, pattern=r"^[a-z][a-z0-9]{1,7}$")
    """Optional. At most 8 letters and digits, for clouds that allow only short names."""
    owner: str = Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
    """Required. E-mail address of the owning team."""
    cost_center: str = Field("unassigned", pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")
    """Optional. Who pays; becomes a tag."""
    classification: Classification = Classification.INTERNAL
    """Optional. Sensitivity of the data."""
    risk: Risk = Risk.MINIMAL
    """Optional. Risk class under the EU AI Act."""
    posture: PostureOverrides = PostureOverrides()
    """Optional. What is stricter than the stack's profile."""
    network: NetworkSpec = NetworkSpec()
    """Optional. Private network."""
    keys: KeysSpec = KeysSpec()
    """Optional. Customer keys."""
    identity: IdentitySpec = IdentitySpec()
    """Optional. Principals and keyless CI."""
    storage: StorageSpec = StorageSpec()
    """Optional. Zones of storage."""
    feature_store: FeatureStoreSpec | None = None
    """Optional. Feature store; none by default."""
    registry: RegistrySpec = RegistrySpec()
    """Optional. Models, images, tracking."""
    training: TrainingSpec = TrainingSpec()
    """Optional. Workspace, compute and the training pipeline."""
    endpoint: EndpointSpec | None = None
    """Optional. Real-time endpoint; none by default (batch products)."""
    monitoring: MonitoringSpec = MonitoringSpec()
    """Optional. Alarms, dashboard, drift loop."""


def schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of a blueprint file."""
    document = Blueprint.model_json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "blueprint.schema.json",
        **document,
        "title": "Tripod blueprint",
    }
