"""Runs a Google Cloud Workflows definition against answers of a test: the steps and functions that the kit uses.

Semantics: https://cloud.google.com/workflows/docs/reference/syntax and
https://cloud.google.com/workflows/docs/reference/stdlib/overview.
"""

import base64
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
EXECUTION = "run-1"
_WORD = re.compile(r"\b(true|false|null)\b")
_PYTHON = {"true": "True", "false": "False", "null": "None"}


class Raised(Exception):
    """The workflow raised ``value``, or a call failed with it."""

    def __init__(self, value: Any) -> None:
        super().__init__(str(value))
        self.value = value


@dataclass(frozen=True)
class Request:
    """What an HTTP call sent."""

    method: str
    url: str
    body: Any = None
    query: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class _Return:
    value: Any


class _Map(dict[str, Any]):
    """A map whose keys are also attributes, as in an expression."""

    def __getattr__(self, name: str) -> Any:
        if name not in self:
            raise Raised({"tags": ["KeyError"], "message": f"key not found: {name}"})
        return self[name]


def _open(value: Any) -> Any:
    if isinstance(value, Mapping):
        return _Map((key, _open(item)) for key, item in value.items())
    return [_open(item) for item in value] if isinstance(value, list) else value


@dataclass
class Run:
    """One execution; ``answer`` gives the body of a request, or raises :class:`Raised`."""

    answer: Callable[[Request], Any]
    requests: list[Request] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)
    _subworkflows: dict[str, Any] = field(default_factory=dict)

    def start(self, text: str, argument: Any) -> Any:
        """The value that the workflow returns; raises what it raises."""
        document = json.loads(text)
        self._subworkflows = {name: body for name, body in document.items() if name != "main"}
        return self._call(document["main"], [argument])

    def sent(self, method: str) -> list[Request]:
        """Requests with a method."""
        return [request for request in self.requests if request.method == method]

    def _call(self, workflow: Any, arguments: Sequence[Any]) -> Any:
        scope = dict(zip(workflow["params"], map(_open, arguments), strict=True))
        ended = self._steps(workflow["steps"], scope)
        return ended.value if isinstance(ended, _Return) else None

    def _steps(self, steps: Sequence[Any], scope: dict[str, Any]) -> _Return | str | None:
        """Run steps in order; a return, the name of a step further out, or None at the end."""
        names = [next(iter(step)) for step in steps]
        at = 0
        while at < len(steps):
            outcome = self._step(steps[at][names[at]], scope)
            if isinstance(outcome, _Return):
                return outcome
            if outcome is None:
                at += 1
            elif outcome in names:
                at = names.index(outcome)
            else:
                return outcome
        return None

    def _step(self, body: dict[str, Any], scope: dict[str, Any]) -> _Return | str | None:
        if "try" in body:
            return self._try(body, scope)
        for pair in body.get("assign", ()):
            for name, value in pair.items():
                scope[name] = self._value(value, scope)
        if "call" in body:
            result = self._target(body["call"], self._value(body.get("args", {}), scope))
            if "result" in body:
                scope[body["result"]] = result
        if "for" in body:
            for item in self._value(body["for"]["in"], scope):
                scope[body["for"]["value"]] = item
                outcome = self._steps(body["for"]["steps"], scope)
                if outcome is not None:
                    return outcome
        for case in body.get("switch", ()):
            if self._value(case["condition"], scope):
                return self._steps(case["steps"], scope) if "steps" in case else str(case["next"])
        if "raise" in body:
            raise Raised(self._value(body["raise"], scope))
        if "return" in body:
            return _Return(self._value(body["return"], scope))
        return body.get("next")

    def _try(self, body: dict[str, Any], scope: dict[str, Any]) -> _Return | str | None:
        attempts = 1 + int(body.get("retry", {}).get("max_retries", 0))
        inner = body["try"]
        while True:
            attempts -= 1
            try:
                return self._steps(inner["steps"], scope) if "steps" in inner else self._step(inner, scope)
            except Raised as problem:
                if (
                    attempts
                    and isinstance(problem.value, Mapping)
                    and problem.value.get("code") in (429, 502, 503, 504)
                ):
                    continue
                if "except" not in body:
                    raise
                scope[body["except"]["as"]] = _open(problem.value)
                return self._steps(body["except"]["steps"], scope)

    def _target(self, name: str, args: Any) -> Any:
        if name in self._subworkflows:
            workflow = self._subworkflows[name]
            return self._call(workflow, [args[parameter] for parameter in workflow["params"]])
        if name == "sys.sleep":
            self.slept.append(args["seconds"])
            return None
        assert name in ("http.get", "http.post"), name
        assert args["auth"] == {"type": "OAuth2"}  # Google APIs take no other
        request = Request(name.removeprefix("http.").upper(), args["url"], args.get("body"), args.get("query", {}))
        self.requests.append(request)
        return _open({"code": 200, "body": self.answer(request)})

    def _value(self, value: Any, scope: dict[str, Any]) -> Any:
        if isinstance(value, dict):
            return _Map((key, self._value(item, scope)) for key, item in value.items())
        if isinstance(value, list):
            return [self._value(item, scope) for item in value]
        if not isinstance(value, str) or not value.startswith("${"):
            return value
        assert value.endswith("}"), value
        expression = _outside_strings(value[2:-1])
        return _open(eval(expression, {"__builtins__": {}}, {**LIBRARY, **scope}))


def _outside_strings(expression: str) -> str:
    """The expression with its words in Python's spelling; what stands in quotes is left alone."""
    parts = re.split(r'("(?:[^"\\]|\\.)*")', expression)
    return "".join(
        part if part.startswith('"') else _WORD.sub(lambda word: _PYTHON[word.group()], part) for part in parts
    )


def _format(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


LIBRARY: dict[str, Any] = {
    "base64": SimpleNamespace(decode=base64.b64decode, encode=lambda data: base64.b64encode(data).decode()),
    "default": lambda value, instead: instead if value is None else value,
    "json": SimpleNamespace(
        decode=lambda data: _open(json.loads(data)), encode_to_string=lambda value: json.dumps(value, sort_keys=True)
    ),
    "len": len,
    "map": SimpleNamespace(get=lambda value, key: value.get(key)),
    "sys": SimpleNamespace(
        get_env=lambda name: {"GOOGLE_CLOUD_WORKFLOW_EXECUTION_ID": EXECUTION}[name], now=NOW.timestamp
    ),
    "text": SimpleNamespace(url_encode=lambda value: quote(value, safe="")),
    "time": SimpleNamespace(format=_format),
}
"""Functions of the library, under their names."""
