"""Networks log who talked to whom."""

from __future__ import annotations

from components.core.cloud import ByCloud
from policies.accept import equals, is_set, is_true
from policies.checks import Attached, Row
from policies.control import Control, Group, Severity
from policies.tokens import aws, azure, gcp
from policies.verdict import Verdict

CONTROL = Control(
    id="flow-logs",
    group=Group.NETWORK_ISOLATION,
    title="Networks keep flow logs",
    severity=Severity.MEDIUM,
    why="Without flow logs nobody can say what an intruder reached.",
    remedy="Keep flow logs of the network component switched on.",
    url="https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs.html",
    clauses=(
        "iso27001:A.8.15",
        "soc2:CC7.2",
        "nist-800-53:AU-12",
        "cis:13.6",
    ),
    covers=(
        "cdk-nag:AwsSolutions-VPC7",
        "checkov:CKV2_AWS_11",
        "checkov:CKV_GCP_26",
        "security-hub:EC2.6",
    ),
    rows=ByCloud(
        aws=(
            Attached(
                type=aws("ec2.Vpc"),
                companion=aws("ec2.FlowLog"),
                link="vpcId",
                tests=(("trafficType", equals("ALL", "REJECT")),),
                words="flow log",
            ),
        ),
        azure=(
            Attached(
                type=azure("network.VirtualNetwork"),
                companion=azure("network.FlowLog"),
                link="targetResourceId",
                tests=(("enabled", is_true()),),
                words="flow log",
            ),
        ),
        gcp=(
            Row(
                type=gcp("compute.Subnetwork"),
                path="logConfig.aggregationInterval",
                accept=is_set(),
                if_missing=Verdict.FAILED,
                unless=("purpose", equals("REGIONAL_MANAGED_PROXY", "GLOBAL_MANAGED_PROXY", "PRIVATE_SERVICE_CONNECT")),
            ),
        ),
    ),
)
