"""Policy documents on AWS resources: services, wildcards, endpoints, and the limits of dangerous rights."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from policies.tokens import aws
from tests.policies.dsl import UNKNOWN, Case, cells, res

ROLE, KEY, QUEUE, LOG = aws("iam.Role"), aws("kms.Key"), aws("sqs.QueuePolicy"), aws("cloudwatch.LogResourcePolicy")
OWNED = {"StringEquals": {"aws:SourceAccount": "1"}}
ROOT = {"AWS": "arn:aws:iam::123456789012:root"}


def policy(*statements: Mapping[str, Any]) -> dict[str, str]:
    return {"policy": json.dumps({"Version": "2012-10-17", "Statement": list(statements)})}


def allow(service: str, *actions: str, **more: Any) -> dict[str, Any]:
    """A grant to a service; ``more`` takes the place of what stands here."""
    return {"Effect": "Allow", "Principal": {"Service": service}, "Action": list(actions), "Resource": "*", **more}


def trust(service: str, **more: Any) -> dict[str, str]:
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole", **more}
    return {"assumeRolePolicy": json.dumps({"Statement": [statement]})}


def cases() -> Iterator[Case]:
    yield from _services()
    yield from _wildcards()


def _services() -> Iterator[Case]:
    a, _, _ = cells("service-principal-scoped")
    for label, subject, condition in (
        ("passing", "pass", OWNED),
        ("passing organisation", "pass", {"StringLike": {"AWS:SourceOrgID": "o-1*"}}),
        ("passing arn", "pass", {"ArnLike": {"aws:SourceArn": "arn:aws:sagemaker:*:1:*"}}),
        ("failing", "fail", {}),
        ("failing where there", "fail", {"StringEqualsIfExists": {"aws:SourceAccount": "1"}}),
        ("failing others", "fail", {"StringNotEquals": {"aws:SourceAccount": "1"}}),
        ("failing anything", "fail", {"StringLike": {"aws:SourceAccount": "*"}}),
    ):
        more = {"Condition": condition} if condition else {}
        yield a.case(label, res(ROLE, subject, trust("sagemaker.amazonaws.com", **more)))
    yield a.case("absent", res(ROLE, "skip", {}))
    yield a.case("unknown", res(ROLE, "open", {"assumeRolePolicy": UNKNOWN}))
    yield a.case("passing at home", res(ROLE, "pass", trust("ec2.amazonaws.com")))
    yield a.case("unknown service", res(ROLE, "open", trust("quantum.amazonaws.com")))
    yield a.case("passing people", res(ROLE, "pass", trust("x", Principal=ROOT)))
    sent = allow("events.amazonaws.com", "sqs:SendMessage")
    yield a.case("passing queue", res(QUEUE, "pass", policy({**sent, "Condition": OWNED})))
    yield a.case("failing queue", res(QUEUE, "fail", policy({**sent, "Condition": OWNED}, sent)))
    used = allow("logs.eu-west-1.amazonaws.com", "kms:Decrypt")
    context = {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:eu-west-1:1:log-group:*"}}
    yield a.case("passing key", res(KEY, "pass", policy({**used, "Condition": context})))
    yield a.case("failing key", res(KEY, "fail", policy(used)))
    yield a.case("unknown key", res(KEY, "open", {"policy": UNKNOWN}))
    a, _, _ = cells("iam-no-public-principal")
    for label, type_, props in (
        ("role", ROLE, trust("*", Condition=OWNED)),
        ("key", KEY, policy(allow("*.amazonaws.com", "kms:Decrypt", Condition=OWNED))),
        ("queue", QUEUE, policy(allow("*", "sqs:SendMessage", Condition=OWNED))),
    ):
        yield a.case(f"failing any service {label}", res(type_, "fail", props))
    yield a.case(
        "passing log", res(LOG, "pass", {"policyDocument": policy(allow("es.amazonaws.com", "x:Y"))["policy"]})
    )
    yield a.case("unknown log", res(LOG, "open", {"policyDocument": UNKNOWN}))


def _wildcards() -> Iterator[Case]:
    a, _, _ = cells("iam-no-wildcard")
    own = allow("", "kms:*", Principal=ROOT)
    for label, subject, statement in (
        ("passing key of the account", "pass", own),
        ("failing key of a role", "fail", {**own, "Principal": {"AWS": "arn:aws:iam::123456789012:role/ops"}}),
        ("failing key of a service", "fail", allow("logs.amazonaws.com", "kms:Decrypt", "kms:*")),
        ("failing key of many", "fail", {**own, "Principal": {**ROOT, "Service": "logs.amazonaws.com"}}),
    ):
        yield a.case(label, res(KEY, subject, policy(statement)))
    yield a.case("failing trust", res(ROLE, "fail", trust("sagemaker.amazonaws.com", Action="*")))
    yield a.case("passing trust", res(ROLE, "pass", trust("sagemaker.amazonaws.com")))
    yield a.case("failing queue", res(QUEUE, "fail", policy(allow("", "sqs:*", Principal=ROOT))))
    yield a.case("unknown queue", res(QUEUE, "open", {"policy": UNKNOWN}))
