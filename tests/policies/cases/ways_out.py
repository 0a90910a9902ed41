"""Cases of what leaves a network, of the guards of subnets and of the private endpoints of stores."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from policies.tokens import aws, azure, gcp
from tests.policies.dsl import UNKNOWN, Case, cells, put, res

GROUP, RULE = azure("network.NetworkSecurityGroup"), azure("network.SecurityRule")
NETWORK, FIREWALL = gcp("compute.Network"), gcp("compute.Firewall")
STORE, WORKSPACE, DOOR = (
    azure("storage.StorageAccount"),
    azure("machinelearningservices.Workspace"),
    azure("network.PrivateEndpoint"),
)
DENIED = {"access": "Deny", "direction": "Outbound", "protocol": "*", "destinationAddressPrefix": "Internet"}


def cases() -> Iterator[Case]:
    yield from _security_groups()
    yield from _network_rules()
    yield from _firewalls()
    yield from _subnets()
    yield from _doors()


def _security_groups() -> Iterator[Case]:
    a, _, _ = cells("no-open-egress")
    out = {"egress": [{"protocol": "-1", "cidrBlocks": ["10.0.0.0/8"]}]}
    group = aws("ec2.SecurityGroup")
    yield from a.row(group, out, "egress[].cidrBlocks", ["0.0.0.0/0"], absent="skip")
    web = {"egress": [{"protocol": "tcp", "cidrBlocks": ["0.0.0.0/0"]}]}
    yield a.case("one protocol", res(group, "skip", web))
    rule = aws("vpc.SecurityGroupEgressRule")
    yield from a.row(
        rule, {"ipProtocol": "-1", "cidrIpv4": "10.0.0.0/8"}, "cidrIpv4", "0.0.0.0/0", absent="skip", label="rule"
    )
    old = aws("ec2.SecurityGroupRule")
    yield a.case(
        "failing old rule", res(old, "fail", {"type": "egress", "protocol": "all", "cidrBlocks": ["0.0.0.0/0"]})
    )
    yield a.case("in", res(old, "skip", {"type": "ingress", "protocol": "-1", "cidrBlocks": ["0.0.0.0/0"]}))


def _network_rules() -> Iterator[Case]:
    _, z, _ = cells("no-open-egress")
    good: dict[str, Any] = {"securityRules": [DENIED]}
    yield from z.row(GROUP, good, "securityRules[].access", "Allow")
    yield z.case("failing inbound", res(GROUP, "fail", put(good, "securityRules[].direction", "Inbound")))
    yield z.case("failing one protocol", res(GROUP, "fail", put(good, "securityRules[].protocol", "Tcp")))
    yield z.case("failing one place", res(GROUP, "fail", put(good, "securityRules[].destinationAddressPrefix", "Sql")))
    allowed = {**DENIED, "access": "Allow"}
    yield z.case("failing both", res(GROUP, "fail", {"securityRules": [allowed, DENIED]}))
    yield z.case("absent rules", res(GROUP, "fail", {}))
    yield z.case("unknown rules", res(GROUP, "open", {"securityRules": UNKNOWN}))
    beside = {**DENIED, "networkSecurityGroupName": "g"}
    named = res(GROUP, "pass", {"networkSecurityGroupName": "g", "name": "g"})
    yield z.case("passing beside", named, res(RULE, "skip", beside))
    yield z.case(
        "failing beside", res(GROUP, "fail", {"name": "g"}), res(RULE, "fail rule", {**beside, "access": "Allow"})
    )


def _firewalls() -> Iterator[Case]:
    _, _, g = cells("no-open-egress")
    network: dict[str, Any] = {"name": "n"}
    denied = {
        "network": "n",
        "direction": "EGRESS",
        "denies": [{"protocol": "all"}],
        "destinationRanges": ["0.0.0.0/0"],
    }
    yield g.case("passing", res(NETWORK, "pass", network), res(FIREWALL, "skip", denied))
    anywhere = put(denied, "destinationRanges", None)
    yield g.case("passing anywhere", res(NETWORK, "pass", network), res(FIREWALL, "skip", anywhere))
    for label, path, value in (
        ("of another", "network", "m"),
        ("in", "direction", "INGRESS"),
        ("one protocol", "denies[].protocol", "tcp"),
        ("one place", "destinationRanges", ["10.0.0.0/8"]),
        ("disabled", "disabled", True),
    ):
        rule = res(FIREWALL, "skip", put(denied, path, value))
        yield g.case(f"failing {label}", res(NETWORK, "fail", network), rule)
    yield g.case("absent", res(NETWORK, "fail", network))
    late = res(FIREWALL, "skip", put(denied, "destinationRanges", UNKNOWN))
    yield g.case("unknown", res(NETWORK, "open", network), late)
    allowed = {"direction": "EGRESS", "allows": [{"protocol": "tcp"}], "destinationRanges": ["10.0.0.0/8"]}
    yield from g.row(FIREWALL, allowed, "destinationRanges", ["0.0.0.0/0"], absent="skip", label="allowed")


def _subnets() -> Iterator[Case]:
    _, z, _ = cells("subnet-guarded")
    subnet = azure("network.Subnet")
    good = {"networkSecurityGroup": {"id": "/subscriptions/g"}, "defaultOutboundAccess": False}
    yield from z.row(subnet, good, "networkSecurityGroup.id", "")
    yield from z.row(subnet, good, "defaultOutboundAccess", True, label="default")
    yield z.case("gateway", res(subnet, "skip", {"subnetName": "GatewaySubnet"}))


def _doors() -> Iterator[Case]:
    _, z, _ = cells("private-service-access")
    id_ = "/subscriptions/s/stores/raw"

    def door(name: str, *groups: Any, target: Any = id_) -> Any:
        link = {"privateLinkServiceId": target, "groupIds": list(groups)}
        return res(DOOR, f"fail {name}", {"privateEndpointName": name, "privateLinkServiceConnections": [link]})

    def store(word: str, **props: Any) -> Any:
        return res(STORE, word, {"name": "raw", **props}, id_=id_)

    own = res(WORKSPACE, "fail", {"workspaceName": "ml", "storageAccount": id_})
    yield z.case("passing store", store("pass"), door("blob", "blob"))
    yield z.case("failing store", store("fail raw"), door("blob", "blob", target="/subscriptions/s/stores/other"))
    yield z.case("absent store", store("fail"))
    yield z.case("unknown store", store("open"), door("blob", "blob", target=UNKNOWN))
    yield z.case("passing lake", store("pass", isHnsEnabled=True), door("blob", "blob"), door("dfs", "dfs"))
    yield z.case("failing lake", store("fail", isHnsEnabled=True), door("dfs", "dfs"))
    yield z.case("unknown lake", store("open", isHnsEnabled=True), door("dfs", UNKNOWN))
    yield z.case("passing workspace's", own, store("pass"), door("blob", "blob"), door("file", "file"))
    yield z.case("failing workspace's", own, store("fail raw"), door("blob", "blob"))
    flows = res(azure("network.FlowLog"), "flows", {"storageId": id_})
    yield z.case("flow logs", store("skip"), flows)
    for short in ("keyvault.Vault", "containerregistry.Registry", "machinelearningservices.Registry", "redis.Redis"):
        yield z.case(f"failing {short}", res(azure(short), "fail", {"name": "x"}))
