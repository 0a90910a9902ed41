"""What a data set says of itself: ``schema.json`` beside the tables, with defaults for all of it.

::

    {"target": "churned", "task": "classification", "keys": ["customer_id"], "event_time": "event_time",
     "max_null_share": 0.5, "min_rows": 1,
     "columns": {"plan": {"type": "string", "nullable": false, "allowed": ["basic", "plus"]},
                 "monthly_fee": {"type": "number", "minimum": 0}}}

Without a file the target is the column ``target``, nothing is a key, and the task follows from the target's values.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from numbers import Number
from typing import Any

import pandas

from runtime import files
from runtime.errors import InputError

FILE = "schema.json"
DEFAULT_TARGET = "target"
CLASSIFICATION, REGRESSION = "classification", "regression"
TASKS = (CLASSIFICATION, REGRESSION)
NUMBER, STRING, TIMESTAMP = "number", "string", "timestamp"
TYPES = (NUMBER, STRING, TIMESTAMP)
"""Types of columns; a boolean is a number, 0 or 1."""
MOST_CLASSES = 20
"""Whole numbers with at most so many values are taken for classes."""


@dataclass(frozen=True, kw_only=True)
class Column:
    """What is expected of a column."""

    type: str | None = None
    nullable: bool = True
    minimum: float | None = None
    maximum: float | None = None
    allowed: Sequence[Any] | None = None


@dataclass(frozen=True, kw_only=True)
class Schema:
    """What is expected of a table."""

    target: str = DEFAULT_TARGET
    task: str | None = None
    keys: Sequence[str] = ()
    event_time: str | None = None
    columns: Mapping[str, Column] = field(default_factory=dict)
    max_null_share: float = 0.5
    """Greatest share of missing values in a column that may have any."""
    min_rows: int = 1

    def choosing(self, *, target: str | None, task: str | None) -> "Schema":
        """The same with what a flag says instead of the file."""
        return replace(self, target=target or self.target, task=task or self.task)

    def features(self, frame: pandas.DataFrame) -> dict[str, str]:
        """Type of each column that a model may use: neither target, key nor time.

        Timestamps are left out: a model would learn when the rows were written. Derive durations before.
        """
        left_out = {self.target, self.event_time, *self.keys}
        kinds = {str(name): kind(frame[name]) for name in frame.columns if name not in left_out}
        return {name: found for name, found in kinds.items() if found != TIMESTAMP}

    def task_of(self, target: pandas.Series) -> str:
        """The task: as the schema says, else from the values of the target."""
        if self.task is not None:
            return self.task
        values = target.dropna()
        if kind(values) == STRING or pandas.api.types.is_bool_dtype(values):
            return CLASSIFICATION
        numbers = pandas.to_numeric(values, errors="coerce")
        whole = bool((numbers % 1 == 0).all())
        return CLASSIFICATION if whole and numbers.nunique() <= MOST_CLASSES else REGRESSION


def kind(column: pandas.Series) -> str:
    """Type of a column."""
    types = pandas.api.types
    if types.is_datetime64_any_dtype(column):
        return TIMESTAMP
    if types.is_bool_dtype(column) or types.is_numeric_dtype(column):
        return NUMBER
    values = column.dropna()
    if len(values) and all(isinstance(value, Number) for value in values):
        return NUMBER
    if len(values) and all(hasattr(value, "isoformat") for value in values):
        return TIMESTAMP
    return STRING


def load(uri: str) -> Schema:
    """The schema of the data at ``uri``.

    Raises:
        InputError: where the file is there and says something that is not known.
    """
    place = files.join(uri, FILE)
    if uri.endswith((*files.TABLES, ".gz")) or not files.exists(place):
        return Schema()
    content = files.read_json(place)
    if not isinstance(content, dict):
        raise InputError(f"{place}: expected an object")
    columns = {name: _build(Column, each, f"{place}: columns.{name}") for name, each in _columns(content, place)}
    schema: Schema = _build(Schema, {**content, "columns": columns}, place)
    if schema.task not in (None, *TASKS):
        raise InputError(f"{place}: task: '{schema.task}' is not one of {', '.join(TASKS)}")
    for name, column in columns.items():
        if column.type not in (None, *TYPES):
            raise InputError(f"{place}: columns.{name}.type: '{column.type}' is not one of {', '.join(TYPES)}")
    return schema


def _columns(content: dict[str, Any], place: str) -> list[tuple[str, Any]]:
    columns = content.get("columns", {})
    if not isinstance(columns, dict):
        raise InputError(f"{place}: columns: expected an object")
    return list(columns.items())


def _build(type_: Any, content: Any, place: str) -> Any:
    if not isinstance(content, dict):
        raise InputError(f"{place}: expected an object")
    known = {each.name for each in fields(type_)}
    unknown = sorted(set(content) - known)
    if unknown:
        raise InputError(f"{place}: unknown: {', '.join(unknown)}; known: {', '.join(sorted(known))}")
    return type_(**content)
