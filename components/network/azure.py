"""Network on Azure: a virtual network, private subnets, private DNS zones, one security group.

A subnet spans the zones of its region, so the ``zones`` workload subnets differ by their outbound path: with
``egress: nat`` each has a NAT gateway in a zone of its own. Without it they have no way out, not even to public
addresses of Azure (`default outbound access`_ is off): nodes that need Azure's control plane belong into the managed
network of the ML workspace, which reaches this network's services through private endpoints.

Not here: Bastion, VPN and peerings, which belong to the company's hub, and Azure Firewall.

.. _default outbound access: https://learn.microsoft.com/azure/virtual-network/ip-services/default-outbound-access
"""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_azure_native as azure
from pulumi import Output

from components.clouds.azure_ids import group_id
from components.clouds.azure_private import ALL_ZONES
from components.core.backend import Means, Support
from components.core.cloud import Gap
from components.core.errors import Fault, TripodError
from components.core.refs import NetworkRef
from components.core.scope import Scope
from components.core.vocabulary import Provision
from components.network.azure_flow import flow_logs
from components.network.contract import Egress, ExistingNetwork, NetworkArgs, NetworkOutputs, NetworkSpec

SUPPORT = Support(means=Means.NATIVE, by="Virtual Network, Private DNS, Network Watcher")
GAPS: tuple[Gap, ...] = ()

DOCKER = ipaddress.IPv4Network("172.17.0.0/16")
"""Docker's bridge on ML compute; an overlapping network is unreachable from it
(https://learn.microsoft.com/azure/machine-learning/how-to-secure-workspace-vnet)."""
PRIVATE_RANGES = tuple(ipaddress.IPv4Network(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))


@dataclass(frozen=True, kw_only=True)
class Ranges:
    """Address ranges of the subnets; they do not depend on how many are in use."""

    workloads: tuple[str, str, str]
    endpoints: str


def ranges(cidr: str) -> Ranges:
    """Cut ``cidr`` into quarters: three for workloads, one for private endpoints.

    Raises:
        TripodError: where it is no private network address, or overlaps Docker's.
    """
    try:
        whole = ipaddress.IPv4Network(cidr)
    except ValueError:
        whole = None
    if whole is None or not any(whole.subnet_of(private) for private in PRIVATE_RANGES) or whole.overlaps(DOCKER):
        raise TripodError(
            Fault(
                where="network.cidr",
                what=f"{cidr} cannot be used for a private network on Azure",
                allowed=f"a network address of RFC 1918 that does not overlap {DOCKER} (Docker on ML compute)",
                remedy="clear the host bits, or choose another range, as 10.20.0.0/16",
            )
        )
    first, second, third, last = (str(part) for part in whole.subnets(prefixlen_diff=2))
    return Ranges(workloads=(first, second, third), endpoints=last)


def build(scope: Scope, spec: NetworkSpec, args: NetworkArgs) -> NetworkOutputs:
    """Make the network, or pass on the existing one.

    Raises:
        TripodError: where there is to be no network but the posture has no public access, or the range is wrong.
    """
    if spec.mode is Provision.NONE:
        return _none(scope)
    if spec.existing is not None:
        return _existing(spec.existing)
    foundation = args["foundation"]
    group = foundation["group_name"]
    cut = ranges(spec.cidr)
    network = azure.network.VirtualNetwork(
        scope.label("network"),
        virtual_network_name=scope.name("virtual_network"),
        resource_group_name=group,
        location=scope.region,
        address_space=azure.network.AddressSpaceArgs(address_prefixes=[spec.cidr]),
        tags=scope.tags(),
        opts=scope.options(),
    )
    rules = azure.network.NetworkSecurityGroup(
        scope.label("rules"),
        network_security_group_name=scope.name("network_security_group"),
        resource_group_name=group,
        location=scope.region,
        security_rules=security_rules(spec.egress),
        tags=scope.tags(),
        opts=scope.options(),
    )
    subnets: list[azure.network.Subnet] = []
    for index, prefix in enumerate(cut.workloads[: spec.zones]):
        gateway = _nat_gateway(scope, str(index + 1), args) if spec.egress is Egress.NAT else None
        subnets.append(
            _subnet(
                scope,
                f"workload-{index + 1}",
                args,
                network,
                rules,
                prefix=prefix,
                gateway=gateway,
                depends_on=subnets[-1:],
            )
        )
    endpoints = _subnet(
        scope, "endpoints", args, network, rules, prefix=cut.endpoints, gateway=None, depends_on=subnets[-1:]
    )
    links: list[pulumi.Resource] = [] if scope.posture.public_access else _zones(scope, args, network)
    first = Output.from_input(subnets[0].id)
    outputs = NetworkOutputs(
        network_id=Output.from_input(network.id),
        subnet_ids=Output.all(*(subnet.id for subnet in subnets)).apply(lambda ids: [str(known) for known in ids]),
        endpoint_subnet_id=Output.from_input(endpoints.id),
        security_group_id=Output.from_input(rules.id),
        attachment_id=first,
        dns_scope=Output.all(
            group_id(foundation["account_id"], group),
            *(link.urn for link in links),  # whoever uses a zone waits until the network resolves it
        ).apply(lambda known: f"{known[0]}/providers/Microsoft.Network/privateDnsZones"),
    )
    if spec.flow_logs:
        flow_logs(scope, foundation, reference(outputs))
    return outputs


def reference(outputs: NetworkOutputs) -> NetworkRef:
    """The outputs as other components take them."""
    return NetworkRef(
        network_id=outputs.network_id,
        subnet_ids=outputs.subnet_ids,
        endpoint_subnet_id=outputs.endpoint_subnet_id,
        security_group_id=outputs.security_group_id,
        attachment_id=outputs.attachment_id,
        dns_scope=outputs.dns_scope,
    )


