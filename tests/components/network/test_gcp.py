"""The network on Google Cloud: addresses, ways in and out, private names, what Vertex AI may plug into."""

import pytest

from components.core.errors import TripodError
from components.core.profile import Profile
from components.core.vocabulary import Provision
from components.network.contract import Egress, ExistingNetwork, NetworkSpec
from components.network.gcp import build as backend
from components.network.gcp_addresses import plan_addresses
from tests.components.gcp_bench import AGENT, PROJECT, Graph, build


def network(profile: Profile = Profile.STANDARD, *, isolated: bool | None = None, **options: object) -> Graph:
    posture = {} if isolated is None else {"network_isolation": isolated}
    return build(backend, "network", NetworkSpec.model_validate(options), profile, posture=posture)


def test_addresses_lie_apart() -> None:
    plan = plan_addresses("10.20.0.0/22", 3)
    assert plan.workloads == ("10.20.0.0/25", "10.20.0.128/25", "10.20.1.0/25")
    assert (plan.attachment, plan.endpoints) == ("10.20.2.128/25", "10.20.3.0/25")
    assert plan.google_apis == "10.20.3.133"  # in no subnet


@pytest.mark.parametrize(
    ("cidr", "said"), [("10.20.0.1/16", "has host bits set"), ("8.8.0.0/16", "8.8.0.0/16 is not private")]
)
def test_a_wrong_range_is_refused(cidr: str, said: str) -> None:
    with pytest.raises(TripodError, match=said):
        plan_addresses(cidr, 2)


def test_zones_are_the_number_of_workload_subnets() -> None:
    graph = network(zones=3)
    subnets = graph.of("compute/subnetwork:Subnetwork")
    assert {item.inputs["name"]: item.inputs["ipCidrRange"] for item in subnets.values()} == {
        "churn-dev-workload-1": "10.20.0.0/19",
        "churn-dev-workload-2": "10.20.32.0/19",
        "churn-dev-workload-3": "10.20.64.0/19",
        "churn-dev-attachment-subnet": "10.20.160.0/19",
        "churn-dev-endpoints": "10.20.192.0/19",
    }
    assert all(item.inputs["privateIpGoogleAccess"] for item in subnets.values())
    assert graph.outputs["subnet_ids"] == [f"network-workload-{index}-id" for index in (1, 2, 3)]
    assert graph.outputs["endpoint_subnet_id"] == "network-endpoints-id"


def test_nothing_leaves_by_default() -> None:
    graph = network()
    assert graph["network-vpc"].inputs["deleteDefaultRoutesOnCreate"] is True
    assert graph["network-vpc"].inputs["autoCreateSubnetworks"] is False
    assert not graph.of("compute/route:Route")
    assert not graph.of("compute/routerNat:RouterNat")
    assert graph["network-deny-egress"].inputs["denies"] == [{"protocol": "all"}]
    assert graph["network-deny-egress"].inputs["destinationRanges"] == ["0.0.0.0/0"]
    assert graph["network-deny-egress"].inputs["priority"] > graph["network-allow-egress-internal"].inputs["priority"]
    allowed = {
        name: item.inputs["destinationRanges"]
        for name, item in graph.of("compute/firewall:Firewall").items()
        if item.inputs["direction"] == "EGRESS" and "allows" in item.inputs
    }
    assert allowed == {"network-allow-egress-internal": ["10.20.0.0/16"]}


def test_only_the_network_itself_comes_in() -> None:
    graph = network()
    incoming = {
        name: (item.inputs["sourceRanges"], "allows" in item.inputs)
        for name, item in graph.of("compute/firewall:Firewall").items()
        if item.inputs["direction"] == "INGRESS"
    }
    assert incoming == {
        "network-deny-ingress": (["0.0.0.0/0"], False),
        "network-allow-ingress-internal": (["10.20.0.0/16"], True),
    }
    assert graph.outputs["security_group_id"] == "network-allow-ingress-internal-id"


def test_nat_opens_one_port_of_workload_subnets_only() -> None:
    graph = network(egress=Egress.NAT)
    assert graph["network-internet-route"].inputs["destRange"] == "0.0.0.0/0"
    assert graph["network-allow-egress-web"].inputs["allows"] == [{"protocol": "tcp", "ports": ["443"]}]
    translated = graph["network-nat"].inputs
    assert translated["sourceSubnetworkIpRangesToNat"] == "LIST_OF_SUBNETWORKS"
    assert [item["name"] for item in translated["subnetworks"]] == ["network-workload-1-id", "network-workload-2-id"]


