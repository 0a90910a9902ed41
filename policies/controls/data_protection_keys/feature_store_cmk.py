"""Feature stores are encrypted with a key of the customer."""

from __future__ import annotations

from components.core.cloud import ByCloud
from policies.accept import equals, is_set, is_true
from policies.checks import Row
from policies.control import Control, Group, Severity
from policies.tokens import aws, azure, gcp
from policies.verdict import Verdict

CONTROL = Control(
    id="feature-store-cmk",
    group=Group.DATA_PROTECTION_KEYS,
    title="Feature stores are encrypted with a customer-managed key",
    severity=Severity.HIGH,
    why="Features are training data in its most readable form.",
    remedy="Let the feature store component take the key of data class data.",
    url="https://docs.aws.amazon.com/sagemaker/latest/dg/feature-store-security.html",
    clauses=(
        "iso27001:A.8.24",
        "soc2:CC6.1",
        "gdpr:Art. 32",
        "nist-800-53:SC-28",
        "cis:3.11",
    ),
    covers=(
        "aws-config:sagemaker-featuregroup-encryption-at-rest",
        "aws-config:sagemaker-featuregroup-online-store-encryption",
        "cnspec:mondoo-gcp-security-vertexai-feature-online-store-cmek-encryption",
        "security-hub:SageMaker.17",
        "security-hub:SageMaker.18",
    ),
    rows=ByCloud(
        aws=(
            Row(
                type=aws("sagemaker.FeatureGroup"),
                path="onlineStoreConfig.securityConfig.kmsKeyId",
                accept=is_set(),
                if_missing=Verdict.FAILED,
                when=("onlineStoreConfig.enableOnlineStore", is_true()),
                evidence=(aws("kms.Key"),),
            ),
            Row(
                type=aws("sagemaker.FeatureGroup"),
                path="offlineStoreConfig.s3StorageConfig.kmsKeyId",
                accept=is_set(),
                if_missing=Verdict.FAILED,
                when=("offlineStoreConfig.s3StorageConfig.s3Uri", is_set()),
                evidence=(aws("kms.Key"),),
            ),
        ),
        azure=(
            Row(
                type=azure("machinelearningservices.Workspace"),
                path="encryption.status",
                accept=equals("Enabled"),
                if_missing=Verdict.FAILED,
                when=("kind", equals("FeatureStore")),
            ),
        ),
        gcp=(
            Row(
                type=gcp("vertex.AiFeatureOnlineStore"),
                path="encryptionSpec.kmsKeyName",
                accept=is_set(),
                if_missing=Verdict.FAILED,
                evidence=(gcp("kms.CryptoKey"),),
            ),
        ),
    ),
)
