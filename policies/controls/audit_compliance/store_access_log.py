"""Who read and wrote data is on record."""

from __future__ import annotations

from collections.abc import Iterator

from components.core.cloud import ByCloud
from policies.accept import is_set
from policies.checks import PASSED, Outcome, StackRow, failed, not_applicable, undetermined
from policies.control import Control, Group, Severity
from policies.graph import Graph, Resource
from policies.settings import Settings
from policies.tokens import aws, azure, gcp
from policies.verdict import UNKNOWN, at, known

_BUCKET, _LOGGING, _TRAIL = aws("s3.Bucket"), aws("s3.BucketLogging"), aws("cloudtrail.Trail")
_DIAGNOSTIC = azure("monitor.DiagnosticSetting")
_FLOWS = azure("network.FlowLog")
_AUDIT = gcp("projects.IAMAuditConfig")
_OBJECT = "AWS::S3::Object"
_SERVICE = "/blobservices/"


def _bucket(resource: Resource, graph: Graph, _settings: Settings) -> Iterator[Outcome]:
    for type_, link in ((_LOGGING, "targetBucket"), (_TRAIL, "s3BucketName")):
        if graph.referring(resource, (type_,), link)[0]:
            yield not_applicable("it holds logs itself")
            return
    sure, maybe = graph.referring(resource, (_LOGGING,), "bucket")
    trails = [_recorded(trail) for trail in graph.of(_TRAIL)]
    if sure or any(trails):
        yield PASSED
    elif maybe or any(answer is None for answer in trails):
        yield undetermined("whether access is logged is not known yet")
    else:
        yield failed("neither server access logs nor a trail of data events record who reads it")


def _recorded(trail: Resource) -> bool | None:
    """Whether a trail records reads and writes of objects."""
    paths = ("eventSelectors[].dataResources[].type", "advancedEventSelectors[].fieldSelectors[].equals[]")
    values = [hit.value for path in paths for hit in at(trail.props, path)]
    if any(value == _OBJECT for value in values if known(value)):
        return True
    return None if any(value is UNKNOWN for value in values) else False


def _account(resource: Resource, graph: Graph, _settings: Settings) -> Iterator[Outcome]:
    for type_, link in ((_FLOWS, "storageId"), (_DIAGNOSTIC, "storageAccountId")):
        if graph.referring(resource, (type_,), link)[0]:
            yield not_applicable("it holds logs itself")
            return
    doubt = False
    for setting in graph.of(_DIAGNOSTIC):
        answer = _of_account(setting, resource, graph)
        enabled = [hit.value for hit in at(setting.props, "logs[].enabled")]
        if answer and any(value is True for value in enabled):
            yield PASSED
            return
        doubt = doubt or answer is None or (answer and any(value is UNKNOWN for value in enabled))
    yield (
        undetermined("whether access is logged is not known yet")
        if doubt
        else failed("no diagnostic setting records who reads and writes it")
    )


def _of_account(setting: Resource, account: Resource, graph: Graph) -> bool | None:
    """Whether a setting is on the account or on one of its services (``<account>/blobServices/default``)."""
    value = setting.at("resourceUri")
    if isinstance(value, str):
        # ARM ids keep the case of the caller.
        owner = value[: value.casefold().index(_SERVICE)] if _SERVICE in value.casefold() else value
        names = {n.casefold() for n in graph.identities(account)}
        if {owner.casefold(), owner.rpartition("/")[2].casefold()} & names:
            return True
    return graph.refers(setting, "resourceUri", account)


def _gcs(resource: Resource, graph: Graph, _settings: Settings) -> Iterator[Outcome]:
    if graph.referring(resource, (gcp("storage.Bucket"),), "logging.logBucket")[0]:
        yield not_applicable("it holds logs itself")
        return
    bucket = resource.at("logging.logBucket")
    audits = [_reads_and_writes(audit) for audit in graph.of(_AUDIT)]
    if (known(bucket) and is_set()(bucket)) or any(audits):
        yield PASSED
    elif bucket is UNKNOWN and graph.sources(resource, "logging"):
        yield PASSED  # the name of a bucket of this stack
    elif bucket is UNKNOWN or any(answer is None for answer in audits):
        yield undetermined("whether access is logged is not known yet", "logging.logBucket")
    else:
        yield failed("neither logging.logBucket nor data access audit logs of storage are set", "logging.logBucket")


def _reads_and_writes(audit: Resource) -> bool | None:
    service = audit.at("service")
    types = [hit.value for hit in at(audit.props, "auditLogConfigs[].logType")]
    if service is UNKNOWN or any(t is UNKNOWN for t in types):
        return None
    return service in ("storage.googleapis.com", "allServices") and {"DATA_READ", "DATA_WRITE"} <= {
        t for t in types if isinstance(t, str)
    }


CONTROL = Control(
    id="store-access-log",
    group=Group.AUDIT_COMPLIANCE,
    title="Access to object stores is logged",
    severity=Severity.MEDIUM,
    why="Without a log nobody can say whose data left the house.",
    remedy="Keep access_logs of the storage component switched on.",
    url="https://docs.aws.amazon.com/AmazonS3/latest/userguide/logging-with-S3.html",
    clauses=(
        "iso27001:A.8.15",
        "soc2:CC7.2",
        "nist-800-53:AU-12",
        "cis:3.14",
    ),
    covers=(
        "aws-config:cloudtrail-s3-dataevents-enabled",
        "aws-config:s3-bucket-logging-enabled",
        "cdk-nag:AwsSolutions-S1",
        "checkov:CKV2_AZURE_21",
        "checkov:CKV_AWS_18",
        "checkov:CKV_GCP_62",
        "security-hub:CloudTrail.7",
        "security-hub:S3.9",
    ),
    rows=ByCloud(
        aws=(
            StackRow(
                types=(_BUCKET,),
                check=_bucket,
                reads=(
                    (_LOGGING, "bucket"),
                    (_LOGGING, "targetBucket"),
                    (_TRAIL, "s3BucketName"),
                    (_TRAIL, "eventSelectors[].dataResources[].type"),
                    (_TRAIL, "advancedEventSelectors[].fieldSelectors[].equals"),
                ),
            ),
        ),
        azure=(
            StackRow(
                types=(azure("storage.StorageAccount"),),
                check=_account,
                reads=(
                    (_DIAGNOSTIC, "resourceUri"),
                    (_DIAGNOSTIC, "logs[].enabled"),
                    (_DIAGNOSTIC, "storageAccountId"),
                    (_FLOWS, "storageId"),
                ),
            ),
        ),
        gcp=(
            StackRow(
                types=(gcp("storage.Bucket"),),
                check=_gcs,
                reads=(
                    (gcp("storage.Bucket"), "logging.logBucket"),
                    (_AUDIT, "service"),
                    (_AUDIT, "auditLogConfigs[].logType"),
                ),
            ),
        ),
    ),
)
