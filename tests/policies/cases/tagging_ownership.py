"""Cases of the group tagging-ownership."""

from __future__ import annotations

from collections.abc import Iterator

from policies.tokens import aws, azure, gcp
from tests.policies.dsl import UNKNOWN, Case, cells, res

TAGS = {"owner": "ml@example.com", "cost-center": "42", "environment": "prod", "data-class": "internal"}


def cases() -> Iterator[Case]:
    a, z, g = cells("required-tags")
    bucket = aws("s3.Bucket")
    yield from a.row(bucket, {"tags": TAGS}, "tags.owner", " ")
    yield a.case("no tags", res(bucket, "fail", {}), res(aws("kms.Key"), "fail key", {}))
    yield a.case("unknown tags", res(bucket, "open", {"tags": UNKNOWN}))
    yield a.case("by the provider", res(bucket, "pass", {"tags": {}, "tagsAll": TAGS}))
    few = {k: v for k, v in TAGS.items() if k != "data-class"}
    yield a.case("data class", res(bucket, "fail", {"tags": few}), res(aws("kms.Key"), "pass", {"tags": few}))
    yield from z.row(azure("storage.StorageAccount"), {"tags": TAGS}, "tags.cost-center", "")
    yield from g.row(gcp("storage.Bucket"), {"labels": TAGS}, "labels.environment", "")
