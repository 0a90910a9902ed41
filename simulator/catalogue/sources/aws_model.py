"""One model of an AWS API, however it was written, and how the inputs of a type lie in it.

A :class:`Node` is a value of the API: a botocore shape or a part of a CloudFormation schema. :func:`lay` walks the
inputs of a type and the node together and says which property stands for which node; :func:`limits_of` says what
follows for the property. Deliberately left out: enums of types that the SDK closes itself; limits of what the SDK
writes as text and the API as a number, blob or time.
"""

from __future__ import annotations

import fnmatch
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any, ClassVar, Final, Protocol

from simulator.catalogue.facts import Mapping as MappingRate
from simulator.catalogue.facts import Rule
from simulator.catalogue.shapes import Shape
from simulator.catalogue.sources.aws_names import Likeness, fold, pair, singular
from simulator.catalogue.sources.aws_patterns import whole
from simulator.catalogue.types import Kind, Property, WireType

NO_MAXIMUM: Final = 2**31 - 1
"""What models write where there is no limit."""
_DEPTH: Final = 12
"""Levels of objects that are walked: recursive types (filters, statements) repeat what was said above."""
PROVIDER_ONLY: Final = frozenset({"region", "tagsAll", "forceDestroy", "namePrefix", "timeouts"})
"""Inputs that the provider keeps for itself on any type: which endpoint it calls, how long it waits, its switches."""


class NodeKind(StrEnum):
    """The kinds of values of an API."""

    STRUCTURE = "structure"
    LIST = "list"
    MAP = "map"
    STRING = "string"
    NUMBER = "number"
    OTHER = "other"
    """Booleans, blobs, times, documents: nothing is checked of them."""


class Node(Protocol):
    """One value of an API."""

    @property
    def place(self) -> str:
        """Where the model says so."""
        ...

    @property
    def kind(self) -> NodeKind: ...

    @property
    def members(self) -> Mapping[str, Node]:
        """Of a structure."""
        ...

    @property
    def element(self) -> Node | None:
        """Of a list, or the values of a map."""
        ...

    @property
    def limits(self) -> Mapping[Rule, Any]:
        """What the model says of the value itself."""
        ...


@dataclass(frozen=True)
class Placed:
    """A property and the node it stands for."""

    path: str
    prop: WireType
    node: Node
    way: tuple[str, ...]
    """The members of the API that lead to the node, from the root."""
    likeness: Likeness = Likeness.SAME
    owner: Node | None = None


@dataclass
class Layout:
    """Where the inputs of a type lie in a model."""

    placed: list[Placed] = field(default_factory=list)
    unmapped: list[str] = field(default_factory=list)

    @property
    def mapped(self) -> tuple[str, ...]:
        """Paths of the properties that were found, without the items of arrays and maps."""
        return tuple(dict.fromkeys(one.path for one in self.placed if not one.path.endswith("[*]")))


Names = Mapping[str, str | None]
"""Path in the SDK -> dotted way in the API from the object above it; None where nothing stands for it."""


def lay(shape: Shape, root: Node, nouns: tuple[str, ...], names: Names = MappingProxyType({})) -> Layout:
    """Find the inputs of a type in a structure of the API."""
    layout = Layout()
    inputs = {name: prop for name, prop in shape.inputs.items() if name not in PROVIDER_ONLY or name in names}
    _members(inputs, root, "", (), nouns, names, layout, 0)
    return layout


def _members(
    properties: Mapping[str, Property],
    node: Node,
    at: str,
    way: tuple[str, ...],
    nouns: tuple[str, ...],
    names: Names,
    layout: Layout,
    depth: int,
) -> None:
    if depth > _DEPTH:
        return
    told = {name: names[_join(at, name)] for name in properties if _join(at, name) in names}
    taken = {other.split(".")[0] for other in told.values() if other is not None and "." not in other}
    free = [name for name in node.members if name not in taken]
    found = pair([name for name in properties if name not in told], free, nouns)
    steps: dict[str, tuple[tuple[str, ...], Likeness]] = {
        name: ((member,), likeness) for name, (member, likeness) in found.items()
    }
    steps |= {name: (tuple(other.split(".")), Likeness.SAME) for name, other in told.items() if other is not None}
    if not at:
        steps |= _flattened(properties, node, {*steps, *told}, {member for member, _ in found.values()}, nouns)
    for name, prop in properties.items():
        path = _join(at, name)
        if name not in steps:
            if told.get(name, "") is not None:
                layout.unmapped.append(path)
            continue
        inner: Node | None = node
        for step in steps[name][0]:
            inner = _descend(inner, step)
        if inner is None:
            layout.unmapped.append(path)
            continue
        _value(prop.type, inner, path, (*way, *steps[name][0]), steps[name][1], node, names, layout, depth + 1)


