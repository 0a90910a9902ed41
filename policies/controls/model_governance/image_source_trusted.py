"""Images come from a registry that somebody answers for."""

from __future__ import annotations

import re
from collections.abc import Iterator

from components.core.cloud import ByCloud
from policies.accept import (
    matches,
)
from policies.checks import (
    PASSED,
    Outcome,
    Row,
    Rule,
    failed,
    undetermined,
)
from policies.control import Control, Group, Severity
from policies.graph import Resource
from policies.settings import Settings
from policies.tokens import aws, azure, gcp
from policies.verdict import MISSING, UNKNOWN, Verdict, at, first

_MODEL = aws("sagemaker.Model")
_ECR = re.compile(r"\d{12}\.dkr[.-]ecr(-fips)?\.[\w-]+\.(amazonaws\.com(\.cn)?|on\.aws)/\S+")
_AZURE = matches(
    r"(?i)([\w-]+\.azurecr\.io|mcr\.microsoft\.com)/\S+", "an image of Azure Container Registry or of Microsoft"
)
_GCP = matches(r"([\w-]+-docker\.pkg\.dev|([a-z]+\.)?gcr\.io)/\S+", "an image of Artifact Registry")


def _containers(resource: Resource, _settings: Settings) -> Iterator[Outcome]:
    for path in ("primaryContainer", "containers[]"):
        for hit in at(resource.props, path):
            image = hit.value if hit.value is UNKNOWN else first(hit.value, "image")
            mode = hit.value if hit.value is UNKNOWN else first(hit.value, "imageConfig.repositoryAccessMode")
            place = f"{hit.path}.image"
            if mode == "Vpc" or (isinstance(image, str) and _ECR.fullmatch(image)):
                yield PASSED
            elif image is UNKNOWN or mode is UNKNOWN:
                yield undetermined(f"{place} is not known yet; it must come from a registry of your own", place)
            elif image is not MISSING:
                yield failed(f"{place} is neither in Amazon ECR nor in a private registry of the network", place)


CONTROL = Control(
    id="image-source-trusted",
    group=Group.MODEL_GOVERNANCE,
    title="Images come from a registry of the house or of the cloud",
    severity=Severity.HIGH,
    why="An image from a public hub is whatever its author, or who took over the author's account, pushed last.",
    remedy="Copy the image into the repository of the registry component and name it there.",
    url="https://docs.aws.amazon.com/securityhub/latest/userguide/sagemaker-controls.html",
    clauses=("nist-ai-rmf:GOVERN 6.1", "iso27001:A.8.9", "soc2:CC6.8", "nist-800-53:CM-7"),
    covers=(
        "aws-config:sagemaker-model-multicontainer-private-registry",
        "aws-config:sagemaker-model-private-registry-required",
        "azure-policy:5853517a-63de-11ea-bc55-0242ac130003",
        "security-hub:SageMaker.16",
        "security-hub:SageMaker.19",
    ),
    rows=ByCloud(
        aws=(
            Rule(
                types=(_MODEL,),
                check=_containers,
                reads=tuple(
                    (_MODEL, f"{c}.{key}")
                    for c in ("primaryContainer", "containers[]")
                    for key in ("image", "imageConfig.repositoryAccessMode")
                ),
            ),
        ),
        azure=(
            Row(
                type=azure("machinelearningservices.EnvironmentVersion"),
                path="properties.image",
                accept=_AZURE,
                if_missing=Verdict.NOT_APPLICABLE,  # built from a context instead
            ),
        ),
        gcp=(
            Row(
                type=gcp("cloudrunv2.Job"),
                path="template.template.containers[].image",
                accept=_GCP,
                if_missing=Verdict.FAILED,
            ),
            Row(
                type=gcp("cloudrunv2.Service"),
                path="template.containers[].image",
                accept=_GCP,
                if_missing=Verdict.FAILED,
            ),
            Row(
                type=gcp("vertex.AiEndpointWithModelGardenDeployment"),
                path="modelConfig.containerSpec.imageUri",
                accept=_GCP,
                if_missing=Verdict.NOT_APPLICABLE,
            ),
            Row(
                type=gcp("workbench.Instance"),
                path="gceSetup.containerImage.repository",
                accept=_GCP,
                if_missing=Verdict.NOT_APPLICABLE,
            ),
        ),
    ),
)
