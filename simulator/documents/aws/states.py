"""State machine definitions of Step Functions (Amazon States Language).

Specification: https://states-language.net/spec.html; fields by state and query language:
https://docs.aws.amazon.com/step-functions/latest/dg/statemachine-structure.html and
https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html. JSONata and JSONPath expressions are
checked for their frame only, arguments of integrated services not at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from simulator.documents.aws.state_shapes import CATCHER, LANGUAGES, RETRIER, SHAPES, TOP
from simulator.documents.fault import Document, Fault, Place, items, listed, members, nearest
from simulator.values import is_unknown

MAX_BYTES = 1024 * 1024
"""Definition quota: https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html."""

ENDS = ("Succeed", "Fail")
ERRORS = (
    "States.ALL",
    "States.BranchFailed",
    "States.DataLimitExceeded",
    "States.ExceedToleratedFailureThreshold",
    "States.HeartbeatTimeout",
    "States.Http.Socket",
    "States.IntrinsicFailure",
    "States.ItemReaderFailed",
    "States.NoChoiceMatched",
    "States.ParameterPathFailure",
    "States.Permissions",
    "States.QueryEvaluationError",
    "States.ResultPathMatchFailure",
    "States.ResultWriterFailed",
    "States.Runtime",
    "States.TaskFailed",
    "States.Timeout",
)
_RESOURCE = re.compile(
    r"arn:aws[a-z-]*:states:[a-z0-9-]*:\d*:(?P<service>[a-zA-Z0-9-]+):(?P<api>[A-Za-z0-9]+(:[A-Za-z0-9]+)?)"
    r"(\.(sync(:2)?|waitForTaskToken))?"
    r"|arn:aws[a-z-]*:states:[a-z0-9-]*:\d*:activity:.+|arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:.+"
)
_PATHS = ("Parameters", "ResultSelector", "ItemSelector")


def machine(document: Document) -> Iterator[Fault]:
    """Grammar of a state machine definition."""
    size = len(document.text.encode())
    if size > MAX_BYTES:
        yield Fault((), f"the definition has {size} bytes", f"at most {MAX_BYTES}")
    yield from _machine(document.value, (), "JSONPath", set())


def _machine(value: Any, place: Place, language: str, taken: set[str]) -> Iterator[Fault]:
    found = list(TOP(value, place))
    yield from found
    if found or not isinstance(value, dict):
        return
    own = value.get("QueryLanguage", language)
    own = language if is_unknown(own) else own
    states = value["States"]
    if is_unknown(states) or not isinstance(states, dict):
        return
    start = value["StartAt"]
    yield from _target(start, (*place, "StartAt"), states)
    for where, state in members(states, (*place, "States")):
        name = str(where[-1])
        if name in taken:
            yield Fault(where, f"DUPLICATE_STATE_NAME: '{name}' names two states of the machine")
        taken.add(name)
        yield from _state(state, where, own, states, taken)
    yield from _reach(states, start, place)


def _state(state: Any, place: Place, language: str, states: dict[str, Any], taken: set[str]) -> Iterator[Fault]:
    if not isinstance(state, dict):
        yield Fault(place, "a state is an object", "Type, Next, …")
        return
    kind = state.get("Type")
    if is_unknown(kind):
        return
    if not isinstance(kind, str) or kind not in SHAPES:
        yield Fault((*place, "Type"), f"{kind!r} is no type of state", ", ".join(SHAPES), nearest(str(kind), SHAPES))
        return
    own = state.get("QueryLanguage", language)
    if own not in LANGUAGES:
        own = language
    if own == "JSONPath" and language == "JSONata":
        yield Fault((*place, "QueryLanguage"), "a state cannot go back to JSONPath in a machine of JSONata", "JSONata")
    shape = SHAPES[kind].get(own)
    found = list(shape(state, place)) if shape else []
    yield from found
    if found:
        return
    yield from _leaves(kind, state, place, states)
    if kind == "Task":
        yield from _resource(state.get("Resource"), (*place, "Resource"))
    if kind == "Choice" and own == "JSONPath":
        for where, rule in members(state["Choices"], (*place, "Choices")):
            yield from _rule(rule, where, top=True)
    for key, shape_of in (("Retry", RETRIER), ("Catch", CATCHER)):
        yield from _handlers(state.get(key, []), (*place, key), shape_of.get(own), states)
    for where, inner in _inner(state, place):
        yield from _machine(inner, where, own, taken)
    yield from _expressions(state, place, own)


def _leaves(kind: str, state: dict[str, Any], place: Place, states: dict[str, Any]) -> Iterator[Fault]:
    targets: list[tuple[Place, Any]] = []
    if kind == "Choice":
        targets += [
            ((*where, "Next"), rule.get("Next"))
            for where, rule in members(state["Choices"], (*place, "Choices"))
            if isinstance(rule, dict)
        ]
        if "Default" in state:
            targets.append(((*place, "Default"), state["Default"]))
    elif kind not in ENDS:
        if ("Next" in state) == ("End" in state):
            yield Fault(place, "a state goes on or ends", "exactly one of Next and End")
        if state.get("End") is False:
            yield Fault((*place, "End"), "End is false", "true, or Next instead")
        if "Next" in state:
            targets.append(((*place, "Next"), state["Next"]))
    for where, target in targets:
        yield from _target(target, where, states)


def _target(target: Any, place: Place, states: dict[str, Any]) -> Iterator[Fault]:
    if isinstance(target, str) and not is_unknown(target) and target not in states:
        yield Fault(
            place, f"MISSING_TRANSITION_TARGET: there is no state '{target}'", listed(states), nearest(target, states)
        )


def _handlers(handlers: Any, place: Place, shape: Any, states: dict[str, Any]) -> Iterator[Fault]:
    known = list(members(handlers, place))
    for index, (where, handler) in enumerate(known):
        found = list(shape(handler, where)) if shape else []
        yield from found
        if found or not isinstance(handler, dict):
            continue
        errors = handler["ErrorEquals"]
        for spot, error in items(errors, (*where, "ErrorEquals")):
            if isinstance(error, str) and error.startswith("States.") and error not in ERRORS:
                yield Fault(spot, f"'{error}' is no error of the language", listed(ERRORS, 20), nearest(error, ERRORS))
        if isinstance(errors, list) and "States.ALL" in errors and (len(errors) > 1 or index < len(known) - 1):
            yield Fault((*where, "ErrorEquals"), "States.ALL stands alone and in the last handler")
        if "Next" in handler:
            yield from _target(handler["Next"], (*where, "Next"), states)


def _resource(resource: Any, place: Place) -> Iterator[Fault]:
    if not isinstance(resource, str) or is_unknown(resource):
        return
    found = _RESOURCE.fullmatch(resource)
    allowed = "arn:aws:states:::service:api[.sync|.waitForTaskToken], an activity or a function"
    if found is None:
        yield Fault(place, f"INVALID_RESOURCE: '{resource}' is nothing a task can run", allowed)
        return
    service, api = found.group("service"), found.group("api")
    if service == "aws-sdk" and ":" not in (api or ""):
        yield Fault(place, f"INVALID_RESOURCE: '{resource}' names no action", "arn:aws:states:::aws-sdk:service:action")
    elif service == "aws-sdk" and not api.partition(":")[2][:1].islower():
        what = f"INVALID_RESOURCE: the action '{api.partition(':')[2]}' is not in camelCase"
        yield Fault(place, what, "such as startPipelineExecution")


def _rule(rule: Any, place: Place, *, top: bool) -> Iterator[Fault]:
    """Check a choice rule of JSONPath: one comparison with a Variable, or And, Or, Not."""
    if not isinstance(rule, dict):
        return
    if not top and "Next" in rule:
        yield Fault((*place, "Next"), "only a rule at the top has Next")
    for key in ("And", "Or"):
        for where, inner in members(rule.get(key), (*place, key)):
            yield from _rule(inner, where, top=False)
    if isinstance(rule.get("Not"), dict):
        yield from _rule(rule["Not"], (*place, "Not"), top=False)


def _inner(state: dict[str, Any], place: Place) -> Iterator[tuple[Place, Any]]:
    yield from members(state.get("Branches"), (*place, "Branches"))
    for key in ("ItemProcessor", "Iterator"):
        if key in state and not is_unknown(state[key]):
            yield (*place, key), state[key]


def _reach(states: dict[str, Any], start: Any, place: Place) -> Iterator[Fault]:
    """Say which states nothing leads to, and that nothing ends the machine."""
    if not all(isinstance(state, dict) for state in states.values()) or is_unknown(start):
        return
    nexts = {name: set(_nexts(state)) for name, state in states.items()}
    if any(is_unknown(one) for targets in nexts.values() for one in targets):
        return
    seen, waiting = set(), [start]
    while waiting:
        name = waiting.pop()
        if name in nexts and name not in seen:
            seen.add(name)
            waiting += nexts[name]
    for name in states:
        if name not in seen and seen:
            yield Fault((*place, "States", name), f"UNREACHABLE_STATE: nothing leads to '{name}'")
    ends = [name for name, state in states.items() if state.get("Type") in ENDS or state.get("End") is True]
    if not ends and states:
        yield Fault((*place, "States"), "no state ends the machine", "End, Succeed or Fail in one of them")


def _nexts(state: dict[str, Any]) -> Iterator[str]:
    for key in ("Next", "Default"):
        if isinstance(state.get(key), str):
            yield state[key]
    for key in ("Choices", "Catch"):
        for _, inner in members(state.get(key), ()):
            if isinstance(inner, dict) and isinstance(inner.get("Next"), str):
                yield inner["Next"]


def _expressions(state: dict[str, Any], place: Place, language: str) -> Iterator[Fault]:
    if language == "JSONata":
        for key in ("Arguments", "Output", "Assign", "Condition", "Items", "ItemSelector", "Seconds", "Timestamp"):
            yield from _frames(state.get(key), (*place, key))
        for where, rule in members(state.get("Choices"), (*place, "Choices")):
            condition = rule.get("Condition") if isinstance(rule, dict) else None
            if isinstance(condition, str) and not is_unknown(condition) and not _framed(condition):
                yield Fault((*where, "Condition"), f"'{condition}' is no JSONata expression", "{% … %}")
            yield from _frames(condition, (*where, "Condition"))
        return
    for key in _PATHS:
        yield from _templates(state.get(key), (*place, key))


def _framed(text: str) -> bool:
    return text.startswith("{%") and text.endswith("%}")


def _frames(value: Any, place: Place) -> Iterator[Fault]:
    if isinstance(value, str) and not is_unknown(value):
        if value.lstrip().startswith("{%") and not _framed(value):
            yield Fault(
                place, f"the JSONata expression '{value[:60]}' is not closed", "{% … %}, with nothing around it"
            )
        elif _framed(value) and not _closed(value[2:-2]):
            yield Fault(place, f"a bracket or a string of '{value[:60]}' is not closed")
        return
    for where, inner in members(value, place):
        yield from _frames(inner, where)


def _closed(code: str) -> bool:
    bare = re.sub(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'|`[^`]*`|/\*.*?\*/', "", code, flags=re.DOTALL)
    if "/" in bare:  # a division or a regular expression: only a parser of JSONata can tell
        return True
    open_: list[str] = []
    pairs = {")": "(", "]": "[", "}": "{"}
    for letter in bare:
        if letter in "([{":
            open_.append(letter)
        elif letter in pairs and (not open_ or open_.pop() != pairs[letter]):
            return False
    return not open_


def _templates(value: Any, place: Place) -> Iterator[Fault]:
    """Check a payload template: what ends in ``.$`` is a path, a context path or an intrinsic function."""
    for where, inner in members(value, place):
        if not str(where[-1]).endswith(".$"):
            yield from _templates(inner, where)
        elif not isinstance(inner, str) or not re.match(r"\$|States\.[A-Za-z0-9]+\(.*\)$", inner, re.DOTALL):
            yield Fault(where, f"{inner!r} is no path", "$.field, $$.Context.field, $variable or States.Function(…)")
