"""Redrive policies: where queues and subscriptions leave what nobody could handle."""

from __future__ import annotations

from simulator.documents.shape import array, enum, grammar, record, whole

_QUEUE_ARN = {
    "type": "string",
    "pattern": r"^arn:aws[a-z-]*:sqs:[a-z0-9-]+:\d{12}:",
    "description": "the ARN of a queue",
}

queue_redrive = grammar(
    record(
        {
            "deadLetterTargetArn": _QUEUE_ARN,
            "maxReceiveCount": {
                "anyOf": [whole(1, 1000), {"type": "string", "pattern": r"^[1-9]\d{0,3}$", "description": "1 to 1000"}]
            },
        },
        required=("deadLetterTargetArn", "maxReceiveCount"),
    )
)
"""Redrive policy of a queue: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html."""

subscription_redrive = grammar(record({"deadLetterTargetArn": _QUEUE_ARN}, required=("deadLetterTargetArn",)))
"""Redrive policy of a subscription: https://docs.aws.amazon.com/sns/latest/dg/sns-configure-dead-letter-queue.html."""

redrive_allow = grammar(
    record(
        {
            "redrivePermission": enum("allowAll", "denyAll", "byQueue"),
            "sourceQueueArns": array(_QUEUE_ARN, least=1, most=10),
        },
        required=("redrivePermission",),
    )
)
"""Which queues may use a queue as their dead-letter queue; the same page."""
