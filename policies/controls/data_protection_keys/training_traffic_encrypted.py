"""The machines of one job talk to each other encrypted."""

from __future__ import annotations

from components.core.cloud import ByCloud, Gap, GapKind
from policies import pipeline_jobs
from policies.accept import (
    is_set,
    is_true,
)
from policies.checks import (
    Row,
)
from policies.control import Control, Group, Severity
from policies.tokens import aws
from policies.verdict import Verdict

_FLAG = "enableInterContainerTrafficEncryption"
# A schedule either names its job definition, which is judged itself, or holds it.
_INLINE = "monitoringScheduleConfig.monitoringJobDefinition"

CONTROL = Control(
    id="training-traffic-encrypted",
    group=Group.DATA_PROTECTION_KEYS,
    title="Traffic between the machines of a job is encrypted",
    severity=Severity.MEDIUM,
    why="Distributed training sends gradients, from which training data can be rebuilt, over the network in clear.",
    remedy="Give the training component a network; set EnableInterContainerTrafficEncryption on jobs of your own.",
    url="https://docs.aws.amazon.com/sagemaker/latest/dg/train-encrypt.html",
    clauses=("iso27001:A.8.24", "soc2:CC6.7", "hipaa:164.312(e)(1)", "nist-800-53:SC-8", "cis:3.10"),
    covers=(
        "aws-config:sagemaker-data-quality-job-encrypt-in-transit",
        "aws-config:sagemaker-monitoring-schedule-traffic-encryption",
        "checkov:CKV_AWS_369",
        "prowler:sagemaker_training_jobs_intercontainer_encryption_enabled",
        "security-hub:SageMaker.22",
        "security-hub:SageMaker.9",
    ),
    rows=ByCloud(
        aws=(
            Row(type=aws("sagemaker.TrainingJob"), path=_FLAG, accept=is_true(), if_missing=Verdict.FAILED),
            Row(
                type=aws("sagemaker.DataQualityJobDefinition"),
                path=f"networkConfig.{_FLAG}",
                accept=is_true(),
                if_missing=Verdict.FAILED,
            ),
            Row(
                type=aws("sagemaker.MonitoringSchedule"),
                path=f"{_INLINE}.networkConfig.enableInterContainerTrafficEncryption",
                accept=is_true(),
                if_missing=Verdict.FAILED,
                when=(f"{_INLINE}.roleArn", is_set()),
            ),
            pipeline_jobs.job_rule(
                pipeline_jobs.Asked(place=lambda p: p.traffic, accept=is_true()),
                words="its steps must encrypt the traffic between their machines",
            ),
        ),
        azure=Gap(
            kind=GapKind.UPSTREAM,
            reason="A cluster of Azure Machine Learning has no switch for traffic between its nodes.",
            url="https://learn.microsoft.com/azure/machine-learning/concept-data-encryption",
        ),
        gcp=Gap(
            kind=GapKind.NEVER,
            reason="Google encrypts traffic between virtual machines of a network by itself; a job has no switch.",
            url="https://cloud.google.com/docs/security/encryption-in-transit",
        ),
    ),
)
