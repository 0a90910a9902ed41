"""Monitoring on Azure: alerts and what they ask, the drift job, and the retraining loop, run against given answers."""

import functools
import json
from typing import Any

import pytest

from components.core.cloud import Cloud
from components.core.profile import Profile
from components.core.vocabulary import Frequency
from components.monitoring import MonitoringSpec, azure
from components.monitoring.contract import DriftSpec
from tests.components.azure_bench import ARM, Graph, build
from tests.components.logic_app import Request, Run
from tests.conformance.wiring import REFS

IDENTITY = REFS[Cloud.AZURE]["identity"]
TRAINING = REFS[Cloud.AZURE]["training"]
ENDPOINT = REFS[Cloud.AZURE]["endpoint"]
DRIFT = MonitoringSpec(drift=DriftSpec(threshold=0.25, share=0.4), retrain_on_drift=True, cooldown_hours=36)


@functools.cache
def plan(endpoint: bool = True, **spec: Any) -> Graph:
    without = () if endpoint else ("endpoint",)
    return build(azure.build, "monitoring", MonitoringSpec(**spec), Profile.STANDARD, without=without)


@functools.cache
def drifting() -> Graph:
    return build(azure.build, "monitoring", DRIFT, Profile.REGULATED)


def criterion(graph: Graph, part: str) -> dict[str, Any]:
    (found,) = graph[f"monitoring-alert-{part}"].inputs["criteria"]["allOf"]
    return dict(found)


def test_the_owner_is_told_unless_others_are_named() -> None:
    def addresses(graph: Graph) -> list[str]:
        return [item["emailAddress"] for item in graph["monitoring-channel"].inputs["emailReceivers"]]

    assert addresses(plan()) == ["growth-ml@example.com"]
    assert addresses(plan(notify=("a@example.com", "b@example.com"))) == ["a@example.com", "b@example.com"]
    channel = plan()["monitoring-channel"].inputs
    assert channel["location"] == "Global"
    assert len(channel["groupShortName"]) <= 12


def test_latency_is_a_metric_of_the_endpoint() -> None:
    graph = plan(latency_ms=300)
    found = criterion(graph, "latency")
    assert (found["metricName"], found["operator"], found["threshold"]) == ("RequestLatency_P95", "GreaterThan", 300)
    assert graph["monitoring-alert-latency"].inputs["scopes"] == [ENDPOINT["endpoint_id"]]


def test_errors_are_a_share_of_requests() -> None:
    graph = plan(error_percent=2.5)
    found = criterion(graph, "errors")
    assert found["query"].splitlines() == [
        "AmlOnlineEndpointTrafficLog",
        "| where EndpointName =~ 'churn-dev-abcde'",
        "| summarize Failed = countif(toint(ResponseCode) >= 500 or toint(ResponseCode) == 424), Total = count()",
        "| where Total > 0",
        "| project ErrorPercent = 100.0 * Failed / Total",
    ]
    assert (found["metricMeasureColumn"], found["operator"], found["threshold"]) == ("ErrorPercent", "gt", 2.5)
    assert graph["monitoring-alert-errors"].inputs["scopes"] == [REFS[Cloud.AZURE]["foundation"]["log_id"]]


def test_saturation_holds_for_whatever_deployment_there_is() -> None:
    found = criterion(plan(saturation_percent=70), "saturation")
    assert f"where _ResourceId startswith '{ENDPOINT['endpoint_id']}/'" in found["query"]
    assert (found["metricMeasureColumn"], found["threshold"]) == ("CpuPercent", 70)


def test_every_alert_tells_the_channel() -> None:
    for item in drifting().of("monitor:MetricAlert"):
        assert item.inputs["actions"] == [{"actionGroupId": "monitoring-channel-id"}], item.name
    for item in drifting().of("monitor:ScheduledQueryRule"):
        assert item.inputs["actions"] == {"actionGroups": ["monitoring-channel-id"]}, item.name


