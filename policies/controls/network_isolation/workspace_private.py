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
