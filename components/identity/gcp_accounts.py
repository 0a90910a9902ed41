"""Service accounts on Google Cloud: e-mail, member and full name follow from the id, so a plan shows them."""

from dataclasses import dataclass

import pulumi_gcp as gcp
from pulumi import Input, Output

from components.clouds import gcp_grants
from components.core.scope import Scope
from components.core.vocabulary import Role


@dataclass(frozen=True, kw_only=True)
class Account:
    """A service account, by each of its names."""

    role: Role
    email: Output[str]
    principal: Output[str]
    """What a binding names: ``serviceAccount:<email>``."""
    name: Output[str]
    """``projects/<project>/serviceAccounts/<email>``."""


def make_account(scope: Scope, role: Role, project: Input[str]) -> Account:
    """Make the service account of a role. It has no keys, and nothing here can make one."""
    part = role.value.replace("_", "-")
    account = gcp.serviceaccount.Account(
        scope.label(part),
        project=project,
        account_id=scope.name("service_account", part),
        display_name=f"{scope.prefix} {part}",
        description=f"Tripod role {part} of {scope.prefix}",
        opts=scope.options(),
    )
    email = Output.concat(account.account_id, "@", project, ".iam.gserviceaccount.com")
    return Account(
        role=role,
        email=email,
        principal=gcp_grants.member(email),
        name=Output.concat("projects/", project, "/serviceAccounts/", email),
    )
