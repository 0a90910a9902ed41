"""Monitoring on Google Cloud: filters of the policies, the log bucket, the drift job, the guard and its cool-down."""

import base64
import json
from datetime import timedelta
from typing import Any

import pytest

from components.clouds.gcp import FACTS, cores
from components.core.profile import Profile
from components.core.vocabulary import ComputeSize, Frequency
from components.monitoring.contract import DriftSpec, MonitoringSpec
from components.monitoring.gcp import build as backend
from runtime.metrics import GoogleMonitoring, Metric
from tests.components.gcp_bench import NUMBER, PROJECT, REGION, Graph, build
from tests.components.google_workflow import NOW, Raised, Request, Run

KEYS = f"projects/{PROJECT}/locations/{REGION}/keyRings/churn-dev/cryptoKeys"
ENDPOINT = (
    'resource.type = "aiplatform.googleapis.com/Endpoint" AND resource.labels.endpoint_id = "123456789" AND '
    f'resource.labels.location = "{REGION}"'
)
ONLINE = "aiplatform.googleapis.com/prediction/online"
PIPELINE = f"projects/{PROJECT}/locations/{REGION}/workflows/churn-dev-training"


def monitoring(profile: Profile = Profile.STANDARD, *, without: tuple[str, ...] = (), **options: Any) -> Graph:
    return build(backend, "monitoring", MonitoringSpec(**options), profile, without=without)


def loop(profile: Profile = Profile.STANDARD, *, cooldown_hours: int = 24, **drift: Any) -> Graph:
    return monitoring(profile, drift=DriftSpec(**drift), retrain_on_drift=True, cooldown_hours=cooldown_hours)


def policy(graph: Graph, part: str) -> dict[str, Any]:
    return graph[f"monitoring-alert-{part}"].inputs


def thresholds(graph: Graph, part: str) -> list[dict[str, Any]]:
    return [condition["conditionThreshold"] for condition in policy(graph, part)["conditions"]]


def account(role: str) -> str:
    return f"churn-dev-{role}@{PROJECT}.iam.gserviceaccount.com"


class TestServicePolicies:
    def test_latency_is_that_of_the_model(self) -> None:
        (latency,) = thresholds(monitoring(Profile.SANDBOX, latency_ms=300), "latency")
        assert latency["filter"] == (
            f'metric.type = "{ONLINE}/prediction_latencies" AND {ENDPOINT} AND metric.labels.latency_type = "model"'
        )
        assert latency["thresholdValue"] == 300
        assert latency["aggregations"] == [
            {
                "alignmentPeriod": "300s",
                "perSeriesAligner": "ALIGN_DELTA",
                "crossSeriesReducer": "REDUCE_PERCENTILE_95",
            }
        ]

    def test_errors_are_a_share_of_requests_and_not_of_predictions(self) -> None:
        (errors,) = thresholds(monitoring(Profile.SANDBOX, error_percent=2.5), "errors")
        requests = f'metric.type = "{ONLINE}/response_count" AND {ENDPOINT}'
        assert errors["denominatorFilter"] == requests
        assert errors["filter"] == (
            f'{requests} AND metric.labels.response_code = monitoring.regex.full_match("[1345].*")'
        )
        assert errors["thresholdValue"] == 0.025
        assert errors["aggregations"] == errors["denominatorAggregations"]

    def test_in_a_network_the_metrics_of_private_endpoints_count_too(self) -> None:
        graph = monitoring(latency_ms=300)
        assert [item["filter"].split('"')[1] for item in thresholds(graph, "latency")] == [
            f"{ONLINE}/prediction_latencies",
            f"{ONLINE}/private/prediction_latencies",
        ]
        private = thresholds(graph, "errors")[1]
        assert private["filter"].endswith("metric.labels.response_code >= 300")
        assert private["denominatorFilter"].startswith(f'metric.type = "{ONLINE}/private/response_count"')
        assert policy(graph, "errors")["combiner"] == "OR"

    def test_saturation_is_counted_in_cores_of_the_endpoints_machine(self) -> None:
        graph = monitoring(saturation_percent=70)
        (saturation,) = thresholds(graph, "saturation")
        assert saturation["filter"] == f'metric.type = "{ONLINE}/cpu/utilization" AND {ENDPOINT}'
        assert saturation["thresholdValue"] == 0.7 * 2  # n1-standard-2
        tiles = json.loads(graph["monitoring-dashboard"].inputs["dashboardJson"])["mosaicLayout"]["tiles"]
        cpu = next(tile["widget"] for tile in tiles if tile["widget"]["title"].startswith("CPU"))
        assert cpu["xyChart"]["thresholds"] == [{"value": 1.4}]

    def test_every_machine_tells_its_cores(self) -> None:
        assert {size: cores(machine) for size, machine in FACTS.serving_machines.items()} == {
            ComputeSize.SMALL: 2,
            ComputeSize.MEDIUM: 4,
            ComputeSize.LARGE: 8,
            ComputeSize.XLARGE: 16,
            ComputeSize.GPU: 4,
        }

    def test_missing_replicas_are_told(self) -> None:
        (capacity,) = thresholds(monitoring(), "capacity")
        assert capacity["filter"].startswith(f'metric.type = "{ONLINE}/target_replicas"')
        assert capacity["denominatorFilter"].startswith(f'metric.type = "{ONLINE}/replicas"')
        assert capacity["thresholdValue"] == 1

    def test_without_an_endpoint_failed_runs_are_watched(self) -> None:
        graph = monitoring(without=("endpoint",))
        assert set(graph.of("monitoring/alertPolicy:AlertPolicy")) == {"monitoring-alert-pipeline-failed"}
        (failed,) = thresholds(graph, "pipeline-failed")
        assert failed["filter"] == (
            'metric.type = "workflows.googleapis.com/finished_execution_count" AND '
            f'resource.type = "workflows.googleapis.com/Workflow" AND resource.labels.location = "{REGION}" AND '
            'resource.labels.workflow_id = "churn-dev-training" AND metric.labels.status = "FAILED"'
        )

    def test_every_policy_tells_people(self) -> None:
        graph = loop(schedule=Frequency.HOURLY)
        for name, item in graph.of("monitoring/alertPolicy:AlertPolicy").items():
            assert "monitoring-channel-1-id" in item.inputs["notificationChannels"], name


