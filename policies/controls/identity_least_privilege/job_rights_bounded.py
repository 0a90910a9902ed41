"""A role that starts jobs cannot start them unguarded.

Jobs of a pipeline or a notebook are made at run time, where no deployment rule sees them; SageMaker asks IAM about each
guard of a job by a condition key. A guard counts where a Deny speaks of its key, or every Allow requires it. A policy
that is not known yet is no reason to doubt a role of which no other policy starts jobs: most are not known in a
preview, and the stack is judged again when all are. Deliberately not done: which machines or how many hours are right
(instance-allowlist and training-max-runtime say so of what a stack declares).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from components.core.cloud import ByCloud, Gap, GapKind
from policies.checks import PASSED, Outcome, StackRow, failed, not_applicable, undetermined
from policies.control import Control, Group, Severity
from policies.graph import Graph, Resource
from policies.iam_policy import Condition, Statement
from policies.role_grants import READS, ROLE, Grants, grants
from policies.settings import Settings

_START = "sagemaker:CreateTrainingJob"
_GUARDS: Mapping[str, tuple[str, ...]] = {
    "a network": ("sagemaker:VpcSubnets", "sagemaker:VpcSecurityGroupIds"),
    "isolation": ("sagemaker:NetworkIsolation",),
    "encrypted traffic": ("sagemaker:InterContainerTrafficEncryption",),
    "a key for volumes": ("sagemaker:VolumeKmsKey", "sagemaker:VolumeKmsKeyArn"),
    "a key for output": ("sagemaker:OutputKmsKey", "sagemaker:OutputKmsKeyArn"),
    "a limit of time": ("sagemaker:MaxRuntimeInSeconds",),
    "a choice of machines": ("sagemaker:InstanceTypes",),
}
"""What a job must have, and the keys by which IAM is asked about it
(https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html)."""


def _refuses(condition: Condition) -> bool:
    """Whether a condition of a Deny meets a job without the guard: the key is absent, false, too high or another."""
    operator = condition.operator.casefold().rpartition(":")[2].removesuffix("ifexists")
    if operator in ("null", "bool"):
        return condition.values == ("true" if operator == "null" else "false",)
    return "not" in operator or operator.startswith("numericgreaterthan")


def _guarded(held: Grants, allowed: tuple[Statement, ...], keys: tuple[str, ...]) -> bool:
    wanted = {key.casefold() for key in keys}
    denied = any(
        not s.allow
        and s.covers(_START)
        and s.conditions
        and all(c.key.casefold() in wanted and _refuses(c) for c in s.conditions)
        for s in held.statements
    )
    return denied or all(s.requires(*keys) for s in allowed)


def _role(role: Resource, graph: Graph, _settings: Settings) -> Iterator[Outcome]:
    held = grants(role, graph)
    allowed = held.allowed(_START)
    if not allowed:
        yield not_applicable("no policy that is known yet lets it start jobs" if held.unsure else "it starts no jobs")
        return
    for guard, keys in _GUARDS.items():
        if _guarded(held, allowed, keys):
            yield PASSED
        elif held.unsure:
            yield undetermined(f"whether its jobs must have {guard} is not known yet")
        else:
            yield failed(f"its policies allow {_START} without {guard} (no condition on {keys[0]})")


CONTROL = Control(
    id="job-rights-bounded",
    group=Group.IDENTITY_LEAST_PRIVILEGE,
    title="Roles that start jobs can start guarded jobs only",
    severity=Severity.MEDIUM,
    why="A job that is started by hand or by a pipeline passes no deployment rule; only IAM can refuse it.",
    remedy="Keep the policy of jobs of the training component, or deny jobs without these settings by condition keys.",
    url="https://docs.aws.amazon.com/sagemaker/latest/dg/security_iam_id-based-policy-examples.html",
    clauses=("iso27001:A.8.20", "soc2:CC6.6", "nist-800-53:AC-6", "cis:6.8"),
    rows=ByCloud(
        aws=(StackRow(types=(ROLE,), check=_role, reads=READS),),
        azure=Gap(
            kind=GapKind.NEVER,
            reason="Azure RBAC cannot ask about the settings of a job; an Azure Policy on the workspace does.",
            url="https://learn.microsoft.com/azure/machine-learning/how-to-integrate-azure-policy",
        ),
        gcp=Gap(
            kind=GapKind.NEVER,
            reason="IAM of Google Cloud cannot ask about the settings of a job; organisation policies do.",
            url="https://cloud.google.com/vertex-ai/docs/general/org-policy-constraints",
        ),
    ),
)
