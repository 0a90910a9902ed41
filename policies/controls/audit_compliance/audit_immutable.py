"""Audit records cannot be changed, not even by administrators."""

from __future__ import annotations

from collections.abc import Iterator

from components.core.cloud import ByCloud
from policies.accept import at_least, is_set, is_true, number
from policies.checks import PASSED, Outcome, Row, StackRow, failed, not_applicable, undetermined
from policies.control import Control, Group, Severity
from policies.graph import Graph, Resource
from policies.settings import Settings
from policies.tokens import aws, azure, gcp
from policies.verdict import MISSING, UNKNOWN, Verdict

_BUCKET, _TRAIL = aws("s3.Bucket"), aws("cloudtrail.Trail")
_LOCK = aws("s3.BucketObjectLockConfiguration")
_ACCOUNT, _LOCKED = azure("storage.StorageAccount"), "immutableStorageWithVersioning.enabled"
_WRITERS = ((azure("monitor.DiagnosticSetting"), "storageAccountId"),)
# Flow logs are left out: Network Watcher writes on in blobs that it began.
_RETENTION = "rule.defaultRetention"


def _trail_bucket(resource: Resource, graph: Graph, settings: Settings) -> Iterator[Outcome]:
    trails, perhaps = graph.referring(resource, (_TRAIL,), "s3BucketName")
    if not trails and not perhaps:
        yield not_applicable("no audit trail is written to it")
        return
    locks, maybe = graph.referring(resource, (_LOCK,), "bucket")
    if not locks and (maybe or not trails):
        yield undetermined("whether it holds a trail and is locked is not known yet")
    elif not locks:
        yield failed("it holds an audit trail and has no object lock")
    for lock in locks:
        yield _judge(lock, settings.limit("audit_lock_days"))


def _log_account(resource: Resource, graph: Graph, _settings: Settings) -> Iterator[Outcome]:
    """Accounts that logs are written to; containers may hold a policy of their own instead."""
    answers = [graph.refers(writer, path, resource) for type_, path in _WRITERS for writer in graph.of(type_)]
    locked = resource.at(_LOCKED)
    policies = graph.of(azure("storage.BlobContainerImmutabilityPolicy"))
    if not any(answers) and None not in answers:
        yield not_applicable("no logs are written to it")
    elif locked is True or policies:
        yield PASSED
    elif locked is UNKNOWN or not any(answers):
        yield undetermined("whether it holds logs and is locked is not known yet", _LOCKED)
    else:
        yield failed(f"it holds logs, and {_LOCKED} is not true", _LOCKED)


def _judge(lock: Resource, least: float) -> Outcome:
    mode, days, years = (lock.at(f"{_RETENTION}.{key}") for key in ("mode", "days", "years"))
    if mode is UNKNOWN or days is UNKNOWN or years is UNKNOWN:
        return undetermined(f"{lock.name}: {_RETENTION} is not known yet", _RETENTION)
    if mode != "COMPLIANCE":
        return failed(f"{lock.name}: {_RETENTION}.mode must be COMPLIANCE", f"{_RETENTION}.mode")
    kept = (number(days) or 0) if days is not MISSING else 365 * ((number(years) or 0) if years is not MISSING else 0)
    return PASSED if kept >= least else failed(f"{lock.name}: the lock must last {least:g} days or more", _RETENTION)


CONTROL = Control(
    id="audit-immutable",
    group=Group.AUDIT_COMPLIANCE,
    title="Audit records are locked",
    severity=Severity.HIGH,
    why="Whoever can delete the trail can do anything else unseen.",
    remedy="Set posture immutable_logs to true.",
    url="https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html",
    clauses=(
        "iso27001:A.5.33",
        "soc2:CC7.2",
        "hipaa:164.312(c)(1)",
        "eu-ai-act:Art. 19",
        "nist-800-53:AU-9",
    ),
    covers=("checkov:CKV2_GCP_4",),
    rows=ByCloud(
        aws=(
            StackRow(
                types=(_BUCKET,),
                check=_trail_bucket,
                reads=(
                    (_TRAIL, "s3BucketName"),
                    (_LOCK, "bucket"),
                    *((_LOCK, f"{_RETENTION}.{k}") for k in ("mode", "days", "years")),
                ),
            ),
        ),
        azure=(
            StackRow(
                types=(_ACCOUNT,),
                check=_log_account,
                reads=((_ACCOUNT, _LOCKED), *_WRITERS),
            ),
            Row(
                type=azure("storage.BlobContainerImmutabilityPolicy"),
                path="immutabilityPeriodSinceCreationInDays",
                accept=lambda s: at_least(s.limit("audit_lock_days")),
                if_missing=Verdict.FAILED,
            ),
        ),
        gcp=(
            Row(type=gcp("logging.ProjectBucketConfig"), path="locked", accept=is_true(), if_missing=Verdict.FAILED),
            Row(
                type=gcp("storage.Bucket"),
                path="retentionPolicy.isLocked",
                accept=is_true(),
                if_missing=Verdict.FAILED,
                when=("retentionPolicy.retentionPeriod", is_set()),
            ),
        ),
    ),
)
