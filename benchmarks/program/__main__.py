"""The program that both engines deploy: as many resources as ``bench:size`` says, in groups of ten.

A group is a log group, a topic, a role and seven queues that name the topic, the role and one another, so that there
are dependencies to order and references to check.
"""

import json

import pulumi
import pulumi_aws as aws

TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ],
    }
)

size = pulumi.Config("bench").require_int("size")
made = 0
while made < size:
    name = f"g{made // 10}"
    logs = aws.cloudwatch.LogGroup(f"{name}-logs", name=f"/bench/{name}", retention_in_days=30)
    topic = aws.sns.Topic(f"{name}-topic", name=f"{name}-topic", tags={"logs": logs.name})
    role = aws.iam.Role(f"{name}-role", name=f"{name}-role", assume_role_policy=TRUST, tags={"topic": topic.name})
    before: pulumi.Input[str] = role.name
    for number in range(7):
        queue = aws.sqs.Queue(
            f"{name}-queue-{number}",
            name=f"{name}-queue-{number}",
            message_retention_seconds=3600,
            tags={"topic": topic.arn, "before": before},
        )
        before = queue.name
    made += 10
pulumi.export("size", made)
