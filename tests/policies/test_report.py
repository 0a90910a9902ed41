"""Findings as JSON and Markdown, counts, exit codes and clauses."""

from __future__ import annotations

import dataclasses
import json

import pytest

from policies.frameworks import FRAMEWORKS
from policies.registry import controls
from policies.report import by_clause, counts, exit_code, ranked, to_json, to_markdown
from policies.run import judge
from policies.settings import Settings, Unknowns
from policies.verdict import Verdict
from tests.policies.dsl import UNKNOWN, res
from tests.policies.test_controls import BY_ID

CONTROLS = [BY_ID["store-no-public-access"]]
BUCKET = "gcp:storage/bucket:Bucket"
MIXED = [
    res(BUCKET, "sound", {"publicAccessPrevention": "enforced"}),
    res(BUCKET, "open|wide", {"publicAccessPrevention": "inherited"}),
    res(BUCKET, "later", {"publicAccessPrevention": UNKNOWN}),
]


def test_json_holds_every_verdict_gravest_first() -> None:
    document = json.loads(to_json(judge(CONTROLS, MIXED, "sandbox"), subject="gcp-dev", profile="sandbox"))
    assert [(f["name"], f["verdict"], f["blocking"]) for f in document["findings"]] == [
        ("open|wide", "failed", True),
        ("later", "undetermined", False),
        ("sound", "passed", False),
    ]
    assert document["blocked"] is True
    assert {k: v for k, v in document["counts"].items() if v} == {"failed": 1, "undetermined": 1, "passed": 1}


def test_json_is_the_same_for_the_same_findings() -> None:
    one, two = (to_json(judge(CONTROLS, g, "sandbox"), subject="s", profile="sandbox") for g in (MIXED, MIXED[::-1]))
    assert one == two


def test_markdown_names_what_blocks_and_escapes_names() -> None:
    page = to_markdown(judge(CONTROLS, MIXED, "sandbox"), subject="gcp-dev", profile="sandbox")
    blocking, advisory = page.split("## Blocking")[1].split("## Advisory")
    assert "| open\\|wide | failed | publicAccessPrevention is inherited; it must be enforced |" in blocking
    assert "later" not in blocking
    assert "| later | undetermined |" in advisory.split("## Passed")[0]
    assert "| store-no-public-access | 1 |" in page.split("## Passed")[1]


def test_exit_code_follows_what_blocks() -> None:
    assert exit_code(judge(CONTROLS, MIXED[:1], "regulated")) == 0
    assert exit_code(judge(CONTROLS, MIXED[2:], "sandbox")) == 0
    assert exit_code(judge(CONTROLS, MIXED[2:], "regulated")) == 0
    strict = dataclasses.replace(Settings.of("regulated"), unknowns=Unknowns.FAIL)
    assert exit_code(judge(CONTROLS, MIXED[2:], "regulated", strict)) == 1
    assert exit_code(judge(CONTROLS, MIXED[1:2], "regulated")) == 1


def test_ranking_keeps_every_finding() -> None:
    findings = judge(controls(), MIXED, "regulated")
    assert sorted(f.control + f.urn for f in ranked(findings)) == sorted(f.control + f.urn for f in findings)
    assert sum(counts(findings).values()) == len(findings)


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_every_clause_says_which_controls_speak_to_it(framework: str) -> None:
    results = by_clause(framework, controls(), judge(controls(), MIXED, "regulated"))
    assert [r.clause for r in results] == list(FRAMEWORKS[framework].clauses)
    for result in results:
        supporting = {c.id for c in controls() if f"{framework}:{result.clause}" in c.clauses}
        assert set(result.controls) == supporting


def test_clause_verdicts_are_those_of_its_controls() -> None:
    results = {r.clause: r for r in by_clause("nist-800-53", CONTROLS, judge(CONTROLS, MIXED, "regulated"))}
    assert results["AC-3"].verdicts == {Verdict.FAILED: 1, Verdict.UNDETERMINED: 1, Verdict.PASSED: 1}
    assert results["SC-28"].controls == ()
    assert results["SC-28"].verdicts == {}
