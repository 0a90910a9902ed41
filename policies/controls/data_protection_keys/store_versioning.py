"""Overwritten and deleted objects can be brought back."""

from __future__ import annotations

from components.core.cloud import ByCloud
from policies.accept import equals, is_set, is_true
from policies.checks import Attached, Row
from policies.control import Control, Group, Severity
from policies.graph import Graph, Resource
from policies.tokens import aws, azure, gcp
from policies.verdict import Verdict


def _hierarchical(account: Resource, _graph: Graph) -> str | None:
    # https://learn.microsoft.com/azure/storage/blobs/versioning-overview
    flat = account.at("isHnsEnabled") is not True
    return None if flat else "blob versions do not exist with a hierarchical namespace; soft delete protects it"


CONTROL = Control(
    id="store-versioning",
    group=Group.DATA_PROTECTION_KEYS,
    title="Object stores keep old versions",
    severity=Severity.MEDIUM,
    why="An overwritten or deleted training set cannot be reproduced, and neither can the model made of it.",
    remedy="Keep versioning of the storage component switched on.",
    url="https://docs.aws.amazon.com/AmazonS3/latest/userguide/Versioning.html",
    clauses=(
        "iso27001:A.8.13",
        "soc2:A1.2",
        "hipaa:164.312(c)(1)",
        "nist-800-53:CP-9",
        "cis:11.2",
    ),
    covers=(
        "aws-config:s3-bucket-versioning-enabled",
        "checkov:CKV_AWS_21",
        "checkov:CKV_GCP_78",
        "security-hub:S3.14",
    ),
    rows=ByCloud(
        aws=(
            Attached(
                type=aws("s3.Bucket"),
                companion=aws("s3.BucketVersioning"),
                link="bucket",
                tests=(("versioningConfiguration.status", equals("Enabled")),),
                words="versioning configuration",
            ),
        ),
        azure=(
            Attached(
                type=azure("storage.StorageAccount"),
                companion=azure("storage.BlobServiceProperties"),
                link="accountName",
                tests=(("isVersioningEnabled", is_true()),),
                words="blob service with versioning",
                exempt=_hierarchical,
            ),
        ),
        gcp=(
            Row(
                type=gcp("storage.Bucket"),
                path="versioning.enabled",
                accept=is_true(),
                if_missing=Verdict.FAILED,
                unless=("retentionPolicy.retentionPeriod", is_set()),
            ),
        ),
    ),
)
