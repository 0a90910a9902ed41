"""Three-valued reading: paths, marks, wire values, references."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pulumi.runtime import rpc
from pulumi_policy.proxy import unknown_checking_proxy

from policies.graph import Graph, Resource, unwire
from policies.verdict import MISSING, UNKNOWN, Verdict, at, plain, worst
from tests.policies.dsl import UNKNOWN as WIRE
from tests.policies.dsl import res, secret

PROPS: dict[str, Any] = {
    "a": {"b": 1, "n": None},
    "rules": [{"x": 1}, {"x": UNKNOWN}, {}],
    "empty": [],
    "late": UNKNOWN,
    "map": {"k.1": {"v": True}, "k2": {"v": False}},
}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a.b", [("a.b", 1)]),
        ("a.n", [("a.n", MISSING)]),
        ("a.c.d", [("a.c.d", MISSING)]),
        ("a.b.c", [("a.b.c", MISSING)]),
        ("rules[].x", [("rules[0].x", 1), ("rules[1].x", UNKNOWN), ("rules[2].x", MISSING)]),
        ("empty[].x", [("empty[].x", MISSING)]),
        ("a[].x", [("a[].x", MISSING)]),
        ("late.x[].y", [("late.x[].y", UNKNOWN)]),
        ("map.{}.v", [("map.k.1.v", True), ("map.k2.v", False)]),
        ("map.{k.1}.v", [("map.k.1.v", True)]),
        ("gone.{}.v", [("gone.{}.v", MISSING)]),
    ],
)
def test_paths(path: str, expected: list[tuple[str, Any]]) -> None:
    assert [(f.path, f.value) for f in at(PROPS, path)] == expected


@pytest.mark.parametrize("mark", [UNKNOWN, MISSING])
def test_a_mark_has_no_truth_value(mark: Any) -> None:
    with pytest.raises(TypeError, match="compare with `is`"):
        bool(mark)


def test_violation_outweighs_undetermined_outweighs_pass() -> None:
    assert worst([Verdict.PASSED, Verdict.UNDETERMINED, Verdict.FAILED]) is Verdict.FAILED
    assert worst([Verdict.PASSED, Verdict.UNDETERMINED, Verdict.NOT_APPLICABLE]) is Verdict.UNDETERMINED
    assert worst([Verdict.PASSED, Verdict.NOT_APPLICABLE]) is Verdict.PASSED
    assert worst([]) is Verdict.NOT_APPLICABLE


def test_the_proxies_of_the_engine_become_plain_values() -> None:
    proxy = unknown_checking_proxy({"a": WIRE, "l": [1, WIRE, {"b": WIRE}], "s": "x"})
    assert plain(proxy) == {"a": UNKNOWN, "l": [1, UNKNOWN, {"b": UNKNOWN}], "s": "x"}


def test_secrets_are_unwrapped_and_remembered() -> None:
    encrypted = {rpc._special_sig_key: rpc._special_secret_sig, "ciphertext": "v1:abc"}
    stored = {rpc._special_sig_key: rpc._special_secret_sig, "plaintext": json.dumps({"deep": "p"})}
    output = {rpc._special_sig_key: rpc._special_output_value_sig, "value": "q", "secret": True}
    paths: set[str] = set()
    given = {"env": {"A": secret("x")}, "list": [stored], "shut": encrypted, "out": output, "later": WIRE}
    assert unwire(given, "", paths) == {
        "env": {"A": "x"},
        "list": [{"deep": "p"}],
        "shut": UNKNOWN,
        "out": "q",
        "later": UNKNOWN,
    }
    assert paths == {"env.A", "list[0]", "shut", "out"}
    resource = res("gcp:storage/bucket:Bucket", "b", given)
    assert [resource.is_secret(p) for p in ("env.A", "env", "list[0].deep", "list[1]", "later")] == [
        True,
        True,
        True,
        False,
        False,
    ]


def test_a_state_entry_reads_outputs_over_inputs() -> None:
    entry = {
        "urn": "urn:pulumi:s::p::a:b:C$gcp:storage/bucket:Bucket::raw",
        "type": "gcp:storage/bucket:Bucket",
        "id": "raw-1",
        "inputs": {"name": "raw", "location": "eu", "labels": {"a": "b"}},
        "outputs": {"name": "raw", "location": "EU"},
        "protect": True,
        "propertyDependencies": {"labels": None},
    }
    resource = Resource.from_state(entry)
    assert (resource.name, resource.id, resource.protect) == ("raw", "raw-1", True)
    assert resource.props == {"name": "raw", "location": "EU", "labels": {"a": "b"}}


BUCKET, BLOCK = "aws:s3/bucket:Bucket", "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"


def _answers(*targets: Resource, source: Resource) -> list[bool | None]:
    graph = Graph([*targets, source])
    return [graph.refers(source, "bucket", target) for target in targets]


def test_a_reference_by_name_and_by_id() -> None:
    one, two = res(BUCKET, "one", {"bucket": "raw"}), res(BUCKET, "two", {}, id_="curated")
    assert _answers(one, two, source=res(BLOCK, "b", {"bucket": "raw"})) == [True, False]
    assert _answers(one, two, source=res(BLOCK, "b", {"bucket": "curated"})) == [False, True]
    assert _answers(one, two, source=res(BLOCK, "b", {})) == [False, False]


def test_a_reference_by_dependency() -> None:
    one, two = res(BUCKET, "one"), res(BUCKET, "two")
    assert _answers(one, two, source=res(BLOCK, "b", {"bucket": WIRE}, of={"bucket": one})) == [True, False]


def test_a_name_outweighs_a_dependency() -> None:
    one, two = res(BUCKET, "one", {"bucket": "raw"}), res(BUCKET, "two", {"bucket": "curated"})
    source = res(BLOCK, "b", {"bucket": "raw"}, of={"bucket": [one, two]})
    assert _answers(one, two, source=source) == [True, False]


def test_an_unknown_of_unknown_origin_may_name_anything() -> None:
    key = res("aws:kms/key:Key", "key")
    one = res(BUCKET, "one")
    assert _answers(one, source=res(BLOCK, "b", {"bucket": WIRE})) == [None]
    assert Graph([one, key]).refers(res(BLOCK, "b", {"bucket": WIRE}, of={"bucket": key}), "bucket", one) is None


def test_arm_ids_are_compared_without_case() -> None:
    account = res("azure-native:storage:StorageAccount", "a", id_="/subscriptions/S/resourceGroups/rg/a")
    policy = res("azure-native:monitor:DiagnosticSetting", "d", {"resourceUri": "/subscriptions/s/resourcegroups/RG/a"})
    assert Graph([account, policy]).refers(policy, "resourceUri", account) is True
