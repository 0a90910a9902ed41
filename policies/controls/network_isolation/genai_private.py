"""Generative AI services have no public door."""

from __future__ import annotations

from collections.abc import Iterator

from components.core.cloud import ByCloud
from policies.accept import (
    equals,
    is_false,
    is_true,
    not_equals,
)
from policies.checks import (
    PASSED,
    Outcome,
    Row,
    Rule,
    failed,
    undetermined,
)
from policies.control import Control, Group, Severity
from policies.graph import Resource
from policies.settings import Settings
from policies.tokens import aws, azure, gcp
from policies.verdict import UNKNOWN, Verdict, known

_ACCOUNT = azure("cognitiveservices.Account")
_SWITCHES = ("properties.publicNetworkAccess", "properties.networkAcls.defaultAction")
_INDEX = gcp("vertex.AiIndexEndpoint")


def _account(resource: Resource, _settings: Settings) -> Iterator[Outcome]:
    values = [resource.at(path) for path in _SWITCHES]
    closed = (equals("Disabled"), equals("Deny"))
    if any(known(value) and accept(value) for value, accept in zip(values, closed, strict=True)):
        yield PASSED
    elif any(value is UNKNOWN for value in values):
        yield undetermined("whether the account denies the public network is not known yet", _SWITCHES[0])
    else:
        yield failed(f"{_SWITCHES[0]} must be Disabled, or {_SWITCHES[1]} Deny", _SWITCHES[0])


CONTROL = Control(
    id="genai-private",
    group=Group.NETWORK_ISOLATION,
    title="Generative AI services are reached over private networks only",
    severity=Severity.HIGH,
    why="An agent or index on the internet answers strangers with the knowledge of the house.",
    remedy="Disable public network access and reach the service by a private endpoint.",
    url="https://learn.microsoft.com/azure/ai-services/cognitive-services-virtual-networks",
    clauses=("nist-ai-rmf:MEASURE 2.7", "iso27001:A.8.20", "soc2:CC6.6", "nist-800-53:SC-7", "cis:12.2"),
    covers=(
        "azure-policy:037eea7a-bd0a-46c5-9a66-03aea78705d3",
        "azure-policy:0725b4dd-7e76-479c-a735-68e7ee23d5ca",
        "azure-policy:47ba1dd7-28d9-4b07-a8d5-9813bed64e0c",
        "checkov:CKV2_GCP_34",
        "checkov:CKV_AZURE_134",
        "checkov:CKV_AZURE_247",
        "cnspec:mondoo-azure-security-cognitive-services-network-acl-default-deny",
        "cnspec:mondoo-azure-security-cognitive-services-public-network-access-disabled",
        "cnspec:mondoo-azure-security-cognitive-services-restrict-outbound-network",
        "cnspec:mondoo-gcp-security-vertexai-index-endpoint-not-public",
        "prowler:aiservices_account_network_acls_default_action_deny",
        "prowler:aiservices_account_outbound_network_restricted",
        "prowler:aiservices_account_public_network_access_disabled",
        "security-hub:BedrockAgentCore.1",
        "security-hub:BedrockAgentCore.5",
        "security-hub:BedrockAgentCore.7",
    ),
    rows=ByCloud(
        aws=tuple(
            Row(
                type=aws(f"bedrock.{name}"),
                path="networkConfiguration.networkMode",
                accept=not_equals("PUBLIC"),
                if_missing=Verdict.FAILED,
            )
            for name in ("AgentcoreAgentRuntime", "AgentcoreBrowser", "AgentcoreCodeInterpreter")
        ),
        azure=(
            Rule(types=(_ACCOUNT,), check=_account, reads=tuple((_ACCOUNT, path) for path in _SWITCHES)),
            Row(
                type=_ACCOUNT,
                path="properties.restrictOutboundNetworkAccess",
                accept=is_true(),
                if_missing=Verdict.FAILED,
            ),
        ),
        gcp=(Row(type=_INDEX, path="publicEndpointEnabled", accept=is_false(), if_missing=Verdict.PASSED),),
    ),
)
