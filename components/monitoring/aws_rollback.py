"""Tells people that a release was rolled back or that the endpoint failed.

The provider reports a release that SageMaker rolled back as a success
(https://github.com/hashicorp/terraform-provider-aws/issues/48997), so nobody would learn of it from the deployment.
Not here: failing the deployment, and putting the stack's configuration back in use.
"""

import json

import pulumi_aws as aws
from pulumi import Input, Output

from components.clouds.aws_arn import Arns
from components.clouds.aws_queue import accept, queue
from components.core.refs import EndpointRef
from components.core.scope import Scope
from components.monitoring.aws_alarms import queue_alarm

PART = "rolled-back"
EVENTS = ("SageMaker Endpoint Deployment State Change", "SageMaker Endpoint State Change")
"""Kinds of events that carry an endpoint's status
(https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html)."""
BAD = ("FAILED", "ROLLING_BACK", "UPDATE_ROLLBACK_FAILED", "Failed", "RollingBack", "UpdateRollbackFailed")
"""Statuses that people must know of: as the examples of events spell statuses, and as the API does
(https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeEndpoint.html)."""
MESSAGE = (
    "Endpoint <endpoint> is in status <status> since <time>. Configuration in use: <configuration>. "
    "If a release was rolled back, the stack still names the new version: go back to the old one, or release again."
)


def tell_rollbacks(
    scope: Scope, endpoint: EndpointRef, arn: Arns, *, topic: aws.sns.Topic, key_id: Input[str] | None
) -> None:
    """Make the rule from the endpoint's events to ``topic``. Events may arrive twice, and people be told twice."""
    pattern = {
        "source": ["aws.sagemaker"],
        "detail-type": list(EVENTS),
        "detail": {"EndpointName": [endpoint["endpoint_name"]], "EndpointStatus": list(BAD)},
    }
    rule = aws.cloudwatch.EventRule(
        scope.label(PART),
        name=scope.name("event_rule", PART),
        description=f"A release into the endpoint of {scope.prefix} was rolled back, or the endpoint failed",
        event_pattern=Output.json_dumps(pattern, sort_keys=True),
        tags=scope.tags(),
        opts=scope.options(),
    )
    lost = queue(scope, f"{PART}-dead-letters", key_id)
    accepted = accept(scope, f"{PART}-dead-letters", arn, lost, rule)
    aws.cloudwatch.EventTarget(
        scope.label(PART, "target"),
        rule=rule.name,
        target_id="people",
        arn=topic.arn,
        input_transformer={
            "input_paths": {
                "configuration": "$.detail.EndpointConfigName",
                "endpoint": "$.detail.EndpointName",
                "status": "$.detail.EndpointStatus",
                "time": "$.time",
            },
            "input_template": json.dumps(MESSAGE),
        },
        dead_letter_config={"arn": lost.arn},
        opts=scope.options(depends_on=[accepted]),
    )
    text = "A rollback could not be told: see its dead-letter queue"
    queue_alarm(scope, f"{PART}-not-told", lost, topic=topic, text=text)
