"""Subnets have a guard of their own and give nobody a public address."""

from __future__ import annotations

from components.core.cloud import ByCloud, Gap, GapKind
from policies.accept import equals, is_false, is_set
from policies.checks import Row
from policies.control import Control, Group, Severity
from policies.tokens import azure
from policies.verdict import Verdict

_SUBNET = azure("network.Subnet")
# https://learn.microsoft.com/azure/virtual-network/virtual-network-for-azure-services: these take no group.
_OWN = (
    "subnetName",
    equals("GatewaySubnet", "AzureFirewallSubnet", "AzureFirewallManagementSubnet", "RouteServerSubnet"),
)

CONTROL = Control(
    id="subnet-guarded",
    group=Group.NETWORK_ISOLATION,
    title="Subnets are guarded and give out no public address",
    severity=Severity.MEDIUM,
    why="A subnet without rules trusts every neighbour; an address that nobody asked for is a way out and in.",
    remedy="Give each subnet a network security group; switch off addresses and ways out that come by default.",
    url="https://learn.microsoft.com/azure/virtual-network/ip-services/default-outbound-access",
    clauses=("iso27001:A.8.20", "soc2:CC6.6", "nist-800-53:SC-7", "cis:12.2"),
    covers=("checkov:CKV2_AZURE_31",),
    rows=ByCloud(
        aws=Gap(
            kind=GapKind.NEVER,
            reason="Security groups stand on what is in a subnet; addresses that it gives out: no-open-ingress.",
            url="https://docs.aws.amazon.com/vpc/latest/userguide/vpc-security-groups.html",
        ),
        azure=(
            Row(type=_SUBNET, path="networkSecurityGroup.id", accept=is_set(), if_missing=Verdict.FAILED, unless=_OWN),
            # Built-in policy 7bca8353-aa3b-429b-904a-9229c4385837; where nothing is said, older networks let it out.
            Row(type=_SUBNET, path="defaultOutboundAccess", accept=is_false(), if_missing=Verdict.FAILED, unless=_OWN),
        ),
        gcp=Gap(
            kind=GapKind.NEVER,
            reason="Rules of the firewall stand on the network, and a subnetwork gives no machine an address outside.",
            url="https://cloud.google.com/vpc/docs/subnets",
        ),
    ),
)