def security_rules(egress: Egress) -> list[azure.network.SecurityRuleArgs]:
    """Nothing comes in from the internet; nothing goes out to it without ``egress``.

    Azure's own rules allow what stays inside the network and deny the rest of what comes in
    (https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview).
    """
    directions = {
        "in": azure.network.SecurityRuleDirection.INBOUND,
        "out": azure.network.SecurityRuleDirection.OUTBOUND,
    }
    closed = ("in",) if egress is Egress.NAT else ("in", "out")
    return [
        azure.network.SecurityRuleArgs(
            name=f"deny-internet-{way}",
            description="The platform has no public path.",
            direction=directions[way],
            access=azure.network.SecurityRuleAccess.DENY,
            priority=4000,
            protocol=azure.network.SecurityRuleProtocol.ASTERISK,
            source_address_prefix="Internet" if way == "in" else "*",
            source_port_range="*",
            destination_address_prefix="*" if way == "in" else "Internet",
            destination_port_range="*",
        )
        for way in closed
    ]


def _subnet(
    scope: Scope,
    part: str,
    args: NetworkArgs,
    network: azure.network.VirtualNetwork,
    rules: azure.network.NetworkSecurityGroup,
    *,
    prefix: str,
    gateway: azure.network.NatGateway | None,
    depends_on: Sequence[pulumi.Resource],
) -> azure.network.Subnet:
    """One private subnet, after ``depends_on``: a network takes one change at a time (AnotherOperationInProgress)."""
    return azure.network.Subnet(
        scope.label(part),
        subnet_name=scope.name("subnet", part),
        resource_group_name=args["foundation"]["group_name"],
        virtual_network_name=network.name,
        address_prefix=prefix,
        default_outbound_access=False,
        network_security_group=azure.network.NetworkSecurityGroupArgs(id=rules.id),
        nat_gateway=azure.network.SubResourceArgs(id=gateway.id) if gateway is not None else None,
        private_endpoint_network_policies=(
            azure.network.VirtualNetworkPrivateEndpointNetworkPolicies.NETWORK_SECURITY_GROUP_ENABLED
        ),
        opts=scope.options(depends_on=depends_on),
    )


def _nat_gateway(scope: Scope, zone: str, args: NetworkArgs) -> azure.network.NatGateway:
    """Outbound address translation in one zone: a gateway without a zone fails with the zone it lands in."""
    address = azure.network.PublicIPAddress(
        scope.label("nat", zone, "address"),
        public_ip_address_name=scope.name("public_ip", "nat", zone),
        resource_group_name=args["foundation"]["group_name"],
        location=scope.region,
        sku=azure.network.PublicIPAddressSkuArgs(name=azure.network.PublicIPAddressSkuName.STANDARD),
        public_ip_allocation_method=azure.network.IPAllocationMethod.STATIC,
        zones=[zone],
        tags=scope.tags(),
        opts=scope.options(),
    )
    return azure.network.NatGateway(
        scope.label("nat", zone),
        nat_gateway_name=scope.name("nat_gateway", zone),
        resource_group_name=args["foundation"]["group_name"],
        location=scope.region,
        sku=azure.network.NatGatewaySkuArgs(name=azure.network.NatGatewaySkuName.STANDARD),
        public_ip_addresses=[azure.network.SubResourceArgs(id=address.id)],
        zones=[zone],
        tags=scope.tags(),
        opts=scope.options(),
    )


def _zones(scope: Scope, args: NetworkArgs, network: azure.network.VirtualNetwork) -> list[pulumi.Resource]:
    """Private DNS zones of every service that may get a private endpoint, linked to the network."""
    group = args["foundation"]["group_name"]
    links: list[pulumi.Resource] = []
    for zone in ALL_ZONES:
        made = azure.privatedns.PrivateZone(
            scope.label("zone", zone),
            private_zone_name=zone,
            resource_group_name=group,
            location="global",
            tags=scope.tags(),
            opts=scope.options(),
        )
        links.append(
            azure.privatedns.VirtualNetworkLink(
                scope.label("link", zone),
                virtual_network_link_name=scope.name("network_link"),
                private_zone_name=made.name,
                resource_group_name=group,
                location="global",
                registration_enabled=False,
                virtual_network=azure.privatedns.SubResourceArgs(id=network.id),
                tags=scope.tags(),
                opts=scope.options(),
            )
        )
    return links


def _existing(given: ExistingNetwork) -> NetworkOutputs:
    """The ids of the network that is brought along."""
    first = given.subnet_ids[0]
    return NetworkOutputs(
        network_id=Output.from_input(given.network_id),
        subnet_ids=Output.from_input(list(given.subnet_ids)),
        endpoint_subnet_id=Output.from_input(given.endpoint_subnet_id or first),
        security_group_id=Output.from_input(given.security_group_id),
        attachment_id=Output.from_input(given.attachment_id or first),
        dns_scope=Output.from_input(given.dns_scope),
    )


def _none(scope: Scope) -> NetworkOutputs:
    """No network: allowed only where services answer on public addresses."""
    if not scope.posture.public_access:
        raise TripodError(
            Fault(
                where="network.mode",
                what=f"'none' is not allowed: profile {scope.spec.profile.value} has no public access",
                allowed="create, existing",
                remedy="choose create or existing, or a stack with profile sandbox",
            )
        )
    empty = Output.from_input("")
    return NetworkOutputs(
        network_id=empty,
        subnet_ids=Output.from_input([]),
        endpoint_subnet_id=empty,
        security_group_id=empty,
        attachment_id=empty,
        dns_scope=empty,
    )
