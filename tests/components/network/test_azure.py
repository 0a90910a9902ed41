"""The network on Azure: ranges, rules, private names, flow logs, ways out."""

import functools

import pytest

from components.clouds.azure_private import ALL_ZONES, ZONES
from components.core.errors import TripodError
from components.core.profile import PROFILES, Profile
from components.core.vocabulary import Provision
from components.network.azure import build as backend
from components.network.azure import ranges
from components.network.contract import Egress, ExistingNetwork, NetworkSpec
from tests.components.azure_bench import Graph, build


def network(profile: Profile = Profile.STANDARD, **options: object) -> Graph:
    return _built(profile, NetworkSpec.model_validate(options).model_dump_json())


@functools.cache
def _built(profile: Profile, spec: str) -> Graph:
    return build(backend, "network", NetworkSpec.model_validate_json(spec), profile)


class TestRanges:
    def test_three_quarters_for_workloads_one_for_endpoints(self) -> None:
        cut = ranges("10.20.0.0/16")
        assert cut.workloads == ("10.20.0.0/18", "10.20.64.0/18", "10.20.128.0/18")
        assert cut.endpoints == "10.20.192.0/18"

    @pytest.mark.parametrize("cidr", ["8.8.0.0/16", "10.20.1.0/16", "172.17.0.0/16", "172.16.0.0/15"])
    def test_public_ranges_host_bits_and_dockers_bridge_are_refused(self, cidr: str) -> None:
        with pytest.raises(TripodError, match=r"network\.cidr: .*RFC 1918 that does not overlap 172\.17\.0\.0/16"):
            ranges(cidr)


class TestSubnets:
    def test_workload_subnets_follow_zones_and_none_moves(self) -> None:
        made = {item.name: item.inputs["addressPrefix"] for item in network(zones=3).of("network:Subnet")}
        assert made == {
            "network-workload-1": "10.20.0.0/18",
            "network-workload-2": "10.20.64.0/18",
            "network-workload-3": "10.20.128.0/18",
            "network-endpoints": "10.20.192.0/18",
        }
        two = {item.name: item.inputs["addressPrefix"] for item in network(zones=2).of("network:Subnet")}
        assert two == {name: prefix for name, prefix in made.items() if name != "network-workload-3"}

    def test_every_subnet_is_private_and_guarded(self) -> None:
        for item in network().of("network:Subnet"):
            assert item.inputs["defaultOutboundAccess"] is False
            assert item.inputs["networkSecurityGroup"]["id"] == "network-rules-id"
            assert item.inputs["privateEndpointNetworkPolicies"] == "NetworkSecurityGroupEnabled"

    def test_subnets_are_made_one_after_the_other(self) -> None:
        graph = network()
        assert graph["network-workload-1"].urn in graph["network-workload-2"].dependencies
        assert graph["network-workload-2"].urn in graph["network-endpoints"].dependencies


class TestEgress:
    @staticmethod
    def denied(graph: Graph) -> dict[str, tuple[str, str, str]]:
        return {
            rule["name"]: (rule["direction"], rule["sourceAddressPrefix"], rule["destinationAddressPrefix"])
            for rule in graph["network-rules"].inputs["securityRules"]
            if rule["access"] == "Deny"
        }

    def test_without_egress_neither_way_is_open(self) -> None:
        graph = network()
        assert self.denied(graph) == {
            "deny-internet-in": ("Inbound", "Internet", "*"),
            "deny-internet-out": ("Outbound", "*", "Internet"),
        }
        assert graph.of("network:NatGateway") == []

    def test_each_workload_subnet_leaves_through_its_own_zone(self) -> None:
        graph = network(egress=Egress.NAT, zones=3)
        assert set(self.denied(graph)) == {"deny-internet-in"}
        for zone in ("1", "2", "3"):
            gateway = graph[f"network-nat-{zone}"].inputs
            assert gateway["zones"] == [zone]
            assert gateway["publicIpAddresses"] == [{"id": f"network-nat-{zone}-address-id"}]
            assert graph[f"network-nat-{zone}-address"].inputs["zones"] == [zone]
            assert graph[f"network-workload-{zone}"].inputs["natGateway"] == {"id": f"network-nat-{zone}-id"}
        assert "natGateway" not in graph["network-endpoints"].inputs


