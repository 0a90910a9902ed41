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
    yield from _limits()
    yield from _uploads()
    yield from _endpoints()
    yield from _ways_out()
    yield from _jobs()
    yield from _approvals()
    yield from _default_groups()


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


def _limits() -> Iterator[Case]:
    a, _, _ = cells("iam-rights-limited")
    type_ = aws("iam.RolePolicy")
    key = "arn:aws:kms:eu-west-1:1:key/"
    via = {"StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}}
    passed = {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}
    for label, subject, action, resource, condition in (
        ("passing", "pass", "iam:PassRole", "arn:aws:iam::1:role/a", passed),
        ("failing", "fail", "iam:PassRole", "arn:aws:iam::1:role/a", {}),
        ("failing pattern", "fail", "iam:Pass*", "arn:aws:iam::1:role/a", {}),
        (
            "failing any service",
            "fail",
            "iam:PassRole",
            "arn:aws:iam::1:role/a",
            {"StringLike": {"iam:PassedToService": "*"}},
        ),
        ("passing grant", "pass", "kms:CreateGrant", key + "a", {"Bool": {"kms:GrantIsForAWSResource": "true"}}),
        ("failing grant", "fail", "kms:CreateGrant", key + "a", {}),
        (
            "passing attach",
            "pass",
            "iam:AttachRolePolicy",
            "arn:aws:iam::1:role/a",
            {"ArnLike": {"iam:PolicyARN": "x"}},
        ),
        ("failing attach", "fail", "iam:AttachRolePolicy", "arn:aws:iam::1:role/a", {}),
        ("passing key", "pass", "kms:Decrypt", key + "a", {}),
        ("passing keys of a service", "pass", "kms:Decrypt", key + "*", via),
        ("failing keys", "fail", "kms:Decrypt", key + "*", {}),
    ):
        statement = {"Effect": "Allow", "Action": action, "Resource": resource, "Condition": condition}
        yield a.case(label, res(type_, subject, policy(statement)))
    yield a.case("passing denial", res(type_, "pass", policy({"Effect": "Deny", "Action": "*", "Resource": "*"})))
    yield a.case("absent", res(ROLE, "skip", {}))
    yield a.case("unknown", res(type_, "open", {"policy": UNKNOWN}))


def _uploads() -> Iterator[Case]:
    a, _, _ = cells("store-upload-encryption")
    bucket, header = aws("s3.BucketPolicy"), "s3:x-amz-server-side-encryption"

    def deny(header: str, value: str, **more: Any) -> dict[str, Any]:
        condition = {"StringNotEquals": {header: value}, "Null": {header: "false"}}
        return {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:PutObject",
            "Resource": "*",
            "Condition": condition,
        } | more

    other, foreign = deny(header, "aws:kms"), deny(f"{header}-aws-kms-key-id", "arn:k")
    everything = {"Effect": "Deny", "Principal": {"AWS": "*"}, "Action": "s3:*", "Resource": "*"}
    some = {"StringNotEquals": {header: "aws:kms", "aws:PrincipalArn": "arn:aws:iam::1:role/a"}}
    for label, subject, statements in (
        ("passing", "pass", (other, foreign)),
        ("passing without keys", "pass", (deny(header, "AES256"),)),
        ("passing nothing at all", "pass", (everything,)),
        ("failing other encryption", "fail", (foreign,)),
        ("failing other key", "fail", (other,)),
        ("failing for some", "fail", ({**other, "Principal": {"AWS": "arn:aws:iam::1:root"}}, foreign)),
        ("failing from some", "fail", ({**other, "Condition": some}, foreign)),
        ("failing allowed", "fail", ({**other, "Effect": "Allow"}, foreign)),
    ):
        yield a.case(label, res(bucket, subject, policy(*statements)))
    yield a.case("absent", res(bucket, "skip", {}))
    yield a.case("unknown", res(bucket, "open", {"policy": UNKNOWN}))


def _endpoints() -> Iterator[Case]:
    a, _, _ = cells("endpoint-policy-bounded")
    type_, beside = aws("ec2.VpcEndpoint"), aws("ec2.VpcEndpointPolicy")
    gateway = {"vpcId": "vpc-1", "serviceName": "com.amazonaws.eu-west-1.s3"}
    anybody = {"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*"}
    own = {"StringEquals": {"aws:ResourceAccount": "1"}}
    for label, subject, statement in (
        ("passing", "pass", {**anybody, "Condition": own}),
        ("passing named", "pass", {**anybody, "Resource": "arn:aws:s3:::raw/*"}),
        ("failing", "fail", anybody),
        ("failing all buckets", "fail", {**anybody, "Resource": "arn:aws:s3:::*"}),
        (
            "failing where there",
            "fail",
            {**anybody, "Condition": {"StringEqualsIfExists": {"aws:ResourceAccount": "1"}}},
        ),
    ):
        yield a.case(label, res(type_, subject, {**gateway, **policy(statement)}))
    yield a.case("absent", res(type_, "fail", gateway))
    yield a.case("absent elsewhere", res(type_, "skip", {**gateway, "serviceName": "com.amazonaws.eu-west-1.sts"}))
    yield a.case("unknown", res(type_, "open", {**gateway, "policy": UNKNOWN}))
    yield a.case(
        "passing beside",
        res(type_, "pass", gateway, id_="vpce-1"),
        res(beside, "pass-beside", {"vpcEndpointId": "vpce-1", **policy({**anybody, "Condition": own})}),
    )
    yield a.case("failing beside", res(beside, "fail", {"vpcEndpointId": "vpce-1", **policy(anybody)}))


def _ways_out() -> Iterator[Case]:
    a, _, _ = cells("private-service-access")
    endpoint = aws("ec2.VpcEndpoint")

    def stack(subject: str, *services: str) -> Iterator[Any]:
        yield res(aws("ec2.Vpc"), subject, {"cidrBlock": "10.0.0.0/16"}, id_="vpc-1")
        yield res(aws("sagemaker.Pipeline"), "pipeline", {"roleArn": "r"})
        yield res(aws("ecr.Repository"), "images", {"name": "i"})
        for service in services:
            name = service if service is UNKNOWN else f"com.amazonaws.eu-west-1.{service}"
            yield res(endpoint, f"skip-door-{service[-5:]}", {"vpcId": "vpc-1", "serviceName": name})

    yield a.case("passing way", *stack("pass", "ecr.api", "ecr.dkr"))
    yield a.case("failing way", *stack("fail", "ecr.dkr"))
    yield a.case("absent way", *stack("fail"))
    yield a.case("unknown way", *stack("open", "ecr.api", UNKNOWN))
    yield a.case("absent ml", res(aws("ec2.Vpc"), "skip", {"cidrBlock": "10.0.0.0/16"}))


_KEYS = (
    ("Null", "VpcSubnets", "true"),
    ("Bool", "NetworkIsolation", "false"),
    ("BoolIfExists", "InterContainerTrafficEncryption", "false"),
    ("Null", "VolumeKmsKey", "true"),
    ("Null", "OutputKmsKey", "true"),
    ("NumericGreaterThan", "MaxRuntimeInSeconds", "3600"),
    ("ForAnyValue:StringNotEquals", "InstanceTypes", "ml.m5.large"),
)
"""Operator, key and value of the condition by which a Deny refuses a job without a guard."""
TRUSTED = trust("sagemaker.amazonaws.com", Condition=OWNED)


def granted(*actions: str, effect: str = "Allow", **more: Any) -> dict[str, Any]:
    return {"Effect": effect, "Action": list(actions), "Resource": "*", **more}


def _jobs() -> Iterator[Case]:
    a, _, _ = cells("job-rights-bounded")
    start = granted("sagemaker:CreateTrainingJob")

    def bounds(*keys: tuple[str, str, str]) -> list[dict[str, Any]]:
        return [granted("sagemaker:Create*", effect="Deny", Condition={o: {f"sagemaker:{k}": v}}) for o, k, v in keys]

    def stack(subject: str, *documents: Any, arn: str = "arn:p") -> Iterator[Any]:
        """A role with one policy inside, one beside it and one attached."""
        inside, beside, attached = (policy(*d) if isinstance(d, list) else {"policy": d} for d in documents)
        yield res(ROLE, subject, {"inlinePolicies": [{"name": "i", **inside}]}, id_="r")
        yield res(aws("iam.RolePolicy"), "beside", {"role": "r", **beside})
        yield res(aws("iam.Policy"), "attached", attached, id_="arn:p")
        yield res(aws("iam.RolePolicyAttachment"), "attachment", {"role": "r", "policyArn": arn})

    yield a.case("passing", *stack("pass", [start], bounds(*_KEYS[:3]), bounds(*_KEYS[3:])))
    required = {"StringEquals": {"sagemaker:InstanceTypes": "ml.m5.large"}}
    yield a.case(
        "passing required",
        *stack("pass", [{**start, "Condition": required}], bounds(*_KEYS[:-1]), [granted("s3:Get*")]),
    )
    yield a.case("failing not attached", *stack("fail", [start], bounds(*_KEYS[:3]), bounds(*_KEYS[3:]), arn="arn:q"))
    for _, key, _ in _KEYS:
        left = [one for one in _KEYS if one[1] != key]
        yield a.case(f"failing {key}", *stack("fail", [start], bounds(*left), [granted("s3:Get*")]))
    turned = ("Null", "VpcSubnets", "false")
    yield a.case("failing turned", *stack("fail", [start], bounds(*_KEYS[1:], turned), [granted("s3:Get*")]))
    yield a.case(
        "passing denied", *stack("skip", [start], [granted("sagemaker:*", effect="Deny")], [granted("s3:Get*")])
    )
    yield a.case("absent", res(ROLE, "skip", {}))
    yield a.case("unknown", *stack("open", [start], UNKNOWN, bounds(*_KEYS[1:])))
    yield a.case("unknown without start", *stack("skip", [granted("s3:Get*")], UNKNOWN, bounds(*_KEYS[1:])))


def _approvals() -> Iterator[Case]:
    a, _, _ = cells("human-approval-gate")
    register, approve = "sagemaker:CreateModelPackage", "sagemaker:UpdateModelPackage"
    status = {"StringEquals": {"sagemaker:ModelApprovalStatus": "Approved"}}
    pending = {"StringEquals": {"sagemaker:ModelApprovalStatus": "PendingManualApproval"}}
    never = granted(register, effect="Deny", Condition=status)
    for label, subject, statements in (
        ("passing role", "pass", (granted(register), never)),
        ("passing role pending", "pass", (granted(register, Condition=pending),)),
        ("passing role never", "pass", (granted(approve), granted(approve, effect="Deny"))),
        ("failing role registers", "fail", (granted(register),)),
        ("failing role registers approved", "fail", (granted(register, Condition=status),)),
        ("failing role approves", "fail", (granted(approve),)),
    ):
        inline = {"inlinePolicies": [{"name": "i", **policy(*statements)}]}
        yield a.case(label, res(ROLE, subject, {**TRUSTED, **inline}))
    people = {**trust("x", Principal=ROOT), "inlinePolicies": [{"name": "i", **policy(granted(approve))}]}
    yield a.case("passing people", res(ROLE, "skip", people))
    unseen = {"name": "u", "policy": UNKNOWN}
    for label, subject, statements in (
        ("unknown role", "skip", (granted("s3:GetObject"),)),
        ("unknown role registers", "open", (granted(register),)),
        ("unknown role registers pending", "open", (granted(register), never)),
        ("passing role whatever is unknown", "pass", (granted(register), never, granted(approve, effect="Deny"))),
    ):
        inline = {"inlinePolicies": [{"name": "i", **policy(*statements)}, unseen]}
        yield a.case(label, res(ROLE, subject, {**TRUSTED, **inline}))


def _default_groups() -> Iterator[Case]:
    a, _, _ = cells("default-group-closed")
    vpc, group = aws("ec2.Vpc"), aws("ec2.DefaultSecurityGroup")
    net = {"cidrBlock": "10.0.0.0/16"}
    rule = {"protocol": "-1", "fromPort": 0, "toPort": 0, "self": True}
    for label, own, subject, props in (
        ("passing", "pass", "pass-group", {"vpcId": "vpc-1"}),
        ("passing empty", "pass", "pass-group", {"vpcId": "vpc-1", "ingress": [], "egress": []}),
        ("failing", "pass", "fail-group", {"vpcId": "vpc-1", "ingress": [rule]}),
        ("failing elsewhere", "fail", "pass-group", {"vpcId": "vpc-2"}),
        ("unknown", "open", "open-group", {"vpcId": UNKNOWN, "egress": UNKNOWN}),
    ):
        yield a.case(label, res(vpc, own, net, id_="vpc-1"), res(group, subject, props))
    yield a.case("absent", res(vpc, "fail", net, id_="vpc-1"))
    a, _, _ = cells("workbench-in-network")
    domain = {"appNetworkAccessType": "VpcOnly", "defaultUserSettings": {"securityGroups": ["sg-1"]}}
    yield from a.row(aws("sagemaker.Domain"), domain, "defaultUserSettings.securityGroups", [], label="domain")
