"""Customer keys rotate by themselves."""

from __future__ import annotations

from components.core.cloud import ByCloud
from policies.accept import duration_at_most, equals, is_true, not_equals
from policies.checks import Row
from policies.control import Control, Group, Severity
from policies.tokens import aws, azure, gcp
from policies.verdict import Verdict

_DAY = 86400

CONTROL = Control(
    id="key-rotation",
    group=Group.DATA_PROTECTION_KEYS,
    title="Customer-managed keys rotate automatically",
    severity=Severity.MEDIUM,
    why="A key that never changes protects ever more data, all of which falls with it.",
    remedy="Keep the rotation of the keys component, or set a rotation policy on your own key.",
    url="https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html",
    clauses=("iso27001:A.8.24", "soc2:CC6.1", "nist-800-53:SC-12"),
    covers=(
        "cdk-nag:AwsSolutions-KMS5",
        "checkov:CKV_AWS_7",
        "checkov:CKV_GCP_43",
        "security-hub:KMS.4",
    ),
    rows=ByCloud(
        aws=(
            Row(
                type=aws("kms.Key"),
                path="enableKeyRotation",
                accept=is_true(),
                if_missing=Verdict.FAILED,
                # KMS rotates symmetric encryption keys only.
                unless=("customerMasterKeySpec", not_equals("SYMMETRIC_DEFAULT")),
            ),
        ),
        azure=(
            Row(
                type=azure("keyvault.Key"),
                path="properties.rotationPolicy.lifetimeActions[].action.type",
                accept=equals("rotate"),
                if_missing=Verdict.FAILED,
                any=True,
            ),
        ),
        gcp=(
            Row(
                type=gcp("kms.CryptoKey"),
                path="rotationPeriod",
                accept=lambda settings: duration_at_most(settings.limit("key_rotation_days") * _DAY),
                if_missing=Verdict.FAILED,
                # Cloud KMS rotates symmetric encryption keys only.
                unless=("purpose", not_equals("ENCRYPT_DECRYPT")),
            ),
        ),
    ),
)
