"""Who read and wrote what on AWS: server access logs, or a trail of data events.

Server access logs are free and best effort. A trail is complete and signed, costs by the event, and can be written to a
bucket that is locked or under a customer key. It is of one region, as the buckets are, and data events are recorded in
the region of their resource.

Not here: management events of the account, whose trail covers all regions and belongs to the landing zone.
"""

from collections.abc import Mapping, Sequence

import pulumi_aws as aws
from pulumi import Input, Output

from components.clouds.aws_arn import Arns
from components.clouds.aws_iam import Statement
from components.core.refs import KeysRef
from components.core.scope import Scope
from components.core.vocabulary import Zone
from components.storage.aws_access import zone_key

PREFIX = "access"
"""Where access logs lie in zone logs."""


def server_log_delivery(names: Arns, logs_arn: Input[str], sources: Sequence[Input[str]]) -> tuple[Statement, ...]:
    """Lets S3 write access logs of ``sources`` (bucket ARNs)
    (https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html)."""
    return (
        Statement(
            sid="ServerAccessLogs",
            actions=("s3:PutObject",),
            principals={"Service": ("logging.s3.amazonaws.com",)},
            resources=(Output.concat(logs_arn, f"/{PREFIX}/*"),),
            conditions={
                "ArnLike": {"aws:SourceArn": list(sources)},
                "StringEquals": {"aws:SourceAccount": names.account},
            },
        ),
    )


def server_access_logs(
    scope: Scope,
    sources: Mapping[Zone, aws.s3.Bucket],
    logs: aws.s3.Bucket,
    delivery: aws.s3.BucketPolicy,
) -> None:
    """Log requests to ``sources`` to zone logs. ``delivery`` is the policy that lets S3 write there."""
    for zone, bucket in sources.items():
        aws.s3.BucketLogging(
            scope.label(zone.value, "logging"),
            bucket=bucket.bucket,
            target_bucket=logs.bucket,
            target_prefix=f"{PREFIX}/{zone.value}/",
            # By event time, so that one day of one bucket is one prefix.
            target_object_key_format={"partitioned_prefix": {"partition_date_source": "EventTime"}},
            opts=scope.options(depends_on=[delivery]),
        )


def trail_delivery(scope: Scope, names: Arns, logs_arn: Input[str]) -> tuple[Statement, ...]:
    """Lets this stack's trail and no other write to zone logs
    (https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html)."""
    trail = names.regional("cloudtrail", f"trail/{scope.name('trail')}")
    service = {"Service": ("cloudtrail.amazonaws.com",)}
    return (
        Statement(
            sid="TrailChecksBucket",
            actions=("s3:GetBucketAcl",),
            principals=service,
            resources=(logs_arn,),
            conditions={"StringEquals": {"aws:SourceArn": trail}},
        ),
        Statement(
            sid="TrailWrites",
            actions=("s3:PutObject",),
            principals=service,
            resources=(Output.concat(logs_arn, f"/{PREFIX}/AWSLogs/", names.account, "/*"),),
            conditions={
                "StringEquals": {"aws:SourceArn": trail, "s3:x-amz-acl": "bucket-owner-full-control"},
            },
        ),
    )


def access_trail(
    scope: Scope,
    keys: KeysRef,
    sources: Sequence[Input[str]],
    logs: aws.s3.Bucket,
    delivery: aws.s3.BucketPolicy,
) -> None:
    """Record every read and write of objects in ``sources`` (bucket ARNs).

    Zone logs is left out: its own writes would feed it.
    """
    aws.cloudtrail.Trail(
        scope.label("access"),
        name=scope.name("trail"),
        s3_bucket_name=logs.bucket,
        s3_key_prefix=PREFIX,
        kms_key_id=zone_key(scope, Zone.LOGS, keys),
        enable_log_file_validation=True,
        include_global_service_events=False,
        is_multi_region_trail=False,
        advanced_event_selectors=[
            {
                "name": "Objects of the zones",
                "field_selectors": [
                    {"field": "eventCategory", "equals": ["Data"]},
                    {"field": "resources.type", "equals": ["AWS::S3::Object"]},
                    {
                        "field": "resources.ARN",
                        "starts_withs": [Output.concat(arn, "/") for arn in sources],
                    },
                ],
            }
        ],
        tags=scope.tags(),
        opts=scope.options(stateful=True, depends_on=[delivery]),
    )
