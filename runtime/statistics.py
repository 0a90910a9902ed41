"""Baseline statistics: what each column looked like in training, small enough to lie beside the model.

Numbers are counted in bins between quantiles, so that bins hold about as many values each; numbers with few values and
texts are counted value by value. Missing values are a bin of their own.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from numbers import Number
from typing import Any

import numpy
import pandas

from runtime import files, schema
from runtime.errors import InputError

FILE = "baseline.json"
BINS = 10
"""Bins of a number, as usual for the population stability index."""
MOST_CATEGORIES = 50
"""Categories that are counted by name; the rest are counted together."""
GRID = 101
"""Points at which the distribution of a number is kept: every percentile."""


@dataclass(frozen=True, kw_only=True)
class Numeric:
    """A number with many values."""

    edges: tuple[float, ...]
    """Inner edges of the bins; a value on an edge is in the bin below it."""
    counts: tuple[int, ...]
    """One more than edges."""
    nulls: int
    grid: tuple[float, ...]
    cdf: tuple[float, ...]
    """Share of values at or below each point of ``grid``."""

    def count(self, column: pandas.Series) -> tuple[list[int], list[int]]:
        """Counts per bin of the baseline and of ``column``, missing values last."""
        numbers = values(column)
        counted = _binned(numbers, numpy.asarray(self.edges))
        return [*self.counts, self.nulls], [*counted, len(column) - len(numbers)]


@dataclass(frozen=True, kw_only=True)
class Categorical:
    """A text, or a number with few values."""

    counts: Mapping[str, int]
    other: int
    nulls: int

    def count(self, column: pandas.Series) -> tuple[list[int], list[int]]:
        """Counts per category of the baseline and of ``column``; then others, then missing values."""
        found = column.dropna().map(label).value_counts()
        named = [int(found.get(name, 0)) for name in self.counts]
        other = int(found.sum()) - sum(named)
        return [*self.counts.values(), self.other, self.nulls], [*named, other, int(column.isna().sum())]


Profile = Numeric | Categorical


@dataclass(frozen=True, kw_only=True)
class Baseline:
    """Statistics of a table."""

    rows: int
    target: str | None
    """Column that predictions are compared with."""
    columns: Mapping[str, Profile]
    """Features in the order of the table, and the target."""

    @property
    def features(self) -> list[str]:
        """Names of the features."""
        return [name for name in self.columns if name != self.target]

    def document(self) -> dict[str, Any]:
        """The content of the file."""
        kinds = {Numeric: "numeric", Categorical: "categorical"}
        return {
            "version": 1,
            "rows": self.rows,
            "target": self.target,
            "order": list(self.columns),
            "columns": {name: {"kind": kinds[type(each)], **asdict(each)} for name, each in self.columns.items()},
        }


def measure(frame: pandas.DataFrame, features: list[str], target: str | None) -> Baseline:
    """Statistics of ``features`` and ``target``."""
    names = [*features, *([target] if target is not None and target in frame.columns else [])]
    return Baseline(rows=len(frame), target=target, columns={name: profile(frame[name]) for name in names})


def profile(column: pandas.Series) -> Profile:
    """Statistics of one column."""
    nulls = int(column.isna().sum())
    numbers = values(column) if schema.kind(column) == schema.NUMBER else numpy.array([])
    if len(numbers) == 0 or len(numpy.unique(numbers)) <= BINS:
        counted = column.dropna().map(label).value_counts()
        # equal counts in the order of the names, so that the same data gives the same file
        ordered = sorted(counted.items(), key=lambda each: (-each[1], each[0]))
        named = {str(name): int(number) for name, number in ordered[:MOST_CATEGORIES]}
        return Categorical(counts=named, other=int(counted.sum()) - sum(named.values()), nulls=nulls)
    edges = numpy.unique(numpy.quantile(numbers, numpy.linspace(0, 1, BINS + 1)[1:-1]))
    grid = numpy.unique(numpy.quantile(numbers, numpy.linspace(0, 1, GRID)))
    return Numeric(
        edges=tuple(map(float, edges)),
        counts=tuple(_binned(numbers, edges)),
        nulls=nulls,
        grid=tuple(map(float, grid)),
        cdf=tuple(map(float, share_at_or_below(numbers, grid))),
    )


def values(column: pandas.Series) -> "numpy.typing.NDArray[numpy.float64]":
    """The numbers of a column; what is no finite number is missing."""
    numbers = pandas.to_numeric(column, errors="coerce").to_numpy(dtype=float, na_value=numpy.nan)
    return numpy.asarray(numbers[numpy.isfinite(numbers)], dtype=numpy.float64)


def share_at_or_below(numbers: Any, grid: Any) -> "numpy.typing.NDArray[numpy.float64]":
    """Share of ``numbers`` at or below each point of ``grid``."""
    below = numpy.searchsorted(numpy.sort(numbers), grid, side="right")
    return numpy.asarray(below / max(len(numbers), 1), dtype=numpy.float64)


def label(value: Any) -> str:
    """Name of a category: the same for 1, 1.0, true and "1", because formats write one value in many ways."""
    if isinstance(value, Number | numpy.bool_):
        return f"{float(value):.12g}"  # type: ignore[arg-type]
    text = str(value)
    lowered = text.strip().lower()
    if lowered in ("true", "false"):
        return "1" if lowered == "true" else "0"
    try:
        return f"{float(lowered):.12g}"
    except ValueError:
        return text


def load(uri: str) -> Baseline:
    """The baseline at ``uri``: its file, a folder that holds one, or the statistics of the table there.

    Raises:
        InputError: where there is none of these.
    """
    place = uri if uri.endswith(".json") else files.join(uri, FILE)
    if files.exists(place):
        return parse(files.read_json(place), place)
    described, frame = schema.load(uri), files.read_table(uri)
    return measure(frame, list(described.features(frame)), described.target)


def parse(content: Any, place: str) -> Baseline:
    """A baseline of its document.

    Raises:
        InputError: where the document has another form.
    """
    try:
        columns = {name: _profile(content["columns"][name]) for name in content["order"]}
        return Baseline(rows=int(content["rows"]), target=content["target"], columns=columns)
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"{place}: not a baseline of the train step ({error!r})") from error


def _profile(content: Mapping[str, Any]) -> Profile:
    if content["kind"] == "categorical":
        return Categorical(counts=content["counts"], other=content["other"], nulls=content["nulls"])
    return Numeric(
        edges=tuple(content["edges"]),
        counts=tuple(content["counts"]),
        nulls=content["nulls"],
        grid=tuple(content["grid"]),
        cdf=tuple(content["cdf"]),
    )


def _binned(numbers: Any, edges: Any) -> list[int]:
    bins = numpy.searchsorted(edges, numbers, side="left")
    return [int(each) for each in numpy.bincount(bins, minlength=len(edges) + 1)]
