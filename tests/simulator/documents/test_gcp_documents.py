"""Documents of Google Cloud: workflows, filters, alert policies, dashboards, schemas, keys, schedules, org policies."""

import base64
import json
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.documents.check import check_documents
from simulator.documents.gcp import filters
from simulator.documents.reader import Malformed
from simulator.model import UNKNOWN
from tests.simulator.documents.probe import changed, json_like, said

WORKFLOW = "gcp:workflows/workflow:Workflow"
ALERT = "gcp:monitoring/alertPolicy:AlertPolicy"
DASHBOARD = "gcp:monitoring/dashboard:Dashboard"
SINK = "gcp:logging/projectSink:ProjectSink"
METRIC = "gcp:logging/metric:Metric"
TABLE = "gcp:bigquery/table:Table"
KEY = "gcp:kms/cryptoKey:CryptoKey"
JOB = "gcp:cloudscheduler/job:Job"
ORG = "gcp:orgpolicy/policy:Policy"

FLOW = """
main:
  params: [argument]
  steps:
    - begin:
        assign:
          - data: ${default(map.get(argument, "input"), "gs://lake")}
          - runs: []
    - guarded:
        try:
          call: run_job
          args: {parent: "${data}", body: {displayName: x}}
          result: job
        retry: {predicate: "${http.default_retry_predicate}", max_retries: 3, backoff: {initial_delay: 1}}
        except:
          as: problem
          steps:
            - again: {raise: "${problem}"}
    - gate:
        switch:
          - condition: ${job.body.state in ["DONE", "OK"] and not (len(runs) > 2)}
            next: done
        next: begin
    - each:
        for:
          value: item
          in: ${runs}
          steps:
            - skip: {next: continue}
    - both:
        parallel:
          shared: [runs]
          branches:
            - left: {steps: [{one: {call: sys.sleep, args: {seconds: 1}}}]}
            - right: {steps: [{two: {call: googleapis.storage.v1.objects.get, args: {bucket: b, object: o}}}]}
    - done: {return: "${data}"}
run_job:
  params: [parent, body, {wait: 60}]
  steps:
    - post: {call: http.post, args: {url: "${\\"https://x/\\" + parent}", body: "${body}"}, result: made}
    - out: {return: "${made}"}
"""
FLOWS: dict[str, Any] = yaml.safe_load(FLOW)
COUNT = 'metric.type = "run.googleapis.com/job/completed_execution_count" AND resource.type = "cloud_run_job"'
THRESHOLD: dict[str, Any] = {
    "conditions": [
        {
            "displayName": "Failed runs",
            "conditionThreshold": {
                "filter": f'{COUNT} AND metric.labels.result = one_of("failed", "lost")',
                "duration": "300s",
                "comparison": "COMPARISON_GT",
                "aggregations": [{"alignmentPeriod": "300s", "perSeriesAligner": "ALIGN_DELTA"}],
            },
        }
    ],
    "alertStrategy": {"autoClose": "1800s"},
}
MATCHED: dict[str, Any] = {
    "conditions": [
        {
            "displayName": "Refused",
            "conditionMatchedLog": {"filter": 'resource.type="cloud_run_job" AND severity>=ERROR AND NOT "retry"'},
        }
    ],
    "alertStrategy": {"notificationRateLimit": {"period": "3600s"}},
}
BOARD: dict[str, Any] = {
    "displayName": "service",
    "mosaicLayout": {
        "columns": 48,
        "tiles": [
            {
                "width": 24,
                "height": 16,
                "widget": {
                    "title": "Runs",
                    "xyChart": {"dataSets": [{"timeSeriesQuery": {"timeSeriesFilter": {"filter": COUNT}}}]},
                },
            },
            {"xPos": 24, "width": 24, "height": 16, "widget": {"text": {"content": "x"}}},
        ],
    },
}
COLUMNS: list[dict[str, Any]] = [
    {"name": "customer_id", "type": "STRING", "mode": "REQUIRED"},
    {"name": "address", "type": "RECORD", "fields": [{"name": "city", "type": "STRING"}]},
]
GOOD: dict[str, tuple[str, dict[str, Any]]] = {
    "workflow": (WORKFLOW, {"sourceContents": FLOWS}),
    "threshold": (ALERT, THRESHOLD),
    "matched": (ALERT, MATCHED),
    "dashboard": (DASHBOARD, {"dashboardJson": BOARD}),
    "sink": (
        SINK,
        {
            "filter": 'resource.type="ml_job" OR (labels."k8s-pod/app"=~"a.*" -severity=DEBUG) log_id("run") -- note',
            "destination": "logging.googleapis.com/projects/p/locations/europe-west4/buckets/b",
            "exclusions": [{"name": "noise", "filter": "severity < WARNING"}],
        },
    ),
    "metric": (METRIC, {"filter": "jsonPayload.count > 3 AND timestamp >= \"2026-01-01T00:00:00Z\""}),
    "table": (TABLE, {"schema": COLUMNS}),
    "key": (KEY, {"rotationPeriod": "7776000s", "purpose": "ENCRYPT_DECRYPT"}),
    "job": (JOB, {"httpTarget": {"body": base64.b64encode(b"{}").decode()}}),
    "org": (
        ORG,
        {
            "name": "projects/p/policies/gcp.resourceLocations",
            "spec": {"rules": [{"values": {}, "condition": {"expression": "resource.matchTag('a/b', 'c')"}}]},
        },
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", GOOD)
def test_accepts(name: str) -> None:
    type_, inputs = GOOD[name]
    assert said(type_, inputs) == []


def test_accepts_text() -> None:
    assert said(WORKFLOW, {"sourceContents": FLOW}) == []
    assert said(WORKFLOW, {"sourceContents": json.dumps(FLOWS)}) == []
    assert said(DASHBOARD, {"dashboardJson": json.dumps(BOARD)}) == []
    assert said(TABLE, {"schema": json.dumps(COLUMNS)}) == []


_STEPS = ("sourceContents", "main", "steps")
_CONDITION = ("conditions", 0, "conditionThreshold")
_TILE = ("dashboardJson", "mosaicLayout", "tiles", 1)

REFUSED: list[tuple[str, tuple[str | int, ...], Any, str]] = [
    ("workflow", ("sourceContents", "main"), ..., "there is no workflow 'main'"),
    ("workflow", ("sourceContents", "main", "params"), ["a", "b"], "more than one parameter"),
    ("workflow", ("sourceContents", "main", "step"), [], "did you mean 'steps'"),
    ("workflow", (*_STEPS, 2, "gate", "next"), "beginn", "did you mean 'begin'"),
    ("workflow", (*_STEPS, 2, "gate", "switch", 0, "next"), "nowhere", "there is no step 'nowhere' in 'main'"),
    ("workflow", (*_STEPS, 2, "gate", "switch", 0, "condition"), ..., "'condition' is missing"),
    ("workflow", (*_STEPS, 2, "gate", "switch", 0, "condition"), "${a &&}", "does not parse"),
    ("workflow", (*_STEPS, 2, "gate", "switch", 0, "condition"), "${a", "is not closed"),
    ("workflow", (*_STEPS, 2, "gate", "switch", 0, "condition"), "${" + "a+" * 200 + "a}", "at most 400"),
    ("workflow", (*_STEPS, 1, "guarded", "try", "call"), "run_jobs", "did you mean 'run_job'"),
    ("workflow", (*_STEPS, 1, "guarded", "try", "call"), "http.pots", "did you mean 'post'"),
    ("workflow", (*_STEPS, 1, "guarded", "try", "args"), {"parent": "x"}, "needs 'body'"),
    ("workflow", (*_STEPS, 1, "guarded", "try", "args", "size"), 1, "has no parameter 'size'"),
    ("workflow", (*_STEPS, 1, "guarded", "except"), {"steps": []}, "names no variable"),
    ("workflow", (*_STEPS, 1, "guarded", "retry", "times"), 1, "no field of a retry"),
    ("workflow", (*_STEPS, 0, "begin", "assign"), {"a": 1}, "assigns no list"),
    ("workflow", (*_STEPS, 0, "begin", "assign", 0), {"a": "${json.parse(x)}"}, "'json' has no function 'parse'"),
    ("workflow", (*_STEPS, 0, "begin", "assign", 0), {"a": "${length(x)}"}, "there is no function or subworkflow"),
    ("workflow", (*_STEPS, 0, "begin", "call"), "sys.log", "exactly one of"),
    ("workflow", (*_STEPS, 0), {"done": {"return": 1}}, "the step name 'done' is taken"),
    ("workflow", (*_STEPS, 3, "each", "for", "range"), [1, 2], "exactly one of in and range"),
    ("workflow", (*_STEPS, 4, "both", "parallel", "branches"), [], "2 to 10"),
    ("threshold", (*_CONDITION, "filter"), "metric.type = ", "expected a value"),
    ("threshold", (*_CONDITION, "filter"), COUNT.split(" AND ", maxsplit=1)[0], 'restriction on "resource.type"'),
    ("threshold", (*_CONDITION, "filter"), COUNT.replace("metric.type", "metrics.type"), "did you mean 'metric'"),
    ("threshold", (*_CONDITION, "filter"), COUNT + ' AND metric.labels.x = oneof("a")', "did you mean 'one_of'"),
    ("threshold", (*_CONDITION, "filter"), COUNT.replace("run.googleapis.com/", ""), "is no type of metric"),
    ("threshold", (*_CONDITION, "duration"), "90s", "multiple of 60 s"),
    ("threshold", (*_CONDITION, "duration"), "5m", "is no duration"),
    ("threshold", (*_CONDITION, "aggregations", 0, "alignmentPeriod"), "0s", "at least 60 s"),
    ("threshold", (*_CONDITION, "denominatorFilter"), COUNT, "needs denominatorAggregations"),
    ("threshold", ("conditions", 0, "conditionAbsent"), {}, "a condition is of 2 kinds"),
    ("threshold", ("conditions",), THRESHOLD["conditions"] * 7, "1 to 6"),
    ("threshold", ("alertStrategy", "autoClose"), "60s", "1800s to 604800s"),
    ("matched", ("alertStrategy",), {}, "has no notificationRateLimit"),
    ("matched", ("conditions", 0, "conditionMatchedLog", "filter"), "severity>=EROR", "did you mean 'ERROR'"),
    ("matched", ("conditions", 0, "conditionMatchedLog", "filter"), 'resource.type="x', "a string is not closed"),
    ("dashboard", ("dashboardJson", "displayName"), ..., "'displayName' is missing"),
    ("dashboard", ("dashboardJson", "gridLayout"), {}, "exactly one of columnLayout"),
    ("dashboard", (*_TILE, "width"), 25, "the tile ends at column 49"),
    ("dashboard", (*_TILE, "xPos"), 0, "the tile lies over tile 0"),
    ("dashboard", (*_TILE, "widget", "xyCharts"), {}, "did you mean 'xyChart'"),
    ("dashboard", (*_TILE, "widget", "scorecard"), {}, "a widget shows 2 things"),
    (
        "dashboard",
        (*_TILE[:-1], 0, "widget", "xyChart", "dataSets", 0, "timeSeriesQuery", "timeSeriesFilter", "filter"),
        "metric.type",
        "expected an operator",
    ),
    ("sink", ("filter",), 'resources.type="x"', "Field not found: 'resources.type'"),
    ("sink", ("filter",), 'resource.type="x" OR', "expected a comparison"),
    ("sink", ("filter",), 'resource.type=~"("', "no regular expression"),
    ("sink", ("exclusions", 0, "filter"), "severity = (", "exclusions[0].filter: "),
    ("sink", ("destination",), "my-bucket", "is no destination"),
    ("metric", ("filter",), "jsonPayload.count >", "filter: INVALID_ARGUMENT: the log metric"),
    ("table", ("schema", 0, "type"), "TEXT", "is no type"),
    ("table", ("schema", 0, "mode"), "OPTIONAL", "is no mode"),
    ("table", ("schema", 0, "name"), "1st", "is no name of a column"),
    ("table", ("schema", 0, "name"), "ADDRESS", "is named twice"),
    ("table", ("schema", 0, "name"), "_PARTITIONTIME", "reserved prefix"),
    ("table", ("schema", 0, "fields"), [{"name": "x", "type": "STRING"}], "only RECORD and STRUCT"),
    ("table", ("schema", 1, "fields"), [], "a record has no fields"),
    ("table", ("schema", 0, "nam"), "x", "did you mean 'name'"),
    ("key", ("rotationPeriod",), "3600s", "86400s"),
    ("key", ("rotationPeriod",), "90d", "is no period"),
    ("key", ("purpose",), "ASYMMETRIC_SIGN", "only keys for ENCRYPT_DECRYPT"),
    ("job", ("httpTarget", "body"), "{}", "it is not base64"),
    ("org", ("name",), "gcp.resourceLocations", "no name of a policy"),
    ("org", ("spec", "rules", 0, "allowAll"), "TRUE", "exactly one of"),
    ("org", ("spec", "rules", 0, "condition", "expression"), "resource.matchTag(", "does not parse"),
]


@pytest.mark.parametrize(("name", "place", "value", "told"), REFUSED)
def test_refuses(name: str, place: tuple[str | int, ...], value: Any, told: str) -> None:
    type_, inputs = GOOD[name]
    found = said(type_, changed(inputs, place, value))
    assert any(told in one for one in found), found


def test_refuses_text_that_is_no_yaml() -> None:
    assert "it is not YAML" in said(WORKFLOW, {"sourceContents": "main: [\n"})[0]


def test_unknown_parts_pass() -> None:
    assert said(ALERT, changed(THRESHOLD, (*_CONDITION, "filter"), UNKNOWN)) == []
    assert said(TABLE, {"schema": changed(COLUMNS, (0, "type"), UNKNOWN)}) == []
    assert said(SINK, {"filter": UNKNOWN, "destination": UNKNOWN}) == []


@pytest.mark.parametrize(
    ("text", "comparisons"),
    [
        ('a.b="x y" OR NOT a.c != 3', [("a.b", "=", "x y"), ("a.c", "!=", "3")]),
        ('a.b=("x" OR "y") a.d:*', [("a.b", "=", ""), ("a.d", ":", "*")]),
        ("a.b -a.c=1 (a.d=2)", [("a.c", "=", "1"), ("a.d", "=", "2")]),
    ],
)
def test_reads_filters(text: str, comparisons: list[tuple[str, str, str]]) -> None:
    assert filters.parse(text, ("a",), (), bare=True).comparisons == comparisons


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="ab. =<>!~:()\"'-ANDORT", max_size=30), st.booleans())
def test_filters_never_raise_otherwise(text: str, bare: bool) -> None:
    try:
        filters.parse(text, ("a", "b"), ("f",), bare=bare)
    except Malformed as error:
        assert str(error)


WORDS = [
    "main",
    "steps",
    "call",
    "args",
    "assign",
    "switch",
    "for",
    "in",
    "try",
    "retry",
    "except",
    "parallel",
    "branches",
]
MORE = [
    "conditions",
    "filter",
    "tiles",
    "widget",
    "mosaicLayout",
    "name",
    "type",
    "RECORD",
    "fields",
    "rules",
    "${a(",
    "300s",
]


@settings(max_examples=250, deadline=None)
@given(st.sampled_from(sorted(GOOD)), st.data())
def test_never_raises(name: str, data: st.DataObject) -> None:
    type_, inputs = GOOD[name]
    value = data.draw(json_like(*WORDS, *MORE))
    place = data.draw(st.sampled_from([place for one, place, _, _ in REFUSED if one == name]))
    for one in check_documents(type_, changed(inputs, place, value)):
        assert one.reason
