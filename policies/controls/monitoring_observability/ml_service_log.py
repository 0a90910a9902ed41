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
    title="The ML service logs who did what",
    severity=Severity.MEDIUM,
    why="Who started the job, changed the endpoint or read the features is asked after every incident.",
    remedy="Keep the diagnostic settings and audit configuration of the monitoring component.",
    url="https://learn.microsoft.com/azure/machine-learning/monitor-azure-machine-learning",
    clauses=("iso42001:A.6.2.8", "iso27001:A.8.15", "soc2:CC7.2", "eu-ai-act:Art. 12", "nist-800-53:AU-12", "cis:8.2"),
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
