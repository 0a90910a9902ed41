"""Keys: one customer key per data class, rotated, protected, usable by the services that encrypt with it.

Not here: keys of the company's own key management: bring them with ``mode: existing``.
"""

from dataclasses import dataclass
from typing import NotRequired, TypedDict

from pulumi import Output
from pydantic import Field, model_validator

from components.core.refs import FoundationRef, NetworkRef
from components.core.scope import ScopeSpec
from components.core.spec import Spec
from components.core.vocabulary import Provision


class ExistingKeys(Spec):
    """Ids of keys that are brought along, as :class:`components.core.refs.KeysRef` describes them."""

    data_key_id: str = Field(min_length=1)
    """Required. Key of the data class."""
    models_key_id: str = Field(min_length=1)
    """Required. Key of the models class."""
    logs_key_id: str = Field(min_length=1)
    """Required. Key of the logs class."""
    vault_id: str = Field(min_length=1)
    """Required. Alias ARN, vault ARM id or key ring id."""
    user_id: str = Field(min_length=1)
    """Required. Who may use the keys for services."""


class KeysSpec(Spec):
    """Options of the keys."""

    mode: Provision = Provision.CREATE
    """Optional. ``create`` or ``existing``."""
    rotation_days: int = Field(90, ge=90, le=730)
    """Optional. Days between automatic rotations (AWS KMS: 90 to 2560; CIS Google Cloud 1.10: at most 90)."""
    existing: ExistingKeys | None = None
    """Conditional. Required where ``mode`` is ``existing``."""

    @model_validator(mode="after")
    def _existing_is_named(self) -> "KeysSpec":
        if self.mode is Provision.NONE:
            raise ValueError("mode 'none' is not allowed: every profile encrypts data with customer keys")
        if (self.mode is Provision.EXISTING) != (self.existing is not None):
            raise ValueError("'existing' must be given exactly when mode is 'existing'")
        return self


class KeysArgs(TypedDict):
    """Arguments of :class:`components.keys.Keys`."""

    scope: ScopeSpec
    spec: NotRequired[KeysSpec]
    foundation: FoundationRef
    network: NotRequired[NetworkRef]


@dataclass(frozen=True, kw_only=True)
class KeysOutputs:
    """See :class:`components.core.refs.KeysRef`."""

    data_key_id: Output[str]
    models_key_id: Output[str]
    logs_key_id: Output[str]
    vault_id: Output[str]
    user_id: Output[str]
