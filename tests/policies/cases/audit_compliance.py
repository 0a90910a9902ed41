"""Cases of the group audit-compliance."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from policies.tokens import aws, azure, gcp
from tests.policies.dsl import UNKNOWN, Case, cells, put, res

BUCKET, TRAIL, GCS = aws("s3.Bucket"), aws("cloudtrail.Trail"), gcp("storage.Bucket")
AUDIT = gcp("projects.IAMAuditConfig")


def cases() -> Iterator[Case]:
    a, z, g = cells("audit-trail")
    trail = {"isMultiRegionTrail": True, "enableLogFileValidation": True}
    yield from a.row(TRAIL, trail, "isMultiRegionTrail", False)
    whole = {**trail, "includeGlobalServiceEvents": True}
    yield from a.row(TRAIL, whole, "includeGlobalServiceEvents", False, absent="pass", label="global services")
    yield from a.row(TRAIL, trail, "enableLogFileValidation", False, label="validation")
    category = [{"field": "eventCategory", "equals": ["Data"]}]
    data = {**trail, "isMultiRegionTrail": False, "advancedEventSelectors": [{"fieldSelectors": category}]}
    yield a.case("data events", res(TRAIL, "pass", data))
    old = {**trail, "isMultiRegionTrail": False, "eventSelectors": [{"includeManagementEvents": False}]}
    yield a.case("data events of old", res(TRAIL, "pass", old))
    management = [{"fieldSelectors": [{"field": "eventCategory", "equals": ["Management"]}]}]
    yield a.case("failing management", res(TRAIL, "fail", {**data, "advancedEventSelectors": management}))
    yield a.case("failing stopped", res(TRAIL, "fail", {**trail, "enableLogging": False}))
    setting = azure("monitor.SubscriptionDiagnosticSetting")
    yield from z.row(setting, {"logs": [{"category": "Security", "enabled": True}]}, "logs[].enabled", False)
    types = {"auditLogConfigs": [{"logType": t} for t in ("ADMIN_READ", "DATA_READ", "DATA_WRITE")]}
    yield from g.row(AUDIT, types, "auditLogConfigs[].logType", "DATA_READ")
    yield from _immutable()
    yield from _access()


def _immutable() -> Iterator[Case]:
    a, z, g = cells("audit-immutable")
    lock, trail = aws("s3.BucketObjectLockConfiguration"), res(TRAIL, "trail", {"s3BucketName": "audit"})
    audit = {"bucket": "audit"}

    def locked(mode: Any, **kept: Any) -> dict[str, Any]:
        return {"bucket": "audit", "rule": {"defaultRetention": {"mode": mode, **kept}}}

    for kind, subject, given in (
        ("passing", "pass", locked("COMPLIANCE", days=365)),
        ("passing years", "pass", locked("COMPLIANCE", years=1)),
        ("failing", "fail", locked("GOVERNANCE", days=365)),
        ("failing short", "fail", locked("COMPLIANCE", days=30)),
        ("unknown", "open", locked(UNKNOWN, days=365)),
        ("absent rule", "fail", {"bucket": "audit"}),
    ):
        yield a.case(kind, trail, res(BUCKET, subject, audit), res(lock, "lock", given))
    yield a.case("absent", trail, res(BUCKET, "fail", audit), res(BUCKET, "skip", {"bucket": "raw"}))
    policy = azure("storage.BlobContainerImmutabilityPolicy")
    days = "immutabilityPeriodSinceCreationInDays"
    yield from z.row(policy, {days: 365}, days, 30)
    logs = gcp("logging.ProjectBucketConfig")
    yield from g.row(logs, {"locked": True}, "locked", False)
    kept = {"retentionPolicy": {"retentionPeriod": "31536000", "isLocked": True}}
    yield from g.row(GCS, kept, "retentionPolicy.isLocked", False, label="bucket")


def _access() -> Iterator[Case]:
    a, z, g = cells("store-access-log")
    logging, raw = aws("s3.BucketLogging"), {"bucket": "raw"}
    to_logs = {"bucket": "raw", "targetBucket": "logs", "targetPrefix": "s3/"}
    logs = res(BUCKET, "skip", {"bucket": "logs"})
    yield a.case("passing", res(BUCKET, "pass", raw), logs, res(logging, "l", to_logs))
    yield a.case("failing", res(BUCKET, "fail", raw), res(TRAIL, "t", {"s3BucketName": "x", "eventSelectors": []}))
    yield a.case("absent", res(BUCKET, "fail", raw))
    yield a.case("unknown", res(BUCKET, "open", raw), res(logging, "l", {**to_logs, "bucket": UNKNOWN}))
    events = {"eventSelectors": [{"dataResources": [{"type": "AWS::S3::Object", "values": ["arn:aws:s3"]}]}]}
    yield a.case("trail", res(BUCKET, "pass", raw), res(TRAIL, "t", {"s3BucketName": "audit", **events}))
    fields = [{"field": "resources.type", "equals": ["AWS::S3::Object"]}]
    advanced = {"advancedEventSelectors": [{"fieldSelectors": fields}]}
    yield a.case("advanced trail", res(BUCKET, "pass", raw), res(TRAIL, "t", {"s3BucketName": "audit", **advanced}))
    account, setting = azure("storage.StorageAccount"), azure("monitor.DiagnosticSetting")
    uri = "/subscriptions/s/storageAccounts/raw"
    for kind, subject, on in (("passing", "pass", True), ("failing", "fail", False), ("unknown", "open", UNKNOWN)):
        given = {"resourceUri": uri + "/blobServices/default", "logs": [{"enabled": on}]}
        yield z.case(kind, res(account, subject, {"accountName": "raw"}, id_=uri), res(setting, "s", given))
    yield z.case("absent", res(account, "fail", {"accountName": "raw"}, id_=uri))
    flows = {"storageId": uri, "targetResourceId": "/subscriptions/s/virtualNetworks/n", "enabled": True}
    yield z.case("holds flow logs", res(account, "skip", id_=uri), res(azure("network.FlowLog"), "f", flows))
    made = res(account, "pass")
    late = {"resourceUri": UNKNOWN, "logs": [{"enabled": True}]}
    yield z.case("by dependency", made, res(setting, "s", late, of={"resourceUri": made}))
    yield from g.row(GCS, {"logging": {"logBucket": "logs"}}, "logging.logBucket", "")
    yield g.case("log bucket", res(GCS, "pass", {"logging": {"logBucket": "logs"}}), res(GCS, "skip", {"name": "logs"}))
    types = {
        "service": "storage.googleapis.com",
        "auditLogConfigs": [{"logType": "DATA_READ"}, {"logType": "DATA_WRITE"}],
    }
    yield g.case("audit logs", res(GCS, "pass", {}), res(AUDIT, "a", types))
    half = put(types, "auditLogConfigs[].logType", "DATA_READ")
    yield g.case("failing half", res(GCS, "fail", {}), res(AUDIT, "a", half))
