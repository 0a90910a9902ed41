"""Checks a request against the shapes of an AWS API (botocore), where a document carries the request.

Parts that are decided when the document runs (``{"Get": …}``) and unknowns pass. Required members, types, enums,
patterns, lengths and ranges are those of the service model that ships with botocore.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator
from typing import Any

import regex
from botocore.loaders import Loader
from botocore.model import ListShape, MapShape, ServiceModel, Shape, StringShape, StructureShape

from simulator.documents.fault import Fault, Place, listed, members, nearest
from simulator.values import is_unknown

Deferred = Callable[[Any], bool]
"""Tells whether a value is only known when the document runs."""


@functools.cache
def service(name: str) -> ServiceModel:
    """Return the model of a service."""
    return ServiceModel(Loader().load_service_model(name, "service-2"), name)


def request_faults(
    model: ServiceModel, operation: str, value: Any, place: Place, deferred: Deferred, optional: frozenset[str]
) -> Iterator[Fault]:
    """Yield what is wrong with the request of an operation; ``optional`` members may be left out."""
    shape = model.operation_model(operation).input_shape
    if shape is not None:
        yield from _faults(shape, value, place, deferred, optional)


def output_member(model: ServiceModel, operation: str, steps: list[str]) -> tuple[str, list[str]] | None:
    """Return the first step that an operation's output does not have, with what would be there; None if it has all."""
    shape: Shape | None = model.operation_model(operation).output_shape
    for step in steps:
        if isinstance(shape, StructureShape):
            if step not in shape.members:
                return step, list(shape.members)
            shape = shape.members[step]
        elif isinstance(shape, ListShape):
            shape = shape.member
        elif isinstance(shape, MapShape):
            shape = shape.value
        else:
            return step, []
    return None


def _faults(
    shape: Shape, value: Any, place: Place, deferred: Deferred, optional: frozenset[str] = frozenset()
) -> Iterator[Fault]:
    if is_unknown(value) or deferred(value):
        return
    if isinstance(shape, StructureShape):
        yield from _structure(shape, value, place, deferred, optional)
    elif isinstance(shape, ListShape):
        if not isinstance(value, list):
            yield Fault(place, f"{_shown(value)} has the wrong type", "a list")
            return
        yield from _bounds(shape, len(value), place, "members")
        for where, item in members(value, place):
            yield from _faults(shape.member, item, where, deferred)
    elif isinstance(shape, MapShape):
        if not isinstance(value, dict):
            yield Fault(place, f"{_shown(value)} has the wrong type", "an object")
            return
        for where, item in members(value, place):
            yield from _faults(shape.value, item, where, deferred)
    else:
        yield from _scalar(shape, value, place)


def _structure(
    shape: StructureShape, value: Any, place: Place, deferred: Deferred, optional: frozenset[str]
) -> Iterator[Fault]:
    if not isinstance(value, dict):
        yield Fault(place, f"{_shown(value)} has the wrong type", "an object")
        return
    for name in shape.required_members:
        if name not in value and name not in optional:
            yield Fault(place, f"'{name}' is missing", "", f"{shape.name} requires it")
    for name, item in value.items():
        member = shape.members.get(name)
        if member is None:
            yield Fault(
                (*place, name),
                f"'{name}' is no member of {shape.name}",
                listed(shape.members, 40),
                nearest(name, shape.members),
            )
        else:
            yield from _faults(member, item, (*place, name), deferred)


def _scalar(shape: Shape, value: Any, place: Place) -> Iterator[Fault]:
    kind = shape.type_name
    if kind == "string":
        if not isinstance(value, str):
            yield Fault(place, f"{_shown(value)} has the wrong type", "text")
            return
        enum = shape.enum if isinstance(shape, StringShape) else []
        if enum and value not in enum:
            yield Fault(place, f"'{value}' is not known", listed(enum, 20), nearest(value, enum))
            return
        yield from _bounds(shape, len(value), place, "characters")
        pattern = _compiled(str(shape.metadata.get("pattern", "")))
        if pattern is not None and not pattern.search(value):
            yield Fault(place, f"'{value[:80]}' has the wrong form", f"text that matches {shape.metadata['pattern']}")
    elif kind == "boolean":
        if not isinstance(value, bool) and value not in ("true", "false", "True", "False"):
            yield Fault(place, f"{_shown(value)} has the wrong type", "true or false")
    elif kind in ("integer", "long", "float", "double"):
        number = _number(value)
        if number is None or (kind in ("integer", "long") and not number.is_integer()):
            yield Fault(place, f"{_shown(value)} has the wrong type", f"a number ({kind})")
        else:
            yield from _bounds(shape, number, place, "")


def _bounds(shape: Shape, size: float, place: Place, unit: str) -> Iterator[Fault]:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    told = f"it has {size:g} {unit}" if unit else f"{size:g} is out of range"
    if least is not None and size < least:
        yield Fault(place, told, f"at least {least}")
    if most is not None and size > most:
        yield Fault(place, told, f"at most {most}")


def _number(value: Any) -> float | None:
    """Read a number; the document may write it as text."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return float(value) if not isinstance(value, str) or re.fullmatch(r"-?\d+(\.\d+)?", value) else None
    except OverflowError:
        return None


@functools.cache
def _compiled(pattern: str) -> regex.Pattern[str] | None:
    if not pattern or pattern == ".*":
        return None
    try:
        return regex.compile(rf"^(?:{pattern})$")
    except regex.error:
        return None


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
