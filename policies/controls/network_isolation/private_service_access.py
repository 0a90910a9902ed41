"""The services of the cloud are reached without leaving the network."""

from __future__ import annotations

import re
from collections.abc import Iterator

from components.core.cloud import ByCloud
from policies.accept import (
    equals,
    is_set,
    is_true,
    matches,
)
from policies.checks import (
    PASSED,
    Attached,
    Outcome,
    Presence,
    Row,
    StackRow,
    failed,
    not_applicable,
    undetermined,
)
from policies.control import Control, Group, Severity
from policies.graph import Graph, Resource
from policies.settings import Settings
from policies.tokens import aws, azure, gcp
from policies.verdict import UNKNOWN, Verdict, at

_ENDPOINT, _DOMAIN = aws("ec2.VpcEndpoint"), aws("sagemaker.Domain")
_PRIVATE, _ZONES = azure("network.PrivateEndpoint"), azure("network.PrivateDnsZoneGroup")
_WORKSPACE = azure("machinelearningservices.Workspace")
_ACCOUNT = azure("cognitiveservices.Account")
_TARGETS = (
    "privateLinkServiceConnections[].privateLinkServiceId",
    "manualPrivateLinkServiceConnections[].privateLinkServiceId",
)

_VPC = aws("ec2.Vpc")
_CALLED = {
    "s3": ("s3.Bucket",),
    "kms": ("kms.Key",),
    "logs": ("cloudwatch.LogGroup",),
    "monitoring": ("cloudwatch.MetricAlarm",),
    "events": ("cloudwatch.EventRule",),
    "sts": ("iam.Role",),
    "glue": ("glue.CatalogDatabase",),
    "athena": ("athena.Workgroup", "sagemaker.FeatureGroup"),
    "ecr.api": ("ecr.Repository",),
    "ecr.dkr": ("ecr.Repository",),
    "sagemaker.runtime": ("sagemaker.Domain", "sagemaker.Endpoint"),
    "sagemaker.featurestore-runtime": ("sagemaker.FeatureGroup",),
    "studio": ("sagemaker.Domain",),
    "secretsmanager": ("secretsmanager.Secret",),
}
"""What workloads call where a stack has these, by the end of an endpoint's name
(https://docs.aws.amazon.com/sagemaker/latest/dg/infrastructure-give-access.html)."""


def _ways_out(vpc: Resource, graph: Graph, _settings: Settings) -> Iterator[Outcome]:
    if not any(resource.type.startswith("aws:sagemaker/") for resource in graph):
        yield not_applicable("the stack has no ML service")
        return
    names = [door.at("serviceName") for door in graph.of(_ENDPOINT) if graph.refers(door, "vpcId", vpc) is not False]
    for service, types in _CALLED.items():
        if not graph.of(*(aws(t) for t in types)):
            continue
        if any(isinstance(n, str) and re.fullmatch(rf".+\.{re.escape(service)}(-fips)?", n) for n in names):
            yield PASSED
        elif any(n is UNKNOWN for n in names):
            yield undetermined(f"whether it has an endpoint to {service} is not known yet")
        else:
            yield failed(f"it has no endpoint to {service}, which the stack uses")


_ML_REGISTRY = azure("machinelearningservices.Registry")
_ACCOUNTS, _FLOWS = azure("storage.StorageAccount"), azure("network.FlowLog")
_GROUPS = ("privateLinkServiceConnections[].groupIds[]", "manualPrivateLinkServiceConnections[].groupIds[]")
_REACHED = (
    _WORKSPACE,
    _ACCOUNT,
    _ACCOUNTS,
    azure("keyvault.Vault"),
    azure("containerregistry.Registry"),
    _ML_REGISTRY,
    azure("redis.Redis"),
)


def _services(resource: Resource, graph: Graph) -> frozenset[str]:
    """The parts of a storage account that need an endpoint each.

    A data lake: https://learn.microsoft.com/azure/storage/common/storage-private-endpoints. The store of a workspace:
    https://learn.microsoft.com/azure/machine-learning/how-to-secure-workspace-vnet (queue and table are asked for by
    parallel runs alone).
    """
    if resource.type == _ML_REGISTRY:  # an endpoint to its store is computed from it as well
        return frozenset({"amlregistry"})
    if resource.type != _ACCOUNTS:
        return frozenset()
    lake = {"blob", "dfs"} if resource.at("isHnsEnabled") is True else set()
    own = {"blob", "file"} if any(graph.referring(resource, (_WORKSPACE,), "storageAccount")[0]) else set()
    return frozenset(lake | own)


