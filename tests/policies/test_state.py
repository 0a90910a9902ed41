"""Exported states: what is read, what is told, and that nothing crashes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policies.bad_input import SettingsError
from policies.registry import controls
from policies.run import judge
from policies.state import State, parse
from policies.verdict import UNKNOWN, Verdict
from tests.policies.dsl import urn
from tests.policies.test_controls import BY_ID
from tests.policies.test_run import KEYS, TYPES, VALUES

BUCKET = "gcp:storage/bucket:Bucket"
CONTROL = BY_ID["store-no-public-access"]
CIPHER = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "v1:x:y"}


def entry(name: str, type_: str = BUCKET, **more: Any) -> dict[str, Any]:
    return {"urn": urn(type_, name), "type": type_, "custom": True, "id": name, **more}


def export(*entries: Any, version: Any = 3, indent: int | None = 2) -> str:
    return json.dumps({"version": version, "deployment": {"manifest": {}, "resources": list(entries)}}, indent=indent)


def names(state: State) -> list[str]:
    return [r.name for r in state.resources]


OPEN = {"publicAccessPrevention": "inherited"}


@pytest.mark.parametrize(
    "text",
    [
        export(entry("raw", inputs=OPEN)),
        export(entry("raw", inputs=OPEN), version=4, indent=None),
        json.dumps({"version": 3, "checkpoint": {"stack": "s", "latest": {"resources": [entry("raw", inputs=OPEN)]}}}),
        json.dumps({"deployment": {"resources": [entry("raw", inputs=OPEN)], "metadata": {}}, "version": 3}),
    ],
)
def test_exports_and_checkpoints_are_judged(text: str) -> None:
    state = parse(text, "state.json")
    assert [(f.name, f.verdict) for f in judge([CONTROL], state.resources, "regulated")] == [("raw", Verdict.FAILED)]


def test_outputs_are_what_the_cloud_holds() -> None:
    shut = {"publicAccessPrevention": "enforced"}
    state = parse(export(entry("raw", inputs=shut, outputs=OPEN), entry("two", inputs=shut, outputs={})), "state.json")
    found = judge([CONTROL], state.resources, "regulated")
    assert [(f.name, f.verdict) for f in found] == [("raw", Verdict.FAILED), ("two", Verdict.PASSED)]


def test_encrypted_secrets_are_undetermined() -> None:
    state = parse(export(entry("raw", inputs={"publicAccessPrevention": CIPHER})), "state.json")
    assert state.resources[0].props["publicAccessPrevention"] is UNKNOWN
    assert state.secrets == 1
    (finding,) = judge([CONTROL], state.resources, "regulated")
    assert finding.verdict is Verdict.UNDETERMINED


def test_lines_point_at_the_entries() -> None:
    text = export(entry("one"), entry("two"))
    state = parse(text, "state.json")
    for name in ("one", "two"):
        line = state.lines[urn(BUCKET, name)]
        assert text.splitlines()[line - 1].strip() == "{"
        assert name in text.splitlines()[line]


def test_components_and_what_waits_for_deletion_are_not_judged() -> None:
    component = entry("c", "tripod:index:Storage") | {"custom": False}
    gone = entry("gone", inputs=OPEN, delete=True)
    state = parse(export(component, gone, entry("raw")), "state.json")
    assert names(state) == ["raw"]
    assert state.deleting == (urn(BUCKET, "gone"),)


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (7, "is a int, not a mapping"),
        ({"type": BUCKET}, "urn is no text"),
        (entry("x") | {"type": None}, "type is no text"),
        (entry("x", inputs=[1]), "inputs is no mapping"),
        (entry("x", dependencies="y"), "dependencies is no list of texts"),
        (entry("x", propertyDependencies={"a": 1}), "propertyDependencies holds something"),
        (entry("x", id=4), "id is no text"),
        (entry("raw"), "stands twice"),
    ],
)
def test_an_entry_of_another_shape_is_told_and_the_rest_is_read(bad: Any, words: str) -> None:
    state = parse(export(entry("raw"), bad, entry("two")), "state.json")
    assert names(state) == ["raw", "two"]
    (told,) = state.unreadable
    assert words in told
    assert told.startswith("state.json:")
    assert ": resource 2: " in told


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "state.json:1: the file ends too early"),
        ("version: 3", "state.json:1: no JSON at column 1"),
        (export(entry("raw"))[:-20], "the file ends too early"),
        (export(entry("raw")).replace('"custom": true', '"custom": tru'), "state.json:9: no JSON at column 19"),
        (export(entry("raw")) + "x", "no JSON at column"),
        ("[1]", "no exported state of Pulumi"),
        ('{"version": 3}', "no exported state of Pulumi"),
        ('{"deployment": {"resources": []}}', "no exported state of Pulumi"),
        (export(version=2), "version 2 of the state cannot be read; allowed are 3 and 4"),
        (export(version=5), "version 5 of the state cannot be read"),
        (export(version="3"), "version '3' of the state cannot be read"),
        (export(version=True), "version True of the state cannot be read"),
        ('{"version": 3, "deployment": ' + "[" * 100_000, "nested too deeply"),
    ],
)
def test_what_is_no_state_is_refused_with_its_place(text: str, words: str) -> None:
    with pytest.raises(SettingsError) as error:
        parse(text, "state.json")
    (fault,) = error.value.faults
    assert words in fault
    assert fault.startswith("state.json:")


def test_a_state_without_resources_is_empty() -> None:
    for text in (export(), '{"version": 3, "deployment": {}}', '{"version": 3, "deployment": {"resources": null}}'):
        assert parse(text, "s").resources == ()


@settings(max_examples=150, deadline=None)
@given(st.integers(min_value=0, max_value=400))
def test_a_file_cut_anywhere_is_refused(cut: int) -> None:
    text = export(entry("raw", inputs={"labels": {"a": "b\\n\u00e9"}}, outputs=OPEN), entry("two"))
    with pytest.raises(SettingsError):
        parse(text[: min(cut, len(text) - 1)], "s")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4) | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*"ab", "urn", "type"]), inner),
    max_leaves=8,
)
ENTRIES = st.fixed_dictionaries(
    {},
    optional={
        "urn": st.sampled_from([urn(BUCKET, n) for n in "abc"]) | JSON,
        "type": st.sampled_from(TYPES) | st.just("new:never/seen:Type") | JSON,
        "custom": st.booleans() | JSON,
        "inputs": st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=5) | JSON,
        "outputs": st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=5) | JSON,
        "dependencies": st.lists(st.just(urn(BUCKET, "a"))) | JSON,
        "propertyDependencies": JSON,
        "protect": JSON,
        "id": st.text(max_size=3) | JSON,
        "parent": JSON,
        "delete": JSON,
    },
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(ENTRIES | JSON, max_size=4))
def test_any_entries_are_judged_or_told(drawn: list[Any]) -> None:
    text = json.dumps({"version": 3, "deployment": {"resources": drawn}}, allow_nan=True)
    state = parse(text, "s")
    told = len(state.resources) + len(state.unreadable) + len(state.deleting)
    assert told <= len(drawn)
    findings = judge(controls(), state.resources, "regulated")
    assert [f.message for f in findings if f.verdict is Verdict.ERROR] == []