def _descend(node: Node | None, step: str) -> Node | None:
    while node is not None and node.kind is NodeKind.LIST:
        node = node.element
    return node.members.get(step) if node is not None else None


def _flattened(
    properties: Mapping[str, Property], node: Node, met: set[str], taken: set[str], nouns: tuple[str, ...]
) -> dict[str, tuple[tuple[str, ...], Likeness]]:
    """Properties of the type that the API keeps in one structure under the root (``DatabaseInput``)."""
    left = [name for name in properties if name not in met]
    found: dict[str, tuple[tuple[str, ...], Likeness]] = {}
    folded = {singular(fold(noun)) for noun in nouns}
    for member, inner in node.members.items():
        bare = singular(fold(member))
        if member in taken or inner.kind is not NodeKind.STRUCTURE:
            continue
        if not any(bare in (noun, f"{noun}input", f"{noun}config", f"{noun}properties") for noun in folded):
            continue
        for name, (nested, likeness) in pair(left, inner.members, (*nouns, member)).items():
            found[name] = ((member, nested), likeness)
    return found


def _value(
    type_: WireType,
    node: Node,
    path: str,
    way: tuple[str, ...],
    likeness: Likeness,
    owner: Node,
    names: Names,
    layout: Layout,
    depth: int,
) -> None:
    type_ = _plain(type_, node)
    layout.placed.append(Placed(path, type_, node, way, likeness, owner))
    if depth > _DEPTH:
        return
    match node.kind, type_.kind:
        case (NodeKind.LIST, Kind.ARRAY) | (NodeKind.MAP, Kind.MAP) if type_.element and node.element:
            _value(type_.element, node.element, f"{path}[*]", way, likeness, owner, names, layout, depth)
        case NodeKind.LIST, Kind.MAP if type_.element and (pairs := _pairs(node)) is not None:
            _value(type_.element, pairs, f"{path}[*]", way, likeness, owner, names, layout, depth)
        case NodeKind.LIST, Kind.OBJECT if node.element:
            layout.placed.pop()
            _value(type_, node.element, path, way, likeness, owner, names, layout, depth)
        case NodeKind.LIST, Kind.STRING | Kind.INTEGER | Kind.NUMBER if node.element:
            layout.placed[-1] = Placed(path, type_, node.element, way, likeness, owner)
        case NodeKind.STRUCTURE, Kind.ARRAY if type_.element is not None and type_.element.kind is Kind.OBJECT:
            _value(type_.element, node, f"{path}[*]", way, likeness, owner, names, layout, depth)
        case NodeKind.STRUCTURE, Kind.OBJECT if type_.cls is not None:
            leaf = path.replace("[*]", "").rsplit(".", 1)[-1]
            _members(type_.cls.properties, node, path, way, (leaf, singular(fold(leaf))), names, layout, depth)


def _plain(type_: WireType, node: Node) -> WireType:
    """Return the member of a union that the node can say something of."""
    if type_.kind is not Kind.UNION:
        return type_
    text = node.kind is NodeKind.STRING
    order = (Kind.STRING, Kind.OBJECT, Kind.ARRAY) if text else (Kind.OBJECT, Kind.STRING, Kind.ARRAY)
    return next((member for kind in order for member in type_.members if member.kind is kind), type_.members[0])


def _pairs(node: Node) -> Node | None:
    """Return the values of a list of names and values, which the SDK writes as a map."""
    if node.element is None or node.element.kind is not NodeKind.STRUCTURE:
        return None
    members = node.element.members
    for key, value in (("Key", "Value"), ("key", "value"), ("TagKey", "TagValue"), ("Name", "Value")):
        if key in members and value in members:
            return members[value]
    return None


