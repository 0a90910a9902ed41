"""Alert policies on Google Cloud: what is wrong with the endpoint, or with the pipeline where there is none."""

from collections.abc import Sequence

import pulumi_gcp as gcp
from pulumi import Input, ResourceOptions

from components.core.scope import Scope
from components.monitoring.contract import MonitoringArgs, MonitoringSpec
from components.monitoring.gcp_metrics import Metric, cpu_limit, endpoint_metrics, workflow_metric

PERIOD_SECONDS = 300
SATURATION_SECONDS = 900
CAPACITY_SECONDS = 900
"""How long replicas may be missing: about what a new one takes to start."""
AUTO_CLOSE_SECONDS = 1800
"""Without data, an incident ends after the least time that the API takes
(https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.alertPolicies#alertstrategy)."""
_Condition = gcp.monitoring.AlertPolicyConditionArgs
_Threshold = gcp.monitoring.AlertPolicyConditionConditionThresholdArgs
_Aggregation = gcp.monitoring.AlertPolicyConditionConditionThresholdAggregationArgs
_Denominator = gcp.monitoring.AlertPolicyConditionConditionThresholdDenominatorAggregationArgs
_AbsentAggregation = gcp.monitoring.AlertPolicyConditionConditionAbsentAggregationArgs


def above(
    name: str,
    metric: Metric,
    threshold: Input[float],
    *,
    over: Metric | None = None,
    period: int = PERIOD_SECONDS,
    duration: int = 0,
) -> gcp.monitoring.AlertPolicyConditionArgs:
    """``metric`` (divided by ``over``), taken per ``period`` s, is above ``threshold`` for ``duration`` s."""
    denominator = None
    if over is not None:
        denominator = [
            _Denominator(
                alignment_period=f"{period}s", per_series_aligner=over.aligner, cross_series_reducer=over.reducer
            )
        ]
    return _Condition(
        display_name=name,
        condition_threshold=_Threshold(
            filter=metric.filter,
            comparison="COMPARISON_GT",
            threshold_value=threshold,
            duration=f"{duration}s",
            aggregations=[
                _Aggregation(
                    alignment_period=f"{period}s",
                    per_series_aligner=metric.aligner,
                    cross_series_reducer=metric.reducer,
                )
            ],
            denominator_filter=over.filter if over is not None else None,
            denominator_aggregations=denominator,
            trigger=gcp.monitoring.AlertPolicyConditionConditionThresholdTriggerArgs(count=1),
        ),
    )


def absent(name: str, metric: Metric, seconds: int) -> gcp.monitoring.AlertPolicyConditionArgs:
    """Nothing was written for ``seconds``: at most 23.5 hours."""
    return _Condition(
        display_name=name,
        condition_absent=gcp.monitoring.AlertPolicyConditionConditionAbsentArgs(
            filter=metric.filter,
            duration=f"{seconds}s",
            aggregations=[
                _AbsentAggregation(
                    alignment_period=f"{PERIOD_SECONDS}s",
                    per_series_aligner=metric.aligner,
                    cross_series_reducer=metric.reducer,
                )
            ],
        ),
    )


def logged(name: str, filter_: Input[str]) -> gcp.monitoring.AlertPolicyConditionArgs:
    """A log entry matches; stands alone in a policy, which then needs ``rate_limit``."""
    return _Condition(
        display_name=name,
        condition_matched_log=gcp.monitoring.AlertPolicyConditionConditionMatchedLogArgs(filter=filter_),
    )


def alert(
    scope: Scope,
    part: str,
    conditions: Sequence[gcp.monitoring.AlertPolicyConditionArgs],
    *,
    project: Input[str],
    channels: Sequence[Input[str]],
    text: str,
    severity: str = "ERROR",
    tell_end: bool = True,
    rate_limit: int | None = None,
    opts: ResourceOptions | None = None,
) -> gcp.monitoring.AlertPolicy:
    """Make a policy that goes off where one of ``conditions`` holds.

    ``tell_end`` also notifies when it is over; ``rate_limit`` is the least number of seconds between notifications.
    """
    limit = None
    if rate_limit is not None:
        limit = gcp.monitoring.AlertPolicyAlertStrategyNotificationRateLimitArgs(period=f"{rate_limit}s")
    return gcp.monitoring.AlertPolicy(
        scope.label("alert", part),
        project=project,
        display_name=f"{scope.prefix} {part}",
        combiner="OR",
        conditions=list(conditions),
        documentation=gcp.monitoring.AlertPolicyDocumentationArgs(
            subject=f"{scope.prefix}: {part}", content=text, mime_type="text/markdown"
        ),
        severity=severity,
        alert_strategy=gcp.monitoring.AlertPolicyAlertStrategyArgs(
            auto_close=f"{AUTO_CLOSE_SECONDS}s",
            notification_prompts=["OPENED", "CLOSED"] if tell_end else ["OPENED"],
            notification_rate_limit=limit,
        ),
        notification_channels=list(channels),
        user_labels=scope.tags(),
        opts=opts or scope.options(),
    )


def service_alerts(scope: Scope, spec: MonitoringSpec, args: MonitoringArgs, channels: Sequence[Input[str]]) -> None:
    """Latency, errors, saturation and missing replicas of the endpoint; without one, failed runs of the pipeline."""
    project, endpoint = args["foundation"]["account_id"], args.get("endpoint")
    if endpoint is None:
        alert(
            scope,
            "pipeline-failed",
            [above("Failed runs", workflow_metric(scope, args["training"]["pipeline_id"], "FAILED"), 0)],
            project=project,
            channels=channels,
            text="The training pipeline failed, or its model did not pass evaluation.",
        )
        return
    metrics = endpoint_metrics(scope, endpoint["endpoint_name"])
    slow = [above("Latency", metrics["latency"], spec.latency_ms, duration=PERIOD_SECONDS)]
    share = spec.error_percent / 100
    failing = [above("Errors", metrics["errors"], share, over=metrics["requests"], duration=PERIOD_SECONDS)]
    if not scope.posture.public_access:
        slow.append(
            above("Latency in the network", metrics["private_latency"], spec.latency_ms, duration=PERIOD_SECONDS)
        )
        failing.append(
            above(
                "Errors in the network",
                metrics["private_errors"],
                share,
                over=metrics["private_requests"],
                duration=PERIOD_SECONDS,
            )
        )
    alert(
        scope,
        "latency",
        slow,
        project=project,
        channels=channels,
        text=f"The 95th percentile of latency is above {spec.latency_ms} ms.",
        severity="WARNING",
    )
    alert(
        scope,
        "errors",
        failing,
        project=project,
        channels=channels,
        text=f"More than {spec.error_percent:g} % of the requests failed.",
        severity="CRITICAL",
    )
    alert(
        scope,
        "saturation",
        [above("CPU (cores)", metrics["cpu"], cpu_limit(spec, endpoint), duration=SATURATION_SECONDS)],
        project=project,
        channels=channels,
        text=f"CPU of a replica is used to more than {spec.saturation_percent} %.",
        severity="WARNING",
    )
    alert(
        scope,
        "capacity",
        [
            above(
                "Wanted per present replica",
                metrics["target_replicas"],
                1,
                over=metrics["replicas"],
                duration=CAPACITY_SECONDS,
            )
        ],
        project=project,
        channels=channels,
        text="The endpoint has fewer replicas than it needs: look at quota and at the deployed models.",
    )
