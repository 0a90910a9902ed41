"""Shapes of documents as JSON Schema, and their violations as faults in the house's words.

The validation is the jsonschema library's (draft 2020-12). Where a document is polymorphic a grammar picks the schema
by its discriminator, because "none of these 9 schemas matches" helps nobody.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from simulator.documents.fault import Document, Fault, Grammar, Place, listed, nearest
from simulator.values import is_unknown

Schema = dict[str, Any]


def record(properties: dict[str, Any], *, required: Iterable[str] = (), extra: bool = False, **more: Any) -> Schema:
    """Return the schema of an object with these members, and no others unless ``extra``."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": extra,
        **more,
    }


def array(of: Any, least: int = 0, most: int | None = None) -> Schema:
    """Return the schema of a list."""
    schema: Schema = {"type": "array", "items": of}
    if least:
        schema["minItems"] = least
    if most is not None:
        schema["maxItems"] = most
    return schema


def enum(*words: str) -> Schema:
    """Return the schema of one of these words."""
    return {"enum": list(words)}


def whole(least: int | None = None, most: int | None = None) -> Schema:
    """Return the schema of an integer."""
    return _bounded("integer", least, most)


def number(least: float | None = None, most: float | None = None) -> Schema:
    """Return the schema of a number."""
    return _bounded("number", least, most)


def _bounded(kind: str, least: float | None, most: float | None) -> Schema:
    schema: Schema = {"type": kind}
    if least is not None:
        schema["minimum"] = least
    if most is not None:
        schema["maximum"] = most
    return schema


TEXT: Schema = {"type": "string"}
FLAG: Schema = {"type": "boolean"}
MAP: Schema = {"type": "object"}
ANY: Schema = {}


def grammar(schema: Schema) -> Grammar:
    """Return the grammar of a shape."""
    faults_of = checker(schema)
    return lambda document: faults_of(document.value, ())


def checker(schema: Schema) -> Callable[[Any, Place], Iterator[Fault]]:
    """Return a function that yields the faults of a value found at a place."""

    @functools.cache
    def validator() -> Draft202012Validator:
        return Draft202012Validator(schema)

    def check(value: Any, place: Place) -> Iterator[Fault]:
        for error in validator().iter_errors(value):
            if _real(error):
                yield _fault(error, place)

    return check


def both(*grammars: Grammar) -> Grammar:
    """Return the grammar of documents that have to satisfy several; a later one sees only what the earlier accept."""

    def check(document: Document) -> Iterator[Fault]:
        for one in grammars:
            found = list(one(document))
            yield from found
            if found:
                return

    return check


def _real(error: ValidationError) -> bool:
    """Tell whether an error stands whatever the unknown parts turn out to be."""
    if is_unknown(error.instance):
        return False
    if error.context:
        branches: dict[Any, bool] = {}
        for inner in error.context:
            branch = inner.schema_path[0] if inner.schema_path else 0
            branches[branch] = branches.get(branch, False) or _real(inner)
        return all(branches.values())
    return True


def _fault(error: ValidationError, place: Place) -> Fault:
    if error.context:
        best = min(error.context, key=lambda inner: (-len(inner.absolute_path), inner.validator == "type"))
        if len(best.absolute_path) > len(error.absolute_path) or best.validator not in ("type", "required", "const"):
            return _fault(best, place)
    where = (*place, *error.absolute_path)
    value: Any = error.instance
    wanted: Any = error.validator_value
    match error.validator:
        case "required":
            return Fault(where, f"{error.message.split(' is a required')[0]} is missing")
        case "additionalProperties" | "unevaluatedProperties":
            known = (error.schema.get("properties") or {}) if isinstance(error.schema, dict) else {}
            unknown = next((key for key in value if key not in known), "")
            return Fault((*where, unknown), f"'{unknown}' is no field here", listed(known, 40), nearest(unknown, known))
        case "enum":
            words = [str(word) for word in wanted]
            return Fault(where, f"{_shown(value)} is not known", listed(words, 30), nearest(str(value), words))
        case "const":
            return Fault(where, f"{_shown(value)} is not allowed", _shown(wanted))
        case "type":
            kinds = wanted if isinstance(wanted, str) else " or ".join(wanted)
            return Fault(where, f"{_shown(value)} has the wrong type", kinds)
        case "pattern":
            hint = error.schema.get("description", "") if isinstance(error.schema, dict) else ""
            return Fault(where, f"{_shown(value)} has the wrong form", hint or f"text that matches {wanted}")
        case "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum":
            sign = {"minimum": "≥", "maximum": "≤", "exclusiveMinimum": ">", "exclusiveMaximum": "<"}
            return Fault(where, f"{value} is out of range", f"{sign[str(error.validator)]} {wanted}")
        case "minItems" | "maxItems" | "minLength" | "maxLength" | "minProperties" | "maxProperties":
            least = str(error.validator).startswith("min")
            return Fault(where, f"it has {len(value)} members", f"{'at least' if least else 'at most'} {wanted}")
        case "oneOf" | "anyOf" if _alternatives(wanted):
            return Fault(where, "none, or more than one, of several fields is set", _alternatives(wanted))
        case _:
            return Fault(where, error.message[:200])


def _alternatives(branches: Any) -> str:
    names = [branch["required"] for branch in branches if isinstance(branch, dict) and list(branch) == ["required"]]
    return "exactly one of " + ", ".join("+".join(name) for name in names) if len(names) == len(branches) else ""


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
