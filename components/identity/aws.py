"""Identity on AWS: one IAM role per workload, one for approvers, and CI roles that trust OIDC tokens.

Workload roles are assumed by SageMaker alone, on behalf of this account alone. Not here: permissions boundaries and
service control policies, which belong to the landing zone of the company, and grants on resources of other components.
"""

import pulumi_aws as aws

from components.clouds.aws_arn import Arns, arns
from components.clouds.aws_iam import (
    PEOPLE_PATH,
    WORKLOAD_PATH,
    Statement,
    after,
    document,
    grant,
    pass_role,
    service_role,
)
from components.core.backend import Means, Support
from components.core.cloud import Gap, GapKind
from components.core.scope import Scope
from components.core.vocabulary import Role
from components.identity.aws_ci import ci_roles
from components.identity.aws_keys import key_use
from components.identity.contract import IdentityArgs, IdentityOutputs, IdentitySpec

SUPPORT = Support(means=Means.NATIVE, by="IAM")
GAPS: tuple[Gap, ...] = (
    Gap(
        kind=GapKind.NEVER,
        field="ci.owner_id",
        reason="IAM knows a GitHub token's subject, repository and environment as condition keys, not its owner's id.",
        url="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html",
    ),
)

WORKLOADS = {
    Role.TRAINING: "Runs training and processing jobs",
    Role.PIPELINE: "Runs pipelines and starts their jobs",
    Role.SERVING: "Runs the containers of endpoints",
    Role.MONITORING: "Runs drift jobs",
}
"""Roles that SageMaker assumes, and what for."""

APPROVER_TAG = "tripod-approver"
"""Tag of principals that may approve where the blueprint names no approvers; its value is ``<name>-<environment>``."""


def build(scope: Scope, spec: IdentitySpec, args: IdentityArgs) -> IdentityOutputs:
    """Make the roles and let them use the keys."""
    names = arns(scope, args["foundation"])
    roles = {
        role: service_role(
            scope,
            role.value,
            f"{purpose} of {scope.prefix}",
            "sagemaker.amazonaws.com",
            names.account,
            path=WORKLOAD_PATH,
        )
        for role, purpose in WORKLOADS.items()
    }
    roles[Role.APPROVER] = _approver(scope, spec, names)
    granted: dict[Role, list[aws.iam.RolePolicy]] = {role: [] for role in roles}
    for role, made in roles.items():
        statements = key_use(scope, role, args["keys"])
        if statements:
            granted[role].append(grant(scope, f"{role.value}-keys", made.name, *statements))
    # A pipeline hands a role to each of its jobs, its own included.
    handed = [names.role(roles[role]) for role in (Role.PIPELINE, Role.TRAINING)]
    granted[Role.PIPELINE].append(grant(scope, "pipeline-pass", roles[Role.PIPELINE].name, pass_role(handed)))
    # SageMaker uses keys on behalf of the role, also while it deletes
    ids = {role: after(names.role(made), *granted[role]) for role, made in roles.items()}
    preview, apply = ci_roles(scope, spec, names)
    return IdentityOutputs(
        training_id=ids[Role.TRAINING],
        training_principal=roles[Role.TRAINING].name,
        pipeline_id=ids[Role.PIPELINE],
        pipeline_principal=roles[Role.PIPELINE].name,
        serving_id=ids[Role.SERVING],
        serving_principal=roles[Role.SERVING].name,
        monitoring_id=ids[Role.MONITORING],
        monitoring_principal=roles[Role.MONITORING].name,
        approver_id=ids[Role.APPROVER],
        approver_principal=roles[Role.APPROVER].name,
        ci_preview_id=preview,
        ci_apply_id=apply,
    )


def _approver(scope: Scope, spec: IdentitySpec, names: Arns) -> aws.iam.Role:
    """The role that people assume to approve models.

    Where the blueprint names nobody, the account's own administrators say who, by a tag on the principal or session.
    """
    if spec.approvers:
        trust = Statement(sid="NamedApprovers", actions=("sts:AssumeRole",), principals={"AWS": tuple(spec.approvers)})
    else:
        trust = Statement(
            sid="TaggedApprovers",
            actions=("sts:AssumeRole",),
            principals={"AWS": (names.iam("root"),)},
            conditions={"StringEquals": {f"aws:PrincipalTag/{APPROVER_TAG}": scope.prefix}},
        )
    return aws.iam.Role(
        scope.label("approver"),
        name=scope.name("role", "approver"),
        path=PEOPLE_PATH,
        description=f"Approves models of {scope.prefix}",
        assume_role_policy=document(trust),
        max_session_duration=spec.session_hours * 3600,
        tags=scope.tags(),
        opts=scope.options(),
    )
