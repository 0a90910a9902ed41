"""Object stores are encrypted with a key of the customer."""

from __future__ import annotations

from components.core.cloud import ByCloud
from policies.accept import equals, is_set
from policies.checks import Attached, Row
from policies.control import Control, Group, Severity
from policies.graph import Graph, Resource
from policies.tokens import aws, azure, gcp
from policies.verdict import Verdict

_SSE = "applyServerSideEncryptionByDefault"


def _log_target(bucket: Resource, graph: Graph) -> str | None:
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html
    sure, _ = graph.referring(bucket, (aws("s3.BucketLogging"),), "targetBucket")
    return "the target of S3 server access logs cannot use SSE-KMS" if sure else None


CONTROL = Control(
    id="store-cmk-encryption",
    group=Group.DATA_PROTECTION_KEYS,
    title="Object stores are encrypted with a customer-managed key",
    severity=Severity.HIGH,
    why="With a key of the provider nobody can cut off access to a store by revoking its key, nor show who used it.",
    remedy="Let the storage component make its keys (keys: create), or name a key of your own for the store.",
    url="https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html",
    clauses=(
        "iso27001:A.8.24",
        "soc2:CC6.1",
        "gdpr:Art. 32",
        "hipaa:164.312(a)(2)(iv)",
        "nist-800-53:SC-28",
        "cis:3.11",
    ),
    covers=(
        "aws-config:s3-bucket-server-side-encryption-enabled",
        "aws-config:s3-default-encryption-kms",
        "checkov:CKV2_AZURE_1",
        "checkov:CKV_AWS_145",
        "checkov:CKV_AWS_19",
        "prowler:bedrock_model_invocation_logs_encryption_enabled",
        "security-hub:S3.17",
    ),
    rows=ByCloud(
        aws=(
            Attached(
                type=aws("s3.Bucket"),
                companion=aws("s3.BucketServerSideEncryptionConfiguration"),
                link="bucket",
                tests=(
                    (f"rules[].{_SSE}.sseAlgorithm", equals("aws:kms", "aws:kms:dsse")),
                    (f"rules[].{_SSE}.kmsMasterKeyId", is_set()),
                ),
                inline=(
                    f"serverSideEncryptionConfiguration.rule.{_SSE}.sseAlgorithm",
                    f"serverSideEncryptionConfiguration.rule.{_SSE}.kmsMasterKeyId",
                ),
                words="server-side encryption with a KMS key",
                evidence=(aws("kms.Key"), aws("kms.Alias")),
                exempt=_log_target,
            ),
        ),
        azure=(
            Row(
                type=azure("storage.StorageAccount"),
                path="encryption.keySource",
                accept=equals("Microsoft.Keyvault"),
                if_missing=Verdict.FAILED,
            ),
        ),
        gcp=(
            Row(
                type=gcp("storage.Bucket"),
                path="encryption.defaultKmsKeyName",
                accept=is_set(),
                if_missing=Verdict.FAILED,
                evidence=(gcp("kms.CryptoKey"),),
            ),
        ),
    ),
)
