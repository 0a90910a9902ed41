"""An endpoint survives the loss of a machine."""

from __future__ import annotations

from components.core.cloud import ByCloud
from policies.accept import at_least, is_set
from policies.checks import Row
from policies.control import Control, Group, Severity
from policies.tokens import aws, azure, gcp
from policies.verdict import Verdict

CONTROL = Control(
    id="endpoint-min-instances",
    group=Group.RELIABILITY,
    title="Endpoints run on more than one instance",
    severity=Severity.HIGH,
    why="One instance is one failure away from none.",
    remedy="Raise endpoint.min_instances to 2.",
    url="https://docs.aws.amazon.com/securityhub/latest/userguide/sagemaker-controls.html",
    clauses=(
        "nist-ai-rmf:MEASURE 2.5",
        "iso27001:A.8.14",
        "soc2:A1.1",
        "eu-ai-act:Art. 15",
        "nist-800-53:CP-10",
    ),
    covers=(
        "aws-config:sagemaker-endpoint-config-prod-instance-count",
        "prowler:sagemaker_endpoint_config_prod_variant_instances",
        "security-hub:SageMaker.4",
    ),
    rows=ByCloud(
        aws=(
            Row(
                type=aws("sagemaker.EndpointConfiguration"),
                path="productionVariants[].initialInstanceCount",
                accept=lambda s: at_least(s.limit("min_instances")),
                if_missing=Verdict.FAILED,
                unless=("productionVariants[].serverlessConfig", is_set()),
            ),
        ),
        azure=(
            Row(
                type=azure("machinelearningservices.OnlineDeployment"),
                path="sku.capacity",
                accept=lambda s: at_least(s.limit("min_instances")),
                if_missing=Verdict.FAILED,
            ),
        ),
        gcp=(
            Row(
                type=gcp("vertex.AiDeploymentResourcePool"),
                path="dedicatedResources.minReplicaCount",
                accept=lambda s: at_least(s.limit("min_instances")),
                if_missing=Verdict.FAILED,
            ),
            Row(
                type=gcp("vertex.AiEndpointWithModelGardenDeployment"),
                path="deployConfig.dedicatedResources.minReplicaCount",
                accept=lambda s: at_least(s.limit("min_instances")),
                if_missing=Verdict.FAILED,
            ),
            Row(  # what serves the features of an endpoint is as much of it as the model
                type=gcp("vertex.AiFeatureOnlineStore"),
                path="bigtable.autoScaling.minNodeCount",
                accept=lambda s: at_least(s.limit("min_instances")),
                if_missing=Verdict.NOT_APPLICABLE,
            ),
        ),
    ),
)
