"""Images are scanned for known vulnerabilities."""

from __future__ import annotations

from components.core.cloud import ByCloud
from policies.accept import equals, is_true
from policies.checks import Row
from policies.control import Control, Group, Severity
from policies.tokens import aws, azure, gcp
from policies.verdict import Verdict

CONTROL = Control(
    id="image-scanning",
    group=Group.MODEL_GOVERNANCE,
    title="Image repositories scan what is pushed",
    severity=Severity.MEDIUM,
    why="A model container carries hundreds of packages, any of which may have a published hole.",
    remedy="Keep scanning of the registry component switched on.",
    url="https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning.html",
    clauses=(
        "nist-ai-rmf:GOVERN 6.1",
        "iso27001:A.8.8",
        "soc2:CC7.1",
        "nist-800-53:RA-5",
    ),
    covers=(
        "checkov:CKV2_GCP_11",
        "checkov:CKV_AWS_163",
        "checkov:CKV_AZURE_86",
        "security-hub:ECR.1",
    ),
    rows=ByCloud(
        aws=(
            Row(
                type=aws("ecr.Repository"),
                path="imageScanningConfiguration.scanOnPush",
                accept=is_true(),
                if_missing=Verdict.FAILED,
            ),
        ),
        azure=(
            Row(
                type=azure("security.Pricing"),
                path="pricingTier",
                accept=equals("Standard"),
                if_missing=Verdict.FAILED,
                when=("pricingName", equals("Containers")),
            ),
        ),
        gcp=(
            Row(
                type=gcp("artifactregistry.Repository"),
                path="vulnerabilityScanningConfig.enablementConfig",
                accept=equals("INHERITED"),
                if_missing=Verdict.FAILED,
                when=("format", equals("DOCKER")),
            ),
        ),
    ),
)
