"""Object stores know identities only: no access lists, no account keys."""

from __future__ import annotations

from components.core.cloud import ByCloud
from policies.accept import equals, is_false, is_true
from policies.checks import Attached, Row
from policies.control import Control, Group, Severity
from policies.tokens import aws, azure, gcp
from policies.verdict import Verdict

CONTROL = Control(
    id="store-identity-only-access",
    group=Group.DATA_PROTECTION_KEYS,
    title="Object stores grant access by identity alone",
    severity=Severity.HIGH,
    why="Access lists and shared keys bypass the one place where access is granted and reviewed.",
    remedy="Keep the ownership controls of the storage component; use role assignments in place of keys.",
    url="https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html",
    clauses=(
        "iso27001:A.5.15",
        "soc2:CC6.1",
        "nist-800-53:AC-3",
        "cis:3.3",
    ),
    covers=(
        "aws-config:s3-bucket-acl-prohibited",
        "checkov:CKV2_AWS_65",
        "checkov:CKV2_AZURE_40",
        "checkov:CKV_AWS_20",
        "checkov:CKV_AWS_57",
        "checkov:CKV_GCP_29",
        "security-hub:S3.12",
    ),
    rows=ByCloud(
        aws=(
            Attached(
                type=aws("s3.Bucket"),
                companion=aws("s3.BucketOwnershipControls"),
                link="bucket",
                tests=(("rule.objectOwnership", equals("BucketOwnerEnforced")),),
                words="ownership controls",
            ),
        ),
        azure=(
            Row(
                type=azure("storage.StorageAccount"),
                path="allowSharedKeyAccess",
                accept=is_false(),
                if_missing=Verdict.FAILED,
            ),
            Row(  # users with passwords of their own, for SFTP
                type=azure("storage.StorageAccount"),
                path="isLocalUserEnabled",
                accept=is_false(),
                if_missing=Verdict.PASSED,
            ),
            Row(  # the keys of a cache stay on, because materialisation of features asks for them
                type=azure("redis.Redis"),
                path="redisConfiguration.aadEnabled",
                accept=equals("true", "True"),
                if_missing=Verdict.FAILED,
            ),
            Row(
                type=azure("operationalinsights.Workspace"),
                path="features.disableLocalAuth",
                accept=is_true(),
                if_missing=Verdict.FAILED,
            ),
            Row(
                type=azure("machinelearningservices.Workspace"),
                path="systemDatastoresAuthMode",
                accept=equals("identity", "Identity"),
                if_missing=Verdict.FAILED,
            ),
        ),
        gcp=(
            Row(
                type=gcp("storage.Bucket"), path="uniformBucketLevelAccess", accept=is_true(), if_missing=Verdict.FAILED
            ),
        ),
    ),
)
