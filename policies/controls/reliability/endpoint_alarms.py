"""Somebody is told when serving goes wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from components.core.cloud import ByCloud
from policies.accept import is_set
from policies.checks import PASSED, Outcome, StackRow, failed, undetermined, value_outcomes
from policies.control import Control, Group, Severity
from policies.graph import Graph, Resource
from policies.settings import Settings
from policies.tokens import aws, azure, gcp
from policies.verdict import UNKNOWN, Verdict, worst

_ENDPOINT, _ALARM = aws("sagemaker.Endpoint"), aws("cloudwatch.MetricAlarm")
_ONLINE, _ALERT = azure("machinelearningservices.OnlineEndpoint"), azure("monitor.MetricAlert")
_VERTEX, _POLICY = gcp("vertex.AiEndpoint"), gcp("monitoring.AlertPolicy")


def _judge(alarms: Iterable[tuple[Resource, bool | None]], graph: Graph, path: str, heard: tuple[str, ...]) -> Outcome:
    """One alarm on the endpoint that tells somebody is enough."""
    doubt = False
    silent: list[str] = []
    for alarm, answer in alarms:
        if answer is False:
            continue
        outcomes = value_outcomes(alarm, graph, path, is_set(), if_missing=Verdict.FAILED, evidence=heard)
        told = worst(o.verdict for o in outcomes)
        if answer and told is Verdict.PASSED:
            return PASSED
        doubt = doubt or answer is None or told is Verdict.UNDETERMINED
        silent.append(alarm.name)
    if doubt:
        return undetermined("whether an alarm watches this endpoint and tells somebody is not known yet")
    if silent:
        return failed(f"the alarms on this endpoint tell nobody: {', '.join(silent)}")
    return failed("no alarm watches this endpoint")


def _on_endpoint(alarm: Resource, endpoint: Resource, graph: Graph) -> bool | None:
    return graph.refers(alarm, "dimensions.EndpointName", endpoint)


def _sagemaker(resource: Resource, graph: Graph, _settings: Settings) -> Iterator[Outcome]:
    alarms = [(a, _on_endpoint(a, resource, graph)) for a in graph.of(_ALARM)]
    yield _judge(alarms, graph, "alarmActions", (aws("sns.Topic"),))


def _azure_ml(resource: Resource, graph: Graph, _settings: Settings) -> Iterator[Outcome]:
    alarms = [(a, graph.refers(a, "scopes[]", resource)) for a in graph.of(_ALERT)]
    yield _judge(alarms, graph, "actions[].actionGroupId", (azure("monitor.ActionGroup"),))


def _vertex(resource: Resource, graph: Graph, _settings: Settings) -> Iterator[Outcome]:
    alarms = [(policy, _watches(policy, resource, graph)) for policy in graph.of(_POLICY)]
    yield _judge(alarms, graph, "notificationChannels", (gcp("monitoring.NotificationChannel"),))


def _watches(policy: Resource, endpoint: Resource, graph: Graph) -> bool | None:
    """Whether a condition of the policy is on Vertex predictions: of this endpoint, or of all."""
    if any(source.urn == endpoint.urn for source in graph.sources(policy, "conditions")):
        return True
    words = list(_texts(policy.at("conditions")))
    if any(isinstance(w, str) and "aiplatform.googleapis.com/" in w for w in words):
        return True
    return None if any(w is UNKNOWN for w in words) else False


def _texts(value: Any) -> Iterator[Any]:
    if isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
    else:
        yield value


CONTROL = Control(
    id="endpoint-alarms",
    group=Group.RELIABILITY,
    title="Endpoints have alarms that reach somebody",
    severity=Severity.HIGH,
    why="An outage that customers report first is an outage that nobody watched for.",
    remedy="Keep the monitoring component, and give it somebody to notify.",
    url="https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html",
    clauses=(
        "nist-ai-rmf:MANAGE 4.1",
        "iso42001:A.6.2.6",
        "iso27001:A.8.16",
        "soc2:CC7.2",
        "eu-ai-act:Art. 72",
        "nist-800-53:SI-4",
    ),
    covers=(),
    rows=ByCloud(
        aws=(StackRow(types=(_ENDPOINT,), check=_sagemaker, reads=((_ALARM, "dimensions"), (_ALARM, "alarmActions"))),),
        azure=(
            StackRow(
                types=(_ONLINE,), check=_azure_ml, reads=((_ALERT, "scopes[]"), (_ALERT, "actions[].actionGroupId"))
            ),
        ),
        gcp=(
            StackRow(
                types=(_VERTEX,), check=_vertex, reads=((_POLICY, "conditions"), (_POLICY, "notificationChannels"))
            ),
        ),
    ),
)
