"""SageMaker AI facts that several capabilities share: machines, metrics, and what execution roles need to run at all.

Not here: pipeline definitions (``aws_pipeline``) and what a role may do with the data, which its owner grants.
"""

from collections.abc import Mapping, Sequence
from typing import TypedDict

from pulumi import Input, Output

from components.clouds.aws_arn import Arns
from components.clouds.aws_iam import Statement
from components.core.refs import NetworkRef
from components.core.scope import Scope

VARIANT = "main"
"""Name of the one production variant. Blue/green updates need the same name before and after
(https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-exclusions.html)."""
INVOCATION_METRICS = "AWS/SageMaker"
"""Namespace of requests, errors and latency; latency is in microseconds
(https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html)."""
INSTANCE_METRICS = "/aws/sagemaker/Endpoints"
"""Namespace of CPU and memory of endpoint instances; ``CPUUtilization`` is the sum over the cores."""
PIPELINE_METRICS = "AWS/Sagemaker/ModelBuildingPipeline"
"""Namespace of pipeline executions, dimension ``PipelineName``; the small ``m`` is the vendor's."""
JOB_LOGS = {
    "training-job": "/aws/sagemaker/TrainingJobs",
    "processing-job": "/aws/sagemaker/ProcessingJobs",
}
"""Log group, and namespace of instance metrics, of each kind of job. SageMaker fixes both for the whole account."""

_CORES = {"large": 2, "xlarge": 4, "2xlarge": 8, "4xlarge": 16, "8xlarge": 32, "12xlarge": 48, "16xlarge": 64}
_LOCAL_DISKS = frozenset(
    ("c5d", "g4dn", "g5", "g6", "g6e", "m5d", "m5dn", "p3dn", "p4d", "p4de", "p5", "r5d", "r5dn", "trn1", "trn1n")
)


class VpcConfig(TypedDict):
    """Where a SageMaker job, model or domain plugs in."""

    subnets: Input[Sequence[Input[str]]]
    security_group_ids: Input[Sequence[Input[str]]]


def cores(instance_type: str) -> int:
    """Number of vCPUs (https://aws.amazon.com/sagemaker/ai/pricing/).

    Raises:
        KeyError: for a size that is not in the table.
    """
    return _CORES[instance_type.rsplit(".", 1)[-1]]


def takes_volume_key(instance_type: str) -> bool:
    """Whether the storage volume can have a customer key.

    Instances with local disks encrypt them in hardware and refuse a key
    (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpointConfig.html, KmsKeyId).
    """
    return instance_type.split(".")[1] not in _LOCAL_DISKS


def attached(scope: Scope, network: NetworkRef | None) -> NetworkRef | None:
    """The network that workloads plug in to; None where there is none or the posture allows public access."""
    return None if scope.posture.public_access else network


def vpc_config(network: NetworkRef) -> VpcConfig:
    """Subnets and security group of ``network``."""
    return {"subnets": network["subnet_ids"], "security_group_ids": [network["security_group_id"]]}


def log_writer(arns: Arns, groups: Sequence[Input[str]], namespaces: Sequence[str]) -> tuple[Statement, ...]:
    """Writing of logs to ``groups`` (names) and of metrics to ``namespaces``, for an execution role."""
    names = [Output.concat("log-group:", group) for group in groups]
    return (
        Statement(
            sid="WriteLogs",
            actions=(
                "logs:CreateLogGroup",
                "logs:CreateLogStream",
                "logs:DescribeLogStreams",
                "logs:PutLogEvents",
            ),
            resources=[arns.regional("logs", Output.concat(name, end)) for name in names for end in ("", ":*")],
        ),
        Statement(
            sid="WriteMetrics",
            actions=("cloudwatch:PutMetricData",),
            resources=("*",),  # the action knows no resources; the namespace bounds it
            conditions={"StringEquals": {"cloudwatch:namespace": list(namespaces)}},
        ),
    )


def network_user(arns: Arns, network: NetworkRef | None) -> tuple[Statement, ...]:
    """Network interfaces in the VPC, for an execution role of VPC-attached jobs; nothing without a network.

    https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html
    """
    if network is None:
        return ()
    kinds = ("network-interface/*", "subnet/*", "security-group/*")
    vpc = arns.regional("ec2", Output.concat("vpc/", network["network_id"]))
    return (
        Statement(
            sid="AttachToNetwork",
            actions=(
                "ec2:CreateNetworkInterface",
                "ec2:CreateNetworkInterfacePermission",
                "ec2:DeleteNetworkInterface",
                "ec2:DeleteNetworkInterfacePermission",
            ),
            resources=[arns.regional("ec2", kind) for kind in kinds],
            conditions={"ArnEqualsIfExists": {"ec2:Vpc": vpc}},  # not every one of these requests carries the VPC
        ),
        Statement(
            sid="ReadNetwork",
            actions=(
                "ec2:DescribeDhcpOptions",
                "ec2:DescribeNetworkInterfaces",
                "ec2:DescribeSecurityGroups",
                "ec2:DescribeSubnets",
                "ec2:DescribeVpcs",
            ),
            resources=("*",),  # describing knows no resources
        ),
    )


def pipeline_runner(arns: Arns, kinds: Sequence[str]) -> tuple[Statement, ...]:
    """Running jobs of ``kinds`` as steps, for the role of a pipeline. Steps are named ``pipelines-<execution>-…``."""
    verbs = {"training-job": "TrainingJob", "processing-job": "ProcessingJob"}
    return tuple(
        Statement(
            sid=f"Run{verbs[kind]}s",
            actions=(
                f"sagemaker:Create{verbs[kind]}",
                f"sagemaker:Describe{verbs[kind]}",
                f"sagemaker:Stop{verbs[kind]}",
                "sagemaker:AddTags",
            ),
            resources=[arns.regional("sagemaker", f"{kind}/pipelines-*")],
        )
        for kind in kinds
    )


def endpoint_dimensions(endpoint_name: Input[str]) -> Mapping[str, Input[str]]:
    """Dimensions of the metrics of the endpoint's variant."""
    return {"EndpointName": endpoint_name, "VariantName": VARIANT}
