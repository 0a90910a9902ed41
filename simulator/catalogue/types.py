"""The types of wire values, as plain data: nothing here knows where they were read.

Objects are entries by name whose properties are read when first asked for, so that recursive and very large types cost
nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

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


class ObjectType:
    """An object by its name in the catalogue: SDK module and class (``sagemaker.EndpointDeploymentConfigArgs``)."""

    __slots__ = ("_properties", "_read", "name")

    def __init__(self, name: str, read: Callable[[], MappingProxyType[str, Property]]) -> None:
        """Take the name and what reads the properties when they are first asked for."""
        self.name = name
        self._read = read
        self._properties: MappingProxyType[str, Property] | None = None

    @property
    def properties(self) -> MappingProxyType[str, Property]:
        """The properties by wire name."""
        if self._properties is None:
            self._properties = self._read()
        return self._properties

    @property
    def title(self) -> str:
        """How an error message calls the object."""
        return self.name.rsplit(".", 1)[-1].removesuffix("Args")

    def __repr__(self) -> str:
        """Show the name, not the properties: types may be recursive."""
        return f"ObjectType({self.name!r})"


@dataclass(frozen=True)
class WireType:
    """One type of a wire value."""

    kind: Kind
    element: WireType | None = None
    """Of an array or a map."""
    cls: ObjectType | None = None
    """Of an object: the class of the SDK, by name."""
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
                return f"object {self.cls.title}"
            case Kind.UNION:
                return " or ".join(dict.fromkeys(member.name for member in self.members))
            case Kind.ENUM:
                return f"one of {', '.join(repr(value) for value in self.literals[:12])}"
            case _:
                return str(self.kind)


ANY = WireType(Kind.ANY)


@dataclass(frozen=True)
class Property:
    """One property of an object or a resource."""

    name: str
    """Wire name."""
    python_name: str
    type: WireType
    required: bool = False
    """Of an input: must be given. Of an output: is never null."""
    constant: str | None = None
    """The only value allowed, which tells the members of a union apart."""
    default: str | None = None
    """What the documentation says of an input that is left out, as it is written there."""
    doc: str = ""
    """The documentation; only while a catalogue is built, empty at run time."""


def properties_of(cls: ObjectType) -> MappingProxyType[str, Property]:
    """Return the properties of an object type by wire name."""
    return cls.properties
