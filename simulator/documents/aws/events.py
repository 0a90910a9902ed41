"""Event patterns of EventBridge, filter policies of SNS, and what targets make of an event.

Patterns: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns-content-based-filtering.html.
Filter policies: https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html. Input transformers:
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html.
"""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from simulator.documents.fault import Document, Fault, Place, listed, members, nearest
from simulator.values import is_unknown

MAX_PATTERN = 2048
"""Characters: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html."""
MAX_FILTER_KEYS = 5
MAX_PATHS = 100

_SIGNS = ("=", "<", "<=", ">", ">=")


def _text(value: Any) -> str:
    return "" if isinstance(value, str) and value else "text"


def _affix(value: Any) -> str:
    if isinstance(value, dict):
        return "" if list(value) == ["equals-ignore-case"] and not _text(value["equals-ignore-case"]) else "text"
    return _text(value)


def _numeric(value: Any) -> str:
    allowed = 'a list such as [">", 0, "<=", 5]'
    if not isinstance(value, list) or len(value) not in (2, 4):
        return allowed
    for sign, limit in zip(value[::2], value[1::2], strict=True):
        if sign not in _SIGNS or not isinstance(limit, int | float) or isinstance(limit, bool):
            return allowed
    return ""


def _cidr(value: Any) -> str:
    try:
        ipaddress.ip_network(value, strict=False)
    except (ValueError, TypeError):
        return "a CIDR range"
    return "" if isinstance(value, str) and "/" in value else "a CIDR range"


def _wildcard(value: Any) -> str:
    if not isinstance(value, str) or not value:
        return "text with *"
    return "text without ** " if "**" in value else ""


def _anything_but(value: Any) -> str:
    if isinstance(value, dict):
        inner = {"prefix", "suffix", "wildcard", "equals-ignore-case"}
        return "" if len(value) == 1 and set(value) <= inner else f"one of {', '.join(sorted(inner))}"
    values = value if isinstance(value, list) else [value]
    if not values or any(isinstance(one, dict | list) for one in values):
        return "a value or a list of values"
    return ""


OPERATORS: dict[str, Callable[[Any], str]] = {
    "anything-but": _anything_but,
    "cidr": _cidr,
    "equals-ignore-case": _text,
    "exists": lambda value: "" if isinstance(value, bool) else "true or false",
    "numeric": _numeric,
    "prefix": _affix,
    "suffix": _affix,
    "wildcard": _wildcard,
}
"""Operator -> what its operand must be, empty when it is."""


def event_pattern(document: Document) -> Iterator[Fault]:
    """Grammar of an event pattern."""
    if len(document.text) > MAX_PATTERN:
        yield Fault((), f"the pattern has {len(document.text)} characters", f"at most {MAX_PATTERN}")
    if not isinstance(document.value, dict) or not document.value:
        yield Fault((), "Event pattern is not valid. Reason: it matches nothing", "an object with at least one field")
        return
    yield from _fields(document.value, (), OPERATORS)


def filter_policy(document: Document) -> Iterator[Fault]:
    """Grammar of a filter policy of a subscription."""
    value = document.value
    if not isinstance(value, dict):
        yield Fault((), "Invalid parameter: FilterPolicy is no object", "attribute -> list of values")
        return
    operators = {name: check for name, check in OPERATORS.items() if name != "wildcard"}
    body = document.beside.get("filterPolicyScope") == "MessageBody"
    if not body and len(value) > MAX_FILTER_KEYS:
        yield Fault((), f"the filter policy has {len(value)} keys", f"at most {MAX_FILTER_KEYS}")
    for place, inner in members(value, ()):
        if isinstance(inner, dict) and not body and not is_unknown(document.beside.get("filterPolicyScope")):
            yield Fault(place, "a filter on attributes is not nested", "a list; filterPolicyScope MessageBody nests")
    yield from _fields(value, (), operators)


def _fields(value: dict[str, Any], place: Place, operators: dict[str, Callable[[Any], str]]) -> Iterator[Fault]:
    for where, inner in members(value, place):
        if where[-1] == "$or":
            if not isinstance(inner, list) or len(inner) < 2:
                yield Fault(where, "$or has fewer than two patterns", "a list of two or more")
            for spot, one in members(inner, where):
                if isinstance(one, dict):
                    yield from _fields(one, spot, operators)
                else:
                    yield Fault(spot, "it is no pattern", "an object")
        elif isinstance(inner, dict):
            if not inner:
                yield Fault(where, "an empty object matches nothing", "a list of values, or fields")
            yield from _fields(inner, where, operators)
        elif not isinstance(inner, list):
            yield Fault(where, f'"{where[-1]}" must be an object or an array', "a list of values")
        elif not inner:
            yield Fault(where, "Empty arrays are not allowed", "at least one value")
        else:
            for spot, one in members(inner, where):
                yield from _value(one, spot, operators)


def _value(value: Any, place: Place, operators: dict[str, Callable[[Any], str]]) -> Iterator[Fault]:
    if isinstance(value, list):
        yield Fault(place, "a list stands in a list of values", "values and operators")
    elif isinstance(value, dict):
        if len(value) != 1:
            yield Fault(place, f"Only one key allowed in match expression, not {len(value)}", listed(operators))
            return
        ((operator, operand),) = value.items()
        if operator not in operators:
            what = f"Unrecognized match type {operator}"
            yield Fault((*place, operator), what, listed(operators), nearest(operator, operators))
        elif not is_unknown(operand) and (wanted := operators[operator](operand)):
            yield Fault((*place, operator), f"{operand!r} is no operand of {operator}", wanted)


def event_target(document: Document) -> Iterator[Fault]:
    """Grammar of what a target gets: a constant, one path, or a transformer."""
    inputs = document.value
    if not isinstance(inputs, dict):
        return
    given = [key for key in ("input", "inputPath", "inputTransformer") if inputs.get(key) is not None]
    if len(given) > 1:
        yield Fault((given[1],), f"it stands beside {given[0]}", "one of input, inputPath, inputTransformer")
    constant = inputs.get("input")
    if isinstance(constant, str) and not is_unknown(constant):
        try:
            json.loads(constant)
        except (ValueError, RecursionError) as error:
            yield Fault(("input",), f"JSON syntax error in input for target ({error})"[:200])
    transformer = inputs.get("inputTransformer")
    if isinstance(transformer, dict):
        yield from _transformer(transformer)


def _transformer(transformer: dict[str, Any]) -> Iterator[Fault]:
    paths = transformer.get("inputPaths") or {}
    place: Place = ("inputTransformer", "inputPaths")
    if not isinstance(paths, dict):
        return
    if len(paths) > MAX_PATHS:
        yield Fault(place, f"it has {len(paths)} paths", f"at most {MAX_PATHS}")
    for name, path in paths.items():
        if name.lower().startswith("aws"):
            yield Fault((*place, name), f"'{name}' begins with AWS", "another name: these are reserved")
        if isinstance(path, str) and not is_unknown(path) and not re.match(r"\$(\.|\[|$)", path):
            yield Fault((*place, name), f"'{path}' is no path", "a JSON path that begins with $.")
    template = transformer.get("inputTemplate")
    if isinstance(template, str) and not is_unknown(template):
        for name in re.findall(r"<([^<>\s]+)>", template):
            if name not in paths and not name.startswith("aws.events."):
                yield Fault(
                    ("inputTransformer", "inputTemplate"),
                    f"InputTemplate for target contains invalid placeholder {name}",
                    listed(paths) or "none is declared in inputPaths",
                    nearest(name, paths),
                )
