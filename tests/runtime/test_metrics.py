"""What each cloud is sent."""

import json
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from runtime import metrics
from runtime.errors import InputError

TIME = datetime(2026, 3, 1, 10, 30, tzinfo=UTC)
METRIC = metrics.Metric(
    name="DriftedShare", value=0.25, dimensions={"project": "churn", "environment": "prod"}, time=TIME
)
WORKSPACE = (
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/churn-prod/providers/"
    "Microsoft.MachineLearningServices/workspaces/churn-prod"
)


def test_cloudwatch_takes_the_datum() -> None:
    client = boto3.client("cloudwatch", region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="x")
    datum = {
        "MetricName": "DriftedShare",
        "Dimensions": [{"Name": "environment", "Value": "prod"}, {"Name": "project", "Value": "churn"}],
        "Timestamp": TIME,
        "Value": 0.25,
        "Unit": "None",
    }
    with Stubber(client) as stub:
        stub.add_response("put_metric_data", {}, {"Namespace": "Tripod", "MetricData": [datum]})
        metrics.CloudWatch(client).send(METRIC)
        stub.assert_no_pending_responses()


def test_azure_monitor_takes_the_body() -> None:
    posted: list[tuple[str, str, Any]] = []
    sink = metrics.AzureMonitor(
        WORKSPACE,
        "westeurope",
        token=lambda scope: f"token of {scope}",
        post=lambda url, token, body: posted.append((url, token, json.loads(body))),
    )
    sink.send(METRIC)
    series = {"dimValues": ["prod", "churn"], "min": 0.25, "max": 0.25, "sum": 0.25, "count": 1}
    base = {
        "metric": "DriftedShare",
        "namespace": "Tripod",
        "dimNames": ["environment", "project"],
        "series": [series],
    }
    assert posted == [
        (
            f"https://westeurope.monitoring.azure.com{WORKSPACE}/metrics",
            "token of https://monitoring.azure.com//.default",
            {"time": "2026-03-01T10:30:00Z", "data": {"baseData": base}},
        )
    ]


def test_google_takes_the_series() -> None:
    sent: list[dict[str, Any]] = []

    class Client:
        def create_time_series(self, request: dict[str, Any]) -> None:
            sent.append(request)

    metrics.GoogleMonitoring("acme-ml", Client()).send(METRIC)
    end = {"seconds": int(TIME.timestamp()), "nanos": 0}
    assert sent == [
        {
            "name": "projects/acme-ml",
            "time_series": [
                {
                    "metric": {
                        "type": "custom.googleapis.com/tripod/drifted_share",
                        "labels": {"project": "churn", "environment": "prod"},
                    },
                    "resource": {"type": "global", "labels": {"project_id": "acme-ml"}},
                    "points": [{"interval": {"end_time": end}, "value": {"double_value": 0.25}}],
                }
            ],
        }
    ]


def test_without_a_cloud_the_log_is_all(capsys: pytest.CaptureFixture[str]) -> None:
    metrics.sink(environment={}).send(METRIC)
    line = json.loads(capsys.readouterr().out)
    assert (line["event"], line["name"], line["value"]) == ("metric", "DriftedShare", 0.25)


@pytest.mark.parametrize(
    ("environment", "kind"),
    [
        ({"AWS_DEFAULT_REGION": "eu-west-1"}, metrics.CloudWatch),
        ({"AWS_REGION": "eu-west-1"}, metrics.CloudWatch),
        ({"TRIPOD_METRIC_RESOURCE": WORKSPACE, "TRIPOD_METRIC_REGION": "westeurope"}, metrics.AzureMonitor),
        ({"GOOGLE_CLOUD_PROJECT": "acme-ml"}, metrics.GoogleMonitoring),
        ({"CLOUD_ML_PROJECT_ID": "acme-ml"}, metrics.GoogleMonitoring),
        ({}, metrics.Log),
    ],
)
def test_the_environment_says_where(environment: dict[str, str], kind: type) -> None:
    assert type(metrics.sink(environment=environment)) is kind


@pytest.mark.parametrize(
    ("kind", "environment", "variable"),
    [
        ("azure", {"TRIPOD_METRIC_RESOURCE": WORKSPACE}, "TRIPOD_METRIC_REGION"),
        ("google", {}, "GOOGLE_CLOUD_PROJECT"),
    ],
)
def test_a_missing_variable_is_named(kind: str, environment: dict[str, str], variable: str) -> None:
    with pytest.raises(InputError, match=f"{variable} is not set"):
        metrics.sink(kind, environment)