class TestPrivateNames:
    def test_zones_of_every_service_are_linked_without_registration(self) -> None:
        graph = network()
        assert {item.inputs["privateZoneName"] for item in graph.of("privatedns:PrivateZone")} == set(ALL_ZONES)
        links = graph.of("privatedns:VirtualNetworkLink")
        assert {item.name for item in links} == {f"network-link-{zone}" for zone in ALL_ZONES}
        for link in links:
            assert link.inputs["virtualNetwork"] == {"id": "network-network-id"}
            assert link.inputs["registrationEnabled"] is False
            assert link.inputs["location"] == "global"

    def test_the_workspace_has_two_zones(self) -> None:
        assert ZONES["amlworkspace"] == ("privatelink.api.azureml.ms", "privatelink.notebooks.azure.net")

    def test_a_sandbox_has_no_private_names(self) -> None:
        assert network(Profile.SANDBOX).of("privatedns:PrivateZone") == []


class TestFlowLogs:
    def test_the_network_is_logged_not_its_security_group(self) -> None:
        graph = network()
        log = graph["network-flow-log"].inputs
        assert log["targetResourceId"] == "network-network-id"
        assert log["storageId"] == "network-flow-account-id"
        assert log["enabled"] is True
        analytics = log["flowAnalyticsConfiguration"]["networkWatcherFlowAnalyticsConfiguration"]
        assert analytics["workspaceResourceId"].endswith("/workspaces/churn-dev")

    def test_it_hangs_on_the_watcher_that_azure_makes(self) -> None:
        log = network()["network-flow-log"].inputs
        assert log["resourceGroupName"] == "NetworkWatcherRG"
        assert log["networkWatcherName"] == "NetworkWatcher_westeurope"

    def test_it_writes_as_an_identity_because_keys_are_off(self) -> None:
        graph = network(Profile.SANDBOX)
        assert graph["network-flow-account"].inputs["allowSharedKeyAccess"] is False
        assert graph["network-flow-log"].inputs["identity"] == {
            "type": "UserAssigned",
            "userAssignedIdentities": ["network-flow-identity-id"],
        }
        roles = {(role, scope) for role, _, scope in graph.roles()}
        assert roles == {("ba92f5b4-2d11-453d-a403-e96b0029c9fe", "network-flow-account-id")}

    @pytest.mark.parametrize("profile", list(Profile))
    def test_flows_are_deleted_after_the_retention(self, profile: Profile) -> None:
        rules = network(profile)["network-flow-lifecycle"].inputs["policy"]["rules"]
        by_name = {rule["name"]: rule["definition"]["actions"] for rule in rules}
        deleted = by_name["expire-flows"]["baseBlob"]["delete"]
        assert deleted == {"daysAfterModificationGreaterThan": PROFILES[profile].log_retention_days}

    def test_the_account_is_shut_above_sandbox(self) -> None:
        account = network()["network-flow-account"].inputs
        assert account["publicNetworkAccess"] == "Disabled"
        assert account["networkRuleSet"] == {"bypass": "AzureServices", "defaultAction": "Deny"}

    def test_they_have_a_key_of_their_own_where_the_posture_covers_logs(self) -> None:
        plain = network(Profile.SANDBOX)["network-flow-account"].inputs["encryption"]
        assert plain["keySource"] == "Microsoft.Storage"
        for profile, kind in ((Profile.STANDARD, "RSA"), (Profile.REGULATED, "RSA-HSM")):
            graph = network(profile)
            account = graph["network-flow-account"].inputs
            assert account["encryption"]["keySource"] == "Microsoft.Keyvault"
            assert account["identity"]["userAssignedIdentities"] == ["network-flow-key-user-id"]
            assert graph["network-flows"].inputs["properties"]["kty"] == kind
            assert graph["network-vault"].inputs["properties"]["publicNetworkAccess"] == "Disabled"
            assert {(role, scope) for role, _, scope in graph.roles()} == {
                ("ba92f5b4-2d11-453d-a403-e96b0029c9fe", "network-flow-account-id"),
                ("e147488a-f6f5-4113-8e2d-b22465e65bf6", "network-vault-id"),
            }

    def test_they_can_be_left_out(self) -> None:
        graph = network(flow_logs=False)
        assert graph.of("network:FlowLog") == []
        assert graph.of("storage:StorageAccount") == []


class TestModes:
    def test_none_needs_public_access(self) -> None:
        assert network(Profile.SANDBOX, mode=Provision.NONE) == {}
        with pytest.raises(TripodError, match=r"network\.mode: 'none' is not allowed: profile standard"):
            network(Profile.STANDARD, mode=Provision.NONE)

    def test_nothing_of_an_existing_network_is_made(self) -> None:
        given = ExistingNetwork(network_id="/v", subnet_ids=["/v/a"], security_group_id="/n", dns_scope="/d")
        assert network(mode=Provision.EXISTING, existing=given) == {}
