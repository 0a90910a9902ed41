"""Storage on Google Cloud: one bucket per zone, regional, with uniform access and no way to make anything public.

Buckets have no private endpoint of their own: the network's endpoint for Google APIs serves them. Access logs are usage
logs, which Google's log writer delivers to zone logs; a locked retention policy there cannot be undone by anyone.
Not here: data access audit logs, which are a setting of the project or organisation; and refusing requests from outside
the network, which is a service perimeter of the organisation. IP filters of buckets would lock out the platform itself:
jobs of Vertex AI reach Cloud Storage without the identity of the network
(https://docs.cloud.google.com/vertex-ai/docs/training/psc-i-egress), workflows and Cloud Build are outside of it, and
who applies the stack may bypass a filter for the bucket itself but not for its grants
(https://cloud.google.com/storage/docs/bypass-ip-filter).
"""

import pulumi_gcp as gcp
from pulumi import Input, Output

from components.clouds import gcp_grants
from components.core.backend import Means, Support
from components.core.cloud import Gap
from components.core.errors import Fault, TripodError
from components.core.refs import IdentityRef
from components.core.scope import Scope
from components.core.vocabulary import ZONE_CLASS, DataClass, Role, Zone
from components.storage.contract import StorageArgs, StorageOutputs, StorageSpec, existing_lake

SUPPORT = Support(means=Means.NATIVE, by="Cloud Storage")
GAPS: tuple[Gap, ...] = ()

LOG_WRITER = "group:cloud-storage-analytics@google.com"
"""Delivers usage logs (https://cloud.google.com/storage/docs/access-logs#delivery)."""
_When = gcp.storage.BucketLifecycleRuleConditionArgs
_DAY = 24 * 60 * 60
"""Seconds."""
_UPLOAD_DAYS = 7
"""Days after which parts of an upload that was never finished are deleted."""

READ = (gcp_grants.OBJECT_VIEWER,)
WRITE = (gcp_grants.OBJECT_USER, gcp_grants.BUCKET_READER)
"""With reading the bucket itself, which pipelines do before they write
(https://cloud.google.com/vertex-ai/docs/pipelines/configure-project)."""

GRANTS: dict[Zone, dict[Role, tuple[str, ...]]] = {
    Zone.RAW: {Role.PIPELINE: READ},
    Zone.CURATED: {Role.TRAINING: READ, Role.PIPELINE: WRITE, Role.MONITORING: READ},
    Zone.FEATURES: {Role.TRAINING: READ, Role.PIPELINE: WRITE},
    Zone.ARTIFACTS: {Role.TRAINING: WRITE, Role.PIPELINE: WRITE, Role.SERVING: READ, Role.MONITORING: READ},
    Zone.MONITORING: {Role.PIPELINE: READ, Role.SERVING: (gcp_grants.OBJECT_CREATOR,), Role.MONITORING: WRITE},
}
"""Who does what in which zone. Nobody of the platform reads or writes zone logs."""


def build(scope: Scope, spec: StorageSpec, args: StorageArgs) -> StorageOutputs:
    """Make the buckets that are not brought along, and the grants on all.

    Raises:
        TripodError: where versioning is switched off although the posture protects against deletion, or the lake exists
            and nobody says where.
    """
    _check(scope, spec)
    project = args["foundation"]["account_id"]
    keys: dict[DataClass, Input[str]] = {
        DataClass.DATA: args["keys"]["data_key_id"],
        DataClass.MODELS: args["keys"]["models_key_id"],
        DataClass.LOGS: args["keys"]["logs_key_id"],
    }
    brought = existing_lake(spec, args)
    names: dict[Zone, Output[str]] = {}
    for zone in (Zone.LOGS, *(zone for zone in Zone if zone is not Zone.LOGS)):  # logs first: the others name it
        if zone in brought:
            names[zone] = Output.from_input(brought[zone])
            continue
        key = keys[ZONE_CLASS[zone]] if scope.covers(ZONE_CLASS[zone]) else None
        log_bucket = names.get(Zone.LOGS) if spec.access_logs else None
        names[zone] = _bucket(scope, spec, zone, project=project, key=key, log_bucket=log_bucket).name
    identity = args.get("identity")
    if identity is not None:
        _grant(scope, identity, names)
    ids = {f"{zone.value}_id": name for zone, name in names.items()}
    uris = {f"{zone.value}_uri": Output.concat("gs://", name) for zone, name in names.items()}
    return StorageOutputs(**ids, **uris)