class TestChannels:
    def test_the_owner_is_told_by_default(self) -> None:
        assert monitoring()["monitoring-channel-1"].inputs["labels"] == {"email_address": "growth-ml@example.com"}

    def test_others_where_they_are_named(self) -> None:
        channels = monitoring(notify=("a@example.com", "b@example.com")).of(
            "monitoring/notificationChannel:NotificationChannel"
        )
        assert [item.inputs["labels"]["email_address"] for _, item in sorted(channels.items())] == [
            "a@example.com",
            "b@example.com",
        ]


class TestLogs:
    @pytest.mark.parametrize(
        ("profile", "days", "locked"), [(Profile.SANDBOX, 30, False), (Profile.REGULATED, 365, True)]
    )
    def test_bucket_follows_the_posture(self, profile: Profile, days: int, locked: bool) -> None:
        bucket = monitoring(profile)["monitoring-logs"]
        assert (bucket.inputs["retentionDays"], bucket.inputs["locked"]) == (days, locked)
        assert bucket.inputs["location"] == REGION
        expected = {"kmsKeyName": f"{KEYS}/logs"} if profile is Profile.REGULATED else None
        assert bucket.inputs.get("cmekSettings") == expected
        assert bucket.protect is (profile is not Profile.SANDBOX)

    def test_sink_takes_what_the_platform_writes(self) -> None:
        sink = monitoring()["monitoring-logs-sink"].inputs
        assert sink["destination"] == "logging.googleapis.com/monitoring-logs-id"
        assert set(sink["filter"].split(" OR ")) == {
            'resource.type="cloud_run_job"',
            'resource.type="cloud_scheduler_job"',
            'resource.type="ml_job"',
            'resource.type="workflows.googleapis.com/Workflow"',
            '(resource.type="aiplatform.googleapis.com/Endpoint" AND resource.labels.endpoint_id="123456789")',
        }


