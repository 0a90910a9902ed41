"""Values that break a fact, to try whether the check refuses them: the smallest inputs that reach its place.

The rest of the inputs is missing, so such inputs are not valid otherwise; what is asked is whether this fact is named.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import regex

from simulator.catalogue.facts import Confidence, Fact, Rule
from simulator.catalogue.gather import types_at
from simulator.catalogue.shapes import Shape
from simulator.catalogue.types import Kind, Property, WireType
from simulator.check import judge
from simulator.model import Props
from simulator.values import Step, parse, render

_TEXTS: Final = ("", " ", "!", "é", "\n", "_", "-", "a", "A", "0", "a b", "#" * 40, "a" * 300, "#" * 5000)
"""What few patterns allow all of."""


def broken(fact: Fact, shape: Shape) -> Iterator[Any]:
    """Yield values for the place of a fact that break it; nothing for a fact that no value breaks (``.*``)."""
    value = fact.value
    match fact.rule:
        case Rule.PATTERN:
            pattern = regex.compile(value)
            yield from (text for text in _TEXTS if not _matches(pattern, text))
        case Rule.ENUM:
            number = all(isinstance(one, int | float) for one in value)
            yield max(value) + 1 if number else "no-such-value"
        case Rule.MINIMUM:
            yield value - 1
        case Rule.MAXIMUM:
            yield value + 1
        case Rule.MIN_LENGTH if value > 0:
            yield "a" * (value - 1)
        case Rule.MAX_LENGTH:
            yield "a" * (value + 1)
        case Rule.MIN_ITEMS if value > 0:
            yield _many(fact, shape, value - 1)
        case Rule.MAX_ITEMS:
            yield _many(fact, shape, value + 1)
        case Rule.READ_ONLY:
            yield "given"
        case Rule.EXACTLY_ONE_OF:
            yield {}
            yield dict.fromkeys(value, "given")
        case Rule.AT_LEAST_ONE_OF:
            yield {}
        case Rule.CONFLICTS:
            yield dict.fromkeys(value, "given")
        case Rule.REQUIRES:
            yield {value[0]: "given"}
        case Rule.REQUIRED:
            yield None
        case _:
            return


def reaching(fact: Fact, shape: Shape, value: Any) -> tuple[Props, str]:
    """Return inputs that have a value at the place of a fact and nothing else, and the path of the place in them."""
    steps = parse(fact.path)
    held = value
    place: list[Step] = []
    for depth in range(len(steps), 0, -1):
        step = str(steps[depth - 1])
        if step != "*":
            held = {step: held} if held is not None else {}
            place.append(step)
        elif _kind(shape.inputs, render(steps[: depth - 1])) is Kind.MAP:
            held = {"key": held}
            place.append("key")
        else:
            held = [held]
            place.append(0)
    return held if isinstance(held, dict) else {}, render(tuple(reversed(place)))


def is_refused(fact: Fact, shape: Shape, inputs: Props, place: str) -> bool:
    """Tell whether the check names a place of these inputs, as an error or, of a fact from prose, as a warning."""
    verdict = judge(shape, inputs)
    named = verdict.warnings if fact.confidence is Confidence.PROSE else verdict.failures
    return any(one.property == place for one in (*named, *verdict.failures))


def _matches(pattern: regex.Pattern[str], text: str) -> bool:
    try:
        return pattern.fullmatch(text, timeout=0.2) is not None
    except TimeoutError:
        return True


def _many(fact: Fact, shape: Shape, count: int) -> Any:
    if _kind(shape.inputs, fact.path) is Kind.MAP:
        return {f"key{number}": "x" for number in range(count)}
    return ["x"] * count


def _kind(properties: Mapping[str, Property], path: str) -> Kind | None:
    def kinds(types: tuple[WireType, ...]) -> Iterator[Kind]:
        for type_ in types:
            if type_.kind in (Kind.ARRAY, Kind.MAP):
                yield type_.kind
            yield from kinds(type_.members)

    return next(kinds(types_at(properties, path)), None)
