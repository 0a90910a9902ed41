"""The dashboard on Google Cloud, as typed tiles (https://cloud.google.com/monitoring/api/ref_v3/rest/v1/projects.dashboards)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pulumi import Input, Output

from components.core.scope import Scope
from components.monitoring.contract import MonitoringArgs, MonitoringSpec
from components.monitoring.gcp_metrics import Metric, cpu_limit, drift_metric, endpoint_metrics, workflow_metric

COLUMNS, WIDTH, HEIGHT = 48, 24, 16
"""Columns of the mosaic; width and height of a tile in them."""


@dataclass(frozen=True, kw_only=True)
class Tile:
    """A chart."""

    title: str
    metrics: tuple[Metric, ...]
    threshold: Input[float] | None = None
    """Line at which an alert policy goes off."""
    period_seconds: int = 300


def dashboard_json(scope: Scope, spec: MonitoringSpec, args: MonitoringArgs) -> Output[str]:
    """The dashboard: service on top where there is an endpoint, then pipelines and drift."""
    endpoint, tiles = args.get("endpoint"), list[Tile]()
    if endpoint is not None:
        found = endpoint_metrics(scope, endpoint["endpoint_name"])
        tiles += [
            Tile(
                title="Latency of model and service, 95th percentile (ms)",
                metrics=(found["latency"], found["overhead"]),
                threshold=spec.latency_ms,
            ),
            Tile(title="Requests and errors per second", metrics=(found["requests"], found["errors"])),
            Tile(title="Predictions per second", metrics=(found["predictions"],)),
            Tile(title="CPU (cores of a replica)", metrics=(found["cpu"],), threshold=cpu_limit(spec, endpoint)),
            Tile(title="Memory (bytes)", metrics=(found["memory"],)),
            Tile(title="Replicas, present and wanted", metrics=(found["replicas"], found["target_replicas"])),
        ]
    pipeline = args["training"]["pipeline_id"]
    runs = tuple(workflow_metric(scope, pipeline, status) for status in ("SUCCEEDED", "FAILED"))
    tiles.append(Tile(title="Runs of the training pipeline", metrics=runs, period_seconds=3600))
    if spec.drift is not None:
        tiles.append(
            Tile(title="Share of drifted features", metrics=(drift_metric(scope),), threshold=spec.drift.share)
        )
    body = {
        "displayName": f"{scope.prefix}: service and model",
        "labels": dict.fromkeys(("tripod", scope.prefix), ""),
        "mosaicLayout": {"columns": COLUMNS, "tiles": _mosaic(tiles)},
    }
    return Output.json_dumps(body, sort_keys=True)


def _mosaic(tiles: Sequence[Tile]) -> list[dict[str, Any]]:
    """Two tiles a row."""
    across = COLUMNS // WIDTH
    return [
        {
            "height": HEIGHT,
            "width": WIDTH,
            "xPos": index % across * WIDTH,
            "yPos": index // across * HEIGHT,
            "widget": _chart(tile),
        }
        for index, tile in enumerate(tiles)
    ]


def _chart(tile: Tile) -> dict[str, Any]:
    chart: dict[str, Any] = {"dataSets": [_series(metric, tile.period_seconds) for metric in tile.metrics]}
    if tile.threshold is not None:
        chart["thresholds"] = [{"value": tile.threshold}]
    return {"title": tile.title, "xyChart": chart}


def _series(metric: Metric, period: int) -> dict[str, Any]:
    return {
        "plotType": "LINE",
        "targetAxis": "Y1",
        "timeSeriesQuery": {
            "timeSeriesFilter": {
                "filter": metric.filter,
                "aggregation": {
                    "alignmentPeriod": f"{period}s",
                    "perSeriesAligner": metric.aligner,
                    "crossSeriesReducer": metric.reducer,
                },
            }
        },
    }
