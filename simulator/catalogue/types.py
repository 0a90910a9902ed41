"""The types of wire values, read from the annotations of generated SDK classes.

Objects stay classes until their properties are asked for, so that recursive and very large types cost nothing.
"""

from __future__ import annotations

import enum
import functools
import inspect
import re
import sys
import typing
from collections import abc
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType, UnionType
from typing import Any, ForwardRef, Union

import pulumi
from pulumi import _types as pulumi_types

Literal = str | float | bool


class Kind(StrEnum):
    """The kinds of wire values."""

    STRING = "string"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    ARRAY = "array"
    MAP = "map"
    OBJECT = "object"
    UNION = "union"
    ENUM = "enum"
    ASSET = "asset"
    ANY = "any"


@dataclass(frozen=True)
class WireType:
    """One type of a wire value."""

    kind: Kind
    element: WireType | None = None
    """Of an array or a map."""
    cls: type | None = None
    """Of an object: the generated ``…Args`` or output class."""
    members: tuple[WireType, ...] = ()
    """Of a union."""
    literals: tuple[Literal, ...] = ()
    """Of an enum: its values as the wire writes them."""

    @property
    def name(self) -> str:
        """How an error message calls the type."""
        match self.kind:
            case Kind.ARRAY | Kind.MAP if self.element is not None:
                return f"{self.kind} of {self.element.name}"
            case Kind.OBJECT if self.cls is not None:
                return f"object {self.cls.__name__.removesuffix('Args')}"
            case Kind.UNION:
                return " or ".join(dict.fromkeys(member.name for member in self.members))
            case Kind.ENUM:
                return f"one of {', '.join(repr(value) for value in self.literals[:12])}"
            case _:
                return str(self.kind)


@dataclass(frozen=True)
class Property:
    """One property of an object or a resource."""

    name: str
    """Wire name."""
    python_name: str
    type: WireType
    required: bool
    """Of an input: must be given. Of an output: is never null."""
    constant: str | None
    """The only value allowed, which tells the members of a union apart."""
    doc: str


_SCALARS: typing.Final = MappingProxyType({str: Kind.STRING, int: Kind.INTEGER, float: Kind.NUMBER, bool: Kind.BOOLEAN})
_ANY: typing.Final = WireType(Kind.ANY)
_OUTPUT_REFERENCE = ForwardRef("Output[T]")
_CONSTANT = re.compile(r"Expected value is '([^']*)'")


@functools.cache
def properties_of(cls: type) -> MappingProxyType[str, Property]:
    """Return the properties of a generated input, output or resource class by wire name."""
    namespace = {**vars(sys.modules[cls.__module__])}
    required = _required_arguments(cls) if pulumi_types.is_input_type(cls) else None
    found: dict[str, Property] = {}
    for python_name, wire_name, prop in pulumi_types._py_properties(cls):
        if python_name in ("id", "urn", "pulumi_resource_name") and python_name not in vars(cls):
            continue
        getter = inspect.unwrap(prop.fget) if prop.fget is not None else None
        annotation = getattr(getter, "__annotations__", {}).get("return", Any)
        doc = getattr(getter, "__doc__", None) or ""
        constant = _CONSTANT.search(doc)
        type_, optional = from_annotation(annotation, namespace)
        found[wire_name] = Property(
            name=wire_name,
            python_name=python_name,
            type=type_,
            required=python_name in required if required is not None else not optional,
            constant=constant.group(1) if constant else None,
            doc=doc,
        )
    return MappingProxyType(found)


def _required_arguments(cls: type) -> frozenset[str]:
    parameters = inspect.signature(cls.__init__).parameters.values()  # type: ignore[misc]
    return frozenset(p.name for p in parameters if p.kind is p.KEYWORD_ONLY and p.default is p.empty)


def from_annotation(annotation: Any, namespace: dict[str, Any]) -> tuple[WireType, bool]:
    """Return the wire type of an annotation and whether it admits None.

    ``Input``, ``Output``, ``Optional`` and ``Awaitable`` are unwrapped; forward references are looked up in
    ``namespace``. An annotation that cannot be read is ``any``: it is accepted rather than refused.
    """
    members: list[WireType] = []
    optional = False
    for part in _flatten(annotation, namespace):
        if part is type(None):
            optional = True
            continue
        type_ = _single(part, namespace)
        if type_ not in members:
            members.append(type_)
    if not members or _ANY in members:
        return _ANY, optional
    if len(members) == 1:
        return members[0], optional
    if all(member.kind is Kind.ASSET for member in members):
        return WireType(Kind.ASSET), optional
    return WireType(Kind.UNION, members=tuple(members)), optional


def _flatten(annotation: Any, namespace: dict[str, Any]) -> abc.Iterator[Any]:
    if isinstance(annotation, ForwardRef | str):
        text = annotation if isinstance(annotation, str) else annotation.__forward_arg__
        try:
            resolved = eval(text, namespace)
        except (NameError, AttributeError):
            resolved = Any
        yield from _flatten(resolved, namespace)
        return
    origin = typing.get_origin(annotation)
    if origin is Union or origin is UnionType:
        for argument in typing.get_args(annotation):
            # Input[T] is Union[T, Awaitable[T], "Output[T]"]: the first member says it all.
            if typing.get_origin(argument) is not abc.Awaitable and argument != _OUTPUT_REFERENCE:
                yield from _flatten(argument, namespace)
        return
    if origin is pulumi.Output:
        for argument in typing.get_args(annotation):
            yield from _flatten(argument, namespace)
        return
    yield annotation


def _single(annotation: Any, namespace: dict[str, Any]) -> WireType:
    origin = typing.get_origin(annotation)
    arguments = typing.get_args(annotation)
    if origin in (abc.Sequence, list):
        return WireType(Kind.ARRAY, element=from_annotation(arguments[0], namespace)[0])
    if origin in (abc.Mapping, dict):
        return WireType(Kind.MAP, element=from_annotation(arguments[1], namespace)[0] if len(arguments) == 2 else _ANY)
    if not isinstance(annotation, type):
        return _ANY
    if annotation in _SCALARS:
        return WireType(_SCALARS[annotation])
    if issubclass(annotation, enum.Enum):
        return WireType(Kind.ENUM, literals=tuple(member.value for member in annotation))
    if issubclass(annotation, pulumi.Asset | pulumi.Archive):
        return WireType(Kind.ASSET)
    if pulumi_types.is_input_type(annotation) or pulumi_types.is_output_type(annotation):
        return WireType(Kind.OBJECT, cls=annotation)
    return _ANY
