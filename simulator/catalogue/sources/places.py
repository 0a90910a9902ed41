"""Walks the inputs of a type and the objects of an API model side by side, and keeps what holds at every place.

A place is a path without the kind of object that leads to it: behind a union several objects of the model can stand at
one path. A rule is kept only where all of them state it, a bound where all have one (the loosest), so that no
alternative is refused for what another one forbids.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, Protocol

from simulator.catalogue.facts import Rule
from simulator.catalogue.types import Kind, ObjectType, Property, WireType, properties_of

_LOWER: Final = frozenset({Rule.MINIMUM, Rule.MIN_LENGTH, Rule.MIN_ITEMS})
_UPPER: Final = frozenset({Rule.MAXIMUM, Rule.MAX_LENGTH, Rule.MAX_ITEMS})
_NOTHING: Final[Mapping[Rule, Any]] = MappingProxyType({})


class Node(Protocol):
    """An object of an API model."""

    @property
    def name(self) -> str:
        """How the model calls it."""
        ...

    def member(self, prop: Property) -> Member | None:
        """Return what stands behind a property of the SDK; None when the model has no such member."""
        ...

    def chosen(self, constants: Mapping[str, str]) -> Node:
        """Return the variant of this object that has these discriminator values; itself when there is none."""
        ...


@dataclass(frozen=True)
class Member:
    """One member of an object of an API model."""

    where: str
    """The place in the model: object and member."""
    rules: Mapping[Rule, Any] = field(default_factory=dict)
    items: Mapping[Rule, Any] = field(default_factory=dict)
    """Of the items of an array or the values of a map."""
    required: bool = False
    node: Node | None = None
    """The object behind it, or behind its items."""


@dataclass(frozen=True)
class Found:
    """What the model says of one place."""

    path: str
    rule: Rule
    value: Any
    where: str


@dataclass
class Walk:
    """The walk over one type."""

    mapped: list[str] = field(default_factory=list)
    unmapped: list[str] = field(default_factory=list)
    _seen: dict[str, list[tuple[Mapping[Rule, Any], str]]] = field(default_factory=dict)
    _required: dict[str, list[dict[str, str]]] = field(default_factory=dict)

    def object(
        self, properties: Mapping[str, Property], node: Node | None, path: str = "", stack: tuple[str, ...] = ()
    ) -> Walk:
        """Visit the properties of one object; ``node`` is None where the model has nothing for it."""
        missing: dict[str, str] = {}
        for name, prop in properties.items():
            place = f"{path}.{name}" if path else name
            member = node.member(prop) if node is not None else None
            if node is not None:
                (self.unmapped if member is None else self.mapped).append(place)
            if member is not None and member.required and not prop.required and prop.constant is None:
                missing[place] = member.where
            self._note(place, member.rules if member else _NOTHING, member.where if member else "")
            self._below(prop.type, member, place, stack)
        self._required.setdefault(path, []).append(missing)
        return self

    def found(self) -> Iterator[Found]:
        """Yield what holds at each place, in order."""
        for path, visits in sorted(self._seen.items()):
            rules = [rules for rules, _ in visits]
            for rule in sorted(rules[0]):
                if not all(rule in other for other in rules):
                    continue
                values = [other[rule] for other in rules]
                if rule in _LOWER:
                    yield Found(path, rule, min(values), visits[0][1])
                elif rule in _UPPER:
                    yield Found(path, rule, max(values), visits[0][1])
                elif all(value == values[0] for value in values):
                    yield Found(path, rule, values[0], visits[0][1])
        for _, objects in sorted(self._required.items()):
            for place, where in sorted(objects[0].items()):
                if all(place in other for other in objects):
                    yield Found(place, Rule.REQUIRED, True, where)

    def _note(self, path: str, rules: Mapping[Rule, Any], where: str) -> None:
        self._seen.setdefault(path, []).append((rules, where))

    def _below(self, type_: WireType, member: Member | None, path: str, stack: tuple[str, ...]) -> None:
        match type_.kind:
            case Kind.ARRAY | Kind.MAP if type_.element is not None:
                self._note(f"{path}[*]", member.items if member else _NOTHING, member.where if member else "")
                self._below(type_.element, member, f"{path}[*]", stack)
            case Kind.UNION:
                for alternative in type_.members:
                    if alternative.kind in (Kind.OBJECT, Kind.ARRAY, Kind.MAP):
                        self._below(alternative, member, path, stack)
            case Kind.OBJECT if type_.cls is not None and name_of(type_.cls) not in stack:
                properties = properties_of(type_.cls)
                node = member.node if member else None
                if node is not None:
                    node = node.chosen({p.name: p.constant for p in properties.values() if p.constant is not None})
                self.object(properties, node, path, (*stack, name_of(type_.cls)))
            case _:
                return


def beneath(type_: WireType) -> tuple[ObjectType | None, str]:
    """Return the object under arrays and maps, and the steps of a path that lead to it; None where it is a union."""
    steps = ""
    while type_.element is not None:
        type_ = type_.element
        steps += "[*]"
    return type_.cls, steps


def name_of(cls: ObjectType) -> str:
    """Return what tells one object type from another."""
    return cls.name


def whole(pattern: str) -> str:
    r"""Return a pattern that matches a whole string where a model's pattern finds a match in it.

    >>> whole("^(a|b)+$")
    '^(a|b)+$'
    >>> whole("[a-z]")
    '[\\s\\S]*(?:[a-z])[\\s\\S]*'
    """
    if pattern.startswith("^") and pattern.endswith("$") and not _alternatives(pattern):
        return pattern
    return rf"[\s\S]*(?:{pattern})[\s\S]*"


def _alternatives(pattern: str) -> bool:
    """Tell whether a pattern has alternatives outside of its groups and classes."""
    depth, escaped = 0, False
    for char in pattern:
        if escaped:
            escaped = False
        elif char == "\\":
            escaped = True
        elif char in "([":
            depth += 1
        elif char in ")]":
            depth -= 1
        elif char == "|" and depth == 0:
            return True
    return False
