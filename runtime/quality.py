"""Data quality: checks that follow from the data's own schema, or from defaults. Bad data is refused (exit code 1).

The report is written either way. Not here: rules across tables, and profiles over time; those are the catalogue's.
"""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import pandas

from runtime import files, schema, statistics
from runtime.errors import Refused
from runtime.flags import flag
from runtime.log import log


@dataclass(frozen=True, kw_only=True)
class Options:
    """Flags of the step."""

    input: str = flag("Folder or file of the data; schema.json beside it says what is expected.")
    report: str = flag("Where the report is written.")
    baseline: str | None = flag("Earlier data or baseline.json whose types must still hold.", default=None)
    target: str | None = flag("Column to predict.", default=None, env="TRIPOD_TARGET")


@dataclass(frozen=True, kw_only=True)
class Check:
    """One answer."""

    check: str
    column: str | None
    passed: bool
    observed: Any
    allowed: Any


def run(options: Options) -> None:
    """Check and report.

    Raises:
        Refused: where a check failed.
    """
    described = schema.load(options.input).choosing(target=options.target, task=None)
    frame = files.read_table(options.input)
    earlier = statistics.load(options.baseline) if options.baseline is not None else None
    checks = list(inspect(frame, described, earlier))
    failed = [check for check in checks if not check.passed]
    report = {
        "passed": not failed,
        "generated_at": datetime.now(UTC).isoformat(),
        "input": options.input,
        "rows": len(frame),
        "columns": [str(name) for name in frame.columns],
        "checks": [asdict(check) for check in checks],
    }
    files.write_json(options.report, report)
    log("quality", passed=not failed, rows=len(frame), checks=len(checks), failed=[_name(check) for check in failed])
    if failed:
        raise Refused(f"{len(failed)} of {len(checks)} checks failed: {', '.join(map(_name, failed))}")


def _name(check: Check) -> str:
    return check.check if check.column is None else f"{check.check}({check.column})"


def inspect(
    frame: pandas.DataFrame, described: schema.Schema, earlier: statistics.Baseline | None = None
) -> Iterator[Check]:
    """All checks."""
    yield _check("min_rows", None, len(frame), described.min_rows, len(frame) >= described.min_rows)
    required = dict.fromkeys([*described.columns, *described.keys])
    for name in required:
        yield _check("present", name, name in frame.columns, True, name in frame.columns)
    if described.keys and all(key in frame.columns for key in described.keys):
        yield _duplicates(frame, described)
    for name in map(str, frame.columns):
        yield _nulls(frame[name], name, described)
        if name in described.columns:
            yield from _column(frame[name], name, described.columns[name])
    if earlier is not None:
        yield from _stable(frame, earlier)


def _check(check: str, column: str | None, observed: Any, allowed: Any, passed: bool) -> Check:
    return Check(check=check, column=column, passed=bool(passed), observed=observed, allowed=allowed)


def _duplicates(frame: pandas.DataFrame, described: schema.Schema) -> Check:
    """No key twice, or not twice at one time where rows have a time."""
    names = list(described.keys)
    if described.event_time is not None and described.event_time in frame.columns:
        names.append(described.event_time)
    found = int(frame.duplicated(names).sum())
    return _check("unique", "+".join(names), found, 0, found == 0)


def _nulls(column: pandas.Series, name: str, described: schema.Schema) -> Check:
    """Keys and the target are always there; other columns mostly, where nothing else is said."""
    expected = described.columns.get(name)
    complete = name in (described.target, *described.keys) or (expected is not None and not expected.nullable)
    allowed = 0.0 if complete else described.max_null_share
    share = float(column.isna().mean()) if len(column) else 0.0
    return _check("null_share", name, share, allowed, share <= allowed)


def _column(column: pandas.Series, name: str, expected: schema.Column) -> Iterator[Check]:
    if expected.type is not None:
        found = _type(column, expected.type)
        yield _check("type", name, found, expected.type, found == expected.type)
    numbers = statistics.values(column)
    bounds: tuple[tuple[str, float | None, Callable[[float, float], bool], Any], ...] = (
        ("minimum", expected.minimum, lambda found, bound: found >= bound, min),
        ("maximum", expected.maximum, lambda found, bound: found <= bound, max),
    )
    for check, bound, holds, extreme in bounds:
        if bound is not None and len(numbers):
            extreme_value = float(extreme(numbers))
            yield _check(check, name, extreme_value, bound, holds(extreme_value, bound))
    if expected.allowed is not None:
        known = {statistics.label(value) for value in expected.allowed}
        strange = sorted({statistics.label(value) for value in column.dropna()} - known)
        yield _check("allowed", name, strange[:20], list(expected.allowed), not strange)


def _type(column: pandas.Series, expected: str) -> str:
    """Type of a column; texts are times where all of them can be read as one and a time is expected."""
    found = schema.kind(column)
    if expected == schema.TIMESTAMP and found == schema.STRING:
        read = pandas.to_datetime(column.dropna(), utc=True, errors="coerce", format="ISO8601")
        return schema.TIMESTAMP if not read.isna().any() else found
    return expected if column.isna().all() else found


def _stable(frame: pandas.DataFrame, earlier: statistics.Baseline) -> Iterator[Check]:
    """Each column of the baseline is there, and is still a number or still a text."""
    for name, profile in earlier.columns.items():
        if name not in frame.columns:
            yield _check("still_present", name, False, True, False)
        elif isinstance(profile, statistics.Numeric):
            found = schema.kind(frame[name])
            yield _check("stable_type", name, found, schema.NUMBER, found == schema.NUMBER or frame[name].isna().all())
