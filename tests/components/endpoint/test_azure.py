"""The endpoint on Azure: the slot, its deployment, and the release loop run against an endpoint of the test."""

import functools
import json
from dataclasses import dataclass, field
from typing import Any

import pytest

from components.clouds.azure_ml_roles import RELEASE
from components.clouds.azure_roles import BuiltInRole
from components.core.cloud import Cloud
from components.core.profile import Profile
from components.core.vocabulary import ComputeSize
from components.endpoint import EndpointSpec, azure
from components.endpoint.azure import deployment_name
from components.endpoint.contract import ModelVersion
from tests.components.azure_bench import Graph, build
from tests.components.logic_app import Request, Run
from tests.conformance.wiring import REFS

IDENTITY = REFS[Cloud.AZURE]["identity"]
MODEL = ModelVersion(name="churn", version="3")
NEW = deployment_name(MODEL, "Standard_DS2_v2")


@functools.cache
def plan(profile: Profile = Profile.SANDBOX, **spec: Any) -> Graph:
    return build(azure.build, "endpoint", EndpointSpec(**spec), profile)


def served(profile: Profile = Profile.SANDBOX, **spec: Any) -> dict[str, Any]:
    found: dict[str, Any] = plan(profile, model=MODEL, **spec)[f"endpoint-{NEW}"].inputs
    return found


@dataclass
class Slot:
    """An online endpoint as Azure Resource Manager shows it, with requests per minute of each class of status."""

    traffic: dict[str, int]
    deployments: list[str]
    rates: dict[str, float] = field(default_factory=dict)

    def answer(self, request: Request) -> tuple[int, Any]:
        path = request.uri.split("?", maxsplit=1)[0]
        if request.method == "DELETE":
            self.deployments.remove(path.rsplit("/", 1)[-1])
            return 202, None
        if request.method == "PUT":
            assert request.body["properties"]["authMode"] == "AADToken"
            assert request.body["identity"]["userAssignedIdentities"] == {IDENTITY["serving_id"]: {}}
            self.traffic = request.body["properties"]["traffic"]
            assert sum(self.traffic.values()) == 100
            return 200, None
        if path.endswith("/metrics"):
            status = request.uri.rsplit("%27", 2)[-2]
            assert f"deployment%20eq%20%27{NEW}%27" in request.uri
            series = [{"data": [{"average": self.rates[status]}]}] if status in self.rates else []
            return 200, {"value": [{"timeseries": series}]}
        if path.endswith("/deployments"):
            return 200, {"value": [{"name": name, "id": f"/slot/deployments/{name}"} for name in self.deployments]}
        return 200, {"tags": {}, "properties": {"traffic": self.traffic, "description": "d"}}

    def step(self, **spec: Any) -> "Slot":
        """One run of the workflow."""
        run = Run(self.answer).start(plan(model=MODEL, **spec)["endpoint-release"].inputs["definition"])
        assert not run.failed
        return self


@pytest.mark.parametrize(
    ("profile", "access"),
    [(Profile.SANDBOX, "Enabled"), (Profile.STANDARD, "Disabled"), (Profile.REGULATED, "Disabled")],
)
def test_slot(profile: Profile, access: str) -> None:
    slot = plan(profile)["endpoint-slot"]
    assert slot.inputs["properties"]["authMode"] == "AADToken"
    assert slot.inputs["properties"]["publicNetworkAccess"] == access
    assert slot.inputs["identity"]["userAssignedIdentities"] == [IDENTITY["serving_id"]]
    assert slot.protect == (profile is not Profile.SANDBOX)


def test_traffic_belongs_to_the_release_and_identity_to_the_slot_for_good() -> None:
    slot = plan()["endpoint-slot"]
    assert "traffic" not in slot.inputs["properties"]
    assert slot.options["ignore_changes"] == ["properties.traffic"]
    assert slot.options["replace_on_changes"] == ["identity", "properties.authMode"]


