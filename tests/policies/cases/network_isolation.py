"""Cases of the group network-isolation."""

from __future__ import annotations

import json
from collections.abc import Iterator

from policies.tokens import aws, azure, gcp
from tests.policies.dsl import UNKNOWN, Case, cells, put, res

WORKSPACE, NOTEBOOK = azure("machinelearningservices.Workspace"), gcp("workbench.Instance")
MODEL, PERIMETER = aws("sagemaker.Model"), gcp("accesscontextmanager.ServicePerimeter")


def cases() -> Iterator[Case]:
    a, z, g = cells("workspace-private")
    domain = aws("sagemaker.Domain")
    yield from a.row(domain, {"appNetworkAccessType": "VpcOnly"}, "appNetworkAccessType", "PublicInternetOnly")
    yield from z.row(WORKSPACE, {"publicNetworkAccess": "Disabled"}, "publicNetworkAccess", "Enabled")
    yield from g.row(NOTEBOOK, {"gceSetup": {"disablePublicIp": True}}, "gceSetup.disablePublicIp", False)
    yield from _endpoints()
    yield from _isolation()
    yield from _stores()
    yield from _ingress()
    yield from _flows()
    yield from _training()


def _endpoints() -> Iterator[Case]:
    a, z, g = cells("endpoint-private")
    yield from a.row(MODEL, {"vpcConfig": {"subnets": ["subnet-1"]}}, "vpcConfig.subnets", [])
    online = azure("machinelearningservices.OnlineEndpoint")
    path = "properties.publicNetworkAccess"
    yield from z.row(online, {"properties": {"publicNetworkAccess": "Disabled"}}, path, "Enabled")
    vertex, psc = gcp("vertex.AiEndpoint"), "privateServiceConnectConfig.enablePrivateServiceConnect"
    secure = "enableSecurePrivateServiceConnect"
    linked = {"privateServiceConnectConfig": {"enablePrivateServiceConnect": True, secure: True}}
    yield from g.row(vertex, linked, psc, False)
    yield from g.row(vertex, linked, f"privateServiceConnectConfig.{secure}", False, label="callers")
    yield g.case("peered", res(vertex, "pass", {"network": "projects/1/global/networks/n"}))


def _isolation() -> Iterator[Case]:
    a, z, g = cells("model-network-isolation")
    yield from a.row(MODEL, {"enableNetworkIsolation": True}, "enableNetworkIsolation", False)
    deployment = azure("machinelearningservices.OnlineDeployment")
    egress = {"workspaceName": "w", "properties": {"egressPublicNetworkAccess": "Disabled"}}
    yield from z.row(deployment, egress, "properties.egressPublicNetworkAccess", "Enabled")
    bare = {"workspaceName": "w", "properties": {}}
    for label, subject, mode in (
        ("approved outbound", "pass", "AllowOnlyApprovedOutbound"),
        ("internet outbound", "fail", "AllowInternetOutbound"),
        ("unknown outbound", "open", UNKNOWN),
    ):
        workspace = res(WORKSPACE, "w", {"workspaceName": "w", "managedNetwork": {"isolationMode": mode}})
        yield z.case(label, workspace, res(deployment, subject, bare))
    services = {"status": {"restrictedServices": ["aiplatform.googleapis.com", "storage.googleapis.com"]}}
    yield from g.row(PERIMETER, services, "status.restrictedServices", ["storage.googleapis.com"])


def _stores() -> Iterator[Case]:
    a, z, g = cells("store-network-deny-default")
    policy = aws("s3.BucketPolicy")

    def deny(key: str, action: str = "s3:*") -> dict[str, object]:
        condition = {"StringNotEquals": {key: "vpc-1"}}
        statement = {"Effect": "Deny", "Principal": "*", "Action": action, "Resource": "*", "Condition": condition}
        return {"bucket": "raw", "policy": json.dumps({"Statement": [statement]})}

    yield a.case("passing", res(policy, "pass", deny("aws:SourceVpc")), res(policy, "pass too", deny("aws:sourceVpce")))
    yield a.case(
        "failing", res(policy, "fail", deny("aws:userid")), res(policy, "fail too", deny("aws:SourceVpc", "s3:Put*"))
    )
    yield a.case("absent", res(policy, "skip", {"bucket": "raw"}))
    yield a.case("unknown", res(policy, "open", {"bucket": "raw", "policy": UNKNOWN}))
    account = azure("storage.StorageAccount")
    closed = {"networkRuleSet": {"defaultAction": "Deny"}, "allowedCopyScope": "AAD"}
    yield from z.row(account, closed, "networkRuleSet.defaultAction", "Allow")
    yield from z.row(account, closed, "allowedCopyScope", "", label="copies")
    shut = {"publicNetworkAccess": "Disabled", "allowedCopyScope": "PrivateLink"}
    yield z.case("public access off", res(account, "pass", shut))
    bucket = gcp("storage.Bucket")
    yield from g.row(bucket, {"ipFilter": {"mode": "Enabled"}}, "ipFilter.mode", "Disabled")
    fence = res(PERIMETER, "p", {"status": {"restrictedServices": ["storage.googleapis.com"]}})
    yield g.case("perimeter", res(bucket, "pass", {}), fence)
    yield g.case("unknown perimeter", res(bucket, "open", {}), res(PERIMETER, "p", {"status": UNKNOWN}))