_TEXT = frozenset({Rule.PATTERN, Rule.ENUM, Rule.MIN_LENGTH, Rule.MAX_LENGTH})
_SIZE = frozenset({Rule.MINIMUM, Rule.MAXIMUM, Rule.ENUM})
_COUNT = frozenset({Rule.MIN_ITEMS, Rule.MAX_ITEMS})
_APPLIES: Final = MappingProxyType(
    {
        (Kind.STRING, NodeKind.STRING): _TEXT,
        (Kind.INTEGER, NodeKind.NUMBER): _SIZE,
        (Kind.NUMBER, NodeKind.NUMBER): _SIZE,
        (Kind.ARRAY, NodeKind.LIST): _COUNT,
        (Kind.MAP, NodeKind.MAP): _COUNT,
        (Kind.MAP, NodeKind.LIST): _COUNT,
    }
)


def limits_of(placed: Placed) -> Iterator[tuple[Rule, Any]]:
    """Yield what a node says of the property that stands for it."""
    rules = _APPLIES.get((placed.prop.kind, placed.node.kind), frozenset())
    for rule, value in placed.node.limits.items():
        if rule not in rules or (placed.likeness is Likeness.IDENTIFIER and rule is not Rule.MAX_LENGTH):
            continue
        if rule in (Rule.MIN_LENGTH, Rule.MIN_ITEMS) and value == 0:
            continue
        yield rule, value


Said = tuple[str, Rule, Any, str]
"""Path, rule, value, and the place in the model."""


class ModelSource(ABC):
    """A model of the AWS APIs as a source of facts: where the inputs of a type lie in it is found once."""

    searched: ClassVar[bool]
    """Whether a pattern of the model holds where it is found in a value; otherwise it holds of the whole."""

    def __init__(self) -> None:
        """Read nothing yet."""
        self._layouts: dict[str, Layout | None] = {}

    @property
    @abstractmethod
    def name(self) -> str:
        """Name and version of the package the model comes from."""

    @abstractmethod
    def _lay(self, shape: Shape) -> Layout | None:
        """Find the inputs of a type in the model."""

    def layout(self, shape: Shape) -> Layout | None:
        """Say where the inputs of a type lie in the model; None for a type that it does not have."""
        if shape.token not in self._layouts:
            self._layouts[shape.token] = self._lay(shape)
        return self._layouts[shape.token]

    def mapping(self, shape: Shape) -> MappingRate | None:
        """Say which inputs were found and which patterns could not be used."""
        layout = self.layout(shape)
        if layout is None:
            return None
        skipped = (
            f"{one.path}: {reason}"
            for one in layout.placed
            for rule, value in limits_of(one)
            if rule is Rule.PATTERN and (reason := whole(value, searched=self.searched).reason)
        )
        return MappingRate(shape.token, self.name, layout.mapped, tuple(layout.unmapped), tuple(dict.fromkeys(skipped)))

    def _limits(self, layout: Layout) -> Iterator[Said]:
        """Yield the limits of every input that was found, without the patterns that cannot be used."""
        for one in layout.placed:
            for rule, value in limits_of(one):
                usable = whole(value, searched=self.searched).text if rule is Rule.PATTERN else value
                if rule is not Rule.PATTERN or usable:
                    yield one.path, rule, usable, one.node.place


@dataclass(frozen=True)
class Exempt:
    """A place where the provider accepts what a model of the API does not, or means something else by the name."""

    token: str
    """Glob."""
    path: str
    """Glob, without ``[*]``."""
    rules: frozenset[Rule]
    why: str
    among: frozenset[str] = frozenset()
    """Of rules between members: those that any of these is in; all rules when empty."""

    def covers(self, token: str, path: str, rule: Rule, value: Any = None) -> bool:
        """Tell whether a fact is to be left out."""
        return (
            rule in self.rules
            and (not self.among or any(name in str(value) for name in self.among))
            and fnmatch.fnmatchcase(token, self.token)
            and fnmatch.fnmatchcase(path.replace("[*]", ""), self.path)
        )


def _join(at: str, name: str) -> str:
    return f"{at}.{name}" if at else name