def test_without_a_model_there_is_only_the_slot() -> None:
    assert sorted(plan()) == ["endpoint-slot", "endpoint-slot-logs"]


def test_outputs_are_those_of_the_slot() -> None:
    outputs = plan().outputs
    name = plan()["endpoint-slot"].inputs["endpointName"]
    assert outputs["endpoint_name"] == name
    assert outputs["invoke_url"] == f"https://{name}.westeurope.inference.ml.azure.com/score"
    assert outputs["capture_uri"] == f"abfss://monitoring@churndevwsabcde.dfs.core.windows.net/capture/{name}"


def test_deployment_serves_the_version_of_the_registry() -> None:
    deployment = served(size=ComputeSize.SMALL)
    assert deployment["properties"]["model"] == "azureml://registries/churn-dev-abcde/models/churn/versions/3"
    assert deployment["properties"]["instanceType"] == "Standard_DS2_v2"
    assert deployment["properties"]["endpointComputeType"] == "Managed"
    # out of the workspace's managed network otherwise
    assert deployment["properties"]["egressPublicNetworkAccess"] == "Enabled"


def test_what_cannot_change_in_place_makes_another_deployment() -> None:
    names = {
        deployment_name(MODEL, "Standard_DS2_v2"),
        deployment_name(MODEL, "Standard_DS3_v2"),
        deployment_name(ModelVersion(name="churn", version="4"), "Standard_DS2_v2"),
        deployment_name(ModelVersion(name="other", version="3"), "Standard_DS2_v2"),
    }
    assert len(names) == 4
    # the old one serves until the release removes it
    assert plan(model=MODEL)[f"endpoint-{NEW}"].options["retain_on_delete"] is True


@pytest.mark.parametrize(("profile", "least"), [(Profile.SANDBOX, 1), (Profile.REGULATED, 2)])
def test_posture_sets_the_least_number_of_instances(profile: Profile, least: int) -> None:
    assert served(profile)["sku"] == {"name": "Default", "capacity": least}
    capacity = plan(profile, model=MODEL)["endpoint-autoscale"].inputs["profiles"][0]["capacity"]
    assert capacity == {"minimum": str(least), "maximum": "4", "default": str(least)}


def test_autoscaling_goes_both_ways() -> None:
    rules = plan(model=MODEL, target_utilization=70)["endpoint-autoscale"].inputs["profiles"][0]["rules"]
    assert [
        (rule["scaleAction"]["direction"], rule["metricTrigger"]["operator"], rule["metricTrigger"]["threshold"])
        for rule in rules
    ] == [("Increase", "GreaterThan", 70), ("Decrease", "LessThan", 35)]
    assert {rule["metricTrigger"]["metricResourceUri"] for rule in rules} == {f"endpoint-{NEW}-id"}


def test_autoscaling_owns_the_number_of_instances() -> None:
    assert plan(model=MODEL)[f"endpoint-{NEW}"].options["ignore_changes"] == ["sku"]
    fixed = plan(model=MODEL, min_instances=3, max_instances=3)
    assert fixed[f"endpoint-{NEW}"].options["ignore_changes"] == []
    assert "endpoint-autoscale" not in fixed


def test_capture_goes_to_zone_monitoring() -> None:
    graph = plan(model=MODEL, capture_percent=20)
    collections = graph[f"endpoint-{NEW}"].inputs["properties"]["dataCollector"]["collections"]
    assert {name: (item["dataCollectionMode"], item["samplingRate"]) for name, item in collections.items()} == {
        "model_inputs": ("Enabled", 0.2),
        "model_outputs": ("Enabled", 0.2),
    }
    endpoint = graph["endpoint-slot"].inputs["endpointName"]
    data = graph[f"endpoint-{NEW}-model_inputs"].inputs["properties"]["dataUri"]
    assert data == f"azureml://datastores/monitoring/paths/capture/{endpoint}/{NEW}/model_inputs"
    assert collections["model_inputs"]["dataId"] == f"endpoint-{NEW}-model_inputs-id"
    assert "dataCollector" not in served(capture_percent=0)["properties"]


