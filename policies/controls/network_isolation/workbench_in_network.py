"""Workbenches sit in the network of the customer."""

from __future__ import annotations

from components.core.cloud import ByCloud
from policies.accept import (
    equals,
    is_set,
)
from policies.checks import (
    Row,
)
from policies.control import Control, Group, Severity
from policies.tokens import aws, azure, gcp
from policies.verdict import Verdict

_NOTEBOOK = aws("sagemaker.NotebookInstance")
_INSTANCE = gcp("workbench.Instance")

CONTROL = Control(
    id="workbench-in-network",
    group=Group.NETWORK_ISOLATION,
    title="Workbenches sit in the customer's network without a door of their own to the internet",
    severity=Severity.HIGH,
    why="A notebook outside the network carries data past every firewall and every log.",
    remedy="Place the workbench in a subnet of the network component and switch direct internet access off.",
    url="https://docs.aws.amazon.com/sagemaker/latest/dg/appendix-notebook-and-internet-access.html",
    clauses=("iso27001:A.8.22", "soc2:CC6.6", "nist-800-53:SC-7", "cis:12.2"),
    covers=(
        "aws-config:sagemaker-notebook-instance-inside-vpc",
        "aws-config:sagemaker-notebook-no-direct-internet-access",
        "azure-policy:6ddb1705-c8cf-450e-aa4b-19ad6703c440",
        "cdk-nag:AwsSolutions-SM1",
        "cdk-nag:AwsSolutions-SM3",
        "cdk-nag:HIPAA.Security-SageMakerNotebookNoDirectInternetAccess",
        "cdk-nag:NIST.800.53.R4-SageMakerNotebookNoDirectInternetAccess",
        "cdk-nag:NIST.800.53.R5-SageMakerNotebookNoDirectInternetAccess",
        "cdk-nag:PCI.DSS.321-SageMakerNotebookNoDirectInternetAccess",
        "checkov:CKV_AWS_122",
        "checkov:CKV_AWS_306",
        "cnspec:mondoo-aws-security-sagemaker-notebook-in-vpc",
        "cnspec:mondoo-aws-security-sagemaker-notebook-no-direct-internet",
        "cnspec:mondoo-gcp-security-vertexai-notebook-runtime-template-private-network",
        "prowler:sagemaker_notebook_instance_vpc_settings_configured",
        "prowler:sagemaker_notebook_instance_without_direct_internet_access_configured",
        "security-hub:SageMaker.1",
        "security-hub:SageMaker.2",
    ),
    rows=ByCloud(
        aws=(
            Row(
                type=_NOTEBOOK,
                path="subnetId",
                accept=is_set(),
                if_missing=Verdict.FAILED,
                evidence=(aws("ec2.Subnet"),),
            ),
            Row(type=_NOTEBOOK, path="directInternetAccess", accept=equals("Disabled"), if_missing=Verdict.FAILED),
            Row(  # https://docs.aws.amazon.com/sagemaker/latest/dg/studio-notebooks-and-internet-access.html
                type=aws("sagemaker.Domain"),
                path="defaultUserSettings.securityGroups",
                accept=is_set(),
                if_missing=Verdict.FAILED,
                when=("appNetworkAccessType", equals("VpcOnly")),
                evidence=(aws("ec2.SecurityGroup"),),
            ),
        ),
        azure=(
            Row(
                type=azure("machinelearningservices.Workspace"),
                path="managedNetwork.isolationMode",
                accept=equals("AllowInternetOutbound", "AllowOnlyApprovedOutbound"),
                if_missing=Verdict.FAILED,
            ),
        ),
        gcp=(
            Row(
                type=_INSTANCE,
                path="gceSetup.networkInterfaces[].subnet",
                accept=is_set(),
                if_missing=Verdict.FAILED,
                evidence=(gcp("compute.Subnetwork"),),
            ),
            Row(
                type=gcp("colab.RuntimeTemplate"),
                path="networkSpec.network",
                accept=is_set(),
                if_missing=Verdict.FAILED,
                evidence=(gcp("compute.Network"),),
            ),
        ),
    ),
)
