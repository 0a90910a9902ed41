"""Captured requests and answers of the three clouds as tables.

====================  =============================================================================================
SageMaker             one object per call: ``captureData.endpointInput/endpointOutput.data``, JSON, CSV or base64
                      (https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture-endpoint.html)
Azure ML              one CloudEvent per call and collection, with the rows in ``data``
                      (https://learn.microsoft.com/azure/machine-learning/how-to-collect-production-data)
Vertex AI             one row per call in BigQuery, or exported: ``request_payload``, ``response_payload``
                      (https://cloud.google.com/vertex-ai/docs/predictions/online-prediction-logging)
batch scoring         the tables of the score step: features, ``prediction``, ``scored_at``
====================  =============================================================================================
"""

import base64
import binascii
import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas

from runtime import files, warehouse

PREDICTION, SCORED_AT = "prediction", "scored_at"
"""Columns that the score step adds."""
LOGGED_AT = "logging_time"
"""Column of the time in a Vertex AI capture table."""
_WRAPPERS = ("instances", "inputs", "input_data", "dataframe_records", "predictions", "outputs", "data")
_ANSWERS = (PREDICTION, "label", "value", "score")


@dataclass(kw_only=True)
class Call:
    """What one request asked and what the answer was; either may be missing."""

    time: datetime | None = None
    inputs: list[dict[str, Any]] = field(default_factory=list)
    outputs: list[Any] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Captured:
    """All calls of a window of time."""

    inputs: pandas.DataFrame
    outputs: pandas.Series
    unreadable: int
    """Records that have none of the known forms."""


class Unreadable(Exception):
    """A record or request in none of the known forms."""


def read(uri: str, columns: Sequence[str], *, hours: float) -> Captured:
    """Calls of the last ``hours`` before the newest one; calls without a time always count.

    Args:
        columns: Names for rows that came without, as CSV does.
    """
    records: Iterable[Mapping[str, Any]]
    if files.scheme(uri) == "bq":
        records = warehouse.read(uri, time_column=LOGGED_AT, hours=hours).to_dict("records")
    else:
        records = _records(uri)
    calls: list[Call] = []
    unreadable = 0
    for record in records:
        try:
            calls.append(parse(record, columns))
        except Unreadable:
            unreadable += 1
    kept = _newest(calls, hours)
    asked = [row for call in kept for row in call.inputs]
    answers = [answer for call in kept for answer in call.outputs]
    return Captured(inputs=pandas.DataFrame(asked), outputs=pandas.Series(answers, dtype=object), unreadable=unreadable)


def _records(uri: str) -> Iterable[Mapping[str, Any]]:
    for name in files.found(uri, *files.TABLES):
        if not name.removesuffix(".gz").endswith(".jsonl"):
            yield from files.read_file(name).to_dict("records")
            continue
        for line in files.read_lines(name):
            try:
                record = json.loads(line)
            except ValueError:
                record = None
            yield record if isinstance(record, dict) else {"captureData": None}  # counted as unreadable


def _newest(calls: list[Call], hours: float) -> list[Call]:
    times = [call.time for call in calls if call.time is not None]
    if not times:
        return calls
    since = max(times) - timedelta(hours=hours)
    return [call for call in calls if call.time is None or call.time >= since]


def parse(record: Mapping[str, Any], columns: Sequence[str]) -> Call:
    """One record as a call."""
    for mark, reader in (("captureData", _sagemaker), ("specversion", _azure), ("request_payload", _vertex)):
        if mark in record:
            return reader(record, columns)
    row = dict(record)
    time = row.pop(SCORED_AT, None)
    answers = [row.pop(PREDICTION)] if PREDICTION in row else []
    return Call(time=_time(time), inputs=[row], outputs=answers)


def _sagemaker(record: Mapping[str, Any], columns: Sequence[str]) -> Call:
    data = record["captureData"]
    if not isinstance(data, Mapping):
        raise Unreadable
    call = Call(time=_time((record.get("eventMetadata") or {}).get("inferenceTime")))
    if "endpointInput" in data:
        call.inputs = rows(_payload(data["endpointInput"]), columns)
    if "endpointOutput" in data:
        call.outputs = _answers(_payload(data["endpointOutput"]))
    return call