def test_release_may_do_what_it_does_and_no_more() -> None:
    graph = plan(model=MODEL)
    assert graph["endpoint-release-identity"].inputs["roleDefinitionId"].endswith(BuiltInRole.MANAGED_IDENTITY_OPERATOR)
    assert graph["endpoint-release-identity"].inputs["scope"] == IDENTITY["serving_id"]
    assert graph["endpoint-release-traffic"].inputs["scope"] == "endpoint-slot-id"
    assert graph["endpoint-releaser-role"].inputs["permissions"] == [{"actions": list(RELEASE.actions)}]
    assert not [action for action in RELEASE.actions if "*" in action or "score" in action]


def test_release_has_no_address_and_runs_every_bake() -> None:
    workflow = plan(model=MODEL, bake_minutes=25)["endpoint-release"].inputs
    (trigger,) = workflow["definition"]["triggers"].values()
    assert trigger["type"] == "Recurrence"
    assert trigger["recurrence"] == {"frequency": "Minute", "interval": 25}
    assert trigger["runtimeConfiguration"] == {"concurrency": {"runs": 1}}
    assert workflow["identity"]["userAssignedIdentities"] == [IDENTITY["pipeline_id"]]
    assert "addMinutes(utcNow(),-25)" in json.dumps(workflow)


class TestRelease:
    """The loop, run."""

    def test_first_model_gets_everything(self) -> None:
        assert Slot({}, [NEW]).step().traffic == {NEW: 100}

    def test_canary_then_promotion_then_removal(self) -> None:
        slot = Slot({"v2-aaaaa": 100}, ["v2-aaaaa", NEW], {"2xx": 40.0})
        assert slot.step(canary_percent=15).traffic == {"v2-aaaaa": 85, NEW: 15}
        assert slot.deployments == ["v2-aaaaa", NEW]
        assert slot.step(canary_percent=15).traffic == {NEW: 100}
        assert slot.deployments == ["v2-aaaaa", NEW]
        assert slot.step(canary_percent=15).deployments == [NEW]
        assert slot.traffic == {NEW: 100}

    def test_canary_that_fails_is_refused_for_good(self) -> None:
        slot = Slot({"v2-aaaaa": 90, NEW: 10}, ["v2-aaaaa", NEW], {"2xx": 90.0, "5xx": 10.0})
        assert slot.step().traffic == {"v2-aaaaa": 100, NEW: 0}
        assert slot.step().traffic == {"v2-aaaaa": 100, NEW: 0}
        assert slot.deployments == ["v2-aaaaa", NEW]

    def test_a_few_failures_are_no_reason(self) -> None:
        slot = Slot({"v2-aaaaa": 90, NEW: 10}, ["v2-aaaaa", NEW], {"2xx": 99.0, "5xx": 1.0})
        assert slot.step().traffic == {NEW: 100}

    def test_silence_is_no_failure(self) -> None:
        assert Slot({"v2-aaaaa": 90, NEW: 10}, ["v2-aaaaa", NEW]).step().traffic == {NEW: 100}

    def test_a_refused_release_does_not_stand_in_the_way_of_the_next(self) -> None:
        slot = Slot({"v1-aaaaa": 100, "v2-bbbbb": 0}, ["v1-aaaaa", "v2-bbbbb", NEW])
        assert slot.step().traffic == {"v1-aaaaa": 90, NEW: 10}
        assert slot.step().traffic == {NEW: 100}
        assert slot.step().deployments == [NEW]

    def test_nothing_to_do_is_nothing_done(self) -> None:
        run = Run(Slot({NEW: 100}, [NEW]).answer).start(plan(model=MODEL)["endpoint-release"].inputs["definition"])
        assert [request.method for request in run.requests] == ["GET", "GET"]
