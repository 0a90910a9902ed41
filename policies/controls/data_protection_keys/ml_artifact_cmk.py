"""What ML jobs and services keep is encrypted with a key of the customer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from components.core.cloud import ByCloud, Gap, GapKind
from policies import pipeline_jobs, workflow_definition
from policies.accept import (
    Accept,
    is_set,
    is_true,
)
from policies.checks import (
    Row,
)
from policies.control import Control, Group, Severity
from policies.controls.data_protection_keys.endpoint_cmk import NVME
from policies.tokens import aws, gcp
from policies.verdict import UNKNOWN, Mark, Verdict, first, known

# What each SageMaker resource encrypts: a volume of its own, and what it writes.
_AWS = {
    aws("sagemaker.TrainingJob"): ("outputDataConfig.kmsKeyId",),
    aws("sagemaker.DataQualityJobDefinition"): (
        "dataQualityJobOutputConfig.kmsKeyId",
        "jobResources.clusterConfig.volumeKmsKeyId",
    ),
    aws("sagemaker.FlowDefinition"): ("outputConfig.kmsKeyId",),
}
_GCP = tuple(
    gcp(f"vertex.{name}")
    for name in (
        "AiDataset",
        "AiFeatureStore",
        "AiIndex",
        "AiIndexEndpoint",
        "AiMetadataStore",
        "AiPersistentResource",
        "AiTensorboard",
    )
)
_RUNTIME, _SCHEDULE = gcp("colab.RuntimeTemplate"), gcp("colab.Schedule")
_RUNNERS = {gcp("cloudrunv2.Job"): "template.template.encryptionKey", gcp("workflows.Workflow"): "cryptoKeyName"}
_JOB = "createPipelineJobRequest.pipelineJob"


def _on_own_disks(places: pipeline_jobs.Places, job: Mapping[str, Any]) -> bool:
    return bool(places.machine) and _own_disks(first(job, places.machine))


def _job(job: workflow_definition.Job) -> str | Mark:
    key = job.at("encryptionSpec.kmsKeyName")
    return key if key is UNKNOWN else "" if known(key) and key else "has no encryptionSpec.kmsKeyName"


def _own_disks(value: Any) -> bool:
    return isinstance(value, str) and NVME.fullmatch(value) is not None


CONTROL = Control(
    id="ml-artifact-cmk",
    group=Group.DATA_PROTECTION_KEYS,
    title="Datasets, jobs and experiments are encrypted with a customer-managed key",
    severity=Severity.MEDIUM,
    why="Checkpoints, metrics and metadata quote the training data; a key of the provider cannot be taken from them.",
    remedy="Set posture customer_keys to all, or name a key on the resource.",
    url="https://cloud.google.com/vertex-ai/docs/general/cmek",
    clauses=("iso27001:A.8.24", "soc2:CC6.1", "nist-800-53:SC-28", "cis:3.11"),
    covers=(
        "checkov:CKV2_GCP_25",
        "checkov:CKV2_GCP_26",
        "checkov:CKV_AWS_367",
        "checkov:CKV_AWS_368",
        "checkov:CKV_AWS_372",
        "checkov:CKV_GCP_92",
        "checkov:CKV_GCP_96",
        "cnspec:mondoo-aws-security-sagemaker-endpoint-data-capture-cmk-encryption",
        "cnspec:mondoo-aws-security-sagemaker-processing-job-encryption",
        "cnspec:mondoo-gcp-security-vertex-ai-job-cmek-encryption",
        "cnspec:mondoo-gcp-security-vertexai-additional-resources-cmek-encryption",
        "cnspec:mondoo-gcp-security-vertexai-custom-job-cmek-encryption",
        "cnspec:mondoo-gcp-security-vertexai-dataset-cmek-encryption",
        "cnspec:mondoo-gcp-security-vertexai-notebook-runtime-template-cmek-encryption",
        "cnspec:mondoo-gcp-security-vertexai-pipeline-job-cmek-encryption",
        "prowler:sagemaker_training_jobs_volume_and_output_encryption_enabled",
    ),
    rows=ByCloud(
        aws=(
            *(
                Row(type=t, path=paths, accept=is_set(), if_missing=Verdict.FAILED, evidence=(aws("kms.Key"),))
                for t, paths in _AWS.items()
            ),
            Row(
                type=aws("sagemaker.TrainingJob"),
                path="resourceConfig.volumeKmsKeyId",
                accept=is_set(),
                if_missing=Verdict.FAILED,
                unless=("resourceConfig.instanceType", Accept("one with disks of its own", _own_disks)),
                evidence=(aws("kms.Key"),),
            ),
            pipeline_jobs.job_rule(
                pipeline_jobs.Asked(place=lambda p: p.output_key, accept=is_set()),
                pipeline_jobs.Asked(place=lambda p: p.volume_key, accept=is_set(), unless=_on_own_disks),
                words="its steps must name keys for their volumes and for what they write",
            ),
            Row(
                type=aws("sagemaker.EndpointConfiguration"),
                path="dataCaptureConfig.kmsKeyId",
                accept=is_set(),
                if_missing=Verdict.FAILED,
                when=("dataCaptureConfig.enableCapture", is_true()),
                evidence=(aws("kms.Key"),),
            ),
        ),
        azure=Gap(
            kind=GapKind.NEVER,
            reason="Jobs and assets of Azure Machine Learning live in the stores of the workspace, judged there.",
            url="https://learn.microsoft.com/azure/machine-learning/concept-data-encryption",
        ),
        gcp=(
            *(
                Row(
                    type=t,
                    path="encryptionSpec.kmsKeyName",
                    accept=is_set(),
                    if_missing=Verdict.FAILED,
                    evidence=(gcp("kms.CryptoKey"),),
                )
                for t in (*_GCP, _RUNTIME)
            ),
            *(
                Row(type=t, path=path, accept=is_set(), if_missing=Verdict.FAILED, evidence=(gcp("kms.CryptoKey"),))
                for t, path in _RUNNERS.items()
            ),
            workflow_definition.job_rule(_job, "its jobs must name a key"),
            Row(
                type=_SCHEDULE,
                path=f"{_JOB}.encryptionSpec.kmsKeyName",
                accept=is_set(),
                if_missing=Verdict.FAILED,
                when=(_JOB, is_set()),
                evidence=(gcp("kms.CryptoKey"),),
            ),
        ),
    ),
)
