"""The metrics that alert policies and dashboard share, and their filters.

https://cloud.google.com/monitoring/api/metrics_gcp, https://cloud.google.com/monitoring/api/v3/filters
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pulumi import Input, Output

from components.clouds.gcp import cores
from components.core.image import METRIC_NAMESPACE
from components.core.refs import EndpointRef
from components.core.scope import Scope
from components.monitoring.contract import MonitoringSpec

ENDPOINT = "aiplatform.googleapis.com/Endpoint"
ONLINE = "aiplatform.googleapis.com/prediction/online"
WORKFLOW = "workflows.googleapis.com/Workflow"
DRIFT_TYPE = f"custom.googleapis.com/{METRIC_NAMESPACE.lower()}/drifted_share"
"""Metric that the drift job writes, on resource ``global``, with labels ``project`` and ``environment``."""


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One metric of one thing."""

    type: str
    resource: str
    resource_labels: Mapping[str, Input[str]] = field(default_factory=dict)
    labels: Mapping[str, Input[str]] = field(default_factory=dict)
    rest: str = ""
    """A further term of the filter."""
    aligner: str
    """How points of one series within a period become one."""
    reducer: str
    """How series become one."""

    @property
    def filter(self) -> Output[str]:
        """The series in the language of Cloud Monitoring."""
        terms: list[Input[str]] = [f'metric.type = "{self.type}"', f'resource.type = "{self.resource}"']
        for prefix, labels in (("resource.labels", self.resource_labels), ("metric.labels", self.labels)):
            terms += [Output.concat(f'{prefix}.{key} = "', value, '"') for key, value in sorted(labels.items())]
        terms += [self.rest] if self.rest else []
        return Output.all(*terms).apply(lambda found: " AND ".join(str(term) for term in found))


def endpoint_metrics(scope: Scope, endpoint_name: Input[str]) -> dict[str, Metric]:
    """What is watched of an endpoint (https://cloud.google.com/monitoring/api/metrics_gcp_a_b#gcp-aiplatform).

    CPU is the sum over the cores of a replica. Predictions are not requests: one request may ask for many.
    """
    who = {"endpoint_id": endpoint_name, "location": scope.region}

    def metric(name: str, aligner: str, reducer: str, rest: str = "", **labels: str) -> Metric:
        return Metric(
            type=f"{ONLINE}/{name}",
            resource=ENDPOINT,
            resource_labels=who,
            labels=labels,
            rest=rest,
            aligner=aligner,
            reducer=reducer,
        )

    failed = 'metric.labels.response_code = monitoring.regex.full_match("[1345].*")'
    return {
        "requests": metric("response_count", "ALIGN_RATE", "REDUCE_SUM"),
        "errors": metric("response_count", "ALIGN_RATE", "REDUCE_SUM", failed),
        "latency": metric("prediction_latencies", "ALIGN_DELTA", "REDUCE_PERCENTILE_95", latency_type="model"),
        "overhead": metric("prediction_latencies", "ALIGN_DELTA", "REDUCE_PERCENTILE_95", latency_type="overhead"),
        "predictions": metric("prediction_count", "ALIGN_RATE", "REDUCE_SUM"),
        "cpu": metric("cpu/utilization", "ALIGN_MEAN", "REDUCE_MAX"),
        "memory": metric("memory/bytes_used", "ALIGN_MEAN", "REDUCE_MAX"),
        "replicas": metric("replicas", "ALIGN_MEAN", "REDUCE_SUM"),
        "target_replicas": metric("target_replicas", "ALIGN_MEAN", "REDUCE_SUM"),
        # what endpoints inside a network report beside the others, or in place of them
        "private_requests": metric("private/response_count", "ALIGN_RATE", "REDUCE_SUM"),
        "private_errors": metric(
            "private/response_count", "ALIGN_RATE", "REDUCE_SUM", "metric.labels.response_code >= 300"
        ),
        "private_latency": metric("private/prediction_latencies", "ALIGN_DELTA", "REDUCE_PERCENTILE_95"),
    }


def cpu_limit(spec: MonitoringSpec, endpoint: EndpointRef) -> Output[float]:
    """The limit of saturation in the unit of ``cpu``: cores of a replica."""
    return Output.from_input(endpoint["instance_type"]).apply(
        lambda machine: spec.saturation_percent / 100 * cores(str(machine))
    )


def workflow_metric(scope: Scope, workflow_id: Input[str], status: str) -> Metric:
    """Executions of a workflow (``projects/…/workflows/…``) that ended as ``status``."""
    name = Output.from_input(workflow_id).apply(lambda full: full.rsplit("/", 1)[-1])
    return Metric(
        type="workflows.googleapis.com/finished_execution_count",
        resource=WORKFLOW,
        resource_labels={"location": scope.region, "workflow_id": name},
        labels={"status": status},
        aligner="ALIGN_DELTA",
        reducer="REDUCE_SUM",
    )


def drift_metric(scope: Scope) -> Metric:
    """Share of drifted features, as the drift job reports it."""
    return Metric(
        type=DRIFT_TYPE,
        resource="global",
        labels={"environment": scope.spec.environment, "project": scope.spec.name},
        aligner="ALIGN_MAX",
        reducer="REDUCE_MAX",
    )


def backlog_metric(subscription_name: Input[str]) -> Metric:
    """Messages that nobody has taken from a subscription."""
    return Metric(
        type="pubsub.googleapis.com/subscription/num_undelivered_messages",
        resource="pubsub_subscription",
        resource_labels={"subscription_id": subscription_name},
        aligner="ALIGN_MAX",
        reducer="REDUCE_MAX",
    )


def age_metric(subscription_name: Input[str]) -> Metric:
    """Age of the oldest message that was not taken from a subscription, in seconds."""
    return Metric(
        type="pubsub.googleapis.com/subscription/oldest_unacked_message_age",
        resource="pubsub_subscription",
        resource_labels={"subscription_id": subscription_name},
        aligner="ALIGN_MAX",
        reducer="REDUCE_MAX",
    )


def job_metric(scope: Scope, job_name: Input[str], result: str) -> Metric:
    """Executions of a Cloud Run job that ended as ``result``: ``succeeded`` or ``failed``."""
    return Metric(
        type="run.googleapis.com/job/completed_execution_count",
        resource="cloud_run_job",
        resource_labels={"job_name": job_name, "location": scope.region},
        labels={"result": result},
        aligner="ALIGN_DELTA",
        reducer="REDUCE_SUM",
    )
