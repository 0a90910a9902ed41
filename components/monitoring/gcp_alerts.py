"""Alert policies on Google Cloud: what is wrong with the endpoint, or with the pipeline where there is none."""

from collections.abc import Sequence

import pulumi_gcp as gcp
from pulumi import Input

from components.core.scope import Scope
from components.monitoring.contract import MonitoringArgs, MonitoringSpec
from components.monitoring.gcp_metrics import Metric, endpoint_metrics, workflow_metric

PERIOD_SECONDS = 300
AUTO_CLOSE_SECONDS = 1800
"""Without data, an incident ends after the least time that the API takes
(https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.alertPolicies#alertstrategy)."""
_Threshold = gcp.monitoring.AlertPolicyConditionConditionThresholdArgs
_Aggregation = gcp.monitoring.AlertPolicyConditionConditionThresholdAggregationArgs
_Denominator = gcp.monitoring.AlertPolicyConditionConditionThresholdDenominatorAggregationArgs


def alert(
    scope: Scope,
    part: str,
    metric: Metric,
    *,
    project: Input[str],
    channels: Sequence[Input[str]],
    text: str,
    threshold: float,
    severity: str = "ERROR",
    period: int = PERIOD_SECONDS,
    duration: int = 0,
    over: Metric | None = None,
    tell_end: bool = True,
) -> gcp.monitoring.AlertPolicy:
    """Make a policy that goes off where ``metric`` (divided by ``over``) is above ``threshold`` for ``duration`` s."""
    condition = _Threshold(
        filter=metric.filter,
        comparison="COMPARISON_GT",
        threshold_value=threshold,
        duration=f"{duration}s",
        aggregations=[
            _Aggregation(
                alignment_period=f"{period}s", per_series_aligner=metric.aligner, cross_series_reducer=metric.reducer
            )
        ],
        denominator_filter=over.filter if over is not None else None,
        denominator_aggregations=[
            _Denominator(
                alignment_period=f"{period}s", per_series_aligner=over.aligner, cross_series_reducer=over.reducer
            )
        ]
        if over is not None
        else None,
        trigger=gcp.monitoring.AlertPolicyConditionConditionThresholdTriggerArgs(count=1),
    )
    return gcp.monitoring.AlertPolicy(
        scope.label(part),
        project=project,
        display_name=f"{scope.prefix} {part}",
        combiner="OR",
        conditions=[gcp.monitoring.AlertPolicyConditionArgs(display_name=text[:100], condition_threshold=condition)],
        documentation=gcp.monitoring.AlertPolicyDocumentationArgs(
            subject=f"{scope.prefix}: {part}", content=text, mime_type="text/markdown"
        ),
        severity=severity,
        alert_strategy=gcp.monitoring.AlertPolicyAlertStrategyArgs(
            auto_close=f"{AUTO_CLOSE_SECONDS}s",
            notification_prompts=["OPENED", "CLOSED"] if tell_end else ["OPENED"],
        ),
        notification_channels=list(channels),
        user_labels=scope.tags(),
        opts=scope.options(),
    )


def service_alerts(scope: Scope, spec: MonitoringSpec, args: MonitoringArgs, channels: Sequence[Input[str]]) -> None:
    """Latency, errors and saturation of the endpoint; without one, failed runs of the pipeline."""
    project, endpoint = args["foundation"]["account_id"], args.get("endpoint")
    if endpoint is None:
        alert(
            scope,
            "pipeline-failed",
            workflow_metric(scope, args["training"]["pipeline_id"], "FAILED"),
            project=project,
            channels=channels,
            text="The training pipeline failed, or its model did not pass evaluation.",
            threshold=0,
        )
        return
    metrics = endpoint_metrics(scope, endpoint["endpoint_name"])
    alert(
        scope,
        "latency",
        metrics["latency"],
        project=project,
        channels=channels,
        text=f"The 95th percentile of latency is above {spec.latency_ms} ms.",
        threshold=spec.latency_ms,
        severity="WARNING",
        duration=PERIOD_SECONDS,
    )
    alert(
        scope,
        "errors",
        metrics["errors"],
        over=metrics["requests"],
        project=project,
        channels=channels,
        text=f"More than {spec.error_percent:g} % of the requests failed.",
        threshold=spec.error_percent / 100,
        severity="CRITICAL",
        duration=PERIOD_SECONDS,
    )
    alert(
        scope,
        "saturation",
        metrics["cpu"],
        project=project,
        channels=channels,
        text=f"CPU utilisation is above {spec.saturation_percent} %.",
        threshold=spec.saturation_percent / 100,
        severity="WARNING",
        duration=PERIOD_SECONDS,
    )
