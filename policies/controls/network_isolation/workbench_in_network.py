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
