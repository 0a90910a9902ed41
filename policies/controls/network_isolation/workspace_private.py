"""Workspaces and notebooks have no public door."""

from __future__ import annotations

from components.core.cloud import ByCloud
from policies.accept import equals, is_true
from policies.checks import Row
from policies.control import Control, Group, Severity
from policies.tokens import aws, azure, gcp
from policies.verdict import Verdict

CONTROL = Control(
    id="workspace-private",
    group=Group.NETWORK_ISOLATION,
    title="Workspaces and notebooks are reached over private networks only",
    severity=Severity.HIGH,
    why="A notebook on the internet is a shell next to the training data.",
    remedy="Choose profile standard or regulated, or give the component a network with private endpoints.",
    url="https://learn.microsoft.com/azure/machine-learning/how-to-configure-private-link",
    clauses=("iso27001:A.8.20", "soc2:CC6.6", "nist-800-53:SC-7", "cis:12.2"),
    covers=(
        "aws-config:sagemaker-domain-in-vpc",
        "azure-policy:438c38d2-3772-465a-a9cc-7a6666a275ce",
        "azure-policy:a10ee784-7409-4941-b091-663697637c0f",
        "checkov:CKV2_AZURE_49",
        "checkov:CKV2_GCP_28",
        "checkov:CKV_AZURE_144",
        "cnspec:mondoo-aws-security-sagemaker-domain-vpc-only",
        "cnspec:mondoo-gcp-security-vertex-ai-workbench-no-public-ip",
        "google-org-policy:constraints/ainotebooks.restrictPublicIp",
        "google-vai:VAI-CO-4.7",
        "prowler:vertexai_workbench_instance_public_ip_disabled",
    ),
    rows=ByCloud(
        aws=(
            Row(
                type=aws("sagemaker.Domain"),
                path="appNetworkAccessType",
                accept=equals("VpcOnly"),
                if_missing=Verdict.FAILED,
            ),
        ),
        azure=(
            Row(
                type=azure("machinelearningservices.Workspace"),
                path="publicNetworkAccess",
                accept=equals("Disabled"),
                if_missing=Verdict.FAILED,
            ),
        ),
        gcp=(
            Row(
                type=gcp("workbench.Instance"),
                path="gceSetup.disablePublicIp",
                accept=is_true(),
                if_missing=Verdict.FAILED,
            ),
        ),
    ),
)
