"""What facts say of inputs, judged apart from the simulator; and the examples in the documentation of the SDK."""

import ast
import re
import textwrap
from collections.abc import Iterable, Iterator
from typing import Any

import regex

from simulator.catalogue.facts import Fact, Rule
from simulator.catalogue.sources import sdk
from simulator.catalogue.types import Kind, Property, WireType
from simulator.model import UNKNOWN

_BLOCK = re.compile(r"```python\n(.*?)\n *```", re.DOTALL)


def broken(facts: Iterable[Fact], inputs: dict[str, Any]) -> Iterator[str]:
    """Yield a line for each fact that the inputs break; unknown values break none."""
    for fact in facts:
        for where, value in _at(inputs, fact.path.split(".") if fact.path else [], ""):
            if _breaks(fact, value):
                yield f"{fact.token} {where}: {fact.rule} {_short(fact.value)} says {fact.source}; got {_short(value)}"


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) < 160 else f"{text[:157]}..."


def _at(value: Any, steps: list[str], where: str) -> Iterator[tuple[str, Any]]:
    if value is None or value == UNKNOWN:
        return
    if not steps:
        yield where, value
        return
    name, rest = steps[0], steps[1:]
    stars = name.count("[*]")
    bare = name.replace("[*]", "")
    if not isinstance(value, dict) or bare not in value:
        return
    found = [(f"{where}.{bare}".lstrip("."), value[bare])]
    for _ in range(stars):
        found = [
            (f"{path}[{key}]", item)
            for path, inner in found
            for key, item in (
                enumerate(inner) if isinstance(inner, list) else inner.items() if isinstance(inner, dict) else ()
            )
        ]
    for path, item in found:
        yield from _at(item, rest, path)


def _breaks(fact: Fact, value: Any) -> bool:
    match fact.rule:
        case Rule.PATTERN:
            return isinstance(value, str) and regex.fullmatch(fact.value, value, timeout=2) is None
        case Rule.ENUM:
            return not isinstance(value, dict | list) and value not in fact.value
        case Rule.MINIMUM:
            return isinstance(value, int | float) and value < fact.value
        case Rule.MAXIMUM:
            return isinstance(value, int | float) and value > fact.value
        case Rule.MIN_LENGTH:
            return isinstance(value, str) and len(value) < fact.value
        case Rule.MAX_LENGTH:
            return isinstance(value, str) and len(value) > fact.value
        case Rule.MIN_ITEMS:
            return isinstance(value, dict | list) and len(value) < fact.value
        case Rule.MAX_ITEMS:
            return isinstance(value, dict | list) and len(value) > fact.value
        case Rule.REQUIRED:
            return False  # of the object above, see below
        case Rule.CONFLICTS:
            return sum(value.get(name) is not None for name in fact.value) > 1
        case Rule.EXACTLY_ONE_OF:
            return sum(value.get(name) is not None for name in fact.value) != 1
        case Rule.AT_LEAST_ONE_OF:
            return all(value.get(name) is None for name in fact.value)
        case Rule.REQUIRES:
            member, others = fact.value
            return value.get(member) is not None and any(value.get(name) is None for name in others)
        case _:
            return fact.rule is Rule.READ_ONLY


def missing(facts: Iterable[Fact], inputs: dict[str, Any]) -> Iterator[str]:
    """Yield a line for each required property that an object of the inputs does not have."""
    for fact in facts:
        if fact.rule is Rule.REQUIRED:
            *above, name = fact.path.split(".")
            for where, value in _at(inputs, above, ""):
                if isinstance(value, dict) and value.get(name) is None:
                    yield f"{fact.token} {where}.{name}: required says {fact.source}"


def documented(token: str, doc: str) -> Iterator[dict[str, Any]]:
    """Yield the inputs of a type in the examples of a documentation; what is no literal is unknown."""
    shape = sdk.sdk_shape(token)
    cls, _ = sdk.resource_class(token)
    module = cls.__module__.split(".")[1]
    by_python = {prop.python_name: prop for prop in shape.inputs.values()}
    for code in _BLOCK.findall(doc):
        try:
            tree = ast.parse(textwrap.dedent(code))
        except SyntaxError:
            continue
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and ast.unparse(call.func) == f"aws.{module}.{cls.__name__}":
                yield {
                    by_python[word.arg].name: _literal(word.value, by_python[word.arg].type)
                    for word in call.keywords
                    if word.arg in by_python
                }


def _literal(node: ast.expr, type_: WireType) -> Any:
    match node:
        case ast.Constant():
            return node.value
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as number)):
            return -number
        case ast.List():
            element = type_.element or WireType(Kind.ANY)
            return [_literal(item, element) for item in node.elts]
        case ast.Dict():
            return _object(node, type_)
        case _:
            return UNKNOWN


def _object(node: ast.Dict, type_: WireType) -> dict[str, Any]:
    found: dict[str, Any] = {}
    candidates = (type_, *type_.members)
    properties: dict[str, Property] = {
        prop.python_name: prop for one in candidates if one.cls is not None for prop in one.cls.properties.values()
    }
    for key, value in zip(node.keys, node.values, strict=True):
        name = key.value if isinstance(key, ast.Constant) else UNKNOWN
        prop = properties.get(str(name))
        inner = prop.type if prop is not None else type_.element or WireType(Kind.ANY)
        found[prop.name if prop is not None else str(name)] = _literal(value, inner)
    return found
