"""How the catalogue writes types: JSON that is short because what can be derived is left out.

A scalar type is its name; the others are lists that begin with the kind: ``["array", T]``, ``["map", T]``,
``["object", name]``, ``["union", T, …]``, ``["enum", value, …]``. A property is its type, or an object with ``type``
and what else is to be said of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from simulator.catalogue.types import Kind, ObjectType, Property, WireType

_SNAKE = (re.compile(r"([^_])([A-Z][a-z]+)"), re.compile(r"([a-z0-9])([A-Z])"))


def encode_type(type_: WireType) -> Any:
    """Write one type."""
    match type_.kind:
        case Kind.ARRAY | Kind.MAP if type_.element is not None:
            return [str(type_.kind), encode_type(type_.element)]
        case Kind.OBJECT if type_.cls is not None:
            return ["object", type_.cls.name]
        case Kind.UNION:
            return ["union", *(encode_type(member) for member in type_.members)]
        case Kind.ENUM:
            return ["enum", *type_.literals]
        case _:
            return str(type_.kind)


def encode_properties(properties: Mapping[str, Property]) -> dict[str, Any]:
    """Write properties by wire name."""
    return {name: _encode_property(prop) for name, prop in sorted(properties.items())}


def _encode_property(prop: Property) -> Any:
    written = encode_type(prop.type)
    further: dict[str, Any] = {}
    if prop.required:
        further["required"] = True
    if prop.constant is not None:
        further["constant"] = prop.constant
    if prop.default is not None:
        further["default"] = prop.default
    if prop.python_name != snake(prop.name):
        further["python"] = prop.python_name
    return {"type": written, **further} if further else written


def decode_type(written: Any, object_type: Callable[[str], ObjectType]) -> WireType:
    """Read one type; ``object_type`` finds the entry of a name."""
    if isinstance(written, str):
        return _SCALARS[written]
    kind, *rest = written
    match Kind(kind):
        case Kind.ARRAY | Kind.MAP as container:
            return WireType(container, element=decode_type(rest[0], object_type))
        case Kind.OBJECT:
            return WireType(Kind.OBJECT, cls=object_type(rest[0]))
        case Kind.UNION:
            return WireType(Kind.UNION, members=tuple(decode_type(member, object_type) for member in rest))
        case other:
            return WireType(other, literals=tuple(rest))


def decode_properties(
    written: Mapping[str, Any], object_type: Callable[[str], ObjectType]
) -> MappingProxyType[str, Property]:
    """Read properties by wire name."""
    found: dict[str, Property] = {}
    for name, body in written.items():
        further = body if isinstance(body, dict) else {"type": body}
        found[name] = Property(
            name=name,
            python_name=further.get("python") or snake(name),
            type=decode_type(further["type"], object_type),
            required=further.get("required", False),
            constant=further.get("constant"),
            default=further.get("default"),
        )
    return MappingProxyType(found)


def snake(wire: str) -> str:
    """Return the Python name that most wire names have."""
    for pattern in _SNAKE:
        wire = pattern.sub(r"\1_\2", wire)
    return wire.lower()


_SCALARS = {
    str(kind): WireType(kind)
    for kind in (Kind.STRING, Kind.INTEGER, Kind.NUMBER, Kind.BOOLEAN, Kind.ASSET, Kind.ANY, Kind.ARRAY, Kind.MAP)
}
