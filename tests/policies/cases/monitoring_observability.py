"""Cases of the group monitoring-observability."""

from __future__ import annotations

from collections.abc import Iterator

from policies.tokens import aws, azure, gcp
from tests.policies.dsl import UNKNOWN, Case, cells, res

CONFIG = aws("sagemaker.EndpointConfiguration")


def cases() -> Iterator[Case]:
    a, z, g = cells("inference-capture")
    yield from a.row(CONFIG, {"dataCaptureConfig": {"enableCapture": True}}, "dataCaptureConfig.enableCapture", False)
    serverless = {"productionVariants": [{"serverlessConfig": {"maxConcurrency": 5, "memorySizeInMb": 1024}}]}
    yield a.case("serverless", res(CONFIG, "skip", serverless))
    yield a.case("unknown kind", res(CONFIG, "open", {"productionVariants": UNKNOWN}))
    collector = {"properties": {"dataCollector": {"collections": {"model_inputs": {"dataCollectionMode": "Enabled"}}}}}
    path = "properties.dataCollector.collections.model_inputs.dataCollectionMode"
    yield from z.row(azure("machinelearningservices.OnlineDeployment"), collector, path, "Disabled")
    log = {"predictRequestResponseLoggingConfig": {"enabled": True, "samplingRate": 0.2}}
    share = "predictRequestResponseLoggingConfig.samplingRate"
    yield from g.row(gcp("vertex.AiEndpoint"), log, share, 0, label="share")
    yield from g.row(gcp("vertex.AiEndpoint"), log, "predictRequestResponseLoggingConfig.enabled", False)
    yield from _logs()
    yield from _drift()


def _logs() -> Iterator[Case]:
    a, z, g = cells("log-retention")
    group, workspace, bucket = (
        aws("cloudwatch.LogGroup"),
        azure("operationalinsights.Workspace"),
        gcp("logging.ProjectBucketConfig"),
    )
    yield from a.row(group, {"retentionInDays": 365}, "retentionInDays", 180)
    yield from z.row(workspace, {"retentionInDays": 365}, "retentionInDays", 30)
    yield from g.row(bucket, {"retentionDays": 400}, "retentionDays", 30)
    for profile, subject in (("sandbox", "pass"), ("standard", "fail")):
        yield a.case(profile, res(group, subject, {"retentionInDays": 30}), profile=profile)
    a, z, g = cells("log-cmk")
    yield from a.row(group, {"kmsKeyId": "arn:k"}, "kmsKeyId", "")
    cluster = {"keyVaultProperties": {"keyVaultUri": "https://v.vault.azure.net"}}
    yield from z.row(azure("operationalinsights.Cluster"), cluster, "keyVaultProperties.keyVaultUri", "")
    yield from g.row(bucket, {"cmekSettings": {"kmsKeyName": "projects/p/k"}}, "cmekSettings.kmsKeyName", "")
    a, z, _ = cells("traces-on")
    yield from a.row(aws("lambda.Function"), {"tracingConfig": {"mode": "Active"}}, "tracingConfig.mode", "PassThrough")
    traced = {"tracingConfiguration": {"enabled": True}}
    yield from a.row(aws("sfn.StateMachine"), traced, "tracingConfiguration.enabled", False, label="workflow")
    deployment = azure("machinelearningservices.OnlineDeployment")
    yield from z.row(deployment, {"properties": {"appInsightsEnabled": True}}, "properties.appInsightsEnabled", False)


def _drift() -> Iterator[Case]:
    a, z, g = cells("drift-monitor")
    endpoint, schedule = aws("sagemaker.Endpoint"), aws("scheduler.Schedule")
    yield a.case("passing", res(endpoint, "pass"), res(schedule, "churn-drift", {"target": {"arn": UNKNOWN}}))
    yield a.case("failing", res(endpoint, "fail"), res(schedule, "churn-drift", {"state": "DISABLED"}))
    yield a.case("absent", res(endpoint, "fail"), res(schedule, "nightly-training", {}))
    yield a.case("unknown", res(endpoint, "open"), res(schedule, "churn-drift", {"state": UNKNOWN}))
    yield a.case("model monitor", res(endpoint, "pass"), res(aws("sagemaker.MonitoringSchedule"), "quality", {}))
    online, monitor = azure("machinelearningservices.OnlineEndpoint"), azure("machinelearningservices.Schedule")
    for kind, subject, action in (
        ("passing", "pass", "CreateMonitor"),
        ("failing", "fail", "CreateJob"),
        ("unknown", "open", UNKNOWN),
    ):
        yield z.case(
            kind, res(online, subject), res(monitor, "weekly", {"properties": {"action": {"actionType": action}}})
        )
    yield z.case("absent", res(online, "fail"))
    off = {"properties": {"isEnabled": False, "action": {"actionType": "CreateMonitor"}}}
    yield z.case("switched off", res(online, "fail"), res(monitor, "weekly", off))
    vertex, colab = gcp("vertex.AiEndpoint"), gcp("colab.Schedule")
    for kind, subject, state in (
        ("passing", "pass", "ACTIVE"),
        ("failing", "fail", "PAUSED"),
        ("unknown", "open", UNKNOWN),
    ):
        yield g.case(kind, res(vertex, subject), res(colab, "drift", {"desiredState": state}))
    yield g.case("absent", res(vertex, "fail"), res(colab, "retrain", {"desiredState": "ACTIVE"}))
    yield g.case(
        "scheduler", res(vertex, "pass"), res(gcp("cloudscheduler.Job"), "monitoring", {"schedule": "0 3 * * *"})
    )
