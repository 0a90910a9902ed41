"""The kinds of IAM policy by the property that carries them, with their quotas and what their service adds.

Quotas, each at the page that the row cites. A policy that only a raised quota would allow is refused with the default.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from simulator.documents.aws.arns import glob
from simulator.documents.aws.policy import Flavour
from simulator.documents.aws.trust import trust_rules
from simulator.documents.fault import Document, Fault, Place, items, texts
from simulator.values import is_unknown

_IAM_QUOTAS = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"
_SQS_QUOTAS = "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-policies.html"
_ALPHANUMERIC = re.compile(r"[0-9A-Za-z]*")

Statements = list[tuple[Place, dict[str, Any]]]

S3_OBJECT_ACTIONS = frozenset(
    f"s3:{name}".lower()
    for name in (
        "AbortMultipartUpload",
        "BypassGovernanceRetention",
        "DeleteObject",
        "DeleteObjectTagging",
        "DeleteObjectVersion",
        "GetObject",
        "GetObjectAcl",
        "GetObjectAttributes",
        "GetObjectLegalHold",
        "GetObjectRetention",
        "GetObjectTagging",
        "GetObjectVersion",
        "ListMultipartUploadParts",
        "PutObject",
        "PutObjectAcl",
        "PutObjectLegalHold",
        "PutObjectRetention",
        "PutObjectTagging",
        "ReplicateDelete",
        "ReplicateObject",
        "RestoreObject",
    )
)
"""https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html, resource type object."""

S3_BUCKET_ACTIONS = frozenset(
    f"s3:{name}".lower()
    for name in (
        "CreateBucket",
        "DeleteBucket",
        "DeleteBucketPolicy",
        "GetBucketAcl",
        "GetBucketLocation",
        "GetBucketPolicy",
        "GetBucketVersioning",
        "GetEncryptionConfiguration",
        "GetInventoryConfiguration",
        "GetLifecycleConfiguration",
        "ListBucket",
        "ListBucketMultipartUploads",
        "ListBucketVersions",
        "PutBucketAcl",
        "PutBucketPolicy",
        "PutBucketVersioning",
        "PutEncryptionConfiguration",
        "PutInventoryConfiguration",
        "PutLifecycleConfiguration",
    )
)
"""The same page, resource type bucket."""


def bucket_rules(document: Document, statements: Statements) -> Iterator[Fault]:
    """Yield what S3 refuses: resources of another bucket, and actions that fit none of the resources."""
    bucket = document.beside.get("bucket")
    named = bucket if isinstance(bucket, str) and not is_unknown(bucket) else ""
    for place, statement in statements:
        resources = list(items(statement.get("Resource", []), (*place, "Resource")))
        if named:
            for where, one in resources:
                if isinstance(one, str) and not is_unknown(one) and one.startswith("arn:") and not _in(one, named):
                    yield Fault(
                        where,
                        f"Policy has invalid resource: '{one}'",
                        f"arn:aws:s3:::{named} and arn:aws:s3:::{named}/…",
                        "a bucket policy speaks of its own bucket only",
                    )
        paths = [one.split(":", 5)[-1] for _, one in resources if isinstance(one, str)]
        if not paths or any(is_unknown(one) for _, one in resources):
            continue
        objects = any("/" in path or "*" in path for path in paths)
        buckets = any("/" not in path or path.partition("/")[0].endswith("*") for path in paths)
        for where, action in texts(statement.get("Action", []), (*place, "Action")):
            low = action.lower()
            if (low in S3_OBJECT_ACTIONS and not objects) or (low in S3_BUCKET_ACTIONS and not buckets):
                wanted = "an object (bucket/key or bucket/*)" if low in S3_OBJECT_ACTIONS else "the bucket itself"
                yield Fault(
                    where,
                    f"Action does not apply to any resource(s) in statement: {action}",
                    f"a Resource for {wanted}",
                )


def _in(resource: str, bucket: str) -> bool:
    path = resource.split(":", 5)[-1]
    return re.fullmatch(glob(path.partition("/")[0]), bucket) is not None or "accesspoint" in path


def key_rules(document: Document, statements: Statements) -> Iterator[Fault]:
    """Yield that a key policy locks its owner out (unless the safety check is bypassed)."""
    bypass = document.beside.get("bypassPolicyLockoutSafetyCheck")
    if bypass is True or is_unknown(bypass) or not statements:
        return
    for _, statement in statements:
        principal = statement.get("Principal")
        aws = principal == "*" or is_unknown(principal) or (isinstance(principal, dict) and "AWS" in principal)
        if statement.get("Effect") != "Allow" or not aws:
            continue
        actions = [one for _, one in items(statement.get("Action", []), ())]
        if any(is_unknown(one) for one in actions) or "NotAction" in statement:
            return
        if any(isinstance(one, str) and re.fullmatch(glob(one.lower()), "kms:putkeypolicy") for one in actions):
            return
    yield Fault(
        (),
        "The new key policy will not allow you to update the key policy in the future.",
        "a statement that allows kms:PutKeyPolicy (or kms:*) to the account",
        "https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html",
    )


def queue_rules(_: Document, statements: Statements) -> Iterator[Fault]:
    """Yield what SQS refuses: more than 20 statements, or more than 7 actions in one."""
    if len(statements) > 20:
        yield Fault(("Statement",), f"OverLimit: it has {len(statements)} statements", "at most 20", _SQS_QUOTAS)
    for place, statement in statements:
        actions = statement.get("Action")
        if isinstance(actions, list) and len(actions) > 7:
            yield Fault((*place, "Action"), f"OverLimit: it has {len(actions)} actions", "at most 7", _SQS_QUOTAS)


def _identity(name: str, limit: int) -> Flavour:
    return Flavour(name, False, limit=limit, spaces=False, quota=_IAM_QUOTAS, sid=_ALPHANUMERIC, latest=True)


FLAVOURS: dict[str, Flavour] = {
    "managed": _identity("managed policy", 6144),
    "inline-role": _identity("inline policy of a role", 10240),
    "inline-group": _identity("inline policy of a group", 5120),
    "inline-user": _identity("inline policy of a user", 2048),
    "permission-set": _identity("inline policy of a permission set", 32768),
    "trust": Flavour(
        "trust policy",
        True,
        resource="forbidden",
        limit=2048,
        spaces=False,
        quota=_IAM_QUOTAS,
        rules=(trust_rules,),
    ),
    "bucket": Flavour(
        "bucket policy",
        True,
        limit=20480,
        quota="https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html",
        vendors=("s3",),
        wildcard_resource=False,
        rules=(bucket_rules,),
    ),
    "key": Flavour(
        "key policy",
        True,
        limit=32768,
        quota="https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html",
        vendors=("kms",),
        rules=(key_rules,),
    ),
    "queue": Flavour("queue policy", True, limit=8192, quota=_SQS_QUOTAS, vendors=("sqs",), rules=(queue_rules,)),
    "topic": Flavour(
        "topic policy",
        True,
        limit=30720,
        quota="https://docs.aws.amazon.com/general/latest/gr/sns.html",
        vendors=("sns",),
    ),
    "repository": Flavour(
        "repository policy",
        True,
        resource="optional",
        limit=10240,
        quota="https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_SetRepositoryPolicy.html",
        vendors=("ecr",),
    ),
    "endpoint": Flavour(
        "endpoint policy",
        True,
        limit=20480,
        quota="https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html",
    ),
    "secret": Flavour(
        "secret policy",
        True,
        limit=20480,
        quota="https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html",
        vendors=("secretsmanager",),
    ),
    "logs": Flavour(
        "log resource policy",
        True,
        limit=5120,
        quota="https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutResourcePolicy.html",
    ),
    "bus": Flavour(
        "event bus policy",
        True,
        limit=10240,
        quota="https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html",
        vendors=("events",),
    ),
    "catalog": Flavour(
        "data catalogue policy",
        True,
        limit=10240,
        quota="https://docs.aws.amazon.com/glue/latest/dg/glue-resource-policies.html",
        vendors=("glue",),
    ),
    "model-group": Flavour(
        "model package group policy",
        True,
        limit=20480,
        quota="https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_PutModelPackageGroupPolicy.html",
        vendors=("sagemaker",),
    ),
}
