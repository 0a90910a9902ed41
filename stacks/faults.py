"""Turns the validator's errors into faults a user can mend: where, what, allowed, remedy."""

import difflib
from collections.abc import Callable, Iterable, Sequence
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError

from components.core.errors import Fault
from stacks.source import Trail, dotted

Where = Callable[[Trail], str]

_BOUNDS = {
    "greater_than_equal": ("ge", "{} or more"),
    "greater_than": ("gt", "more than {}"),
    "less_than_equal": ("le", "{} or less"),
    "less_than": ("lt", "less than {}"),
    "string_pattern_mismatch": ("pattern", "text matching {}"),
    "string_too_short": ("min_length", "at least {} characters"),
    "string_too_long": ("max_length", "at most {} characters"),
    "too_short": ("min_length", "at least {} items"),
    "too_long": ("max_length", "at most {} items"),
}


def from_validation(error: ValidationError, model: type[BaseModel], where: Where) -> list[Fault]:
    """One fault per error of the validator."""
    return [_fault(item, model, where) for item in error.errors(include_url=False)]


def _fault(item: Any, model: type[BaseModel], where: Where) -> Fault:
    trail: Trail = tuple(item["loc"])
    kind, context, given = item["type"], item.get("ctx", {}), item.get("input")
    if kind == "extra_forbidden":
        names = _field_names(model, trail[:-1])
        return Fault(
            where=where(trail),
            what=f"unknown key '{trail[-1]}'",
            allowed=", ".join(names),
            remedy=nearest(str(trail[-1]), names) or "remove the key",
        )
    if kind == "missing":
        return Fault(where=where(trail), what="a required key is missing", remedy=f"add '{dotted(trail)}'")
    if kind == "enum":
        choices = [choice.strip().strip("'") for choice in str(context["expected"]).replace(" or ", ", ").split(",")]
        return Fault(
            where=where(trail),
            what=f"unknown value {_show(given)}",
            allowed=", ".join(choices),
            remedy=nearest(str(given), choices) or "choose one of these",
        )
    if kind in _BOUNDS:
        key, text = _BOUNDS[kind]
        return Fault(
            where=where(trail),
            what=f"{_show(given)} is out of range"
            if kind.startswith(("greater", "less"))
            else f"{_show(given)} is refused",
            allowed=text.format(context.get(key)),
            remedy="change the value",
        )
    if kind == "value_error":
        return Fault(where=where(trail), what=str(context.get("error", item["msg"])), remedy="change one of the values")
    return Fault(
        where=where(trail),
        what=f"{_show(given)} is of the wrong type",
        allowed=item["msg"].lower(),
        remedy="change the value",
    )


def _show(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def nearest(word: str, known: Iterable[str]) -> str:
    """A question that names the closest known word, or nothing."""
    close = difflib.get_close_matches(word, list(known), n=1)
    return f"did you mean '{close[0]}'?" if close else ""


def _models(annotation: Any) -> Sequence[type[BaseModel]]:
    """The models that an annotation may hold (through Optional, Mapping and Sequence)."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    if get_origin(annotation) is None and not get_args(annotation):
        return []
    return [model for part in get_args(annotation) for model in _models(part)]


def _field_names(model: type[BaseModel], trail: Trail) -> list[str]:
    """Names of the fields at ``trail``; keys of mappings and indices are passed over."""
    current = model
    for part in trail:
        field = current.model_fields.get(str(part))
        if field is None:
            continue
        inner = _models(field.annotation)
        if inner:
            current = inner[0]
    return sorted(current.model_fields)
