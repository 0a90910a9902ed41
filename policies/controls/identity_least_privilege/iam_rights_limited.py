"""Rights that can grow carry the condition that keeps them small.

A role that may hand a role to a service, attach a policy, give a key away or use every key of an account can do more
than its policy says. AWS has a condition key for each; this asks for it. Deliberately not done: rights over roles for
which AWS has no such key (iam:PutRolePolicy), which only the names of the roles bound (iam-resource-scoped).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from components.core.cloud import ByCloud, Gap, GapKind
from policies.control import Control, Group, Severity
from policies.iam_policy import IDENTITY_POLICIES, Document, document_rule, label

_LIMITS: Mapping[str, tuple[str, ...]] = {
    "iam:PassRole": ("iam:PassedToService", "iam:AssociatedResourceArn"),
    "iam:CreateServiceLinkedRole": ("iam:AWSServiceName",),
    "iam:AttachRolePolicy": ("iam:PolicyARN", "iam:PermissionsBoundary"),
    "iam:AttachUserPolicy": ("iam:PolicyARN", "iam:PermissionsBoundary"),
    "iam:AttachGroupPolicy": ("iam:PolicyARN",),
    "kms:CreateGrant": (
        "kms:GrantIsForAWSResource",
        "kms:GranteePrincipal",
        "kms:GrantConstraintType",
        "kms:GrantOperations",
        "kms:ViaService",
    ),
}
"""An action and the keys of which one must stand in the condition of its grant.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html,
https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html"""
_DECRYPT = ("kms:Decrypt", "kms:ReEncryptFrom")
_DECRYPT_LIMITS = ("kms:ViaService", "kms:ResourceAliases", "kms:CallerAccount", "aws:CalledVia")
_EVERY_KEY = re.compile(r"\*|arn:[^:]*:kms:[^:]*:[^:]*:(\*|key/\*)")


def _limited(document: Document) -> Iterator[str]:
    for i, statement in enumerate(document.statements):
        if not statement.allow:
            continue
        for action, keys in _LIMITS.items():
            if statement.covers(action) and not statement.requires(*keys):
                yield f"{label(statement, i)} allows {action} without a condition on {keys[0]}"
        every = [name for name in statement.resources if _EVERY_KEY.fullmatch(name)]
        tagged = any(c.key.casefold().startswith("aws:resourcetag/") and c.requires for c in statement.conditions)
        if every and any(map(statement.covers, _DECRYPT)) and not (tagged or statement.requires(*_DECRYPT_LIMITS)):
            yield f"{label(statement, i)} decrypts under every key of the account without a condition on kms:ViaService"


CONTROL = Control(
    id="iam-rights-limited",
    group=Group.IDENTITY_LEAST_PRIVILEGE,
    title="Rights over roles and keys are limited by a condition",
    severity=Severity.HIGH,
    why="Whoever may pass any role to any service, attach any policy or grant a key on, has the rights of others too.",
    remedy="Add the condition key that the message names, such as iam:PassedToService.",
    url="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html",
    clauses=("iso27001:A.8.2", "soc2:CC6.3", "nist-800-53:AC-6", "cis:6.8"),
    rows=ByCloud(
        aws=(document_rule(IDENTITY_POLICIES, _limited, "it must limit its rights over roles and keys"),),
        azure=Gap(
            kind=GapKind.NEVER,
            reason="Azure limits who may be assigned what by conditions on assignments, judged by iam-no-admin-grant.",
            url="https://learn.microsoft.com/azure/role-based-access-control/delegate-role-assignments-overview",
        ),
        gcp=Gap(
            kind=GapKind.NEVER,
            reason="Google Cloud limits granted roles by a condition on the binding, judged by iam-no-wildcard.",
            url="https://cloud.google.com/iam/docs/setting-limits-on-granting-roles",
        ),
    ),
)
