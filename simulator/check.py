"""Whether inputs fit the shape of their type: names, types, required members, literals, union tags.

Total: it answers on any JSON value and never raises. An unknown passes everywhere. What the catalogue states of values
beyond that (patterns, bounds, what excludes what) is judged in :mod:`simulator.constraints`.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from simulator.catalogue.constraints import tree_of
from simulator.catalogue.shapes import Shape
from simulator.catalogue.types import Kind, Property, WireType, properties_of
from simulator.constraints import breaches
from simulator.model import CheckFailure, Props
from simulator.values import Path, is_asset, is_unknown, render, reveal

INTERNAL = "__"
"""Prefix of the properties that providers keep for themselves (``__defaults``, ``__createBeforeDelete``)."""


@dataclass(frozen=True)
class Verdict:
    """What is wrong with the inputs of a resource."""

    failures: tuple[CheckFailure, ...]
    """For which the provider or the service refuses the resource."""
    warnings: tuple[CheckFailure, ...] = ()
    """What only the words of a description speak against; never a reason to refuse."""


def check_inputs(shape: Shape, inputs: Props) -> tuple[CheckFailure, ...]:
    """Return every fault of the inputs of a resource for which it is refused, in the order of the inputs."""
    return judge(shape, inputs).failures


def judge(shape: Shape, inputs: Props) -> Verdict:
    """Judge the inputs of a resource by its shape and by the facts of the catalogue about its type.

    A value that does not fit its type is named once: no constraint is tried on it.
    """
    given = {name: value for name, value in inputs.items() if not name.startswith(INTERNAL)}
    misfits = tuple(_members(shape.inputs, given, (), shape.token))
    named = {fault.property for fault in misfits}
    found = [one for one in breaches(tree_of(shape.token), given) if one.failure.property not in named]
    return Verdict(
        failures=(*misfits, *(one.failure for one in found if one.certain)),
        warnings=tuple(one.failure for one in found if not one.certain),
    )


def check_value(type_: WireType, value: Any, path: Path) -> Iterator[CheckFailure]:
    """Yield the faults of one value against its type."""
    if is_unknown(value):
        return
    value = reveal(value)
    if is_unknown(value):
        return
    match type_.kind:
        case Kind.ANY:
            return
        case Kind.UNION:
            yield from _union(type_, value, path)
        case Kind.ARRAY if isinstance(value, list) and type_.element is not None:
            for index, item in enumerate(value):
                yield from check_value(type_.element, item, (*path, index))
        case Kind.MAP if isinstance(value, dict) and not is_asset(value) and type_.element is not None:
            for key, item in value.items():
                yield from check_value(type_.element, item, (*path, str(key)))
        case Kind.OBJECT if isinstance(value, dict) and not is_asset(value) and type_.cls is not None:
            properties = properties_of(type_.cls)
            yield from _members(properties, value, path, type_.name)
        case Kind.ENUM:
            yield from _literal(type_, value, path, strict=True)
        case _:
            if not _fits(type_, value):
                yield _mismatch(type_, value, path)


def _members(properties: Mapping[str, Property], value: Props, path: Path, owner: str) -> Iterator[CheckFailure]:
    for name, item in value.items():
        prop = properties.get(name)
        if prop is None:
            yield CheckFailure(
                render((*path, str(name))), f"unknown property '{name}' of {owner}{_hint(name, properties)}"
            )
        elif prop.constant is not None and isinstance(item, str) and not is_unknown(item) and item != prop.constant:
            yield CheckFailure(render((*path, name)), f"expected '{prop.constant}', got '{item}'")
        elif item is not None:
            yield from check_value(prop.type, item, (*path, name))
    for name, prop in properties.items():
        if prop.required and value.get(name) is None:
            yield CheckFailure(render((*path, name)), f"missing required property '{name}' of {owner}")


def _hint(name: str, properties: Mapping[str, Property]) -> str:
    by_python = {prop.python_name: wire for wire, prop in properties.items()}
    if name in by_python:
        return f"; the wire name is '{by_python[name]}' (a dict in place of a typed …Args is not translated in a union)"
    near = difflib.get_close_matches(str(name), list(properties), n=1, cutoff=0.6)
    if near:
        return f"; did you mean '{near[0]}'?"
    return f"; allowed are {', '.join(sorted(properties))}"


def _fits(type_: WireType, value: Any) -> bool:
    match type_.kind:
        case Kind.STRING:
            return isinstance(value, str)
        case Kind.BOOLEAN:
            return isinstance(value, bool)
        case Kind.NUMBER:
            return isinstance(value, int | float) and not isinstance(value, bool)
        case Kind.INTEGER:
            return isinstance(value, int | float) and not isinstance(value, bool) and float(value).is_integer()
        case Kind.ASSET:
            return is_asset(value)
        case _:
            return False


def _mismatch(type_: WireType, value: Any, path: Path) -> CheckFailure:
    shown = repr(value) if isinstance(value, str | int | float) else ""
    got = f"{_json_type(value)}{' ' + shown if shown else ''}"
    return CheckFailure(render(path), f"expected {type_.name}, got {got}")


def _json_type(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case str():
            return "string"
        case int() | float():
            return "number"
        case list():
            return "array"
        case dict() if is_asset(value):
            return "asset"
        case _:
            return "object"


def _literal(type_: WireType, value: Any, path: Path, *, strict: bool) -> Iterator[CheckFailure]:
    if value in type_.literals and not (isinstance(value, bool) and True not in type_.literals):
        return
    if isinstance(value, str):
        for literal in type_.literals:
            if isinstance(literal, str) and literal.lower() == value.lower():
                yield CheckFailure(
                    render(path), f"'{value}' differs from the literal '{literal}' only by case; write '{literal}'"
                )
                return
    if strict:
        yield _mismatch(type_, value, path)


def _union(type_: WireType, value: Any, path: Path) -> Iterator[CheckFailure]:
    enums = [member for member in type_.members if member.kind is Kind.ENUM]
    if enums and any(member.kind is not Kind.ENUM and _fits(member, value) for member in type_.members):
        # An open enum: the cloud may know more literals than the SDK, but not the same one in another case.
        for member in enums:
            yield from _literal(member, value, path, strict=False)
        return
    objects = [member for member in type_.members if member.kind is Kind.OBJECT]
    if isinstance(value, dict) and objects and not is_asset(value):
        tag = _tag(objects)
        if tag is not None:
            yield from _tagged(objects, tag, value, path)
            return
    attempts = [tuple(check_value(member, value, path)) for member in type_.members]
    if all(attempts):
        plausible = [faults for faults in attempts if any(fault.property != render(path) for fault in faults)]
        yield from min(plausible, key=len) if plausible else (_mismatch(type_, value, path),)


def _tag(objects: list[WireType]) -> str | None:
    tags: set[str] | None = None
    for member in objects:
        if member.cls is None:
            return None
        constants = {name for name, prop in properties_of(member.cls).items() if prop.constant is not None}
        tags = constants if tags is None else tags & constants
    return min(tags) if tags else None


def _tagged(objects: list[WireType], tag: str, value: Props, path: Path) -> Iterator[CheckFailure]:
    chosen = reveal(value.get(tag))
    if is_unknown(chosen):
        return
    by_constant = {properties_of(member.cls)[tag].constant: member for member in objects if member.cls is not None}
    if isinstance(chosen, str) and chosen in by_constant:
        yield from check_value(by_constant[chosen], value, path)
        return
    allowed = ", ".join(f"'{constant}'" for constant in by_constant)
    python_names = {properties_of(member.cls)[tag].python_name for member in objects if member.cls is not None}
    written = next((name for name in python_names if name in value and name != tag), None)
    if chosen is None and written is not None:
        reason = (
            f"'{written}' is the Python name; the wire name is '{tag}' "
            "(use the typed …Args: a dict is not translated in a union)"
        )
    elif chosen is None:
        reason = f"missing '{tag}', which says which kind of object this is; allowed are {allowed}"
    else:
        reason = f"'{chosen}' is no '{tag}'; allowed are {allowed}"
    yield CheckFailure(render((*path, tag)), reason)