def test_without_an_endpoint_runs_are_watched() -> None:
    graph = plan(endpoint=False)
    assert [name for name in graph if name.startswith("monitoring-alert-")] == ["monitoring-alert-failed-runs"]
    found = criterion(graph, "failed-runs")
    assert (found["metricName"], found["timeAggregation"], found["threshold"]) == ("Failed Runs", "Total", 0)
    assert graph["monitoring-alert-failed-runs"].inputs["scopes"] == [TRAINING["workspace_id"]]


def test_without_drift_there_is_neither_job_nor_loop() -> None:
    graph = plan()
    assert not graph.of("machinelearningservices:Schedule")
    assert not graph.of("logic:Workflow")
    assert (graph.outputs["drift_id"], graph.outputs["retrain_id"]) == ("", "")


def test_drift_is_measured_as_the_monitoring_identity() -> None:
    graph = drifting()
    cluster = graph["monitoring-drift-cluster"].inputs
    assert cluster["identity"]["userAssignedIdentities"] == [IDENTITY["monitoring_id"]]
    assert cluster["properties"]["properties"]["scaleSettings"]["minNodeCount"] == 0
    command = graph["monitoring-component-measure"].inputs["properties"]["componentSpec"]["command"]
    assert command == (
        "python -m runtime drift --captured ${{inputs.captured}} --baseline ${{inputs.baseline}} "
        "--report ${{outputs.report}}/report.json --threshold 0.25 --project churn --environment dev"
    )
    job = graph["monitoring-component-drift"].inputs["properties"]["componentSpec"]["jobs"]["measure"]
    assert job["inputs"]["captured"]["uri"] == "azureml://datastores/monitoring/paths/capture"
    assert job["inputs"]["baseline"]["uri"] == "azureml://datastores/curated/paths/"
    assert job["environment_variables"] == {
        "TRIPOD_METRIC_RESOURCE": TRAINING["workspace_id"],
        "TRIPOD_METRIC_REGION": "westeurope",
    }


def test_batch_products_measure_what_was_scored() -> None:
    graph = plan(endpoint=False, drift=DriftSpec(schedule=Frequency.WEEKLY))
    job = graph["monitoring-component-drift"].inputs["properties"]["componentSpec"]["jobs"]["measure"]
    assert job["inputs"]["captured"]["uri"] == "azureml://datastores/artifacts/paths/predictions"
    schedule = graph["monitoring-drift-schedule"].inputs["properties"]
    assert schedule["trigger"]["expression"] == "0 2 * * 1"
    assert schedule["action"]["jobDefinition"]["componentId"] == "monitoring-component-drift-id"


def test_each_measurement_above_the_share_is_told() -> None:
    graph = drifting()
    alert, found = graph["monitoring-alert-drift"].inputs, criterion(graph, "drift")
    assert alert["scopes"] == [TRAINING["workspace_id"]]
    # an alert that waits to be resolved would stay silent between measurements that are a day apart
    assert alert["autoMitigate"] is False
    assert (found["metricNamespace"], found["metricName"], found["threshold"]) == ("Tripod", "DriftedShare", 0.4)
    assert {item["name"]: item["values"] for item in found["dimensions"]} == {
        "project": ["churn"],
        "environment": ["dev"],
    }
    assert found["skipMetricValidation"] is True


def test_dashboard() -> None:
    book = drifting()["monitoring-dashboard"].inputs
    items = json.loads(book["serializedData"])["items"]
    assert [item["name"] for item in items] == [
        "title",
        "Latency, 95th percentile (ms)",
        "Requests per minute",
        "Failed requests",
        "CPU of deployments (%)",
        "Completed Runs",
        "Failed Runs",
        "Share of drifted features",
    ]
    latency = items[1]["content"]
    assert latency["resourceType"] == "microsoft.machinelearningservices/workspaces/onlineendpoints"
    assert latency["resourceIds"] == [ENDPOINT["endpoint_id"]]
    assert book["kind"] == "shared"
    batch = json.loads(plan(endpoint=False)["monitoring-dashboard"].inputs["serializedData"])["items"]
    assert [item["name"] for item in batch] == ["title", "Completed Runs", "Failed Runs"]
    assert "monitoring-dashboard" not in plan(dashboard=False)
    assert plan(dashboard=False).outputs["dashboard_id"] == ""


