"""The network on AWS: ranges, groups, endpoints, flow logs, and what is not made."""

import functools
import json

import pytest

from components.clouds.aws_logs import RETENTION_DAYS, retention
from components.core.errors import TripodError
from components.core.profile import Profile
from components.core.vocabulary import Provision
from components.network.aws import build as backend
from components.network.aws import ranges
from components.network.aws_endpoints import INTERFACE_SERVICES
from components.network.contract import Egress, ExistingNetwork, NetworkSpec
from tests.components.aws_bench import Graph, build, build_with_outputs


def network(spec: NetworkSpec | None = None, profile: Profile = Profile.STANDARD) -> Graph:
    return _built(profile, (spec or NetworkSpec()).model_dump_json())


@functools.cache
def _built(profile: Profile, spec: str) -> Graph:
    return build(backend, "network", NetworkSpec.model_validate_json(spec), profile)


class TestRanges:
    def test_three_quarters_are_private_and_zones_never_move(self) -> None:
        layout = ranges("10.20.0.0/16")
        assert [zone.private for zone in layout] == ["10.20.0.0/18", "10.20.64.0/18", "10.20.128.0/18"]
        assert [zone.public for zone in layout] == ["10.20.192.0/20", "10.20.208.0/20", "10.20.224.0/20"]

    def test_the_least_range_still_holds_public_subnets_that_aws_accepts(self) -> None:
        assert ranges("10.20.0.0/22")[2].public == "10.20.3.128/26"  # AWS: /28 at least

    @pytest.mark.parametrize("cidr", ["10.20.1.0/16", "8.8.0.0/16", "300.1.0.0/16"])
    def test_host_bits_and_public_ranges_are_refused(self, cidr: str) -> None:
        with pytest.raises(TripodError, match=r"network\.cidr: .* allowed: a network address of RFC 1918"):
            ranges(cidr)


class TestSubnets:
    def test_one_private_subnet_per_zone(self) -> None:
        graph = network(NetworkSpec(zones=3))
        found = {
            item.name: (item.inputs["availabilityZone"], item.inputs["cidrBlock"])
            for item in graph.of("ec2/subnet:Subnet")
        }
        assert found == {
            "network-private-1": ("eu-west-1a", "10.20.0.0/18"),
            "network-private-2": ("eu-west-1b", "10.20.64.0/18"),
            "network-private-3": ("eu-west-1c", "10.20.128.0/18"),
        }

    def test_a_new_zone_of_the_region_replaces_no_subnet(self) -> None:
        graph = network()
        assert graph["network-private-1"].options["ignore_changes"] == ["availabilityZone"]

    def test_no_way_to_the_internet_by_default(self) -> None:
        graph = network(profile=Profile.REGULATED)
        kinds = {item.type for item in graph.values()}
        assert not {kind for kind in kinds if "Gateway" in kind or kind.endswith((":Route", ":Eip"))}
        assert not [name for name, item in graph.items() if item.inputs.get("cidrIpv4") == "0.0.0.0/0"]

    @pytest.mark.parametrize(
        ("profile", "gateways"),
        [
            (Profile.SANDBOX, ["network-nat-1"]),
            (Profile.REGULATED, ["network-nat-1", "network-nat-2"]),  # two replicas: one gateway per zone
        ],
    )
    def test_translation(self, profile: Profile, gateways: list[str]) -> None:
        graph = network(NetworkSpec(egress=Egress.NAT), profile)
        assert [item.name for item in graph.of("ec2/natGateway:NatGateway")] == gateways
        assert graph["network-private-2-nat"].inputs["destinationCidrBlock"] == "0.0.0.0/0"
        assert graph["network-workload-out-internet"].inputs["toPort"] == 443
        assert graph["network-public-1"].inputs["mapPublicIpOnLaunch"] is False


class TestGroups:
    def test_the_default_group_lets_nothing_through(self) -> None:
        group = network()["network-default"]
        assert group.type == "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"
        assert "ingress" not in group.inputs
        assert "egress" not in group.inputs

    def test_encrypted_traffic_between_containers_passes(self) -> None:
        """Without UDP 500 and protocol 50 jobs with inter-container encryption hang."""
        graph = network()
        for direction in ("in", "out"):
            key_exchange = graph[f"network-workload-{direction}-udp"].inputs
            assert (key_exchange["ipProtocol"], key_exchange["fromPort"], key_exchange["toPort"]) == ("udp", 500, 500)
            payload = graph[f"network-workload-{direction}-esp"].inputs
            assert payload["ipProtocol"] == "50"
            assert "fromPort" not in payload

    def test_groups_are_named_by_the_provider(self) -> None:
        """A name or a changed description would replace a group that is in use."""
        for group in network().of("ec2/securityGroup:SecurityGroup"):
            assert "name" not in group.inputs
            assert "churn" not in group.inputs["description"]


