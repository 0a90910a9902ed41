"""Network on Google Cloud: a VPC network without default route, workload subnets, a private way to Google APIs.

Without public access, Google APIs are reached through a Private Service Connect endpoint, and Vertex AI may make
endpoints of its own in the endpoint subnet; with public access, through the addresses of private.googleapis.com. Names
resolve accordingly in both cases, so ``egress: none`` needs no default route at all.
Not here: peering with the service network (private services access), because Vertex AI peers with one network per
region and the peering outlives what used it; and VPC Service Controls, which belong to the organisation.
"""

from collections.abc import Sequence

import pulumi_gcp as gcp
from pulumi import Input, Output

from components.clouds import gcp_agents, gcp_grants
from components.core.backend import Means, Support
from components.core.cloud import Gap
from components.core.errors import Fault, TripodError
from components.core.scope import Scope
from components.core.vocabulary import Provision
from components.network import gcp_firewall, gcp_names
from components.network.contract import Egress, ExistingNetwork, NetworkArgs, NetworkOutputs, NetworkSpec
from components.network.gcp_addresses import GOOGLE_VIPS, AddressPlan, plan_addresses

SUPPORT = Support(means=Means.NATIVE, by="VPC, Private Service Connect, Cloud DNS")
GAPS: tuple[Gap, ...] = ()

VERTEX_CLASS = "gcp-vertexai"
"""Service class under which Vertex AI makes endpoints in a consumer's network
(https://cloud.google.com/vertex-ai/docs/predictions/private-service-connect)."""
ATTACHMENT_PERMISSIONS = (
    "compute.networkAttachments.get",
    "compute.networkAttachments.update",
    "compute.regionOperations.get",
)
"""What the Vertex AI agent needs to plug into a network attachment, in place of the role Compute Network Admin
(https://cloud.google.com/vertex-ai/docs/general/vpc-psc-i-setup)."""


def build(scope: Scope, spec: NetworkSpec, args: NetworkArgs) -> NetworkOutputs:
    """Make the network, pass on the existing one, or make nothing.

    Raises:
        TripodError: where the range is not private, or there is no network though the posture asks for one.
    """
    if spec.mode is Provision.NONE:
        return _none(scope)
    if spec.existing is not None:
        return _existing(spec.existing)
    project = args["foundation"]["account_id"]
    plan = plan_addresses(spec.cidr, spec.zones)
    network = gcp.compute.Network(
        scope.label("vpc"),
        project=project,
        name=scope.name("compute"),
        description=f"Tripod platform {scope.prefix}",
        auto_create_subnetworks=False,
        delete_default_routes_on_create=True,  # each way out is a route of its own
        routing_mode="REGIONAL",
        opts=scope.options(),
    )
    workloads = [
        _subnetwork(scope, spec, project, network, part=f"workload-{index}", cidr=cidr)
        for index, cidr in enumerate(plan.workloads, start=1)
    ]
    endpoints = _subnetwork(scope, spec, project, network, part="endpoints", cidr=plan.endpoints)
    plugs = _subnetwork(scope, spec, project, network, part="attachment-subnet", cidr=plan.attachment)
    firewall = gcp_firewall.make_rules(scope, spec, project, network.id)
    addresses = _google_apis(scope, project, network, plan)
    zone = gcp_names.make_zones(scope, project, network.id, addresses)
    if spec.egress is Egress.NAT:
        _nat(scope, spec, project, network, workloads)
    if not scope.posture.public_access:
        gcp.networkconnectivity.ServiceConnectionPolicy(
            scope.label("vertex-policy"),
            project=project,
            name=scope.name("service_connection_policy", "vertex"),
            location=scope.region,
            network=network.id,
            service_class=VERTEX_CLASS,
            psc_config=gcp.networkconnectivity.ServiceConnectionPolicyPscConfigArgs(subnetworks=[endpoints.id]),
            labels=scope.tags(),
            opts=scope.options(),
        )
    return NetworkOutputs(
        network_id=network.id,
        subnet_ids=Output.all(*(subnet.id for subnet in workloads)).apply(list),
        endpoint_subnet_id=endpoints.id,
        security_group_id=firewall.id,
        attachment_id=_attachment(scope, project, args["foundation"]["account_number"], plugs),
        dns_scope=zone.id,
    )


def _none(scope: Scope) -> NetworkOutputs:
    if not scope.posture.public_access:
        raise TripodError(
            Fault(
                where="network.mode",
                what=f"'none' is not allowed in profile {scope.spec.profile.value}",
                allowed="create, existing",
                remedy="make a network, or bring one along",
            )
        )
    nothing = Output.from_input("")
    no_subnets: Sequence[str] = []
    return NetworkOutputs(
        network_id=nothing,
        subnet_ids=Output.from_input(no_subnets),
        endpoint_subnet_id=nothing,
        security_group_id=nothing,
        attachment_id=nothing,
        dns_scope=nothing,
    )


def _existing(existing: ExistingNetwork) -> NetworkOutputs:
    first = existing.subnet_ids[0]
    return NetworkOutputs(
        network_id=Output.from_input(existing.network_id),
        subnet_ids=Output.from_input(list(existing.subnet_ids)),
        endpoint_subnet_id=Output.from_input(existing.endpoint_subnet_id or first),
        security_group_id=Output.from_input(existing.security_group_id),
        attachment_id=Output.from_input(existing.attachment_id or first),
        dns_scope=Output.from_input(existing.dns_scope),
    )


