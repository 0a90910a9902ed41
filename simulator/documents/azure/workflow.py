"""Workflow definitions of Logic Apps.

https://learn.microsoft.com/azure/logic-apps/logic-apps-workflow-definition-language and
https://learn.microsoft.com/azure/logic-apps/workflow-definition-language-functions-reference. Inputs of connectors are
not checked: each has its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from simulator.documents.fault import Document, Fault, Place, listed, members, nearest
from simulator.documents.shape import ANY, MAP, TEXT, checker, record
from simulator.values import is_unknown, strings

TRIGGERS = (
    "ApiConnection",
    "ApiConnectionNotification",
    "ApiConnectionWebhook",
    "ApiManagement",
    "Batch",
    "Http",
    "HttpWebhook",
    "Recurrence",
    "Request",
    "ServiceProvider",
    "SlidingWindow",
)
ACTIONS = (
    "ApiConnection",
    "ApiConnectionWebhook",
    "ApiManagement",
    "AppendToArrayVariable",
    "AppendToStringVariable",
    "Compose",
    "DecrementVariable",
    "Expression",
    "FlatFileDecoding",
    "FlatFileEncoding",
    "Foreach",
    "Function",
    "Http",
    "HttpWebhook",
    "If",
    "IncrementVariable",
    "InitializeVariable",
    "IntegrationAccountArtifactLookup",
    "JavaScriptCode",
    "Join",
    "Liquid",
    "ParseJson",
    "Query",
    "Response",
    "Scope",
    "Select",
    "SendToBatch",
    "ServiceProvider",
    "SetVariable",
    "Switch",
    "Table",
    "Terminate",
    "Until",
    "Wait",
    "Workflow",
    "XmlValidation",
    "Xslt",
)
STATUSES = ("Succeeded", "Failed", "Skipped", "TimedOut")
FREQUENCIES = ("Second", "Minute", "Hour", "Day", "Week", "Month", "Year")
COMPARISONS = (
    "and",
    "or",
    "not",
    "equals",
    "contains",
    "startsWith",
    "endsWith",
    "greater",
    "greaterOrEquals",
    "less",
    "lessOrEquals",
)
MAX_TRIGGERS = 10
MAX_NESTING = 8

_TOP = checker(
    record(
        {
            "$schema": TEXT,
            "contentVersion": TEXT,
            "description": TEXT,
            "parameters": MAP,
            "staticResults": MAP,
            "triggers": MAP,
            "actions": MAP,
            "outputs": MAP,
            "metadata": ANY,
        },
        required=("$schema", "triggers", "actions"),
    )
)
_REFERENCE = re.compile(r"(?<![\w.])(body|outputs|actions|result)\(\s*'((?:[^']|'')*)'\s*\)")
_PARAMETER = re.compile(r"(?<![\w.])parameters\(\s*'((?:[^']|'')*)'\s*\)")


def workflow(document: Document) -> Iterator[Fault]:
    """Grammar of a workflow definition."""
    value = document.value
    found = list(_TOP(value, ()))
    yield from found
    if found or not isinstance(value, dict):
        return
    yield from _triggers(value["triggers"])
    names: dict[str, Place] = {}
    yield from _scope(value["actions"], ("actions",), names, 1)
    parameters = value.get("parameters", {})
    for path, text in strings(value):
        if text.startswith("@@") or "@" not in text:
            continue
        yield from _expression(text, path, names, parameters)


def _triggers(triggers: Any) -> Iterator[Fault]:
    if not isinstance(triggers, dict):
        return
    if len(triggers) > MAX_TRIGGERS:
        yield Fault(("triggers",), f"it has {len(triggers)} triggers", f"at most {MAX_TRIGGERS}")
    for place, trigger in members(triggers, ("triggers",)):
        if not isinstance(trigger, dict):
            yield Fault(place, "a trigger is an object", "type, recurrence, inputs, …")
            continue
        yield from _kind(trigger, place, TRIGGERS)
        recurrence = trigger.get("recurrence")
        if trigger.get("type") == "Recurrence" and recurrence is None:
            yield Fault(place, "a Recurrence trigger has no recurrence", "frequency and interval")
        if isinstance(recurrence, dict):
            frequency, interval = recurrence.get("frequency"), recurrence.get("interval")
            if frequency not in FREQUENCIES and not is_unknown(frequency) and not str(frequency).startswith("@"):
                where = (*place, "recurrence", "frequency")
                yield Fault(
                    where,
                    f"{frequency!r} is no frequency",
                    ", ".join(FREQUENCIES),
                    nearest(str(frequency), FREQUENCIES),
                )
            if isinstance(interval, int | float) and interval < 1:
                yield Fault((*place, "recurrence", "interval"), f"{interval} is out of range", "≥ 1")


def _kind(item: dict[str, Any], place: Place, known: tuple[str, ...]) -> Iterator[Fault]:
    kind = item.get("type")
    if is_unknown(kind):
        return
    if not isinstance(kind, str) or kind.lower() not in {one.lower() for one in known}:
        yield Fault((*place, "type"), f"{kind!r} is not known", listed(known, 40), nearest(str(kind), known))


def _scope(actions: Any, place: Place, names: dict[str, Place], level: int) -> Iterator[Fault]:
    """Check the actions of one scope: they may run after each other, and after nothing outside of it."""
    if not isinstance(actions, dict):
        yield Fault(place, "actions are an object by name")
        return
    if level > MAX_NESTING:
        yield Fault(place, "actions are nested too deep", f"at most {MAX_NESTING} levels")
        return
    for where, action in members(actions, place):
        name = str(where[-1])
        if name in names:
            yield Fault(where, f"the action name '{name}' is taken", "names are unique in the whole workflow")
        names[name] = where
        if not isinstance(action, dict):
            yield Fault(where, "an action is an object", "type, inputs, runAfter, …")
            continue
        yield from _kind(action, where, ACTIONS)
        yield from _run_after(action.get("runAfter", {}), actions, where)
        if action.get("type") == "If":
            yield from _logic(action.get("expression"), (*where, "expression"))
        for branch in _branches(action, where):
            yield from _scope(branch[1], branch[0], names, level + 1)
    yield from _cycles(actions, place)


def _branches(action: dict[str, Any], place: Place) -> Iterator[tuple[Place, Any]]:
    if "actions" in action:
        yield (*place, "actions"), action["actions"]
    for key in ("else", "default"):
        inner = action.get(key)
        if isinstance(inner, dict) and "actions" in inner:
            yield (*place, key, "actions"), inner["actions"]
    for where, case in members(action.get("cases"), (*place, "cases")):
        if isinstance(case, dict) and "actions" in case:
            yield (*where, "actions"), case["actions"]


def _run_after(after: Any, siblings: dict[str, Any], place: Place) -> Iterator[Fault]:
    where = (*place, "runAfter")
    if is_unknown(after):
        return
    if not isinstance(after, dict):
        yield Fault(where, "runAfter is an object", "action -> list of statuses")
        return
    for name, statuses in after.items():
        if name not in siblings:
            yield Fault(
                (*where, name), f"there is no action '{name}' in this scope", listed(siblings), nearest(name, siblings)
            )
        if not isinstance(statuses, list):
            continue
        words = {one.lower() for one in STATUSES}
        for index, status in enumerate(statuses):
            if not is_unknown(status) and str(status).lower() not in words:
                yield Fault((*where, name, index), f"{status!r} is no status", ", ".join(STATUSES))


def _cycles(actions: dict[str, Any], place: Place) -> Iterator[Fault]:
    after = {
        name: set(action["runAfter"]) & set(actions)
        for name, action in actions.items()
        if isinstance(action, dict) and isinstance(action.get("runAfter"), dict)
    }
    done: set[str] = {name for name in actions if not after.get(name)}
    waiting = set(actions) - done
    while ready := {name for name in waiting if after[name] <= done}:
        done |= ready
        waiting -= ready
    if waiting:
        yield Fault(place, f"the actions {', '.join(sorted(waiting))} run after each other in a circle")


def _logic(expression: Any, place: Place) -> Iterator[Fault]:
    if isinstance(expression, str) or expression is None or is_unknown(expression):
        if expression is None:
            yield Fault(place, "a condition has no expression")
        return
    if not isinstance(expression, dict):
        yield Fault(place, "a condition is an object or an expression", ", ".join(COMPARISONS))
        return
    for key, value in expression.items():
        where = (*place, key)
        if key not in COMPARISONS:
            yield Fault(where, f"'{key}' is no comparison", ", ".join(COMPARISONS), nearest(key, COMPARISONS))
        elif key in ("and", "or"):
            for spot, one in members(value, where):
                yield from _logic(one, spot)
        elif key == "not":
            yield from _logic(value, where)
        elif isinstance(value, list) and len(value) != 2:
            yield Fault(where, f"it compares {len(value)} values", "2")


def _expression(text: str, path: tuple[str | int, ...], names: dict[str, Place], parameters: Any) -> Iterator[Fault]:
    for code in _code(text):
        what = _unbalanced(code)
        if what:
            yield Fault(path, f"the expression does not parse: {what}")
            continue
        for function, name in _REFERENCE.findall(code):
            if name.replace("''", "'") not in names:
                yield Fault(path, f"{function}('{name}') names no action", listed(names), nearest(name, names))
        for name in _PARAMETER.findall(code):
            known = parameters if isinstance(parameters, dict) else {}
            if name != "$connections" and name not in known:
                yield Fault(path, f"parameters('{name}') names no parameter", listed(known) or "none is declared")


def _code(text: str) -> Iterator[str]:
    """Yield the expressions inside a text: all of it after a leading ``@``, else every ``@{…}``."""
    if text.startswith("@") and not text.startswith("@{"):
        yield text[1:]
        return
    start = text.find("@{")
    while start >= 0:
        if start and text[start - 1] == "@":
            start = text.find("@{", start + 2)
            continue
        end, quoted = start + 2, False
        while end < len(text) and (quoted or text[end] != "}"):
            quoted ^= text[end] == "'"
            end += 1
        yield text[start + 2 : end] if end < len(text) else text[start + 2 :] + "("
        start = text.find("@{", end)


def _unbalanced(code: str) -> str:
    open_: list[str] = []
    pairs = {")": "(", "]": "["}
    for part in re.split(r"('(?:[^']|'')*')", code)[::2]:
        if "'" in part:
            return "a string is not closed"
        for letter in part:
            if letter in "([":
                open_.append(letter)
            elif letter in pairs and (not open_ or open_.pop() != pairs[letter]):
                return f"'{letter}' closes nothing"
    return f"'{open_[-1]}' is not closed" if open_ else ""
