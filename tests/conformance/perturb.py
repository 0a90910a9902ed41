"""Changes one option at a time: what "every option matters" is tested with."""

import types
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

EXAMPLES: dict[str, Any] = {
    "cidr": "10.99.0.0/16",
    "repository": "acme/other",
    "owner_id": "1234",
    "branch": "release",
    "environment": "staging",
    "issuer": "https://gitlab.example.com",
    "approvers": (),
    "image": "registry.example.com/team/steps:2",
    "notify": ("someone-else@example.com",),
    "models": ("other",),
    "key": "account_id",
    "description": "Something else.",
    "event_time": "seen_at",
    "version": None,
    "name": None,
}
"""Other values where the type alone does not tell; None leaves it to the rules by type."""

NOT_VARIED = frozenset({"mode", "lake", "existing", "provider", "provider_id"})
"""Bring-your-own switches have tests of their own (test_existing)."""


def variants(spec: BaseModel, trail: tuple[str, ...] = ()) -> Iterator[tuple[str, BaseModel]]:
    """Yield (dotted path, spec with that one option changed), all valid."""
    for name, field in type(spec).model_fields.items():
        if name in NOT_VARIED:
            continue
        value = getattr(spec, name)
        path = ".".join((*trail, name))
        if isinstance(value, BaseModel):
            for inner_path, inner in variants(value, (*trail, name)):
                yield from _rebuilt(spec, name, inner, inner_path)
            if _optional(field.annotation):
                yield from _rebuilt(spec, name, None, path)
            continue
        if isinstance(value, Mapping) and value and isinstance(next(iter(value.values())), BaseModel):
            key, first = next(iter(value.items()))
            for inner_path, inner in variants(first, (*trail, name, "*")):
                yield from _rebuilt(spec, name, {**value, key: inner}, inner_path)
            continue
        for other in _others(name, value, field.annotation):
            found = list(_rebuilt(spec, name, other, path))
            if found:
                yield found[0]
                break


def _rebuilt(spec: BaseModel, name: str, value: Any, path: str) -> Iterator[tuple[str, BaseModel]]:
    data = {key: getattr(spec, key) for key in type(spec).model_fields} | {name: value}
    try:
        yield path, type(spec).model_validate(data)
    except ValidationError:
        return


def _optional(annotation: Any) -> bool:
    return get_origin(annotation) in (Union, types.UnionType) and type(None) in get_args(annotation)


def _others(name: str, value: Any, annotation: Any) -> Iterator[Any]:
    """Candidates that differ from ``value``; the caller keeps the first that is valid."""
    if EXAMPLES.get(name) is not None:
        yield EXAMPLES[name]
    kinds = [part for part in get_args(annotation) if part is not type(None)] or [annotation]
    kind = kinds[0] if get_origin(annotation) in (Union, types.UnionType) else annotation
    if kind is bool:
        yield not value
    elif isinstance(kind, type) and issubclass(kind, Enum):
        yield from (member for member in kind if member is not value)
    elif kind is int:
        base = value if value is not None else 1
        yield from (base + step for step in (1, -1, 7, 10, 30, 90))
        yield from (3, 7, 10, 30, 100)
    elif kind is float:
        base = value if value is not None else 1.0
        yield from (base / 2, base * 2)
    elif kind is str:
        yield from (f"{value or ''}x", "other", "7", "9")
    elif isinstance(value, Mapping):
        keys = list(value)
        yield {f"{keys[0]}_b" if index == 0 else key: value[key] for index, key in enumerate(keys)} if keys else {}
    elif isinstance(value, Sequence):
        yield (*value, "other")
        yield value[:-1]
