"""Identity: one least-privilege principal per workload role, the approver, and keyless CI with two roles.

Principals only, plus use of the keys: whichever component makes a resource grants on it. Not here: people and groups,
which the company's directory owns.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NotRequired, TypedDict

from pulumi import Output
from pydantic import Field, model_validator

from components.core.refs import FoundationRef, KeysRef
from components.core.scope import ScopeSpec
from components.core.spec import Spec
from components.core.vocabulary import Provision


class CiSpec(Spec):
    """Keyless continuous integration: trust in the OIDC tokens of one repository."""

    repository: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9._-]+$")
    """Required. ``owner/repository``."""
    owner_id: str = Field(pattern=r"^[0-9]+$")
    """Required. Numeric id of the repository's owner: names can be taken over, numbers cannot."""
    branch: str = Field("main", pattern=r"^[A-Za-z0-9._/-]+$")
    """Optional. Branch whose runs may preview (with pull requests); apply is bound to ``environment``."""
    environment: str = Field("production", pattern=r"^[A-Za-z0-9._-]+$")
    """Optional. Protected deployment environment whose runs may apply."""
    issuer: str = Field("https://token.actions.githubusercontent.com", pattern=r"^https://[^/\s]+(/[^\s]*)?$")
    """Optional. Issuer of the tokens."""
    provider: Provision = Provision.CREATE
    """Optional. ``existing`` where the account has its OIDC provider already (AWS allows one per issuer)."""
    provider_id: str | None = None
    """Conditional. Required where ``provider`` is ``existing``: ARN or pool provider name; any text on Azure."""

    @model_validator(mode="after")
    def _provider_is_named(self) -> "CiSpec":
        if self.provider is Provision.NONE:
            raise ValueError("provider 'none' is not allowed: leave 'ci' out instead")
        if (self.provider is Provision.EXISTING) != (self.provider_id is not None):
            raise ValueError("'provider_id' must be given exactly when provider is 'existing'")
        return self


class IdentitySpec(Spec):
    """Options of the identities."""

    ci: CiSpec | None = None
    """Optional. Without it no CI roles are made."""
    approvers: Sequence[str] = ()
    """Optional. Who may approve models: role or user ARNs; object ids of groups; ``group:…`` or ``user:…`` members."""
    session_hours: int = Field(4, ge=1, le=12)
    """Optional. Longest session of the approver and CI roles (AWS IAM: 1 to 12)."""


class IdentityArgs(TypedDict):
    """Arguments of :class:`components.identity.Identity`."""

    scope: ScopeSpec
    spec: NotRequired[IdentitySpec]
    foundation: FoundationRef
    keys: KeysRef


@dataclass(frozen=True, kw_only=True)
class IdentityOutputs:
    """See :class:`components.core.refs.IdentityRef`. The CI roles are empty without ``ci``."""

    training_id: Output[str]
    training_principal: Output[str]
    pipeline_id: Output[str]
    pipeline_principal: Output[str]
    serving_id: Output[str]
    serving_principal: Output[str]
    monitoring_id: Output[str]
    monitoring_principal: Output[str]
    approver_id: Output[str]
    approver_principal: Output[str]
    ci_preview_id: Output[str]
    """What CI assumes to preview: role ARN, client id of the identity, service account e-mail."""
    ci_apply_id: Output[str]
    """What CI assumes to apply."""
