"""Data travels to and from object stores under TLS only."""

from __future__ import annotations

from collections.abc import Iterator

from components.core.cloud import ByCloud, Gap, GapKind
from policies.accept import equals, is_false, is_true
from policies.checks import PASSED, Outcome, Row, StackRow, failed, undetermined
from policies.control import Control, Group, Severity
from policies.graph import Graph, Resource
from policies.iam_policy import Document, document_rule
from policies.settings import Settings
from policies.tokens import aws, azure
from policies.verdict import MISSING, Verdict


def _denies_plain_text(document: Document) -> Iterator[str]:
    for statement in document.statements:
        values = statement.condition_values("aws:SecureTransport")
        switch = any(operator.startswith("Bool") and value.casefold() == "false" for operator, value in values)
        # Further conditions in the same statement would narrow the denial.
        alone = len(statement.conditions) == 1 and statement.public
        moves = statement.covers("s3:GetObject") and statement.covers("s3:PutObject")
        if not statement.allow and switch and alone and moves:
            return
    yield "nobody is denied who asks without TLS (Deny to everyone where aws:SecureTransport is false)"


def _denies_plain_messages(document: Document) -> Iterator[str]:
    for statement in document.statements:
        values = statement.condition_values("aws:SecureTransport")
        switch = any(operator.startswith("Bool") and value.casefold() == "false" for operator, value in values)
        if not statement.allow and switch and len(statement.conditions) == 1 and statement.public:
            return
    yield "nobody is denied who asks without TLS (Deny to everyone where aws:SecureTransport is false)"


def _has_policy(bucket: Resource, graph: Graph, _settings: Settings) -> Iterator[Outcome]:
    sure, maybe = graph.referring(bucket, (aws("s3.BucketPolicy"),), "bucket")
    if sure:
        yield PASSED
    elif bucket.at("policy") is not MISSING:
        yield from _INLINE.judge(bucket, graph, _settings)
    elif maybe:
        yield undetermined("whether this has a bucket policy is not known yet")
    else:
        yield failed("this has no bucket policy that denies requests without TLS")


_WORDS = "it must deny everyone who asks without TLS"
_INLINE = document_rule({aws("s3.Bucket"): ("policy",)}, _denies_plain_text, _WORDS)
_POLICY = document_rule({aws("s3.BucketPolicy"): ("policy",)}, _denies_plain_text, _WORDS)
_MESSAGES = document_rule(
    {aws("sns.TopicPolicy"): ("policy",), aws("sqs.QueuePolicy"): ("policy",)}, _denies_plain_messages, _WORDS
)
_LINK = StackRow(
    types=(aws("s3.Bucket"),),
    check=_has_policy,
    reads=((aws("s3.BucketPolicy"), "bucket"), (aws("s3.Bucket"), "policy")),
)

CONTROL = Control(
    id="store-tls-only",
    group=Group.DATA_PROTECTION_KEYS,
    title="Object stores refuse requests without TLS",
    severity=Severity.HIGH,
    why="A request in clear text shows the data, and the credentials, to everyone on the way.",
    remedy="Keep the bucket policy of the storage component, or deny aws:SecureTransport false in your own.",
    url="https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html",
    clauses=(
        "iso27001:A.8.24",
        "soc2:CC6.7",
        "hipaa:164.312(e)(1)",
        "nist-800-53:SC-8",
        "cis:3.10",
    ),
    covers=(
        "aws-config:s3-bucket-ssl-requests-only",
        "cdk-nag:AwsSolutions-S10",
        "checkov:CKV_AWS_379",
        "checkov:CKV_AZURE_3",
        "checkov:CKV_AZURE_44",
        "security-hub:S3.5",
    ),
    rows=ByCloud(
        aws=(
            _LINK,
            _POLICY,
            _MESSAGES,
        ),
        azure=(
            Row(
                type=azure("storage.StorageAccount"),
                path="minimumTlsVersion",
                accept=equals("TLS1_2", "TLS1_3"),
                if_missing=Verdict.FAILED,
            ),
            Row(
                type=azure("storage.StorageAccount"),
                path="enableHttpsTrafficOnly",
                accept=is_true(),  # on unless set
                if_missing=Verdict.PASSED,
            ),
            Row(
                type=azure("redis.Redis"),
                path="minimumTlsVersion",
                accept=equals("1.2", "1.3"),
                if_missing=Verdict.FAILED,
            ),
            Row(type=azure("redis.Redis"), path="enableNonSslPort", accept=is_false(), if_missing=Verdict.PASSED),
        ),
        gcp=Gap(
            kind=GapKind.NEVER,
            reason="The APIs of Google Cloud answer over TLS only; a bucket has no switch for it.",
            url="https://cloud.google.com/docs/security/encryption-in-transit",
        ),
    ),
)
