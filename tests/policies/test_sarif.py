"""SARIF: the structure that the standard asks for, what is in it and what stays out, fingerprints, suppressions.

The official schema is not in this repository. Where TRIPOD_SARIF_SCHEMA names a copy of it
(https://docs.oasis-open.org/sarif/sarif/v2.1.0/), the logs are validated against it too.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from policies.graph import Resource
from policies.registry import controls
from policies.report import Place, Report
from policies.run import Finding, judge
from policies.sarif import FINGERPRINT, SCHEMA, fingerprint, to_sarif
from policies.settings import Profile, Settings
from policies.waivers import Waiver, Waivers
from tests.policies.crash import CRASHING
from tests.policies.dsl import UNKNOWN, res
from tests.policies.test_controls import BY_ID, CASES

BUCKET = "gcp:storage/bucket:Bucket"
CONTROL = BY_ID["store-no-public-access"]
OPEN = {"publicAccessPrevention": "inherited"}
WAIVER = Waiver(
    control=CONTROL.id,
    resource=f"{BUCKET}/known",
    owner="data@example.com",
    reason="Open data.",
    ticket="SEC-1",
    expires=date(2026, 5, 1),
    place="stacks/waivers.yaml:2",
)
SETTINGS = replace(Settings.of("regulated"), waivers=Waivers(entries=(WAIVER,), today=date(2026, 3, 1)))
GRAPH = [
    res(BUCKET, "open", OPEN),
    res(BUCKET, "known", OPEN),
    res(BUCKET, "later", {"publicAccessPrevention": UNKNOWN}),
    res(BUCKET, "sound", {"publicAccessPrevention": "enforced"}),
]


def obj(required: Sequence[str], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(required), "properties": properties, "additionalProperties": False}


def many(item: Any) -> dict[str, Any]:
    return {"type": "array", "items": item}


TEXT = {"type": "string", "minLength": 1}
BAG = {"type": "object"}
LEVEL = {"enum": ["none", "note", "warning", "error"]}
WORDS = obj(["text"], text=TEXT, markdown=TEXT)
TARGET = obj(["id"], id=TEXT, toolComponent=obj(["name"], name=TEXT, index={"type": "integer", "minimum": 0}))
RULE = obj(
    ["id"],
    id=TEXT,
    name=TEXT,
    shortDescription=WORDS,
    fullDescription=WORDS,
    help=WORDS,
    helpUri={"type": "string", "pattern": "^https://"},
    defaultConfiguration=obj(["level"], level=LEVEL),
    properties=BAG,
    relationships=many(obj(["target"], target=TARGET, kinds=many({"const": "relevant"}))),
)
PHYSICAL = obj(
    ["artifactLocation"],
    artifactLocation=obj(["uri"], uri=TEXT, uriBaseId=TEXT),
    region=obj(["startLine"], startLine={"type": "integer", "minimum": 1}),
)
LOGICAL = many(obj(["fullyQualifiedName"], name=TEXT, fullyQualifiedName=TEXT, kind=TEXT))
SUPPRESSION = obj(
    ["kind"],
    kind={"enum": ["inSource", "external"]},
    status={"enum": ["accepted", "underReview", "rejected"]},
    justification=TEXT,
    properties=BAG,
)
RESULT = obj(
    ["message", "ruleId", "ruleIndex", "partialFingerprints"],
    ruleId=TEXT,
    ruleIndex={"type": "integer", "minimum": 0},
    level=LEVEL,
    message=WORDS,
    locations=many(obj([], physicalLocation=PHYSICAL, logicalLocations=LOGICAL)),
    partialFingerprints={"type": "object", "additionalProperties": TEXT},
    suppressions=many(SUPPRESSION),
    properties=BAG,
)
DRIVER = obj(
    ["name"],
    name=TEXT,
    semanticVersion={"type": "string", "pattern": r"^\d+\.\d+\.\d+"},
    informationUri=TEXT,
    rules=many(RULE),
    supportedTaxonomies=many(obj(["name"], name=TEXT, index={"type": "integer"})),
)
TAXONOMY = obj(
    ["name"],
    name=TEXT,
    fullName=TEXT,
    version=TEXT,
    informationUri=TEXT,
    taxa=many(obj(["id"], id=TEXT, shortDescription=WORDS)),
)
INVOCATION = obj(
    ["executionSuccessful"],
    executionSuccessful={"type": "boolean"},
    exitCode={"type": "integer"},
    toolExecutionNotifications=many(obj(["message"], level=LEVEL, message=WORDS)),
)
RUN = obj(
    ["tool", "results"],
    tool=obj(["driver"], driver=DRIVER),
    automationDetails=obj(["id"], id=TEXT),
    columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
    invocations=many(INVOCATION),
    taxonomies=many(TAXONOMY),
    results=many(RESULT),
    properties=BAG,
)
LOG = obj(["version", "runs"], **{"$schema": {"const": SCHEMA}, "version": {"const": "2.1.0"}, "runs": many(RUN)})
"""The part of SARIF 2.1.0 that is written here, strictly: a key that is not in it is a fault."""


def log(findings: Sequence[Finding], **more: Any) -> dict[str, Any]:
    report = Report(subject="gcp-prod", profile=Profile.REGULATED, findings=findings, controls=controls(), **more)
    made: dict[str, Any] = json.loads(to_sarif(report, version="0.1.0"))
    jsonschema.Draft202012Validator(LOG).validate(made)
    return made


def run_of(graph: Sequence[Resource] = GRAPH, settings: Settings = SETTINGS, **more: Any) -> dict[str, Any]:
    run: dict[str, Any] = log(judge([CONTROL], graph, "regulated", settings), **more)["runs"][0]
    return run


def named(run: dict[str, Any]) -> dict[str, Any]:
    """The results about resources, by the resource's name."""
    places = [(r, r["locations"][0]) for r in run["results"] if "locations" in r]
    return {place["logicalLocations"][0]["name"]: r for r, place in places if "logicalLocations" in place}


