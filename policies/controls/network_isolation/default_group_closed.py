"""The security group that AWS gives a network of itself lets nobody in or out.

It cannot be deleted, and lets its members talk to each other and to everybody outside, so that a machine for which
nobody chose a group has an open one. A stack closes it by taking it over without rules.
"""

from __future__ import annotations

from collections.abc import Iterator

from components.core.cloud import ByCloud, Gap, GapKind
from policies.checks import PASSED, Outcome, Rule, StackRow, failed, undetermined
from policies.control import Control, Group, Severity
from policies.graph import Graph, Resource
from policies.settings import Settings
from policies.tokens import aws
from policies.verdict import MISSING, UNKNOWN

_VPC, _GROUP = aws("ec2.Vpc"), aws("ec2.DefaultSecurityGroup")
_RULES = ("ingress", "egress")


def _taken_over(vpc: Resource, graph: Graph, _settings: Settings) -> Iterator[Outcome]:
    sure, maybe = graph.referring(vpc, (_GROUP,), "vpcId")
    if sure:
        yield PASSED
    elif maybe:
        yield undetermined("whether its default security group is closed is not known yet")
    else:
        yield failed("its default security group is left as AWS makes it, open to its members and outwards")


def _empty(group: Resource, _settings: Settings) -> Iterator[Outcome]:
    for path in _RULES:
        rules = group.at(path)
        if rules is UNKNOWN:
            yield undetermined(f"{path} is not known yet; it must be empty", path)
        elif rules is MISSING or rules == []:
            yield PASSED
        else:
            yield failed(f"{path} has rules; the default security group must have none", path)


CONTROL = Control(
    id="default-group-closed",
    group=Group.NETWORK_ISOLATION,
    title="The default security group of a network has no rules",
    severity=Severity.MEDIUM,
    why="A machine for which nobody chose a security group gets the default one, and its open door.",
    remedy="Take the group over with an aws.ec2.DefaultSecurityGroup without ingress and egress.",
    url="https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-2",
    clauses=("iso27001:A.8.20", "soc2:CC6.6", "nist-800-53:SC-7", "cis:12.2"),
    covers=("checkov:CKV2_AWS_12", "security-hub:EC2.2"),
    rows=ByCloud(
        aws=(
            StackRow(types=(_VPC,), check=_taken_over, reads=((_GROUP, "vpcId"),)),
            Rule(types=(_GROUP,), check=_empty, reads=tuple((_GROUP, path) for path in _RULES)),
        ),
        azure=Gap(
            kind=GapKind.NEVER,
            reason="A network of Azure has no security group of its own making.",
            url="https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview",
        ),
        gcp=Gap(
            kind=GapKind.NEVER,
            reason="A custom network of Google Cloud has no firewall rules but the implied ones, which let nobody in.",
            url="https://cloud.google.com/firewall/docs/firewalls#default_firewall_rules",
        ),
    ),
)
