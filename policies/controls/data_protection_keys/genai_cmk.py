"""Agents, prompts, guardrails and their stores are encrypted with a key of the customer."""

from __future__ import annotations

from components.core.cloud import ByCloud
from policies.accept import (
    equals,
    is_set,
)
from policies.checks import (
    Row,
)
from policies.control import Control, Group, Severity
from policies.tokens import aws, azure, gcp
from policies.verdict import Verdict

_AWS = {
    aws("bedrock.AgentAgent"): "customerEncryptionKeyArn",
    aws("bedrock.AgentDataSource"): "serverSideEncryptionConfiguration.kmsKeyArn",
    aws("bedrock.AgentFlow"): "customerEncryptionKeyArn",
    aws("bedrock.AgentPrompt"): "customerEncryptionKeyArn",
    aws("bedrock.AgentcoreGateway"): "kmsKeyArn",
    aws("bedrock.AgentcoreMemory"): "encryptionKeyArn",
    aws("bedrock.CustomModel"): "customModelKmsKeyId",
    aws("bedrock.Guardrail"): "kmsKeyArn",
}
_GCP = (gcp("vertex.AiRagCorpus"), gcp("vertex.AiReasoningEngine"))

CONTROL = Control(
    id="genai-cmk",
    group=Group.DATA_PROTECTION_KEYS,
    title="Generative AI resources are encrypted with a customer-managed key",
    severity=Severity.MEDIUM,
    why="Prompts, memories and tuned models hold what users said and what the house knows.",
    remedy="Name a key of your own on the resource.",
    url="https://docs.aws.amazon.com/bedrock/latest/userguide/data-encryption.html",
    clauses=("iso27001:A.8.24", "soc2:CC6.1", "gdpr:Art. 32", "nist-800-53:SC-28", "cis:3.11"),
    covers=(
        "azure-policy:2bdd0062-9d75-436e-89df-487dd8e4b3c7",
        "azure-policy:67121cc7-ff39-4ab8-b7e3-95b84dab487d",
        "checkov:CKV2_AZURE_22",
        "checkov:CKV_AWS_373",
        "cnspec:mondoo-aws-security-bedrock-agent-cmk-encryption",
        "cnspec:mondoo-aws-security-bedrock-custom-model-cmk-encryption",
        "cnspec:mondoo-aws-security-bedrock-flow-cmk-encryption",
        "cnspec:mondoo-aws-security-bedrock-guardrail-cmk-encryption",
        "cnspec:mondoo-azure-security-cognitive-services-cmk-encryption",
        "cnspec:mondoo-gcp-security-vertexai-rag-corpus-cmek-encryption",
        "prowler:aiservices_account_encrypted_with_cmk",
        "prowler:bedrock_custom_model_encrypted_with_cmk",
        "prowler:bedrock_knowledge_base_encrypted_with_cmk",
        "prowler:bedrock_prompt_encrypted_with_cmk",
        "security-hub:Bedrock.1",
        "security-hub:BedrockAgentCore.3",
        "security-hub:BedrockAgentCore.4",
    ),
    rows=ByCloud(
        aws=tuple(
            Row(type=t, path=path, accept=is_set(), if_missing=Verdict.FAILED, evidence=(aws("kms.Key"),))
            for t, path in _AWS.items()
        ),
        azure=(
            Row(
                type=azure("cognitiveservices.Account"),
                path="properties.encryption.keySource",
                accept=equals("Microsoft.KeyVault"),
                if_missing=Verdict.FAILED,
            ),
        ),
        gcp=tuple(
            Row(
                type=t,
                path="encryptionSpec.kmsKeyName",
                accept=is_set(),
                if_missing=Verdict.FAILED,
                evidence=(gcp("kms.CryptoKey"),),
            )
            for t in _GCP
        ),
    ),
)