def _check(scope: Scope, spec: StorageSpec) -> None:
    if not spec.versioning and scope.lasting:
        raise TripodError(
            Fault(
                where="storage.versioning",
                what="false loosens deletion protection: overwritten objects could not be restored",
                allowed="true",
                remedy="remove the option, or choose profile sandbox",
            )
        )


def _bucket(
    scope: Scope,
    spec: StorageSpec,
    zone: Zone,
    *,
    project: Input[str],
    key: Input[str] | None,
    log_bucket: Input[str] | None,
) -> gcp.storage.Bucket:
    """Make the bucket of one zone; the one of zone logs also takes the usage logs of the others."""
    logs = zone is Zone.LOGS
    locked = logs and scope.posture.immutable_logs
    # A locked bucket keeps every object as it is: versions would only outlive the retention period.
    versioned = spec.versioning and not locked
    bucket = gcp.storage.Bucket(
        scope.label(zone.value),
        project=project,
        name=scope.name("bucket", zone.value),
        location=scope.region,
        storage_class="STANDARD",
        uniform_bucket_level_access=True,
        public_access_prevention="enforced",
        force_destroy=not scope.posture.deletion_protection,  # else one object is enough to stop a destroy
        encryption=gcp.storage.BucketEncryptionArgs(default_kms_key_name=key) if key is not None else None,
        versioning=gcp.storage.BucketVersioningArgs(enabled=versioned),
        soft_delete_policy=gcp.storage.BucketSoftDeletePolicyArgs(
            retention_duration_seconds=spec.recovery_days * _DAY,
        ),
        lifecycle_rules=_lifecycle(scope, spec, zone, versioned=versioned),
        logging=gcp.storage.BucketLoggingArgs(log_bucket=log_bucket, log_object_prefix=zone.value)
        if log_bucket is not None
        else None,
        retention_policy=gcp.storage.BucketRetentionPolicyArgs(
            retention_period=str(scope.posture.log_retention_days * _DAY), is_locked=True
        )
        if locked
        else None,
        deletion_policy="PREVENT" if scope.posture.deletion_protection else "DELETE",
        labels=scope.tags(zone=zone.value),
        opts=scope.options(stateful=True),
    )
    if logs and spec.access_logs:
        gcp_grants.on_bucket(scope, "logs-writer", bucket.name, gcp_grants.OBJECT_CREATOR, LOG_WRITER)
    return bucket


def _lifecycle(
    scope: Scope, spec: StorageSpec, zone: Zone, *, versioned: bool
) -> list[gcp.storage.BucketLifecycleRuleArgs]:
    """What happens to objects in time. Ages are in days."""
    rules = [_rule("AbortIncompleteMultipartUpload", _When(age=_UPLOAD_DAYS))]
    if versioned:
        rules.append(_rule("Delete", _When(days_since_noncurrent_time=spec.recovery_days, with_state="ARCHIVED")))
    if zone is Zone.RAW:
        rules.append(_rule("SetStorageClass", _When(age=spec.archive_days), storage_class="COLDLINE"))
    if zone is Zone.MONITORING:
        rules.append(_rule("Delete", _When(age=spec.capture_days, with_state="LIVE")))
    if zone is Zone.LOGS:
        rules.append(_rule("Delete", _When(age=scope.posture.log_retention_days, with_state="LIVE")))
    return rules


def _rule(action: str, when: _When, *, storage_class: str | None = None) -> gcp.storage.BucketLifecycleRuleArgs:
    return gcp.storage.BucketLifecycleRuleArgs(
        action=gcp.storage.BucketLifecycleRuleActionArgs(type=action, storage_class=storage_class), condition=when
    )


def _grant(scope: Scope, identity: IdentityRef, names: dict[Zone, Output[str]]) -> None:
    principals: dict[Role, Input[str]] = {
        Role.TRAINING: identity["training_principal"],
        Role.PIPELINE: identity["pipeline_principal"],
        Role.SERVING: identity["serving_principal"],
        Role.MONITORING: identity["monitoring_principal"],
    }
    for zone, granted in GRANTS.items():
        for role, roles in granted.items():
            for name in roles:
                part = f"{zone.value}-{role.value}-{name.rpartition('.')[2].lower()}"
                gcp_grants.on_bucket(scope, part, names[zone], name, principals[role])
