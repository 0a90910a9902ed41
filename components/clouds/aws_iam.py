"""IAM documents and roles: typed statements, trust policies, grants.

Documents are data until :func:`document` writes them, so that a test can read what a role may do and a wildcard is seen
in review. Not here: what a capability grants, which stands beside the resource that it is granted on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import pulumi_aws as aws
from pulumi import Input, Output

from components.core.errors import Fault, TripodError
from components.core.scope import Scope

WORKLOAD_PATH = "/tripod/workload/"
"""IAM path of roles that only services assume for running ML workloads; bucket policies know them by it."""
PEOPLE_PATH = "/tripod/people/"
"""IAM path of roles that people assume."""
CI_PATH = "/tripod/ci/"
"""IAM path of roles that continuous integration assumes."""
SERVICE_PATH = "/tripod/service/"
"""IAM path of roles that plumbing assumes: flow logs, schedules, event rules."""

Conditions = Mapping[str, Mapping[str, Input[str] | Sequence[Input[str]]]]
"""Condition operator → condition key → value or values."""


class Effect(StrEnum):
    """What a statement does."""

    ALLOW = "Allow"
    DENY = "Deny"


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One statement (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html)."""

    sid: str
    """Letters and digits only, as IAM wants it."""
    actions: Sequence[str]
    resources: Sequence[Input[str]] = ()
    """Empty in trust policies, whose resource is the role."""
    principals: Mapping[str, Sequence[Input[str]]] = field(default_factory=dict)
    """Kind (``Service``, ``AWS``, ``Federated``) → principals; empty in identity policies."""
    anyone: bool = False
    """Whether the principal is ``*``; for denials and endpoint policies."""
    conditions: Conditions = field(default_factory=dict)
    effect: Effect = Effect.ALLOW

    def element(self) -> dict[str, Any]:
        """The statement as a policy element. Values may be outputs."""
        if not self.sid.isalnum():
            raise TripodError(
                Fault(where="IAM statement", what=f"sid '{self.sid}'", allowed="letters and digits", remedy="rename it")
            )
        out: dict[str, Any] = {"Sid": self.sid, "Effect": self.effect.value, "Action": list(self.actions)}
        if self.anyone:
            out["Principal"] = "*"
        elif self.principals:
            out["Principal"] = {kind: list(names) for kind, names in self.principals.items()}
        if self.resources:
            out["Resource"] = list(self.resources)
        if self.conditions:
            out["Condition"] = {
                operator: {
                    key: list(value) if isinstance(value, list | tuple) else value for key, value in keys.items()
                }
                for operator, keys in self.conditions.items()
            }
        return out


def document(*statements: Statement) -> Output[str]:
    """The policy document as JSON with sorted keys, so that equal documents are equal strings."""
    body = {"Version": "2012-10-17", "Statement": [statement.element() for statement in statements]}
    return Output.json_dumps(body, sort_keys=True)


def service_trust(service: str, account: Input[str], source: Input[str] | None = None) -> Output[str]:
    """Trust of one AWS service, only on behalf of ``account`` and, where given, of the ARN pattern ``source``.

    Confused deputies: https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
    """
    conditions: dict[str, Mapping[str, Input[str]]] = {"StringEquals": {"aws:SourceAccount": account}}
    if source is not None:
        conditions["ArnLike"] = {"aws:SourceArn": source}
    return document(
        Statement(
            sid="ServiceOfThisAccount",
            actions=("sts:AssumeRole",),
            principals={"Service": (service,)},
            conditions=conditions,
        )
    )


def service_role(
    scope: Scope,
    part: str,
    description: str,
    service: str,
    account: Input[str],
    *,
    path: str = SERVICE_PATH,
    source: Input[str] | None = None,
) -> aws.iam.Role:
    """A role that one AWS service assumes on behalf of the account; it may do nothing until granted."""
    return aws.iam.Role(
        scope.label(part),
        name=scope.name("role", part),
        path=path,
        description=description,
        assume_role_policy=service_trust(service, account, source),
        tags=scope.tags(),
        opts=scope.options(),
    )


def grant(scope: Scope, part: str, role_name: Input[str], *statements: Statement) -> aws.iam.RolePolicy:
    """Let a role do what ``statements`` say, as an inline policy called ``<component>-<part>``.

    Inline, because the grant lives and dies with the resource it is for; all inline policies of a role together hold at
    most 10,240 characters (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html).
    """
    return aws.iam.RolePolicy(
        scope.label(part),
        name=scope.name("role_policy", scope.component, part),
        role=role_name,
        policy=document(*statements),
        opts=scope.options(),
    )


def after(value: Input[str], *awaited: Input[str] | aws.iam.RolePolicy) -> Output[str]:
    """``value``, once ``awaited`` are there: what takes it is made after them and deleted before them.

    So a role handed out this way may do its work as long as anything runs as it. Known in a preview, because of a grant
    the name of its role is awaited, which is known.
    """
    known = [item.role if isinstance(item, aws.iam.RolePolicy) else item for item in awaited]
    return Output.all(value, *known).apply(lambda values: str(values[0]))


def pass_role(
    roles: Sequence[Input[str]], service: str = "sagemaker.amazonaws.com", sid: str = "PassRole"
) -> Statement:
    """Permission to hand ``roles`` (ARNs) to one service and no other."""
    return Statement(
        sid=sid,
        actions=("iam:PassRole",),
        resources=roles,
        conditions={"StringEquals": {"iam:PassedToService": service}},
    )