class TestEndpoints:
    def test_private_profiles_have_interface_endpoints_with_private_names(self) -> None:
        graph = network()
        interface = [
            e.inputs for e in graph.of("ec2/vpcEndpoint:VpcEndpoint") if e.inputs["vpcEndpointType"] == "Interface"
        ]
        others = {f"com.amazonaws.eu-west-1.{service}" for service in INTERFACE_SERVICES if service != "studio"}
        assert {e["serviceName"] for e in interface} == {*others, "aws.sagemaker.eu-west-1.studio"}
        assert all(e["privateDnsEnabled"] is True for e in interface)
        assert {"ecr.api", "ecr.dkr", "sagemaker.api", "sts", "kms", "logs"} <= set(INTERFACE_SERVICES)

    def test_sandbox_pays_for_none_and_keeps_the_free_gateway(self) -> None:
        graph = network(profile=Profile.SANDBOX)
        assert [e.inputs["serviceName"] for e in graph.of("ec2/vpcEndpoint:VpcEndpoint")] == [
            "com.amazonaws.eu-west-1.s3"
        ]

    def test_the_gateway_admits_own_buckets_and_image_layers_only(self) -> None:
        statements = network().statements("network-s3")
        assert statements["BucketsOfTheAccount"]["Condition"] == {
            "StringEquals": {"aws:PrincipalAccount": "123456789012", "aws:ResourceAccount": "123456789012"}
        }
        assert statements["ImageLayers"]["Resource"] == ["arn:aws:s3:::prod-eu-west-1-starport-layer-bucket/*"]
        assert statements["ImageLayers"]["Action"] == ["s3:GetObject"]
        assert not [s for s in statements.values() if "s3:*" in s["Action"]]


class TestFlowLogs:
    def test_kept_for_a_period_that_cloudwatch_accepts(self) -> None:
        group = network()["network-flow-group"].inputs
        assert group["name"] == "/tripod/churn-dev/vpc-flow-logs"
        assert group["retentionInDays"] == 180
        assert "kmsKeyId" not in network(profile=Profile.SANDBOX)["network-flow-group"].inputs

    def test_under_a_key_of_their_own_where_logs_are_covered(self) -> None:
        graph = network(profile=Profile.REGULATED)
        condition = graph.statements("network-flow-logs")["LogGroups"]["Condition"]
        assert condition == {
            "ArnLike": {"kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:eu-west-1:123456789012:log-group:*"}
        }
        assert "kmsKeyId" in graph["network-flow-group"].inputs

    def test_the_role_writes_to_its_group_and_trusts_this_account_only(self) -> None:
        graph = network()
        assert graph.statements("network-flow-grant")["WriteFlowLogs"]["Resource"] == [
            "arn:aws:logs:eu-west-1:123456789012:log-group:/tripod/churn-dev/vpc-flow-logs:*"
        ]
        trust = graph.statements("network-flow-role", "assumeRolePolicy")["ServiceOfThisAccount"]
        assert trust["Principal"] == {"Service": ["vpc-flow-logs.amazonaws.com"]}
        assert trust["Condition"]["StringEquals"] == {"aws:SourceAccount": "123456789012"}

    def test_switched_off(self) -> None:
        graph = network(NetworkSpec(flow_logs=False), Profile.REGULATED)
        assert not graph.of("ec2/flowLog:FlowLog")
        assert not graph.of("kms/key:Key")

    @pytest.mark.parametrize(("days", "kept"), [(30, 30), (31, 60), (200, 365), (366, 400), (730, 731)])
    def test_retention_is_never_shorter_than_asked(self, days: int, kept: int) -> None:
        assert retention(days) == kept

    def test_retention_beyond_what_cloudwatch_keeps(self) -> None:
        with pytest.raises(ValueError, match="at most 3653 days"):
            retention(RETENTION_DAYS[-1] + 1)


class TestModes:
    def test_existing_makes_nothing(self) -> None:
        brought = ExistingNetwork(
            network_id="vpc-1", subnet_ids=("subnet-1", "subnet-2"), security_group_id="sg-1", dns_scope="vpc-1"
        )
        spec = NetworkSpec(mode=Provision.EXISTING, existing=brought)
        graph, outputs = build_with_outputs(backend, "network", spec, Profile.REGULATED)
        assert not graph
        assert outputs == {
            "network_id": "vpc-1",
            "subnet_ids": ["subnet-1", "subnet-2"],
            "endpoint_subnet_id": "subnet-1",
            "security_group_id": "sg-1",
            "attachment_id": "subnet-1",
            "dns_scope": "vpc-1",
        }

    def test_none_makes_nothing_in_a_sandbox(self) -> None:
        graph, outputs = build_with_outputs(backend, "network", NetworkSpec(mode=Provision.NONE))
        assert not graph
        assert outputs["network_id"] == ""
        assert outputs["subnet_ids"] == []

    def test_none_is_refused_without_public_access(self) -> None:
        with pytest.raises(TripodError, match=r"network\.mode: 'none' leaves the platform without private endpoints"):
            network(NetworkSpec(mode=Provision.NONE))

    def test_documents_are_stable(self) -> None:
        text = network()["network-s3"].inputs["policy"]
        assert text == json.dumps(json.loads(text), sort_keys=True)
