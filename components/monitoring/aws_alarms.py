"""Service alarms: latency, errors and saturation of the endpoint, or failed executions where there is none."""

from collections.abc import Mapping

import pulumi_aws as aws
from pulumi import Input

from components.core.refs import EndpointRef
from components.core.scope import Scope
from components.monitoring.aws_metrics import Metric, cpu_limit, endpoint_metrics, pipeline_metric, pipeline_names
from components.monitoring.contract import MonitoringArgs, MonitoringSpec

ENDPOINT_PERIOD_SECONDS = 300
PIPELINE_PERIOD_SECONDS = 3600
MICROSECONDS = 1000
"""In a millisecond: SageMaker counts latency in microseconds."""


def metric_alarm(
    scope: Scope,
    part: str,
    metric: Metric,
    *,
    topic: aws.sns.Topic,
    text: str,
    threshold: Input[float],
    period: int,
    periods: int = 1,
    comparison: str = "GreaterThanThreshold",
    missing: str = "notBreaching",
    tell_end: bool = True,
) -> aws.cloudwatch.MetricAlarm:
    """An alarm on one metric, told to ``topic`` when it goes off and, with ``tell_end``, when it ends."""
    percentile = metric.statistic.startswith("p")
    return aws.cloudwatch.MetricAlarm(
        scope.label("alarm", part),
        name=scope.name("alarm", part),
        alarm_description=text,
        namespace=metric.namespace,
        metric_name=metric.name,
        dimensions=metric.dimensions,
        statistic=None if percentile else metric.statistic,
        extended_statistic=metric.statistic if percentile else None,
        period=period,
        evaluation_periods=periods,
        datapoints_to_alarm=periods,
        threshold=threshold,
        comparison_operator=comparison,
        treat_missing_data=missing,
        alarm_actions=[topic.arn],
        ok_actions=[topic.arn] if tell_end else None,
        tags=scope.tags(),
        opts=scope.options(),
    )


def queue_alarm(
    scope: Scope, part: str, dead_letters: aws.sqs.Queue, *, topic: aws.sns.Topic, text: str
) -> aws.cloudwatch.MetricAlarm:
    """An alarm on a queue that should be empty."""
    waiting = Metric(
        namespace="AWS/SQS",
        name="ApproximateNumberOfMessagesVisible",
        dimensions={"QueueName": dead_letters.name},
        statistic="Maximum",
    )
    return metric_alarm(scope, part, waiting, topic=topic, text=text, threshold=0, period=ENDPOINT_PERIOD_SECONDS)


def _ratio_alarm(
    scope: Scope,
    part: str,
    metrics: Mapping[str, Metric],
    expression: str,
    *,
    topic: aws.sns.Topic,
    text: str,
    threshold: float,
    period: int,
    periods: int,
) -> aws.cloudwatch.MetricAlarm:
    """An alarm on ``expression`` over ``metrics`` (by the name that the expression calls them)."""
    queries = [
        aws.cloudwatch.MetricAlarmMetricQueryArgs(
            id=key,
            metric=aws.cloudwatch.MetricAlarmMetricQueryMetricArgs(
                namespace=metric.namespace,
                metric_name=metric.name,
                dimensions=metric.dimensions,
                stat=metric.statistic,
                period=period,
            ),
            return_data=False,
        )
        for key, metric in metrics.items()
    ]
    share = aws.cloudwatch.MetricAlarmMetricQueryArgs(
        id="share", expression=expression, label="Failed, percent", return_data=True
    )
    return aws.cloudwatch.MetricAlarm(
        scope.label("alarm", part),
        name=scope.name("alarm", part),
        alarm_description=text,
        metric_queries=[*queries, share],
        evaluation_periods=periods,
        datapoints_to_alarm=periods,
        threshold=threshold,
        comparison_operator="GreaterThanThreshold",
        treat_missing_data="notBreaching",  # no requests, no errors
        alarm_actions=[topic.arn],
        ok_actions=[topic.arn],
        tags=scope.tags(),
        opts=scope.options(),
    )


def service_alarms(scope: Scope, spec: MonitoringSpec, args: MonitoringArgs, topic: aws.sns.Topic) -> None:
    """Make the alarms on what the product does."""
    endpoint = args.get("endpoint")
    if endpoint is None:
        _pipeline_alarm(scope, spec, args, topic)
    else:
        _endpoint_alarms(scope, spec, endpoint, topic)


def _endpoint_alarms(scope: Scope, spec: MonitoringSpec, endpoint: EndpointRef, topic: aws.sns.Topic) -> None:
    metrics = endpoint_metrics(endpoint["endpoint_name"])
    metric_alarm(
        scope,
        "latency",
        metrics["latency"],
        topic=topic,
        text=f"The 95th percentile of model latency is above {spec.latency_ms} ms",
        threshold=spec.latency_ms * MICROSECONDS,
        period=ENDPOINT_PERIOD_SECONDS,
        periods=3,
    )
    _ratio_alarm(
        scope,
        "errors",
        {"errors": metrics["errors"], "requests": metrics["requests"]},
        "100 * errors / requests",
        topic=topic,
        text=f"More than {spec.error_percent:g} % of requests fail",
        threshold=spec.error_percent,
        period=ENDPOINT_PERIOD_SECONDS,
        periods=2,
    )
    metric_alarm(
        scope,
        "saturation",
        metrics["cpu"],
        topic=topic,
        text=f"CPU of the endpoint's instances is used to more than {spec.saturation_percent} %",
        threshold=cpu_limit(spec, endpoint),
        period=ENDPOINT_PERIOD_SECONDS,
        periods=3,
    )


def _pipeline_alarm(scope: Scope, spec: MonitoringSpec, args: MonitoringArgs, topic: aws.sns.Topic) -> None:
    metrics: dict[str, Metric] = {}
    for part, name in pipeline_names(scope, args).items():
        metrics[f"{part}_failed"] = pipeline_metric(name, "ExecutionFailed")
        metrics[f"{part}_succeeded"] = pipeline_metric(name, "ExecutionSucceeded")
    failed = " + ".join(f"FILL({key}, 0)" for key in metrics if key.endswith("_failed"))
    ended = " + ".join(f"FILL({key}, 0)" for key in metrics)
    _ratio_alarm(
        scope,
        "errors",
        metrics,
        f"100 * ({failed}) / ({ended})",
        topic=topic,
        text=f"More than {spec.error_percent:g} % of pipeline executions fail",
        threshold=spec.error_percent,
        period=PIPELINE_PERIOD_SECONDS,
        periods=1,
    )
