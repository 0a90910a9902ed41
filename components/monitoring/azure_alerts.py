"""Alerts on the endpoint, on runs, on drift and on the workflow that retrains.

Latency is a metric of the endpoint. The share of failed requests is no metric, and the CPU is one of each deployment,
which come and go with releases: both are asked of the log workspace, to which the endpoint sends them.
"""

from collections.abc import Mapping, Sequence

import pulumi_azure_native as azure
from pulumi import Input, Output

from components.core.image import DRIFT_METRIC, METRIC_NAMESPACE
from components.core.refs import EndpointRef
from components.core.scope import Scope
from components.monitoring.contract import DriftSpec, MonitoringArgs, MonitoringSpec

_ML = "Microsoft.MachineLearningServices/workspaces"
ENDPOINT_METRICS = f"{_ML}/onlineEndpoints"
"""Namespace of latency and requests
(https://learn.microsoft.com/azure/machine-learning/monitor-azure-machine-learning-reference)."""
CRITICAL, ERROR, WARNING = 0, 1, 2
"""Severities of Azure Monitor: 0 critical, 1 error, 2 warning, 3 informational, 4 verbose."""
FAILED_BY_MODEL = 424
"""Status of a request whose scoring failed inside the container
(https://learn.microsoft.com/azure/machine-learning/how-to-troubleshoot-online-endpoints#http-status-codes)."""


def _metric_alert(
    scope: Scope,
    part: str,
    args: MonitoringArgs,
    channel_id: Input[str],
    *,
    on: Input[str],
    text: str,
    severity: int,
    namespace: str,
    metric: str,
    aggregation: azure.monitor.AggregationTypeEnum,
    threshold: float,
    window: str,
    frequency: str,
    dimensions: Mapping[str, str] | None = None,
    custom: bool = False,
    resolves: bool = True,
) -> None:
    """An alert where a metric of a resource is above ``threshold``.

    Without ``resolves`` every evaluation that finds it there tells the channel; otherwise only the first one does.
    """
    monitor = azure.monitor
    monitor.MetricAlert(
        scope.label("alert", part),
        resource_group_name=args["foundation"]["group_name"],
        rule_name=scope.name("alert", part),
        location="global",
        description=text,
        severity=severity,
        enabled=True,
        scopes=[on],
        evaluation_frequency=frequency,
        window_size=window,
        auto_mitigate=resolves,
        criteria=monitor.MetricAlertSingleResourceMultipleMetricCriteriaArgs(
            odata_type="Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria",
            all_of=[
                monitor.MetricCriteriaArgs(
                    criterion_type="StaticThresholdCriterion",
                    name=part,
                    metric_namespace=namespace,
                    metric_name=metric,
                    operator=monitor.Operator.GREATER_THAN,
                    threshold=threshold,
                    time_aggregation=aggregation,
                    dimensions=[
                        monitor.MetricDimensionArgs(name=name, operator="Include", values=[value])
                        for name, value in (dimensions or {}).items()
                    ],
                    # a custom metric does not exist before its first data point
                    skip_metric_validation=custom,
                )
            ],
        ),
        actions=[monitor.MetricAlertActionArgs(action_group_id=channel_id)],
        tags=scope.tags(),
        opts=scope.options(),
    )


def _log_alert(
    scope: Scope,
    part: str,
    args: MonitoringArgs,
    channel_id: Input[str],
    *,
    text: str,
    severity: int,
    query: Sequence[Input[str]],
    column: str,
    threshold: float,
) -> None:
    """An alert where ``column`` of a query's result, over 15 minutes, is above ``threshold``."""
    monitor = azure.monitor
    monitor.ScheduledQueryRule(
        scope.label("alert", part),
        resource_group_name=args["foundation"]["group_name"],
        rule_name=scope.name("alert", part),
        location=scope.region,
        kind=monitor.Kind.LOG_ALERT,
        display_name=f"{scope.prefix}: {part}",
        description=text,
        severity=severity,
        enabled=True,
        scopes=[args["foundation"]["log_id"]],
        evaluation_frequency="PT5M",
        window_size="PT15M",
        auto_mitigate=True,
        # a table does not exist before its first row
        skip_query_validation=True,
        criteria=monitor.ScheduledQueryRuleCriteriaArgs(
            all_of=[
                monitor.ConditionArgs(
                    query=Output.all(*query).apply(lambda lines: "\n| ".join(str(line) for line in lines)),
                    metric_measure_column=column,
                    time_aggregation=monitor.TimeAggregation.MAXIMUM,
                    operator=monitor.ConditionOperator.GREATER_THAN,
                    threshold=threshold,
                    failing_periods=monitor.ConditionFailingPeriodsArgs(
                        number_of_evaluation_periods=1, min_failing_periods_to_alert=1
                    ),
                )
            ]
        ),
        actions=monitor.ActionsArgs(action_groups=[channel_id]),
        tags=scope.tags(),
        opts=scope.options(),
    )


