"""Queues, topics, image repositories, secrets and trails are encrypted with a key of the customer."""

from __future__ import annotations

from components.core.cloud import ByCloud
from policies.accept import (
    equals,
    is_set,
)
from policies.checks import (
    Row,
)
from policies.control import Control, Group, Severity
from policies.tokens import aws, azure, gcp
from policies.verdict import Verdict

_AWS = {
    aws("cloudtrail.Trail"): "kmsKeyId",
    aws("secretsmanager.Secret"): "kmsKeyId",
    aws("sns.Topic"): "kmsMasterKeyId",
    aws("sqs.Queue"): "kmsMasterKeyId",
}
_REPOSITORY = aws("ecr.Repository")
_GCP = {gcp("artifactregistry.Repository"): "kmsKeyName", gcp("pubsub.Topic"): "kmsKeyName"}
_KEYS = (aws("kms.Key"), aws("kms.Alias"))

CONTROL = Control(
    id="messaging-cmk",
    group=Group.DATA_PROTECTION_KEYS,
    title="Queues, topics and image repositories are encrypted with a customer-managed key",
    severity=Severity.LOW,
    why="Events quote what they are about, and images hold code and models.",
    remedy="Set posture customer_keys to all, or name a key on the resource.",
    url="https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-server-side-encryption.html",
    clauses=("iso27001:A.8.24", "soc2:CC6.1", "nist-800-53:SC-28", "cis:3.11"),
    covers=(
        "cdk-nag:AwsSolutions-SQS2",
        "checkov:CKV2_AWS_73",
        "checkov:CKV_AWS_136",
        "checkov:CKV_AWS_149",
        "checkov:CKV_AWS_26",
        "checkov:CKV_AWS_27",
        "checkov:CKV_AWS_35",
        "checkov:CKV_GCP_83",
        "checkov:CKV_GCP_84",
        "security-hub:CloudTrail.2",
        "security-hub:SNS.1",
        "security-hub:SQS.1",
    ),
    rows=ByCloud(
        aws=(
            *(
                Row(type=t, path=path, accept=is_set(), if_missing=Verdict.FAILED, evidence=_KEYS)
                for t, path in _AWS.items()
            ),
            Row(
                type=_REPOSITORY,
                path="encryptionConfigurations[].encryptionType",
                accept=equals("KMS", "KMS_DSSE"),
                if_missing=Verdict.FAILED,
            ),
            Row(  # without it the key is the service's own, aws/ecr
                type=_REPOSITORY,
                path="encryptionConfigurations[].kmsKey",
                accept=is_set(),
                if_missing=Verdict.FAILED,
                evidence=_KEYS,
            ),
        ),
        azure=(
            Row(
                type=azure("containerregistry.Registry"),
                path="encryption.status",
                accept=equals("enabled"),
                if_missing=Verdict.FAILED,
            ),
            Row(
                type=azure("containerregistry.Registry"),
                path="encryption.keyVaultProperties.keyIdentifier",
                accept=is_set(),
                if_missing=Verdict.FAILED,
                when=("encryption.status", equals("enabled")),
                evidence=(azure("keyvault.Key"),),
            ),
        ),
        gcp=tuple(
            Row(type=t, path=path, accept=is_set(), if_missing=Verdict.FAILED, evidence=(gcp("kms.CryptoKey"),))
            for t, path in _GCP.items()
        ),
    ),
)
