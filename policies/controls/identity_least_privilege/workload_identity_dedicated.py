"""Every workload has an identity of its own."""

from __future__ import annotations

from components.core.cloud import ByCloud
from policies.accept import Accept, equals, is_set
from policies.checks import Row
from policies.control import Control, Group, Severity
from policies.tokens import aws, azure, gcp
from policies.verdict import Verdict

_AZURE = equals("UserAssigned", "SystemAssigned", "SystemAssigned,UserAssigned", "SystemAssigned, UserAssigned")
_ACCOUNTS = (gcp("serviceaccount.Account"),)
# https://cloud.google.com/compute/docs/access/service-accounts#default_service_account
_GCP = Accept(
    "a service account that is no default of Compute Engine or App Engine",
    lambda v: (
        isinstance(v, str)
        and bool(v.strip())
        and not v.endswith(("-compute@developer.gserviceaccount.com", "@appspot.gserviceaccount.com"))
    ),
)

CONTROL = Control(
    id="workload-identity-dedicated",
    group=Group.IDENTITY_LEAST_PRIVILEGE,
    title="Workloads run under an identity made for them",
    severity=Severity.HIGH,
    why="Under a shared default identity every workload can do what any of them needs.",
    remedy="Pass the identity that the identity component made for the role.",
    url="https://cloud.google.com/iam/docs/best-practices-service-accounts",
    clauses=(
        "iso27001:A.5.16",
        "soc2:CC6.1",
        "nist-800-53:AC-6",
    ),
    covers=(
        "azure-policy:5f0c7d88-c7de-45b8-ac49-db49e72eaa78",
        "cnspec:mondoo-gcp-security-vertexai-pipeline-job-no-default-service-account",
    ),
    rows=ByCloud(
        aws=(
            Row(
                type=aws("sagemaker.Model"),
                path="executionRoleArn",
                accept=is_set(),
                if_missing=Verdict.FAILED,
                evidence=(aws("iam.Role"),),
            ),
            Row(
                type=aws("sagemaker.Pipeline"),
                path="roleArn",
                accept=is_set(),
                if_missing=Verdict.FAILED,
                evidence=(aws("iam.Role"),),
            ),
        ),
        azure=(
            Row(
                type=azure("machinelearningservices.OnlineEndpoint"),
                path="identity.type",
                accept=_AZURE,
                if_missing=Verdict.FAILED,
            ),
            Row(
                type=azure("machinelearningservices.Workspace"),
                path="identity.type",
                accept=_AZURE,
                if_missing=Verdict.FAILED,
            ),
            Row(
                type=azure("machinelearningservices.Workspace"),
                path="primaryUserAssignedIdentity",
                accept=is_set(),
                if_missing=Verdict.FAILED,
                when=("identity.type", equals("UserAssigned")),
                evidence=(azure("managedidentity.UserAssignedIdentity"),),
            ),
        ),
        gcp=(
            Row(
                type=gcp("workbench.Instance"),
                path="gceSetup.serviceAccounts[].email",
                accept=_GCP,
                if_missing=Verdict.FAILED,
                evidence=_ACCOUNTS,
            ),
            Row(
                type=gcp("cloudrunv2.Job"),
                path="template.template.serviceAccount",
                accept=_GCP,
                if_missing=Verdict.FAILED,
                evidence=_ACCOUNTS,
            ),
            Row(
                type=gcp("workflows.Workflow"),
                path="serviceAccount",
                accept=_GCP,
                if_missing=Verdict.FAILED,
                evidence=_ACCOUNTS,
            ),
            Row(
                type=gcp("colab.Schedule"),
                path="createPipelineJobRequest.pipelineJob.serviceAccount",
                accept=_GCP,
                if_missing=Verdict.FAILED,
                evidence=_ACCOUNTS,
            ),
        ),
    ),
)
