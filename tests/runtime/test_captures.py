"""Records of the three clouds, as their documentation shows them."""

import base64
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime import captures

COLUMNS = ["monthly_fee", "plan"]
ROW = {"monthly_fee": 9.5, "plan": "pro"}


def sagemaker(data: str, encoding: str = "JSON", content_type: str = "application/json", **more: Any) -> dict[str, Any]:
    part = {"observedContentType": content_type, "mode": "INPUT", "data": data, "encoding": encoding}
    output = {"observedContentType": "application/json", "mode": "OUTPUT", "data": '{"predictions": ["1"]}'}
    return {
        "captureData": {"endpointInput": part, "endpointOutput": {**output, "encoding": "JSON"}},
        "eventMetadata": {"eventId": "1", "inferenceTime": "2026-03-01T10:00:00Z"},
        "eventVersion": "0",
        **more,
    }


@pytest.mark.parametrize(
    ("record", "outputs"),
    [
        (sagemaker(json.dumps({"instances": [ROW]})), ["1"]),
        (sagemaker(json.dumps(ROW)), ["1"]),
        (sagemaker("9.5,pro\n", "CSV", "text/csv"), ["1"]),
        (sagemaker(base64.b64encode(b"9.5,pro").decode(), "BASE64", "text/csv"), ["1"]),
        (sagemaker(base64.b64encode(json.dumps([[9.5, "pro"]]).encode()).decode(), "BASE64"), ["1"]),
        (
            {
                "specversion": "1.0",
                "type": "azureml.inference.model_inputs",
                "time": "2026-03-01T10:00:00Z",
                "data": [ROW],
            },
            [],
        ),
        (
            {
                "specversion": "1.0",
                "type": "azureml.inference.request",
                "time": "2026-03-01T10:00:00Z",
                "data": {"input_data": {"columns": COLUMNS, "index": [0], "data": [[9.5, "pro"]]}},
            },
            [],
        ),
        (
            {
                "endpoint": "projects/1/locations/europe-west4/endpoints/2",
                "logging_time": "2026-03-01T10:00:00Z",
                "request_payload": [json.dumps(ROW)],
                "response_payload": ['"1"'],
            },
            ["1"],
        ),
        (
            {
                "logging_time": pandas.Timestamp("2026-03-01T10:00:00Z"),
                "request_payload": json.dumps({"instances": [[9.5, "pro"]]}),
                "response_payload": json.dumps({"predictions": [{"label": "1", "scores": [0.2, 0.8]}]}),
            },
            ["1"],
        ),
        ({**ROW, "prediction": "1", "scored_at": "2026-03-01T10:00:00Z"}, ["1"]),
    ],
)
def test_each_form_is_the_same_call(record: dict[str, Any], outputs: list[str]) -> None:
    call = captures.parse(record, COLUMNS)
    assert call == captures.Call(time=datetime(2026, 3, 1, 10, tzinfo=UTC), inputs=[ROW], outputs=outputs)


def test_answers_of_azure_are_outputs() -> None:
    record = {"specversion": "1.0", "type": "azureml.inference.model_outputs", "data": [{"0": "1"}, {"0": "0"}]}
    assert captures.parse(record, COLUMNS).outputs == ["1", "0"]


@pytest.mark.parametrize(
    "record",
    [
        sagemaker("9.5,pro,extra", "CSV", "text/csv"),
        sagemaker("%%%", "BASE64", "text/csv"),
        sagemaker("not json"),
        {"specversion": "1.0", "type": "azureml.inference.model_inputs", "dataref": "https://example.com/blob"},
        {"request_payload": ["{"], "logging_time": None},
    ],
)
def test_what_cannot_be_read_is_said(record: dict[str, Any]) -> None:
    with pytest.raises(captures.Unreadable):
        captures.parse(record, COLUMNS)


def test_a_folder_with_a_window_and_a_broken_line(tmp_path: Path) -> None:
    folder = tmp_path / "endpoint" / "AllTraffic" / "2026" / "03" / "01" / "10"
    folder.mkdir(parents=True)
    old = sagemaker(json.dumps({**ROW, "plan": "old"}), eventMetadata={"inferenceTime": "2026-02-01T10:00:00Z"})
    lines = [json.dumps(old), json.dumps(sagemaker(json.dumps(ROW))), "{broken", ""]
    (folder / "30-12-345.jsonl").write_text("\n".join(lines))
    found = captures.read(str(tmp_path), COLUMNS, hours=168)
    assert found.inputs.to_dict("records") == [ROW]
    assert found.outputs.tolist() == ["1"]
    assert found.unreadable == 1
    assert len(captures.read(str(tmp_path), COLUMNS, hours=24 * 60).inputs) == 2


def test_batch_predictions_are_captures(tmp_path: Path) -> None:
    frame = pandas.DataFrame([{**ROW, "prediction": "1", "scored_at": pandas.Timestamp("2026-03-01", tz="UTC")}])
    frame.to_parquet(tmp_path / "a.parquet")
    found = captures.read(str(tmp_path), COLUMNS, hours=1)
    assert found.inputs.to_dict("records") == [ROW]
    assert found.outputs.tolist() == ["1"]


def test_an_empty_folder_is_no_calls(tmp_path: Path) -> None:
    found = captures.read(str(tmp_path), COLUMNS, hours=1)
    assert (len(found.inputs), len(found.outputs), found.unreadable) == (0, 0, 0)


values = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5))
documents = st.recursive(
    values,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)),
)


@given(st.sampled_from(["captureData", "specversion", "request_payload", "x"]), documents, documents)
def test_no_record_breaks_the_job(mark: str, content: Any, data: Any) -> None:
    """Whatever was sent to an endpoint: a call, or unreadable; never another error."""
    part = {"data": json.dumps(data), "encoding": "JSON"}
    record = {"captureData": {"endpointInput": part}, "data": data} if mark == "captureData" else {"data": data}
    record[mark] = record.get(mark, content if mark != "request_payload" else [json.dumps(data)])
    try:
        call = captures.parse(record, COLUMNS)
    except captures.Unreadable:
        return
    assert all(isinstance(row, dict) for row in call.inputs)
