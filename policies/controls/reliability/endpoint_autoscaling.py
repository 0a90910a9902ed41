"""Endpoints grow and shrink with demand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from components.core.cloud import ByCloud
from policies.accept import number
from policies.checks import PASSED, Outcome, Rule, StackRow, failed, not_applicable, undetermined
from policies.control import Control, Group, Severity
from policies.graph import Graph, Resource
from policies.settings import Settings
from policies.tokens import aws, azure, gcp
from policies.verdict import MISSING, UNKNOWN, at, first, known

_ENDPOINT, _CONFIG = aws("sagemaker.Endpoint"), aws("sagemaker.EndpointConfiguration")
_TARGET = aws("appautoscaling.Target")
_SERVERLESS = "productionVariants[].serverlessConfig"
_DEPLOYMENT, _SETTING = azure("machinelearningservices.OnlineDeployment"), azure("monitor.AutoscaleSetting")
_POOL = gcp("vertex.AiDeploymentResourcePool")


def _range(low: Any, high: Any, place: str) -> Outcome:
    if low is UNKNOWN or high is UNKNOWN:
        return undetermined(f"the bounds of {place} are not known yet", place)
    least = 1.0 if low is MISSING else number(low)
    most = None if high is MISSING else number(high)
    grows = least is not None and most is not None and most > least
    return PASSED if grows else failed(f"the maximum of {place} must be above its minimum", place)


def _names(target: Resource, endpoint: Resource, graph: Graph) -> bool | None:
    """Whether a scalable target (``endpoint/<name>/variant/<variant>``) is of the endpoint."""
    value = target.at("resourceId")
    if isinstance(value, str):
        parts = value.split("/")
        return len(parts) > 1 and parts[1] in graph.identities(endpoint)
    return graph.refers(target, "resourceId", endpoint)


def _endpoint(resource: Resource, graph: Graph, _settings: Settings) -> Iterator[Outcome]:
    configurations = [c for c in graph.of(_CONFIG) if graph.refers(resource, "endpointConfigName", c)]
    if any(known(hit.value) for c in configurations for hit in at(c.props, _SERVERLESS)):
        yield not_applicable("a serverless endpoint scales by itself")
        return
    answers = [(target, _names(target, resource, graph)) for target in graph.of(_TARGET)]
    sure = [target for target, answer in answers if answer]
    if not sure and any(answer is None for _, answer in answers):
        yield undetermined("whether the endpoint has a scalable target is not known yet")
    elif not sure:
        yield failed("the endpoint has no scalable target")
    for target in sure:
        yield _range(target.at("minCapacity"), target.at("maxCapacity"), target.name)


def _deployment(resource: Resource, graph: Graph, _settings: Settings) -> Iterator[Outcome]:
    sure, maybe = graph.referring(resource, (_SETTING,), "targetResourceUri")
    if not sure:
        yield (
            undetermined("whether the deployment has an autoscale setting is not known yet")
            if maybe
            else failed("the deployment has no autoscale setting")
        )
    for setting in sure:
        for hit in at(setting.props, "profiles[].capacity"):
            low, high = (
                (hit.value, hit.value)
                if not known(hit.value)
                else (first(hit.value, "minimum"), first(hit.value, "maximum"))
            )
            yield _range(low, high, f"{setting.name}: {hit.path}")


def _pool(resource: Resource, _settings: Settings) -> Iterator[Outcome]:
    place = "dedicatedResources"
    yield _range(resource.at(f"{place}.minReplicaCount"), resource.at(f"{place}.maxReplicaCount"), place)


CONTROL = Control(
    id="endpoint-autoscaling",
    group=Group.RELIABILITY,
    title="Endpoints scale with demand",
    severity=Severity.MEDIUM,
    why="A fixed number of machines is too few on the day that matters and too many on all others.",
    remedy="Set endpoint.max_instances above endpoint.min_instances.",
    url="https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling.html",
    clauses=(
        "iso42001:A.4.5",
        "iso27001:A.8.6",
        "soc2:A1.1",
    ),
    covers=(),
    rows=ByCloud(
        aws=(
            StackRow(
                types=(_ENDPOINT,),
                check=_endpoint,
                reads=(
                    (_TARGET, "resourceId"),
                    (_TARGET, "maxCapacity"),
                    (_TARGET, "minCapacity"),
                    (_ENDPOINT, "endpointConfigName"),
                    (_CONFIG, _SERVERLESS),
                ),
            ),
        ),
        azure=(
            StackRow(
                types=(_DEPLOYMENT,),
                check=_deployment,
                reads=(
                    (_SETTING, "targetResourceUri"),
                    (_SETTING, "profiles[].capacity.maximum"),
                    (_SETTING, "profiles[].capacity.minimum"),
                ),
            ),
        ),
        gcp=(
            Rule(
                types=(_POOL,),
                check=_pool,
                reads=tuple((_POOL, f"dedicatedResources.{k}") for k in ("minReplicaCount", "maxReplicaCount")),
            ),
        ),
    ),
)
