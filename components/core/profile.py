"""Profiles: tables of defaults that a blueprint may only tighten."""

from enum import StrEnum
from typing import Any

from pydantic import Field

from components.core.errors import Fault, TripodError
from components.core.spec import Spec


class Profile(StrEnum):
    """How strict a stack is."""

    SANDBOX = "sandbox"
    """Cheap, public endpoints allowed, deletable."""
    STANDARD = "standard"
    """Private by default, customer keys, deletion protection."""
    REGULATED = "regulated"
    """No public path, customer keys everywhere, approvals and retention enforced."""


class KeyCoverage(StrEnum):
    """What is encrypted with customer keys rather than with keys of the provider."""

    DATA = "data"
    """Storage zones and the feature store."""
    ALL = "all"
    """Also models, endpoints, images, training volumes and logs."""


class Posture(Spec):
    """The security posture of a stack. Field order is that of the docs; ``tighter`` says which way is stricter."""

    public_access: bool = Field(json_schema_extra={"tighter": "false"})
    """Optional. Whether service endpoints answer on public addresses. False makes private endpoints."""
    customer_keys: KeyCoverage = Field(json_schema_extra={"tighter": "later"})
    """Optional. What customer keys cover."""
    hsm_keys: bool = Field(json_schema_extra={"tighter": "true"})
    """Optional. Whether key material lives in hardware security modules."""
    deletion_protection: bool = Field(json_schema_extra={"tighter": "true"})
    """Optional. Whether stateful resources refuse to be deleted or replaced."""
    deletion_window_days: int = Field(ge=7, le=30, json_schema_extra={"tighter": "higher"})
    """Optional. Days in which a deleted key can be restored. AWS KMS allows 7 to 30, Key Vault 7 to 90."""
    log_retention_days: int = Field(ge=30, le=730, json_schema_extra={"tighter": "higher"})
    """Optional. Days that logs are kept. Log Analytics allows 30 to 730."""
    require_approval: bool = Field(json_schema_extra={"tighter": "true"})
    """Optional. Whether a model needs a person's approval before it is released."""
    immutable_logs: bool = Field(json_schema_extra={"tighter": "true"})
    """Optional. Whether the logs zone refuses change and deletion for the retention period."""
    network_isolation: bool = Field(json_schema_extra={"tighter": "true"})
    """Optional. Whether training and serving containers are cut off from the internet. On Google Cloud it narrows
    what the stack's network reaches; only a service perimeter, which is not made, cuts off the jobs of Vertex AI."""
    min_replicas: int = Field(ge=1, le=10, json_schema_extra={"tighter": "higher"})
    """Optional. Least number of instances of a real-time endpoint."""


class PostureOverrides(Spec):
    """What a blueprint or a stack file may tighten; absent fields keep the profile's value."""

    public_access: bool | None = None
    """Optional. May be set to false."""
    customer_keys: KeyCoverage | None = None
    """Optional. May be set to all."""
    hsm_keys: bool | None = None
    """Optional. May be set to true."""
    deletion_protection: bool | None = None
    """Optional. May be set to true."""
    deletion_window_days: int | None = Field(None, ge=7, le=30)
    """Optional. May be raised."""
    log_retention_days: int | None = Field(None, ge=30, le=730)
    """Optional. May be raised."""
    require_approval: bool | None = None
    """Optional. May be set to true."""
    immutable_logs: bool | None = None
    """Optional. May be set to true."""
    network_isolation: bool | None = None
    """Optional. May be set to true."""
    min_replicas: int | None = Field(None, ge=1, le=10)
    """Optional. May be raised."""


PROFILES: dict[Profile, Posture] = {
    Profile.SANDBOX: Posture(
        public_access=True,
        customer_keys=KeyCoverage.DATA,
        hsm_keys=False,
        deletion_protection=False,
        deletion_window_days=7,
        log_retention_days=30,
        require_approval=False,
        immutable_logs=False,
        network_isolation=False,
        min_replicas=1,
    ),
    Profile.STANDARD: Posture(
        public_access=False,
        customer_keys=KeyCoverage.ALL,
        hsm_keys=False,
        deletion_protection=True,
        deletion_window_days=30,
        log_retention_days=180,
        require_approval=True,
        immutable_logs=False,
        network_isolation=False,
        min_replicas=2,
    ),
    Profile.REGULATED: Posture(
        public_access=False,
        customer_keys=KeyCoverage.ALL,
        hsm_keys=True,
        deletion_protection=True,
        deletion_window_days=30,
        log_retention_days=365,
        require_approval=True,
        immutable_logs=True,
        network_isolation=True,
        min_replicas=2,
    ),
}


def _rank(tighter: str, value: Any) -> int:
    """A number that grows with strictness."""
    if tighter == "false":
        return int(not value)
    if tighter == "later":
        return list(KeyCoverage).index(value)
    return int(value)


def posture(profile: Profile, overrides: PostureOverrides, where: str = "posture") -> Posture:
    """The posture of ``profile`` with ``overrides`` applied.

    Raises:
        TripodError: one fault per override that would loosen the profile.
    """
    base = PROFILES[profile]
    chosen = overrides.model_dump(exclude_none=True)
    faults: list[Fault] = []
    for name, value in chosen.items():
        extra = Posture.model_fields[name].json_schema_extra
        tighter = str(extra["tighter"]) if isinstance(extra, dict) else "higher"
        floor = getattr(base, name)
        if _rank(tighter, value) < _rank(tighter, floor):
            bound = f"{floor} or higher" if tighter == "higher" else str(getattr(floor, "value", floor)).lower()
            shown = str(getattr(value, "value", value)).lower()
            faults.append(
                Fault(
                    where=f"{where}.{name}",
                    what=f"{shown} loosens profile {profile.value}",
                    allowed=bound,
                    remedy="remove the override, or choose a looser profile for the stack (tripod:profile)",
                )
            )
    if faults:
        raise TripodError(faults)
    return base.model_copy(update=chosen)
