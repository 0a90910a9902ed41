"""Findings as JSON and Markdown, counts, exit codes and clauses."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from typing import Any

import pytest

from policies.frameworks import FRAMEWORKS
from policies.graph import Resource
from policies.registry import controls
from policies.report import Report, about, by_clause, counts, exit_code, ranked, to_json, to_markdown
from policies.run import judge
from policies.settings import Profile, Settings, Unknowns
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


def made(graph: Sequence[Resource] = MIXED, subject: str = "gcp-dev", **more: Any) -> Report:
    findings = judge(CONTROLS, graph, "sandbox")
    return Report(subject=subject, profile=Profile.SANDBOX, findings=findings, controls=CONTROLS, **more)


def test_json_holds_every_verdict_gravest_first() -> None:
    document = json.loads(to_json(made()))
    assert [(f["name"], f["verdict"], f["blocking"]) for f in document["findings"]] == [
        ("open|wide", "failed", True),
        ("later", "undetermined", False),
        ("sound", "passed", False),
    ]
    assert document["blocked"] is True
    assert {k: v for k, v in document["verdicts"].items() if v} == {"failed": 1, "undetermined": 1, "passed": 1}


def test_json_is_the_same_for_the_same_findings() -> None:
    one, two = (to_json(made(graph)) for graph in (MIXED, MIXED[::-1]))
    assert one == two


def test_markdown_names_what_blocks_and_escapes_names() -> None:
    page = to_markdown(made())
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


def test_a_framework_report_says_what_no_automation_covers() -> None:
    every = about("eu-ai-act", controls())
    assert {c.id for c in every} == {c.id for c in controls() if any(r.startswith("eu-ai-act:") for r in c.clauses)}
    report = dataclasses.replace(made(framework="eu-ai-act"), controls=every)
    clauses = {c["clause"]: c for c in json.loads(to_json(report))["framework"]["clauses"]}
    bare = [name for name, clause in clauses.items() if clause["verdict"] == "no automation"]
    assert bare == [name for name, clause in clauses.items() if clause["controls"] == []]
    assert clauses["Art. 14"]["verdict"] == "not judged here"
    page = to_markdown(report)
    assert "no control here is about the 103 that are not listed" in page
    for name in bare:
        assert f"| {name} | {FRAMEWORKS['eu-ai-act'].clauses[name]} | none |  | no automation |" in page


@pytest.mark.parametrize(
    ("graph", "verdict"),
    [(MIXED, "failed"), (MIXED[::2], "undetermined"), (MIXED[:1], "supported"), ([], "not judged here")],
)
def test_a_clause_is_as_good_as_its_worst_verdict(graph: Sequence[Resource], verdict: str) -> None:
    results = {r.clause: r.verdict for r in by_clause("nist-800-53", CONTROLS, judge(CONTROLS, graph, "regulated"))}
    assert (results["AC-3"], results["SC-28"]) == (verdict, "no automation")


def test_what_could_not_be_judged_is_no_success() -> None:
    report = dataclasses.replace(made(MIXED[:1]), errors=["the plan failed"], not_judged={"aws:x/y:Z": 2})
    assert not report.ok
    document = json.loads(to_json(report))
    assert (document["ok"], document["blocked"], document["errors"]) == (False, False, ["the plan failed"])
    assert document["not_judged"] == {"aws:x/y:Z": 2}
    assert "| aws:x/y:Z | 2 |" in to_markdown(report).split("## No control stands on")[1]
