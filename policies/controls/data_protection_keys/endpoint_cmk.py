"""What serves is encrypted with a key of the customer."""

from __future__ import annotations

import re
from collections.abc import Iterator

from components.core.cloud import ByCloud
from policies.accept import equals, is_set
from policies.checks import Outcome, Row, StackRow, not_applicable
from policies.control import Control, Group, Severity
from policies.graph import Graph, Resource
from policies.settings import Settings
from policies.tokens import aws, azure, gcp
from policies.verdict import Verdict, at

# Instances with disks of their own, which are encrypted by hardware; for them the API refuses a key.
# https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpointConfig.html
NVME = re.compile(r"ml\.(g4dn|g5|g6e?|p3dn|p4de?|p5\w*|trn1n?|[cmr]\d[a-z]*d[a-z]*)\.\w+")
_KEY = Row(
    type=aws("sagemaker.EndpointConfiguration"),
    path="kmsKeyArn",
    accept=is_set(),
    if_missing=Verdict.FAILED,
    unless=("productionVariants[].serverlessConfig", is_set()),
    evidence=(aws("kms.Key"),),
)


def _configuration(resource: Resource, graph: Graph, settings: Settings) -> Iterator[Outcome]:
    types = [hit.value for hit in at(resource.props, "productionVariants[].instanceType")]
    if types and all(isinstance(t, str) and NVME.fullmatch(t) for t in types):
        yield not_applicable("these instances encrypt their own disks and take no key")
    else:
        yield from _KEY.judge(resource, graph, settings)


CONTROL = Control(
    id="endpoint-cmk",
    group=Group.DATA_PROTECTION_KEYS,
    title="Endpoints are encrypted with a customer-managed key",
    severity=Severity.HIGH,
    why="The volume of an endpoint holds the model, and what it captured of its users.",
    remedy="Set posture customer_keys to all, or give the endpoint a key.",
    url="https://docs.aws.amazon.com/sagemaker/latest/dg/encryption-at-rest.html",
    clauses=(
        "iso27001:A.8.24",
        "soc2:CC6.1",
        "hipaa:164.312(a)(2)(iv)",
        "nist-800-53:SC-28",
        "cis:3.11",
    ),
    covers=(
        "aws-config:sagemaker-endpoint-configuration-kms-key-configured",
        "cdk-nag:HIPAA.Security-SageMakerEndpointConfigurationKMSKeyConfigured",
        "cdk-nag:NIST.800.53.R4-SageMakerEndpointConfigurationKMSKeyConfigured",
        "cdk-nag:NIST.800.53.R5-SageMakerEndpointConfigurationKMSKeyConfigured",
        "cdk-nag:PCI.DSS.321-SageMakerEndpointConfigurationKMSKeyConfigured",
        "checkov:CKV2_GCP_24",
        "checkov:CKV_AWS_98",
        "cnspec:mondoo-gcp-security-vertexai-endpoint-cmek-encryption",
        "prowler:sagemaker_endpoint_config_kms_encryption_enabled",
    ),
    rows=ByCloud(
        aws=(
            StackRow(
                types=(aws("sagemaker.EndpointConfiguration"),),
                check=_configuration,
                reads=(
                    (aws("sagemaker.EndpointConfiguration"), "kmsKeyArn"),
                    (aws("sagemaker.EndpointConfiguration"), "productionVariants[].instanceType"),
                ),
            ),
        ),
        azure=(
            Row(
                type=azure("machinelearningservices.Workspace"),
                path="encryption.keyVaultProperties.keyIdentifier",
                accept=is_set(),
                if_missing=Verdict.FAILED,
                evidence=(azure("keyvault.Key"),),
                unless=("kind", equals("FeatureStore")),
            ),
        ),
        gcp=(
            Row(
                type=gcp("vertex.AiEndpoint"),
                path="encryptionSpec.kmsKeyName",
                accept=is_set(),
                if_missing=Verdict.FAILED,
                evidence=(gcp("kms.CryptoKey"),),
            ),
        ),
    ),
)
