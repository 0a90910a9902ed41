"""Network on AWS: a VPC of private subnets, a free gateway to S3, private endpoints, one group for workloads.

Not here: peerings and transit gateways of the company; bring such a network with ``mode: existing``.
"""

import ipaddress
from dataclasses import dataclass

import pulumi_aws as aws
from pulumi import Output

from components.clouds.aws_arn import arns
from components.core.backend import Means, Support
from components.core.cloud import Gap
from components.core.errors import Fault, TripodError
from components.core.scope import Scope
from components.core.vocabulary import Provision
from components.network.aws_endpoints import interface_endpoints, s3_gateway
from components.network.aws_flow import flow_logs
from components.network.aws_rules import allow_internet, workload_group
from components.network.contract import Egress, ExistingNetwork, NetworkArgs, NetworkOutputs, NetworkSpec

SUPPORT = Support(means=Means.NATIVE, by="VPC, PrivateLink")
GAPS: tuple[Gap, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ZoneRanges:
    """Address ranges of one availability zone."""

    private: str
    public: str
    """Holds the address translation gateway and nothing else."""


def ranges(cidr: str) -> tuple[ZoneRanges, ...]:
    """Ranges of three zones: three quarters of ``cidr`` are private, the fourth is cut into public ranges.

    Independent of the number of zones in use, so that adding a zone moves no subnet.

    Raises:
        TripodError: where ``cidr`` is no network address of a private range.
    """
    try:
        network = ipaddress.IPv4Network(cidr)
        fits = network.is_private
    except ValueError:
        fits = False
    if not fits:
        raise TripodError(
            Fault(
                where="network.cidr",
                what=f"{cidr} is not a private network address",
                allowed="a network address of RFC 1918, /16 to /22, as 10.20.0.0/16",
                remedy="clear the host bits, or choose another range",
            )
        )
    *private, rest = network.subnets(prefixlen_diff=2)
    public = rest.subnets(prefixlen_diff=2)
    return tuple(ZoneRanges(private=str(a), public=str(b)) for a, b in zip(private, public, strict=False))


def build(scope: Scope, spec: NetworkSpec, args: NetworkArgs) -> NetworkOutputs:
    """Make the network, hand on the one that is brought along, or nothing.

    Raises:
        TripodError: where ``mode`` is ``none`` and the posture allows no public access, or ``cidr`` is not private.
    """
    if spec.mode is Provision.NONE:
        return _none(scope)
    if spec.existing is not None:
        return _existing(spec.existing)
    names = arns(scope, args["foundation"])
    vpc = aws.ec2.Vpc(
        scope.label("vpc"),
        cidr_block=spec.cidr,
        enable_dns_support=True,
        enable_dns_hostnames=True,  # private names of interface endpoints need both
        tags=scope.tags(Name=scope.prefix),
        opts=scope.options(),
    )
    # The default group cannot be deleted; taken over without rules it lets nothing through.
    aws.ec2.DefaultSecurityGroup(
        scope.label("default"), vpc_id=vpc.id, tags=scope.tags(Name=f"{scope.prefix}-unused"), opts=scope.options()
    )
    layout = ranges(spec.cidr)[: spec.zones]
    zones = _zones(spec.zones)
    subnets: list[aws.ec2.Subnet] = []
    tables: list[aws.ec2.RouteTable] = []
    for index, (block, zone) in enumerate(zip(layout, zones, strict=True), start=1):
        subnet, table = _subnet(scope, vpc, f"private-{index}", block.private, zone)
        subnets.append(subnet)
        tables.append(table)
    gateway = s3_gateway(scope, names, vpc.id, [table.id for table in tables])
    workload = workload_group(scope, vpc.id, gateway.prefix_list_id)
    subnet_ids = [Output.from_input(subnet.id) for subnet in subnets]
    if not scope.posture.public_access:
        interface_endpoints(scope, vpc.id, subnet_ids, workload.id)
    if spec.egress is Egress.NAT:
        _translation(scope, vpc, layout, zones, tables)
        allow_internet(scope, workload.id)
    if spec.flow_logs:
        flow_logs(scope, names, args["foundation"]["log_id"], vpc.id)
    return NetworkOutputs(
        network_id=vpc.id,
        subnet_ids=Output.all(*subnet_ids),
        endpoint_subnet_id=subnet_ids[0],
        security_group_id=workload.id,
        attachment_id=subnet_ids[0],
        dns_scope=vpc.id,
    )


def _zones(count: int) -> list[Output[str]]:
    """Names of the region's first ``count`` availability zones; Local Zones, which are opted in to, are left out."""
    available = aws.get_availability_zones_output(
        state="available", filters=[{"name": "opt-in-status", "values": ["opt-in-not-required"]}]
    )

    def pick(names: list[str], index: int) -> str:
        if len(names) < count:
            raise TripodError(
                Fault(
                    where="network.zones",
                    what=f"the region has {len(names)} availability zones, not {count}",
                    allowed=f"at most {len(names)}",
                    remedy="lower network.zones, or choose another region",
                )
            )
        return names[index]

    def nth(index: int) -> Output[str]:
        return available.names.apply(lambda names: pick(list(names), index))

    return [nth(index) for index in range(count)]


def _subnet(
    scope: Scope, vpc: aws.ec2.Vpc, part: str, cidr: str, zone: Output[str]
) -> tuple[aws.ec2.Subnet, aws.ec2.RouteTable]:
    """A subnet with a route table of its own."""
    tags = scope.tags(Name=f"{scope.prefix}-{part}")
    subnet = aws.ec2.Subnet(
        scope.label(part),
        vpc_id=vpc.id,
        cidr_block=cidr,
        availability_zone=zone,
        map_public_ip_on_launch=False,
        tags=tags,
        # A region that gains a zone shifts the list of names, which would replace subnets that are in use.
        opts=scope.options(ignore_changes=["availabilityZone"]),
    )
    table = aws.ec2.RouteTable(scope.label(part, "routes"), vpc_id=vpc.id, tags=tags, opts=scope.options())
    aws.ec2.RouteTableAssociation(
        scope.label(part, "association"), subnet_id=subnet.id, route_table_id=table.id, opts=scope.options()
    )
    return subnet, table


def _translation(
    scope: Scope,
    vpc: aws.ec2.Vpc,
    layout: tuple[ZoneRanges, ...],
    zones: list[Output[str]],
    tables: list[aws.ec2.RouteTable],
) -> None:
    """NAT gateways and the routes to them: one, or one per zone where the posture wants replicas."""
    internet = aws.ec2.InternetGateway(
        scope.label("internet"), vpc_id=vpc.id, tags=scope.tags(Name=scope.prefix), opts=scope.options()
    )
    gateways: list[aws.ec2.NatGateway] = []
    count = len(zones) if scope.posture.min_replicas > 1 else 1
    for index in range(1, count + 1):
        subnet, routes = _subnet(scope, vpc, f"public-{index}", layout[index - 1].public, zones[index - 1])
        way_out = aws.ec2.Route(
            scope.label(f"public-{index}", "internet"),
            route_table_id=routes.id,
            destination_cidr_block="0.0.0.0/0",
            gateway_id=internet.id,
            opts=scope.options(),
        )
        tags = scope.tags(Name=f"{scope.prefix}-nat-{index}")
        address = aws.ec2.Eip(scope.label("address", str(index)), domain="vpc", tags=tags, opts=scope.options())
        gateways.append(
            aws.ec2.NatGateway(
                scope.label("nat", str(index)),
                connectivity_type="public",
                allocation_id=address.id,
                subnet_id=subnet.id,
                tags=tags,
                opts=scope.options(depends_on=[way_out]),
            )
        )
    for index, table in enumerate(tables, start=1):
        aws.ec2.Route(
            scope.label(f"private-{index}", "nat"),
            route_table_id=table.id,
            destination_cidr_block="0.0.0.0/0",
            nat_gateway_id=gateways[min(index, count) - 1].id,
            opts=scope.options(),
        )


def _existing(brought: ExistingNetwork) -> NetworkOutputs:
    first = brought.subnet_ids[0]
    return NetworkOutputs(
        network_id=Output.from_input(brought.network_id),
        subnet_ids=Output.from_input(list(brought.subnet_ids)),
        endpoint_subnet_id=Output.from_input(brought.endpoint_subnet_id or first),
        security_group_id=Output.from_input(brought.security_group_id),
        attachment_id=Output.from_input(brought.attachment_id or first),
        dns_scope=Output.from_input(brought.dns_scope),
    )


def _none(scope: Scope) -> NetworkOutputs:
    if not scope.posture.public_access:
        raise TripodError(
            Fault(
                where="network.mode",
                what="'none' leaves the platform without private endpoints, which the posture asks for",
                allowed="create or existing",
                remedy="set network.mode to create or existing, or choose profile sandbox",
            )
        )
    nothing = Output.from_input("")
    return NetworkOutputs(
        network_id=nothing,
        subnet_ids=Output.from_input([]),
        endpoint_subnet_id=nothing,
        security_group_id=nothing,
        attachment_id=nothing,
        dns_scope=nothing,
    )
