"""Keyless continuous integration on Google Cloud: a workload identity pool for one repository and two service accounts.

Tokens are accepted from one repository of one owner, by number, and for three subjects: pull requests, the branch, and
the protected environment. The first two may act as the preview account, the last as the apply account. The claims are
those of GitHub (https://docs.github.com/actions/reference/security/oidc); other issuers need to send the same ones.
"""

from collections.abc import Sequence

import pulumi_gcp as gcp
from pulumi import Input, Output

from components.clouds import gcp_agents, gcp_grants
from components.clouds.gcp import RELEASE_MANIFEST
from components.core.scope import Scope
from components.core.vocabulary import Role
from components.identity import gcp_permissions
from components.identity.contract import CiSpec
from components.identity.gcp_accounts import Account, make_account

_CHUNK = 10
"""Roles that one ``hasOnly`` takes (https://cloud.google.com/iam/docs/setting-limits-on-granting-roles)."""


def subjects(ci: CiSpec) -> dict[Role, tuple[str, ...]]:
    """Subjects of the tokens that may act as each CI role."""
    repository = f"repo:{ci.repository}"
    return {
        Role.CI_PREVIEW: (f"{repository}:pull_request", f"{repository}:ref:refs/heads/{ci.branch}"),
        Role.CI_APPLY: (f"{repository}:environment:{ci.environment}",),
    }


def attribute_condition(ci: CiSpec) -> str:
    """Which tokens the pool accepts, in the Common Expression Language."""
    allowed = ", ".join(f"'{subject}'" for group in subjects(ci).values() for subject in group)
    return (
        f"assertion.repository_owner_id == '{ci.owner_id}' && assertion.repository == '{ci.repository}'"
        f" && assertion.sub in [{allowed}]"
    )


def grant_condition(roles: list[str]) -> str:
    """Condition under which only ``roles`` may be granted or revoked."""
    chunks = [roles[start : start + _CHUNK] for start in range(0, len(roles), _CHUNK)]
    return " || ".join(
        "api.getAttribute('iam.googleapis.com/modifiedGrantsByRole', []).hasOnly(["
        + ", ".join(f"'{role}'" for role in chunk)
        + "])"
        for chunk in chunks
    )


def make_ci(
    scope: Scope, ci: CiSpec, project: Input[str], number: Input[str], workloads: list[Account]
) -> dict[Role, Account]:
    """Make the pool where it does not exist, the two accounts and their rights."""
    pool = _pool(scope, ci, project, number)
    accounts = {role: make_account(scope, role, project) for role in (Role.CI_PREVIEW, Role.CI_APPLY)}
    for role, allowed in subjects(ci).items():
        for index, subject in enumerate(allowed, start=1):
            gcp_grants.on_account(
                scope,
                f"{role.value.replace('_', '-')}-subject-{index}",
                accounts[role].name,
                gcp_grants.FEDERATED_USER,
                Output.concat("principal://iam.googleapis.com/", pool, "/subject/", subject),
            )
    _bind(scope, project, "ci-preview", gcp_permissions.to_read(), account=accounts[Role.CI_PREVIEW])
    applier = accounts[Role.CI_APPLY]
    on_resources, on_project = gcp_grants.RESOURCE_ROLES, (*gcp_grants.PROJECT_ROLES, *gcp_agents.ROLES)
    _bind(scope, project, "ci-apply", gcp_permissions.to_change(), account=applier)
    bounded = {
        "ci-grant": (gcp_permissions.to_grant(), _grants_only(on_resources)),
        "ci-delegate": (gcp_permissions.to_grant_on_project(), _grants_only(on_project)),
        "ci-manifest": (list(gcp_permissions.MANIFEST), _object_only(RELEASE_MANIFEST)),
    }
    for part, (permissions, condition) in bounded.items():
        _bind(scope, project, part, permissions, account=applier, condition=condition)
    for workload in workloads:
        gcp_grants.on_account(
            scope,
            f"ci-apply-as-{workload.role.value}",
            workload.name,
            gcp_grants.ACT_AS,
            applier.principal,
        )
    return accounts


def _pool(scope: Scope, ci: CiSpec, project: Input[str], number: Input[str]) -> Output[str]:
    """Name of the pool, ``projects/<number>/locations/global/workloadIdentityPools/<id>``."""
    if ci.provider_id is not None:
        return Output.from_input(ci.provider_id.partition("/providers/")[0])
    pool = gcp.iam.WorkloadIdentityPool(
        scope.label("ci-pool"),
        project=project,
        workload_identity_pool_id=scope.name("workload_pool", "ci"),
        display_name=f"{scope.spec.environment} CI of {scope.spec.short_name or scope.spec.name[:8]}",
        description=f"Runs of {ci.repository} that preview and apply {scope.prefix}",
        opts=scope.options(),
    )
    provider = gcp.iam.WorkloadIdentityPoolProvider(
        scope.label("ci-provider"),
        project=project,
        workload_identity_pool_id=pool.workload_identity_pool_id,
        workload_identity_pool_provider_id=scope.name("workload_provider", "oidc"),
        attribute_mapping={
            "google.subject": "assertion.sub",
            "attribute.repository": "assertion.repository",
            "attribute.repository_owner_id": "assertion.repository_owner_id",
            "attribute.ref": "assertion.ref",
        },
        attribute_condition=attribute_condition(ci),
        oidc=gcp.iam.WorkloadIdentityPoolProviderOidcArgs(issuer_uri=ci.issuer),
        opts=scope.options(),
    )
    # Through the provider, so that nobody is trusted before the condition stands.
    pool_id = provider.workload_identity_pool_id
    return Output.concat("projects/", number, "/locations/global/workloadIdentityPools/", pool_id)


def _bind(
    scope: Scope,
    project: Input[str],
    part: str,
    permissions: list[str],
    *,
    account: Account,
    condition: gcp.projects.IAMMemberConditionArgs | None = None,
) -> None:
    """Give ``account`` a custom role, where need be under a condition."""
    role = gcp.projects.IAMCustomRole(
        scope.label(f"{part}-role"),
        project=project,
        role_id=scope.name("custom_role", *part.split("-")),
        title=f"{scope.prefix} {part}",
        description="What continuous integration may do with the platform.",
        permissions=permissions,
        opts=scope.options(),
    )
    gcp.projects.IAMMember(
        scope.label(part),
        project=project,
        role=gcp_grants.role_name(project, role),
        member=account.principal,
        condition=condition,
        opts=scope.options(),
    )


def _grants_only(roles: Sequence[str]) -> gcp.projects.IAMMemberConditionArgs:
    return gcp.projects.IAMMemberConditionArgs(
        title="Roles of the platform only",
        description="Only roles that Tripod grants may be granted or revoked.",
        expression=grant_condition(sorted(roles)),
    )


def _object_only(name: str) -> gcp.projects.IAMMemberConditionArgs:
    """Only objects called ``name`` at the top of a bucket (https://cloud.google.com/storage/docs/access-control/iam)."""
    return gcp.projects.IAMMemberConditionArgs(
        title="Release manifest only",
        description="Only the object that says what a release must use.",
        expression=f"resource.type == 'storage.googleapis.com/Object' && resource.name.endsWith('/objects/{name}')",
    )
