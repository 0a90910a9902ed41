"""Identity on Azure: a user-assigned identity per workload, a custom role for approvers, keyless CI.

No identity here may use a key: services encrypt as the identity that the keys come with, and a workload reads and
writes plain data. User-assigned because a system-assigned identity is born with its resource, too late to be granted
what that resource needs to be made. ``ci.provider`` and ``ci.provider_id`` mean nothing here: the issuer is part of
each federated credential.
"""

import pulumi_azure_native as azure
from pulumi import Output

from components.clouds.azure_ids import group_id
from components.clouds.azure_ml_roles import Duty, custom_role
from components.clouds.azure_roles import role_assignment
from components.core.backend import Means, Support
from components.core.cloud import Gap, GapKind
from components.core.scope import Scope
from components.core.vocabulary import Role
from components.identity.azure_ci import ci_identities
from components.identity.contract import IdentityArgs, IdentityOutputs, IdentitySpec

SUPPORT = Support(means=Means.NATIVE, by="Managed identities, Azure RBAC, workload identity federation")
GAPS: tuple[Gap, ...] = (
    Gap(
        kind=GapKind.NEVER,
        field="session_hours",
        reason="Entra ID sets the lifetime of tokens; a role assignment and a managed identity have none of their own.",
        url="https://learn.microsoft.com/entra/identity-platform/configurable-token-lifetimes",
    ),
)

WORKLOADS = (Role.TRAINING, Role.PIPELINE, Role.SERVING, Role.MONITORING)
_ML = "Microsoft.MachineLearningServices"
APPROVE = Duty(
    description="Reads candidates and their runs, and promotes model versions",
    actions=(
        f"{_ML}/registries/assets/read",
        f"{_ML}/registries/assets/stage/write",
        f"{_ML}/registries/assets/write",
        f"{_ML}/registries/read",
        f"{_ML}/workspaces/assets/stage/write",
        f"{_ML}/workspaces/experiments/read",
        f"{_ML}/workspaces/experiments/runs/read",
        f"{_ML}/workspaces/jobs/read",
        f"{_ML}/workspaces/metadata/artifacts/read",
        f"{_ML}/workspaces/models/read",
        f"{_ML}/workspaces/models/versions/read",
        f"{_ML}/workspaces/models/versions/write",
        f"{_ML}/workspaces/read",
    ),
)
"""Operations: https://learn.microsoft.com/azure/role-based-access-control/permissions/ai-machine-learning."""


def build(scope: Scope, spec: IdentitySpec, args: IdentityArgs) -> IdentityOutputs:
    """Make the identities, the approvers' role and the CI identities."""
    foundation = args["foundation"]
    made = {
        role: azure.managedidentity.UserAssignedIdentity(
            scope.label(role.value),
            resource_name_=scope.name("user_identity", role.value),
            resource_group_name=foundation["group_name"],
            location=scope.region,
            tags=scope.tags(role=role.value),
            opts=scope.options(),
        )
        for role in WORKLOADS
    }
    approver = custom_role(scope, "approver", foundation=foundation, duty=APPROVE)
    for index, approvers in enumerate(spec.approvers, start=1):
        role_assignment(
            scope,
            f"approvers-{index}",
            subscription=foundation["account_id"],
            role=approver,
            on=group_id(foundation["account_id"], foundation["group_name"]),
            principal=approvers,
            principal_type=azure.authorization.PrincipalType.GROUP,
        )
    empty = Output.from_input("")
    preview, apply = ci_identities(scope, foundation, spec.ci) if spec.ci is not None else (empty, empty)
    return IdentityOutputs(
        training_id=Output.from_input(made[Role.TRAINING].id),
        training_principal=made[Role.TRAINING].principal_id,
        pipeline_id=Output.from_input(made[Role.PIPELINE].id),
        pipeline_principal=made[Role.PIPELINE].principal_id,
        serving_id=Output.from_input(made[Role.SERVING].id),
        serving_principal=made[Role.SERVING].principal_id,
        monitoring_id=Output.from_input(made[Role.MONITORING].id),
        monitoring_principal=made[Role.MONITORING].principal_id,
        approver_id=approver,
        approver_principal=Output.from_input(spec.approvers[0]) if spec.approvers else empty,
        ci_preview_id=preview,
        ci_apply_id=apply,
    )
