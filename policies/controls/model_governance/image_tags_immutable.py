"""A tag always means the same image."""

from __future__ import annotations

from components.core.cloud import ByCloud, Gap, GapKind
from policies.accept import equals, is_true
from policies.checks import Row
from policies.control import Control, Group, Severity
from policies.tokens import aws, gcp
from policies.verdict import Verdict

CONTROL = Control(
    id="image-tags-immutable",
    group=Group.MODEL_GOVERNANCE,
    title="Image tags cannot be moved",
    severity=Severity.MEDIUM,
    why="Whoever can push over a tag can put code behind an approval that was given to other code.",
    remedy="Keep immutable tags of the registry component; release by digest.",
    url="https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html",
    clauses=(
        "iso27001:A.8.9",
        "soc2:CC8.1",
        "nist-800-53:SI-7",
    ),
    covers=(
        "checkov:CKV_AWS_51",
        "security-hub:ECR.2",
    ),
    rows=ByCloud(
        aws=(
            Row(
                type=aws("ecr.Repository"),
                path="imageTagMutability",
                accept=equals("IMMUTABLE", "IMMUTABLE_WITH_EXCLUSION"),
                if_missing=Verdict.FAILED,
            ),
        ),
        azure=Gap(
            kind=GapKind.UPSTREAM,
            reason="Azure Container Registry locks images one by one on its data plane, not by a property.",
            url="https://learn.microsoft.com/azure/container-registry/container-registry-image-lock",
        ),
        gcp=(
            Row(
                type=gcp("artifactregistry.Repository"),
                path="dockerConfig.immutableTags",
                accept=is_true(),
                if_missing=Verdict.FAILED,
                when=("format", equals("DOCKER")),
            ),
        ),
    ),
)
