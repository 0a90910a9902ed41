"""KMS keys and key policies.

Every key policy delegates to IAM through the account root, so that a role's own policy can grant use and nobody can be
locked out; services that call KMS under their own name are named in it, each bound to this account by the encryption
context, because not every service sends ``aws:SourceAccount``.
"""

from collections.abc import Sequence

import pulumi_aws as aws

from components.clouds.aws_arn import Arns
from components.clouds.aws_iam import Statement, document
from components.core.scope import Scope

CRYPT = ("kms:Decrypt", "kms:GenerateDataKey")
"""What reading and writing under envelope encryption needs."""

KEY_ITSELF = ("*",)
"""In a key policy the resource ``*`` is the key that carries it."""


def _account(arns: Arns) -> Statement:
    """https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html"""
    return Statement(
        sid="AccountDelegatesToIam",
        actions=("kms:*",),  # AWS refuses or strands a key whose account cannot manage it
        principals={"AWS": (arns.iam("root"),)},
        resources=KEY_ITSELF,
    )


def log_group_statement(arns: Arns) -> Statement:
    """Lets CloudWatch Logs encrypt log groups of the account
    (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html)."""
    return Statement(
        sid="LogGroups",
        actions=("kms:Encrypt", *CRYPT, "kms:ReEncryptFrom", "kms:ReEncryptTo", "kms:DescribeKey"),
        principals={"Service": (f"logs.{arns.region}.amazonaws.com",)},
        resources=KEY_ITSELF,
        conditions={"ArnLike": {"kms:EncryptionContext:aws:logs:arn": arns.regional("logs", "log-group:*")}},
    )


def log_services(arns: Arns) -> tuple[Statement, ...]:
    """Statements of a key for logs: log groups, trails, alarm topics and dead-letter queues of the account."""
    return (
        log_group_statement(arns),
        Statement(  # https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html
            sid="Trails",
            actions=CRYPT,
            principals={"Service": ("cloudtrail.amazonaws.com",)},
            resources=KEY_ITSELF,
            conditions={
                "ArnLike": {"kms:EncryptionContext:aws:cloudtrail:arn": arns.regional("cloudtrail", "trail/*")}
            },
        ),
        Statement(
            sid="TrailChecksKey",
            actions=("kms:DescribeKey",),  # carries no encryption context
            principals={"Service": ("cloudtrail.amazonaws.com",)},
            resources=KEY_ITSELF,
            conditions={"StringEquals": {"aws:SourceAccount": arns.account}},
        ),
        Statement(  # https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
            sid="AlarmTopics",
            actions=CRYPT,
            principals={
                "Service": ("budgets.amazonaws.com", "cloudwatch.amazonaws.com", "events.amazonaws.com"),
            },
            resources=KEY_ITSELF,
            conditions={"ArnLike": {"kms:EncryptionContext:aws:sns:topicArn": arns.regional("sns", "*")}},
        ),
        Statement(  # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
            sid="DeadLetterQueues",
            actions=CRYPT,
            principals={"Service": ("events.amazonaws.com", "sns.amazonaws.com")},
            resources=KEY_ITSELF,
            conditions={"ArnLike": {"kms:EncryptionContext:aws:sqs:arn": arns.regional("sqs", "*")}},
        ),
    )


def customer_key(
    scope: Scope,
    arns: Arns,
    part: str,
    description: str,
    services: Sequence[Statement] = (),
    *,
    rotation_days: int = 365,
) -> tuple[aws.kms.Key, aws.kms.Alias]:
    """A symmetric key and its alias ``alias/<name>-<environment>-<part>``.

    Symmetric and single-region, which cannot be changed later; ``rotation_days`` is 90 to 2560, 365 where the account
    owner says nothing (https://docs.aws.amazon.com/kms/latest/APIReference/API_EnableKeyRotation.html).
    """
    key = aws.kms.Key(
        scope.label(part),
        description=description,
        key_usage="ENCRYPT_DECRYPT",
        customer_master_key_spec="SYMMETRIC_DEFAULT",
        multi_region=False,
        enable_key_rotation=True,
        rotation_period_in_days=rotation_days,
        deletion_window_in_days=scope.posture.deletion_window_days,
        policy=document(_account(arns), *services),
        tags=scope.tags(),
        opts=scope.options(stateful=True),
    )
    alias = aws.kms.Alias(
        scope.label(part, "alias"),
        name=f"alias/{scope.name('key_alias', part)}",
        target_key_id=key.key_id,
        opts=scope.options(),
    )
    return key, alias
