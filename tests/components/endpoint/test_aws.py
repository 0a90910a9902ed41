"""Endpoint on AWS: an empty slot, safe releases, autoscaling in the metric's unit, keys that the machine takes."""

import json
from typing import Any

import pytest

from components.core.errors import TripodError
from components.core.profile import Profile
from components.core.vocabulary import ComputeSize
from components.endpoint.aws import build as backend
from components.endpoint.contract import EndpointSpec, ModelVersion
from tests.components.aws_bench import Graph, build, build_with_outputs

MODELS_KEY = "arn:aws:kms:eu-west-1:123456789012:key/22222222-2222-2222-2222-222222222222"
LOGS_KEY = "arn:aws:kms:eu-west-1:123456789012:key/33333333-3333-3333-3333-333333333333"
MODEL = ModelVersion(name="churn", version="3")
ROLLBACK = ["churn-dev-rollback-5xx", "churn-dev-rollback-latency"]


def endpoint(profile: Profile, **options: Any) -> Graph:
    return build(backend, "endpoint", EndpointSpec(**options), profile)


class TestSlot:
    def test_is_there_without_a_model(self) -> None:
        graph, outputs = build_with_outputs(backend, "endpoint", EndpointSpec(), Profile.STANDARD)
        assert not graph.of("sagemaker/endpoint:Endpoint")
        assert outputs == {
            "endpoint_id": "arn:aws:sagemaker:eu-west-1:123456789012:endpoint/churn-dev",
            "endpoint_name": "churn-dev",
            "instance_type": "ml.m5.large",
            "invoke_url": "https://runtime.sagemaker.eu-west-1.amazonaws.com/endpoints/churn-dev/invocations",
            "capture_uri": "s3://churn-dev-monitoring-abcde/capture/churn-dev",
        }

    def test_tells_a_release_all_that_it_needs(self) -> None:
        slot = endpoint(Profile.REGULATED, canary_percent=20, bake_minutes=5, max_instances=6)["endpoint-slot"]
        assert slot.inputs["name"] == "/tripod/churn-dev-endpoint"
        assert json.loads(slot.inputs["insecureValue"]) == {
            "bake_minutes": 5,
            "canary_percent": 20,
            "capture_percent": 100,
            "capture_uri": "s3://churn-dev-monitoring-abcde/capture",
            "endpoint_name": "churn-dev",
            "execution_role_arn": "arn:aws:iam::123456789012:role/churn-dev-serving",
            "instance_type": "ml.m5.large",
            "kms_key_id": MODELS_KEY,
            "max_instances": 6,
            "min_instances": 2,
            "network_isolation": True,
            "target_utilization": 60,
            "variant": "main",
            "vpc_config": {
                "security_group_ids": ["sg-0a1b2c3d4e5f60718"],
                "subnets": ["subnet-0a1b2c3d4e5f60718", "subnet-1a1b2c3d4e5f60718"],
            },
        }

    @pytest.mark.parametrize(
        ("profile", "days", "key"), [(Profile.SANDBOX, 30, None), (Profile.REGULATED, 365, LOGS_KEY)]
    )
    def test_log_group_is_made_before_sagemaker_makes_it(self, profile: Profile, days: int, key: str | None) -> None:
        logs = endpoint(profile)["endpoint-logs"].inputs
        assert logs["name"] == "/aws/sagemaker/Endpoints/churn-dev"
        assert logs["retentionInDays"] == days
        assert logs.get("kmsKeyId") == key


class TestNames:
    def test_the_endpoint_keeps_its_name_and_what_is_replaced_has_none(self) -> None:
        graph = endpoint(Profile.STANDARD, model=MODEL)
        assert graph["endpoint-endpoint"].inputs["name"] == "churn-dev"
        for part in ("endpoint-model", "endpoint-configuration"):
            assert "name" not in graph[part].inputs, "the provider would delete the one in use first"

    @pytest.mark.parametrize(("profile", "kept"), [(Profile.SANDBOX, False), (Profile.STANDARD, True)])
    def test_what_a_rollback_goes_back_to_is_kept(self, profile: Profile, kept: bool) -> None:
        graph = endpoint(profile, model=MODEL)
        assert graph["endpoint-model"].options["retain_on_delete"] is kept
        assert graph["endpoint-configuration"].options["retain_on_delete"] is kept
        assert graph["endpoint-endpoint"].protect is kept


