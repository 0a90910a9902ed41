"""Sources of Workflows, in YAML or JSON.

https://docs.cloud.google.com/workflows/docs/reference/syntax. Arguments of connectors are not checked, and variables
are not followed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from simulator.documents.fault import Document, Fault, Place, listed, members, nearest
from simulator.documents.gcp.expressions import WORKFLOWS, parse
from simulator.documents.gcp.workflow_library import HELPERS, LIBRARY
from simulator.documents.reader import Malformed

MAX_BYTES = 128 * 1024
MAX_EXPRESSION = 400
MAX_CONDITIONS = 50
MAX_ASSIGNMENTS = 50
MAX_BRANCHES = 10
"""Quotas: https://docs.cloud.google.com/workflows/quotas."""

JUMPS = ("end", "break", "continue")
ACTIONS = ("assign", "call", "for", "next", "parallel", "raise", "return", "steps", "switch", "try")
KEYS: dict[str, tuple[str, ...]] = {
    "assign": ("next",),
    "call": ("args", "result", "next"),
    "for": ("next",),
    "next": (),
    "parallel": ("next",),
    "raise": (),
    "return": (),
    "steps": ("next",),
    "switch": ("next",),
    "try": ("retry", "except", "next"),
}
"""What a step does -> what may stand beside it."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


@dataclass
class _Flow:
    """One workflow or subworkflow: its steps by name, and what jumps where."""

    steps: dict[str, Place] = field(default_factory=dict)
    jumps: list[tuple[Place, Any]] = field(default_factory=list)


def source(document: Document) -> Iterator[Fault]:
    """Grammar of a workflow source."""
    size = len(document.text.encode())
    if size > MAX_BYTES:
        yield Fault((), f"the source has {size} bytes", f"at most {MAX_BYTES}")
    value = document.value
    if isinstance(value, list):
        value = {"main": {"steps": value}}
    if not isinstance(value, dict):
        yield Fault((), "a source is an object of workflows", "main and subworkflows, each with params and steps")
        return
    if "main" not in value:
        yield Fault((), "there is no workflow 'main'", "main")
    params: dict[str, tuple[set[str], set[str]]] = {}
    for place, flow in members(value, ()):
        name = str(place[0])
        if not _NAME.fullmatch(name):
            yield Fault(place, f"'{name}' is no name of a workflow", "letters, digits and _")
        if not isinstance(flow, dict):
            yield Fault(place, "a workflow is an object", "params and steps")
            continue
        for key in flow:
            if key not in ("params", "steps"):
                yield Fault(
                    (*place, key),
                    f"'{key}' is no part of a workflow",
                    "params, steps",
                    nearest(str(key), ("params", "steps")),
                )
        params[name] = _params(flow.get("params", []))
        if name == "main" and len(flow.get("params") or []) > 1:
            yield Fault((*place, "params"), "main has more than one parameter", "one, which holds the argument")
    for place, flow in members(value, ()):
        if isinstance(flow, dict):
            found = _Flow()
            yield from _steps(flow.get("steps"), (*place, "steps"), found, params)
            for where, target in found.jumps:
                if isinstance(target, str) and target not in found.steps and target not in JUMPS:
                    what = f"there is no step '{target}' in '{place[0]}'"
                    yield Fault(where, what, listed((*found.steps, *JUMPS), 20), nearest(target, found.steps))
    yield from _expressions(value, (), set(params))


def _params(params: Any) -> tuple[set[str], set[str]]:
    """Return the parameters that must be given, and all."""
    required: set[str] = set()
    known: set[str] = set()
    for one in params if isinstance(params, list) else []:
        if isinstance(one, str):
            required.add(one)
            known.add(one)
        elif isinstance(one, dict):
            known |= {str(name) for name in one}
    return required, known


def _steps(steps: Any, place: Place, flow: _Flow, params: dict[str, tuple[set[str], set[str]]]) -> Iterator[Fault]:
    if not isinstance(steps, list) or not steps:
        yield Fault(place, "there are no steps", "a list of one step or more")
        return
    for index, step in enumerate(steps):
        if not isinstance(step, dict) or len(step) != 1:
            yield Fault((*place, index), "a step is an object of one name", "- name: {…}")
            continue
        ((name, body),) = step.items()
        where = (*place, index, str(name))
        if not _NAME.fullmatch(str(name)) or name in JUMPS:
            yield Fault(
                where, f"'{name}' is no name of a step", "letters, digits, - and _, and none of " + ", ".join(JUMPS)
            )
        if name in flow.steps:
            yield Fault(where, f"the step name '{name}' is taken", "names are unique in a workflow")
        flow.steps[str(name)] = where
        yield from _body(body, where, flow, params)


def _body(body: Any, place: Place, flow: _Flow, params: dict[str, tuple[set[str], set[str]]]) -> Iterator[Fault]:
    if not isinstance(body, dict):
        yield Fault(place, "a step does nothing", "one of " + ", ".join(ACTIONS))
        return
    actions = [key for key in ACTIONS if key in body and key != "next"] or [key for key in ("next",) if key in body]
    if len(actions) != 1:
        told = f"it does {' and '.join(actions)}" if actions else "a step does nothing"
        yield Fault(place, told, "exactly one of " + ", ".join(ACTIONS))
        return
    action = actions[0]
    for key in body:
        if key != action and key not in KEYS[action]:
            known = (action, *KEYS[action])
            yield Fault(
                (*place, key),
                f"'{key}' is no field of a step that does {action}",
                ", ".join(known),
                nearest(str(key), (*known, *ACTIONS)),
            )
    if "next" in body:
        flow.jumps.append(((*place, "next"), body["next"]))
    value, where = body[action], (*place, action)
    match action:
        case "steps":
            yield from _steps(value, where, flow, params)
        case "assign":
            yield from _assign(value, where)
        case "switch":
            yield from _switch(value, where, flow, params)
        case "call":
            yield from _call(body, place, params)
        case "for":
            yield from _for(value, where, flow, params)
        case "parallel":
            yield from _parallel(value, where, flow, params)
        case "try":
            yield from _try(body, place, flow, params)


def _assign(value: Any, place: Place) -> Iterator[Fault]:
    if not isinstance(value, list) or not value or len(value) > MAX_ASSIGNMENTS:
        yield Fault(place, "it assigns no list of variables", f"1 to {MAX_ASSIGNMENTS} of name: value")
        return
    for where, one in members(value, place):
        if not isinstance(one, dict) or len(one) != 1:
            yield Fault(where, "it assigns not exactly one variable", "name: value")


def _switch(value: Any, place: Place, flow: _Flow, params: dict[str, tuple[set[str], set[str]]]) -> Iterator[Fault]:
    if not isinstance(value, list) or not value or len(value) > MAX_CONDITIONS:
        yield Fault(place, "it has no list of conditions", f"1 to {MAX_CONDITIONS}")
        return
    for where, one in members(value, place):
        if not isinstance(one, dict) or "condition" not in one:
            yield Fault(where, "'condition' is missing")
            continue
        rest = {key: inner for key, inner in one.items() if key != "condition"}
        if not rest:
            yield Fault(where, "a condition leads nowhere", "next, steps, assign, call, return or raise")
        else:
            yield from _body(rest, where, flow, params)


def _call(body: dict[str, Any], place: Place, params: dict[str, tuple[set[str], set[str]]]) -> Iterator[Fault]:
    called, args = body["call"], body.get("args", {})
    where = (*place, "call")
    if not isinstance(called, str):
        yield Fault(where, "a call is the name of a function or a subworkflow")
        return
    if called in params:
        required, known = params[called]
        given = {str(key) for key in args} if isinstance(args, dict) else set()
        for name in sorted(required - given):
            yield Fault((*place, "args"), f"subworkflow '{called}' needs '{name}'", listed(known))
        for name in sorted(given - known):
            yield Fault(
                (*place, "args", name),
                f"subworkflow '{called}' has no parameter '{name}'",
                listed(known) or "none",
                nearest(name, known),
            )
    else:
        yield from _function(called, where, set(params), statement=True)


def _function(called: str, place: Place, flows: set[str], *, statement: bool) -> Iterator[Fault]:
    module, dot, name = called.rpartition(".")
    if called.startswith("googleapis."):
        if not re.fullmatch(r"googleapis\.[a-z][a-z0-9]*\.v\w+(\.[A-Za-z]\w*)+", called):
            yield Fault(place, f"'{called}' is no connector", "googleapis.service.version.resource.method")
    elif module in LIBRARY:
        if name not in LIBRARY[module]:
            yield Fault(
                place, f"'{module}' has no function '{name}'", listed(LIBRARY[module]), nearest(name, LIBRARY[module])
            )
    elif not dot and called not in flows and (statement or called not in HELPERS):
        known = {*flows, *(set() if statement else HELPERS)}
        yield Fault(place, f"there is no function or subworkflow '{called}'", listed(known), nearest(called, known))
    elif dot and statement:
        known = {f"{one}.{function}" for one, functions in LIBRARY.items() for function in functions}
        yield Fault(place, f"there is no function '{called}'", listed(LIBRARY, 20), nearest(called, known))


def _for(value: Any, place: Place, flow: _Flow, params: dict[str, tuple[set[str], set[str]]]) -> Iterator[Fault]:
    if not isinstance(value, dict):
        yield Fault(place, "a loop is an object", "value, index, in or range, steps")
        return
    for key in value:
        if key not in ("value", "index", "in", "range", "steps"):
            yield Fault((*place, key), f"'{key}' is no field of a loop", "value, index, in, range, steps")
    if "value" not in value:
        yield Fault(place, "'value' is missing", "the name of the loop variable")
    if ("in" in value) == ("range" in value):
        yield Fault(place, "a loop goes over one thing", "exactly one of in and range")
    yield from _steps(value.get("steps"), (*place, "steps"), flow, params)


def _parallel(value: Any, place: Place, flow: _Flow, params: dict[str, tuple[set[str], set[str]]]) -> Iterator[Fault]:
    if not isinstance(value, dict) or ("branches" in value) == ("for" in value):
        yield Fault(place, "it runs nothing in parallel", "exactly one of branches and for")
        return
    if "for" in value:
        yield from _for(value["for"], (*place, "for"), flow, params)
        return
    branches = value["branches"]
    if not isinstance(branches, list) or not 2 <= len(branches) <= MAX_BRANCHES:
        yield Fault((*place, "branches"), "it has no list of branches", f"2 to {MAX_BRANCHES}")
        return
    yield from _steps(branches, (*place, "branches"), flow, params)


def _try(
    body: dict[str, Any], place: Place, flow: _Flow, params: dict[str, tuple[set[str], set[str]]]
) -> Iterator[Fault]:
    tried = body["try"]
    yield from _body(tried, (*place, "try"), flow, params)
    if "retry" not in body and "except" not in body:
        yield Fault(place, "a try has neither retry nor except", "one of them or both")
    retry = body.get("retry")
    if isinstance(retry, dict):
        for key in retry:
            if key not in ("predicate", "max_retries", "backoff"):
                yield Fault(
                    (*place, "retry", key), f"'{key}' is no field of a retry", "predicate, max_retries, backoff"
                )
        backoff = retry.get("backoff")
        for key in backoff if isinstance(backoff, dict) else ():
            known = ("initial_delay", "max_delay", "multiplier")
            if key not in known:
                yield Fault((*place, "retry", "backoff", key), f"'{key}' is no field of a backoff", ", ".join(known))
    handler = body.get("except")
    if handler is None:
        return
    if not isinstance(handler, dict) or "as" not in handler:
        yield Fault((*place, "except"), "an except names no variable", "as and steps")
        return
    yield from _steps(handler.get("steps"), (*place, "except", "steps"), flow, params)


def _expressions(value: Any, place: Place, flows: set[str]) -> Iterator[Fault]:
    if not isinstance(value, str):
        for where, inner in members(value, place):
            yield from _expressions(inner, where, flows)
        return
    text = value.strip()
    if not text.startswith("${"):
        return
    if not text.endswith("}"):
        yield Fault(place, f"the expression '{text[:60]}' is not closed", "${…}, with nothing around it")
        return
    code = text[2:-1]
    if len(code) > MAX_EXPRESSION:
        yield Fault(
            place, f"the expression has {len(code)} characters", f"at most {MAX_EXPRESSION}", "assign parts of it first"
        )
    try:
        found = parse(code, WORKFLOWS)
    except Malformed as error:
        yield Fault(place, f"the expression '{code[:60]}' does not parse: {error}")
        return
    for called, _ in found.calls:
        if called and not called.startswith("."):
            yield from _function(called, place, flows, statement=False)
