"""From the drift alarm to the training pipeline: an event rule and a state machine that keeps the cool-down.

Events can arrive twice, so an execution carries the event's id as its token, and starts within the cool-down are
dropped (https://docs.aws.amazon.com/eventbridge/latest/ref/events-ref-sagemaker.html).
"""

from typing import Any

import pulumi_aws as aws
from pulumi import Input, Output

from components.clouds.aws_arn import Arns
from components.clouds.aws_iam import Statement, grant, service_role
from components.clouds.aws_queue import accept, queue
from components.core.scope import Scope
from components.monitoring.aws_alarms import metric_alarm, queue_alarm
from components.monitoring.aws_metrics import Metric, pipeline_metric, pipeline_names
from components.monitoring.contract import MonitoringArgs

STARTED_BY = "drift"
"""Display name of executions that drift started; the cool-down counts these alone."""
RETRY: list[dict[str, Any]] = [
    {"ErrorEquals": ["States.ALL"], "IntervalSeconds": 5, "MaxAttempts": 4, "BackoffRate": 2, "JitterStrategy": "FULL"}
]


def machine_definition(partition: Input[str], pipeline_name: Input[str], cooldown_hours: int) -> Output[str]:
    """List the executions since the cool-down began; start one only where drift started none.

    Amazon States Language with JSONata (https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html).
    """

    def task(action: str, arguments: dict[str, Any], **rest: Any) -> dict[str, Any]:
        resource = Output.concat("arn:", partition, ":states:::aws-sdk:sagemaker:", action)
        return {"Type": "Task", "Resource": resource, "Arguments": arguments, "Retry": RETRY, **rest}

    since = f"{{% $fromMillis($millis() - {cooldown_hours * 3600 * 1000}) %}}"
    mine = f"$states.result.PipelineExecutionSummaries[PipelineExecutionDisplayName = '{STARTED_BY}']"
    states = {
        "ListExecutions": task(
            "listPipelineExecutions",
            {
                "PipelineName": pipeline_name,
                "CreatedAfter": since,
                "SortBy": "CreationTime",
                "SortOrder": "Descending",
                "MaxResults": 100,
            },
            Output={"event": "{% $states.input.id %}", "started": f"{{% $count({mine}) %}}"},
            Next="CooledDown",
        ),
        "CooledDown": {
            "Type": "Choice",
            "Choices": [{"Condition": "{% $states.input.started = 0 %}", "Next": "StartRetraining"}],
            "Default": "StillCooling",
        },
        "StartRetraining": task(
            "startPipelineExecution",
            {
                "PipelineName": pipeline_name,
                "PipelineExecutionDisplayName": STARTED_BY,
                "ClientRequestToken": "{% $states.input.event %}",
            },
            End=True,
        ),
        "StillCooling": {"Type": "Succeed"},
    }
    body = {
        "Comment": "Retrain once per cool-down",
        "QueryLanguage": "JSONata",
        "StartAt": "ListExecutions",
        "States": states,
    }
    return Output.json_dumps(body, sort_keys=True)


