"""The drift step from files to the metric."""

import json
from pathlib import Path
from typing import Any

import numpy
import pandas
import pytest

from runtime import captures, drift, statistics
from runtime.cli import main
from runtime.errors import InputError
from tests.runtime.tables import customers, write

FLAGS = ["--project", "churn", "--environment", "prod", "--threshold", "0.2", "--metrics", "log"]


def capture(folder: Path, frame: pandas.DataFrame, prediction: str | None = None) -> Path:
    """``frame`` as SageMaker captures it, a call for each row."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = json.loads(frame.drop(columns=["churned", "event_time", "customer_id"]).to_json(orient="records"))
    answers = frame["churned"].map({True: "1", False: "0"}) if prediction is None else [prediction] * len(rows)
    with (folder / "calls.jsonl").open("w") as file:
        for row, answer in zip(rows, answers, strict=True):
            asked = {"data": json.dumps({"instances": [row]}), "encoding": "JSON"}
            answered = {"data": json.dumps({"predictions": [answer]}), "encoding": "JSON"}
            data = {"endpointInput": asked, "endpointOutput": answered}
            file.write(json.dumps({"captureData": data, "eventMetadata": {"inferenceTime": "2026-03-01T10:00:00Z"}}))
            file.write("\n")
    return folder


def measured(
    tmp_path: Path, frame: pandas.DataFrame, capsys: pytest.CaptureFixture[str], prediction: str | None = None
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The report and the metrics of a run."""
    baseline, captured = write(tmp_path / "data"), capture(tmp_path / "captured", frame, prediction)
    places = ["--captured", str(captured), "--baseline", str(baseline), "--report", str(tmp_path / "out" / "r.json")]
    assert main(["drift", *places, *FLAGS]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return json.loads((tmp_path / "out" / "r.json").read_text()), [each for each in lines if each["event"] == "metric"]


def test_the_same_customers_do_not_drift(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report, metrics = measured(tmp_path, customers(), capsys)
    assert report["drifted_share"] == 0
    assert [each["psi"] for each in report["features"]] == [0.0, 0.0, 0.0]
    assert report["predictions"]["drifted"] is False
    assert [(each["name"], each["value"], each["dimensions"]) for each in metrics] == [
        ("DriftedShare", 0.0, {"environment": "prod", "project": "churn"})
    ]


def test_other_customers_of_the_same_kind_do_not_drift(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report, _ = measured(tmp_path, customers(seed=8), capsys)
    assert report["drifted"] == []


def test_dearer_plans_drift(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    frame = customers(seed=8)
    frame = frame.assign(monthly_fee=frame["monthly_fee"] * 2, plan="basic")
    report, metrics = measured(tmp_path, frame, capsys, prediction="1")
    assert report["drifted"] == ["monthly_fee", "plan"]
    assert report["drifted_share"] == pytest.approx(2 / 3)
    assert metrics[0]["value"] == pytest.approx(2 / 3)
    assert report["predictions"]["drifted"] is True
    assert {each["column"]: each["ks"] is not None for each in report["features"]} == {
        "monthly_fee": True,
        "plan": False,
        "auto_renewal": False,
    }


def test_missing_values_drift(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    frame = customers(seed=8)
    report, _ = measured(tmp_path, frame.assign(monthly_fee=numpy.nan), capsys)
    assert report["drifted"] == ["monthly_fee"]


def test_few_rows_send_no_metric(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report, metrics = measured(tmp_path, customers()[:99], capsys)
    assert (report["measured"], report["drifted_share"], report["rows"]) == (False, None, 99)
    assert metrics == []


def test_features_that_nobody_sends_are_named(tmp_path: Path) -> None:
    baseline = statistics.load(str(write(tmp_path)))
    rows = customers()[["monthly_fee"]]
    captured = captures.Captured(inputs=rows, outputs=pandas.Series(dtype=object), unreadable=0)
    report = drift.measure(baseline, captured, threshold=0.2, min_rows=100)
    assert report["missing"] == ["plan", "auto_renewal"]
    assert report["drifted_share"] == 0


def test_captures_of_another_model_are_bad_input(tmp_path: Path) -> None:
    baseline = statistics.load(str(write(tmp_path)))
    rows = pandas.DataFrame({"other": range(200)})
    captured = captures.Captured(inputs=rows, outputs=pandas.Series(dtype=object), unreadable=0)
    with pytest.raises(InputError, match="none of the features of the baseline"):
        drift.measure(baseline, captured, threshold=0.2, min_rows=100)
