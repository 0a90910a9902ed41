"""Cases of controls on generative AI services."""

from __future__ import annotations

from collections.abc import Iterator

from policies.tokens import aws, azure, gcp
from tests.policies.dsl import UNKNOWN, Case, cells, put, res

AGENT, GUARDRAIL, GATEWAY, BROWSER = (
    aws(f"bedrock.{name}") for name in ("AgentAgent", "Guardrail", "AgentcoreGateway", "AgentcoreBrowser")
)
ACCOUNT, DEPLOYMENT, RAI = (azure(f"cognitiveservices.{c}") for c in ("Account", "Deployment", "RaiPolicy"))
TEMPLATE = gcp("modelarmor.Template")


def cases() -> Iterator[Case]:
    yield from _keys()
    yield from _doors()
    yield from _identities()
    yield from _logs()
    yield from _guardrails()


def _keys() -> Iterator[Case]:
    a, z, g = cells("genai-cmk")
    for short, path in (
        ("AgentAgent", "customerEncryptionKeyArn"),
        ("AgentFlow", "customerEncryptionKeyArn"),
        ("AgentPrompt", "customerEncryptionKeyArn"),
        ("AgentDataSource", "serverSideEncryptionConfiguration.kmsKeyArn"),
        ("AgentcoreGateway", "kmsKeyArn"),
        ("AgentcoreMemory", "encryptionKeyArn"),
        ("CustomModel", "customModelKmsKeyId"),
        ("Guardrail", "kmsKeyArn"),
    ):
        head, _, tail = path.partition(".")
        good = {head: {tail: "arn:aws:kms:r:1:key/k"} if tail else "arn:aws:kms:r:1:key/k"}
        yield from a.row(aws(f"bedrock.{short}"), good, path, "", label="" if short == "AgentAgent" else short)
    encrypted = {"properties": {"encryption": {"keySource": "Microsoft.KeyVault"}}}
    yield from z.row(ACCOUNT, encrypted, "properties.encryption.keySource", "Microsoft.CognitiveServices")
    spec = {"encryptionSpec": {"kmsKeyName": "projects/p/locations/l/keyRings/r/cryptoKeys/k"}}
    yield from g.row(gcp("vertex.AiRagCorpus"), spec, "encryptionSpec.kmsKeyName", "")
    yield from g.row(gcp("vertex.AiReasoningEngine"), spec, "encryptionSpec.kmsKeyName", "", label="agents")


def _doors() -> Iterator[Case]:
    a, z, g = cells("genai-private")
    for short, mode in (("AgentcoreAgentRuntime", "VPC"), ("AgentcoreBrowser", "VPC")):
        good = {"networkConfiguration": {"networkMode": mode}}
        label = "" if short == "AgentcoreAgentRuntime" else short
        yield from a.row(aws(f"bedrock.{short}"), good, "networkConfiguration.networkMode", "PUBLIC", label=label)
    closed = {"properties": {"publicNetworkAccess": "Disabled", "restrictOutboundNetworkAccess": True}}
    yield from z.row(ACCOUNT, closed, "properties.publicNetworkAccess", "Enabled")
    yield from z.row(ACCOUNT, closed, "properties.restrictOutboundNetworkAccess", False, label="outbound")
    rules = {"properties": {"restrictOutboundNetworkAccess": True, "networkAcls": {"defaultAction": "Deny"}}}
    yield z.case("firewall", res(ACCOUNT, "pass", rules))
    index = gcp("vertex.AiIndexEndpoint")
    yield from g.row(index, {"publicEndpointEnabled": False}, "publicEndpointEnabled", True, absent="pass")


def _identities() -> Iterator[Case]:
    a, z, g = cells("genai-identity")
    yield from a.row(GATEWAY, {"authorizerType": "AWS_IAM"}, "authorizerType", "NONE")
    credential = aws("iam.ServiceSpecificCredential")
    bedrock = {"serviceName": "bedrock.amazonaws.com"}
    yield a.case(
        "keys",
        res(credential, "fail", bedrock),
        res(credential, "pass", {**bedrock, "status": "Inactive"}),
        res(credential, "skip", {"serviceName": "codecommit.amazonaws.com"}),
        res(credential, "open", {"serviceName": UNKNOWN}),
    )
    good = {"identity": {"type": "SystemAssigned"}, "properties": {"disableLocalAuth": True}}
    yield from z.row(ACCOUNT, good, "properties.disableLocalAuth", False)
    yield from z.row(ACCOUNT, good, "identity.type", "None", label="identity")
    yield from z.row(azure("search.Service"), {"disableLocalAuth": True}, "disableLocalAuth", False, label="search")
    key = gcp("projects.ApiKey")
    targets = [{"service": "maps-backend.googleapis.com"}]
    other = {"restrictions": {"apiTargets": targets}}
    path = "restrictions.apiTargets[].service"
    yield g.case("passing", res(key, "skip", other))
    yield g.case("failing", res(key, "fail", put(other, path, "aiplatform.googleapis.com")))
    yield g.case("absent", res(key, "fail", {}))
    yield g.case("unknown", res(key, "open", put(other, path, UNKNOWN)))