class TestModel:
    def test_is_the_version_of_the_registry(self) -> None:
        model = endpoint(Profile.STANDARD, model=MODEL)["endpoint-model"].inputs
        assert model["primaryContainer"] == {
            "modelPackageName": "arn:aws:sagemaker:eu-west-1:123456789012:model-package/churn-dev-churn/3"
        }
        assert model["executionRoleArn"] == "arn:aws:iam::123456789012:role/churn-dev-serving"

    def test_isolation_and_network_follow_the_posture(self) -> None:
        loose = endpoint(Profile.SANDBOX, model=MODEL)["endpoint-model"].inputs
        strict = endpoint(Profile.REGULATED, model=MODEL)["endpoint-model"].inputs
        assert (loose["enableNetworkIsolation"], strict["enableNetworkIsolation"]) == (False, True)
        assert "vpcConfig" not in loose
        assert strict["vpcConfig"]["subnets"] == ["subnet-0a1b2c3d4e5f60718", "subnet-1a1b2c3d4e5f60718"]

    def test_waits_for_the_grants_of_its_role(self) -> None:
        graph = endpoint(Profile.STANDARD, model=MODEL)
        assert graph["endpoint-run-containers"].urn in graph["endpoint-model"].dependencies


class TestConfiguration:
    def test_starts_with_the_least_that_autoscaling_allows(self) -> None:
        graph = endpoint(Profile.REGULATED, model=MODEL, min_instances=3, max_instances=5)
        (variant,) = graph["endpoint-configuration"].inputs["productionVariants"]
        target = graph["endpoint-scaling"].inputs
        assert variant["initialInstanceCount"] == target["minCapacity"] == 3
        assert target["maxCapacity"] == 5
        assert variant["variantName"] == "main"

    @pytest.mark.parametrize(
        ("profile", "size", "key"),
        [
            (Profile.SANDBOX, ComputeSize.SMALL, None),
            (Profile.STANDARD, ComputeSize.SMALL, MODELS_KEY),
            (Profile.REGULATED, ComputeSize.GPU, None),
        ],
    )
    def test_volume_key_only_where_the_machine_takes_one(
        self, profile: Profile, size: ComputeSize, key: str | None
    ) -> None:
        graph = endpoint(profile, model=MODEL, size=size)
        assert graph["endpoint-configuration"].inputs.get("kmsKeyArn") == key

    def test_captures_requests_and_answers(self) -> None:
        capture = endpoint(Profile.REGULATED, model=MODEL, capture_percent=20)["endpoint-configuration"].inputs[
            "dataCaptureConfig"
        ]
        assert capture["initialSamplingPercentage"] == 20
        assert capture["destinationS3Uri"] == "s3://churn-dev-monitoring-abcde/capture"
        assert capture["captureOptions"] == [{"captureMode": "Input"}, {"captureMode": "Output"}]
        assert capture["kmsKeyId"] == MODELS_KEY

    def test_capture_can_be_switched_off(self) -> None:
        graph = endpoint(Profile.STANDARD, model=MODEL, capture_percent=0)
        assert "dataCaptureConfig" not in graph["endpoint-configuration"].inputs


