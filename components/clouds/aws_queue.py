"""SQS queues that events wait in: dead letters of schedules and rules, approvals that a release picks up."""

import pulumi_aws as aws
from pulumi import Input

from components.clouds.aws_arn import Arns
from components.clouds.aws_iam import Effect, Statement, document
from components.core.scope import Scope

KEEP_SECONDS = 14 * 24 * 3600
"""The longest that SQS keeps a message
(https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html)."""


def queue(scope: Scope, part: str, key_id: Input[str] | None) -> aws.sqs.Queue:
    """A queue that keeps messages as long as SQS can, encrypted with ``key_id`` or else with the service's own key."""
    return aws.sqs.Queue(
        scope.label(part),
        name=scope.name("queue", scope.component, part),
        message_retention_seconds=KEEP_SECONDS,
        kms_master_key_id=key_id,
        sqs_managed_sse_enabled=True if key_id is None else None,  # the two exclude each other
        tags=scope.tags(),
        opts=scope.options(),
    )


def accept(
    scope: Scope, part: str, arns: Arns, target: aws.sqs.Queue, source: aws.cloudwatch.EventRule | None = None
) -> aws.sqs.QueuePolicy:
    """Let the event rule ``source`` send to ``target``, and everybody who may over TLS only."""
    arn = arns.queue(target)
    senders = (
        ()
        if source is None
        else (
            Statement(
                sid="SendFromRule",
                actions=("sqs:SendMessage",),
                resources=(arn,),
                principals={"Service": ("events.amazonaws.com",)},
                conditions={"ArnEquals": {"aws:SourceArn": arns.rule(source)}},
            ),
        )
    )
    refusal = Statement(
        sid="RefusePlainText",
        effect=Effect.DENY,
        actions=("sqs:SendMessage", "sqs:ReceiveMessage"),
        resources=(arn,),
        anyone=True,
        conditions={"Bool": {"aws:SecureTransport": "false"}},
    )
    return aws.sqs.QueuePolicy(
        scope.label(part, "policy"),
        queue_url=target.url,
        policy=document(*senders, refusal),
        opts=scope.options(),
    )
