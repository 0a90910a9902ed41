"""Storage on AWS: one bucket per zone, each with its settings as resources of their own.

Server access logs can go neither to a bucket with Object Lock nor to one under a customer key
(https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html); where the posture asks for
either, a trail of data events records access instead, which also signs its files. Not here: replication to another
region, Lake Formation, and logs of an existing lake, which belong to the data platform.
"""

import re
from collections.abc import Mapping
from dataclasses import replace

import pulumi_aws as aws
from pulumi import Input, Output

from components.clouds.aws_arn import arns
from components.clouds.aws_iam import after, document
from components.core.backend import Means, Support
from components.core.cloud import Gap
from components.core.errors import Fault, TripodError
from components.core.refs import KeysRef
from components.core.scope import Scope
from components.core.vocabulary import DataClass, Zone
from components.storage.aws_access import grant_zones, key_denials, network_denials, transport_denials, zone_key
from components.storage.aws_audit import access_trail, server_access_logs, server_log_delivery, trail_delivery
from components.storage.contract import StorageArgs, StorageOutputs, StorageSpec, existing_lake

SUPPORT = Support(means=Means.NATIVE, by="S3, CloudTrail")
GAPS: tuple[Gap, ...] = ()

ABANDONED_UPLOAD_DAYS = 7
"""Days after which the parts of an upload that was never finished are deleted."""
COLD_CLASS = "GLACIER_IR"
"""Cold, yet read in milliseconds: retraining on old raw data needs no restore
(https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-class-intro.html)."""


def build(scope: Scope, spec: StorageSpec, args: StorageArgs) -> StorageOutputs:
    """Make the zones, log access to them and grant it.

    Raises:
        TripodError: where versioning is switched off although the posture protects against deletion, or a zone of an
            existing lake is missing or no bucket ARN.
    """
    names = arns(scope, args["foundation"])
    brought = existing_lake(spec, args)
    _check(brought)
    versioned = _versioned(scope, spec)
    made = {
        zone: _bucket(
            scope, spec, zone, args["keys"], args["foundation"]["account_id"], versioned or _locked(scope, zone)
        )
        for zone in Zone
        if zone not in brought
    }
    arn: dict[Zone, Input[str]] = {**brought, **{zone: names.bucket(bucket) for zone, bucket in made.items()}}
    sources: dict[Zone, aws.s3.Bucket] = {zone: bucket for zone, bucket in made.items() if zone is not Zone.LOGS}
    by_trail = scope.posture.immutable_logs or scope.covers(DataClass.LOGS)
    policies: dict[Zone, aws.s3.BucketPolicy] = {}
    for zone, bucket in made.items():
        statements = [
            *transport_denials(arn[zone]),
            *key_denials(arn[zone], zone_key(scope, zone, args["keys"])),
            *network_denials(scope, names, arn[zone], args.get("network")),
        ]
        if zone is Zone.LOGS and spec.access_logs:
            statements += (
                trail_delivery(scope, names, arn[zone])
                if by_trail
                else server_log_delivery(names, arn[zone], [arn[source] for source in sources])
            )
        policies[zone] = aws.s3.BucketPolicy(
            scope.label(zone.value, "policy"),
            bucket=bucket.bucket,
            policy=document(*statements),
            opts=scope.options(),
        )
    if spec.access_logs and by_trail:
        logged = [arn[source] for source in sources]
        access_trail(scope, args["keys"], logged, made[Zone.LOGS], policies[Zone.LOGS])
    elif spec.access_logs:
        server_access_logs(scope, sources, made[Zone.LOGS], policies[Zone.LOGS])
    if "identity" in args:
        for zone, granted in grant_zones(scope, arn, args["identity"]).items():
            arn[zone] = after(arn[zone], *granted)
    return _outputs(arn)


def _check(brought: Mapping[Zone, Input[str]]) -> None:
    """Refuse ids that are written out and are no bucket ARN; those of another stack are known too late for it."""
    faults = [
        Fault(
            where=f"storage.existing.{zone.value}_id",
            what=f"'{given}' is no bucket ARN",
            allowed="arn:<partition>:s3:::<bucket>",
            remedy="give the ARN of the bucket",
        )
        for zone, given in brought.items()
        if isinstance(given, str) and not re.fullmatch(r"arn:aws[a-z-]*:s3:::[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", given)
    ]
    if faults:
        raise TripodError(faults)


def _versioned(scope: Scope, spec: StorageSpec) -> bool:
    if not spec.versioning and scope.lasting:
        raise TripodError(
            Fault(
                where="storage.versioning",
                what="false loosens deletion protection: deleted objects could not be restored",
                allowed="true",
                remedy="remove the option, or choose profile sandbox",
            )
        )
    return spec.versioning


def _locked(scope: Scope, zone: Zone) -> bool:
    return zone is Zone.LOGS and scope.posture.immutable_logs


def _bucket_name(scope: Scope, part: str, account_id: Input[str]) -> Output[str]:
    """The name of a bucket, whose suffix is the account's own.

    Names are global, and where the configuration does not tell the account, the suffix of the scope leaves it out.
    Not the account's namespace of names: those are longer by account and region, which leaves 32 characters, and two
    regions lack it (https://docs.aws.amazon.com/AmazonS3/latest/userguide/gpbucketnamespaces.html).
    """
    scope.name("bucket", part)  # refuses a bad name at once: the account changes the suffix only

    def named(account: str) -> str:
        return replace(scope, spec=scope.spec.model_copy(update={"account": account})).name("bucket", part)

    return Output.from_input(account_id).apply(named)