class TestRelease:
    def test_canary_with_rollback_by_literal_alarm_names(self) -> None:
        graph = endpoint(Profile.REGULATED, model=MODEL, canary_percent=25, bake_minutes=15)
        deployment = graph["endpoint-endpoint"].inputs["deploymentConfig"]
        assert [alarm["alarmName"] for alarm in deployment["autoRollbackConfiguration"]["alarms"]] == ROLLBACK
        policy = deployment["blueGreenUpdatePolicy"]
        assert policy["trafficRoutingConfiguration"] == {
            "type": "CANARY",
            "waitIntervalInSeconds": 900,
            "canarySize": {"type": "CAPACITY_PERCENT", "value": 25},
        }
        assert policy["maximumExecutionTimeoutInSeconds"] == 5400

    def test_one_instance_has_no_half_for_a_canary(self) -> None:
        policy = endpoint(Profile.SANDBOX, model=MODEL)["endpoint-endpoint"].inputs["deploymentConfig"]
        assert policy["blueGreenUpdatePolicy"]["trafficRoutingConfiguration"] == {
            "type": "ALL_AT_ONCE",
            "waitIntervalInSeconds": 600,
        }

    @pytest.mark.parametrize(
        ("least", "minutes", "allowed"), [(2, 21, "1 to 20 with a canary"), (1, 41, "1 to 40 with a single instance")]
    )
    def test_watching_beyond_what_the_provider_waits_is_refused(self, least: int, minutes: int, allowed: str) -> None:
        options: dict[str, Any] = {"model": MODEL, "min_instances": least}
        with pytest.raises(TripodError, match=rf"endpoint\.bake_minutes: {minutes} minutes.* allowed: {allowed}"):
            endpoint(Profile.SANDBOX, bake_minutes=minutes, **options)
        policy = endpoint(Profile.SANDBOX, bake_minutes=minutes - 1, **options)["endpoint-endpoint"]
        routing = policy.inputs["deploymentConfig"]["blueGreenUpdatePolicy"]["trafficRoutingConfiguration"]
        assert routing["waitIntervalInSeconds"] == (minutes - 1) * 60

    def test_who_releases_into_the_empty_slot_waits_as_long_as_they_like(self) -> None:
        slot = endpoint(Profile.REGULATED, bake_minutes=60)["endpoint-slot"]
        assert json.loads(slot.inputs["insecureValue"])["bake_minutes"] == 60

    def test_alarms_exist_first_and_know_the_endpoint_by_name(self) -> None:
        graph = endpoint(Profile.STANDARD, model=MODEL)
        for part in ("5xx", "latency"):
            alarm = graph[f"endpoint-rollback-{part}"]
            assert alarm.inputs["dimensions"] == {"EndpointName": "churn-dev", "VariantName": "main"}
            assert alarm.inputs["treatMissingData"] == "notBreaching"
            assert alarm.urn in graph["endpoint-endpoint"].dependencies
            assert graph["endpoint-endpoint"].urn not in alarm.dependencies

    def test_their_list_does_not_depend_on_options(self) -> None:
        """A changed list would replace the endpoint."""
        names = {
            tuple(
                alarm.inputs["name"] for alarm in endpoint(profile, **options).of("cloudwatch/metricAlarm:MetricAlarm")
            )
            for profile, options in ((Profile.SANDBOX, {}), (Profile.REGULATED, {"model": MODEL, "capture_percent": 0}))
        }
        assert names == {tuple(ROLLBACK)}

    def test_latency_is_counted_in_microseconds(self) -> None:
        alarm = endpoint(Profile.STANDARD)["endpoint-rollback-latency"].inputs
        assert (alarm["metricName"], alarm["extendedStatistic"], alarm["threshold"]) == (
            "ModelLatency",
            "p95",
            5_000_000,
        )


class TestAutoscaling:
    @pytest.mark.parametrize(
        ("size", "target"), [(ComputeSize.SMALL, 100), (ComputeSize.LARGE, 400), (ComputeSize.GPU, 200)]
    )
    def test_target_is_the_sum_over_the_cores(self, size: ComputeSize, target: int) -> None:
        graph = endpoint(Profile.STANDARD, model=MODEL, size=size, target_utilization=50)
        tracking = graph["endpoint-scaling-policy"].inputs["targetTrackingScalingPolicyConfiguration"]
        assert tracking["targetValue"] == target
        assert tracking["customizedMetricSpecification"]["metricName"] == "CPUUtilization"
        assert tracking["customizedMetricSpecification"]["namespace"] == "/aws/sagemaker/Endpoints"

    def test_waits_for_the_endpoint(self) -> None:
        graph = endpoint(Profile.STANDARD, model=MODEL)
        target = graph["endpoint-scaling"]
        assert target.inputs["resourceId"] == "endpoint/churn-dev/variant/main"
        assert target.inputs["scalableDimension"] == "sagemaker:variant:DesiredInstanceCount"
        assert graph["endpoint-endpoint"].urn in target.dependencies


def test_containers_may_do_no_more_than_run() -> None:
    allowed = endpoint(Profile.SANDBOX).allowed("endpoint-run-containers")
    logs = "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/sagemaker/Endpoints/churn-dev"
    alarm = "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:"
    assert {(action, resource) for action, resource in allowed if not action.startswith("logs:")} == {
        ("cloudwatch:PutMetricData", "*"),
        *(("cloudwatch:DescribeAlarms", f"{alarm}{name}") for name in ROLLBACK),
    }
    assert {resource for action, resource in allowed if action.startswith("logs:")} == {logs, f"{logs}:*"}
