"""Logs are encrypted with a key of the customer."""

from __future__ import annotations

from components.core.cloud import ByCloud
from policies.accept import is_set
from policies.checks import Row
from policies.control import Control, Group, Severity
from policies.tokens import aws, azure, gcp
from policies.verdict import Verdict

CONTROL = Control(
    id="log-cmk",
    group=Group.MONITORING_OBSERVABILITY,
    title="Log stores are encrypted with a customer-managed key",
    severity=Severity.MEDIUM,
    why="Logs of predictions quote the data of the people they are about.",
    remedy="Give the log store a key: posture customer_keys all.",
    url="https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html",
    clauses=(
        "iso27001:A.8.24",
        "soc2:CC6.1",
        "nist-800-53:AU-9",
        "cis:3.11",
    ),
    covers=(
        "checkov:CKV_AWS_158",
        "prowler:bedrock_model_invocation_logs_encryption_enabled",
    ),
    rows=ByCloud(
        aws=(
            Row(
                type=aws("cloudwatch.LogGroup"),
                path="kmsKeyId",
                accept=is_set(),
                if_missing=Verdict.FAILED,
                evidence=(aws("kms.Key"),),
            ),
        ),
        azure=(
            Row(
                type=azure("operationalinsights.Cluster"),
                path="keyVaultProperties.keyVaultUri",
                accept=is_set(),
                if_missing=Verdict.FAILED,
                evidence=(azure("keyvault.Vault"), azure("keyvault.Key")),
            ),
        ),
        gcp=(
            Row(
                type=gcp("logging.ProjectBucketConfig"),
                path="cmekSettings.kmsKeyName",
                accept=is_set(),
                if_missing=Verdict.FAILED,
                evidence=(gcp("kms.CryptoKey"),),
            ),
        ),
    ),
)
