"""Corrections of what the sources say, each with its reason and the page that it rests on.

What belongs to one source alone (an API name that means something else) is corrected there; here stands what is a
matter of the provider: what it fills in, accepts in another form, or checks by itself.
"""

from __future__ import annotations

import fnmatch
from dataclasses import dataclass
from typing import Any, Final

from simulator.catalogue.facts import Confidence, Fact, Rule


@dataclass(frozen=True)
class Dropped:
    """A fact that does not hold under the provider."""

    token: str
    """Glob of tokens."""
    path: str
    """Glob of paths."""
    rule: Rule | None
    """None for every rule about values."""
    reason: str
    source: str

    def covers(self, fact: Fact) -> bool:
        """Tell whether a fact is this one."""
        return (
            (self.rule is None or fact.rule is self.rule)
            and fnmatch.fnmatchcase(fact.token, self.token)
            and fnmatch.fnmatchcase(fact.path, self.path.replace("[", "[[]"))
        )


_TF: Final = "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources"

DROPPED: Final[tuple[Dropped, ...]] = (
    Dropped(
        "aws:sagemaker/endpointConfiguration:EndpointConfiguration",
        "*[*].variantName",
        Rule.REQUIRED,
        "the provider makes a name for a variant that has none",
        f"{_TF}/sagemaker_endpoint_configuration",
    ),
    Dropped(
        "*",
        "tags",
        Rule.MIN_ITEMS,
        "the provider does not send an empty map of tags",
        "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/guides/resource-tagging",
    ),
)

_AWS_DOCS: Final = "https://docs.aws.amazon.com"


def _rows(token: str, source: str, *rows: tuple[str, Rule, Any]) -> tuple[Fact, ...]:
    return tuple(Fact(token, path, rule, value, source, Confidence.PROVIDER) for path, rule, value in rows)


_CIDR_16_TO_28: Final = r"\d{1,3}(?:\.\d{1,3}){3}/(?:1[6-9]|2[0-8])"
_PORT: Final = 65535

ADDED: Final[tuple[Fact, ...]] = (
    *_rows(
        "aws:s3/bucket:Bucket",
        f"{_AWS_DOCS}/AmazonS3/latest/userguide/bucketnamingrules.html",
        ("bucket", Rule.MIN_LENGTH, 3),
        ("bucket", Rule.MAX_LENGTH, 63),
        (
            "bucket",
            Rule.PATTERN,
            r"(?!xn--|sthree-|amzn-s3-demo-)(?!(?:\d+\.){3}\d+$)(?!.*\.\.)[a-z0-9][a-z0-9.-]*[a-z0-9]",
        ),
        ("bucketPrefix", Rule.MAX_LENGTH, 37),
    ),
    *_rows(
        "aws:kms/key:Key",
        f"{_AWS_DOCS}/kms/latest/APIReference/API_ScheduleKeyDeletion.html",
        ("deletionWindowInDays", Rule.MINIMUM, 7),
        ("deletionWindowInDays", Rule.MAXIMUM, 30),
    ),
    *_rows(
        "aws:kms/alias:Alias",
        f"{_AWS_DOCS}/kms/latest/APIReference/API_CreateAlias.html",
        ("name", Rule.PATTERN, r"alias/(?!aws/)[a-zA-Z0-9/_-]+"),
    ),
    *_rows(
        "aws:secretsmanager/secret:Secret",
        f"{_AWS_DOCS}/secretsmanager/latest/apireference/API_CreateSecret.html",
        ("name", Rule.PATTERN, r"[A-Za-z0-9/_+=.@-]+"),
        ("recoveryWindowInDays", Rule.MINIMUM, 0),
        ("recoveryWindowInDays", Rule.MAXIMUM, 30),
    ),
    *_rows(
        "aws:sqs/queue:Queue",
        f"{_AWS_DOCS}/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html",
        ("name", Rule.PATTERN, r"[A-Za-z0-9_-]{1,75}\.fifo|[A-Za-z0-9_-]{1,80}"),
        ("messageRetentionSeconds", Rule.MINIMUM, 60),
        ("messageRetentionSeconds", Rule.MAXIMUM, 1_209_600),
        ("visibilityTimeoutSeconds", Rule.MINIMUM, 0),
        ("visibilityTimeoutSeconds", Rule.MAXIMUM, 43_200),
        ("receiveWaitTimeSeconds", Rule.MINIMUM, 0),
        ("receiveWaitTimeSeconds", Rule.MAXIMUM, 20),
    ),
    *_rows(
        "aws:sns/topic:Topic",
        f"{_AWS_DOCS}/sns/latest/api/API_CreateTopic.html",
        ("name", Rule.PATTERN, r"[A-Za-z0-9_-]{1,251}\.fifo|[A-Za-z0-9_-]{1,256}"),
    ),
    *_rows(
        "aws:ec2/vpc:Vpc",
        f"{_AWS_DOCS}/vpc/latest/userguide/vpc-cidr-blocks.html",
        ("cidrBlock", Rule.PATTERN, _CIDR_16_TO_28),
    ),
    *_rows(
        "aws:ec2/subnet:Subnet",
        f"{_AWS_DOCS}/vpc/latest/userguide/subnet-sizing.html",
        ("cidrBlock", Rule.PATTERN, _CIDR_16_TO_28),
    ),
    *(
        fact
        for token in (
            "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
            "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
        )
        for fact in _rows(
            token,
            f"{_AWS_DOCS}/AWSEC2/latest/APIReference/API_IpPermission.html",
            ("fromPort", Rule.MAXIMUM, _PORT),
            ("toPort", Rule.MAXIMUM, _PORT),
        )
    ),
)
"""What no model states in a form that a program can read, or what the provider checks more strictly than the model."""
