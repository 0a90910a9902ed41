"""Waivers: what a file may say, what they cover, and what is wrong with them, by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from policies.bad_input import SettingsError
from policies.graph import Resource
from policies.registry import controls
from policies.run import Finding, judge, judge_alone
from policies.settings import Settings
from policies.verdict import Verdict
from policies.waivers import MAX_DAYS, Waivers, read
from tests.policies.crash import CRASHING
from tests.policies.dsl import UNKNOWN, res
from tests.policies.test_controls import BY_ID

TODAY = date(2026, 3, 1)
BUCKET = "gcp:storage/bucket:Bucket"
CONTROL = BY_ID["store-no-public-access"]
OPEN = {"publicAccessPrevention": "inherited"}
SHUT = {"publicAccessPrevention": "enforced"}
IDS = [c.id for c in controls()]
GOOD = {
    "control": CONTROL.id,
    "resource": f"{BUCKET}/storage-raw",
    "owner": "data@example.com",
    "reason": "Open data set.",
    "ticket": "SEC-1",
    "granted": "2026-02-01",
    "expires": "2026-06-30",
}


def text(*entries: dict[str, object]) -> str:
    lines = ["waivers:"]
    for entry in entries:
        lines += [f"{'  - ' if i == 0 else '    '}{k}: {v!r}" for i, (k, v) in enumerate(entry.items())]
    return "\n".join(lines) + "\n"


def load(tmp_path: Path, content: str) -> Waivers:
    path = tmp_path / "waivers.yaml"
    path.write_text(content, encoding="utf-8")
    return read(path, IDS, TODAY, "stacks/waivers.yaml")


def entry(**changes: object) -> dict[str, object]:
    return {k: v for k, v in {**GOOD, **changes}.items() if v is not None}


def found(tmp_path: Path, waivers: str, graph: Sequence[Resource], profile: str = "regulated") -> list[Finding]:
    settings = replace(Settings.of(profile), waivers=load(tmp_path, waivers))
    return judge([CONTROL], graph, profile, settings)


def said(findings: Sequence[Finding]) -> set[tuple[str, str, str, bool]]:
    return {(f.control, f.name, f.verdict.value, f.blocking) for f in findings}


def test_a_waived_finding_keeps_its_place_and_blocks_nothing(tmp_path: Path) -> None:
    findings = found(tmp_path, text(entry()), [res(BUCKET, "storage-raw", OPEN), res(BUCKET, "other", OPEN)])
    assert said(findings) == {
        (CONTROL.id, "storage-raw", "waived", False),
        (CONTROL.id, "other", "failed", True),
    }
    waived = next(f for f in findings if f.verdict is Verdict.WAIVED)
    assert waived.message == "publicAccessPrevention is inherited; it must be enforced"
    assert waived.waived is Verdict.FAILED
    assert waived.waiver is not None
    assert (waived.waiver.ticket, waived.waiver.place) == ("SEC-1", "stacks/waivers.yaml:2")
    assert waived.waiver.days_left(TODAY) == 121


@pytest.mark.parametrize(
    "pattern",
    [
        "urn:pulumi:test::tripod::gcp:storage/bucket:Bucket::storage-raw",
        "urn:pulumi:test::*::gcp:storage/bucket:Bucket::storage-r?w",
        f"{BUCKET}/storage-*",
        f"{BUCKET}/*-raw",
    ],
)
def test_a_urn_or_a_type_and_name_point_at_the_resource(tmp_path: Path, pattern: str) -> None:
    findings = found(tmp_path, text(entry(resource=pattern)), [res(BUCKET, "storage-raw", OPEN)])
    assert said(findings) == {(CONTROL.id, "storage-raw", "waived", False)}


def test_an_undetermined_finding_can_be_waived_and_a_crash_cannot(tmp_path: Path) -> None:
    later = found(tmp_path, text(entry()), [res(BUCKET, "storage-raw", {"publicAccessPrevention": UNKNOWN})])
    assert said(later) == {(CONTROL.id, "storage-raw", "waived", False)}
    assert later[0].waived is Verdict.UNDETERMINED
    waivers = load(tmp_path, text(entry()))
    crashing = replace(waivers, entries=(replace(waivers.entries[0], control=CRASHING.id),))
    settings = replace(Settings.of("regulated"), waivers=crashing)
    findings = judge([CRASHING], [res(BUCKET, "storage-raw", OPEN)], "regulated", settings)
    assert said(findings) == {
        (CRASHING.id, "storage-raw", "error", True),
        ("waiver-unused", f"{CRASHING.id} on {BUCKET}/storage-raw", "failed", True),
    }


def test_an_expired_waiver_is_a_finding_and_the_fault_returns(tmp_path: Path) -> None:
    old = text(entry(granted="2025-12-01", expires="2026-02-28"))
    findings = found(tmp_path, old, [res(BUCKET, "storage-raw", OPEN)])
    assert said(findings) == {
        (CONTROL.id, "storage-raw", "failed", True),
        ("waiver-expired", f"{CONTROL.id} on {BUCKET}/storage-raw", "failed", True),
    }
    assert "stacks/waivers.yaml:2" in findings[-1].message
    assert "it ended 1 days ago" in findings[-1].message
    last_day = text(entry(granted="2025-12-01", expires="2026-03-01"))
    assert said(found(tmp_path, last_day, [res(BUCKET, "storage-raw", OPEN)])) == {
        (CONTROL.id, "storage-raw", "waived", False)
    }


def test_a_waiver_for_what_passes_is_unused(tmp_path: Path) -> None:
    findings = found(tmp_path, text(entry()), [res(BUCKET, "storage-raw", SHUT)])
    assert said(findings) == {
        (CONTROL.id, "storage-raw", "passed", False),
        ("waiver-unused", f"{CONTROL.id} on {BUCKET}/storage-raw", "failed", True),
    }


def test_the_second_of_two_equal_waivers_is_unused(tmp_path: Path) -> None:
    findings = found(tmp_path, text(entry(), entry(ticket="SEC-2")), [res(BUCKET, "storage-raw", OPEN)])
    assert [(f.control, f.place) for f in findings if not f.urn] == [("waiver-unused", "stacks/waivers.yaml:9")]


def test_unused_is_said_only_where_the_waiver_is_meant(tmp_path: Path) -> None:
    """It is meant in the stacks that it names, else in every stack of its cloud."""
    elsewhere = text(entry(stacks=["gcp-prod"]))
    assert said(found(tmp_path, elsewhere, [res(BUCKET, "storage-raw", SHUT)])) == {
        (CONTROL.id, "storage-raw", "passed", False)
    }
    assert said(found(tmp_path, elsewhere, [res(BUCKET, "storage-raw", OPEN)])) == {
        (CONTROL.id, "storage-raw", "failed", True)
    }
    other_cloud = found(tmp_path, text(entry()), [res("aws:s3/bucket:Bucket", "b", {})])
    assert [f.control for f in other_cloud] == [CONTROL.id]
    here = found(tmp_path, text(entry(stacks=["test"])), [res("aws:s3/bucket:Bucket", "b", {})])
    assert [f.control for f in here] == [CONTROL.id, "waiver-unused"]


@pytest.mark.parametrize("pattern", ["*", "gcp:*", f"{BUCKET}/*", f"{BUCKET}/s*", "gcp:storage/*:*/storage-raw"])
def test_a_pattern_that_takes_in_whole_types_covers_nothing(tmp_path: Path, pattern: str) -> None:
    findings = found(tmp_path, text(entry(resource=pattern)), [res(BUCKET, "storage-raw", OPEN)])
    assert said(findings) == {
        (CONTROL.id, "storage-raw", "failed", True),
        ("waiver-over-broad", f"{CONTROL.id} on {pattern}", "failed", True),
    }


def test_a_pattern_that_takes_in_what_passes_covers_nothing(tmp_path: Path) -> None:
    graph = [res(BUCKET, "storage-raw", OPEN), res(BUCKET, "storage-curated", SHUT)]
    findings = found(tmp_path, text(entry(resource=f"{BUCKET}/storage-*")), graph)
    assert said(findings) == {
        (CONTROL.id, "storage-raw", "failed", True),
        (CONTROL.id, "storage-curated", "passed", False),
        ("waiver-over-broad", f"{CONTROL.id} on {BUCKET}/storage-*", "failed", True),
    }
    assert "takes in what passes: storage-curated" in findings[-1].message


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"owner": None}, "owner is missing"),
        ({"reason": "  "}, "reason must be a text"),
        ({"ticket": ["a"]}, "ticket must be a text"),
        ({"expires": None}, "expires is missing"),
        ({"expires": "soon"}, "expires is no date; write it as 2026-01-31"),
        ({"expires": "2026-08-01"}, f"more than {MAX_DAYS} days after 2026-02-01; allowed is 2026-07-31 at most"),
        ({"granted": None, "expires": "2026-09-01"}, f"more than {MAX_DAYS} days after 2026-03-01"),
        ({"granted": "2026-03-02"}, "granted is in the future (2026-03-02)"),
        ({"expires": "2026-01-31"}, "expires (2026-01-31) is before granted (2026-02-01)"),
        ({"control": "store-no-public-acces"}, "(did you mean store-no-public-access?)"),
        ({"control": "no-plaintext-secrets"}, "no-plaintext-secrets cannot be waived"),
        ({"control": "waiver-unused"}, "no control has the id waiver-unused"),
        ({"resource": "storage-raw"}, "resource storage-raw is neither a URN nor type/name"),
        ({"resource": "random:index:Pet/storage-raw"}, "is of no cloud; a type begins with aws, azure-native, gcp"),
        ({"stacks": "gcp-prod"}, "stacks must be a list of one or more stack names"),
        ({"stacks": []}, "stacks must be a list of one or more stack names"),
        ({"expire": "2026-06-30"}, "unknown key expire (did you mean expires?)"),
    ],
)
def test_a_malformed_entry_is_a_finding_by_name_and_covers_nothing(
    tmp_path: Path, changes: dict[str, object], words: str
) -> None:
    sound = res(BUCKET, "other", OPEN)
    content = text(entry(**changes), entry(resource=f"{BUCKET}/other"))
    findings = found(tmp_path, content, [res(BUCKET, "storage-raw", OPEN), sound])
    assert {(f.control, f.name, f.verdict.value) for f in findings if f.urn} == {
        (CONTROL.id, "storage-raw", "failed"),
        (CONTROL.id, "other", "waived"),
    }
    (told,) = [f for f in findings if not f.urn]
    assert (told.control, told.blocking, told.place) == ("waiver-malformed", True, "stacks/waivers.yaml:2")
    assert words in told.message


def test_every_fault_of_an_entry_is_named(tmp_path: Path) -> None:
    (bad,) = load(tmp_path, "waivers:\n  - {control: x, reason: y, stacks: 1, until: 2}\n").malformed
    assert bad.entry == "waiver 1 (x)"
    assert len(bad.faults) == 6


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("waivers: [", "stacks/waivers.yaml:2: broken YAML"),
        ("- a\n", "stacks/waivers.yaml: must be a mapping with one key, waivers, that holds a list"),
        ("waiver: []\n", "must be a mapping with one key, waivers"),
        ("waivers: {a: 1}\n", "must be a mapping with one key, waivers"),
    ],
)
def test_a_file_that_cannot_be_read_is_bad_input(tmp_path: Path, content: str, words: str) -> None:
    with pytest.raises(SettingsError) as error:
        load(tmp_path, content + ("\n" if not content.endswith("\n") else ""))
    assert words in str(error.value)


def test_no_file_and_an_empty_one_hold_none(tmp_path: Path) -> None:
    assert read(tmp_path / "none.yaml", IDS, TODAY) == Waivers(today=TODAY)
    assert load(tmp_path, "") == load(tmp_path, "waivers:\n") == Waivers(today=TODAY)
    with pytest.raises(SettingsError, match="there is no such file"):
        read(tmp_path / "none.yaml", IDS, TODAY, required=True)


def test_a_waiver_holds_just_before_the_resource_is_made(tmp_path: Path) -> None:
    settings = replace(Settings.of("regulated"), waivers=load(tmp_path, text(entry())))
    for name, verdict in (("storage-raw", Verdict.WAIVED), ("other", Verdict.FAILED)):
        (finding,) = judge_alone([CONTROL], res(BUCKET, name, OPEN), "regulated", settings)
        assert (finding.verdict, finding.blocking) == (verdict, verdict is Verdict.FAILED)


@hypothesis_settings(max_examples=200, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=6) | st.dates() | st.just("*"),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*GOOD, "stacks"]), inner),
        max_leaves=8,
    )
)
def test_any_entry_is_a_waiver_or_a_finding(drawn: object) -> None:
    from policies.waivers import Waiver, _waiver

    made = _waiver(drawn, tuple(IDS), TODAY, "here")
    assert isinstance(made, Waiver) or (made and all(isinstance(fault, str) for fault in made))
