"""The metrics that alarms and dashboard share."""

from collections.abc import Mapping
from dataclasses import dataclass

from pulumi import Input, Output

from components.clouds.aws_sagemaker import (
    INSTANCE_METRICS,
    INVOCATION_METRICS,
    PIPELINE_METRICS,
    cores,
    endpoint_dimensions,
)
from components.core.image import DRIFT_METRIC, METRIC_NAMESPACE
from components.core.refs import EndpointRef
from components.core.scope import Scope
from components.monitoring.contract import MonitoringArgs, MonitoringSpec


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One metric of one thing."""

    namespace: str
    name: str
    dimensions: Mapping[str, Input[str]]
    statistic: str


def endpoint_metrics(endpoint_name: Input[str]) -> dict[str, Metric]:
    """What is watched of an endpoint (https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html)."""
    dimensions = endpoint_dimensions(endpoint_name)

    def metric(namespace: str, name: str, statistic: str) -> Metric:
        return Metric(namespace=namespace, name=name, dimensions=dimensions, statistic=statistic)

    return {
        "requests": metric(INVOCATION_METRICS, "Invocations", "Sum"),
        # every request that got no 2xx from the model: errors, broken connections, timeouts
        "errors": metric(INVOCATION_METRICS, "InvocationModelErrors", "Sum"),
        "latency": metric(INVOCATION_METRICS, "ModelLatency", "p95"),
        "overhead": metric(INVOCATION_METRICS, "OverheadLatency", "p95"),
        "memory": metric(INSTANCE_METRICS, "MemoryUtilization", "Average"),
        "cpu": metric(INSTANCE_METRICS, "CPUUtilization", "Average"),
    }


def cpu_limit(spec: MonitoringSpec, endpoint: EndpointRef) -> Output[float]:
    """The limit of saturation in the unit of ``CPUUtilization``: percent, summed over the cores of an instance."""
    # CPUUtilizationNormalized is reported only of endpoints with inference components
    return Output.from_input(endpoint["instance_type"]).apply(lambda kind: spec.saturation_percent * float(cores(kind)))


def pipeline_metric(pipeline_name: Input[str], name: str) -> Metric:
    """Executions of a pipeline: ``ExecutionStarted``, ``ExecutionSucceeded``, ``ExecutionFailed``."""
    return Metric(namespace=PIPELINE_METRICS, name=name, dimensions={"PipelineName": pipeline_name}, statistic="Sum")


def drift_metric(scope: Scope, statistic: str) -> Metric:
    """Share of drifted features, as the drift job reports it."""
    dimensions = {"environment": scope.spec.environment, "project": scope.spec.name}
    return Metric(namespace=METRIC_NAMESPACE, name=DRIFT_METRIC, dimensions=dimensions, statistic=statistic)


def pipeline_names(scope: Scope, args: MonitoringArgs) -> dict[str, Output[str]]:
    """Pipelines whose executions are watched where there is no endpoint.

    The batch pipeline is known by its name, because no reference names it; without one there is no such metric.
    """
    retraining = Output.from_input(args["training"]["pipeline_id"]).apply(lambda arn: arn.rsplit("/", 1)[-1])
    return {"retraining": retraining, "batch": Output.from_input(scope.name("pipeline", "batch"))}
