"""High-risk systems are watched for bias and explained."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from components.core.cloud import ByCloud, Gap, GapKind
from policies import pipeline_definition
from policies.checks import (
    PASSED,
    Outcome,
    StackRow,
    failed,
    not_applicable,
    undetermined,
)
from policies.control import Control, Group, Severity
from policies.graph import Graph, Resource
from policies.settings import Settings
from policies.tokens import aws, azure
from policies.verdict import UNKNOWN, at

_RISK = "tags.{ai-risk-class}"
_ENDPOINT, _ONLINE = aws("sagemaker.Endpoint"), azure("machinelearningservices.OnlineEndpoint")
_SCHEDULE, _PIPELINE = aws("sagemaker.MonitoringSchedule"), aws("sagemaker.Pipeline")
_TYPE = "monitoringScheduleConfig.monitoringType"
_MONITOR = azure("machinelearningservices.Schedule")
_SIGNALS = "properties.action.monitorDefinition.signals.{}.signalType"


def _schedules(graph: Graph) -> Iterator[bool | None]:
    for schedule in graph.of(_SCHEDULE):
        kind = schedule.at(_TYPE)
        yield None if kind is UNKNOWN else kind in ("ModelBias", "ModelExplainability")
    for pipeline in graph.of(_PIPELINE):
        definition = pipeline_definition.parse(pipeline.at("pipelineDefinition"))
        if definition is UNKNOWN:
            yield None
        elif isinstance(definition, pipeline_definition.Definition):
            yield any(step.type == "ClarifyCheck" for step in definition.steps)


def _signals(graph: Graph) -> Iterator[bool | None]:
    for monitor in graph.of(_MONITOR):
        for hit in at(monitor.props, _SIGNALS):
            yield None if hit.value is UNKNOWN else hit.value in ("FeatureAttributionDrift", "Custom")


def _watched(
    found: Callable[[Graph], Iterator[bool | None]], words: str
) -> Callable[[Resource, Graph, Settings], Iterator[Outcome]]:
    def check(resource: Resource, graph: Graph, _settings: Settings) -> Iterator[Outcome]:
        risk = resource.at(_RISK)
        if risk is not UNKNOWN and not (isinstance(risk, str) and risk.casefold() == "high"):
            yield not_applicable("the system is not of high risk; ai-risk-class says where the class is missing")
            return
        answers = list(found(graph))
        if any(answers):
            yield PASSED
        elif risk is UNKNOWN or any(answer is None for answer in answers):
            yield undetermined(f"whether this needs and has {words} is not known yet", _RISK)
        else:
            yield failed(f"a high-risk system needs {words}")

    return check


CONTROL = Control(
    id="bias-monitor",
    group=Group.RESPONSIBLE_AI,
    title="High-risk endpoints are monitored for bias and attribution drift",
    severity=Severity.HIGH,
    why="A model that was fair when it was tested is unfair once the people it judges change.",
    remedy="Add a bias or explainability monitor, or a Clarify check to the pipeline.",
    url="https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-model-monitor-bias-drift.html",
    clauses=(
        "nist-ai-rmf:MEASURE 2.11",
        "nist-ai-rmf:MEASURE 2.9",
        "iso42001:A.6.2.4",
        "iso42001:A.8.2",
        "gdpr:Art. 22",
        "eu-ai-act:Art. 10",
        "eu-ai-act:Art. 13",
    ),
    covers=("prowler:sagemaker_clarify_exists",),
    rows=ByCloud(
        aws=(
            StackRow(
                types=(_ENDPOINT,),
                check=_watched(_schedules, "a bias or explainability monitor or a Clarify check"),
                reads=((_ENDPOINT, "tags"), (_SCHEDULE, _TYPE), (_PIPELINE, "pipelineDefinition")),
            ),
        ),
        azure=(
            StackRow(
                types=(_ONLINE,),
                check=_watched(_signals, "a monitor of feature attribution, or a custom signal for fairness"),
                reads=((_ONLINE, "tags"), (_MONITOR, "properties.action.monitorDefinition.signals")),
            ),
        ),
        gcp=Gap(
            kind=GapKind.UPSTREAM,
            reason="The provider has no class for Vertex model monitoring; the drift pipeline of the kit stands in.",
            url="https://cloud.google.com/vertex-ai/docs/model-monitoring/overview",
        ),
    ),
)
