"""Checks of data."""

import json
from pathlib import Path
from typing import Any

import pandas
import pytest

from runtime import quality, schema, statistics
from runtime.cli import main
from runtime.errors import InputError
from tests.runtime.tables import customers, write


def failed(frame: pandas.DataFrame, **described: Any) -> list[tuple[str, str | None]]:
    """Check and column of what failed."""
    return [
        (check.check, check.column) for check in quality.inspect(frame, schema.Schema(**described)) if not check.passed
    ]


def test_good_data_passes(tmp_path: Path) -> None:
    data = write(tmp_path / "data", columns={"plan": {"allowed": ["basic", "plus", "pro"], "type": "string"}})
    report = tmp_path / "report.json"
    assert main(["quality", "--input", str(data), "--report", str(report)]) == 0
    content = json.loads(report.read_text())
    assert content["passed"] is True
    assert content["rows"] == 400
    assert {"check": "unique", "column": "customer_id+event_time", "passed": True, "observed": 0, "allowed": 0} in (
        content["checks"]
    )


def test_bad_data_is_reported_and_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    frame = pandas.concat([customers(50), customers(50)[:2]], ignore_index=True)
    data, report = write(tmp_path / "data", frame), tmp_path / "report.json"
    assert main(["quality", "--input", str(data), "--report", str(report)]) == 1
    assert json.loads(report.read_text())["passed"] is False
    last = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (last["event"], last["exit_code"]) == ("refused", 1)
    assert "unique(customer_id+event_time)" in last["message"]


@pytest.mark.parametrize(
    ("frame", "described", "expected"),
    [
        (pandas.DataFrame({"a": []}), {}, [("min_rows", None)]),
        (pandas.DataFrame({"a": [1]}), {"min_rows": 2}, [("min_rows", None)]),
        (pandas.DataFrame({"a": [1]}), {"columns": {"b": schema.Column()}}, [("present", "b")]),
        (pandas.DataFrame({"a": [1, 1]}), {"keys": ["a"]}, [("unique", "a")]),
        (pandas.DataFrame({"a": [1, 1], "t": [1, 2]}), {"keys": ["a"], "event_time": "t"}, []),
        (pandas.DataFrame({"a": [1, None, None]}), {}, [("null_share", "a")]),
        (pandas.DataFrame({"target": [1, None, 1, 1]}), {}, [("null_share", "target")]),
        (
            pandas.DataFrame({"a": [1, None]}),
            {"columns": {"a": schema.Column(nullable=False)}},
            [("null_share", "a")],
        ),
        (pandas.DataFrame({"a": ["1", "x"]}), {"columns": {"a": schema.Column(type="number")}}, [("type", "a")]),
        (pandas.DataFrame({"a": ["2026-01-01"]}), {"columns": {"a": schema.Column(type="timestamp")}}, []),
        (pandas.DataFrame({"a": ["soon"]}), {"columns": {"a": schema.Column(type="timestamp")}}, [("type", "a")]),
        (pandas.DataFrame({"a": [-1, 5]}), {"columns": {"a": schema.Column(minimum=0)}}, [("minimum", "a")]),
        (pandas.DataFrame({"a": [-1, 5]}), {"columns": {"a": schema.Column(maximum=4)}}, [("maximum", "a")]),
        (pandas.DataFrame({"a": ["x", "y"]}), {"columns": {"a": schema.Column(allowed=["x"])}}, [("allowed", "a")]),
        (pandas.DataFrame({"a": [True]}), {"columns": {"a": schema.Column(allowed=[1])}}, []),
    ],
)
def test_each_check(frame: pandas.DataFrame, described: dict[str, Any], expected: list[tuple[str, str | None]]) -> None:
    assert failed(frame, **described) == expected


def test_types_must_hold() -> None:
    earlier = statistics.measure(
        pandas.DataFrame({"a": range(100), "b": range(100), "c": ["x"] * 100}), list("abc"), None
    )
    now = pandas.DataFrame({"a": ["many"] * 3, "c": ["x"] * 3})
    answers = {(check.check, check.column): check.passed for check in quality.inspect(now, schema.Schema(), earlier)}
    assert answers[("stable_type", "a")] is False
    assert answers[("still_present", "b")] is False
    assert ("stable_type", "c") not in answers


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"tagret": "x"}, "unknown: tagret; known: columns"),
        ({"task": "guess"}, "task: 'guess' is not one of classification, regression"),
        ({"columns": {"a": {"type": "int"}}}, r"columns\.a\.type: 'int' is not one of number, string, timestamp"),
        ({"columns": {"a": {"kind": "int"}}}, r"columns\.a: unknown: kind"),
        ({"columns": []}, "columns: expected an object"),
        ([], "expected an object"),
    ],
)
def test_a_wrong_schema_is_bad_input(tmp_path: Path, content: Any, message: str) -> None:
    (tmp_path / "schema.json").write_text(json.dumps(content))
    with pytest.raises(InputError, match=message):
        schema.load(str(tmp_path))