def _logs() -> Iterator[Case]:
    a, z, g = cells("genai-invocation-log")
    logging = aws("bedrockmodel.InvocationLoggingConfiguration")
    kept = {"loggingConfig": {"textDataDeliveryEnabled": True, "s3Config": {"bucketName": "b"}}}
    yield from a.row(logging, kept, "loggingConfig.textDataDeliveryEnabled", False, absent="pass")
    yield from a.row(logging, kept, "loggingConfig.s3Config.bucketName", "", label="place")
    bucket = res(aws("s3.Bucket"), "bucket")
    late = put(kept, "loggingConfig.s3Config.bucketName", UNKNOWN)
    yield a.case("evidence", bucket, res(logging, "pass", late, of={"loggingConfig": bucket}))
    yield from a.row(BROWSER, {"recording": {"enabled": True}}, "recording.enabled", False, label="browser")
    diagnostic, account = azure("monitor.DiagnosticSetting"), {"accountName": "models"}
    for kind, word, logs in (
        ("passing", "pass", [{"category": "RequestResponse", "enabled": True}]),
        ("passing group", "pass", [{"categoryGroup": "allLogs", "enabled": True}]),
        ("failing", "fail", [{"category": "Audit", "enabled": True}]),
        ("failing switch", "fail", [{"category": "RequestResponse", "enabled": False}]),
        ("unknown", "open", [{"category": "RequestResponse", "enabled": UNKNOWN}]),
    ):
        setting = res(diagnostic, "setting", {"resourceUri": "models", "logs": logs})
        yield z.case(kind, res(ACCOUNT, word, account), setting)
    yield z.case("absent", res(ACCOUNT, "fail", account))
    logged = {"templateMetadata": {"logSanitizeOperations": True}}
    yield from g.row(TEMPLATE, logged, "templateMetadata.logSanitizeOperations", False)


def _guardrails() -> Iterator[Case]:
    a, z, g = cells("genai-guardrail")
    attached = {"guardrailConfigurations": [{"guardrailIdentifier": "g-1"}]}
    yield from a.row(AGENT, attached, "guardrailConfigurations[].guardrailIdentifier", "")
    strong = {
        "contentPolicyConfig": {"filtersConfigs": [{"type": "PROMPT_ATTACK", "inputStrength": "HIGH"}]},
        "sensitiveInformationPolicyConfig": {"piiEntitiesConfigs": [{"type": "EMAIL", "action": "BLOCK"}]},
    }
    yield from a.row(GUARDRAIL, strong, "contentPolicyConfig.filtersConfigs[].inputStrength", "LOW", label="attack")
    path = "sensitiveInformationPolicyConfig.piiEntitiesConfigs[].action"
    yield from a.row(GUARDRAIL, strong, path, "NONE", label="personal data")
    weak = put(strong, "contentPolicyConfig.filtersConfigs[].type", "HATE")
    yield a.case("other filters", res(GUARDRAIL, "fail", weak))
    named = {"properties": {"raiPolicyName": "Strict"}}
    yield from z.row(DEPLOYMENT, named, "properties.raiPolicyName", "")
    policy = {"properties": {"contentFilters": [{"name": "Jailbreak", "blocking": True, "enabled": True}]}}
    yield from z.row(RAI, policy, "properties.contentFilters[].blocking", False, label="policy")
    armor = {
        "filterConfig": {
            "piAndJailbreakFilterSettings": {"filterEnforcement": "ENABLED"},
            "maliciousUriFilterSettings": {"filterEnforcement": "ENABLED"},
            "raiSettings": {"raiFilters": [{"filterType": "HARASSMENT", "confidenceLevel": "MEDIUM_AND_ABOVE"}]},
            "sdpSettings": {"basicConfig": {"filterEnforcement": "ENABLED"}},
        },
        "templateMetadata": {"enforcementType": "INSPECT_AND_BLOCK"},
    }
    path = "filterConfig.piAndJailbreakFilterSettings.filterEnforcement"
    yield from g.row(TEMPLATE, armor, path, "DISABLED")
    yield from g.row(TEMPLATE, armor, "templateMetadata.enforcementType", "INSPECT_ONLY", label="mode")
    path = "filterConfig.sdpSettings.basicConfig.filterEnforcement"
    yield from g.row(TEMPLATE, armor, path, "DISABLED", label="personal data")
