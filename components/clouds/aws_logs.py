"""CloudWatch log groups: retention and key."""

import pulumi_aws as aws
from pulumi import Input, Output

from components.core.scope import Scope

RETENTION_DAYS = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653),
)
"""What CloudWatch Logs accepts
(https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html)."""


def retention(days: int) -> int:
    """The least accepted retention that is not shorter than ``days``.

    Raises:
        ValueError: where ``days`` is more than CloudWatch Logs can keep.
    """
    for accepted in RETENTION_DAYS:
        if accepted >= days:
            return accepted
    raise ValueError(f"CloudWatch Logs keeps logs for at most {RETENTION_DAYS[-1]} days, not {days}")


def log_group(scope: Scope, part: str, name: Input[str], key_id: Input[str] | None) -> aws.cloudwatch.LogGroup:
    """A log group with the posture's retention; ``key_id`` (a key ARN) encrypts it where given.

    Made before whoever writes to it: services make missing groups themselves, without retention and without key.
    """
    return aws.cloudwatch.LogGroup(
        scope.label(part),
        name=name,
        retention_in_days=retention(scope.posture.log_retention_days),
        kms_key_id=Output.from_input(key_id) if key_id is not None else None,
        tags=scope.tags(),
        opts=scope.options(stateful=True),
    )
