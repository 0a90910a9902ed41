"""The model classes of Azure management clients, in both styles their generator has written them.

Clients of the older style declare ``_attribute_map`` and ``_validation`` (patterns, lengths, ranges, required,
read-only) and have ``properties`` flattened into the resource; those of the newer style declare fields with a
visibility (read-only, create-only) and nothing of patterns. Enumerations are not taken: the SDK has the same ones, and
says besides which of them are closed.
"""

from __future__ import annotations

import functools
import re
import sys
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType, ModuleType
from typing import Any, Final

from simulator.catalogue.facts import Rule
from simulator.catalogue.sources.places import Member, whole
from simulator.catalogue.types import Property

_SEPARATOR = re.compile(r"(?<!\\)\.")
_PUNCTUATION = re.compile(r"\W|_")
_CLASS = re.compile(r"\w+$")
_VALIDATION: Final = MappingProxyType(
    {
        "minimum": Rule.MINIMUM,
        "maximum": Rule.MAXIMUM,
        "min_length": Rule.MIN_LENGTH,
        "max_length": Rule.MAX_LENGTH,
        "min_items": Rule.MIN_ITEMS,
        "max_items": Rule.MAX_ITEMS,
    }
)
_CREATE: Final = (["read", "create"], ["create"])
_BAG: Final = "properties"


@dataclass(frozen=True)
class _Field:
    attribute: str
    path: tuple[str, ...]
    """Wire names from the object down: more than one where the client flattens."""
    rules: Mapping[Rule, Any]
    required: bool
    of: type | None
    """The model class behind it, or behind its items."""


@dataclass(frozen=True)
class Model:
    """One model class as an object to walk over."""

    cls: type

    @property
    def name(self) -> str:
        """The name of the class."""
        return self.cls.__name__

    def member(self, prop: Property) -> Member | None:
        """Return the field of a property: its own, or that of ``properties``, which the provider may flatten."""
        return self._find(_folded(prop.name), 0)

    def _find(self, name: str, depth: int) -> Member | None:
        fields = _fields(self.cls)
        # The SDK has the names that the API description gives to clients, which are not always those of the wire.
        field = next((one for one in fields if _folded(one.path[-1]) == name), None) or next(
            (one for one in fields if _folded(one.attribute) == name), None
        )
        if field is not None:
            return Member(
                where=f"{self.name}.{field.attribute}",
                rules=field.rules,
                required=field.required,
                node=Model(field.of) if field.of is not None else None,
            )
        bag = next((one for one in fields if one.path == (_BAG,) and one.of is not None), None)
        if bag is None or bag.of is None or depth > 1:
            return None
        return Model(bag.of)._find(name, depth + 1)

    def chosen(self, constants: Mapping[str, str]) -> Model:
        """Return the subclass that the discriminators name, however deep it is; itself without one."""
        cls = self.cls
        while True:
            found = next((sub for value in constants.values() if (sub := _subclass(cls, value)) is not None), None)
            if found is None or found is cls:
                return Model(cls)
            cls = found


def _folded(name: str) -> str:
    return _PUNCTUATION.sub("", name).lower()


def _subclass(cls: type, value: str) -> type | None:
    newer = vars(cls).get("__mapping__")
    if newer is not None:
        found = newer.get(value)
        return found if isinstance(found, type) else None
    for values in vars(cls).get("_subtype_map", {}).values():
        if value in values:
            return _class_of(cls, values[value])
    return None


@functools.cache
def _fields(cls: type) -> tuple[_Field, ...]:
    older = getattr(cls, "_attribute_map", None)
    return tuple(_declared(cls, older) if older is not None else _annotated(cls))


def _declared(cls: type, attributes: Mapping[str, Mapping[str, str]]) -> Iterator[_Field]:
    validation: Mapping[str, Mapping[str, Any]] = getattr(cls, "_validation", {})
    for attribute, entry in attributes.items():
        stated = validation.get(attribute, {})
        rules: dict[Rule, Any] = {_VALIDATION[key]: value for key, value in stated.items() if key in _VALIDATION}
        if "pattern" in stated:
            rules[Rule.PATTERN] = whole(stated["pattern"])
        if stated.get("readonly"):
            rules[Rule.READ_ONLY] = True
        named = _CLASS.search(entry["type"].strip("[]{}"))
        yield _Field(
            attribute=attribute,
            path=tuple(part.replace("\\.", ".") for part in _SEPARATOR.split(entry["key"])),
            rules=MappingProxyType(rules),
            required=bool(stated.get("required")),
            of=_class_of(cls, named.group()) if named else None,
        )


def _annotated(cls: type) -> Iterator[_Field]:
    seen: set[str] = set()
    for owner in cls.__mro__:
        for attribute, field in vars(owner).items():
            if attribute in seen or not hasattr(field, "_rest_name_input"):
                continue
            seen.add(attribute)
            visibility = field._visibility
            rules: dict[Rule, Any] = {}
            if visibility == ["read"]:
                rules[Rule.READ_ONLY] = True
            elif visibility in _CREATE:
                rules[Rule.CREATE_ONLY] = True
            optional, of = _unwrap(owner, owner.__annotations__[attribute])
            yield _Field(
                attribute=attribute,
                path=(field._rest_name_input or attribute,),
                rules=MappingProxyType(rules),
                required=not optional and Rule.READ_ONLY not in rules,
                of=of,
            )


def _unwrap(owner: type, annotation: Any) -> tuple[bool, type | None]:
    """Return whether an annotation admits None and the model class in it."""
    if isinstance(annotation, typing.ForwardRef | str):
        text = annotation if isinstance(annotation, str) else annotation.__forward_arg__
        named = _CLASS.search(text)
        return False, _class_of(owner, named.group()) if named else None
    arguments = typing.get_args(annotation)
    optional = type(None) in arguments
    classes = (of for argument in arguments if (of := _unwrap(owner, argument)[1]) is not None)
    return optional, next(classes, None)


def _class_of(cls: type, name: str) -> type | None:
    """Return the model class of a name in the package of a class; None for enumerations and scalars."""
    return model_class(sys.modules[cls.__module__.rsplit(".", 1)[0]], name)


def model_class(models: ModuleType, name: str) -> type | None:
    """Return the model class of a name; None for what is none, such as an enumeration."""
    found = getattr(models, name, None)
    is_model = isinstance(found, type) and (hasattr(found, "_attribute_map") or hasattr(found, "_is_model"))
    return found if is_model else None