def error_query(endpoint: EndpointRef) -> list[Input[str]]:
    """Share of failed requests of an endpoint, in percent."""
    failed = f"countif(toint(ResponseCode) >= 500 or toint(ResponseCode) == {FAILED_BY_MODEL})"
    return [
        "AmlOnlineEndpointTrafficLog",
        Output.concat("where EndpointName =~ '", endpoint["endpoint_name"], "'"),
        f"summarize Failed = {failed}, Total = count()",
        "where Total > 0",
        "project ErrorPercent = 100.0 * Failed / Total",
    ]


def cpu_query(endpoint: EndpointRef) -> list[Input[str]]:
    """CPU utilisation of the deployments of an endpoint, in percent."""
    return [
        "AzureMetrics",
        "where MetricName == 'CpuUtilizationPercentage'",
        Output.concat("where _ResourceId startswith '", endpoint["endpoint_id"], "/'"),
        "summarize CpuPercent = avg(Average) by _ResourceId",
    ]


def endpoint_alerts(
    scope: Scope, spec: MonitoringSpec, args: MonitoringArgs, endpoint: EndpointRef, channel_id: Input[str]
) -> None:
    """Latency, errors, saturation."""
    _metric_alert(
        scope,
        "latency",
        args,
        channel_id,
        on=endpoint["endpoint_id"],
        text=f"The 95th percentile of latency is above {spec.latency_ms} ms",
        severity=WARNING,
        namespace=ENDPOINT_METRICS,
        metric="RequestLatency_P95",
        aggregation=azure.monitor.AggregationTypeEnum.AVERAGE,
        threshold=spec.latency_ms,
        window="PT5M",
        frequency="PT1M",
    )
    _log_alert(
        scope,
        "errors",
        args,
        channel_id,
        text=f"More than {spec.error_percent:g} % of requests fail",
        severity=ERROR,
        query=error_query(endpoint),
        column="ErrorPercent",
        threshold=spec.error_percent,
    )
    _log_alert(
        scope,
        "saturation",
        args,
        channel_id,
        text=f"CPU utilisation of a deployment is above {spec.saturation_percent} %",
        severity=WARNING,
        query=cpu_query(endpoint),
        column="CpuPercent",
        threshold=spec.saturation_percent,
    )


def failed_runs_alert(scope: Scope, args: MonitoringArgs, channel_id: Input[str]) -> None:
    """A run of any pipeline of the workspace failed."""
    _metric_alert(
        scope,
        "failed-runs",
        args,
        channel_id,
        on=args["training"]["workspace_id"],
        text="A run in the workspace failed",
        severity=ERROR,
        namespace=_ML,
        metric="Failed Runs",
        aggregation=azure.monitor.AggregationTypeEnum.TOTAL,
        threshold=0,
        window="PT1H",
        frequency="PT15M",
    )


def drift_alert(scope: Scope, drift: DriftSpec, args: MonitoringArgs, channel_id: Input[str]) -> None:
    """Each measurement above the share is an alert of its own: between two there is nothing that could end one."""
    _metric_alert(
        scope,
        "drift",
        args,
        channel_id,
        on=args["training"]["workspace_id"],
        text=f"More than {drift.share:.0%} of the features have drifted",
        severity=WARNING,
        namespace=METRIC_NAMESPACE,
        metric=DRIFT_METRIC,
        aggregation=azure.monitor.AggregationTypeEnum.MAXIMUM,
        threshold=drift.share,
        window="PT1H",
        frequency="PT1H",
        dimensions={"project": scope.spec.name, "environment": scope.spec.environment},
        custom=True,
        resolves=False,
    )


def failed_workflow_alert(scope: Scope, args: MonitoringArgs, workflow_id: Input[str], channel_id: Input[str]) -> None:
    """The loop that retrains could not do its work."""
    _metric_alert(
        scope,
        "retrain-failed",
        args,
        channel_id,
        on=workflow_id,
        text="The workflow that starts retraining failed: see its run history",
        severity=ERROR,
        namespace="Microsoft.Logic/workflows",
        metric="RunsFailed",
        aggregation=azure.monitor.AggregationTypeEnum.TOTAL,
        threshold=0,
        window="PT1H",
        frequency="PT15M",
    )
