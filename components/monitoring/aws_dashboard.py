"""The dashboard as typed data
(https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html)."""

from collections.abc import Mapping, Sequence
from typing import Any

from pulumi import Input, Output

from components.core.scope import Scope
from components.monitoring.aws_metrics import (
    Metric,
    cpu_limit,
    drift_metric,
    endpoint_metrics,
    pipeline_metric,
    pipeline_names,
)
from components.monitoring.contract import MonitoringArgs, MonitoringSpec

WIDTH, HEIGHT, COLUMNS = 12, 6, 2
"""Of a widget, in units of the grid of 24, and widgets in a row."""


def dashboard_body(scope: Scope, spec: MonitoringSpec, args: MonitoringArgs) -> Output[str]:
    """Charts of the service with the alarms' thresholds, of pipelines, and of drift."""
    charts: list[dict[str, Any]] = []
    endpoint = args.get("endpoint")
    if endpoint is not None:
        metrics = endpoint_metrics(endpoint["endpoint_name"])
        charts += [
            _chart(scope, "Requests and errors", {"Requests": metrics["requests"], "Errors": metrics["errors"]}),
            _chart(
                scope,
                "Latency, 95th percentile, in microseconds",
                {"Model": metrics["latency"], "Overhead": metrics["overhead"]},
                threshold=spec.latency_ms * 1000,
            ),
            _chart(scope, "Memory, percent", {"Memory": metrics["memory"]}),
            _chart(
                scope,
                "CPU, percent, sum over the cores",
                {"CPU": metrics["cpu"]},
                threshold=cpu_limit(spec, endpoint),
            ),
        ]
    for part, name in pipeline_names(scope, args).items():
        kinds = {kind: pipeline_metric(name, f"Execution{kind}") for kind in ("Started", "Succeeded", "Failed")}
        charts.append(_chart(scope, f"Executions of the {part} pipeline", kinds, period=3600))
    if spec.drift is not None:
        share = {"Drifted": drift_metric(scope, "Maximum")}
        charts.append(_chart(scope, "Share of drifted features", share, period=3600, threshold=spec.drift.share))
    return Output.json_dumps({"widgets": _placed(charts)}, sort_keys=True)


def _chart(
    scope: Scope,
    title: str,
    metrics: Mapping[str, Metric],
    *,
    period: int = 300,
    threshold: Input[float] | None = None,
) -> dict[str, Any]:
    properties: dict[str, Any] = {
        "title": title,
        "region": scope.region,
        "period": period,
        "view": "timeSeries",
        "metrics": [_series(label, metric) for label, metric in metrics.items()],
    }
    if threshold is not None:
        properties["annotations"] = {"horizontal": [{"label": "Alarm", "value": threshold}]}
    return {"type": "metric", "properties": properties}


def _series(label: str, metric: Metric) -> list[Any]:
    pairs = [part for pair in metric.dimensions.items() for part in pair]
    return [metric.namespace, metric.name, *pairs, {"label": label, "stat": metric.statistic}]


def _placed(charts: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {**chart, "x": index % COLUMNS * WIDTH, "y": index // COLUMNS * HEIGHT, "width": WIDTH, "height": HEIGHT}
        for index, chart in enumerate(charts)
    ]
