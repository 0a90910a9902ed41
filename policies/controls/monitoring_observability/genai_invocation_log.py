"""What models were asked, and what was refused, is kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from components.core.cloud import ByCloud
from policies.accept import (
    is_set,
    is_true,
)
from policies.checks import (
    PASSED,
    Outcome,
    Row,
    Rule,
    StackRow,
    failed,
    undetermined,
)
from policies.control import Control, Group, Severity
from policies.graph import Graph, Resource
from policies.settings import Settings
from policies.tokens import aws, azure, gcp
from policies.verdict import UNKNOWN, Verdict, at, known

_LOGGING = aws("bedrockmodel.InvocationLoggingConfiguration")
_TEMPLATE = gcp("modelarmor.Template")
_DIAGNOSTIC, _ACCOUNT = azure("monitor.DiagnosticSetting"), azure("cognitiveservices.Account")
_PLACES = ("loggingConfig.cloudwatchConfig.logGroupName", "loggingConfig.s3Config.bucketName")


def _kept(resource: Resource, _settings: Settings) -> Iterator[Outcome]:
    values = [resource.at(path) for path in _PLACES]
    if any(known(value) and is_set()(value) for value in values):
        yield PASSED
    elif any(value is UNKNOWN for value in values):
        yield (
            PASSED
            if resource.property_dependencies.get("loggingConfig")
            else undetermined("where invocations are kept is not known yet", _PLACES[0])
        )
    else:
        yield failed("neither a log group nor a bucket keeps the invocations", _PLACES[0])


def _requests(resource: Resource, graph: Graph, _settings: Settings) -> Iterator[Outcome]:
    sure, maybe = graph.referring(resource, (_DIAGNOSTIC,), "resourceUri")
    logs = [hit.value for setting in sure for hit in at(setting.props, "logs[]")]
    on = [log for log in logs if isinstance(log, Mapping) and log.get("enabled") is True]
    if any(log.get("category") == "RequestResponse" or log.get("categoryGroup") == "allLogs" for log in on):
        yield PASSED
    elif maybe or any(log is UNKNOWN or (isinstance(log, Mapping) and UNKNOWN in log.values()) for log in logs):
        yield undetermined("whether requests are kept is not known yet")
    else:
        yield failed("no diagnostic setting keeps its requests (RequestResponse or allLogs)")


CONTROL = Control(
    id="genai-invocation-log",
    group=Group.MONITORING_OBSERVABILITY,
    title="Invocations of generative models are logged",
    severity=Severity.HIGH,
    why="Without a record nobody can say what a model told a customer, or who tried to talk it out of its rules.",
    remedy="Log invocations to a log group or bucket of your own, text included.",
    url="https://docs.aws.amazon.com/bedrock/latest/userguide/model-invocation-logging.html",
    clauses=(
        "nist-ai-rmf:MEASURE 2.4",
        "iso42001:A.6.2.8",
        "iso27001:A.8.15",
        "eu-ai-act:Art. 12",
        "nist-800-53:AU-12",
    ),
    covers=(
        "azure-policy:1b4d1c4e-934c-4703-944c-27c82c06bebb",
        "cnspec:mondoo-gcp-security-model-armor-sanitize-logging",
        "prowler:aiservices_account_diagnostic_logging_enabled",
        "prowler:bedrock_model_invocation_logging_enabled",
        "prowler:bedrock_model_invocation_logging_text_data_enabled",
        "security-hub:BedrockAgentCore.6",
    ),
    rows=ByCloud(
        aws=(
            Row(
                type=_LOGGING,
                path="loggingConfig.textDataDeliveryEnabled",
                accept=is_true(),  # on unless set
                if_missing=Verdict.PASSED,
            ),
            Rule(types=(_LOGGING,), check=_kept, reads=tuple((_LOGGING, path) for path in _PLACES)),
            Row(
                type=aws("bedrock.AgentcoreBrowser"),
                path="recording.enabled",
                accept=is_true(),
                if_missing=Verdict.FAILED,
            ),
        ),
        azure=(
            StackRow(
                types=(_ACCOUNT,),
                check=_requests,
                reads=((_DIAGNOSTIC, "resourceUri"), (_DIAGNOSTIC, "logs[].category"), (_DIAGNOSTIC, "logs[].enabled")),
            ),
        ),
        gcp=(
            Row(
                type=_TEMPLATE,
                path="templateMetadata.logSanitizeOperations",
                accept=is_true(),
                if_missing=Verdict.FAILED,
            ),
        ),
    ),
)
