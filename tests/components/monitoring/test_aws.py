"""Monitoring on AWS: alarms in the metrics' units, the channel's key, the drift loop and its cool-down."""

import json
import re
from typing import Any

import botocore.session
import pytest
from botocore.validate import ParamValidator

from components.core.cloud import Cloud
from components.core.profile import Profile
from components.core.vocabulary import Frequency
from components.monitoring.aws import build as backend
from components.monitoring.contract import DriftSpec, MonitoringSpec
from tests.components.aws_bench import Graph, build, build_with_outputs
from tests.conformance import wiring

MODELS_KEY = "arn:aws:kms:eu-west-1:123456789012:key/22222222-2222-2222-2222-222222222222"
LOGS_KEY = "arn:aws:kms:eu-west-1:123456789012:key/33333333-3333-3333-3333-333333333333"
TRAINING = "arn:aws:sagemaker:eu-west-1:123456789012:pipeline/churn-dev-training"
ENDPOINT = {"EndpointName": "churn-dev", "VariantName": "main"}


def monitoring(profile: Profile = Profile.STANDARD, *, without: tuple[str, ...] = (), **options: Any) -> Graph:
    return build(backend, "monitoring", MonitoringSpec(**options), profile, without=without)


def loop(profile: Profile = Profile.STANDARD, *, cooldown_hours: int = 24, **drift: Any) -> Graph:
    return monitoring(profile, drift=DriftSpec(**drift), retrain_on_drift=True, cooldown_hours=cooldown_hours)


def alarm(graph: Graph, part: str) -> dict[str, Any]:
    return graph[f"monitoring-alarm-{part}"].inputs


class TestServiceAlarms:
    def test_latency_is_counted_in_microseconds(self) -> None:
        latency = alarm(monitoring(latency_ms=300), "latency")
        assert latency["namespace"] == "AWS/SageMaker"
        assert (latency["metricName"], latency["extendedStatistic"]) == ("ModelLatency", "p95")
        assert latency["threshold"] == 300_000
        assert latency["dimensions"] == ENDPOINT

    def test_errors_are_a_share_of_requests(self) -> None:
        errors = alarm(monitoring(error_percent=2.5), "errors")
        queries = {query["id"]: query for query in errors["metricQueries"]}
        assert queries["share"]["expression"] == "100 * errors / requests"
        assert [name for name, query in queries.items() if query.get("returnData")] == ["share"]
        assert queries["errors"]["metric"]["metricName"] == "InvocationModelErrors"
        assert queries["requests"]["metric"]["metricName"] == "Invocations"
        assert errors["threshold"] == 2.5
        assert errors["treatMissingData"] == "notBreaching"

    @pytest.mark.parametrize(("machine", "threshold"), [("ml.m5.large", 140), ("ml.m5.2xlarge", 560)])
    def test_saturation_is_that_of_all_cores_together(self, machine: str, threshold: int) -> None:
        endpoint = {**wiring.REFS[Cloud.AWS]["endpoint"], "instance_type": machine}
        graph = build(backend, "monitoring", MonitoringSpec(saturation_percent=70), given={"endpoint": endpoint})
        saturation = alarm(graph, "saturation")
        assert (saturation["namespace"], saturation["metricName"]) == ("/aws/sagemaker/Endpoints", "CPUUtilization")
        assert (saturation["statistic"], saturation["threshold"]) == ("Average", threshold)
        widgets = json.loads(graph["monitoring-dashboard"].inputs["dashboardBody"])["widgets"]
        limits = [chart["properties"]["annotations"]["horizontal"] for chart in widgets if "CPU" in str(chart)]
        assert limits == [[{"label": "Alarm", "value": threshold}]]

    def test_without_an_endpoint_failed_executions_are_watched(self) -> None:
        graph = monitoring(without=("endpoint",))
        assert "monitoring-alarm-latency" not in graph
        queries = {query["id"]: query for query in alarm(graph, "errors")["metricQueries"]}
        watched = {
            (query["metric"]["dimensions"]["PipelineName"], query["metric"]["metricName"])
            for query in queries.values()
            if "metric" in query
        }
        assert watched == {
            ("churn-dev-training", "ExecutionFailed"),
            ("churn-dev-training", "ExecutionSucceeded"),
            ("churn-dev-batch", "ExecutionFailed"),
            ("churn-dev-batch", "ExecutionSucceeded"),
        }
        assert queries["retraining_failed"]["metric"]["namespace"] == "AWS/Sagemaker/ModelBuildingPipeline"