class TestRetraining:
    """The loop, run: an hour's look at 2026-03-01T12:00Z."""

    def look(self, measured: tuple[int, Any], *started: str) -> Run:
        def answer(request: Request) -> tuple[int, Any]:
            path = request.uri.split("?", maxsplit=1)[0]
            if path.endswith("/metrics"):
                assert "metricnamespace=Tripod" in request.uri
                return measured
            if path.endswith("/jobs"):
                assert "tag=tripod-retrain" in request.uri
                return 200, {"value": [{"systemData": {"createdAt": at}} for at in started]}
            if path.endswith("/batchEndpoints/train"):
                return 200, {"properties": {"defaults": {"deploymentName": "retrain"}}}
            if path.endswith("/batchEndpoints/train/deployments/retrain"):
                return 200, {"properties": {"deploymentConfiguration": {"componentId": {"assetId": "/pipeline/7"}}}}
            assert request.method == "PUT", request
            return 201, {}

        return Run(answer).start(drifting()["monitoring-retrain"].inputs["definition"])

    @staticmethod
    def share(value: float) -> tuple[int, Any]:
        return 200, {"value": [{"timeseries": [{"data": [{"maximum": value}]}]}]}

    def test_drift_starts_what_the_endpoint_holds(self) -> None:
        (start,) = self.look(self.share(0.5)).sent("PUT")
        workspace = f"{ARM}/Microsoft.MachineLearningServices/workspaces/churn-dev-abcde"
        assert start.uri == f"https://management.azure.com{workspace}/jobs/drift-2026030112?api-version=2025-12-01"
        assert start.body["properties"]["componentId"] == "/pipeline/7"
        assert start.body["properties"]["jobType"] == "Pipeline"
        assert start.body["properties"]["tags"]["tripod-retrain"] == "drift"

    def test_the_share_itself_is_no_drift(self) -> None:
        assert not self.look(self.share(0.4)).sent("PUT")

    @pytest.mark.parametrize(
        ("started", "starts"),
        [("2026-02-28T06:00:00.1234567+00:00", False), ("2026-02-27T23:59:00.1234567+00:00", True)],
    )
    def test_cooldown_is_kept(self, started: str, starts: bool) -> None:
        assert bool(self.look(self.share(0.9), started).sent("PUT")) is starts

    def test_a_metric_without_data_is_no_drift(self) -> None:
        run = self.look((400, {"code": "BadRequest"}))
        assert not run.sent("PUT")
        assert not run.failed

    def test_a_metric_that_cannot_be_read_fails_the_run(self) -> None:
        run = self.look((403, {"code": "Forbidden"}))
        assert run.failed
        assert run.terminated == "DriftUnknown"
        assert not run.sent("PUT")

    def test_the_loop_has_no_address_and_a_failure_of_it_is_told(self) -> None:
        graph = drifting()
        workflow = graph["monitoring-retrain"].inputs
        (trigger,) = workflow["definition"]["triggers"].values()
        assert (trigger["type"], trigger["recurrence"]) == ("Recurrence", {"frequency": "Hour", "interval": 1})
        assert workflow["identity"]["userAssignedIdentities"] == [IDENTITY["monitoring_id"]]
        assert graph["monitoring-alert-retrain-failed"].inputs["scopes"] == ["monitoring-retrain-id"]
        assert criterion(graph, "retrain-failed")["metricName"] == "RunsFailed"

    def test_one_measurement_starts_one_retraining_however_short_the_cooldown(self) -> None:
        spec = DRIFT.model_copy(update={"cooldown_hours": 1})
        text = json.dumps(build(azure.build, "monitoring", spec)["monitoring-retrain"].inputs)
        assert "ticks(addHours(utcNow(),-24))" in text