def _bucket(
    scope: Scope, spec: StorageSpec, zone: Zone, keys: KeysRef, account_id: Input[str], versioned: bool
) -> aws.s3.Bucket:
    part = zone.value
    bucket = aws.s3.Bucket(
        scope.label(part),
        bucket=_bucket_name(scope, part, account_id),
        object_lock_enabled=_locked(scope, zone),
        force_destroy=not scope.posture.deletion_protection,  # a bucket with versions cannot be deleted otherwise
        tags=scope.tags(zone=part),
        opts=scope.options(stateful=True),
    )
    aws.s3.BucketOwnershipControls(
        scope.label(part, "ownership"),
        bucket=bucket.bucket,
        rule={"object_ownership": "BucketOwnerEnforced"},
        opts=scope.options(),
    )
    aws.s3.BucketPublicAccessBlock(
        scope.label(part, "public"),
        bucket=bucket.bucket,
        block_public_acls=True,
        block_public_policy=True,
        ignore_public_acls=True,
        restrict_public_buckets=True,
        opts=scope.options(),
    )
    _encryption(scope, zone, bucket, keys)
    versioning = aws.s3.BucketVersioning(
        scope.label(part, "versioning"),
        bucket=bucket.bucket,
        # "Disabled" is refused once versioning was on; "Suspended" is what switching off means then and at first.
        versioning_configuration={"status": "Enabled" if versioned else "Suspended"},
        opts=scope.options(),
    )
    aws.s3.BucketLifecycleConfiguration(
        scope.label(part, "lifecycle"),
        bucket=bucket.bucket,
        rules=_lifecycle(scope, spec, zone),
        opts=scope.options(depends_on=[versioning]),
    )
    if _locked(scope, zone):
        aws.s3.BucketObjectLockConfiguration(
            scope.label(part, "lock"),
            bucket=bucket.bucket,
            object_lock_enabled="Enabled",
            # Not even the account root can shorten this mode: the days are those of the posture, no more.
            rule={"default_retention": {"mode": "COMPLIANCE", "days": scope.posture.log_retention_days}},
            opts=scope.options(depends_on=[versioning]),
        )
    return bucket


def _encryption(scope: Scope, zone: Zone, bucket: aws.s3.Bucket, keys: KeysRef) -> None:
    key_id = zone_key(scope, zone, keys)
    aws.s3.BucketServerSideEncryptionConfiguration(
        scope.label(zone.value, "encryption"),
        bucket=bucket.bucket,
        rules=[
            {
                "apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}
                if key_id is None
                else {"sse_algorithm": "aws:kms", "kms_master_key_id": key_id},
                "bucket_key_enabled": key_id is not None,
                # Keys that come with the request are how stolen credentials hold data to ransom.
                "blocked_encryption_types": ["SSE-C"],
            }
        ],
        opts=scope.options(),
    )


def _lifecycle(scope: Scope, spec: StorageSpec, zone: Zone) -> list[aws.s3.BucketLifecycleConfigurationRuleArgs]:
    everything = aws.s3.BucketLifecycleConfigurationRuleFilterArgs(prefix="")  # a rule without a filter is refused
    rules = [
        aws.s3.BucketLifecycleConfigurationRuleArgs(
            id="recovery",
            status="Enabled",
            filter=everything,
            noncurrent_version_expiration=aws.s3.BucketLifecycleConfigurationRuleNoncurrentVersionExpirationArgs(
                noncurrent_days=spec.recovery_days
            ),
            expiration=aws.s3.BucketLifecycleConfigurationRuleExpirationArgs(expired_object_delete_marker=True),
            abort_incomplete_multipart_upload=aws.s3.BucketLifecycleConfigurationRuleAbortIncompleteMultipartUploadArgs(
                days_after_initiation=ABANDONED_UPLOAD_DAYS
            ),
        )
    ]
    expiry = {Zone.MONITORING: spec.capture_days, Zone.LOGS: scope.posture.log_retention_days}.get(zone)
    if expiry is not None:
        rules.append(
            aws.s3.BucketLifecycleConfigurationRuleArgs(
                id="expiry",
                status="Enabled",
                filter=everything,
                expiration=aws.s3.BucketLifecycleConfigurationRuleExpirationArgs(days=expiry),
            )
        )
    if zone is Zone.RAW:
        rules.append(
            aws.s3.BucketLifecycleConfigurationRuleArgs(
                id="archive",
                status="Enabled",
                filter=everything,
                transitions=[
                    aws.s3.BucketLifecycleConfigurationRuleTransitionArgs(
                        days=spec.archive_days, storage_class=COLD_CLASS
                    )
                ],
            )
        )
    return rules


def _outputs(arn: Mapping[Zone, Input[str]]) -> StorageOutputs:
    ids = {zone: Output.from_input(value) for zone, value in arn.items()}
    uris = {zone: value.apply(lambda text: f"s3://{text.rsplit(':', 1)[-1]}") for zone, value in ids.items()}
    return StorageOutputs(
        raw_id=ids[Zone.RAW],
        raw_uri=uris[Zone.RAW],
        curated_id=ids[Zone.CURATED],
        curated_uri=uris[Zone.CURATED],
        features_id=ids[Zone.FEATURES],
        features_uri=uris[Zone.FEATURES],
        artifacts_id=ids[Zone.ARTIFACTS],
        artifacts_uri=uris[Zone.ARTIFACTS],
        monitoring_id=ids[Zone.MONITORING],
        monitoring_uri=uris[Zone.MONITORING],
        logs_id=ids[Zone.LOGS],
        logs_uri=uris[Zone.LOGS],
    )
