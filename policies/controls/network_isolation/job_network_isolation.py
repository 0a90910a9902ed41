"""Jobs cannot reach the internet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from components.core.cloud import ByCloud
from policies import pipeline_jobs
from policies.accept import (
    equals,
    is_false,
    is_set,
    is_true,
)
from policies.checks import (
    Row,
)
from policies.control import Control, Group, Severity
from policies.tokens import aws, azure, gcp
from policies.verdict import Verdict, first, known


def _inside(places: pipeline_jobs.Places, job: Mapping[str, Any]) -> bool:
    """A processing job that calls services of the cloud cannot be isolated; it stays within the customer's network."""
    return places.network.startswith("NetworkConfig") and known(first(job, f"{places.network}.Subnets"))


_COMPUTE = azure("machinelearningservices.Compute")

# A schedule either names its job definition, which is judged itself, or holds it.
_INLINE = "monitoringScheduleConfig.monitoringJobDefinition"

CONTROL = Control(
    id="job-network-isolation",
    group=Group.NETWORK_ISOLATION,
    title="Training and monitoring jobs cannot reach the internet",
    severity=Severity.HIGH,
    why="A job reads all of the data and runs packages from strangers; with a way out, so has the data.",
    remedy="Set posture network_isolation to true; give machines no public address.",
    url="https://docs.aws.amazon.com/sagemaker/latest/dg/mkt-algo-model-internet-free.html",
    clauses=("nist-ai-rmf:MEASURE 2.7", "iso27001:A.8.22", "soc2:CC6.6", "eu-ai-act:Art. 15", "nist-800-53:AC-4"),
    covers=(
        "aws-config:sagemaker-data-quality-job-isolation",
        "aws-config:sagemaker-monitoring-schedule-isolation",
        "cnspec:mondoo-aws-security-sagemaker-processing-job-network-isolation",
        "prowler:sagemaker_training_jobs_network_isolation_enabled",
        "security-hub:SageMaker.11",
        "security-hub:SageMaker.14",
    ),
    rows=ByCloud(
        aws=(
            Row(
                type=aws("sagemaker.TrainingJob"),
                path="enableNetworkIsolation",
                accept=is_true(),
                if_missing=Verdict.FAILED,
            ),
            Row(
                type=aws("sagemaker.DataQualityJobDefinition"),
                path="networkConfig.enableNetworkIsolation",
                accept=is_true(),
                if_missing=Verdict.FAILED,
            ),
            Row(
                type=aws("sagemaker.MonitoringSchedule"),
                path=f"{_INLINE}.networkConfig.enableNetworkIsolation",
                accept=is_true(),
                if_missing=Verdict.FAILED,
                when=(f"{_INLINE}.roleArn", is_set()),
            ),
            pipeline_jobs.job_rule(
                pipeline_jobs.Asked(place=lambda p: p.isolation, accept=is_true(), unless=_inside),
                words="its jobs must not reach the internet",
            ),
        ),
        azure=(
            Row(
                type=_COMPUTE,
                path="properties.properties.enableNodePublicIp",
                accept=is_false(),
                if_missing=Verdict.FAILED,
                when=("properties.computeType", equals("AmlCompute", "ComputeInstance")),
            ),
            # Whether there is a managed network at all is the matter of training-in-vpc.
            Row(
                type=azure("machinelearningservices.Workspace"),
                path="managedNetwork.isolationMode",
                accept=equals("AllowOnlyApprovedOutbound"),
                if_missing=Verdict.NOT_APPLICABLE,
            ),
        ),
        gcp=(
            Row(
                type=gcp("colab.RuntimeTemplate"),
                path="networkSpec.enableInternetAccess",
                accept=is_false(),
                if_missing=Verdict.FAILED,
            ),
            Row(
                type=gcp("cloudrunv2.Job"),
                path="template.template.vpcAccess.egress",
                accept=equals("ALL_TRAFFIC"),
                if_missing=Verdict.FAILED,
            ),
            # The bundle vpc-sc leads to the APIs that a perimeter can guard, all-apis to every one of them.
            Row(
                type=gcp("compute.GlobalForwardingRule"),
                path="target",
                accept=equals("vpc-sc"),
                if_missing=Verdict.NOT_APPLICABLE,
                when=("target", equals("vpc-sc", "all-apis")),
            ),
        ),
    ),
)
