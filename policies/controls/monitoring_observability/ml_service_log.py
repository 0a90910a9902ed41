"""The ML service itself is logged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from components.core.cloud import ByCloud
from policies.accept import Accept, equals
from policies.checks import (
    PASSED,
    Outcome,
    Row,
    Rule,
    StackRow,
    failed,
    not_applicable,
    undetermined,
)
from policies.control import Control, Group, Severity
from policies.graph import Graph, Resource
from policies.settings import Settings
from policies.tokens import aws, azure, gcp
from policies.verdict import MISSING, UNKNOWN, Verdict, at, known

_DIAGNOSTIC = azure("monitor.DiagnosticSetting")
_AZURE = tuple(
    azure(name)
    for name in (
        "machinelearningservices.Workspace",
        "machinelearningservices.Registry",
        "machinelearningservices.OnlineEndpoint",
        "cognitiveservices.Account",
        # built-in policy cf820ca0-f99e-4f3e-84fb-66e913812d21, and the same for what else holds data of the platform
        "keyvault.Vault",
        "containerregistry.Registry",
        "redis.Redis",
        "logic.Workflow",
    )
)
_DESTINATIONS = ("workspaceId", "storageAccountId", "eventHubAuthorizationRuleId")
_AUDIT = gcp("projects.IAMAuditConfig")
# Vertex AI always logs who changed what; only who read it can be switched off, or people be left out of it.
# https://cloud.google.com/logging/docs/audit
_NOBODY = Accept("empty: nobody is exempt", lambda v: v == [])
_TRAIL = aws("cloudtrail.Trail")
_TYPES = ("eventSelectors[].dataResources[].type", "advancedEventSelectors[].fieldSelectors[].equals[]")


def _diagnosed(resource: Resource, graph: Graph, _settings: Settings) -> Iterator[Outcome]:
    sure, maybe = graph.referring(resource, (_DIAGNOSTIC,), "resourceUri")
    doubt = bool(maybe)
    for setting in sure:
        enabled = [hit.value for hit in at(setting.props, "logs[].enabled")]
        kept = [setting.at(path) for path in _DESTINATIONS]
        if any(v is True for v in enabled) and any(v is not MISSING for v in kept):
            yield PASSED
            return
        doubt = doubt or any(v is UNKNOWN for v in enabled)
    yield (
        undetermined("whether a diagnostic setting keeps its logs is not known yet")
        if doubt
        else failed("no diagnostic setting keeps its logs")
    )


def _managed(trail: Resource, _settings: Settings) -> Iterator[Outcome]:
    """Calls to SageMaker are management events; a trail that leaves them out says nothing of them."""
    classic = [hit.value for hit in at(trail.props, "eventSelectors[].includeManagementEvents")]
    fields = [hit.value for hit in at(trail.props, "advancedEventSelectors[].fieldSelectors[]")]
    wanted = [
        value
        for f in fields
        if isinstance(f, Mapping) and f.get("field") == "eventCategory"
        for value in (f.get("equals") or [])
    ]
    if any(v is UNKNOWN for v in (*classic, *fields, *wanted)):
        yield undetermined("which events the trail records is not known yet", "eventSelectors")
    elif wanted and "Management" not in wanted:
        yield not_applicable("this trail records data only")
    elif any(known(v) for v in classic) and all(v is False for v in classic):
        yield failed("eventSelectors leave out management events, and with them SageMaker", "eventSelectors")
    else:
        yield PASSED


CONTROL = Control(
    id="ml-service-log",
    group=Group.MONITORING_OBSERVABILITY,
    title="The ML service, its vaults and registries log who did what",
    severity=Severity.MEDIUM,
    why="Who started the job, changed the endpoint or read the features is asked after every incident.",
    remedy="Keep the diagnostic settings and audit configuration of the monitoring component.",
    url="https://learn.microsoft.com/azure/machine-learning/monitor-azure-machine-learning",
    clauses=("iso42001:A.6.2.8", "iso27001:A.8.15", "soc2:CC7.2", "eu-ai-act:Art. 12", "nist-800-53:AU-12", "cis:8.2"),
    covers=(
        "azure-policy:12000b3e-e38b-4bef-9098-38785f06ea32",
        "azure-policy:315c965f-c0d7-4397-86d3-c05a0981437a",
        "azure-policy:33835ef6-bc67-4bde-bf5f-5a857f195a57",
        "azure-policy:5cfb9e8a-2f13-40bd-a527-c89bc596d299",
        "azure-policy:84d8a69f-788a-4025-ba96-f36406cc9ee5",
        "azure-policy:90c90eda-bfe7-4c67-bf26-410420ed1047",
        "azure-policy:a8de4d0a-d637-4684-b70e-6df73b74d117",
        "azure-policy:ae48c709-d2b4-4fad-8c5c-838524130aa4",
        "azure-policy:afe0c3be-ba3b-4544-ba52-0c99672a8ad6",
        "azure-policy:cc789f91-3e63-4cfb-86f4-87565055f269",
        "azure-policy:f59276f0-5740-4aaf-821d-45d185aa210e",
    ),
    rows=ByCloud(
        aws=(
            Rule(
                types=(_TRAIL,),
                check=_managed,
                reads=(
                    (_TRAIL, "eventSelectors[].includeManagementEvents"),
                    (_TRAIL, "advancedEventSelectors[].fieldSelectors[].field"),
                    (_TRAIL, "advancedEventSelectors[].fieldSelectors[].equals"),
                ),
            ),
            Row(  # what drives retraining and release
                type=aws("sfn.StateMachine"),
                path="loggingConfiguration.level",
                accept=equals("ALL", "ERROR", "FATAL"),
                if_missing=Verdict.FAILED,
            ),
        ),
        azure=(
            StackRow(
                types=_AZURE,
                check=_diagnosed,
                reads=(
                    (_DIAGNOSTIC, "resourceUri"),
                    (_DIAGNOSTIC, "logs[].enabled"),
                    *((_DIAGNOSTIC, path) for path in _DESTINATIONS),
                ),
            ),
        ),
        gcp=(
            Row(
                type=_AUDIT,
                path="auditLogConfigs[].exemptedMembers",
                accept=_NOBODY,
                if_missing=Verdict.PASSED,
                when=("service", equals("allServices", "aiplatform.googleapis.com")),
            ),
        ),
    ),
)
