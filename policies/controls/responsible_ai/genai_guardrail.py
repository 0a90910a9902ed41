"""Generative models answer behind a guardrail that blocks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from components.core.cloud import ByCloud
from policies.accept import (
    at_least,
    equals,
    is_set,
    is_true,
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
from policies.verdict import UNKNOWN, Verdict, at, first, known

_AGENT, _GUARDRAIL = aws("bedrock.AgentAgent"), aws("bedrock.Guardrail")
_TEMPLATE = gcp("modelarmor.Template")
_FILTERS = "contentPolicyConfig.filtersConfigs[]"
_PROMPT = "PROMPT_ATTACK"
_STRONG = ("MEDIUM", "HIGH")


def _attack(resource: Resource, _settings: Settings) -> Iterator[Outcome]:
    filters = [hit.value for hit in at(resource.props, _FILTERS)]
    mine = [f for f in filters if isinstance(f, Mapping) and f.get("type") == _PROMPT]
    strengths = [first(f, "inputStrength") for f in mine]
    if any(s in _STRONG for s in strengths if known(s)):
        yield PASSED
    elif any(f is UNKNOWN for f in filters) or any(s is UNKNOWN for s in strengths):
        yield undetermined("whether prompt attacks are filtered is not known yet", "contentPolicyConfig")
    else:
        yield failed("contentPolicyConfig filters no prompt attacks at MEDIUM or HIGH", "contentPolicyConfig")


CONTROL = Control(
    id="genai-guardrail",
    group=Group.RESPONSIBLE_AI,
    title="Generative AI answers behind guardrails",
    severity=Severity.HIGH,
    why="A prompt is input from strangers to a program that does what it is told.",
    remedy="Attach a guardrail that filters prompt attacks and personal data, and let it block.",
    url="https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails.html",
    clauses=("nist-ai-rmf:MEASURE 2.6", "iso42001:A.9.2", "eu-ai-act:Art. 15"),
    covers=(
        "azure-policy:930f48f9-f07e-427c-9494-52603581c6a9",
        "azure-policy:af253d37-136a-42f8-a1fc-30010c083d41",
        "azure-policy:c1ad46c6-37f8-4af0-9c71-c208375c87dd",
        "azure-policy:f3a9c2e0-7b4d-4d8f-9c3a-2e1f6b9a8d4e",
        "checkov:CKV_AWS_383",
        "cnspec:mondoo-azure-security-cognitive-services-defender-for-ai-enabled",
        "cnspec:mondoo-gcp-security-model-armor-blocking-mode",
        "cnspec:mondoo-gcp-security-model-armor-malicious-uri-filter",
        "cnspec:mondoo-gcp-security-model-armor-pi-jailbreak-filter",
        "cnspec:mondoo-gcp-security-model-armor-rai-confidence",
        "cnspec:mondoo-gcp-security-model-armor-rai-filters",
        "cnspec:mondoo-gcp-security-model-armor-sdp-enabled",
        "prowler:aiservices_deployment_content_filter_prompt_shield_enabled",
        "prowler:bedrock_agent_guardrail_enabled",
        "prowler:bedrock_guardrail_contextual_grounding_filter_enabled",
        "prowler:bedrock_guardrail_prompt_attack_filter_enabled",
        "prowler:bedrock_guardrail_sensitive_information_filter_enabled",
        "prowler:bedrock_guardrail_sensitive_information_filter_enforced",
    ),
    rows=ByCloud(
        aws=(
            Row(
                type=_AGENT,
                path="guardrailConfigurations[].guardrailIdentifier",
                accept=is_set(),
                if_missing=Verdict.FAILED,
                evidence=(_GUARDRAIL,),
            ),
            Rule(types=(_GUARDRAIL,), check=_attack, reads=((_GUARDRAIL, f"{_FILTERS}.inputStrength"),)),
            Row(
                type=_GUARDRAIL,
                path="sensitiveInformationPolicyConfig.piiEntitiesConfigs[].action",
                accept=equals("BLOCK", "ANONYMIZE"),
                if_missing=Verdict.FAILED,
            ),
            Row(
                type=_GUARDRAIL,
                path="contextualGroundingPolicyConfig.filtersConfigs[].threshold",
                accept=at_least(0.5),
                if_missing=Verdict.NOT_APPLICABLE,
            ),
        ),
        azure=(
            Row(
                type=azure("cognitiveservices.Deployment"),
                path="properties.raiPolicyName",
                accept=is_set(),
                if_missing=Verdict.FAILED,
                evidence=(azure("cognitiveservices.RaiPolicy"),),
            ),
            Row(
                type=azure("cognitiveservices.RaiPolicy"),
                path=("properties.contentFilters[].blocking", "properties.contentFilters[].enabled"),
                accept=is_true(),
                if_missing=Verdict.FAILED,
            ),
            Row(
                type=azure("cognitiveservices.RaiPolicy"),
                path="properties.mode",
                accept=equals("Blocking", "Default"),
                if_missing=Verdict.PASSED,
            ),
            Row(
                type=azure("security.Pricing"),
                path="pricingTier",
                accept=equals("Standard"),
                if_missing=Verdict.FAILED,
                when=("pricingName", equals("AI")),
            ),
        ),
        gcp=(
            Row(
                type=_TEMPLATE,
                path=(
                    "filterConfig.piAndJailbreakFilterSettings.filterEnforcement",
                    "filterConfig.maliciousUriFilterSettings.filterEnforcement",
                ),
                accept=equals("ENABLED"),
                if_missing=Verdict.FAILED,
            ),
            Row(
                type=_TEMPLATE,
                path="filterConfig.raiSettings.raiFilters[].confidenceLevel",
                accept=equals("LOW_AND_ABOVE", "MEDIUM_AND_ABOVE", "HIGH"),
                if_missing=Verdict.FAILED,
            ),
            Row(
                type=_TEMPLATE,
                path="filterConfig.sdpSettings.basicConfig.filterEnforcement",
                accept=equals("ENABLED"),
                if_missing=Verdict.FAILED,
                unless=("filterConfig.sdpSettings.advancedConfig.inspectTemplate", is_set()),
            ),
            Row(
                type=_TEMPLATE,
                path="templateMetadata.enforcementType",
                accept=equals("INSPECT_AND_BLOCK"),
                if_missing=Verdict.FAILED,
            ),
        ),
    ),
)
