"""Generative AI services know identities only."""

from __future__ import annotations

from collections.abc import Iterator

from components.core.cloud import ByCloud
from policies.accept import (
    equals,
    is_true,
    not_equals,
)
from policies.checks import (
    PASSED,
    Outcome,
    Row,
    Rule,
    failed,
    not_applicable,
    undetermined,
)
from policies.control import Control, Group, Severity
from policies.graph import Resource
from policies.settings import Settings
from policies.tokens import aws, azure, gcp
from policies.verdict import MISSING, UNKNOWN, Verdict, at, known

_ACCOUNT = azure("cognitiveservices.Account")
_SEARCH = azure("search.Service")
_IDENTITY = equals("UserAssigned", "SystemAssigned", "SystemAssigned,UserAssigned", "SystemAssigned, UserAssigned")


def _key(resource: Resource, _settings: Settings) -> Iterator[Outcome]:
    service, status = resource.at("serviceName"), resource.at("status")
    if known(service) and service != "bedrock.amazonaws.com":
        yield not_applicable("this credential is of another service")
    elif status == "Inactive":
        yield PASSED
    elif service is UNKNOWN or status is UNKNOWN:
        yield undetermined("whether this is an active key to Bedrock is not known yet", "serviceName")
    else:
        yield failed("this is a long-lived key to Bedrock", "serviceName")


def _api_key(resource: Resource, _settings: Settings) -> Iterator[Outcome]:
    services = [hit.value for hit in at(resource.props, "restrictions.apiTargets[].service")]
    if any(known(s) and s in ("aiplatform.googleapis.com", "generativelanguage.googleapis.com") for s in services):
        yield failed("this API key opens generative models", "restrictions.apiTargets")
    elif any(s is UNKNOWN for s in services):
        yield undetermined("which services the API key opens is not known yet", "restrictions.apiTargets")
    elif any(s is MISSING for s in services):
        yield failed("this API key opens every service of the project", "restrictions.apiTargets")
    else:
        yield not_applicable("this API key opens other services only")


CONTROL = Control(
    id="genai-identity",
    group=Group.IDENTITY_LEAST_PRIVILEGE,
    title="Generative AI services refuse keys and demand identities",
    severity=Severity.HIGH,
    why="A key of a model service is money for whoever finds it, and its log names nobody.",
    remedy="Switch local authentication off; let callers use their own identity.",
    url="https://learn.microsoft.com/azure/ai-services/disable-local-auth",
    clauses=("iso27001:A.8.5", "soc2:CC6.1", "hipaa:164.312(d)", "nist-800-53:IA-5"),
    covers=(
        "azure-policy:14de9e63-1b31-492e-a5a3-c3f7fd57f555",
        "azure-policy:55eff01b-f2bd-4c32-9203-db285f709d30",
        "azure-policy:71ef260a-8f18-47b7-abcb-62d0673d94dc",
        "azure-policy:d45520cb-31ca-44ba-8da2-fcf914608544",
        "azure-policy:fe3fd216-4f83-4fc1-8984-2bbec80a3418",
        "checkov:CKV_AZURE_236",
        "checkov:CKV_AZURE_238",
        "cnspec:mondoo-azure-security-cognitive-services-local-auth-disabled",
        "cnspec:mondoo-azure-security-cognitive-services-managed-identity",
        "prowler:aiservices_account_local_auth_disabled",
        "prowler:aiservices_account_managed_identity_enabled",
        "prowler:bedrock_api_key_no_administrative_privileges",
        "prowler:bedrock_api_key_no_long_term_credentials",
        "security-hub:BedrockAgentCore.2",
    ),
    rows=ByCloud(
        aws=(
            Rule(
                types=(aws("iam.ServiceSpecificCredential"),),
                check=_key,
                reads=tuple((aws("iam.ServiceSpecificCredential"), p) for p in ("serviceName", "status")),
            ),
            Row(
                type=aws("bedrock.AgentcoreGateway"),
                path="authorizerType",
                accept=not_equals("NONE"),
                if_missing=Verdict.FAILED,
            ),
        ),
        azure=(
            Row(type=_ACCOUNT, path="properties.disableLocalAuth", accept=is_true(), if_missing=Verdict.FAILED),
            Row(type=_ACCOUNT, path="identity.type", accept=_IDENTITY, if_missing=Verdict.FAILED),
            Row(type=_SEARCH, path="disableLocalAuth", accept=is_true(), if_missing=Verdict.FAILED),
        ),
        gcp=(
            Rule(
                types=(gcp("projects.ApiKey"),),
                check=_api_key,
                reads=((gcp("projects.ApiKey"), "restrictions.apiTargets[].service"),),
            ),
        ),
    ),
)
