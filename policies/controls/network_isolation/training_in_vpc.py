"""Training runs inside the network of the customer."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from components.core.cloud import ByCloud
from policies import pipeline_jobs, workflow_definition
from policies.accept import equals, is_set
from policies.checks import PASSED, Outcome, Row, Rule, StackRow, failed, not_applicable, undetermined
from policies.control import Control, Group, Severity
from policies.graph import Graph, Resource
from policies.settings import Settings
from policies.tokens import aws, azure, gcp
from policies.verdict import MISSING, UNKNOWN, Mark, Verdict, known

_COMPUTE = azure("machinelearningservices.Compute")
_WORKSPACE = azure("machinelearningservices.Workspace")
_SUBNET = "properties.properties.subnet.id"
_MODE = "managedNetwork.isolationMode"
_RESOURCE = gcp("vertex.AiPersistentResource")
_SCHEDULE, _JOB = gcp("colab.Schedule"), "createPipelineJobRequest.pipelineJob."
_RUN, _ACCESS = gcp("cloudrunv2.Job"), "template.template.vpcAccess"
_LINKS = ("pscInterfaceConfig.networkAttachment", "network")


def _within(part: str) -> Callable[[pipeline_jobs.Places], str]:
    return lambda places: places.network and f"{places.network}.{part}"


def _cluster(resource: Resource, graph: Graph, _settings: Settings) -> Iterator[Outcome]:
    if resource.at("properties.computeType") not in ("AmlCompute", "ComputeInstance"):
        yield not_applicable("this compute is not made by the workspace")
        return
    subnet = resource.at(_SUBNET)
    modes = [w.at(_MODE) for w in graph.of(_WORKSPACE) if graph.refers(resource, "workspaceName", w)]
    managed = equals("AllowInternetOutbound", "AllowOnlyApprovedOutbound")
    if (known(subnet) and is_set()(subnet)) or any(known(mode) and managed(mode) for mode in modes):
        yield PASSED
    elif subnet is UNKNOWN and graph.sources(resource, _SUBNET):
        yield PASSED  # it will be the id of a resource of this stack
    elif subnet is UNKNOWN or any(mode is UNKNOWN for mode in modes):
        yield undetermined("whether the compute has a network is not known yet", _SUBNET)
    else:
        yield failed("the compute has neither a subnet nor a workspace with a managed network", _SUBNET)


def _job(job: workflow_definition.Job) -> str | Mark:
    values = [job.at(f"jobSpec.{path}") for path in _LINKS]
    if any(known(value) and is_set()(value) for value in values):
        return ""
    return UNKNOWN if any(value is UNKNOWN for value in values) else f"has neither jobSpec.{_LINKS[0]} nor network"


def _linked(prefix: str) -> Callable[[Resource, Settings], Iterator[Outcome]]:
    """Judge the network of a resource, or of the pipeline run that a schedule starts."""
    places = [f"{prefix}{path}" for path in _LINKS]

    def check(resource: Resource, _settings: Settings) -> Iterator[Outcome]:
        if prefix and resource.at(prefix.rstrip(".")) is MISSING:
            yield not_applicable("this schedule starts no pipeline")
            return
        values = [resource.at(path) for path in places]
        if any(known(value) and is_set()(value) for value in values):
            yield PASSED
        elif any(value is UNKNOWN for value in values):
            yield undetermined("whether the resource has a network is not known yet", places[0])
        else:
            yield failed(f"neither {places[0]} nor {places[1]} is set", places[0])

    return check


CONTROL = Control(
    id="training-in-vpc",
    group=Group.NETWORK_ISOLATION,
    title="Training runs in a private network",
    severity=Severity.MEDIUM,
    why="A training job outside the network can send the data anywhere.",
    remedy="Give the training component a network.",
    url="https://docs.aws.amazon.com/sagemaker/latest/dg/train-vpc.html",
    clauses=(
        "iso27001:A.8.22",
        "soc2:CC6.6",
        "nist-800-53:SC-7",
    ),
    covers=(
        "azure-policy:7804b5c7-01dc-4723-969b-ae300cc07ff1",
        "cnspec:mondoo-aws-security-sagemaker-monitoring-job-network-config",
        "cnspec:mondoo-aws-security-sagemaker-processing-job-vpc-configured",
        "cnspec:mondoo-gcp-security-vertexai-custom-job-private-network",
        "cnspec:mondoo-gcp-security-vertexai-pipeline-job-vpc-network",
        "prowler:sagemaker_training_jobs_vpc_settings_configured",
    ),
    rows=ByCloud(
        aws=(
            Row(
                type=aws("sagemaker.TrainingJob"),
                path="vpcConfig.subnets",
                accept=is_set(),
                if_missing=Verdict.FAILED,
                evidence=(aws("ec2.Subnet"),),
            ),
            Row(
                type=aws("sagemaker.DataQualityJobDefinition"),
                path="networkConfig.vpcConfig.subnets",
                accept=is_set(),
                if_missing=Verdict.FAILED,
                evidence=(aws("ec2.Subnet"),),
            ),
            pipeline_jobs.job_rule(
                pipeline_jobs.Asked(place=_within("Subnets"), accept=is_set()),
                pipeline_jobs.Asked(place=_within("SecurityGroupIds"), accept=is_set()),
                words="its steps must run in a network",
            ),
        ),
        azure=(
            StackRow(
                types=(_COMPUTE,),
                check=_cluster,
                reads=((_COMPUTE, _SUBNET), (_COMPUTE, "properties.computeType"), (_WORKSPACE, _MODE)),
            ),
        ),
        gcp=(
            workflow_definition.job_rule(_job, "its jobs must run in a network"),
            Row(  # direct VPC egress, or a connector
                type=_RUN,
                path=f"{_ACCESS}.networkInterfaces[].subnetwork",
                accept=is_set(),
                if_missing=Verdict.FAILED,
                unless=(f"{_ACCESS}.connector", is_set()),
                evidence=(gcp("compute.Subnetwork"),),
            ),
            Rule(types=(_RESOURCE,), check=_linked(""), reads=tuple((_RESOURCE, p) for p in _LINKS)),
            Rule(types=(_SCHEDULE,), check=_linked(_JOB), reads=tuple((_SCHEDULE, f"{_JOB}{p}") for p in _LINKS)),
        ),
    ),
)
