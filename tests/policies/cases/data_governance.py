"""Cases of the group data-governance."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from policies.tokens import aws, azure, gcp
from tests.policies.dsl import UNKNOWN, Case, cells, res

BUCKET, ACCOUNT, GCS = aws("s3.Bucket"), azure("storage.StorageAccount"), gcp("storage.Bucket")


def cases() -> Iterator[Case]:
    yield from _retention()
    yield from _residency()


def _retention() -> Iterator[Case]:
    a, z, g = cells("data-retention")
    lifecycle, management = aws("s3.BucketLifecycleConfiguration"), azure("storage.ManagementPolicy")

    def expiry(days: Any, status: str = "Enabled", key: str = "expiration", name: str = "days") -> dict[str, Any]:
        return {"bucket": "raw", "rules": [{"status": "Enabled"}, {"status": status, key: {name: days}}]}

    raw = {"bucket": "raw"}
    yield a.case("passing", res(BUCKET, "pass", raw), res(lifecycle, "l", expiry(90)))
    old = expiry(14, key="noncurrentVersionExpiration", name="noncurrentDays")
    yield a.case("passing old versions", res(BUCKET, "pass", raw), res(lifecycle, "l", old))
    yield a.case("failing", res(BUCKET, "fail", raw), res(lifecycle, "l", expiry(4000)))
    yield a.case("failing switched off", res(BUCKET, "fail", raw), res(lifecycle, "l", expiry(90, "Disabled")))
    yield a.case("absent", res(BUCKET, "fail", raw), res(lifecycle, "l", {"bucket": "other", "rules": []}))
    yield a.case("unknown", res(BUCKET, "open", raw), res(lifecycle, "l", expiry(UNKNOWN)))
    yield a.case("unknown link", res(BUCKET, "open", raw), res(lifecycle, "l", {**expiry(90), "bucket": UNKNOWN}))

    def delete(days: Any, enabled: bool = True) -> dict[str, Any]:
        actions = {"baseBlob": {"delete": {"daysAfterModificationGreaterThan": days}}}
        rule = {"enabled": enabled, "definition": {"actions": actions}}
        return {"accountName": "raw", "policy": {"rules": [rule]}}

    account = {"accountName": "raw"}
    yield z.case("passing", res(ACCOUNT, "pass", account), res(management, "m", delete(90)))
    yield z.case("failing", res(ACCOUNT, "fail", account), res(management, "m", delete(4000)))
    yield z.case("failing switched off", res(ACCOUNT, "fail", account), res(management, "m", delete(90, False)))
    yield z.case("absent", res(ACCOUNT, "fail", account))
    yield z.case("unknown", res(ACCOUNT, "open", account), res(management, "m", delete(UNKNOWN)))

    lake = {**account, "isHnsEnabled": True}
    soft = {"accountName": "raw", "deleteRetentionPolicy": {"enabled": True, "days": 14}}
    service = azure("storage.BlobServiceProperties")
    yield z.case("hierarchical", res(ACCOUNT, "pass", lake), res(service, "blobs", soft))
    off = {"accountName": "raw", "deleteRetentionPolicy": {"enabled": False}}
    yield z.case("hierarchical without", res(ACCOUNT, "fail", lake), res(service, "blobs", off))

    def rules(action: Any, **condition: Any) -> dict[str, Any]:
        return {"lifecycleRules": [{"action": {"type": action}, "condition": condition}]}

    yield g.case("passing", res(GCS, "pass", rules("Delete", age=90)))
    yield g.case("passing old versions", res(GCS, "pass", rules("Delete", daysSinceNoncurrentTime=14)))
    yield g.case("failing", res(GCS, "fail", rules("Delete", age=4000)))
    yield g.case("failing archive", res(GCS, "fail", rules("SetStorageClass", age=90)))
    yield g.case("absent", res(GCS, "fail", {}))
    yield g.case(
        "unknown", res(GCS, "open", rules("Delete", age=UNKNOWN)), res(GCS, "open too", {"lifecycleRules": UNKNOWN})
    )


def _residency() -> Iterator[Case]:
    a, z, g = cells("data-residency")
    allowed = {"regions": ["eu-west-1", "West Europe", "EU"]}
    yield from a.row(BUCKET, {"region": "eu-west-1"}, "region", "us-east-1", absent="open", settings=allowed)
    yield from z.row(ACCOUNT, {"location": "westeurope"}, "location", "eastus", absent="open", settings=allowed)
    yield from g.row(GCS, {"location": "eu"}, "location", "US", settings=allowed)
    for cell, type_ in ((a, BUCKET), (z, ACCOUNT), (g, GCS)):
        yield cell.case("no list", res(type_, "skip", {}))
