"""The workbook: a JSON document of the portal, from typed tiles
(https://learn.microsoft.com/azure/azure-monitor/visualize/workbooks-overview)."""

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

import pulumi_azure_native as azure
from pulumi import Input, Output

from components.core.image import DRIFT_METRIC, METRIC_NAMESPACE
from components.core.scope import Scope
from components.monitoring.azure_alerts import ENDPOINT_METRICS
from components.monitoring.contract import MonitoringArgs, MonitoringSpec

_NAMESPACE = UUID("8a1c0c9e-64d4-5c1f-9f0e-8e5c5b7f2a10")
"""Fixed, so that the workbook keeps its name, which must be a GUID."""
_LOGS = "microsoft.operationalinsights/workspaces"
_DAY_MS = 24 * 3600 * 1000
_AVERAGE, _TOTAL, _MAXIMUM = 4, 1, 3
"""Aggregations as workbooks number them."""


@dataclass(frozen=True, kw_only=True)
class Metric:
    """A chart of one metric of one resource."""

    title: str
    resource_id: str
    namespace: str
    name: str
    aggregation: int

    def tile(self) -> dict[str, Any]:
        """Item of type 10: metrics."""
        return {
            "type": 10,
            "name": self.title,
            "customWidth": "50",
            "content": {
                "version": "MetricsItem/2.0",
                "chartType": 2,
                "title": self.title,
                "resourceType": "/".join(_type_of(self.resource_id)),
                "resourceIds": [self.resource_id],
                "timeContext": {"durationMs": _DAY_MS},
                "metrics": [
                    {
                        "namespace": self.namespace.lower(),
                        "metric": f"{self.namespace.lower()}--{self.name}",
                        "aggregation": self.aggregation,
                    }
                ],
            },
        }


@dataclass(frozen=True, kw_only=True)
class Query:
    """A chart of a query of the log workspace."""

    title: str
    query: tuple[str, ...]

    def tile(self) -> dict[str, Any]:
        """Item of type 3: query."""
        return {
            "type": 3,
            "name": self.title,
            "customWidth": "50",
            "content": {
                "version": "KqlItem/1.0",
                "title": self.title,
                "query": "\n| ".join(self.query),
                "queryType": 0,
                "resourceType": _LOGS,
                "visualization": "timechart",
                "timeContext": {"durationMs": _DAY_MS},
            },
        }


def _type_of(resource_id: str) -> tuple[str, ...]:
    """Provider and type of an ARM id, without names."""
    parts = resource_id.rsplit("/providers/", 1)[-1].split("/")
    return (parts[0].lower(), *(part.lower() for part in parts[1::2]))


def document(title: str, log_id: str, tiles: tuple[Metric | Query, ...]) -> str:
    """The workbook's text."""
    heading = {"type": 1, "name": "title", "content": {"json": f"# {title}"}}
    return json.dumps(
        {
            "version": "Notebook/1.0",
            "fallbackResourceIds": [log_id],
            "items": [heading, *(tile.tile() for tile in tiles)],
        },
        sort_keys=True,
    )


def workbook(scope: Scope, spec: MonitoringSpec, args: MonitoringArgs) -> azure.applicationinsights.Workbook:
    """Latency, requests, errors, CPU, runs and drift on one page."""
    log_id, workspace_id = args["foundation"]["log_id"], args["training"]["workspace_id"]
    endpoint = args.get("endpoint")
    known: list[Input[str]] = [log_id, workspace_id]
    if endpoint is not None:
        known += [endpoint["endpoint_id"], endpoint["endpoint_name"]]
    title = f"{scope.prefix}: service and model"

    def text(values: list[str]) -> str:
        tiles = [*_endpoint_tiles(*values[2:])] if values[2:] else []
        return document(title, values[0], (*tiles, *_workspace_tiles(values[1], drift=spec.drift is not None)))

    return azure.applicationinsights.Workbook(
        scope.label("dashboard"),
        resource_group_name=args["foundation"]["group_name"],
        resource_name_=str(uuid5(_NAMESPACE, scope.name("resource_group", "dashboard"))),
        location=scope.region,
        kind=azure.applicationinsights.WorkbookSharedTypeKind.SHARED,
        category="workbook",
        display_name=title,
        source_id=Output.from_input(log_id).apply(lambda found: found.lower()),
        serialized_data=Output.all(*known).apply(lambda values: text([str(value) for value in values])),
        version="Notebook/1.0",
        tags=scope.tags(),
        opts=scope.options(),
    )


def _endpoint_tiles(endpoint_id: str, endpoint_name: str) -> tuple[Metric | Query, ...]:
    return (
        Metric(
            title="Latency, 95th percentile (ms)",
            resource_id=endpoint_id,
            namespace=ENDPOINT_METRICS,
            name="RequestLatency_P95",
            aggregation=_AVERAGE,
        ),
        Metric(
            title="Requests per minute",
            resource_id=endpoint_id,
            namespace=ENDPOINT_METRICS,
            name="RequestsPerMinute",
            aggregation=_AVERAGE,
        ),
        Query(
            title="Failed requests",
            query=(
                "AmlOnlineEndpointTrafficLog",
                f"where EndpointName =~ '{endpoint_name}' and toint(ResponseCode) >= 400",
                "summarize Failed = count() by bin(TimeGenerated, 5m), ResponseCode",
            ),
        ),
        Query(
            title="CPU of deployments (%)",
            query=(
                "AzureMetrics",
                f"where MetricName == 'CpuUtilizationPercentage' and _ResourceId startswith '{endpoint_id}/'",
                "summarize Cpu = avg(Average) by bin(TimeGenerated, 5m), Resource",
            ),
        ),
    )


def _workspace_tiles(workspace_id: str, *, drift: bool) -> tuple[Metric, ...]:
    namespace = "Microsoft.MachineLearningServices/workspaces"
    runs = tuple(
        Metric(title=name, resource_id=workspace_id, namespace=namespace, name=name, aggregation=_TOTAL)
        for name in ("Completed Runs", "Failed Runs")
    )
    measured = Metric(
        title="Share of drifted features",
        resource_id=workspace_id,
        namespace=METRIC_NAMESPACE,
        name=DRIFT_METRIC,
        aggregation=_MAXIMUM,
    )
    return (*runs, measured) if drift else runs