def test_failures_and_waived_findings_are_results_and_the_rest_stays_out() -> None:
    run = run_of()
    results = named(run)
    assert set(results) == {"open", "known"}
    assert (results["open"]["level"], results["open"]["properties"]["verdict"]) == ("error", "failed")
    assert "suppressions" not in results["open"]
    assert results["known"]["suppressions"] == [
        {
            "kind": "external",
            "status": "accepted",
            "justification": "Open data. (SEC-1, data@example.com, until 2026-05-01)",
            "properties": {"expires": "2026-05-01", "place": "stacks/waivers.yaml:2"},
        }
    ]
    notes = [n["message"]["text"] for n in run["invocations"][0]["toolExecutionNotifications"]]
    assert notes == ["1 verdicts need values that exist only later: each is decided before its resource is made"]


def test_what_cannot_be_decided_is_a_result_where_it_blocks() -> None:
    results = named(run_of(settings=replace(SETTINGS, unknowns=type(SETTINGS.unknowns)("fail"))))
    assert results["later"]["properties"] | {"paths": []} == {
        "verdict": "undetermined",
        "level": "mandatory",
        "blocking": True,
        "paths": [],
        "remedy": CONTROL.remedy,
    }
    assert results["later"]["message"]["text"].startswith(
        "Undetermined: later: publicAccessPrevention is not known yet"
    )


def test_a_crash_of_a_rule_is_a_result_by_name() -> None:
    findings = judge([CRASHING], GRAPH[:1], "regulated")
    report = Report(subject="s", profile=Profile.REGULATED, findings=findings, controls=[CRASHING])
    (result,) = json.loads(to_sarif(report, version="0.1.0"))["runs"][0]["results"]
    assert result["ruleId"] == "crashing"
    assert result["message"]["text"].startswith("Error: open: the rule crashed with RuntimeError")


