"""Monitoring on AWS: topic, alarms, dashboard, event log, and the drift → retraining loop without a line of own code.

A schedule starts a drift pipeline; its job writes a metric; an alarm on the metric goes to people and, through
EventBridge and a state machine that keeps the cool-down, to the training pipeline. Not here: SageMaker Model Monitor,
which is closed to new customers
(https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-availability-change.html).
"""

import pulumi_aws as aws
from pulumi import Input, Output

from components.clouds.aws_arn import Arns, arns
from components.clouds.aws_iam import Effect, Statement, document
from components.clouds.aws_logs import log_group
from components.clouds.aws_queue import accept, queue
from components.core.backend import Means, Support
from components.core.cloud import Gap
from components.core.scope import Scope
from components.core.vocabulary import DataClass
from components.monitoring.aws_alarms import queue_alarm, service_alarms
from components.monitoring.aws_dashboard import dashboard_body
from components.monitoring.aws_drift import drift_loop
from components.monitoring.aws_retrain import retraining
from components.monitoring.aws_rollback import tell_rollbacks
from components.monitoring.contract import MonitoringArgs, MonitoringOutputs, MonitoringSpec

SUPPORT = Support(means=Means.COMPOSED, by="CloudWatch, SNS, SageMaker Pipelines, EventBridge, Step Functions")
GAPS: tuple[Gap, ...] = ()


def build(scope: Scope, spec: MonitoringSpec, args: MonitoringArgs) -> MonitoringOutputs:
    """Make channel, log, alarms and dashboard; with ``drift`` the loop."""
    arn = arns(scope, args["foundation"])
    key_id = args["keys"]["logs_key_id"] if scope.covers(DataClass.LOGS) else None
    topic = _channel(scope, spec, args, arn)
    logs = log_group(scope, "logs", Output.concat(args["foundation"]["log_id"], "/monitoring"), key_id)
    _event_log(scope, arn, logs=logs, topic=topic, key_id=key_id)
    service_alarms(scope, spec, args, topic)
    endpoint = args.get("endpoint")
    if endpoint is not None:
        tell_rollbacks(scope, endpoint, arn, topic=topic, key_id=key_id)
    drift_id = retrain_id = dashboard_id = Output.from_input("")
    if spec.drift is not None:
        loop = drift_loop(scope, spec.drift, args, arn, topic=topic, key_id=key_id)
        drift_id = loop.schedule.arn
        if spec.retrain_on_drift:
            rule = retraining(
                scope, spec.cooldown_hours, args, arn, alarm=loop.alarm, logs=logs, topic=topic, key_id=key_id
            )
            retrain_id = arn.rule(rule)
    if spec.dashboard:
        dashboard = aws.cloudwatch.Dashboard(
            scope.label("dashboard"),
            dashboard_name=scope.name("dashboard"),
            dashboard_body=dashboard_body(scope, spec, args),
            opts=scope.options(),
        )
        dashboard_id = dashboard.dashboard_arn
    return MonitoringOutputs(
        channel_id=arn.regional("sns", topic.name),
        log_sink_id=_log_arn(arn, logs),
        dashboard_id=dashboard_id,
        drift_id=drift_id,
        retrain_id=retrain_id,
    )


def _log_arn(arn: Arns, logs: aws.cloudwatch.LogGroup) -> Output[str]:
    return arn.regional("logs", Output.concat("log-group:", logs.name))


def _channel(scope: Scope, spec: MonitoringSpec, args: MonitoringArgs, arn: Arns) -> aws.sns.Topic:
    topic = aws.sns.Topic(
        scope.label("topic"),
        name=scope.name("topic", "alarms"),
        display_name=f"Tripod {scope.prefix}",
        # not the key that AWS manages for SNS: alarms may not use it, and would be lost without a word
        kms_master_key_id=args["keys"]["logs_key_id"] if scope.covers(DataClass.LOGS) else None,
        tags=scope.tags(),
        opts=scope.options(),
    )
    topic_arn = arn.regional("sns", topic.name)
    policy = document(
        Statement(
            sid="AlarmsAndEventsPublish",
            actions=("sns:Publish",),
            resources=(topic_arn,),
            principals={"Service": ("cloudwatch.amazonaws.com", "events.amazonaws.com")},
            conditions={"StringEquals": {"aws:SourceAccount": arn.account}},
        ),
        Statement(
            sid="RefusePlainText",
            effect=Effect.DENY,
            actions=("sns:Publish",),
            resources=(topic_arn,),
            anyone=True,
            conditions={"Bool": {"aws:SecureTransport": "false"}},
        ),
    )
    aws.sns.TopicPolicy(scope.label("topic", "policy"), arn=topic.arn, policy=policy, opts=scope.options())
    for index, address in enumerate(spec.notify or (scope.spec.owner,), start=1):
        aws.sns.TopicSubscription(
            scope.label("subscription", str(index)),
            topic=topic.arn,
            protocol="email",
            endpoint=address,
            opts=scope.options(),
        )
    return topic


def _event_log(
    scope: Scope, arn: Arns, *, logs: aws.cloudwatch.LogGroup, topic: aws.sns.Topic, key_id: Input[str] | None
) -> None:
    """Keep every state change of the stack's pipelines, endpoint and alarms in the log group."""
    own = (
        arn.regional("sagemaker", f"pipeline/{scope.prefix}-"),
        arn.regional("sagemaker", f"endpoint/{scope.prefix}"),
        arn.regional("cloudwatch", f"alarm:{scope.prefix}-"),
    )
    rule = aws.cloudwatch.EventRule(
        scope.label("events"),
        name=scope.name("event_rule", "events"),
        description=f"State changes of pipelines, endpoint and alarms of {scope.prefix}",
        event_pattern=Output.json_dumps(
            {"source": ["aws.sagemaker", "aws.cloudwatch"], "resources": [{"prefix": prefix} for prefix in own]},
            sort_keys=True,
        ),
        tags=scope.tags(),
        opts=scope.options(),
    )
    # attached to the group: a region takes only ten policies that are not
    policy = aws.cloudwatch.LogResourcePolicy(
        scope.label("events", "policy"),
        resource_arn=logs.arn,
        policy_document=document(
            Statement(
                sid="EventsWriteHere",
                actions=("logs:CreateLogStream", "logs:PutLogEvents"),
                resources=(Output.concat(_log_arn(arn, logs), ":*"),),
                principals={"Service": ("delivery.logs.amazonaws.com", "events.amazonaws.com")},
            )
        ),
        opts=scope.options(),
    )
    lost = queue(scope, "events-dead-letters", key_id)
    accepted = accept(scope, "events-dead-letters", arn, lost, rule)
    aws.cloudwatch.EventTarget(
        scope.label("events", "target"),
        rule=rule.name,
        target_id="log",
        arn=logs.arn,
        dead_letter_config={"arn": lost.arn},
        opts=scope.options(depends_on=[policy, accepted]),
    )
    queue_alarm(
        scope,
        "events-lost",
        lost,
        topic=topic,
        text="Events could not be written to the log: see their dead-letter queue",
    )