class TestDashboard:
    def test_tiles_lie_side_by_side(self) -> None:
        document = json.loads(monitoring(drift=DriftSpec(share=0.4))["monitoring-dashboard"].inputs["dashboardJson"])
        tiles = document["mosaicLayout"]["tiles"]
        assert len({(tile["xPos"], tile["yPos"]) for tile in tiles}) == len(tiles)
        assert all(tile["xPos"] + tile["width"] <= document["mosaicLayout"]["columns"] for tile in tiles)
        drift = next(tile["widget"] for tile in tiles if tile["widget"]["title"] == "Share of drifted features")
        assert drift["xyChart"]["thresholds"] == [{"value": 0.4}]

    def test_none_where_none_is_wanted(self) -> None:
        graph = monitoring(dashboard=False)
        assert "monitoring-dashboard" not in graph
        assert graph.outputs["dashboard_id"] == ""


class TestDrift:
    @pytest.mark.parametrize(("frequency", "cron"), [(Frequency.HOURLY, "0 * * * *"), (Frequency.WEEKLY, "0 2 * * 1")])
    def test_a_schedule_starts_the_job_as_monitoring(self, frequency: Frequency, cron: str) -> None:
        graph = monitoring(drift=DriftSpec(schedule=frequency))
        schedule = graph["monitoring-drift-schedule"].inputs
        assert schedule["schedule"] == cron
        target = schedule["httpTarget"]
        assert target["uri"] == (
            f"https://run.googleapis.com/v2/projects/{PROJECT}/locations/{REGION}/jobs/churn-dev-drift:run"
        )
        assert target["oauthToken"] == {"serviceAccountEmail": account("monitoring")}  # APIs of Google take no OIDC
        assert graph.grants("cloudrunv2/jobIamMember:JobIamMember", "name") == {
            ("roles/run.invoker", f"serviceAccount:{account('monitoring')}", "churn-dev-drift")
        }

    def test_the_job_compares_what_was_captured(self) -> None:
        job = monitoring(Profile.REGULATED, drift=DriftSpec(threshold=0.25))["monitoring-drift"].inputs
        template = job["template"]["template"]
        assert template["containers"][0]["args"] == [
            "drift",
            "--captured",
            f"bq://{PROJECT}.churn_dev_capture.requests",
            "--baseline",
            "gs://churn-dev-curated-abcde",
            "--report",
            "gs://churn-dev-monitoring-abcde/drift/report.json",
            "--threshold",
            "0.25",
            "--project",
            "churn",
            "--environment",
            "dev",
        ]
        assert template["serviceAccount"] == account("monitoring")
        assert template["encryptionKey"] == f"{KEYS}/models"
        assert template["vpcAccess"]["egress"] == "ALL_TRAFFIC"

    def test_without_an_endpoint_the_predictions_of_batch_count(self) -> None:
        graph = monitoring(drift=DriftSpec(), without=("endpoint",))
        args = graph["monitoring-drift"].inputs["template"]["template"]["containers"][0]["args"]
        assert args[args.index("--captured") + 1] == "gs://churn-dev-artifacts-abcde/predictions"

    def test_metric_is_the_one_that_the_job_writes(self) -> None:
        graph = monitoring(drift=DriftSpec(share=0.4))
        written = GoogleMonitoring(PROJECT).series(
            Metric(name="DriftedShare", value=0.5, dimensions={"project": "churn", "environment": "dev"})
        )
        descriptor = graph["monitoring-drift-metric"].inputs
        assert descriptor["type"] == written["metric"]["type"] == "custom.googleapis.com/tripod/drifted_share"
        assert {label["key"] for label in descriptor["labels"]} == set(written["metric"]["labels"])
        (drift,) = thresholds(graph, "drift")
        assert drift["filter"] == (
            'metric.type = "custom.googleapis.com/tripod/drifted_share" AND '
            f'resource.type = "{written["resource"]["type"]}" AND '
            'metric.labels.environment = "dev" AND metric.labels.project = "churn"'
        )
        assert drift["thresholdValue"] == 0.4

    def test_the_metric_outlives_the_stack(self) -> None:
        """Other stacks of the project write to it."""
        assert loop()["monitoring-drift-metric"].inputs["deletionPolicy"] == "ABANDON"

    def test_each_measurement_is_an_incident_of_its_own(self) -> None:
        graph = loop(schedule=Frequency.HOURLY)
        (drift,) = thresholds(graph, "drift")
        strategy = policy(graph, "drift")["alertStrategy"]
        period = int(drift["aggregations"][0]["alignmentPeriod"][:-1])
        assert period + int(strategy["autoClose"][:-1]) < 3600
        assert strategy["notificationPrompts"] == ["OPENED"]

    def test_silence_is_told(self) -> None:
        graph = loop(schedule=Frequency.HOURLY)
        (failed,) = thresholds(graph, "drift-failed")
        assert 'resource.labels.job_name = "churn-dev-drift"' in failed["filter"]
        assert failed["filter"].endswith('metric.labels.result = "failed"')
        (refused,) = policy(graph, "drift-not-started")["conditions"]
        assert refused["conditionMatchedLog"]["filter"] == (
            'resource.type="cloud_scheduler_job" AND severity>=ERROR AND resource.labels.job_id="churn-dev-drift"'
        )
        assert policy(graph, "drift-not-started")["alertStrategy"]["notificationRateLimit"] == {"period": "3600s"}
        (silent,) = policy(graph, "drift-heartbeat")["conditions"]
        assert silent["conditionAbsent"]["duration"] == "10800s"

    @pytest.mark.parametrize("frequency", [Frequency.DAILY, Frequency.WEEKLY, Frequency.MONTHLY])
    def test_no_heartbeat_where_policies_cannot_look_back_far_enough(self, frequency: Frequency) -> None:
        assert "monitoring-alert-drift-heartbeat" not in loop(schedule=frequency)


