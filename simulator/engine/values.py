"""Wire values: from and to protobuf, secrets off and on, unknowns, equality.

Values are plain JSON (see :mod:`simulator.model`). Numbers that are whole come back as ``int``, because that is how the
real engine writes them into its state. Output values (which carry dependencies) are lowered to plain, secret or unknown
values on arrival, as the real engine does for everything that is not a remote component.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from google.protobuf import struct_pb2
from pulumi.runtime import rpc

from simulator.model import SECRET_SIG, SIG_KEY, UNKNOWN, Props

OUTPUT_SIG: str = rpc._special_output_value_sig
ASSET_SIG: str = rpc._special_asset_sig
ARCHIVE_SIG: str = rpc._special_archive_sig
RESOURCE_SIG: str = rpc._special_resource_sig

# The SDK knows one marker per type of the missing value; the engine treats them alike.
UNKNOWNS = frozenset(
    {
        rpc.UNKNOWN,
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # bool
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # number
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # array
        "030794c1-ac77-496b-92df-f27374a8bd58",  # asset
        "e48ece36-62e2-4504-bad9-02848725956a",  # archive
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # object
    }
)

_EXACT = float(2**53)


def from_struct(struct: struct_pb2.Struct) -> Props:
    """The properties of a protobuf struct."""
    return {key: from_value(value) for key, value in struct.fields.items()}


def from_value(value: struct_pb2.Value) -> Any:
    """One protobuf value as plain JSON."""
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        text = value.string_value
        return UNKNOWN if text in UNKNOWNS else text
    if kind == "struct_value":
        return _lower({key: from_value(item) for key, item in value.struct_value.fields.items()})
    if kind == "list_value":
        return [from_value(item) for item in value.list_value.values]
    if kind == "number_value":
        number = value.number_value
        return int(number) if number.is_integer() and abs(number) < _EXACT else number
    if kind == "bool_value":
        return value.bool_value
    return None


def _lower(value: dict[str, Any]) -> Any:
    """An output value without its dependencies; anything else as it is."""
    if value.get(SIG_KEY) != OUTPUT_SIG:
        return value
    inner = value.get("value", UNKNOWN)
    return make_secret(inner) if value.get("secret") else inner


def to_struct(props: Props) -> struct_pb2.Struct:
    """Properties as a protobuf struct."""
    struct = struct_pb2.Struct()
    for key, value in props.items():
        _fill(struct.fields[key], value)
    return struct


def to_value(value: Any) -> struct_pb2.Value:
    """One value as protobuf."""
    result = struct_pb2.Value()
    _fill(result, value)
    return result


def _fill(target: struct_pb2.Value, value: Any) -> None:
    if value is None:
        target.null_value = struct_pb2.NULL_VALUE
    elif isinstance(value, bool):
        target.bool_value = value
    elif isinstance(value, int | float):
        target.number_value = value
    elif isinstance(value, str):
        target.string_value = value
    elif isinstance(value, dict):
        target.struct_value.SetInParent()
        for key, item in value.items():
            _fill(target.struct_value.fields[key], item)
    elif isinstance(value, list | tuple):
        target.list_value.SetInParent()
        for item in value:
            _fill(target.list_value.values.add(), item)
    else:
        raise TypeError(f"a {type(value).__name__} is no wire value")


def make_secret(value: Any) -> Any:
    """The value as a secret; a secret stays as it is."""
    return value if is_secret(value) else {SIG_KEY: SECRET_SIG, "value": value}


def is_secret(value: Any) -> bool:
    return isinstance(value, dict) and value.get(SIG_KEY) == SECRET_SIG


def unwrap(value: Any) -> Any:
    """The value with every secret, at any depth, replaced by its content."""
    if isinstance(value, dict):
        if value.get(SIG_KEY) == SECRET_SIG:
            return unwrap(value.get("value"))
        return {key: unwrap(item) for key, item in value.items()}
    if isinstance(value, list):
        return [unwrap(item) for item in value]
    return value


def _any(value: Any, test: Callable[[Any], bool]) -> bool:
    if test(value):
        return True
    if isinstance(value, dict):
        return any(_any(item, test) for item in value.values())
    if isinstance(value, list):
        return any(_any(item, test) for item in value)
    return False


def has_secret(value: Any) -> bool:
    """Whether the value is or contains a secret."""
    return _any(value, is_secret)


def has_unknown(value: Any) -> bool:
    """Whether the value is or contains an unknown."""
    return _any(value, lambda item: isinstance(item, str) and item == UNKNOWN)


def mask(value: Any) -> Any:
    """The value with every secret replaced by the text ``[secret]``, for people to see."""
    if isinstance(value, dict):
        if value.get(SIG_KEY) == SECRET_SIG:
            return "[secret]"
        return {key: mask(item) for key, item in value.items()}
    if isinstance(value, list):
        return [mask(item) for item in value]
    return value


def annotate(outs: Props, ins: Props) -> Props:
    """``outs`` in which each property is secret whose namesake in ``ins`` is or contains a secret.

    Same rule as the real engine for providers that do not return secrets themselves: objects are walked, any other
    value that contains a secret makes the whole output secret.
    """
    result = dict(outs)
    for key, given in ins.items():
        if key not in result:
            continue
        out = result[key]
        if isinstance(out, dict) and isinstance(given, dict) and SIG_KEY not in given and SIG_KEY not in out:
            result[key] = annotate(out, given)
        elif not is_secret(out) and has_secret(given):
            result[key] = make_secret(out)
    return result


def mark_secret(outs: Props, names: Iterable[str]) -> Props:
    """``outs`` in which the named properties are secret (the option ``additionalSecretOutputs``)."""
    named = set(names)
    if not named:
        return outs
    return {key: make_secret(value) if key in named else value for key, value in outs.items()}


def same(left: Any, right: Any) -> bool:
    """Equality of wire values; unlike Python, a bool is never equal to a number."""
    if left is right:
        return True
    if isinstance(left, bool) or isinstance(right, bool):
        return False
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(value, right[key]) for key, value in left.items())
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    return bool(left == right)