def _subnetwork(
    scope: Scope, spec: NetworkSpec, project: Input[str], network: gcp.compute.Network, *, part: str, cidr: str
) -> gcp.compute.Subnetwork:
    log_config = gcp.compute.SubnetworkLogConfigArgs(
        aggregation_interval="INTERVAL_5_SEC",  # CIS Google Cloud 3.8
        flow_sampling=1.0,
        metadata="INCLUDE_ALL_METADATA",
    )
    return gcp.compute.Subnetwork(
        scope.label(part),
        project=project,
        name=scope.name("compute", *part.split("-")),
        region=scope.region,
        network=network.id,
        ip_cidr_range=cidr,
        private_ip_google_access=True,  # the Private Service Connect endpoint needs it too
        stack_type="IPV4_ONLY",
        log_config=log_config if spec.flow_logs else None,
        opts=scope.options(),
    )


def _google_apis(
    scope: Scope, project: Input[str], network: gcp.compute.Network, plan: AddressPlan
) -> list[Input[str]]:
    """The private way to Google APIs; returns the addresses that their names shall resolve to."""
    if scope.posture.public_access:
        gcp.compute.Route(
            scope.label("google-apis-route"),
            project=project,
            name=scope.name("compute", "google", "apis"),
            network=network.name,
            dest_range=str(GOOGLE_VIPS),
            next_hop_gateway="default-internet-gateway",
            opts=scope.options(),
        )
        return [str(address) for address in GOOGLE_VIPS]
    address = gcp.compute.GlobalAddress(
        scope.label("google-apis-address"),
        project=project,
        name=scope.name("compute", "google", "apis"),
        purpose="PRIVATE_SERVICE_CONNECT",
        address_type="INTERNAL",
        address=plan.google_apis,
        network=network.id,
        labels=scope.tags(),
        opts=scope.options(),
    )
    gcp.compute.GlobalForwardingRule(
        scope.label("google-apis"),
        project=project,
        name=scope.name("psc_google_apis", "apis"),
        # Isolation leaves only services that a perimeter can hold back from copying data out.
        target="vpc-sc" if scope.posture.network_isolation else "all-apis",
        network=network.id,
        ip_address=address.id,
        load_balancing_scheme="",  # empty for Private Service Connect: the default would make a load balancer
        labels=scope.tags(),
        opts=scope.options(),
    )
    return [address.address]


def _nat(
    scope: Scope,
    spec: NetworkSpec,
    project: Input[str],
    network: gcp.compute.Network,
    workloads: list[gcp.compute.Subnetwork],
) -> None:
    """Address translation for the workload subnets, and the default route that the network was made without."""
    gcp.compute.Route(
        scope.label("internet-route"),
        project=project,
        name=scope.name("compute", "internet"),
        network=network.name,
        dest_range="0.0.0.0/0",
        next_hop_gateway="default-internet-gateway",
        opts=scope.options(),
    )
    router = gcp.compute.Router(
        scope.label("router"),
        project=project,
        name=scope.name("compute", "router"),
        region=scope.region,
        network=network.id,
        opts=scope.options(),
    )
    gcp.compute.RouterNat(
        scope.label("nat"),
        project=project,
        name=scope.name("compute", "nat"),
        region=scope.region,
        router=router.name,
        nat_ip_allocate_option="AUTO_ONLY",
        source_subnetwork_ip_ranges_to_nat="LIST_OF_SUBNETWORKS",
        subnetworks=[
            gcp.compute.RouterNatSubnetworkArgs(name=subnet.id, source_ip_ranges_to_nats=["ALL_IP_RANGES"])
            for subnet in workloads
        ],
        log_config=gcp.compute.RouterNatLogConfigArgs(enable=spec.flow_logs, filter="ALL"),
        opts=scope.options(),
    )


def _attachment(scope: Scope, project: Input[str], number: Input[str], subnet: gcp.compute.Subnetwork) -> Output[str]:
    """Where Vertex AI jobs plug in, once its agent may use it; returns the attachment's id."""
    attachment = gcp.compute.NetworkAttachment(
        scope.label("attachment"),
        project=project,
        name=scope.name("compute", "attachment"),
        region=scope.region,
        connection_preference="ACCEPT_AUTOMATIC",  # the tenant project of a job is known only when it attaches
        subnetworks=[subnet.id],
        # The agent edits the list when a job attaches; taking its entries out would cut jobs off.
        opts=scope.options(ignore_changes=["producerAcceptLists"]),
    )
    agent = gcp_agents.make_identity(scope, "aiplatform", project)
    role = gcp.projects.IAMCustomRole(
        scope.label("attachment-role"),
        project=project,
        role_id=scope.name("custom_role", "attachment"),
        title=f"{scope.prefix} network attachment user",
        description="Lets Vertex AI plug jobs into the network attachment of the platform.",
        permissions=list(ATTACHMENT_PERMISSIONS),
        opts=scope.options(),
    )
    who = gcp_agents.address("aiplatform", number)
    plug = gcp.projects.IAMMember(
        scope.label("attachment-user"),
        project=project,
        role=gcp_grants.role_name(project, role),
        member=who,
        opts=scope.options(depends_on=[agent]),
    )
    resolve = gcp_grants.on_project(scope, "dns-peer", project, "roles/dns.peer", who, depends_on=[agent])
    return Output.all(attachment.id, plug.id, resolve.id).apply(lambda ids: str(ids[0]))