class TestRollback:
    def test_people_are_told_of_this_endpoint_alone(self) -> None:
        graph = monitoring()
        pattern = json.loads(graph["monitoring-rolled-back"].inputs["eventPattern"])
        assert pattern["source"] == ["aws.sagemaker"]
        assert pattern["detail-type"] == [
            "SageMaker Endpoint Deployment State Change",
            "SageMaker Endpoint State Change",
        ]
        assert pattern["detail"]["EndpointName"] == ["churn-dev"]
        target = graph["monitoring-rolled-back-target"]
        assert graph["monitoring-topic"].urn in target.dependencies
        message = json.loads(target.inputs["inputTransformer"]["inputTemplate"])
        assert set(re.findall("<([a-z]+)>", message)) == set(target.inputs["inputTransformer"]["inputPaths"])

    def test_statuses_are_those_of_the_api_and_none_of_a_release_that_goes_well(self) -> None:
        pattern = json.loads(monitoring()["monitoring-rolled-back"].inputs["eventPattern"])
        model = botocore.session.get_session().get_service_model("sagemaker")
        known = model.shape_for("EndpointStatus").enum
        spelled = {*known, *(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", status).upper() for status in known)}
        told = set(pattern["detail"]["EndpointStatus"])
        assert told <= spelled
        assert {"ROLLING_BACK", "RollingBack", "FAILED", "Failed"} <= told
        assert not told & {"InService", "IN_SERVICE", "Updating", "UPDATING", "Creating", "Deleting"}

    def test_what_could_not_be_told_is_kept(self) -> None:
        graph = monitoring(Profile.REGULATED)
        assert graph["monitoring-rolled-back-dead-letters"].inputs["kmsMasterKeyId"] == LOGS_KEY
        assert alarm(graph, "rolled-back-not-told")["dimensions"] == {
            "QueueName": "churn-dev-monitoring-rolled-back-dead-letters"
        }

    def test_batch_products_have_no_releases_to_watch(self) -> None:
        assert "monitoring-rolled-back" not in monitoring(without=("endpoint",))


class TestChannel:
    @pytest.mark.parametrize(("profile", "key"), [(Profile.SANDBOX, None), (Profile.STANDARD, LOGS_KEY)])
    def test_key_is_the_customers_or_none_but_never_that_of_sns(self, profile: Profile, key: str | None) -> None:
        assert monitoring(profile)["monitoring-topic"].inputs.get("kmsMasterKeyId") == key

    def test_only_alarms_and_events_of_the_account_publish(self) -> None:
        statements = monitoring().statements("monitoring-topic-policy")
        publish = statements["AlarmsAndEventsPublish"]
        assert publish["Principal"] == {"Service": ["cloudwatch.amazonaws.com", "events.amazonaws.com"]}
        assert publish["Condition"] == {"StringEquals": {"aws:SourceAccount": "123456789012"}}
        assert publish["Resource"] == ["arn:aws:sns:eu-west-1:123456789012:churn-dev-alarms"]
        assert statements["RefusePlainText"]["Effect"] == "Deny"

    def test_the_owner_is_told_where_nobody_is_named(self) -> None:
        def addresses(graph: Graph) -> list[str]:
            return [item.inputs["endpoint"] for item in graph.of("sns/topicSubscription:TopicSubscription")]

        assert addresses(monitoring()) == ["growth-ml@example.com"]
        assert addresses(monitoring(notify=("a@example.com", "b@example.com"))) == ["a@example.com", "b@example.com"]


class TestLog:
    @pytest.mark.parametrize(
        ("profile", "days", "key"), [(Profile.SANDBOX, 30, None), (Profile.REGULATED, 365, LOGS_KEY)]
    )
    def test_retention_and_key(self, profile: Profile, days: int, key: str | None) -> None:
        graph, outputs = build_with_outputs(backend, "monitoring", MonitoringSpec(), profile)
        logs = graph["monitoring-logs"].inputs
        assert (logs["name"], logs["retentionInDays"], logs.get("kmsKeyId")) == (
            "/tripod/churn-dev/monitoring",
            days,
            key,
        )
        assert outputs["log_sink_id"] == "arn:aws:logs:eu-west-1:123456789012:log-group:/tripod/churn-dev/monitoring"

    def test_keeps_the_events_of_this_stack_only(self) -> None:
        graph = monitoring()
        pattern = json.loads(graph["monitoring-events"].inputs["eventPattern"])
        assert pattern["resources"] == [
            {"prefix": "arn:aws:sagemaker:eu-west-1:123456789012:pipeline/churn-dev-"},
            {"prefix": "arn:aws:sagemaker:eu-west-1:123456789012:endpoint/churn-dev"},
            {"prefix": "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:churn-dev-"},
        ]
        assert "deadLetterConfig" in graph["monitoring-events-target"].inputs
        policy = graph["monitoring-events-policy"].inputs
        assert "policyName" not in policy, "a region takes ten policies that belong to no group"
        write = graph.statements("monitoring-events-policy", "policyDocument")["EventsWriteHere"]
        assert write["Resource"] == ["arn:aws:logs:eu-west-1:123456789012:log-group:/tripod/churn-dev/monitoring:*"]


class TestDashboard:
    def test_charts_carry_the_alarms_thresholds(self) -> None:
        graph = monitoring(latency_ms=250, drift=DriftSpec(share=0.4))
        charts = {
            chart["properties"]["title"]: chart
            for chart in json.loads(graph["monitoring-dashboard"].inputs["dashboardBody"])["widgets"]
        }
        latency = charts["Latency, 95th percentile, in microseconds"]["properties"]
        assert latency["annotations"] == {"horizontal": [{"label": "Alarm", "value": 250_000}]}
        assert latency["metrics"][0] == [
            "AWS/SageMaker",
            "ModelLatency",
            "EndpointName",
            "churn-dev",
            "VariantName",
            "main",
            {"label": "Model", "stat": "p95"},
        ]
        drift = charts["Share of drifted features"]["properties"]
        assert drift["annotations"]["horizontal"][0]["value"] == 0.4
        places = [(chart["x"], chart["y"]) for chart in charts.values()]
        assert len(set(places)) == len(places)
        assert max(x for x, _ in places) == 12

    def test_can_be_left_out(self) -> None:
        graph, outputs = build_with_outputs(backend, "monitoring", MonitoringSpec(dashboard=False), Profile.STANDARD)
        assert outputs["dashboard_id"] == ""
        assert not graph.of("cloudwatch/dashboard:Dashboard")


class TestDrift:
    def test_the_job_compares_captured_with_curated_data(self) -> None:
        graph = loop(Profile.REGULATED, threshold=0.25)
        body = json.loads(graph["monitoring-drift"].inputs["pipelineDefinition"])
        assert {parameter["Name"]: parameter["DefaultValue"] for parameter in body["Parameters"]} == {
            "CapturedUri": "s3://churn-dev-monitoring-abcde/capture",
            "BaselineUri": "s3://churn-dev-curated-abcde",
        }
        (step,) = body["Steps"]
        arguments = step["Arguments"]
        assert arguments["AppSpecification"]["ContainerEntrypoint"] == [
            *("python", "-m", "runtime", "drift"),
            *("--captured", "/opt/ml/processing/input/captured"),
            *("--baseline", "/opt/ml/processing/input/baseline"),
            *("--report", "/opt/ml/processing/output/report/report.json"),
            *("--threshold", "0.25", "--project", "churn", "--environment", "dev"),
        ]
        assert arguments["RoleArn"] == "arn:aws:iam::123456789012:role/churn-dev-monitoring"
        assert arguments["NetworkConfig"]["EnableNetworkIsolation"] is False, "it writes the metric itself"
        assert arguments["NetworkConfig"]["VpcConfig"]["SecurityGroupIds"] == ["sg-0a1b2c3d4e5f60718"]
        assert arguments["ProcessingOutputConfig"]["KmsKeyId"] == MODELS_KEY

    def test_batch_products_compare_their_predictions(self) -> None:
        graph = monitoring(without=("endpoint",), drift=DriftSpec())
        body = json.loads(graph["monitoring-drift"].inputs["pipelineDefinition"])
        assert body["Parameters"][0]["DefaultValue"] == "s3://churn-dev-artifacts-abcde/predictions"

    def test_the_step_is_a_request_that_the_api_accepts(self) -> None:
        def resolved(value: Any) -> Any:
            if isinstance(value, dict):
                return "s3://b/p" if value.keys() & {"Get", "Std:Join"} else {k: resolved(v) for k, v in value.items()}
            return [resolved(item) for item in value] if isinstance(value, list) else value

        body = json.loads(loop()["monitoring-drift"].inputs["pipelineDefinition"])
        request = resolved(body["Steps"][0]["Arguments"]) | {"ProcessingJobName": "job"}
        report = ParamValidator().validate(request, _input_of("CreateProcessingJob"))
        assert not report.has_errors(), report.generate_report()

    def test_the_role_starts_hands_over_and_reports_nothing_else(self) -> None:
        statements = loop(Profile.SANDBOX).statements("monitoring-measure-drift")
        assert statements["RunProcessingJobs"]["Resource"] == [
            "arn:aws:sagemaker:eu-west-1:123456789012:processing-job/pipelines-*"
        ]
        assert statements["PassRole"]["Resource"] == ["arn:aws:iam::123456789012:role/churn-dev-monitoring"]
        assert statements["PassRole"]["Condition"] == {
            "StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}
        }
        assert statements["WriteMetrics"]["Condition"] == {
            "StringEquals": {"cloudwatch:namespace": ["/aws/sagemaker/ProcessingJobs", "Tripod"]}
        }
        assert set(statements) == {"RunProcessingJobs", "PassRole", "WriteLogs", "WriteMetrics"}

    @pytest.mark.parametrize("schedule", list(Frequency))
    def test_each_measurement_is_an_alarm_of_its_own(self, schedule: Frequency) -> None:
        drift = alarm(loop(schedule=schedule, share=0.5), "drift")
        assert (drift["namespace"], drift["metricName"], drift["statistic"]) == ("Tripod", "DriftedShare", "Maximum")
        assert drift["dimensions"] == {"project": "churn", "environment": "dev"}
        assert drift["threshold"] == 0.5
        assert drift["period"] < 3600
        assert drift["treatMissingData"] == "notBreaching"

    @pytest.mark.parametrize(
        ("schedule", "hours"), [(Frequency.HOURLY, 3), (Frequency.DAILY, 48), (Frequency.WEEKLY, 168)]
    )
    def test_silence_is_an_alarm(self, schedule: Frequency, hours: int) -> None:
        heartbeat = alarm(loop(schedule=schedule), "drift-heartbeat")
        assert heartbeat["period"] * heartbeat["evaluationPeriods"] == hours * 3600
        assert heartbeat["treatMissingData"] == "breaching"
        assert (heartbeat["comparisonOperator"], heartbeat["threshold"]) == ("LessThanThreshold", 1)

    def test_a_month_of_silence_is_longer_than_an_alarm_remembers(self) -> None:
        graph = loop(schedule=Frequency.MONTHLY)
        assert "monitoring-alarm-drift-heartbeat" not in graph
        assert alarm(graph, "drift-failed")["dimensions"] == {"PipelineName": "churn-dev-drift"}
        assert alarm(graph, "drift-not-started")["dimensions"] == {
            "QueueName": "churn-dev-monitoring-drift-dead-letters"
        }

    def test_nothing_of_it_without_drift(self) -> None:
        graph, outputs = build_with_outputs(backend, "monitoring", MonitoringSpec(), Profile.STANDARD)
        assert (outputs["drift_id"], outputs["retrain_id"]) == ("", "")
        assert not graph.of("sagemaker/pipeline:Pipeline")


class TestRetraining:
    def test_only_this_alarm_and_only_when_it_goes_off(self) -> None:
        graph = loop()
        assert json.loads(graph["monitoring-retrain"].inputs["eventPattern"]) == {
            "source": ["aws.cloudwatch"],
            "detail-type": ["CloudWatch Alarm State Change"],
            "resources": ["arn:aws:cloudwatch:eu-west-1:123456789012:alarm:churn-dev-drift"],
            "detail": {"state": {"value": ["ALARM"]}},
        }

    def test_guard_counts_what_drift_started_within_the_cooldown(self) -> None:
        machine = json.loads(loop(cooldown_hours=72)["monitoring-guard"].inputs["definition"])
        states = machine["States"]
        assert machine["StartAt"] == "ListExecutions"
        listing = states["ListExecutions"]
        assert listing["Resource"] == "arn:aws:states:::aws-sdk:sagemaker:listPipelineExecutions"
        assert listing["Arguments"]["CreatedAfter"] == "{% $fromMillis($millis() - 259200000) %}"
        assert listing["Output"]["started"] == (
            "{% $count($states.result.PipelineExecutionSummaries[PipelineExecutionDisplayName = 'drift']) %}"
        )
        assert states["CooledDown"]["Choices"] == [
            {"Condition": "{% $states.input.started = 0 %}", "Next": "StartRetraining"}
        ]
        assert states[states["CooledDown"]["Default"]] == {"Type": "Succeed"}
        start = states["StartRetraining"]
        assert start["Resource"] == "arn:aws:states:::aws-sdk:sagemaker:startPipelineExecution"
        assert start["Arguments"] == {
            "PipelineName": "churn-dev-training",
            "PipelineExecutionDisplayName": "drift",
            "ClientRequestToken": "{% $states.input.event %}",
        }

    def test_its_calls_exist(self) -> None:
        states = json.loads(loop()["monitoring-guard"].inputs["definition"])["States"]
        for name, operation in (
            ("ListExecutions", "ListPipelineExecutions"),
            ("StartRetraining", "StartPipelineExecution"),
        ):
            assert set(states[name]["Arguments"]) <= set(_input_of(operation).members)

    def test_its_role_starts_this_pipeline_only(self) -> None:
        graph = loop()
        statements = graph.statements("monitoring-start-retraining")
        assert statements["StartTraining"]["Resource"] == [TRAINING]
        assert statements["StartTraining"]["Action"] == [
            "sagemaker:ListPipelineExecutions",
            "sagemaker:StartPipelineExecution",
        ]
        trust = graph.statements("monitoring-retrain-guard", "assumeRolePolicy")["ServiceOfThisAccount"]
        assert trust["Condition"]["ArnLike"] == {
            "aws:SourceArn": "arn:aws:states:eu-west-1:123456789012:stateMachine:churn-dev-retrain"
        }

    def test_the_log_holds_steps_but_no_data(self) -> None:
        logging = loop()["monitoring-guard"].inputs["loggingConfiguration"]
        assert (logging["level"], logging["includeExecutionData"]) == ("ALL", False)

    def test_failures_are_kept_and_told(self) -> None:
        graph = loop(Profile.REGULATED)
        target = graph["monitoring-retrain-target"].inputs
        assert set(target) >= {"deadLetterConfig", "retryPolicy", "roleArn"}
        assert graph["monitoring-retrain-dead-letters"].inputs["kmsMasterKeyId"] == LOGS_KEY
        assert alarm(graph, "retrain-pipeline-failed")["dimensions"] == {"PipelineName": "churn-dev-training"}
        assert alarm(graph, "retrain-guard-failed")["namespace"] == "AWS/States"

    def test_drift_alone_tells_people_and_starts_nothing(self) -> None:
        graph = monitoring(drift=DriftSpec())
        assert not graph.of("sfn/stateMachine:StateMachine")
        assert "monitoring-retrain" not in graph


def _input_of(operation: str) -> Any:
    model = botocore.session.get_session().get_service_model("sagemaker")
    return model.operation_model(operation).input_shape