class TestRetraining:
    def test_the_alert_reaches_the_guard(self) -> None:
        graph = loop()
        topic = "monitoring-drift-topic-id"
        assert graph["monitoring-drift-channel"].inputs["labels"] == {"topic": topic}
        assert policy(graph, "drift")["notificationChannels"] == [
            "monitoring-channel-1-id",
            "monitoring-drift-channel-id",
        ]
        trigger = graph["monitoring-retrain"].inputs
        assert trigger["transport"] == {"pubsub": {"topic": topic}}
        assert trigger["destination"] == {"workflow": "monitoring-guard-id"}
        assert trigger["matchingCriterias"] == [
            {"attribute": "type", "value": "google.cloud.pubsub.topic.v1.messagePublished"}
        ]
        assert trigger["serviceAccount"] == account("monitoring")

    def test_topics_are_written_by_the_alerts_and_the_guard_alone(self) -> None:
        sender = f"serviceAccount:service-{NUMBER}@gcp-sa-monitoring-notification.iam.gserviceaccount.com"
        assert loop().grants("pubsub/topicIAMMember:TopicIAMMember", "topic") == {
            ("roles/pubsub.publisher", sender, "churn-dev-drift"),
            ("roles/pubsub.publisher", f"serviceAccount:{account('monitoring')}", "churn-dev-drift-dead-letters"),
        }

    def test_agents_are_made_before_they_are_granted_anything(self) -> None:
        graph = loop()
        made = {item.inputs["service"] for item in graph.of("projects/serviceIdentity:ServiceIdentity").values()}
        assert made == {"eventarc.googleapis.com", "monitoring.googleapis.com"}
        assert graph["monitoring-eventarc-agent-role"].inputs["role"] == "roles/eventarc.serviceAgent"

    @pytest.mark.parametrize("profile", [Profile.SANDBOX, Profile.REGULATED])
    def test_messages_stay_in_the_region_under_our_key(self, profile: Profile) -> None:
        for part in ("drift", "drift-dead-letters"):
            topic = loop(profile)[f"monitoring-{part}-topic"].inputs
            # in transit too would refuse Cloud Monitoring, which publishes from elsewhere
            assert topic["messageStoragePolicy"] == {"allowedPersistenceRegions": [REGION]}
            assert topic.get("kmsKeyName") == (f"{KEYS}/logs" if profile is Profile.REGULATED else None)

    def test_dead_letters_are_kept_and_told(self) -> None:
        graph = loop()
        kept = graph["monitoring-drift-dead-letters-subscription"].inputs
        assert kept["topic"] == "monitoring-drift-dead-letters-topic-id"
        assert kept["messageRetentionDuration"] == "1209600s"
        assert kept["expirationPolicy"] == {"ttl": ""}  # else 31 quiet days delete it
        (backlog,) = thresholds(graph, "retrain-not-started")
        assert 'resource.labels.subscription_id = "churn-dev-drift-dead-letters"' in backlog["filter"]

    def test_drift_alone_retrains_nothing(self) -> None:
        graph = monitoring(drift=DriftSpec())
        assert not graph.of("eventarc/trigger:Trigger")
        assert not graph.of("workflows/workflow:Workflow")
        assert graph.outputs["retrain_id"] == ""
        assert graph.outputs["drift_id"] == "monitoring-drift-schedule-id"


