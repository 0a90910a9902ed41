"""Facts written by hand, each with the page or file that states it: what no machine-readable model holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from simulator.catalogue.facts import Confidence, Fact, Rule
from simulator.catalogue.facts import Mapping as Coverage
from simulator.catalogue.shapes import Shape


@dataclass(frozen=True)
class Row:
    """One fact about a path, wherever the table puts it."""

    path: str
    rule: Rule
    value: Any
    source: str
    confidence: Confidence = Confidence.API


Rows = tuple[Row, ...]


def named(
    path: str, source: str, *, pattern: str = "", least: int = 0, most: int = 0, confidence: Confidence = Confidence.API
) -> Rows:
    """Return what a name must be: the expression of the whole of it, and its least and greatest length."""
    stated: tuple[tuple[Rule, Any], ...] = (
        (Rule.PATTERN, pattern),
        (Rule.MIN_LENGTH, least),
        (Rule.MAX_LENGTH, most),
    )
    return tuple(Row(path, rule, value, source, confidence) for rule, value in stated if value)


def between(path: str, least: float | None, most: float | None, source: str) -> Rows:
    """Return the bounds of a number; None where there is none."""
    stated = ((Rule.MINIMUM, least), (Rule.MAXIMUM, most))
    return tuple(Row(path, rule, value, source) for rule, value in stated if value is not None)


class Table:
    """A fact source made of rows per type, and of rows that follow from the shape of a type."""

    package: ClassVar[str]
    name: ClassVar[str]
    """How the table is called; its rows name their own sources."""
    rows: ClassVar[Mapping[str, Rows]]
    """Type token without the package -> rows."""

    def further(self, shape: Shape) -> Rows:
        """Return the rows that follow from the shape of a type."""
        return ()

    def facts(self, shape: Shape) -> Iterator[Fact]:
        """Yield the rows of a type."""
        if shape.package != self.package:
            return
        for row in (*self.rows.get(shape.token.split(":", 1)[1], ()), *self.further(shape)):
            yield Fact(shape.token, row.path, row.rule, row.value, row.source, row.confidence)

    def mapping(self, shape: Shape) -> Coverage | None:
        """Nothing is mapped: the rows are written in the names of the SDK."""
        return None
