"""Deleted data can be restored for a while."""

from __future__ import annotations

from components.core.cloud import ByCloud
from policies.accept import at_least, is_true
from policies.checks import Row
from policies.control import Control, Group, Severity
from policies.tokens import aws, azure, gcp
from policies.verdict import Verdict

CONTROL = Control(
    id="backup-soft-delete",
    group=Group.RELIABILITY,
    title="Deleted data can be restored",
    severity=Severity.HIGH,
    why="A wrong delete, by a person or a pipeline, must not be the end of a data set.",
    remedy="Keep recovery_days of the storage component at 7 or more.",
    url="https://learn.microsoft.com/azure/storage/blobs/soft-delete-blob-overview",
    clauses=(
        "iso27001:A.8.13",
        "soc2:A1.2",
        "hipaa:164.308(a)(7)(ii)(A)",
        "nist-800-53:CP-9",
        "cis:11.2",
    ),
    covers=("checkov:CKV2_AZURE_38",),
    rows=ByCloud(
        aws=(
            Row(
                type=aws("backup.Plan"),
                path="rules[].lifecycle.deleteAfter",
                accept=at_least(35),
                if_missing=Verdict.FAILED,
            ),
        ),
        azure=(
            Row(
                type=azure("storage.BlobServiceProperties"),
                path="deleteRetentionPolicy.enabled",
                accept=is_true(),
                if_missing=Verdict.FAILED,
            ),
            Row(
                type=azure("storage.BlobServiceProperties"),
                path="deleteRetentionPolicy.days",
                accept=lambda s: at_least(s.limit("soft_delete_days")),
                if_missing=Verdict.FAILED,
            ),
            Row(
                type=azure("storage.BlobServiceProperties"),
                path="containerDeleteRetentionPolicy.enabled",
                accept=is_true(),
                if_missing=Verdict.FAILED,
            ),
            Row(
                type=azure("storage.BlobServiceProperties"),
                path="containerDeleteRetentionPolicy.days",
                accept=lambda s: at_least(s.limit("soft_delete_days")),
                if_missing=Verdict.FAILED,
            ),
        ),
        gcp=(
            Row(
                type=gcp("storage.Bucket"),
                path="softDeletePolicy.retentionDurationSeconds",
                accept=lambda s: at_least(s.limit("soft_delete_days") * 86400),  # seven days unless set
                if_missing=Verdict.PASSED,
            ),
        ),
    ),
)
