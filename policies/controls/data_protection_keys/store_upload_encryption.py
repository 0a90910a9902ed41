"""Nobody writes an object under another encryption or key than the store's own.

A default encryption holds for uploads that ask for nothing; a client that asks for another key gets it, unless the
bucket policy denies that. Not judged here: that there is a bucket policy (store-tls-only) and a customer's key
(store-cmk-encryption); uploads under a key of the client (SSE-C), which the bucket itself can refuse.
"""

from __future__ import annotations

from collections.abc import Iterator

from components.core.cloud import ByCloud, Gap, GapKind
from policies.control import Control, Group, Severity
from policies.iam_policy import Document, Statement, document_rule
from policies.tokens import aws

_ALGORITHM = "s3:x-amz-server-side-encryption"
_KEY = "s3:x-amz-server-side-encryption-aws-kms-key-id"


def _denied_but(statement: Statement, header: str) -> set[str] | None:
    """The values of a header with which everyone may still write; None where the statement denies none."""
    if statement.allow or not statement.public or not statement.covers("s3:PutObject"):
        return None
    left: set[str] = set()
    for condition in statement.conditions:
        if condition.key.casefold() != header:
            return None  # a further condition narrows the denial
        operator = condition.operator.casefold().removesuffix("ifexists")
        if operator in ("stringnotequals", "stringnotequalsignorecase", "stringnotlike", "arnnotequals", "arnnotlike"):
            left |= set(condition.values)
        elif operator != "null" or condition.values != ("false",):
            return None
    return left


def _held(document: Document) -> Iterator[str]:
    algorithms = [v for s in document.statements if (v := _denied_but(s, _ALGORITHM)) is not None]
    keys = [v for s in document.statements if (v := _denied_but(s, _KEY)) is not None]
    if not any("*" not in values for values in algorithms):
        yield f"nobody is denied who uploads under another encryption (Deny s3:PutObject unless {_ALGORITHM} is yours)"
    without_keys = any(values == {"AES256"} for values in algorithms)
    if not without_keys and not any("*" not in values for values in keys):
        yield f"nobody is denied who uploads under another key (Deny s3:PutObject unless {_KEY} is yours)"


CONTROL = Control(
    id="store-upload-encryption",
    group=Group.DATA_PROTECTION_KEYS,
    title="Object stores refuse uploads under a foreign key",
    severity=Severity.MEDIUM,
    why="An object under another account's key can be read, or made unreadable, by that account.",
    remedy="Keep the bucket policy of the storage component, or deny s3:PutObject with another encryption or key.",
    url="https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html#require-sse-kms",
    clauses=("iso27001:A.8.24", "soc2:CC6.1", "hipaa:164.312(a)(2)(iv)", "nist-800-53:SC-28", "cis:3.11"),
    rows=ByCloud(
        aws=(
            document_rule(
                {aws("s3.BucketPolicy"): ("policy",)}, _held, "it must deny uploads under another encryption or key"
            ),
        ),
        azure=Gap(
            kind=GapKind.NEVER,
            reason="The key of a storage account holds for every blob, but for encryption scopes that its owner makes.",
            url="https://learn.microsoft.com/azure/storage/common/storage-service-encryption",
        ),
        gcp=Gap(
            kind=GapKind.NOT_YET,
            reason="The organisation policy gcp.restrictCmekCryptoKeyProjects bounds the keys, above any stack.",
        ),
    ),
)
