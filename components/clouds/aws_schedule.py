"""Schedules that start a SageMaker pipeline: role, retries and a queue for what could not be started."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi_aws as aws
from pulumi import Input

from components.clouds.aws_arn import Arns
from components.clouds.aws_iam import Statement, grant, service_role
from components.clouds.aws_queue import accept, queue
from components.core.scope import Scope
from components.core.vocabulary import Frequency

_WINDOW_MINUTES = 15
_RETRIES = 3
_MAX_AGE_SECONDS = 3600


@dataclass(frozen=True, kw_only=True)
class PipelineSchedule:
    """A schedule and where its failures go."""

    schedule: aws.scheduler.Schedule
    dead_letters: aws.sqs.Queue


def start_pipelines(*pipelines: Input[str]) -> Statement:
    """Permission to start executions of ``pipelines`` (ARNs)."""
    return Statement(sid="StartPipeline", actions=("sagemaker:StartPipelineExecution",), resources=pipelines)


def schedule_pipeline(
    scope: Scope,
    part: str,
    *,
    arns: Arns,
    pipeline: aws.sagemaker.Pipeline,
    frequency: Frequency,
    key_id: Input[str] | None,
    parameters: Mapping[str, Input[str]] | None = None,
) -> PipelineSchedule:
    """Start ``pipeline`` at ``frequency``. A start that fails is tried again for an hour and then kept in a queue.

    Args:
        key_id: Customer key of the queue, where the posture wants one.
        parameters: Pipeline parameters to set.
    """
    dead_letters = queue(scope, f"{part}-dead-letters", key_id)
    accept(scope, f"{part}-dead-letters", arns, dead_letters)
    role = service_role(
        scope,
        f"{part}-starter",
        f"Starts the {part} pipeline of {scope.prefix} on schedule",
        "scheduler.amazonaws.com",
        arns.account,
        # a schedule's source is its group (https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html)
        source=arns.regional("scheduler", "schedule-group/default"),
    )
    letters = Statement(sid="KeepDeadLetters", actions=("sqs:SendMessage",), resources=(arns.queue(dead_letters),))
    statements = [start_pipelines(arns.pipeline(pipeline)), letters]
    if key_id is not None:
        statements.append(
            Statement(sid="EncryptDeadLetters", actions=("kms:Decrypt", "kms:GenerateDataKey"), resources=(key_id,))
        )
    granted = grant(scope, f"{part}-start", role.name, *statements)
    pairs = [
        aws.scheduler.ScheduleTargetSagemakerPipelineParametersPipelineParameterArgs(name=key, value=value)
        for key, value in sorted((parameters or {}).items())
    ]
    settings = aws.scheduler.ScheduleTargetSagemakerPipelineParametersArgs(pipeline_parameters=pairs) if pairs else None
    schedule = aws.scheduler.Schedule(
        scope.label(f"{part}-schedule"),
        name=scope.name("schedule", part),
        description=f"Starts the {part} pipeline of {scope.prefix}",
        schedule_expression=scope.facts.schedules[frequency],
        schedule_expression_timezone="UTC",
        flexible_time_window=aws.scheduler.ScheduleFlexibleTimeWindowArgs(
            mode="FLEXIBLE", maximum_window_in_minutes=_WINDOW_MINUTES
        ),
        target=aws.scheduler.ScheduleTargetArgs(
            arn=pipeline.arn,
            role_arn=role.arn,
            sagemaker_pipeline_parameters=settings,
            dead_letter_config=aws.scheduler.ScheduleTargetDeadLetterConfigArgs(arn=dead_letters.arn),
            retry_policy=aws.scheduler.ScheduleTargetRetryPolicyArgs(
                maximum_event_age_in_seconds=_MAX_AGE_SECONDS, maximum_retry_attempts=_RETRIES
            ),
        ),
        opts=scope.options(depends_on=[granted]),
    )
    return PipelineSchedule(schedule=schedule, dead_letters=dead_letters)
