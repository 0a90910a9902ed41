"""Data does not pile up for ever."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from components.core.cloud import ByCloud
from policies.accept import number
from policies.checks import PASSED, Outcome, Rule, StackRow, failed, undetermined
from policies.control import Control, Group, Severity
from policies.graph import Graph, Resource
from policies.settings import Settings
from policies.tokens import aws, azure, gcp
from policies.verdict import UNKNOWN, Verdict, at, first, known

_LIFECYCLE = aws("s3.BucketLifecycleConfiguration")
_MANAGEMENT = azure("storage.ManagementPolicy")
_S3 = ("expiration.days", "noncurrentVersionExpiration.noncurrentDays")
_BLOB = (
    "definition.actions.baseBlob.delete.daysAfterModificationGreaterThan",
    "definition.actions.baseBlob.delete.daysAfterCreationGreaterThan",
    "definition.actions.version.delete.daysAfterCreationGreaterThan",
)
_GCS = ("condition.age", "condition.daysSinceNoncurrentTime")


def _disposes(rules: Iterable[Any], paths: tuple[str, ...], limit: float) -> Iterator[Outcome]:
    """One rule that deletes within the limit is enough."""
    values = [first(rule, path) if rule is not UNKNOWN else UNKNOWN for rule in rules for path in paths]
    if any(known(value) and (days := number(value)) is not None and 0 < days <= limit for value in values):
        yield PASSED
    elif any(value is UNKNOWN for value in values):
        yield undetermined(f"whether data is deleted within {limit:g} days is not known yet")
    else:
        yield failed(f"no rule deletes data or old versions within {limit:g} days")


def _active(rule: Any, key: str, off: object) -> bool:
    return rule is UNKNOWN or (isinstance(rule, Mapping) and rule.get(key) != off)


@dataclass(frozen=True)
class _Companion:
    """Where the lifecycle of a store is kept, and which of its rules are switched off."""

    type: str
    link: str
    rules: str
    off: tuple[str, object]
    paths: tuple[str, ...]


def _kept_by(companion: _Companion) -> Callable[[Resource, Graph, Settings], Iterator[Outcome]]:
    def check(resource: Resource, graph: Graph, settings: Settings) -> Iterator[Outcome]:
        sure, maybe = graph.referring(resource, (companion.type,), companion.link)
        found = [hit.value for c in sure for hit in at(c.props, companion.rules)]
        rules = [rule for rule in found if _active(rule, *companion.off)]
        if not rules and maybe:
            yield undetermined("whether this has a lifecycle is not known yet")
        else:
            yield from _disposes(rules, companion.paths, settings.limit("data_retention_days"))

    return check


def _blobs(resource: Resource, graph: Graph, settings: Settings) -> Iterator[Outcome]:
    """A management policy; with a hierarchical namespace there are no versions, and soft delete does their part."""
    outcomes = list(_kept_by(_BLOB_LIFECYCLE)(resource, graph, settings))
    if resource.at("isHnsEnabled") is True and outcomes[0].verdict is not Verdict.PASSED:
        services, _ = graph.referring(resource, (_SERVICE,), "accountName")
        policies = [service.at("deleteRetentionPolicy") for service in services]
        if any(first(p, "enabled") is True and known(days := first(p, "days")) and number(days) for p in policies):
            outcomes = [PASSED]
    yield from outcomes


_SERVICE = azure("storage.BlobServiceProperties")
_S3_LIFECYCLE = _Companion(_LIFECYCLE, "bucket", "rules[]", ("status", "Disabled"), _S3)
_BLOB_LIFECYCLE = _Companion(_MANAGEMENT, "accountName", "policy.rules[]", ("enabled", False), _BLOB)


def _gcs(resource: Resource, settings: Settings) -> Iterator[Outcome]:
    rules = [hit.value for hit in at(resource.props, "lifecycleRules[]")]
    deleting = [r for r in rules if r is UNKNOWN or first(r, "action.type") in ("Delete", UNKNOWN)]
    yield from _disposes(deleting, _GCS, settings.limit("data_retention_days"))


CONTROL = Control(
    id="data-retention",
    group=Group.DATA_GOVERNANCE,
    title="Object stores dispose of data on a schedule",
    severity=Severity.HIGH,
    why="What is kept without need is lost without need, and may not be kept by law.",
    remedy="Keep recovery_days and capture_days of the storage component.",
    url="https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lifecycle-mgmt.html",
    clauses=(
        "iso42001:A.4.3",
        "iso27001:A.8.10",
        "soc2:C1.2",
        "gdpr:Art. 5(1)(e)",
        "nist-800-53:SI-12",
        "cis:3.4",
    ),
    covers=(
        "checkov:CKV2_AWS_61",
        "security-hub:S3.13",
    ),
    rows=ByCloud(
        aws=(
            StackRow(
                types=(aws("s3.Bucket"),),
                check=_kept_by(_S3_LIFECYCLE),
                reads=((_LIFECYCLE, "bucket"), *((_LIFECYCLE, f"rules[].{p}") for p in ("status", *_S3))),
            ),
        ),
        azure=(
            StackRow(
                types=(azure("storage.StorageAccount"),),
                check=_blobs,
                reads=(
                    (_MANAGEMENT, "accountName"),
                    (_SERVICE, "deleteRetentionPolicy.days"),
                    (_SERVICE, "deleteRetentionPolicy.enabled"),
                    *((_MANAGEMENT, f"policy.rules[].{p}") for p in ("enabled", *_BLOB)),
                ),
            ),
        ),
        gcp=(
            Rule(
                types=(gcp("storage.Bucket"),),
                check=_gcs,
                reads=tuple((gcp("storage.Bucket"), f"lifecycleRules[].{p}") for p in ("action.type", *_GCS)),
            ),
        ),
    ),
)
