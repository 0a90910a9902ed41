"""Rules about values: what they refuse, with which words, and that unknowns and secrets are judged by what is known."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.catalogue.constraints import facts_of, tree
from simulator.catalogue.facts import Confidence, Fact, Rule
from simulator.catalogue.shapes import shape_of
from simulator.check import judge
from simulator.cloud import SimulatedCloud
from simulator.constraints import breaches
from simulator.model import SECRET_SIG, SIG_KEY, UNKNOWN, Props
from simulator.store import Store
from simulator.values import parse, put

TOKEN = "aws:sagemaker/endpointConfiguration:EndpointConfiguration"
CASES = [
    (Rule.PATTERN, "[a-z]+", "abc", "Abc", "'Abc' does not match [a-z]+"),
    (Rule.ENUM, ["Input", "Output"], "Input", "input", "did you mean 'Input'?"),
    (Rule.MINIMUM, 1, 1.0, 0, "0 is less than 1"),
    (Rule.MAXIMUM, 100, 100, 100.5, "100.5 is more than 100"),
    (Rule.MIN_LENGTH, 3, "abc", "ab", "'ab' has 2 characters, at least 3 are needed"),
    (Rule.MAX_LENGTH, 3, "abc", "abcd", "has 4 characters, at most 3 are allowed"),
    (Rule.MIN_ITEMS, 1, ["x"], [], "has 0 items, at least 1 are needed"),
    (Rule.MAX_ITEMS, 1, {"a": 1}, {"a": 1, "b": 2}, "has 2 items, at most 1 are allowed"),
    (Rule.READ_ONLY, True, None, "x", "is set by the service"),
    (Rule.EXACTLY_ONE_OF, ["a", "b"], {"a": 1}, {"a": 1, "b": 2}, "'a', 'b' are given, but exactly one of 'a', 'b'"),
    (Rule.EXACTLY_ONE_OF, ["a", "b"], {"b": 1, "a": []}, {"c": 1}, "exactly one of 'a', 'b' must be given"),
    (Rule.AT_LEAST_ONE_OF, ["a", "b"], {"a": 1, "b": 2}, {}, "at least one of 'a', 'b' must be given"),
    (Rule.CONFLICTS, ["a", "b"], {}, {"a": 1, "b": 2}, "'a', 'b' exclude each other"),
    (Rule.REQUIRES, ["a", ["b", "c"]], {"b": 1}, {"a": 1, "b": 1}, "'a' is given, which needs 'c', too"),
]


def reasons(fact: Fact, value: Any) -> list[tuple[str, str]]:
    """Return path and reason of what a value at ``x`` breaks."""
    found = breaches(tree((fact,)), {"x": value})
    return [(one.failure.property, one.failure.reason) for one in found]


@pytest.mark.parametrize(("rule", "stated", "right", "wrong", "words"), CASES)
def test_a_rule_takes_what_is_right_and_names_what_is_wrong(
    rule: Rule, stated: Any, right: Any, wrong: Any, words: str
) -> None:
    fact = Fact("t", "x", rule, stated, "model 1.0 Shape")
    assert reasons(fact, right) == []
    ((place, reason),) = reasons(fact, wrong)
    assert place == "x"
    assert words in reason
    assert reason.endswith("(model 1.0 Shape)")


@pytest.mark.parametrize(("rule", "stated", "right", "wrong", "words"), CASES)
def test_an_unknown_passes_and_a_secret_is_laid_open(
    rule: Rule, stated: Any, right: Any, wrong: Any, words: str
) -> None:
    fact = Fact("t", "x", rule, stated, "m")
    assert reasons(fact, UNKNOWN) == []
    assert reasons(fact, {SIG_KEY: SECRET_SIG, "value": UNKNOWN}) == []
    assert [place for place, _ in reasons(fact, {SIG_KEY: SECRET_SIG, "value": wrong})] == ["x"]


def test_an_unknown_member_may_turn_out_to_be_nothing() -> None:
    one = Fact("t", "x", Rule.EXACTLY_ONE_OF, ["a", "b"], "m")
    assert reasons(one, {"a": 1, "b": UNKNOWN}) == []
    assert reasons(one, {"a": UNKNOWN, "b": UNKNOWN}) == []
    assert reasons(Fact("t", "x", Rule.CONFLICTS, ["a", "b"], "m"), {"a": 1, "b": UNKNOWN}) == []
    assert reasons(Fact("t", "x", Rule.REQUIRES, ["a", ["b"]], "m"), {"a": 1, "b": UNKNOWN}) == []


def test_a_required_member_is_missed_only_where_its_object_is_given() -> None:
    fact = Fact("t", "x[*].name", Rule.REQUIRED, True, "m")
    assert [place for place, _ in reasons(fact, [{"name": "a"}, {}, {"name": UNKNOWN}])] == ["x[1].name"]
    assert list(breaches(tree((fact,)), {})) == []


def test_the_values_of_a_map_and_the_items_of_an_array_have_their_own_place() -> None:
    fact = Fact("t", "x[*]", Rule.MAX_LENGTH, 1, "m")
    assert [place for place, _ in reasons(fact, {"k.1": "ab", "l": "a"})] == ['x["k.1"]']
    assert [place for place, _ in reasons(fact, ["a", "ab"])] == ["x[1]"]


def test_a_pattern_that_takes_too_long_decides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulator.constraints.PATTERN_SECONDS", 0.01)
    assert reasons(Fact("t", "x", Rule.PATTERN, "(a+)+b|(a|aa)+c|(.*a){25}d", "m"), "a" * 4000) == []


SEEDED = [
    ("productionVariants[0].variantName", "-bad-", "does not match"),
    ("productionVariants[0].instanceType", "ml.m5.lage", "did you mean 'ml.m5.large'?"),
    ("productionVariants[0].initialInstanceCount", 0, "0 is less than 1"),
    ("dataCaptureConfig.initialSamplingPercentage", 101, "101 is more than 100"),
    ("dataCaptureConfig.destinationS3Uri", "http://b/p", "does not match"),
    ("dataCaptureConfig.captureOptions[0].captureMode", "Inputs", "did you mean 'Input'?"),
    ("name", "churn_config", "does not match"),
    ("productionVariants", [], "at least 1 are needed"),
]
VALID: Props = {
    "name": "churn",
    "productionVariants": [
        {"modelName": "m", "variantName": "all", "initialInstanceCount": 2.0, "instanceType": "ml.m5.large"}
    ],
    "dataCaptureConfig": {
        "initialSamplingPercentage": 20,
        "destinationS3Uri": "s3://b/p",
        "captureOptions": [{"captureMode": "Input"}],
    },
}


@pytest.mark.parametrize(("path", "value", "words"), SEEDED)
def test_the_faults_of_an_endpoint_configuration_are_found(path: str, value: Any, words: str) -> None:
    shape = shape_of(TOKEN)
    assert judge(shape, VALID).failures == ()
    found = {fault.property: fault.reason for fault in judge(shape, put(VALID, parse(path), value)).failures}
    assert words in found[path]
    assert "botocore" in found[path] or "cfn-lint" in found[path]


def test_a_variant_without_a_name_gets_one_from_the_provider() -> None:
    variant = {key: item for key, item in VALID["productionVariants"][0].items() if key != "variantName"}
    assert judge(shape_of(TOKEN), {**VALID, "productionVariants": [variant]}).failures == ()


def test_words_of_a_description_warn_and_do_not_refuse(tmp_path: Path) -> None:
    token, place = "gcp:artifactregistry/repository:Repository", "vulnerabilityScanningConfig.enablementState"
    stated = [fact for fact in facts_of(token) if fact.path == place and fact.rule is Rule.READ_ONLY]
    assert [fact.confidence for fact in stated] == [Confidence.PROSE]
    provider = SimulatedCloud(Store(tmp_path / "cloud.db"))("gcp", "")
    provider.configure({"project": "acme", "region": "europe-west4"})
    inputs = {
        "repositoryId": "images",
        "format": "DOCKER",
        "vulnerabilityScanningConfig": {"enablementState": "SCANNING_ACTIVE"},
    }
    checked = provider.check(f"urn:pulumi:dev::kit::{token}::x", token, {}, inputs, b"seed")
    assert checked.failures == ()
    assert [one.property for one in checked.warnings] == [place]


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=4) | st.just(UNKNOWN),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", "c", "x", SIG_KEY]), inner),
    max_leaves=10,
)


@settings(max_examples=150, deadline=None)
@given(value=JSON, case=st.sampled_from(CASES))
def test_every_rule_answers_on_any_value(value: Any, case: tuple[Rule, Any, Any, Any, str]) -> None:
    assert all(reason for _, reason in reasons(Fact("t", "x", case[0], case[1], "m"), value))
