"""Identity on Google Cloud: one service account per workload role, the approver's custom role, keyless CI.

Workloads need no right on keys: services encrypt for them with their own agents. What a role needs on the project as a
whole is granted here; everything narrower where the resource is made.
Not here: service account keys, which nothing in the kit uses.
"""

import pulumi_gcp as gcp
from pulumi import Input, Output

from components.clouds import gcp_grants
from components.core.backend import Means, Support
from components.core.cloud import Gap, GapKind
from components.core.scope import Scope
from components.core.vocabulary import Role
from components.identity import gcp_ci, gcp_permissions
from components.identity.contract import IdentityArgs, IdentityOutputs, IdentitySpec
from components.identity.gcp_accounts import Account, make_account

SUPPORT = Support(means=Means.NATIVE, by="IAM service accounts, custom roles, Workload Identity Federation")
GAPS: tuple[Gap, ...] = (
    Gap(
        kind=GapKind.NOT_YET,
        field="session_hours",
        reason="Tokens of service accounts last one hour and people's sessions are the organisation's setting; "
        "time-bound approval with Privileged Access Manager is not built.",
        url="https://cloud.google.com/iam/docs/service-account-creds#short-lived-credentials",
    ),
)

PROJECT_GRANTS: dict[Role, tuple[str, ...]] = {
    Role.TRAINING: ("roles/bigquery.jobUser",),
    Role.PIPELINE: ("roles/bigquery.jobUser",),
    Role.SERVING: ("roles/logging.logWriter",),
    Role.MONITORING: ("roles/bigquery.jobUser", "roles/logging.logWriter", "roles/monitoring.metricWriter"),
}
"""Running queries, writing logs and metrics: rights that only a project can give. Training adds those of its jobs."""
ACTS_AS: tuple[tuple[Role, Role], ...] = ((Role.PIPELINE, Role.SERVING), (Role.MONITORING, Role.PIPELINE))
"""Who starts what as whom: a release deploys what serves, the drift alarm starts the pipeline."""


def build(scope: Scope, spec: IdentitySpec, args: IdentityArgs) -> IdentityOutputs:
    """Make accounts, roles and trust."""
    project, number = args["foundation"]["account_id"], args["foundation"]["account_number"]
    accounts = {role: make_account(scope, role, project) for role in gcp_grants.WORKLOADS}
    for role, granted in PROJECT_GRANTS.items():
        for name in granted:
            part = f"{role.value}-{name.removeprefix('roles/').replace('.', '-').lower()}"
            gcp_grants.on_project(scope, part, project, name, accounts[role].principal)
    for actor, target in ACTS_AS:
        gcp_grants.on_account(
            scope,
            f"{actor.value}-as-{target.value}",
            accounts[target].name,
            gcp_grants.ACT_AS,
            accounts[actor].principal,
        )
    approver = _approver(scope, spec, project)
    ci: dict[Role, Account] = {}
    if spec.ci is not None:
        ci = gcp_ci.make_ci(scope, spec.ci, project, number, list(accounts.values()))
    nobody = Output.from_input("")
    return IdentityOutputs(
        training_id=accounts[Role.TRAINING].email,
        training_principal=accounts[Role.TRAINING].principal,
        pipeline_id=accounts[Role.PIPELINE].email,
        pipeline_principal=accounts[Role.PIPELINE].principal,
        serving_id=accounts[Role.SERVING].email,
        serving_principal=accounts[Role.SERVING].principal,
        monitoring_id=accounts[Role.MONITORING].email,
        monitoring_principal=accounts[Role.MONITORING].principal,
        approver_id=approver,
        approver_principal=Output.from_input(spec.approvers[0]) if spec.approvers else nobody,
        ci_preview_id=ci[Role.CI_PREVIEW].email if ci else nobody,
        ci_apply_id=ci[Role.CI_APPLY].email if ci else nobody,
    )


def _approver(scope: Scope, spec: IdentitySpec, project: Input[str]) -> Output[str]:
    """Make the approver's role and give it to each approver; returns the role's name."""
    role = gcp.projects.IAMCustomRole(
        scope.label("approver"),
        project=project,
        role_id=scope.name("custom_role", "approver"),
        title=f"{scope.prefix} approver",
        description="Looks at models and approves or rejects their release.",
        permissions=list(gcp_permissions.APPROVER),
        opts=scope.options(),
    )
    name = gcp_grants.role_name(project, role)
    for index, who in enumerate(spec.approvers, start=1):
        gcp.projects.IAMMember(
            scope.label(f"approver-{index}"), project=project, role=name, member=who, opts=scope.options()
        )
    return name