def _payload(part: Mapping[str, Any]) -> Any:
    """Content of a SageMaker payload: decoded JSON, or rows of texts."""
    text, encoding = str(part.get("data", "")), part.get("encoding")
    content_type = str(part.get("observedContentType", ""))
    if encoding == "BASE64":
        try:
            text = base64.b64decode(text, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError) as error:
            raise Unreadable from error
    if encoding == "CSV" or content_type.startswith("text/csv"):
        return [[_cell(cell) for cell in row] for row in csv.reader(io.StringIO(text)) if row]
    return _json(text)


def _azure(record: Mapping[str, Any], columns: Sequence[str]) -> Call:
    call = Call(time=_time(record.get("time")))
    data = record.get("data")
    if data is None:  # too large: the service then writes an address, not the data
        raise Unreadable
    if str(record.get("type", "")).endswith(("outputs", "response")):
        call.outputs = _answers(data)
    else:
        call.inputs = rows(data, columns)
    return call


def _vertex(record: Mapping[str, Any], columns: Sequence[str]) -> Call:
    call = Call(time=_time(record.get(LOGGED_AT)))
    for text in _texts(record.get("request_payload")):
        call.inputs += rows(_json(text), columns)
    for text in _texts(record.get("response_payload")):
        call.outputs += _answers(_json(text))
    return call


def _texts(value: Any) -> list[str]:
    if value is None or isinstance(value, float):  # NaN of a missing column
        return []
    return [value] if isinstance(value, str) else [str(each) for each in value]


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise Unreadable from error


def rows(content: Any, columns: Sequence[str]) -> list[dict[str, Any]]:
    """Rows of a request: an object, a list of objects, a list of lists, or one of these in a wrapper."""
    if isinstance(content, Mapping):
        if isinstance(content.get("columns"), list) and isinstance(content.get("data"), list):  # MLflow's split form
            return rows(content["data"], [str(name) for name in content["columns"]])
        for name in ("dataframe_split", *_WRAPPERS):
            if isinstance(content.get(name), list | Mapping):
                return rows(content[name], columns)
        return [dict(content)]
    if not isinstance(content, list):
        raise Unreadable
    if content and not isinstance(content[0], list | Mapping):
        content = [content]  # one row without names
    named = []
    for row in content:
        if isinstance(row, Mapping):
            named.append(dict(row))
        elif isinstance(row, list) and len(row) == len(columns):
            named.append(dict(zip(columns, row, strict=True)))
        else:
            raise Unreadable
    return named


def _answers(content: Any) -> list[Any]:
    """Predictions of an answer: values, or the part of objects that holds one."""
    if isinstance(content, Mapping):
        for name in _WRAPPERS:
            if isinstance(content.get(name), list):
                return _answers(content[name])
        return [_answer(content)]
    return [_answer(each) for each in content] if isinstance(content, list) else [content]


def _answer(item: Any) -> Any:
    if isinstance(item, list) and len(item) == 1:
        return item[0]
    if isinstance(item, Mapping):
        if len(item) == 1:
            return next(iter(item.values()))
        for name in _ANSWERS:
            if name in item:
                return item[name]
    if isinstance(item, Mapping | list):
        raise Unreadable
    return item


def _cell(text: str) -> Any:
    """A CSV cell: a number where it is one, nothing where it is empty."""
    if not text.strip():
        return None
    try:
        return float(text)
    except ValueError:
        return text


def _time(value: Any) -> datetime | None:
    if value is None or value is pandas.NaT or value != value:  # noqa: PLR0124  NaN
        return None
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if isinstance(value, pandas.Timestamp):
        value = value.to_pydatetime()
    if not isinstance(value, datetime):
        return None
    return value if value.tzinfo is not None else value.replace(tzinfo=UTC)
