"""Keys cannot be lost by a slip."""

from __future__ import annotations

from components.core.cloud import ByCloud
from policies.accept import at_least, duration_at_least, is_true
from policies.checks import Row
from policies.control import Control, Group, Severity
from policies.tokens import aws, azure, gcp
from policies.verdict import Verdict

CONTROL = Control(
    id="key-deletion-guard",
    group=Group.DATA_PROTECTION_KEYS,
    title="Customer-managed keys survive their deletion for a while",
    severity=Severity.HIGH,
    why="With its key gone, everything that the key encrypted is gone for good.",
    remedy="Keep the deletion window of the keys component; switch purge protection on for your own vault.",
    url="https://learn.microsoft.com/azure/key-vault/general/soft-delete-overview",
    clauses=(
        "iso27001:A.8.24",
        "soc2:A1.2",
        "nist-800-53:SC-12",
    ),
    covers=(
        "checkov:CKV_AZURE_110",
        "checkov:CKV_AZURE_42",
        "security-hub:KMS.3",
    ),
    rows=ByCloud(
        aws=(
            Row(
                type=aws("kms.Key"),
                path="deletionWindowInDays",
                accept=lambda s: at_least(s.limit("key_deletion_days")),  # 30 days unless set
                if_missing=Verdict.PASSED,
            ),
        ),
        azure=(
            Row(
                type=azure("keyvault.Vault"),
                path="properties.enablePurgeProtection",
                accept=is_true(),
                if_missing=Verdict.FAILED,
            ),
            Row(
                type=azure("keyvault.Vault"),
                path="properties.softDeleteRetentionInDays",
                accept=lambda s: at_least(s.limit("key_deletion_days")),  # 90 days unless set
                if_missing=Verdict.PASSED,
            ),
        ),
        gcp=(
            Row(
                type=gcp("kms.CryptoKey"),
                path="destroyScheduledDuration",
                accept=lambda s: duration_at_least(s.limit("key_deletion_days") * 86400),  # 30 days unless set
                if_missing=Verdict.PASSED,
            ),
        ),
    ),
)
