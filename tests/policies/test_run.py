"""The in-process run: totality, crashes, secrets, levels."""

from __future__ import annotations

import dataclasses

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policies.registry import controls
from policies.run import judge, judge_alone
from policies.settings import Level, Settings, Unknowns
from policies.verdict import Verdict
from tests.policies.crash import CRASHING
from tests.policies.dsl import SECRET, UNKNOWN, res, secret
from tests.policies.test_controls import BY_ID, CASES

BUCKET = "gcp:storage/bucket:Bucket"
BLOCK = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
TYPES = sorted({t for c in controls() for t in c.types})
KEYS = sorted(
    {
        part
        for c in controls()
        for cloud in c.rows.items()
        if isinstance(cloud[1], tuple)
        for check in cloud[1]
        for _, path in check.reads
        for part in path.replace("[]", "").split(".")
        if part
    }
)
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.floats(),
    st.integers(),
    st.text(max_size=8),
    st.just(UNKNOWN),
    st.just('{"Statement": 1}'),
    st.just(secret(SECRET)),
    st.just("*"),
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.tuples(st.sampled_from(TYPES), st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=6)), max_size=4)
)
def test_any_properties_get_a_verdict_and_no_rule_crashes(drawn: list[tuple[str, dict[str, object]]]) -> None:
    graph = [res(type_, f"r{i}", props) for i, (type_, props) in enumerate(drawn)]
    findings = judge(controls(), graph, "regulated")
    assert [f.message for f in findings if f.verdict is Verdict.ERROR] == []
    assert not any(SECRET in f.message for f in findings)


def test_a_mutilated_case_gets_a_verdict() -> None:
    """Every property of every case replaced by a value of the wrong shape."""
    for case in CASES:
        for wrong in (1, "x", [], {}, [None], [[1]], {"a": None}, True):
            graph = [dataclasses.replace(r, props=dict.fromkeys(r.props, wrong)) for r in case.resources]
            findings = judge([BY_ID[case.control]], graph, case.profile, case.settings)
            assert [f.message for f in findings if f.verdict is Verdict.ERROR] == [], case.id


def test_a_crash_is_an_error_of_that_control_without_its_words() -> None:
    bucket = res(BUCKET, "b", {"labels": {"k": secret(SECRET)}})
    (finding,) = judge([CRASHING], [bucket], "regulated")
    assert (finding.control, finding.name, finding.verdict, finding.blocking) == ("crashing", "b", Verdict.ERROR, True)
    assert finding.message.startswith("the rule crashed with RuntimeError at crash.py:")
    assert SECRET not in finding.message


def test_a_secret_value_is_never_shown() -> None:
    bucket = res(BUCKET, "b", {"publicAccessPrevention": secret(SECRET)})
    (finding,) = judge([BY_ID["store-no-public-access"]], [bucket], "regulated")
    assert finding.message == "publicAccessPrevention is wrong; it must be enforced"


def test_nothing_to_judge_is_said_and_is_no_pass() -> None:
    (none,) = judge([BY_ID["store-no-public-access"]], [], "regulated")
    assert (none.name, none.verdict, none.message) == (
        "stack",
        Verdict.NOT_APPLICABLE,
        "the stack has no resource of a cloud",
    )
    (other,) = judge([BY_ID["store-no-public-access"]], [res("gcp:pubsub/topic:Topic", "t")], "regulated")
    assert (other.name, other.verdict, other.message) == (
        "stack",
        Verdict.NOT_APPLICABLE,
        "the stack has nothing of the kind",
    )


def test_levels_follow_the_profile_and_off_is_silent() -> None:
    domain = res("aws:sagemaker/domain:Domain", "d", {})
    control = BY_ID["workspace-private"]
    assert judge([control], [domain], "sandbox") == []
    assert [(f.level, f.blocking) for f in judge([control], [domain], "standard")] == [(Level.MANDATORY, True)]
    raised = dataclasses.replace(Settings.of("sandbox"), levels={control.id: Level.ADVISORY})
    assert [(f.level, f.blocking) for f in judge([control], [domain], "sandbox", raised)] == [(Level.ADVISORY, False)]


def test_undetermined_blocks_where_nobody_asks_again() -> None:
    alone = (BY_ID["store-no-public-access"], res(BUCKET, "b", {"publicAccessPrevention": UNKNOWN}))
    graph = [res("aws:s3/bucket:Bucket", "b"), res(BLOCK, "block", {"bucket": UNKNOWN})]
    for unknowns, blocks_alone, blocks_linked in (
        (Unknowns.WARN, False, False),
        (Unknowns.DEFER, False, True),
        (Unknowns.FAIL, True, True),
    ):
        chosen = dataclasses.replace(Settings.of("regulated"), unknowns=unknowns)
        (one,) = judge([alone[0]], [alone[1]], "regulated", chosen)
        assert (one.verdict, one.blocking, one.deferred) == (Verdict.UNDETERMINED, blocks_alone, True)
        (linked,) = judge([alone[0]], graph, "regulated", chosen)
        assert (linked.verdict, linked.blocking, linked.deferred) == (Verdict.UNDETERMINED, blocks_linked, False)


def test_what_was_deferred_is_decided_on_the_resource_alone() -> None:
    """A policy text is unknown in a plan; with its text the resource is refused, whatever the graph around it."""
    policy = "aws:s3/bucketPolicy:BucketPolicy"
    planned = res(policy, "p", {"bucket": UNKNOWN, "policy": UNKNOWN})
    made = res(policy, "p", {"bucket": "raw", "policy": '{"Statement": {"Effect": "Allow", "Action": "s3:*"}}'})
    chosen = [BY_ID["store-tls-only"], BY_ID["store-versioning"]]
    before = [f for f in judge(chosen, [planned], "regulated") if f.urn]
    assert [(f.control, f.verdict, f.deferred, f.blocking) for f in before] == [
        ("store-tls-only", Verdict.UNDETERMINED, True, False)
    ]
    after = judge_alone(chosen, made, "regulated")
    assert [(f.control, f.name, f.verdict, f.blocking) for f in after] == [
        ("store-tls-only", "p", Verdict.FAILED, True)
    ]
    assert judge_alone([BY_ID["workspace-private"]], made, "regulated") == []


def test_profiles_say_what_an_unknown_does() -> None:
    assert [Settings.of(p).unknowns.value for p in ("sandbox", "standard", "regulated")] == ["warn", "defer", "defer"]
