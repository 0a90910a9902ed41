"""Models are reached over private networks."""

from __future__ import annotations

from collections.abc import Iterator

from components.core.cloud import ByCloud
from policies.accept import equals, is_set, is_true
from policies.checks import PASSED, Outcome, Row, Rule, failed, undetermined
from policies.control import Control, Group, Severity
from policies.graph import Resource
from policies.settings import Settings
from policies.tokens import aws, azure, gcp
from policies.verdict import UNKNOWN, Verdict

_SECURE = "privateServiceConnectConfig.enableSecurePrivateServiceConnect"
_PSC = "privateServiceConnectConfig.enablePrivateServiceConnect"


def _vertex(resource: Resource, _settings: Settings) -> Iterator[Outcome]:
    connect, network = resource.at(_PSC), resource.at("network")
    if connect is True or (isinstance(network, str) and network):
        yield PASSED
    elif connect is UNKNOWN or network is UNKNOWN:
        yield undetermined("whether the endpoint is private is not known yet", _PSC)
    else:
        yield failed(f"neither {_PSC} nor network is set; the endpoint answers on a public address", _PSC)


CONTROL = Control(
    id="endpoint-private",
    group=Group.NETWORK_ISOLATION,
    title="Endpoints have no public door",
    severity=Severity.HIGH,
    why="Whoever can reach a model can copy it, question by question.",
    remedy="Choose profile standard or regulated, or set posture public_access to false.",
    url="https://learn.microsoft.com/azure/machine-learning/concept-secure-online-endpoint",
    clauses=(
        "nist-ai-rmf:MEASURE 2.7",
        "iso27001:A.8.20",
        "soc2:CC6.6",
        "eu-ai-act:Art. 15",
        "nist-800-53:SC-7",
        "cis:12.2",
    ),
    covers=(
        "aws-config:sagemaker-model-in-vpc",
        "checkov:CKV2_GCP_33",
        "cnspec:mondoo-aws-security-sagemaker-model-vpc-configured",
        "cnspec:mondoo-gcp-security-vertexai-endpoint-private-service-connect",
        "prowler:sagemaker_models_vpc_settings_configured",
    ),
    rows=ByCloud(
        aws=(
            Row(
                type=aws("sagemaker.Model"),
                path="vpcConfig.subnets",
                accept=is_set(),
                if_missing=Verdict.FAILED,
                evidence=(aws("ec2.Subnet"),),
            ),
        ),
        azure=(
            Row(
                type=azure("machinelearningservices.OnlineEndpoint"),
                path="properties.publicNetworkAccess",
                accept=equals("Disabled"),
                if_missing=Verdict.FAILED,
            ),
        ),
        gcp=(
            Rule(
                types=(gcp("vertex.AiEndpoint"),),
                check=_vertex,
                reads=tuple((gcp("vertex.AiEndpoint"), path) for path in (_PSC, "network")),
            ),
            Row(  # with the caller's rights checked: without it, whoever reaches the address may ask
                type=gcp("vertex.AiEndpoint"),
                path=_SECURE,
                accept=is_true(),
                if_missing=Verdict.FAILED,
                when=(_PSC, is_true()),
            ),
        ),
    ),
)