def _ingress() -> Iterator[Case]:
    a, z, g = cells("no-open-ingress")
    unasked = {"mapPublicIpOnLaunch": False}
    yield from a.row(aws("ec2.Subnet"), unasked, "mapPublicIpOnLaunch", True, absent="pass", label="addresses")
    group, rule = aws("ec2.SecurityGroup"), aws("vpc.SecurityGroupIngressRule")
    closed = {"ingress": [{"cidrBlocks": ["10.0.0.0/8"]}]}
    yield from a.row(group, closed, "ingress[].cidrBlocks[]", "0.0.0.0/0", absent="pass")
    yield a.case("failing sixth", res(group, "fail", {"ingress": [{}, {"ipv6CidrBlocks": ["::/0"]}]}))
    yield from a.row(rule, {"cidrIpv4": "10.0.0.0/8"}, "cidrIpv4", "0.0.0.0/0", absent="pass", label="rule")
    old = aws("ec2.SecurityGroupRule")
    yield a.case("egress", res(old, "skip", {"type": "egress", "cidrBlocks": ["0.0.0.0/0"]}))
    yield a.case("failing old rule", res(old, "fail", {"type": "ingress", "cidrBlocks": ["0.0.0.0/0"]}))
    nsg = azure("network.NetworkSecurityGroup")
    admit = {"access": "Allow", "direction": "Inbound", "sourceAddressPrefix": "VirtualNetwork"}
    rules = {"securityRules": [{**admit, "access": "Deny", "sourceAddressPrefix": "*"}, admit]}
    yield z.case("passing", res(nsg, "pass", rules))
    for source in ("*", "Internet", "0.0.0.0/0"):
        opened = {"securityRules": [{**admit, "sourceAddressPrefix": source}]}
        yield z.case(f"failing {source}", res(nsg, "fail", opened))
    yield z.case(
        "failing list", res(nsg, "fail", {"securityRules": [{**admit, "sourceAddressPrefixes": ["10.0.0.0/8", "*"]}]})
    )
    yield z.case("absent", res(nsg, "pass", {}))
    yield z.case("unknown", res(nsg, "open", {"securityRules": UNKNOWN}))
    yield from z.row(azure("network.SecurityRule"), admit, "sourceAddressPrefix", "*", absent="pass", label="rule")
    yield z.case(
        "outbound",
        res(nsg, "pass", {"securityRules": [{**admit, "direction": "Outbound", "sourceAddressPrefix": "*"}]}),
    )
    firewall = gcp("compute.Firewall")
    allow = {"allows": [{"protocol": "tcp"}], "sourceRanges": ["10.0.0.0/8"]}
    yield from g.row(firewall, allow, "sourceRanges[]", "0.0.0.0/0")
    yield g.case("by tag", res(firewall, "pass", {"allows": allow["allows"], "sourceTags": ["worker"]}))
    yield g.case("egress", res(firewall, "skip", {**allow, "direction": "EGRESS", "sourceRanges": ["0.0.0.0/0"]}))
    yield g.case("deny", res(firewall, "skip", {"denies": [{"protocol": "all"}], "sourceRanges": ["0.0.0.0/0"]}))


