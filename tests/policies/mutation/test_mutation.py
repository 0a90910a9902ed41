"""Weaken each secure default of the kit's regulated stacks in turn: the pack catches it, or it is said why not."""

from __future__ import annotations

import json

import pytest

from components.core.cloud import Cloud
from tests.policies.dsl import res
from tests.policies.mutation.decisions import decisions
from tests.policies.mutation.graphs import graphs
from tests.policies.mutation.judging import Judge
from tests.policies.mutation.mutants import Mutant, mutants, refused
from tests.policies.mutation.score import PAGE, page, score


@pytest.mark.parametrize("cloud", Cloud)
def test_every_survivor_is_decided(cloud: Cloud) -> None:
    assert score(cloud).undecided == set(), "mend the pack, or decide in tests/policies/mutation/decisions.yaml"


@pytest.mark.parametrize("cloud", Cloud)
def test_no_rule_crashes_on_a_mutant(cloud: Cloud) -> None:
    assert score(cloud).crashed == []


def test_no_decision_is_stale() -> None:
    """A word that no survivor needs is taken out: what it let through is caught now."""
    words = set().union(*(decision.words for decision in decisions()))
    assert words - set().union(*(score(cloud).used for cloud in Cloud)) == set()


def test_the_page_is_fresh() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "stale: python -m tests.policies.mutation.score"


POLICY = {
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "s3.amazonaws.com"},
            "Action": "s3:GetObject",
            "Resource": "arn:aws:s3:::b/*",
            "Condition": {"Bool": {"aws:SecureTransport": "true"}},
        },
        {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"},
    ]
}


def test_weakenings_are_derived_from_the_resource() -> None:
    policy = res("aws:s3/bucketPolicy:BucketPolicy", "b", {"bucket": "b", "policy": json.dumps(POLICY)}, protect=True)
    made = {(m.path.removeprefix("policy#Statement[]"), m.change): m for m in mutants(policy)}
    assert set(made) == {
        ("", "left-out"),
        ("", "unprotected"),
        ("", "deny-absent"),
        (".Principal.Service", "widened"),
        (".Action", "widened"),
        (".Action", "absent"),
        (".Resource", "widened"),
        (".Condition", "absent"),
        (".Effect", "reversed"),
    }
    assert made["", "left-out"].weaker is None
    assert json.loads(text(made[".Action", "widened"]))["Statement"][0]["Action"] == "*"
    assert json.loads(text(made["", "deny-absent"])) == {"Statement": POLICY["Statement"][:1]}
    assert text(made["", "unprotected"]) == json.dumps(POLICY)


def text(mutant: Mutant) -> str:
    assert mutant.weaker is not None
    return str(mutant.weaker.props["policy"])


def test_what_the_provider_refuses_is_no_mutant() -> None:
    role = "aws:iam/role:Role"
    given = {"assumeRolePolicy": json.dumps(POLICY)}
    assert not refused(role, given)
    assert refused(role, {})
    paths = {(m.path, m.change) for m in mutants(res(role, "r", given))}
    assert ("assumeRolePolicy", "absent") not in paths
    assert ("assumeRolePolicy#Statement[].Condition", "absent") in paths


def test_a_public_bucket_is_caught_by_name() -> None:
    resources = graphs(Cloud.AWS)["aws-prod"]
    block = next(r for r in resources if r.type == "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock")
    mutant = next(m for m in mutants(block) if m.key[1:] == ("blockPublicPolicy", "flipped"))
    assert ("store-no-public-access", block.name.removesuffix("-public")) in {
        (hit.control, hit.urn.rpartition("::")[2]) for hit in Judge(Cloud.AWS, resources).hits(mutant)
    }
