"""Notebooks and workspaces are encrypted with a key of the customer."""

from __future__ import annotations

from components.core.cloud import ByCloud
from policies.accept import equals, is_set
from policies.checks import Row
from policies.control import Control, Group, Severity
from policies.tokens import aws, azure, gcp
from policies.verdict import Verdict

CONTROL = Control(
    id="workbench-cmk",
    group=Group.DATA_PROTECTION_KEYS,
    title="Workbenches are encrypted with a customer-managed key",
    severity=Severity.MEDIUM,
    why="Home directories hold copies of whatever was ever explored.",
    remedy="Give the workbench a key: posture customer_keys all.",
    url="https://docs.aws.amazon.com/sagemaker/latest/dg/encryption-at-rest-studio.html",
    clauses=(
        "iso27001:A.8.24",
        "soc2:CC6.1",
        "nist-800-53:SC-28",
        "cis:3.11",
    ),
    covers=(
        "aws-config:sagemaker-notebook-instance-kms-key-configured",
        "aws-config:sagemaker-notebook-instance-storage-vol-kms-encrypted",
        "azure-policy:7f40cee6-e933-4d0f-a782-b96615e0f4a6",
        "azure-policy:ba769a63-b8cc-4b2d-abf6-ac33c7204be8",
        "cdk-nag:AwsSolutions-SM2",
        "cdk-nag:HIPAA.Security-SageMakerNotebookInstanceKMSKeyConfigured",
        "cdk-nag:NIST.800.53.R4-SageMakerNotebookInstanceKMSKeyConfigured",
        "cdk-nag:NIST.800.53.R5-SageMakerNotebookInstanceKMSKeyConfigured",
        "cdk-nag:PCI.DSS.321-SageMakerNotebookInstanceKMSKeyConfigured",
        "checkov:CKV2_GCP_27",
        "checkov:CKV_AWS_187",
        "checkov:CKV_AWS_22",
        "cnspec:mondoo-aws-security-sagemaker-domain-kms-encryption",
        "cnspec:mondoo-aws-security-sagemaker-notebook-instance-kms-key-configured",
        "prowler:sagemaker_notebook_instance_encryption_enabled",
        "security-hub:SageMaker.21",
    ),
    rows=ByCloud(
        aws=(
            Row(
                type=aws("sagemaker.NotebookInstance"),
                path="kmsKeyId",
                accept=is_set(),
                if_missing=Verdict.FAILED,
                evidence=(aws("kms.Key"),),
            ),
            Row(
                type=aws("sagemaker.Domain"),
                path="kmsKeyId",
                accept=is_set(),
                if_missing=Verdict.FAILED,
                evidence=(aws("kms.Key"),),
            ),
        ),
        azure=(
            Row(
                type=azure("machinelearningservices.Workspace"),
                path="encryption.status",
                accept=equals("Enabled"),
                if_missing=Verdict.FAILED,
                unless=("kind", equals("FeatureStore")),
            ),
        ),
        gcp=(
            Row(
                type=gcp("workbench.Instance"),
                path=("gceSetup.bootDisk.diskEncryption", "gceSetup.dataDisks.diskEncryption"),
                accept=equals("CMEK"),
                if_missing=Verdict.FAILED,
            ),
        ),
    ),
)
