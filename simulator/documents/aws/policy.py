"""IAM policies: identity policies, the policies of resources, and what single services add.

Grammar: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html. Quotas are cited in the table
of flavours. Names of actions are not looked up: IAM itself accepts any name in a known form, and no installed data
lists the actions of every service.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from simulator.documents.aws.arns import resource_faults
from simulator.documents.aws.conditions import condition_faults
from simulator.documents.aws.principals import principal_faults
from simulator.documents.fault import Document, Fault, Grammar, Place, items, nearest
from simulator.values import is_unknown

VERSIONS = ("2012-10-17", "2008-10-17")
TOP = ("Version", "Id", "Statement")
ELEMENTS = (
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
)

Rule = Callable[[Document, list[tuple[Place, dict[str, Any]]]], Iterator[Fault]]
"""What a service adds: sees the statements that are objects, with their places."""


@dataclass(frozen=True)
class Flavour:
    """How the policies of one kind of resource differ from the common grammar."""

    name: str
    principal: bool
    """Whether statements must name a principal (resource policies) or must not (identity policies)."""
    resource: str = "required"
    """``required``, ``optional`` or ``forbidden``."""
    limit: int = 0
    """Size: characters without white space for identity and trust policies, else bytes; 0: none known."""
    spaces: bool = True
    """Whether white space counts."""
    quota: str = ""
    """Page of the size."""
    sid: re.Pattern[str] | None = None
    vendors: tuple[str, ...] = ()
    """The only services whose actions are accepted; empty: any."""
    wildcard_resource: bool = True
    """Whether ``Resource: "*"`` is accepted."""
    latest: bool = False
    """Whether the version must be 2012-10-17."""
    rules: tuple[Rule, ...] = ()


def policy(flavour: Flavour) -> Grammar:
    """Return the grammar of one flavour of policy."""

    def check(document: Document) -> Iterator[Fault]:
        yield from _size(flavour, document)
        value = document.value
        if not isinstance(value, dict):
            yield Fault((), "Syntax errors in policy.", "a JSON object with Version and Statement")
            return
        yield from _top(flavour, value)
        statements = [
            (place, one) for place, one in items(value.get("Statement", []), ("Statement",)) if not is_unknown(one)
        ]
        known: list[tuple[Place, dict[str, Any]]] = []
        for place, statement in statements:
            if isinstance(statement, dict):
                known.append((place, statement))
                yield from _statement(flavour, statement, place)
            else:
                yield Fault(place, "Syntax errors in policy.", "a statement is an object")
        yield from _unique(known)
        for rule in flavour.rules:
            yield from rule(document, known)

    return check


def _size(flavour: Flavour, document: Document) -> Iterator[Fault]:
    if not flavour.limit or not document.text:
        return
    text = document.text if flavour.spaces else re.sub(r"\s", "", document.text)
    size = len(text.encode()) if flavour.spaces else len(text)
    if size > flavour.limit:
        unit = "bytes" if flavour.spaces else "characters without white space"
        yield Fault(
            (),
            f"LimitExceeded: the {flavour.name} has {size} {unit}",
            f"at most {flavour.limit}",
            f"split it or shorten its lists ({flavour.quota})",
        )


def _top(flavour: Flavour, value: dict[str, Any]) -> Iterator[Fault]:
    for key in value:
        if key not in TOP:
            yield Fault((key,), f"'{key}' is no element of a policy", ", ".join(TOP), nearest(key, TOP))
    version = value.get("Version")
    if version is not None and not is_unknown(version) and version not in VERSIONS:
        yield Fault(("Version",), f"{version!r} is no version of the policy language", " or ".join(VERSIONS))
    elif flavour.latest and version != VERSIONS[0] and not is_unknown(version):
        yield Fault(("Version",), "Policy document must be version 2012-10-17 or greater.", VERSIONS[0])
    if "Id" in value and not isinstance(value["Id"], str):
        yield Fault(("Id",), "Syntax errors in policy.", "text")
    if "Statement" not in value or value["Statement"] == []:
        yield Fault((), "Syntax errors in policy: there is no Statement.", "one statement or more")


def _statement(flavour: Flavour, statement: dict[str, Any], place: Place) -> Iterator[Fault]:
    for key in statement:
        if key not in ELEMENTS:
            yield Fault(
                (*place, key), f"'{key}' is no element of a statement", ", ".join(ELEMENTS), nearest(key, ELEMENTS)
            )
    effect = statement.get("Effect")
    if "Effect" not in statement:
        yield Fault(place, "Missing required field Effect", "Allow or Deny")
    elif effect not in ("Allow", "Deny") and not is_unknown(effect):
        yield Fault((*place, "Effect"), f"Invalid effect: {effect}", "Allow or Deny (case matters)")
    sid = statement.get("Sid")
    if sid is not None and not is_unknown(sid):
        if not isinstance(sid, str):
            yield Fault((*place, "Sid"), "Syntax errors in policy.", "text")
        elif flavour.sid is not None and not flavour.sid.fullmatch(sid):
            yield Fault((*place, "Sid"), f"Statement IDs (SID) must be alpha-numeric ('{sid}')", flavour.sid.pattern)
    yield from _principals(flavour, statement, place)
    yield from _actions(flavour, statement, place)
    yield from _resources(flavour, statement, place)
    if "Condition" in statement and not is_unknown(statement["Condition"]):
        yield from condition_faults(statement["Condition"], (*place, "Condition"))


def _principals(flavour: Flavour, statement: dict[str, Any], place: Place) -> Iterator[Fault]:
    named = [key for key in ("Principal", "NotPrincipal") if key in statement]
    if not flavour.principal:
        for key in named:
            yield Fault(
                (*place, key),
                "Policy document should not specify a principal.",
                "",
                "an identity policy is for whoever it is attached to: remove it",
            )
        return
    if len(named) != 1:
        yield Fault(place, "Missing required field Principal", "exactly one of Principal and NotPrincipal")
    for key in named:
        if not is_unknown(statement[key]):
            yield from principal_faults(statement[key], (*place, key))


def _actions(flavour: Flavour, statement: dict[str, Any], place: Place) -> Iterator[Fault]:
    named = [key for key in ("Action", "NotAction") if key in statement]
    if not named or any(statement[key] == [] for key in named):
        yield Fault(place, "Policy statement must contain actions.", "exactly one of Action and NotAction")
        return
    if len(named) == 2:
        yield Fault(place, "a statement has either Action or NotAction", "exactly one of Action and NotAction")
    for key in named:
        for where, one in items(statement[key], (*place, key)):
            if is_unknown(one):
                continue
            if not isinstance(one, str):
                yield Fault(where, "Syntax errors in policy.", "text, or a list of texts")
                continue
            yield from _action(flavour, one, where)


def _action(flavour: Flavour, action: str, place: Place) -> Iterator[Fault]:
    if action == "*":
        return
    form = "service:Action, in which * and ? may stand"
    vendor, colon, name = action.partition(":")
    if not colon:
        what = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."
        yield Fault(place, f"{what} ('{action}')", form)
    elif ":" in name:
        yield Fault(place, f"Actions/Condition can contain only one colon. ('{action}')", form)
    elif re.search(r"[^a-zA-Z0-9.-]", vendor) or not vendor:
        yield Fault(place, f"Vendor {vendor} is not valid", form)
    elif not re.fullmatch(r"[A-Za-z0-9*?]+", name):
        yield Fault(place, f"'{name}' is no name of an action", form)
    elif flavour.vendors and vendor.lower() not in flavour.vendors:
        yield Fault(
            place,
            f"Policy has invalid action: {action}",
            f"actions of {', '.join(flavour.vendors)}",
            f"the {flavour.name} decides on its own service only",
        )


def _resources(flavour: Flavour, statement: dict[str, Any], place: Place) -> Iterator[Fault]:
    named = [key for key in ("Resource", "NotResource") if key in statement]
    if flavour.resource == "forbidden":
        for key in named:
            yield Fault(
                (*place, key), f"Has prohibited field {key}", "", "a role is the only resource of its trust policy"
            )
        return
    if len(named) == 2 or (not named and flavour.resource == "required"):
        yield Fault(place, "Policy statement must contain resources.", "exactly one of Resource and NotResource")
    for key in named:
        if statement[key] == []:
            yield Fault((*place, key), "Policy statement must contain resources.", "at least one")
        for where, one in items(statement[key], (*place, key)):
            if is_unknown(one):
                continue
            if not isinstance(one, str):
                yield Fault(where, "Syntax errors in policy.", "text, or a list of texts")
                continue
            if one == "*" and not flavour.wildcard_resource:
                yield Fault(where, "Policy has invalid resource: '*'", "ARNs of the resource that the policy is on")
            for what, allowed in resource_faults(one):
                yield Fault(where, what, allowed)


def _unique(statements: list[tuple[Place, dict[str, Any]]]) -> Iterator[Fault]:
    seen: dict[str, Place] = {}
    for place, statement in statements:
        sid = statement.get("Sid")
        if not isinstance(sid, str) or not sid or is_unknown(sid):
            continue
        if sid in seen:
            yield Fault((*place, "Sid"), f"Statement IDs (SID) in a single policy must be unique. ('{sid}' is taken)")
        seen[sid] = place
