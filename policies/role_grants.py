"""All that the stack itself lets a role of AWS do: inline policies, policies beside it, and attached ones of the stack.

Deliberately not done: the content of policies that AWS or another stack owns (iam-no-admin-grant judges the broad ones
by name), permissions boundaries and service control policies, which only take away.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from policies.graph import Graph, Resource
from policies.iam_policy import Document, Invalid, Statement, parse
from policies.tokens import aws
from policies.verdict import MISSING, UNKNOWN, Mark, at

ROLE, POLICY = aws("iam.Role"), aws("iam.Policy")
BESIDE, ATTACHMENT = aws("iam.RolePolicy"), aws("iam.RolePolicyAttachment")
READS = (
    (ROLE, "inlinePolicies[].policy"),
    (ROLE, "assumeRolePolicy"),
    (BESIDE, "role"),
    (BESIDE, "policy"),
    (ATTACHMENT, "role"),
    (ATTACHMENT, "policyArn"),
    (POLICY, "policy"),
)
"""What a check that asks for the grants of a role reads."""
_ATTACHED: WeakKeyDictionary[Graph, dict[str, list[Resource]]] = WeakKeyDictionary()
"""Policies of the stack by the URN of their attachment; made once per graph."""


@dataclass(frozen=True)
class Grants:
    """The statements of a role's policies."""

    statements: tuple[Statement, ...]
    unsure: bool
    """Whether a policy, or whether one belongs to the role, is not known yet."""

    def denied(self, action: str) -> bool:
        """Whether an action is denied whatever the request says."""
        return any(not s.allow and not s.conditions and s.covers(action) for s in self.statements)

    def allowed(self, action: str) -> tuple[Statement, ...]:
        """The statements that allow an action; none where it is denied."""
        return () if self.denied(action) else tuple(s for s in self.statements if s.allow and s.covers(action))


def grants(role: Resource, graph: Graph) -> Grants:
    """What a role may and may not do."""
    beside, maybe = graph.referring(role, (BESIDE,), "role")
    attachments, maybe_attached = graph.referring(role, (ATTACHMENT,), "role")
    attached = _attached(graph)
    holders = [*beside, *(policy for a in attachments for policy in attached.get(a.urn, ()))]
    values = [hit.value for hit in at(role.props, "inlinePolicies[].policy")]
    documents = list(_documents([*values, *(holder.at("policy") for holder in holders)]))
    statements = tuple(s for d in documents if isinstance(d, Document) for s in d.statements)
    unknown = any(d is UNKNOWN for d in documents) or any(s.unsure for s in statements)
    return Grants(statements, unknown or bool(maybe) or bool(maybe_attached))


def services(role: Resource) -> bool:
    """Whether services of the cloud take the role: then automation acts in it, and no person."""
    document = parse(role.at("assumeRolePolicy"))
    return isinstance(document, Document) and any(
        s.allow and any(kind == "Service" for kind, _ in s.principals) for s in document.statements
    )


def _attached(graph: Graph) -> dict[str, list[Resource]]:
    if graph not in _ATTACHED:
        found: dict[str, list[Resource]] = {}
        for policy in graph.of(POLICY):
            for attachment in graph.referring(policy, (ATTACHMENT,), "policyArn")[0]:
                found.setdefault(attachment.urn, []).append(policy)
        _ATTACHED[graph] = found
    return _ATTACHED[graph]


def _documents(values: Iterable[Any]) -> Iterator[Document | Invalid | Mark]:
    for value in values:
        if value is not MISSING:
            yield parse(value)
