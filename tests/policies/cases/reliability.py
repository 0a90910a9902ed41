"""Cases of the group reliability."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from policies.tokens import aws, azure, gcp
from tests.policies.dsl import UNKNOWN, Case, cells, res

ENDPOINT, CONFIG = aws("sagemaker.Endpoint"), aws("sagemaker.EndpointConfiguration")
ONLINE, DEPLOYMENT = azure("machinelearningservices.OnlineEndpoint"), azure("machinelearningservices.OnlineDeployment")
VERTEX, POOL = gcp("vertex.AiEndpoint"), gcp("vertex.AiDeploymentResourcePool")
URI = "/subscriptions/s/onlineEndpoints/churn"


def cases() -> Iterator[Case]:
    yield from _dead_letters()
    yield from _restore()
    yield from _instances()
    yield from _scaling()
    yield from _alarms()
    yield from _guards()
    a, _, _ = cells("endpoint-rollback")
    path = "deploymentConfig.autoRollbackConfiguration.alarms[].alarmName"
    alarms = {"deploymentConfig": {"autoRollbackConfiguration": {"alarms": [{"alarmName": "5xx"}]}}}
    yield from a.row(ENDPOINT, alarms, path, "")


def _dead_letters() -> Iterator[Case]:
    a, z, g = cells("events-dead-letter")
    queue = {"deadLetterConfig": {"arn": "arn:aws:sqs:eu-west-1:1:dead"}}
    yield from a.row(aws("cloudwatch.EventTarget"), queue, "deadLetterConfig.arn", "")
    yield from a.row(aws("scheduler.Schedule"), {"target": queue}, "target.deadLetterConfig.arn", "", label="schedule")
    made = res(aws("sqs.Queue"), "dead")
    late = {"target": {"deadLetterConfig": {"arn": UNKNOWN}}}
    yield a.case("evidence", made, res(aws("scheduler.Schedule"), "pass", late, of={"target": made}))
    subscription = azure("eventgrid.SystemTopicEventSubscription")
    yield from z.row(
        subscription, {"deadLetterDestination": {"endpointType": "StorageBlob"}}, "deadLetterDestination", {}
    )
    identity = {"deadLetterWithResourceIdentity": {"deadLetterDestination": {"endpointType": "StorageBlob"}}}
    yield z.case("by identity", res(subscription, "pass", identity))
    pubsub, topic = gcp("pubsub.Subscription"), gcp("pubsub.Topic")
    policy = {"topic": "t", "deadLetterPolicy": {"deadLetterTopic": "projects/p/topics/dead"}}
    yield from g.row(pubsub, policy, "deadLetterPolicy.deadLetterTopic", "")
    dead = res(topic, "dead", {"name": "projects/p/topics/dead"})
    reader = res(pubsub, "skip", {"topic": "projects/p/topics/dead"})
    yield g.case("reader of the dead", dead, reader, res(pubsub, "pass", policy))
    letters = res(topic, "drift-dead-letters")
    yield g.case("by name", letters, res(pubsub, "skip", {"topic": UNKNOWN}, of={"topic": letters}))


def _restore() -> Iterator[Case]:
    a, z, g = cells("backup-soft-delete")
    yield from a.row(
        aws("backup.Plan"), {"rules": [{"lifecycle": {"deleteAfter": 35}}]}, "rules[].lifecycle.deleteAfter", 7
    )
    service = azure("storage.BlobServiceProperties")
    soft_deleted = {"enabled": True, "days": 7}
    policy = {"deleteRetentionPolicy": soft_deleted, "containerDeleteRetentionPolicy": soft_deleted}
    yield from z.row(service, policy, "deleteRetentionPolicy.days", 6)
    yield z.case("failing off", res(service, "fail", {"deleteRetentionPolicy": {"enabled": False, "days": 30}}))
    soft = {"softDeletePolicy": {"retentionDurationSeconds": 604800}}
    yield from g.row(gcp("storage.Bucket"), soft, "softDeletePolicy.retentionDurationSeconds", 0, absent="pass")


def _instances() -> Iterator[Case]:
    a, z, g = cells("endpoint-min-instances")
    variants = {"productionVariants": [{"initialInstanceCount": 2}]}
    yield from a.row(CONFIG, variants, "productionVariants[].initialInstanceCount", 1)
    yield a.case(
        "serverless", res(CONFIG, "skip", {"productionVariants": [{"serverlessConfig": {"maxConcurrency": 1}}]})
    )
    yield from z.row(DEPLOYMENT, {"sku": {"name": "Default", "capacity": 2}}, "sku.capacity", 1)
    yield from g.row(POOL, {"dedicatedResources": {"minReplicaCount": 2}}, "dedicatedResources.minReplicaCount", 1)


def _scaling() -> Iterator[Case]:
    a, z, g = cells("endpoint-autoscaling")
    target = aws("appautoscaling.Target")

    def scaled(low: Any, high: Any, name: str = "churn") -> dict[str, Any]:
        return {"resourceId": f"endpoint/{name}/variant/live", "minCapacity": low, "maxCapacity": high}

    named = {"name": "churn", "endpointConfigName": "c"}
    yield a.case("passing", res(ENDPOINT, "pass", named), res(target, "t", scaled(1, 4)))
    yield a.case("failing", res(ENDPOINT, "fail", named), res(target, "t", scaled(2, 2)))
    yield a.case("absent", res(ENDPOINT, "fail", named), res(target, "t", scaled(1, 4, "other")))
    yield a.case("unknown", res(ENDPOINT, "open", named), res(target, "t", scaled(1, UNKNOWN)))
    late = {**scaled(1, 4), "resourceId": UNKNOWN}
    yield a.case("unknown target", res(ENDPOINT, "open", named), res(target, "t", late))
    made = res(ENDPOINT, "pass")
    yield a.case("by dependency", made, res(target, "t", late, of={"resourceId": made}))
    serverless = res(CONFIG, "c", {"name": "c", "productionVariants": [{"serverlessConfig": {"maxConcurrency": 1}}]})
    yield a.case("serverless", serverless, res(ENDPOINT, "skip", named))
    setting = azure("monitor.AutoscaleSetting")

    def profile(low: Any, high: Any) -> dict[str, Any]:
        return {"targetResourceUri": URI, "profiles": [{"capacity": {"minimum": low, "maximum": high, "default": low}}]}

    for kind, subject, low, high in (
        ("passing", "pass", "1", "4"),
        ("failing", "fail", "2", "2"),
        ("unknown", "open", "1", UNKNOWN),
    ):
        yield z.case(kind, res(DEPLOYMENT, subject, id_=URI), res(setting, "s", profile(low, high)))
    yield z.case("absent", res(DEPLOYMENT, "fail", id_="/subscriptions/s/other"), res(setting, "s", profile("1", "4")))
    pool = {"dedicatedResources": {"minReplicaCount": 1, "maxReplicaCount": 4}}
    yield from g.row(POOL, pool, "dedicatedResources.maxReplicaCount", 1)


def _alarms() -> Iterator[Case]:
    a, z, g = cells("endpoint-alarms")
    alarm, alert, policy = aws("cloudwatch.MetricAlarm"), azure("monitor.MetricAlert"), gcp("monitoring.AlertPolicy")

    def watch(actions: Any, name: Any = "churn") -> dict[str, Any]:
        return {"dimensions": {"EndpointName": name, "VariantName": "live"}, "alarmActions": actions}

    named = {"name": "churn"}
    yield a.case(
        "passing", res(ENDPOINT, "pass", named), res(alarm, "5xx", watch(["arn:t"])), res(alarm, "quiet", watch([]))
    )
    yield a.case("failing", res(ENDPOINT, "fail", named), res(alarm, "5xx", watch([])))
    yield a.case("absent", res(ENDPOINT, "fail", named), res(alarm, "5xx", watch(["arn:t"], "other")))
    yield a.case("unknown", res(ENDPOINT, "open", named), res(alarm, "5xx", watch(UNKNOWN)))
    yield a.case("unknown endpoint", res(ENDPOINT, "open", named), res(alarm, "5xx", watch(["arn:t"], UNKNOWN)))
    for kind, subject, actions in (
        ("passing", "pass", [{"actionGroupId": "/subscriptions/s/g"}]),
        ("failing", "fail", []),
        ("unknown", "open", UNKNOWN),
    ):
        yield z.case(kind, res(ONLINE, subject, id_=URI), res(alert, "a", {"scopes": [URI], "actions": actions}))
    yield z.case("absent", res(ONLINE, "fail", id_=URI))

    def condition(channels: Any, metric: Any) -> dict[str, Any]:
        words = {"conditionThreshold": {"filter": metric}}
        return {"conditions": [words], "notificationChannels": channels}

    errors = 'metric.type = "aiplatform.googleapis.com/prediction/online/error_count"'
    yield g.case("passing", res(VERTEX, "pass"), res(policy, "p", condition(["projects/p/channels/1"], errors)))
    yield g.case("failing", res(VERTEX, "fail"), res(policy, "p", condition([], errors)))
    yield g.case("absent", res(VERTEX, "fail"), res(policy, "p", condition(["c"], 'metric.type = "compute"')))
    yield g.case("unknown", res(VERTEX, "open"), res(policy, "p", condition(["c"], UNKNOWN)))
    made = res(VERTEX, "pass")
    yield g.case("by dependency", made, res(policy, "p", condition(["c"], UNKNOWN), of={"conditions": made}))


def _guards() -> Iterator[Case]:
    a, z, g = cells("stateful-delete-guard")
    bucket, account, gcs = aws("s3.Bucket"), azure("storage.StorageAccount"), gcp("storage.Bucket")
    yield a.case("passing", res(bucket, "pass", {}, protect=True), res(aws("kms.Key"), "pass key", protect=True))
    yield a.case("retained", res(aws("kms.Key"), "pass", retain_on_delete=True))
    yield a.case("failing", res(bucket, "fail", {"forceDestroy": True}, protect=True))
    yield a.case("absent", res(bucket, "fail", {}), res(aws("sagemaker.FeatureGroup"), "fail group", {}))
    yield a.case("unknown", res(bucket, "open", {"forceDestroy": UNKNOWN}, protect=True))
    lock = azure("authorization.ManagementLockByScope")
    for kind, subject, level in (
        ("passing", "pass", "CanNotDelete"),
        ("failing", "fail", "NotSpecified"),
        ("unknown", "open", UNKNOWN),
    ):
        yield z.case(kind, res(account, subject, id_=URI), res(lock, "lock", {"scope": URI, "level": level}))
    yield z.case("protected", res(account, "pass", {}, protect=True))
    yield z.case("absent", res(account, "fail", {}, id_=URI))
    yield from g.row(gcs, {"deletionPolicy": "PREVENT"}, "deletionPolicy", "DELETE")
    yield g.case("forced", res(gcs, "fail", {"deletionPolicy": "PREVENT", "forceDestroy": True}))
    yield from _records()


def _records() -> Iterator[Case]:
    """What holds no data of customers, and cannot be made again all the same."""
    a, z, g = cells("stateful-delete-guard")
    held = ("glue.CatalogDatabase", "sagemaker.MlflowApp", "sagemaker.MlflowTrackingServer")
    for short in (*held, "sagemaker.ModelPackageGroup"):
        yield a.case(f"passing {short}", res(aws(short), "pass", protect=True))
        yield a.case(f"failing {short}", res(aws(short), "fail"))
    for short in ("cloudwatch.LogGroup", "cloudtrail.Trail"):
        yield a.case(f"passing {short}", res(aws(short), "pass", protect=True))
        yield a.case(f"failing {short}", res(aws(short), "fail"))
        yield a.case(f"standard {short}", res(aws(short), "skip"), profile="standard")
    yield from a.row(aws("cloudwatch.LogGroup"), {"skipDestroy": True}, "skipDestroy", False, label="kept group")
    for short in ("containerregistry.Registry", "operationalinsights.Workspace"):
        yield z.case(f"passing {short}", res(azure(short), "pass", protect=True))
        yield z.case(f"failing {short}", res(azure(short), "fail", id_=URI))
    group = res(azure("resources.ResourceGroup"), "group", id_="/subscriptions/s/resourceGroups/ml")
    account = res(
        azure("storage.StorageAccount"), "pass", {"resourceGroupName": UNKNOWN}, of={"resourceGroupName": group}
    )
    lock = azure("authorization.ManagementLockByScope")
    on_group = {"scope": "/subscriptions/s/resourceGroups/ml", "level": "CanNotDelete"}
    yield z.case("locked with its group", group, account, res(lock, "lock", on_group))
    workspace = azure("machinelearningservices.Workspace")
    held_by = res(workspace, "pass workspace", protect=True)
    feature_set = azure("machinelearningservices.FeaturesetContainerEntity")
    alone = res(feature_set, "fail", {"workspaceName": UNKNOWN}, of={"workspaceName": held_by})
    yield z.case("protected workspace is no lock", held_by, alone)
    repository = gcp("artifactregistry.Repository")
    yield from g.row(repository, {"deletionPolicy": "PREVENT"}, "deletionPolicy", "DELETE", label="images")