def _flows() -> Iterator[Case]:
    a, z, g = cells("flow-logs")
    vpc, log = aws("ec2.Vpc"), aws("ec2.FlowLog")
    made = res(vpc, "pass")
    yield a.case("passing", made, res(log, "log", {"vpcId": UNKNOWN, "trafficType": "ALL"}, of={"vpcId": made}))
    for kind, subject, traffic in (("failing", "fail", "ACCEPT"), ("unknown", "open", UNKNOWN)):
        yield a.case(kind, res(vpc, subject, id_="vpc-1"), res(log, "log", {"vpcId": "vpc-1", "trafficType": traffic}))
    yield a.case("absent", res(vpc, "fail", id_="vpc-1"), res(log, "log", {"vpcId": "vpc-2", "trafficType": "ALL"}))
    net, flow, uri = azure("network.VirtualNetwork"), azure("network.FlowLog"), "/subscriptions/s/virtualNetworks/n"
    analysed = {"networkWatcherFlowAnalyticsConfiguration": {"enabled": True}}
    kept: dict[str, object] = {"targetResourceId": uri, "flowAnalyticsConfiguration": analysed}
    for kind, subject, on in (("passing", "pass", True), ("failing", "fail", False), ("unknown", "open", UNKNOWN)):
        yield z.case(kind, res(net, subject, id_=uri), res(flow, "pass log", {**kept, "enabled": on}))
    yield z.case("absent", res(net, "fail", id_=uri))
    subnet = gcp("compute.Subnetwork")
    sampled = {"logConfig": {"aggregationInterval": "INTERVAL_5_SEC", "flowSampling": 1}}
    yield from g.row(subnet, sampled, "logConfig.aggregationInterval", "")
    yield g.case("proxy", res(subnet, "skip", {"purpose": "REGIONAL_MANAGED_PROXY"}))


def _training() -> Iterator[Case]:
    a, z, g = cells("training-in-vpc")
    yield from a.row(aws("sagemaker.TrainingJob"), {"vpcConfig": {"subnets": ["s"]}}, "vpcConfig.subnets", [])
    pipeline = aws("sagemaker.Pipeline")

    def steps(train: object, process: object) -> dict[str, object]:
        inner = {"Name": "Fit", "Type": "Training", "Arguments": {"VpcConfig": train}}
        outer = {"Name": "If", "Type": "Condition", "Arguments": {"IfSteps": [inner], "ElseSteps": []}}
        first = {"Name": "Prepare", "Type": "Processing", "Arguments": {"NetworkConfig": process}}
        return {"pipelineDefinition": json.dumps({"Steps": [first, outer]})}

    vpc = {"Subnets": ["s"], "SecurityGroupIds": ["g"]}
    yield a.case("passing pipeline", res(pipeline, "pass", steps(vpc, {"VpcConfig": vpc})))
    yield a.case("failing inner step", res(pipeline, "fail", steps(None, {"VpcConfig": vpc})))
    yield a.case("failing processing", res(pipeline, "fail", steps(vpc, {"EnableNetworkIsolation": True})))
    groupless = res(pipeline, "fail", steps({"Subnets": ["s"]}, {"VpcConfig": vpc}))
    yield a.case("failing without groups", groupless)
    yield a.case("failing text", res(pipeline, "fail", {"pipelineDefinition": "{"}))
    yield a.case("unknown pipeline", res(pipeline, "open", {"pipelineDefinition": UNKNOWN}))
    yield a.case("absent pipeline", res(pipeline, "skip", {}))
    compute = azure("machinelearningservices.Compute")
    inner = {"subnet": {"id": "/subscriptions/s/subnets/n"}}
    cluster = {"workspaceName": "w", "properties": {"computeType": "AmlCompute", "properties": inner}}
    yield from z.row(compute, cluster, "properties.properties.subnet.id", "")
    bare = put(cluster, "properties.properties.subnet", None)
    for label, subject, mode in (("managed", "pass", "AllowInternetOutbound"), ("unmanaged", "fail", "Disabled")):
        workspace = res(WORKSPACE, "w", {"workspaceName": "w", "managedNetwork": {"isolationMode": mode}})
        yield z.case(label, workspace, res(compute, subject, bare))
    subnet = res(azure("network.Subnet"), "s")
    late = put(cluster, "properties.properties.subnet.id", UNKNOWN)
    yield z.case("evidence", subnet, res(compute, "pass", late, of={"properties": subnet}))
    yield z.case("attached", res(compute, "skip", {"properties": {"computeType": "Kubernetes"}}))
    persistent = gcp("vertex.AiPersistentResource")
    yield from g.row(
        persistent, {"pscInterfaceConfig": {"networkAttachment": "n"}}, "pscInterfaceConfig.networkAttachment", ""
    )
