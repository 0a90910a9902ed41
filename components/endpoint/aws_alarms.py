"""Alarms that roll a release back.

They are made before the endpoint and know it by its literal name. Their list is fixed for the life of the endpoint,
because the provider replaces an endpoint whose list of rollback alarms changes; thresholds may move.
"""

import pulumi_aws as aws

from components.clouds.aws_sagemaker import INVOCATION_METRICS, endpoint_dimensions
from components.core.scope import Scope

ROLLBACK: dict[str, tuple[str, str, float, str]] = {
    "5xx": ("Invocation5XXErrors", "Average", 0.05, "More than 5 % of requests fail with a server error"),
    "latency": ("ModelLatency", "p95", 5_000_000, "The 95th percentile of model latency is above 5 s"),
}
"""Alarm → metric, statistic, threshold in the metric's unit (share of requests; microseconds), text.

Coarse on purpose: they catch a release that is broken. What is merely slower than wished is the business of monitoring.
"""


def rollback_alarms(scope: Scope, endpoint_name: str) -> list[aws.cloudwatch.MetricAlarm]:
    """Make the alarms, in the order of ``ROLLBACK``."""
    return [
        aws.cloudwatch.MetricAlarm(
            scope.label("rollback", part),
            name=scope.name("alarm", "rollback", part),
            alarm_description=text,
            namespace=INVOCATION_METRICS,
            metric_name=metric,
            dimensions=endpoint_dimensions(endpoint_name),
            statistic=None if statistic.startswith("p") else statistic,
            extended_statistic=statistic if statistic.startswith("p") else None,
            period=60,
            evaluation_periods=3,
            datapoints_to_alarm=2,
            threshold=threshold,
            comparison_operator="GreaterThanThreshold",
            treat_missing_data="notBreaching",
            tags=scope.tags(),
            opts=scope.options(),
        )
        for part, (metric, statistic, threshold, text) in ROLLBACK.items()
    ]