def test_every_rule_has_a_page_a_score_and_its_clauses() -> None:
    run = run_of()
    driver = run["tool"]["driver"]
    assert [rule["id"] for rule in driver["rules"]] == [c.id for c in controls()]
    scores = {"low": "3.0", "medium": "5.5", "high": "8.0", "critical": "9.5"}
    taxa = {(t["name"], taxon["id"]) for t in run["taxonomies"] for taxon in t["taxa"]}
    for rule, control in zip(driver["rules"], controls(), strict=True):
        assert rule["helpUri"] == control.url
        assert rule["properties"]["security-severity"] == scores[control.severity]
        meant = {f"{r['target']['toolComponent']['name']}:{r['target']['id']}" for r in rule["relationships"]}
        assert meant == set(control.clauses)
        for relation in rule["relationships"]:
            component = relation["target"]["toolComponent"]
            assert run["taxonomies"][component["index"]]["name"] == component["name"]
            assert (component["name"], relation["target"]["id"]) in taxa
    for result in run["results"]:
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]


def test_fingerprints_outlive_messages_lines_and_physical_names() -> None:
    """What an open bucket is called in the cloud, which value is wrong and where it stands may all change."""
    one = named(run_of([res(BUCKET, "open", {**OPEN, "name": "raw-1a2b3c"})], place=lambda f: Place(file="a.yaml")))
    two = named(run_of([res(BUCKET, "open", {"name": "raw-9z8y7x"})], place=lambda f: Place(file="b.yaml", line=9)))
    assert one["open"]["message"] != two["open"]["message"]
    assert one["open"]["partialFingerprints"] == two["open"]["partialFingerprints"]
    assert set(one["open"]["partialFingerprints"]) == {FINGERPRINT}


def test_fingerprints_tell_findings_apart() -> None:
    findings = [
        f for case in CASES for f in judge([BY_ID[case.control]], case.resources, case.profile, case.settings) if f.urn
    ]
    prints = {fingerprint(f) for f in findings}
    assert len(prints) == len({(f.control, f.urn) for f in findings})


def test_places_are_relative_to_the_project_or_whole_uris() -> None:
    inside = named(run_of(place=lambda f: Place(file="stacks/my stack.yaml", line=7)))["open"]["locations"][0]
    assert inside["physicalLocation"] == {
        "artifactLocation": {"uri": "stacks/my%20stack.yaml", "uriBaseId": "PROJECTROOT"},
        "region": {"startLine": 7},
    }
    outside = named(run_of(place=lambda f: Place(file="/srv/state.json")))["open"]["locations"][0]
    assert outside["physicalLocation"]["artifactLocation"] == {"uri": "file:///srv/state.json"}


def test_a_subject_that_was_not_judged_whole_is_no_success() -> None:
    invocation = run_of(GRAPH[3:], replace(SETTINGS, waivers=Waivers()), errors=["the plan failed"])["invocations"][0]
    assert (invocation["executionSuccessful"], invocation["exitCode"]) == (False, 1)
    assert invocation["toolExecutionNotifications"][0] == {"level": "error", "message": {"text": "the plan failed"}}


def test_a_fault_of_a_waiver_stands_at_its_line() -> None:
    run = run_of(GRAPH[:1], place=lambda f: Place(file="stacks/waivers.yaml", line=2) if f.place else None)
    (unused,) = [r for r in run["results"] if r["ruleId"] == "waiver-unused"]
    assert unused["locations"][0]["physicalLocation"]["region"] == {"startLine": 2}
    assert run["tool"]["driver"]["rules"][unused["ruleIndex"]]["id"] == "waiver-unused"


@pytest.mark.skipif("TRIPOD_SARIF_SCHEMA" not in os.environ, reason="TRIPOD_SARIF_SCHEMA names no copy of the schema")
def test_the_official_schema_accepts_every_log() -> None:
    schema = json.loads(Path(os.environ["TRIPOD_SARIF_SCHEMA"]).read_text(encoding="utf-8"))
    validator = jsonschema.validators.validator_for(schema)(schema)
    every = [f for case in CASES for f in judge([BY_ID[case.control]], case.resources, case.profile, case.settings)]
    for made in (log(every), log(judge(controls(), GRAPH, "regulated", SETTINGS)), log([])):
        assert [error.message for error in validator.iter_errors(made)] == []
