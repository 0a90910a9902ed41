"""Feature store: entities, groups and features with one definition for training (offline) and serving (online).

Not here: computing features, which is the job of pipelines. A group's schema is frozen once it exists: publish a new
``version`` instead of an edit.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NotRequired, TypedDict

from pulumi import Output
from pydantic import Field, model_validator

from components.core.refs import FeatureStoreRef, FoundationRef, IdentityRef, KeysRef, NetworkRef, StorageRef
from components.core.scope import ScopeSpec
from components.core.spec import Spec
from components.core.vocabulary import Provision

NAME = r"^[a-z][a-z0-9_]{0,47}$"
"""What all three clouds accept as the name of an entity, group or feature (Vertex AI: letters, digits, underscores)."""
RESERVED = ("is_deleted", "write_time", "api_invocation_time")
"""Names that SageMaker keeps for itself
(https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_FeatureDefinition.html)."""


class FeatureType(StrEnum):
    """Type of a feature."""

    STRING = "string"
    INTEGER = "integer"
    FLOAT = "float"
    BOOLEAN = "boolean"
    TIMESTAMP = "timestamp"


class Entity(Spec):
    """What features describe."""

    key: str = Field(pattern=NAME)
    """Required. Column that identifies the entity."""
    description: str = ""
    """Optional. What it is, in a sentence."""


class FeatureGroup(Spec):
    """Features that are computed together."""

    entity: str = Field(pattern=NAME)
    """Required. Name of an entity of the same store."""
    features: Mapping[str, FeatureType] = Field(min_length=1, max_length=250)
    """Required. Features by name."""
    event_time: str = Field("event_time", pattern=NAME)
    """Optional. Column with the time at which the features were true."""
    online: bool = False
    """Optional. Whether the newest values are also served at low latency."""
    ttl_days: int | None = Field(None, ge=1, le=365)
    """Optional. Days after which a value is no longer served online."""
    version: int = Field(1, ge=1, le=999)
    """Optional. Part of the group's name; raise it to change the schema."""
    description: str = ""
    """Optional. What it is, in a sentence."""


class FeatureStoreSpec(Spec):
    """Options of the feature store."""

    mode: Provision = Provision.CREATE
    """Optional. ``existing`` for the store of a data stack: nothing is created, only access is granted."""

    entities: Mapping[str, Entity] = Field(default_factory=dict)
    """Optional. Entities by name."""
    groups: Mapping[str, FeatureGroup] = Field(default_factory=dict)
    """Optional. Feature groups by name."""

    @model_validator(mode="after")
    def _groups_fit(self) -> "FeatureStoreSpec":
        if self.mode is Provision.NONE:
            raise ValueError("mode 'none' is not allowed: leave the feature store out instead")
        if self.mode is Provision.EXISTING and (self.entities or self.groups):
            raise ValueError(
                "an existing store has its groups already: remove entities and groups, or set mode to create"
            )
        for name, group in self.groups.items():
            if group.entity not in self.entities:
                known = ", ".join(sorted(self.entities)) or "none"
                raise ValueError(
                    f"groups.{name}.entity: '{group.entity}' is not an entity of the store (known: {known})"
                )
            columns = (self.entities[group.entity].key, group.event_time)
            kept = sorted(set(columns) & set(RESERVED))
            if kept:
                raise ValueError(f"groups.{name}: {', '.join(kept)} is a reserved name")
            clash = sorted({*columns, *RESERVED} & set(group.features))
            if clash:
                raise ValueError(f"groups.{name}.features: {', '.join(clash)} may not be a feature")
        return self

    @property
    def online(self) -> bool:
        """Whether any group is served online."""
        return any(group.online for group in self.groups.values())


class FeatureStoreArgs(TypedDict):
    """Arguments of :class:`components.feature_store.FeatureStore`."""

    scope: ScopeSpec
    spec: NotRequired[FeatureStoreSpec]
    foundation: FoundationRef
    keys: KeysRef
    storage: StorageRef
    network: NotRequired[NetworkRef]
    existing: NotRequired[FeatureStoreRef]
    """Conditional. The store, where ``mode`` is ``existing``."""
    identity: NotRequired[IdentityRef]
    """Whom to grant reading and writing; left out by a data stack."""


@dataclass(frozen=True, kw_only=True)
class FeatureStoreOutputs:
    """See :class:`components.core.refs.FeatureStoreRef`."""

    store_id: Output[str]
    """What names the store: Glue database name; feature store workspace ARM id; BigQuery dataset id."""
    offline_uri: Output[str]
    """Where history lies: ``s3://…``, ``abfss://…`` or ``bq://project.dataset``."""
    online_endpoint: Output[str]
    """Where the newest values are served: runtime host, cache host, online store id; empty without online groups."""
