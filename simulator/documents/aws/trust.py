"""What IAM adds for trust policies of roles (``assume_role_policy``).

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html, the errors
"Mismatched action for principal", "Role trust policy syntax error: NotPrincipal" and "Role trust policy unsupported
wildcard in principal" of
https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html, and the claims that IAM
demands for shared identity providers:
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_oidc_secure-by-default.html (a selection).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from simulator.documents.aws.arns import glob
from simulator.documents.fault import Document, Fault, Place, items, nearest, texts
from simulator.values import is_unknown

ACTIONS: dict[str, tuple[str, ...]] = {
    "sts:AssumeRole": ("AWS", "Service", "CanonicalUser"),
    "sts:AssumeRoleWithSAML": ("Federated",),
    "sts:AssumeRoleWithWebIdentity": ("Federated",),
    "sts:SetContext": ("AWS", "Service", "Federated"),
    "sts:SetSourceIdentity": ("AWS", "Service", "Federated"),
    "sts:TagSession": ("AWS", "Service", "Federated"),
}
"""What a trust policy may allow, and the kinds of principal that may do it."""

SHARED_ISSUERS: dict[str, str] = {
    "agent.buildkite.com": "sub",
    "app.terraform.io": "sub",
    "gitlab.com": "sub",
    "token.actions.githubusercontent.com": "sub",
}
"""Issuers that serve many customers, and the claim that tells them apart."""


def trust_rules(_: Document, statements: list[tuple[Place, dict[str, Any]]]) -> Iterator[Fault]:
    """Yield what IAM refuses of a trust policy beyond the common grammar."""
    for place, statement in statements:
        yield from _actions(statement, place)
        allow = statement.get("Effect") == "Allow"
        if allow and statement.get("Principal") == "*":
            yield Fault(
                (*place, "Principal"),
                'Invalid principal in policy: "*" may not assume a role',
                '{"AWS": …}, {"Service": …} or {"Federated": …}',
            )
        if allow and "NotPrincipal" in statement:
            yield Fault((*place, "NotPrincipal"), "a trust policy does not allow by NotPrincipal", "Principal")
        if allow:
            yield from _shared_issuers(statement, place)


def _actions(statement: dict[str, Any], place: Place) -> Iterator[Fault]:
    principal = statement.get("Principal")
    kinds = set(principal) if isinstance(principal, dict) else set()
    for where, action in texts(statement.get("Action", []), (*place, "Action")):
        matched = [one for one in ACTIONS if re.fullmatch(glob(action.lower()), one.lower())]
        if not matched:
            yield Fault(
                where,
                f"AssumeRole policy may only specify STS AssumeRole actions. ('{action}')",
                ", ".join(ACTIONS),
                nearest(action, ACTIONS),
            )
        elif kinds and not any(kinds & set(ACTIONS[one]) for one in matched):
            yield Fault(
                where,
                f"The action {action} is invalid with principals of kind {', '.join(sorted(kinds))}",
                ", ".join(sorted({kind for one in matched for kind in ACTIONS[one]})),
            )


def _shared_issuers(statement: dict[str, Any], place: Place) -> Iterator[Fault]:
    principal = statement.get("Principal")
    federated = principal.get("Federated", []) if isinstance(principal, dict) else []
    for _, provider in texts(federated, ()):
        issuer = provider.partition(":oidc-provider/")[2]
        claim = SHARED_ISSUERS.get(issuer)
        if claim is None:
            continue
        key = f"{issuer}:{claim}"
        condition = statement.get("Condition")
        if is_unknown(condition) or _limits(condition, key):
            continue
        yield Fault(
            (*place, "Condition"),
            f"{issuer} serves many customers, and the policy does not say which '{claim}' it trusts",
            f"StringEquals or StringLike on {key} with a value that is not only a wildcard",
        )


def _limits(condition: Any, key: str) -> bool:
    """Tell whether a condition narrows a claim, as far as it is known."""
    if not isinstance(condition, dict):
        return False
    for operator, tests in condition.items():
        if is_unknown(tests):
            return True
        positive = "String" in operator and "Not" not in operator and not operator.endswith("IfExists")
        if not positive or not isinstance(tests, dict):
            continue
        for written, value in tests.items():
            if isinstance(written, str) and written.lower() == key.lower():
                values = [one for _, one in items(value, ())]
                return bool(values) and all(is_unknown(one) or str(one).strip("*?") for one in values)
    return False
