"""Turns planned inputs into the parameters of the call that makes the resource, by the mapping of the catalogue."""

import re
from typing import Any

from simulator.catalogue.shapes import Shape
from simulator.catalogue.sources.aws_calls import Call
from simulator.catalogue.sources.aws_model import NodeKind, Placed
from simulator.catalogue.sources.botocore import BotocoreSource, ShapeNode

SOURCE = BotocoreSource()
_PAIRS = (("Key", "Value"), ("key", "value"), ("TagKey", "TagValue"), ("Name", "Value"))


def request(shape: Shape, inputs: dict[str, Any]) -> tuple[Call, dict[str, Any]]:
    """Return the first call of a type and its parameters; inputs without a place in it are not sent."""
    call, *_ = SOURCE.calls(shape)
    layout = SOURCE.layout(shape)
    assert layout is not None
    placed: dict[str, Placed] = {}
    for one in layout.placed:
        placed.setdefault(one.path, one)
    parameters: dict[str, Any] = {}
    homes = [other for other in SOURCE.calls(shape) if other.operation == call.operation]
    for name, value in inputs.items():
        if name in placed:
            one = placed[name]
            home = next((home for home in homes if _holds(home, one.way[0])), None)
            if home is not None:
                _put(parameters, (*_steps(home), *one.way), _value(value, one, placed))
    return call, _fitted(parameters, SOURCE.model(call.service).operation_model(call.operation).input_shape)


def _holds(home: Call, member: str) -> bool:
    return member in SOURCE.input_of(home).members and (home.only is None or member in home.only)


def _steps(home: Call) -> tuple[str, ...]:
    return tuple(filter(None, home.at.split(".")))


def _fitted(value: Any, shape: Any) -> Any:
    """Wrap what the API wants as a list of one, at any depth."""
    match shape.type_name, value:
        case "list", list():
            return [_fitted(item, shape.member) for item in value]
        case "list", _:
            return [_fitted(value, shape.member)]
        case "structure", dict():
            return {name: _fitted(item, shape.members[name]) for name, item in value.items()}
        case _:
            return value


def _value(value: Any, one: Placed, placed: dict[str, Placed]) -> Any:
    node = one.node
    assert isinstance(node, ShapeNode)
    match node.kind:
        case NodeKind.STRUCTURE if isinstance(value, list):
            inner = placed.get(f"{one.path}[*]")
            return _value(value[0], inner, placed) if value and inner is not None else {}
        case NodeKind.STRUCTURE if isinstance(value, dict):
            return _members(value, one, placed)
        case NodeKind.LIST if isinstance(value, list):
            inner = placed.get(f"{one.path}[*]")
            return [_value(item, inner, placed) if inner is not None else item for item in value]
        case NodeKind.LIST if isinstance(value, dict):
            names = node.element.members if node.element is not None else {}
            key, text = next(pair for pair in _PAIRS if pair[0] in names and pair[1] in names)
            return [{key: name, text: item} for name, item in value.items()]
        case NodeKind.MAP if isinstance(value, dict):
            inner = placed.get(f"{one.path}[*]")
            return {name: _value(item, inner, placed) if inner is not None else item for name, item in value.items()}
        case NodeKind.NUMBER if isinstance(value, float) and node.type_name in ("integer", "long"):
            return int(value)
        case NodeKind.STRING if not isinstance(value, str):
            return str(value)
        case _ if node.type_name == "boolean" and isinstance(value, str):
            return value == "true"
        case _:
            return value


def _members(value: dict[str, Any], one: Placed, placed: dict[str, Placed]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, item in value.items():
        inner = placed.get(f"{one.path}.{name}")
        if inner is not None:
            _put(found, inner.way[len(one.way) :], _value(item, inner, placed))
    return found


def _put(target: dict[str, Any], way: tuple[str, ...], value: Any) -> None:
    for step in way[:-1]:
        target = target.setdefault(step, {})
    target[way[-1]] = value


def replaced(value: Any, names: dict[str, str]) -> Any:
    """Return a value with every known id and ARN of the simulated account exchanged for that of the other cloud."""
    if isinstance(value, dict):
        return {key: replaced(item, names) for key, item in value.items()}
    if isinstance(value, list):
        return [replaced(item, names) for item in value]
    if not isinstance(value, str) or not names:
        return value
    known = sorted(names, key=len, reverse=True)
    return re.sub("|".join(map(re.escape, known)), lambda found: names[found.group()], value)
