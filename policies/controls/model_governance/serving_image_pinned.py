"""What serves is the image that was tested."""

from __future__ import annotations

from components.core.cloud import ByCloud
from policies.accept import matches
from policies.checks import Row
from policies.control import Control, Group, Severity
from policies.tokens import aws, azure, gcp
from policies.verdict import Verdict

CONTROL = Control(
    id="serving-image-pinned",
    group=Group.MODEL_GOVERNANCE,
    title="Serving images are pinned to a version",
    severity=Severity.MEDIUM,
    why="A tag can be moved: what runs tomorrow may not be what was approved today.",
    remedy="Name the image by digest, or the environment with its version.",
    url="https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html",
    clauses=(
        "nist-ai-rmf:MEASURE 2.7",
        "iso27001:A.8.9",
        "soc2:CC8.1",
        "nist-800-53:SI-7",
    ),
    covers=(),
    rows=ByCloud(
        aws=(
            Row(
                type=aws("sagemaker.Model"),
                path="primaryContainer.image",
                accept=matches(r"[^\s@]+@sha256:[0-9a-f]{64}", "an image by digest (@sha256:…)"),
                if_missing=Verdict.NOT_APPLICABLE,
            ),
            Row(
                type=aws("sagemaker.Model"),
                path="containers[].image",
                accept=matches(r"[^\s@]+@sha256:[0-9a-f]{64}", "an image by digest (@sha256:…)"),
                if_missing=Verdict.NOT_APPLICABLE,
            ),
        ),
        azure=(
            Row(
                type=azure("machinelearningservices.OnlineDeployment"),
                path="properties.environmentId",
                accept=matches(r"(?i).*(/versions/|:)[^/:@]*\d[^/:@]*", "an environment with its version"),
                if_missing=Verdict.NOT_APPLICABLE,
            ),
        ),
        gcp=(
            Row(
                type=gcp("vertex.AiEndpointWithModelGardenDeployment"),
                path="modelConfig.containerSpec.imageUri",
                accept=matches(r"[^\s@]+@sha256:[0-9a-f]{64}", "an image by digest (@sha256:…)"),
                if_missing=Verdict.NOT_APPLICABLE,
            ),
        ),
    ),
)
