"""What a resource shows once it exists: its inputs, its identity, and plausible values for all that the cloud computes.

Every output that the SDK declares as never null gets a value of its declared type, at every depth, so that a typed
program can read it. A value is plausible, not true: no endpoint answers, no fingerprint matches.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import Any, Final

from simulator.catalogue.shapes import Shape
from simulator.catalogue.types import Kind, Property, WireType, properties_of
from simulator.clouds.base import Birth, CloudRules, Identity
from simulator.model import UNKNOWN, Props
from simulator.records import Stored
from simulator.values import plain

_DEEPEST = 6
_MOMENT = "2026-01-01T00:00:00Z"
_IS_MOMENT = re.compile(r"(Time|Timestamp|Date|At)$")
_ZERO: Final[MappingProxyType[Kind, Any]] = MappingProxyType(
    {Kind.STRING: "", Kind.INTEGER: 0, Kind.NUMBER: 0, Kind.BOOLEAN: False, Kind.ARRAY: [], Kind.MAP: {}}
)


def born(rules: CloudRules, birth: Birth, identity: Identity) -> Props:
    """Return the outputs of a new object."""
    outputs = _echo(birth.shape, birth.inputs)
    for name, value in {**identity.facts, **rules.known_early(birth)}.items():
        if outputs.get(name) is None:
            outputs[name] = value
    writer = _Writer(rules, birth, identity)
    for name, prop in birth.shape.outputs.items():
        if name in outputs:
            outputs[name] = writer.complete(prop.type, outputs[name], name)
        elif prop.required and name in birth.shape.inputs:
            value = writer.default(birth.shape.inputs[name], prop)
            if value is not None:
                outputs[name] = value
        elif prop.required:
            outputs[name] = writer.invent(prop, 0)
    return _shaped(birth.shape, outputs, birth)


def planned(rules: CloudRules, birth: Birth) -> Props:
    """Return the outputs of an object that is to be made: what is computed is unknown."""
    outputs = _echo(birth.shape, birth.inputs)
    for name, value in rules.known_early(birth).items():
        outputs.setdefault(name, value)
    for name, prop in birth.shape.outputs.items():
        if name not in outputs and prop.required:
            outputs[name] = UNKNOWN
    return _shaped(birth.shape, outputs, birth)


def changed(rules: CloudRules, birth: Birth, stored: Stored) -> Props:
    """Return the outputs of an object after an update: what the cloud computed stays."""
    return born(rules, birth, Identity(id=stored.id, facts=_kept(birth, stored.inputs, stored.outputs)))


def replanned(rules: CloudRules, birth: Birth, old_inputs: Props, old_outputs: Props) -> Props:
    """Return the outputs of an object that is to be updated."""
    return {**planned(rules, birth), **_kept(birth, old_inputs, old_outputs), **rules.known_early(birth)}


def _kept(birth: Birth, old_inputs: Props, old_outputs: Props) -> Props:
    return {name: value for name, value in old_outputs.items() if name not in birth.inputs and name not in old_inputs}


def _echo(shape: Shape, inputs: Props) -> Props:
    return {name: value for name, value in plain(inputs).items() if name in shape.outputs or name.startswith("__")}


def _shaped(shape: Shape, outputs: Props, birth: Birth) -> Props:
    """Turn input forms into output forms where the two differ."""
    for name, value in outputs.items():
        prop = shape.outputs.get(name)
        if prop is not None:
            outputs[name] = _as_output(prop.type, value, birth)
    return outputs


def _as_output(type_: WireType, value: Any, birth: Birth) -> Any:
    if value == UNKNOWN:
        return value
    match type_.kind:
        case Kind.MAP if isinstance(value, list) and type_.element is not None:
            # userAssignedIdentities: a list of ids goes in, an object by id comes out.
            return {str(key): _principal(type_.element, str(key), birth) for key in value if key != UNKNOWN}
        case Kind.MAP if isinstance(value, dict) and type_.element is not None:
            return {key: _as_output(type_.element, item, birth) for key, item in value.items()}
        case Kind.ARRAY if isinstance(value, list) and type_.element is not None:
            return [_as_output(type_.element, item, birth) for item in value]
        case Kind.OBJECT if isinstance(value, dict) and type_.cls is not None:
            properties = properties_of(type_.cls)
            return {
                key: _as_output(properties[key].type, item, birth) if key in properties else item
                for key, item in value.items()
            }
        case _:
            return value


def _principal(element: WireType, key: str, birth: Birth) -> Any:
    if element.kind is not Kind.OBJECT or element.cls is None:
        return key
    dice = type(birth.dice).of("identity", key.lower())
    return {
        name: dice.guid(name) if prop.type.kind is Kind.STRING else None
        for name, prop in properties_of(element.cls).items()
    }


def _read(text: str, type_: WireType) -> Any:
    match type_.kind:
        case Kind.BOOLEAN if text.lower() in ("true", "false"):
            return text.lower() == "true"
        case Kind.INTEGER if re.fullmatch(r"-?\d+", text):
            return int(text)
        case Kind.NUMBER if re.fullmatch(r"-?\d+(\.\d+)?", text):
            return float(text)
        case Kind.STRING if text:
            return text
        case _:
            return None


class _Writer:
    def __init__(self, rules: CloudRules, birth: Birth, identity: Identity) -> None:
        self._rules = rules
        self._birth = birth
        self._identity = identity

    def invent(self, prop: Property, depth: int) -> Any:
        """Make a value for an output that no input gives."""
        if prop.constant is not None:
            return prop.constant
        return self._value(prop.type, prop.name, depth)

    def default(self, given: Property, shown: Property) -> Any:
        """Return what the cloud shows of an input that was left out: its documented default, or nothing said.

        azure-native shows nothing; bridged providers show the zero value of scalars and lists.
        """
        if given.default is not None:
            value = _read(given.default, shown.type)
            if value is not None:
                return value
        if shown.type.kind is Kind.STRING:
            text = self._rules.computed(self._birth, self._identity, shown.name)
            if text is not None:
                return text
        if self._rules.package == "azure-native":
            return None
        return _ZERO.get(shown.type.kind)

    def complete(self, type_: WireType, value: Any, path: str, depth: int = 0) -> Any:
        """Add to a given value the members that the cloud computes; ``path`` has no indices."""
        if depth > _DEEPEST:
            return value
        match type_.kind:
            case Kind.OBJECT if isinstance(value, dict) and type_.cls is not None:
                completed = dict(value)
                for member, prop in properties_of(type_.cls).items():
                    if member in completed:
                        completed[member] = self.complete(prop.type, completed[member], f"{path}.{member}", depth + 1)
                    elif prop.required:
                        completed[member] = self.invent(prop, depth + 1)
                    elif (text := self._rules.added(self._birth, self._identity, f"{path}.{member}")) is not None:
                        completed[member] = text
                return completed
            case Kind.ARRAY if isinstance(value, list) and type_.element is not None:
                return [self.complete(type_.element, item, path, depth + 1) for item in value]
            case _:
                return value

    def _value(self, type_: WireType, name: str, depth: int) -> Any:
        match type_.kind:
            case Kind.STRING:
                text = self._rules.computed(self._birth, self._identity, name)
                if text is not None:
                    return text
                return _MOMENT if _IS_MOMENT.search(name) else self._birth.dice.letters(12, name)
            case Kind.INTEGER | Kind.NUMBER:
                return 0
            case Kind.BOOLEAN:
                return False
            case Kind.ARRAY:
                return []
            case Kind.MAP:
                return {}
            case Kind.ENUM:
                return type_.literals[0]
            case Kind.OBJECT if type_.cls is not None:
                if depth > _DEEPEST:
                    return {}
                properties = properties_of(type_.cls).values()
                return {prop.name: self.invent(prop, depth + 1) for prop in properties if prop.required}
            case Kind.UNION:
                return self._value(type_.members[0], name, depth)
            case _:
                return {}
