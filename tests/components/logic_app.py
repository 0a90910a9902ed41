"""Runs a Logic Apps workflow definition against answers of a test: the actions and functions that the kit uses.

Semantics: https://learn.microsoft.com/azure/logic-apps/workflow-definition-language-functions-reference and
https://learn.microsoft.com/azure/logic-apps/logic-apps-control-flow-run-steps-group-scopes.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

_TOKEN = re.compile(r"\s*(?:'((?:[^']|'')*)'|(-?\d+(?:\.\d+)?)|([A-Za-z_]\w*)|(\?\[|[\[\](),]))")
_EPOCH = datetime(1, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Request:
    """What an HTTP action sent."""

    method: str
    uri: str
    body: Any = None


@dataclass
class Run:
    """One run of a workflow; ``answer`` gives status and body for a request."""

    answer: Callable[[Request], tuple[int, Any]]
    requests: list[Request] = field(default_factory=list)
    bodies: dict[str, Any] = field(default_factory=dict)
    outputs: dict[str, Any] = field(default_factory=dict)
    failed: bool = False
    terminated: str | None = None
    _item: Any = None
    _loops: dict[str, Any] = field(default_factory=dict)

    def start(self, definition: dict[str, Any]) -> "Run":
        """Run the actions of a definition."""
        self._actions(definition["actions"])
        return self

    def sent(self, method: str) -> list[Request]:
        """Requests with a method."""
        return [request for request in self.requests if request.method == method]

    def _actions(self, actions: dict[str, Any]) -> None:
        done: dict[str, str] = {}
        while len(done) < len(actions):
            name = next(
                name for name, action in actions.items() if name not in done and set(action["runAfter"]) <= set(done)
            )
            wanted = actions[name]["runAfter"]
            if self.terminated is not None or any(done[before] not in states for before, states in wanted.items()):
                done[name] = "Skipped"
                continue
            done[name] = self._action(name, actions[name])
        tolerated = {before for action in actions.values() for before, ok in action["runAfter"].items() if len(ok) > 1}
        if any(state == "Failed" and name not in tolerated for name, state in done.items()):
            self.failed = True

    def _action(self, name: str, action: dict[str, Any]) -> str:
        inputs = action.get("inputs", {})
        match action["type"]:
            case "Http":
                request = Request(inputs["method"], self.value(inputs["uri"]), self.value(inputs.get("body")))
                assert inputs["authentication"]["type"] == "ManagedServiceIdentity"
                self.requests.append(request)
                status, body = self.answer(request)
                self.bodies[name], self.outputs[name] = body, {"statusCode": status, "body": body}
                return "Succeeded" if status < 300 else "Failed"
            case "Query":
                self.bodies[name] = [item for item in self.value(inputs["from"]) if self._for(item, inputs["where"])]
            case "If":
                branch = action if self._holds(action["expression"]) else action["else"]
                self._actions(branch["actions"])
            case "Foreach":
                for item in self.value(action["foreach"]):
                    self._loops[name] = item
                    self._actions(action["actions"])
            case "Terminate":
                self.terminated = inputs["runError"]["code"]
                self.failed = inputs["runStatus"] == "Failed"
            case other:
                raise AssertionError(f"action type {other}")
        return "Failed" if self.failed else "Succeeded"

    def _for(self, item: Any, where: str) -> bool:
        self._item = item
        return bool(self.value(where))

    def _holds(self, condition: dict[str, Any]) -> bool:
        ((kind, given),) = condition.items()
        if kind in ("and", "or"):
            return (all if kind == "and" else any)([self._holds(inner) for inner in given])
        if kind == "not":
            return not self._holds(given)
        left, right = (self.value(operand) for operand in given)
        return bool(left == right if kind == "equals" else left > right)

    def value(self, given: Any) -> Any:
        """Evaluate a value of the definition: expressions in strings, at any depth."""
        if isinstance(given, dict):
            return {key: self.value(inner) for key, inner in given.items()}
        if isinstance(given, list):
            return [self.value(inner) for inner in given]
        if not isinstance(given, str):
            return given
        if given.startswith("@") and not given.startswith("@{"):
            return self._evaluate(given[1:])
        return re.sub(r"@\{((?:'(?:[^']|'')*'|[^}'])*)\}", lambda found: str(self._evaluate(found.group(1))), given)

    def _evaluate(self, text: str) -> Any:
        tokens, position = [], 0
        while position < len(text):
            found = _TOKEN.match(text, position)
            assert found is not None, f"cannot read {text[position:]!r} of {text!r}"
            tokens.append(found)
            position = found.end()
        value, rest = self._expression(tokens)
        assert not rest, f"{text!r} goes on after its end"
        return value

    def _expression(self, tokens: list[re.Match[str]]) -> tuple[Any, list[re.Match[str]]]:
        head, rest = tokens[0], tokens[1:]
        if head.group(1) is not None:
            value: Any = head.group(1).replace("''", "'")
        elif head.group(2) is not None:
            value = float(head.group(2)) if "." in head.group(2) else int(head.group(2))
        else:
            name, arguments = head.group(3), []
            assert rest[0].group(4) == "(", f"{name} is no call"
            rest = rest[1:]
            while rest[0].group(4) != ")":
                argument, rest = self._expression(rest)
                arguments.append(argument)
                if rest[0].group(4) == ",":
                    rest = rest[1:]
            rest = rest[1:]
            value = self._function(name, arguments)
        while rest and rest[0].group(4) in ("[", "?["):
            optional = rest[0].group(4) == "?["
            key, rest = self._expression(rest[1:])
            assert rest[0].group(4) == "]"
            rest = rest[1:]
            assert optional or value is not None, f"no {key!r} in nothing"
            value = None if value is None else value.get(key)
        return value, rest

    def _function(self, name: str, given: list[Any]) -> Any:
        table: dict[str, Callable[..., Any]] = {
            "add": lambda a, b: a + b,
            "addHours": lambda at, hours: _stamp(_time(at) + timedelta(hours=hours)),
            "addMinutes": lambda at, minutes: _stamp(_time(at) + timedelta(minutes=minutes)),
            "body": self.bodies.get,
            "coalesce": lambda *values: next((value for value in values if value is not None), None),
            "concat": lambda *values: "".join(str(value) for value in values),
            "encodeUriComponent": lambda value: quote(value, safe=""),
            "equals": lambda a, b: a == b,
            "first": lambda values: values[0] if values else None,
            "greater": lambda a, b: a > b,
            "item": lambda: self._item,
            "items": lambda loop: self._loops[loop],
            "json": json.loads,
            "length": len,
            "mul": lambda a, b: a * b,
            "not": lambda a: not a,
            "outputs": self.outputs.get,
            "ticks": lambda at: int((_time(at) - _EPOCH) / timedelta(microseconds=1)) * 10,
            "utcNow": lambda form=None: NOW.strftime("%Y%m%d%H") if form == "yyyyMMddHH" else _stamp(NOW),
        }
        assert name in table, f"function {name}"
        return table[name](*given)


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def _stamp(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
