"""Storage: zones raw, curated, features, artifacts, monitoring and logs, encrypted, versioned, private, logged.

Data is a shared asset: with ``lake: existing`` the zones raw, curated and features are those of the data platform, and
only grants are made on them.
"""

from dataclasses import dataclass
from typing import NotRequired, TypedDict

from pulumi import Input, Output
from pydantic import Field, model_validator

from components.core.errors import Fault, TripodError
from components.core.refs import FoundationRef, IdentityRef, KeysRef, LakeRef, NetworkRef
from components.core.scope import ScopeSpec
from components.core.spec import Spec
from components.core.vocabulary import Provision, Zone

LAKE_ZONES = (Zone.RAW, Zone.CURATED, Zone.FEATURES)
"""Zones that an existing lake brings."""


class ExistingLake(Spec):
    """Zones of the data platform: bucket ARNs, container ARM ids, or bucket names."""

    raw_id: str = Field(min_length=1)
    """Required. Zone raw."""
    curated_id: str = Field(min_length=1)
    """Required. Zone curated."""
    features_id: str = Field(min_length=1)
    """Required. Zone features."""


class StorageSpec(Spec):
    """Options of storage."""

    lake: Provision = Provision.CREATE
    """Optional. ``create`` or ``existing`` for the zones raw, curated and features."""
    existing: ExistingLake | None = None
    """Conditional. Required where ``lake`` is ``existing``, unless the lake comes from another stack."""
    versioning: bool = True
    """Optional. Whether overwritten objects are kept; cannot be switched off where deletion protection is on."""
    recovery_days: int = Field(14, ge=7, le=90)
    """Optional. Days in which deleted and overwritten objects can be restored (Google Cloud soft delete: 7 to 90)."""
    capture_days: int = Field(90, ge=1, le=3650)
    """Optional. Days after which captured requests and drift reports (zone monitoring) are deleted."""
    archive_days: int = Field(180, ge=30, le=3650)
    """Optional. Days after which objects of zone raw move to a cold tier."""
    access_logs: bool = True
    """Optional. Whether reads and writes are logged to zone logs or to the log workspace."""

    @model_validator(mode="after")
    def _existing_is_named(self) -> "StorageSpec":
        if self.lake is Provision.NONE:
            raise ValueError("lake 'none' is not allowed: a platform without data has no purpose")
        if self.existing is not None and self.lake is not Provision.EXISTING:
            raise ValueError("'existing' is given, but lake is not 'existing'")
        return self


class StorageArgs(TypedDict):
    """Arguments of :class:`components.storage.Storage`."""

    scope: ScopeSpec
    spec: NotRequired[StorageSpec]
    foundation: FoundationRef
    keys: KeysRef
    network: NotRequired[NetworkRef]
    lake: NotRequired[LakeRef]
    """The existing lake where its ids are outputs of another stack."""
    identity: NotRequired[IdentityRef]
    """Whom to grant access; left out by a data stack, whose consumers grant to themselves."""


@dataclass(frozen=True, kw_only=True)
class StorageOutputs:
    """See :class:`components.core.refs.StorageRef`."""

    raw_id: Output[str]
    raw_uri: Output[str]
    curated_id: Output[str]
    curated_uri: Output[str]
    features_id: Output[str]
    features_uri: Output[str]
    artifacts_id: Output[str]
    artifacts_uri: Output[str]
    monitoring_id: Output[str]
    monitoring_uri: Output[str]
    logs_id: Output[str]
    logs_uri: Output[str]


def existing_lake(spec: StorageSpec, args: StorageArgs) -> dict[Zone, Input[str]]:
    """Ids of the existing zones; empty where the lake is created.

    Raises:
        TripodError: where the lake exists and nobody says where.
    """
    if spec.lake is not Provision.EXISTING:
        return {}
    wired = args.get("lake")
    if wired is not None:
        return {Zone.RAW: wired["raw_id"], Zone.CURATED: wired["curated_id"], Zone.FEATURES: wired["features_id"]}
    if spec.existing is None:
        raise TripodError(
            Fault(
                where="storage.existing", what="the lake exists, but its zones are not named", remedy="add 'existing'"
            )
        )
    return {
        Zone.RAW: spec.existing.raw_id,
        Zone.CURATED: spec.existing.curated_id,
        Zone.FEATURES: spec.existing.features_id,
    }
