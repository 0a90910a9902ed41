"""Autoscaling of one deployment by its CPU: one instance more above the target, one fewer below half of it."""

import pulumi_azure_native as azure
from pulumi import Input

from components.core.refs import FoundationRef
from components.core.scope import Scope
from components.endpoint.contract import EndpointSpec

METRIC = "CpuUtilizationPercentage"
"""Metric of a deployment, not of its endpoint
(https://learn.microsoft.com/azure/machine-learning/how-to-autoscale-endpoints)."""
OUT_WINDOW, OUT_COOLDOWN = "PT5M", "PT5M"
IN_WINDOW, IN_COOLDOWN = "PT15M", "PT10M"
"""Down more slowly than up: an instance takes minutes to start."""


def autoscale(
    scope: Scope, spec: EndpointSpec, foundation: FoundationRef, deployment_id: Input[str], *, least: int, greatest: int
) -> None:
    """Keep the deployment between ``least`` and ``greatest`` instances."""
    monitor = azure.monitor

    def rule(direction: azure.monitor.ScaleDirection, threshold: float) -> azure.monitor.ScaleRuleArgs:
        out = direction is monitor.ScaleDirection.INCREASE
        return monitor.ScaleRuleArgs(
            metric_trigger=monitor.MetricTriggerArgs(
                metric_name=METRIC,
                metric_resource_uri=deployment_id,
                time_grain="PT1M",
                statistic=monitor.MetricStatisticType.AVERAGE,
                time_window=OUT_WINDOW if out else IN_WINDOW,
                time_aggregation=monitor.TimeAggregationType.AVERAGE,
                operator=monitor.ComparisonOperationType.GREATER_THAN
                if out
                else monitor.ComparisonOperationType.LESS_THAN,
                threshold=threshold,
            ),
            scale_action=monitor.ScaleActionArgs(
                direction=direction,
                type=monitor.ScaleType.CHANGE_COUNT,
                value="1",
                cooldown=OUT_COOLDOWN if out else IN_COOLDOWN,
            ),
        )

    monitor.AutoscaleSetting(
        scope.label("autoscale"),
        resource_group_name=foundation["group_name"],
        autoscale_setting_name=scope.name("autoscale_setting"),
        name=scope.name("autoscale_setting"),
        location=scope.region,
        target_resource_uri=deployment_id,
        enabled=True,
        profiles=[
            monitor.AutoscaleProfileArgs(
                name="cpu",
                capacity=monitor.ScaleCapacityArgs(minimum=str(least), maximum=str(greatest), default=str(least)),
                rules=[
                    rule(monitor.ScaleDirection.INCREASE, spec.target_utilization),
                    rule(monitor.ScaleDirection.DECREASE, spec.target_utilization / 2),
                ],
            )
        ],
        tags=scope.tags(),
        opts=scope.options(),
    )
