"""IAM policies: what is accepted, and every refusal by name."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from moto.iam.exceptions import MalformedPolicyDocument
from moto.iam.policy_validation import IAMPolicyDocumentValidator, IAMTrustPolicyDocumentValidator

from simulator.documents.check import check_documents
from simulator.model import UNKNOWN
from tests.simulator.documents.probe import changed, json_like

POLICY = "aws:iam/policy:Policy"
ROLE = "aws:iam/role:Role"
BUCKET = "aws:s3/bucketPolicy:BucketPolicy"
KEY = "aws:kms/key:Key"
QUEUE = "aws:sqs/queuePolicy:QueuePolicy"

IDENTITY: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "FirstStatement",
            "Effect": "Allow",
            "Action": ["iam:ChangePassword"],
            "Resource": "*",
        },
        {
            "Sid": "ThirdStatement",
            "Effect": "Allow",
            "Action": ["s3:List*", "s3:Get*"],
            "Resource": ["arn:aws:s3:::confidential-data", "arn:aws:s3:::confidential-data/*"],
            "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
        },
    ],
}
TRUST: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": {
        "Effect": "Allow",
        "Principal": {"Federated": "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {
            "StringEquals": {
                "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
                "token.actions.githubusercontent.com:sub": "repo:acme/churn:ref:refs/heads/main",
            }
        },
    },
}
BUCKETS: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": ["arn:aws:s3:::lake", "arn:aws:s3:::lake/*"],
            "Condition": {"Bool": {"aws:SecureTransport": False}},
        },
        {
            "Effect": "Allow",
            "Principal": {"Service": ["logging.s3.amazonaws.com"]},
            "Action": "s3:PutObject",
            "Resource": "arn:aws:s3:::lake/logs/*",
        },
    ],
}
KEYS: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
            "Action": "kms:*",
            "Resource": "*",
        }
    ],
}
QUEUES: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "events.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": "arn:aws:sqs:eu-west-1:123456789012:q",
            "Condition": {"ArnEquals": {"aws:SourceArn": "arn:aws:events:eu-west-1:123456789012:rule/r"}},
        }
    ],
}
GOOD = {POLICY: IDENTITY, ROLE: TRUST, BUCKET: BUCKETS, KEY: KEYS, QUEUE: QUEUES}
PROPERTY = {ROLE: "assumeRolePolicy"}


def reasons(type_: str, document: Any, **beside: Any) -> list[str]:
    """What is said of a document; the property must be the one that carries it."""
    text = document if isinstance(document, str) else json.dumps(document)
    name = PROPERTY.get(type_, "policy")
    found = list(check_documents(type_, {name: text, **beside}))
    assert {one.property for one in found} <= {name}
    return [one.reason for one in found]


@pytest.mark.parametrize("type_", GOOD)
def test_accepts(type_: str) -> None:
    assert reasons(type_, GOOD[type_], bucket="lake") == []


def test_accepts_unknown_parts() -> None:
    assert reasons(POLICY, UNKNOWN) == []
    document = changed(IDENTITY, ("Statement", 0, "Resource"), UNKNOWN)
    assert list(check_documents(POLICY, {"policy": document})) == []


@pytest.mark.parametrize(
    ("type_", "place", "value", "said"),
    [
        (POLICY, ("Version",), "2012-10-18", "is no version of the policy language"),
        (POLICY, ("Version",), "2008-10-17", "must be version 2012-10-17 or greater"),
        (POLICY, ("Statment",), [], "did you mean 'Statement'"),
        (POLICY, ("Statement",), [], "there is no Statement"),
        (POLICY, ("Statement", 0, "Sid"), "a b", "must be alpha-numeric"),
        (POLICY, ("Statement", 0, "Sid"), "ThirdStatement", "must be unique"),
        (POLICY, ("Statement", 0, "Effect"), "allow", "at /Statement/0/Effect: Invalid effect: allow"),
        (POLICY, ("Statement", 0, "Effect"), ..., "Missing required field Effect"),
        (POLICY, ("Statement", 0, "Efect"), "Allow", "did you mean 'Effect'"),
        (POLICY, ("Statement", 0, "Action"), ..., "must contain actions"),
        (POLICY, ("Statement", 0, "NotAction"), "s3:*", "either Action or NotAction"),
        (POLICY, ("Statement", 0, "Action"), "ChangePassword", "must be prefaced by a vendor"),
        (POLICY, ("Statement", 0, "Action"), "iam:a:b", "can contain only one colon"),
        (POLICY, ("Statement", 0, "Action"), "i_m:Get", "Vendor i_m is not valid"),
        (POLICY, ("Statement", 0, "Action"), "iam:Get-User", "no name of an action"),
        (POLICY, ("Statement", 0, "Resource"), ..., "must contain resources"),
        (POLICY, ("Statement", 0, "Resource"), [], "must contain resources"),
        (POLICY, ("Statement", 0, "NotResource"), "*", "must contain resources"),
        (POLICY, ("Statement", 0, "Resource"), "bucket", "must be in ARN format"),
        (POLICY, ("Statement", 0, "Resource"), "arn:gcp:s3:::b", 'Partition "gcp" is not valid'),
        (POLICY, ("Statement", 0, "Resource"), "arn:aws:sqs:eu-west-1:1234:q", "the account '1234'"),
        (POLICY, ("Statement", 0, "Resource"), "arn:aws:iam:eu-west-1:123456789012:role/x", "region information"),
        (POLICY, ("Statement", 0, "Resource"), "arn:aws:iam::123456789012:roles/x", "must either be"),
        (POLICY, ("Statement", 0, "Resource"), "arn:aws:s3:eu-west-1::b", "can not contain region"),
        (POLICY, ("Statement", 0, "Principal"), "*", "should not specify a principal"),
        (POLICY, ("Statement", 1, "Condition"), {"StringEqual": {"aws:x": "y"}}, "did you mean 'StringEquals'"),
        (POLICY, ("Statement", 1, "Condition"), {"Bool": {"aws:SecureTransport": "yes"}}, "true or false"),
        (POLICY, ("Statement", 1, "Condition"), {"NumericLessThan": {"s3:max-keys": "ten"}}, "a number"),
        (POLICY, ("Statement", 1, "Condition"), {"IpAddress": {"aws:SourceIp": "10.0.0.0/33"}}, "CIDR"),
        (POLICY, ("Statement", 1, "Condition"), {"DateLessThan": {"aws:CurrentTime": "tomorrow"}}, "ISO 8601"),
        (POLICY, ("Statement", 1, "Condition"), {"ArnLike": {"aws:SourceArn": "q"}}, "does not fit ArnLike"),
        (POLICY, ("Statement", 1, "Condition"), {"NullIfExists": {"aws:x": "true"}}, "Null takes no IfExists"),
        (POLICY, ("Statement", 1, "Condition"), {"StringEquals": {"x": "y"}}, "prefaced by a vendor"),
        (ROLE, ("Statement", "Action"), "s3:GetObject", "may only specify STS AssumeRole actions"),
        (ROLE, ("Statement", "Action"), "sts:AssumeRole", "is invalid with principals of kind Federated"),
        (ROLE, ("Statement", "Resource"), "*", "Has prohibited field Resource"),
        (ROLE, ("Statement", "Principal"), "*", "Invalid principal in policy"),
        (ROLE, ("Statement", "Principal"), ..., "Missing required field Principal"),
        (ROLE, ("Statement", "Principal"), {"Services": "a.amazonaws.com"}, "did you mean 'Service'"),
        (ROLE, ("Statement", "Principal"), {"Service": "sagemaker"}, 'Invalid principal in policy: "Service"'),
        (ROLE, ("Statement", "Principal"), {"AWS": "arn:aws:iam::1:root"}, 'Invalid principal in policy: "AWS"'),
        (ROLE, ("Statement", "Principal"), {"AWS": "arn:aws:iam::123456789012:role/*"}, "without wildcards"),
        (ROLE, ("Statement", "Principal"), {"Federated": "arn:aws:iam::123456789012:role/x"}, "oidc-provider"),
        (ROLE, ("Statement", "Condition"), ..., "does not say which 'sub' it trusts"),
        (
            ROLE,
            ("Statement", "Condition"),
            {"StringLike": {"token.actions.githubusercontent.com:sub": "*"}},
            "does not say which 'sub' it trusts",
        ),
        (BUCKET, ("Statement", 0, "Principal"), ..., "Missing required field Principal"),
        (BUCKET, ("Statement", 0, "Action"), "sqs:SendMessage", "Policy has invalid action"),
        (BUCKET, ("Statement", 0, "Resource"), "*", "Policy has invalid resource"),
        (BUCKET, ("Statement", 0, "Resource"), "arn:aws:s3:::other/*", "its own bucket only"),
        (BUCKET, ("Statement", 1, "Resource"), "arn:aws:s3:::lake", "does not apply to any resource"),
        (BUCKET, ("Statement", 1, "Action"), "s3:ListBucket", "does not apply to any resource"),
        (KEY, ("Statement", 0, "Action"), "kms:Decrypt", "will not allow you to update the key policy"),
        (KEY, ("Statement", 0, "Action"), "s3:GetObject", "invalid action"),
        (QUEUE, ("Statement", 0, "Action"), [f"sqs:A{i}" for i in range(8)], "at most 7"),
        (QUEUE, ("Statement",), [{**QUEUES["Statement"][0], "Sid": str(i)} for i in range(21)], "at most 20"),
    ],
)
def test_refuses(type_: str, place: tuple[str | int, ...], value: Any, said: str) -> None:
    found = reasons(type_, changed(GOOD[type_], place, value), bucket="lake")
    assert any(said in one for one in found), found


def test_counts_size_as_iam_does() -> None:
    padded = json.dumps(IDENTITY) + " " * 7000
    assert reasons(POLICY, padded) == []
    many = changed(IDENTITY, ("Statement", 0, "Action"), [f"iam:Action{i:04}" for i in range(400)])
    assert any("at most 6144" in one for one in reasons(POLICY, many))
    trust = changed(TRUST, ("Statement", "Condition", "StringEquals", "aws:x"), "y" * 2048)
    assert any("at most 2048" in one for one in reasons(ROLE, trust))


def test_bypassing_the_safety_check_lets_a_key_lock_out() -> None:
    locked = changed(KEYS, ("Statement", 0, "Action"), "kms:Decrypt")
    assert reasons(KEY, locked, bypassPolicyLockoutSafetyCheck=True) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "it is not JSON"),
        ('{"Version": "2012-10-17", "Version": "2012-10-17"}', "written twice"),
        ("[]", "Syntax errors in policy"),
        ("[" * 5000, "it is not JSON"),
        ("[" * 80 + "]" * 80, "nested deeper"),
    ],
)
def test_refuses_text(text: str, said: str) -> None:
    assert any(said in one for one in reasons(POLICY, text))


JSON = json_like("Version", "Statement", "Sid", "Effect", "Principal", "Action", "Resource", "Condition", "AWS", "Bool")


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(GOOD)), JSON)
def test_never_raises(type_: str, value: Any) -> None:
    for one in check_documents(type_, {PROPERTY.get(type_, "policy"): value}):
        assert one.reason


ELEMENTS = st.fixed_dictionaries(
    {"Effect": st.sampled_from(["Allow", "Deny"])},
    optional={
        "Sid": st.sampled_from(["A", "B"]),
        "Action": st.sampled_from(["s3:GetObject", ["s3:*"], "*", "GetObject", "s3:a:b", []]),
        "NotAction": st.just("iam:*"),
        "Resource": st.sampled_from(
            ["*", "arn:aws:s3:::b/*", "bucket", "arn:xx:s3:::b", ["arn:aws:iam::123456789012:u/x"]]
        ),
        "NotResource": st.just("*"),
        "Condition": st.sampled_from([{"StringEquals": {"aws:x": "y"}}, {"Equals": {"aws:x": "y"}}, {"Bool": "x"}]),
    },
)


@settings(max_examples=200, deadline=None)
@given(st.lists(ELEMENTS, min_size=1, max_size=2), st.sampled_from(["2012-10-17", "2008-10-17"]))
def test_refuses_what_moto_refuses(statements: list[dict[str, Any]], version: str) -> None:
    text = json.dumps({"Version": version, "Statement": statements})
    assert bool(reasons(POLICY, text)) == _refused(IAMPolicyDocumentValidator(text)), text


@pytest.mark.parametrize("action", ["sts:AssumeRole", "s3:GetObject", "sts:TagSession"])
def test_trust_agrees_with_moto(action: str) -> None:
    statement = {"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": action}
    text = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    assert bool(reasons(ROLE, text)) == _refused(IAMTrustPolicyDocumentValidator(text))


def _refused(validator: Any) -> bool:
    try:
        validator.validate()
    except MalformedPolicyDocument:
        return True
    return False
