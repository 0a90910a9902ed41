"""Object stores cannot be opened to the world."""

from __future__ import annotations

from components.core.cloud import ByCloud
from policies.accept import equals, is_false, is_set, is_true
from policies.checks import Attached, Row
from policies.control import Control, Group, Severity
from policies.graph import Graph, Resource
from policies.tokens import aws, azure, gcp
from policies.verdict import Verdict

_REGISTRY = azure("machinelearningservices.Registry")
_MADE = "regionDetails[].storageAccountDetails[].systemCreatedStorageAccount"
_FLAGS = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")


def _whole_account(_bucket: Resource, graph: Graph) -> str | None:
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/configuring-block-public-access-account.html
    blocks = graph.of(aws("s3.AccountPublicAccessBlock"))
    closed = any(all(block.at(flag) is True for flag in _FLAGS) for block in blocks)
    return "the account refuses public access as a whole" if closed else None


CONTROL = Control(
    id="store-no-public-access",
    group=Group.DATA_PROTECTION_KEYS,
    title="Object stores refuse public access",
    severity=Severity.CRITICAL,
    why="One careless grant on a bucket or container publishes training data to the internet.",
    remedy="Keep the public access block of the storage component; share data by identities, never by public links.",
    url="https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html",
    clauses=(
        "iso27001:A.8.3",
        "soc2:CC6.1",
        "gdpr:Art. 32",
        "hipaa:164.312(a)(1)",
        "nist-800-53:AC-3",
        "cis:3.3",
    ),
    covers=(
        "aws-config:s3-account-level-public-access-blocks-periodic",
        "aws-config:s3-bucket-level-public-access-prohibited",
        "cdk-nag:AwsSolutions-S2",
        "checkov:CKV2_AWS_6",
        "checkov:CKV2_AZURE_47",
        "checkov:CKV2_AZURE_50",
        "checkov:CKV_AWS_53",
        "checkov:CKV_AWS_54",
        "checkov:CKV_AWS_55",
        "checkov:CKV_AWS_56",
        "checkov:CKV_AZURE_190",
        "checkov:CKV_GCP_114",
        "security-hub:S3.1",
        "security-hub:S3.8",
    ),
    rows=ByCloud(
        aws=(
            Attached(
                type=aws("s3.Bucket"),
                companion=aws("s3.BucketPublicAccessBlock"),
                link="bucket",
                tests=tuple((flag, is_true()) for flag in _FLAGS),
                words="public access block",
                exempt=_whole_account,
            ),
        ),
        azure=(
            Row(
                type=azure("storage.StorageAccount"),
                path="allowBlobPublicAccess",
                accept=is_false(),
                if_missing=Verdict.FAILED,
            ),
            Row(  # copies of whole containers in accounts of other organizations
                type=azure("storage.StorageAccount"),
                path="allowCrossTenantReplication",
                accept=is_false(),
                if_missing=Verdict.PASSED,
            ),
            Row(  # the store that a registry of models makes for itself
                type=_REGISTRY,
                path=f"{_MADE}.allowBlobPublicAccess",
                accept=is_false(),
                if_missing=Verdict.FAILED,
                when=(_MADE, is_set()),
            ),
        ),
        gcp=(
            Row(
                type=gcp("storage.Bucket"),
                path="publicAccessPrevention",
                accept=equals("enforced"),
                if_missing=Verdict.FAILED,
            ),
        ),
    ),
)