def retraining(
    scope: Scope,
    cooldown_hours: int,
    args: MonitoringArgs,
    arn: Arns,
    *,
    alarm: aws.cloudwatch.MetricAlarm,
    logs: aws.cloudwatch.LogGroup,
    topic: aws.sns.Topic,
    key_id: Input[str] | None,
) -> aws.cloudwatch.EventRule:
    """Make rule, state machine and the queue of what could not be started."""
    machine = _machine(scope, cooldown_hours, args, arn, logs=logs)
    pattern = {
        "source": ["aws.cloudwatch"],
        "detail-type": ["CloudWatch Alarm State Change"],
        "resources": [arn.regional("cloudwatch", Output.concat("alarm:", alarm.name))],
        "detail": {"state": {"value": ["ALARM"]}},
    }
    rule = aws.cloudwatch.EventRule(
        scope.label("retrain"),
        name=scope.name("event_rule", "retrain"),
        description=f"Drift of {scope.prefix} starts retraining",
        event_pattern=Output.json_dumps(pattern, sort_keys=True),
        tags=scope.tags(),
        opts=scope.options(),
    )
    role = service_role(
        scope,
        "retrain-trigger",
        f"Starts the retraining guard of {scope.prefix}",
        "events.amazonaws.com",
        arn.account,
        source=arn.rule(rule),
    )
    machine_arn = arn.regional("states", Output.concat("stateMachine:", machine.name))
    granted = grant(
        scope,
        "start-guard",
        role.name,
        Statement(sid="StartGuard", actions=("states:StartExecution",), resources=(machine_arn,)),
    )
    dead_letters = queue(scope, "retrain-dead-letters", key_id)
    accepted = accept(scope, "retrain-dead-letters", arn, dead_letters, rule)
    aws.cloudwatch.EventTarget(
        scope.label("retrain", "target"),
        rule=rule.name,
        target_id="guard",
        arn=machine.arn,
        role_arn=role.arn,
        dead_letter_config={"arn": dead_letters.arn},
        retry_policy={"maximum_event_age_in_seconds": 3600, "maximum_retry_attempts": 10},
        opts=scope.options(depends_on=[granted, accepted]),
    )
    metric_alarm(
        scope,
        "retrain-guard-failed",
        Metric(
            namespace="AWS/States",
            name="ExecutionsFailed",
            dimensions={"StateMachineArn": machine_arn},
            statistic="Sum",
        ),
        topic=topic,
        text="Drift did not start retraining: see the state machine's executions",
        threshold=0,
        period=300,
    )
    metric_alarm(
        scope,
        "retrain-pipeline-failed",
        pipeline_metric(pipeline_names(scope, args)["retraining"], "ExecutionFailed"),
        topic=topic,
        text="The training pipeline failed, or its model did not pass evaluation",
        threshold=0,
        period=300,
    )
    queue_alarm(
        scope,
        "retrain-not-started",
        dead_letters,
        topic=topic,
        text="Drift could not start the retraining guard: see its dead-letter queue",
    )
    return rule


def _machine(
    scope: Scope,
    cooldown_hours: int,
    args: MonitoringArgs,
    arn: Arns,
    *,
    logs: aws.cloudwatch.LogGroup,
) -> aws.sfn.StateMachine:
    name = scope.name("state_machine", "retrain")
    pipeline_id = Output.from_input(args["training"]["pipeline_id"])
    role = service_role(
        scope,
        "retrain-guard",
        f"Starts the training pipeline of {scope.prefix} on drift",
        "states.amazonaws.com",
        arn.account,
        source=arn.regional("states", f"stateMachine:{name}"),
    )
    granted = grant(scope, "start-retraining", role.name, *_statements(pipeline_id))
    return aws.sfn.StateMachine(
        scope.label("guard"),
        name=name,
        role_arn=role.arn,
        definition=machine_definition(
            arn.partition, pipeline_id.apply(lambda value: value.rsplit("/", 1)[-1]), cooldown_hours
        ),
        # without execution data: an event may say more about the data than a log should
        logging_configuration=aws.sfn.StateMachineLoggingConfigurationArgs(
            level="ALL", include_execution_data=False, log_destination=Output.concat(logs.arn, ":*")
        ),
        tracing_configuration=aws.sfn.StateMachineTracingConfigurationArgs(enabled=True),
        tags=scope.tags(),
        opts=scope.options(depends_on=[granted]),
    )


def _statements(pipeline_id: Output[str]) -> tuple[Statement, ...]:
    """What the guard may do. Log delivery and tracing know no resources
    (https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html)."""
    return (
        Statement(
            sid="StartTraining",
            actions=("sagemaker:ListPipelineExecutions", "sagemaker:StartPipelineExecution"),
            resources=(pipeline_id,),
        ),
        Statement(
            sid="DeliverLogs",
            actions=(
                "logs:CreateLogDelivery",
                "logs:DeleteLogDelivery",
                "logs:DescribeLogGroups",
                "logs:DescribeResourcePolicies",
                "logs:GetLogDelivery",
                "logs:ListLogDeliveries",
                "logs:PutResourcePolicy",
                "logs:UpdateLogDelivery",
            ),
            resources=("*",),
        ),
        Statement(
            sid="Trace",
            actions=(
                "xray:GetSamplingRules",
                "xray:GetSamplingTargets",
                "xray:PutTelemetryRecords",
                "xray:PutTraceSegments",
            ),
            resources=("*",),
        ),
    )
