"""Cases of private-service-access."""

from __future__ import annotations

from collections.abc import Iterator

from policies.tokens import aws, azure, gcp
from tests.policies.dsl import UNKNOWN, Case, cells, res

DOMAIN, DOOR = aws("sagemaker.Domain"), aws("ec2.VpcEndpoint")
WORKSPACE, PRIVATE = azure("machinelearningservices.Workspace"), azure("network.PrivateEndpoint")
ZONES = azure("network.PrivateDnsZoneGroup")


def cases() -> Iterator[Case]:
    a, z, g = cells("private-service-access")
    service = "com.amazonaws.eu-west-1.sagemaker.api"
    good = {"serviceName": service, "vpcEndpointType": "Interface", "privateDnsEnabled": True}
    yield a.case("passing", res(DOMAIN, "pass", {}), res(DOOR, "pass door", good))
    named = {**good, "privateDnsEnabled": False}
    yield a.case("failing", res(DOMAIN, "pass", {}), res(DOOR, "fail", named))
    yield a.case("another service", res(DOMAIN, "fail", {}), res(DOOR, "pass", {**good, "serviceName": "x.sts"}))
    yield a.case("absent", res(DOMAIN, "fail", {}))
    unknown = {"serviceName": UNKNOWN, "vpcEndpointType": "Interface", "privateDnsEnabled": UNKNOWN}
    yield a.case("unknown", res(DOMAIN, "open", {}), res(DOOR, "open door", unknown))
    yield a.case("gateway", res(DOOR, "skip", {"vpcEndpointType": "Gateway"}))
    workspace = res(WORKSPACE, "pass", {"workspaceName": "ml"})
    link = {"privateLinkServiceConnections": [{"privateLinkServiceId": "ml"}], "privateEndpointName": "door"}
    zone = {"privateEndpointName": "door", "privateDnsZoneConfigs": [{"privateDnsZoneId": "/subscriptions/z"}]}
    door = res(PRIVATE, "pass door", link, id_="door")
    yield z.case("passing", workspace, door, res(ZONES, "zones", zone))
    elsewhere = {"privateEndpointName": "door", "privateLinkServiceConnections": [{"privateLinkServiceId": "other"}]}
    yield z.case(
        "failing",
        res(WORKSPACE, "fail", {"workspaceName": "ml"}),
        res(PRIVATE, "pass", elsewhere, id_="door"),
        res(ZONES, "zones", zone),
    )
    yield z.case("absent", res(WORKSPACE, "fail", {"workspaceName": "ml"}), res(PRIVATE, "fail door", elsewhere))
    late = {"privateLinkServiceConnections": [{"privateLinkServiceId": UNKNOWN}]}
    yield z.case(
        "unknown",
        res(WORKSPACE, "open", {"workspaceName": "ml"}),
        res(PRIVATE, "open door", late, id_="door"),
        res(ZONES, "zones", {**zone, "privateDnsZoneConfigs": [{"privateDnsZoneId": UNKNOWN}]}),
    )
    subnet = gcp("compute.Subnetwork")
    yield from g.row(subnet, {"privateIpGoogleAccess": True}, "privateIpGoogleAccess", False)
    yield g.case("proxies", res(subnet, "skip", {"purpose": "REGIONAL_MANAGED_PROXY"}))