@pytest.mark.parametrize(("isolated", "bundle"), [(False, "all-apis"), (True, "vpc-sc")])
def test_google_apis_are_reached_through_a_private_endpoint(isolated: bool, bundle: str) -> None:
    graph = network(isolated=isolated)
    endpoint = graph["network-google-apis"]
    assert endpoint.inputs["target"] == bundle
    assert endpoint.inputs["loadBalancingScheme"] == ""
    assert endpoint.inputs["name"] == "churndevapis"  # at most 20 letters and digits
    assert graph["network-google-apis-address"].inputs["purpose"] == "PRIVATE_SERVICE_CONNECT"
    assert not graph.of("projects/service:Service")  # the foundation enables Service Directory
    assert graph["network-googleapis-apex"].inputs["rrdatas"] == ["10.20.224.5"]
    assert graph["network-googleapis-names"].inputs["name"] == "*.googleapis.com."
    assert graph["network-pkg-apex"].inputs["rrdatas"] == ["10.20.224.5"]
    assert graph.outputs["dns_scope"] == "network-googleapis-zone-id"


def test_with_public_access_google_apis_have_their_own_route_and_no_endpoint() -> None:
    graph = network(Profile.SANDBOX)
    assert not graph.of("compute/globalForwardingRule:GlobalForwardingRule")
    assert not graph.of("networkconnectivity/serviceConnectionPolicy:ServiceConnectionPolicy")
    assert graph["network-google-apis-route"].inputs["destRange"] == "199.36.153.8/30"
    assert graph["network-googleapis-apex"].inputs["rrdatas"] == [f"199.36.153.{last}" for last in (8, 9, 10, 11)]
    assert graph["network-allow-egress-google"].inputs["destinationRanges"] == ["199.36.153.8/30"]


def test_vertex_may_make_endpoints_in_the_endpoint_subnet() -> None:
    policy = network()["network-vertex-policy"].inputs
    assert policy["serviceClass"] == "gcp-vertexai"
    assert policy["pscConfig"] == {"subnetworks": ["network-endpoints-id"]}
    assert policy["location"] == "europe-west4"


def test_jobs_plug_in_with_three_permissions() -> None:
    graph = network()
    assert graph["network-attachment"].inputs["subnetworks"] == ["network-attachment-subnet-id"]
    assert graph["network-attachment"].options["ignore_changes"] == ["producerAcceptLists"]
    assert graph["network-attachment-role"].inputs["permissions"] == [
        "compute.networkAttachments.get",
        "compute.networkAttachments.update",
        "compute.regionOperations.get",
    ]
    role = f"projects/{PROJECT}/roles/{graph['network-attachment-role'].inputs['roleId']}"
    assert "-" not in role.rpartition("/")[2]
    assert graph.grants("projects/iAMMember:IAMMember", "project") == {
        (role, AGENT, PROJECT),
        ("roles/dns.peer", AGENT, PROJECT),
    }
    assert graph["network-aiplatform-agent"].urn in graph["network-dns-peer"].dependencies
    assert graph.outputs["attachment_id"] == "network-attachment-id"


def test_flow_logs_cover_subnets_firewall_and_translation() -> None:
    logged, silent = network(egress=Egress.NAT), network(egress=Egress.NAT, flow_logs=False)
    assert logged["network-workload-1"].inputs["logConfig"]["flowSampling"] == 1.0
    assert "logConfig" in logged["network-deny-ingress"].inputs
    assert logged["network-nat"].inputs["logConfig"] == {"enable": True, "filter": "ALL"}
    assert "logConfig" not in silent["network-workload-1"].inputs
    assert "logConfig" not in silent["network-deny-ingress"].inputs
    assert silent["network-nat"].inputs["logConfig"]["enable"] is False
    assert silent["network-dns-policy"].inputs["enableLogging"] is True


def test_an_existing_network_is_passed_on_and_nothing_is_made() -> None:
    existing = ExistingNetwork(
        network_id="projects/host/global/networks/shared",
        subnet_ids=["projects/host/regions/europe-west4/subnetworks/ml"],
        security_group_id="projects/host/global/firewalls/internal",
        attachment_id="projects/host/regions/europe-west4/networkAttachments/ml",
        dns_scope="projects/host/managedZones/googleapis",
    )
    graph = network(mode=Provision.EXISTING, existing=existing)
    assert dict(graph) == {}
    assert graph.outputs["network_id"] == "projects/host/global/networks/shared"
    assert graph.outputs["endpoint_subnet_id"] == "projects/host/regions/europe-west4/subnetworks/ml"
    assert graph.outputs["attachment_id"] == "projects/host/regions/europe-west4/networkAttachments/ml"


def test_no_network_is_for_public_profiles() -> None:
    graph = network(Profile.SANDBOX, mode=Provision.NONE)
    assert (dict(graph), graph.outputs["network_id"], graph.outputs["subnet_ids"]) == ({}, "", [])
    with pytest.raises(TripodError, match="'none' is not allowed in profile regulated"):
        network(Profile.REGULATED, mode=Provision.NONE)