def event(state: str = "open") -> dict[str, Any]:
    """What Eventarc hands over of a message of Cloud Monitoring."""
    incident = {"incident": {"incident_id": "0.abc", "state": state}, "version": "1.2"}
    return {"data": {"message": {"data": base64.b64encode(json.dumps(incident).encode()).decode()}}}


def guard(answer: Any, *, hours: int = 24, state: str = "open") -> tuple[Run, Any]:
    run = Run(answer)
    text = loop(cooldown_hours=hours)["monitoring-guard"].inputs["sourceContents"]
    return run, run.start(text, event(state))


def history(*arguments: dict[str, Any] | None) -> Any:
    """Executions with these arguments; starts succeed."""
    executions = [{"name": "x", **({"argument": json.dumps(each)} if each else {})} for each in arguments]

    def answer(request: Request) -> Any:
        if request.method == "GET":
            return {"executions": executions} if executions else {}
        return {"name": f"{PIPELINE}/executions/new"}

    return answer


class TestGuard:
    def test_it_starts_training_and_says_why(self) -> None:
        run, result = guard(history())
        (start,) = run.sent("POST")
        assert start.url == f"https://workflowexecutions.googleapis.com/v1/{PIPELINE}/executions"
        assert json.loads(start.body["argument"]) == {"reason": "drift", "incident": "0.abc"}
        assert result == f"{PIPELINE}/executions/new"

    @pytest.mark.parametrize("hours", [1, 24, 720])
    def test_it_looks_back_over_the_cool_down(self, hours: int) -> None:
        run, _ = guard(history(), hours=hours)
        (look,) = run.sent("GET")
        since = (NOW - timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")
        assert look.query == {"filter": f'startTime>"{since}"', "pageSize": 100, "view": "FULL"}

    def test_one_start_by_drift_holds_the_next_back(self) -> None:
        run, result = guard(history({"reason": "schedule daily"}, {"reason": "drift"}))
        assert run.sent("POST") == []
        assert result == "within the cool-down"

    def test_starts_by_others_do_not(self) -> None:
        run, _ = guard(history({"reason": "schedule daily"}, None, {"input": "gs://elsewhere"}))
        assert [request.method for request in run.requests] == ["GET", "POST"]

    def test_the_end_of_an_incident_starts_nothing(self) -> None:
        run, result = guard(history(), state="closed")
        assert run.requests == []
        assert result == "the incident is over"

    def test_a_passing_fault_is_tried_again(self) -> None:
        faults = iter([503, 429])

        def answer(request: Request) -> Any:
            code = next(faults, None) if request.method == "GET" else None
            if code is not None:
                raise Raised({"code": code})
            return history()(request)

        run, result = guard(answer)
        assert [request.method for request in run.requests] == ["GET", "GET", "GET", "POST"]
        assert result == f"{PIPELINE}/executions/new"

    def test_what_cannot_be_started_is_kept(self) -> None:
        def answer(request: Request) -> Any:
            if request.url.endswith("/executions") and request.method == "POST":
                raise Raised({"code": 403})
            return {}

        run = Run(answer)
        message = event()
        with pytest.raises(Raised, match="403"):
            run.start(loop()["monitoring-guard"].inputs["sourceContents"], message)
        kept = run.requests[-1]
        assert kept.url == "https://pubsub.googleapis.com/v1/monitoring-drift-dead-letters-topic-id:publish"
        assert kept.body == {"messages": [{"data": message["data"]["message"]["data"]}]}

    def test_it_runs_as_monitoring_which_may_start_workflows(self) -> None:
        graph = loop(Profile.REGULATED)
        made = graph["monitoring-guard"].inputs
        assert made["serviceAccount"] == account("monitoring")
        assert made["cryptoKeyName"] == f"{KEYS}/models"
        assert made["deletionProtection"] is True  # true unless it is said
        grant = graph["monitoring-retrain-invoker"]
        assert (grant.inputs["role"], grant.inputs["member"]) == (
            "roles/workflows.invoker",
            f"serviceAccount:{account('monitoring')}",
        )
