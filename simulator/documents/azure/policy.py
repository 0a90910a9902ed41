"""Rules and assignments of Azure Policy, and tasks of container registries.

Rules: https://learn.microsoft.com/azure/governance/policy/concepts/definition-structure-policy-rule. Aliases of fields
are not looked up: no installed data lists them. Tasks:
https://learn.microsoft.com/azure/container-registry/container-registry-tasks-reference-yaml.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from simulator.documents.fault import Document, Fault, Place, listed, members, nearest
from simulator.values import is_unknown

EFFECTS = (
    "addToNetworkGroup",
    "append",
    "audit",
    "auditIfNotExists",
    "deny",
    "denyAction",
    "deployIfNotExists",
    "disabled",
    "manual",
    "modify",
    "mutate",
)
OPERATORS = (
    "contains",
    "containsKey",
    "equals",
    "exists",
    "greater",
    "greaterOrEquals",
    "in",
    "less",
    "lessOrEquals",
    "like",
    "match",
    "matchInsensitively",
    "notContains",
    "notContainsKey",
    "notEquals",
    "notIn",
    "notLike",
    "notMatch",
    "notMatchInsensitively",
)
SUBJECTS = ("field", "value", "count", "source")
_DEFINITION = re.compile(
    r"(?:/[^/]+)*/providers/Microsoft\.Authorization/policy(?:Set)?Definitions/[^/%&\\?<>]+(?:/versions/[^/]+)?",
    re.IGNORECASE,
)
STEPS = ("build", "cmd", "push")


def rule(document: Document) -> Iterator[Fault]:
    """Grammar of a policy rule: ``if`` and ``then``."""
    value = document.value
    if not isinstance(value, dict):
        yield Fault((), "a policy rule is an object", "if and then")
        return
    for key in ("if", "then"):
        if key not in value:
            yield Fault((), f"'{key}' is missing")
    if "if" in value:
        yield from _condition(value["if"], ("if",))
    then = value.get("then")
    effect = then.get("effect") if isinstance(then, dict) else None
    if "then" in value and effect is None and not is_unknown(then):
        yield Fault(("then",), "the rule has no effect", ", ".join(EFFECTS))
    elif isinstance(effect, str) and not _is_effect(effect):
        yield Fault(("then", "effect"), f"'{effect}' is no effect", ", ".join(EFFECTS), nearest(effect, EFFECTS))


def _is_effect(effect: str) -> bool:
    return is_unknown(effect) or effect.startswith("[") or effect.lower() in {one.lower() for one in EFFECTS}


def _condition(value: Any, place: Place) -> Iterator[Fault]:
    if is_unknown(value):
        return
    if not isinstance(value, dict):
        yield Fault(place, "a condition is an object", "allOf, anyOf, not, or a subject and an operator")
        return
    for key in ("allOf", "anyOf"):
        if key in value:
            if not isinstance(value[key], list):
                yield Fault((*place, key), "it is no list", "a list of conditions")
            for where, one in members(value[key], (*place, key)):
                yield from _condition(one, where)
            return
    if "not" in value:
        yield from _condition(value["not"], (*place, "not"))
        return
    subjects = [key for key in value if key in SUBJECTS]
    operators = [key for key in value if key in OPERATORS]
    strange = [key for key in value if key not in SUBJECTS and key not in OPERATORS]
    for key in strange:
        known = (*SUBJECTS, *OPERATORS, "allOf", "anyOf", "not")
        yield Fault((*place, key), f"'{key}' is no operator", listed(OPERATORS, 20), nearest(key, known))
    if len(subjects) != 1:
        yield Fault(place, f"it has {len(subjects)} subjects", "exactly one of " + ", ".join(SUBJECTS))
    if len(operators) != 1 and not strange:
        yield Fault(place, f"it has {len(operators)} operators", "exactly one")


def assignment(document: Document) -> Iterator[Fault]:
    """Grammar of a policy assignment: the id of its definition and the wrapping of its parameters."""
    inputs = document.value
    if not isinstance(inputs, dict):
        return
    definition = inputs.get("policyDefinitionId")
    if isinstance(definition, str) and not is_unknown(definition) and not _DEFINITION.fullmatch(definition):
        allowed = "[scope]/providers/Microsoft.Authorization/policyDefinitions/NAME (or policySetDefinitions)"
        yield Fault(("policyDefinitionId",), f"'{definition}' is no id of a policy definition", allowed)
    for place, parameter in members(inputs.get("parameters"), ("parameters",)):
        if not isinstance(parameter, dict) or "value" not in parameter:
            yield Fault(place, "the parameter is not wrapped", '{"value": …}')


def registry_task(document: Document) -> Iterator[Fault]:
    """Grammar of a multi-step task of a container registry."""
    value = document.value
    if not isinstance(value, dict) or not isinstance(value.get("steps"), list) or not value["steps"]:
        yield Fault((), "a task has no steps", "version and a list of steps")
        return
    version = value.get("version")
    if version is not None and not re.fullmatch(r"v?1\.\d+\.\d+", str(version)):
        yield Fault(("version",), f"'{version}' is no version of task files", "v1.1.0")
    seen: set[str] = set()
    for place, step in members(value["steps"], ("steps",)):
        kinds = [key for key in STEPS if isinstance(step, dict) and key in step]
        if len(kinds) != 1:
            yield Fault(place, f"a step has {len(kinds)} of {', '.join(STEPS)}", "exactly one")
        name = step.get("id") if isinstance(step, dict) else None
        if isinstance(name, str):
            if name in seen:
                yield Fault((*place, "id"), f"the id '{name}' is taken")
            seen.add(name)
    for place, step in members(value["steps"], ("steps",)):
        after = step.get("when") if isinstance(step, dict) else None
        for index, one in enumerate(after if isinstance(after, list) else []):
            if one != "-" and one not in seen:
                yield Fault((*place, "when", index), f"there is no step '{one}'", listed(seen) or "none has an id")