def _reached(resource: Resource, graph: Graph, _settings: Settings) -> Iterator[Outcome]:
    if graph.referring(resource, (_FLOWS,), "storageId")[0]:
        # https://learn.microsoft.com/azure/network-watcher/vnet-flow-logs-overview
        yield not_applicable("it holds flow logs, which Azure writes as a trusted service")
        return
    found = [graph.referring(resource, (_PRIVATE,), path) for path in _TARGETS]
    sure = [door for doors, _ in found for door in doors]
    doubt = any(maybe for _, maybe in found)
    groups = [hit.value for door in sure for path in _GROUPS for hit in at(door.props, path)]
    missing = _services(resource, graph) - {group.casefold() for group in groups if isinstance(group, str)}
    doubt = doubt or (bool(missing) and any(group is UNKNOWN for group in groups))
    if sure and not missing:
        yield PASSED
    elif doubt:
        yield undetermined("whether it has a private endpoint is not known yet")
    elif sure:
        yield failed(f"no private endpoint leads to its {' and '.join(sorted(missing))}")
    else:
        yield failed("no private endpoint leads to it")


CONTROL = Control(
    id="private-service-access",
    group=Group.NETWORK_ISOLATION,
    title="ML services and their stores are reached over private endpoints",
    severity=Severity.MEDIUM,
    why="Without a private way to the service a closed network either breaks or is opened to the internet.",
    remedy="Keep private_endpoints of the network component, with their private names.",
    url="https://learn.microsoft.com/azure/private-link/private-endpoint-overview",
    clauses=("iso27001:A.8.20", "soc2:CC6.6", "nist-800-53:SC-7", "cis:12.2"),
    covers=(
        "azure-policy:40cec1dd-a100-4920-b15b-3024fe8901ab",
        "azure-policy:45e05259-1eb5-4f70-9574-baf73e9d219b",
        "azure-policy:7838fd83-5cbb-4b5d-888c-bfa240972597",
        "azure-policy:c4bc6f10-cb41-49eb-b000-d5ab82e2a091",
        "azure-policy:cddd188c-4b82-4c48-a19d-ddf74ee66a01",
        "azure-policy:d6759c02-b87f-42b7-892e-71b3f471d782",
        "azure-policy:db630ad5-52e9-4f4d-9c44-53912fe40053",
        "azure-policy:ee40564d-486e-4f68-a5ca-7a621edae0fb",
        "checkov:CKV2_AZURE_32",
        "checkov:CKV2_AZURE_33",
        "checkov:CKV_AZURE_243",
        "checkov:CKV_GCP_74",
        "prowler:aiservices_account_uses_private_endpoint",
        "prowler:bedrock_vpc_endpoints_configured",
    ),
    rows=ByCloud(
        aws=(
            Presence(
                types=(_DOMAIN,),
                needs=(_ENDPOINT,),
                words="interface endpoint to the SageMaker API",
                path="serviceName",
                accept=matches(r".+\.sagemaker\.api(-fips)?", "the SageMaker API"),
            ),
            StackRow(types=(_VPC,), check=_ways_out, reads=((_ENDPOINT, "serviceName"), (_ENDPOINT, "vpcId"))),
            Presence(
                types=(aws("bedrock.AgentAgent"), aws("bedrock.AgentKnowledgeBase")),
                needs=(_ENDPOINT,),
                words="interface endpoint to Bedrock",
                path="serviceName",
                accept=matches(r".+\.bedrock(-agent)?(-runtime)?(-fips)?", "Bedrock"),
            ),
            Row(
                type=_ENDPOINT,
                path="privateDnsEnabled",
                accept=is_true(),
                if_missing=Verdict.FAILED,
                when=("vpcEndpointType", equals("Interface")),
            ),
        ),
        azure=(
            StackRow(
                types=_REACHED,
                check=_reached,
                reads=(
                    *((_PRIVATE, path) for path in (*_TARGETS, *_GROUPS)),
                    (_FLOWS, "storageId"),
                    (_WORKSPACE, "storageAccount"),
                ),
            ),
            Attached(
                type=_PRIVATE,
                companion=_ZONES,
                link="privateEndpointName",
                tests=(("privateDnsZoneConfigs[].privateDnsZoneId", is_set()),),
                words="private DNS zone group",
                evidence=(azure("privatedns.PrivateZone"), azure("privatedns.VirtualNetworkLink")),
            ),
        ),
        gcp=(
            Row(
                type=gcp("compute.Subnetwork"),
                path="privateIpGoogleAccess",
                accept=is_true(),
                if_missing=Verdict.FAILED,
                unless=("purpose", equals("REGIONAL_MANAGED_PROXY", "GLOBAL_MANAGED_PROXY", "PRIVATE_SERVICE_CONNECT")),
            ),
        ),
    ),
)
