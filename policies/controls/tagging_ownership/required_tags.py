"""Every resource says whose it is, who pays and where it belongs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from components.core.cloud import ByCloud
from policies.checks import PASSED, Outcome, Rule, failed, undetermined
from policies.control import Control, Group, Severity
from policies.graph import Resource
from policies.settings import Settings
from policies.tokens import aws, azure, gcp
from policies.verdict import MISSING, UNKNOWN

_KEYS = ("owner", "cost-center", "environment")
_DATA_KEYS = (*_KEYS, "data-class")
_STORES = {aws("s3.Bucket"), azure("storage.StorageAccount"), gcp("storage.Bucket"), gcp("bigquery.Dataset")}
_AWS = tuple(
    aws(short)
    for short in (
        "s3.Bucket",
        "kms.Key",
        "ec2.Vpc",
        "ecr.Repository",
        "sns.Topic",
        "sqs.Queue",
        "cloudwatch.LogGroup",
        "iam.Role",
        "sagemaker.AppImageConfig",
        "sagemaker.Domain",
        "sagemaker.Endpoint",
        "sagemaker.EndpointConfiguration",
        "sagemaker.FeatureGroup",
        "sagemaker.Image",
        "sagemaker.Model",
        "sagemaker.ModelPackageGroup",
        "sagemaker.NotebookInstance",
        "sagemaker.Pipeline",
    )
)
_AZURE = tuple(
    azure(short)
    for short in (
        "resources.ResourceGroup",
        "storage.StorageAccount",
        "keyvault.Vault",
        "network.VirtualNetwork",
        "containerregistry.Registry",
        "operationalinsights.Workspace",
        "managedidentity.UserAssignedIdentity",
        "machinelearningservices.Workspace",
        "machinelearningservices.Compute",
        "machinelearningservices.OnlineEndpoint",
        "machinelearningservices.OnlineDeployment",
        "machinelearningservices.Registry",
    )
)
_GCP = tuple(
    gcp(short)
    for short in (
        "storage.Bucket",
        "bigquery.Dataset",
        "kms.CryptoKey",
        "artifactregistry.Repository",
        "pubsub.Topic",
        "workflows.Workflow",
        "workbench.Instance",
        "vertex.AiEndpoint",
        "vertex.AiFeatureGroup",
        "vertex.AiFeatureOnlineStore",
        "vertex.AiPersistentResource",
        "vertex.AiTensorboard",
    )
)


def _tagged(*paths: str) -> Callable[[Resource, Settings], Iterator[Outcome]]:
    """Judge the tags of a resource; the second path holds those that the provider adds by itself."""

    def check(resource: Resource, _settings: Settings) -> Iterator[Outcome]:
        maps = [resource.at(path) for path in paths]
        for key in _DATA_KEYS if resource.type in _STORES else _KEYS:
            place = f"{paths[0]}.{key}"
            values = [m.get(key, MISSING) if isinstance(m, Mapping) else m for m in maps]
            if any(isinstance(value, str) and value.strip() for value in values):
                yield PASSED
            elif any(value is UNKNOWN for value in values):
                yield undetermined(f"{place} is not known yet; it must be set", place)
            else:
                yield failed(f"{place} is not set", place)

    return check


CONTROL = Control(
    id="required-tags",
    group=Group.TAGGING_OWNERSHIP,
    title="Resources carry owner, cost centre and environment",
    severity=Severity.MEDIUM,
    why="A resource that belongs to nobody is paid for, and left open, for ever.",
    remedy="Set owner and cost_center in the blueprint; tag your own resources alike.",
    url="https://docs.aws.amazon.com/whitepapers/latest/tagging-best-practices/tagging-best-practices.html",
    clauses=(
        "nist-ai-rmf:GOVERN 2.1",
        "iso42001:A.3.2",
        "iso27001:A.5.9",
        "nist-800-53:CM-8",
        "cis:1.1",
    ),
    covers=(
        "aws-config:sagemaker-app-image-config-tagged",
        "aws-config:sagemaker-domain-tagged",
        "aws-config:sagemaker-feature-group-tagged",
        "aws-config:sagemaker-image-tagged",
        "security-hub:SageMaker.6",
        "security-hub:SageMaker.7",
    ),
    rows=ByCloud(
        aws=(Rule(types=_AWS, check=_tagged("tags", "tagsAll"), reads=tuple((t, "tags") for t in _AWS)),),
        azure=(Rule(types=_AZURE, check=_tagged("tags"), reads=tuple((t, "tags") for t in _AZURE)),),
        gcp=(Rule(types=_GCP, check=_tagged("labels", "effectiveLabels"), reads=tuple((t, "labels") for t in _GCP)),),
    ),
)
