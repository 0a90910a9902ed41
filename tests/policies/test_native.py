"""The policies that the Pulumi CLI runs say the same as the in-process run."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from google.protobuf import struct_pb2
from pulumi.runtime.proto import analyzer_pb2
from pulumi_policy import EnforcementLevel, ResourceValidationPolicy
from pulumi_policy.policy import _PolicyAnalyzerServicer

from components.core.cloud import ByCloud, Cloud
from policies.checks import Rule
from policies.control import Control
from policies.graph import Resource
from policies.native import UNDETERMINED_GUARD, policies
from policies.packs import level_of
from policies.registry import controls
from policies.run import judge
from policies.settings import Level, Settings
from policies.verdict import UNKNOWN, Verdict
from tests.policies.crash import CRASHING
from tests.policies.dsl import SECRET, Case, res, secret
from tests.policies.dsl import UNKNOWN as WIRE_UNKNOWN
from tests.policies.test_controls import BY_ID, CASES


def _wire(value: Any) -> Any:
    if value is UNKNOWN:
        return WIRE_UNKNOWN
    if isinstance(value, dict):
        return {k: _wire(v) for k, v in value.items()}
    return [_wire(v) for v in value] if isinstance(value, list) else value


def _struct(resource: Resource) -> struct_pb2.Struct:
    result = struct_pb2.Struct()
    result.update({k: v for k, v in _wire(dict(resource.props)).items() if v is not None})
    return result


def _servicer(chosen: Iterable[Control], settings: Settings) -> Any:
    return _PolicyAnalyzerServicer("tripod", "0.1.0", policies(chosen, settings), EnforcementLevel.ADVISORY)


def analyze(chosen: Iterable[Control], resources: Iterable[Resource], settings: Settings) -> set[tuple[str, str, str]]:
    """(control, resource name, verdict) of every diagnostic of the analyzer, as the CLI would get it."""
    servicer, graph = _servicer(chosen, settings), list(resources)
    by_urn = {r.urn: r.name for r in graph}
    found: set[tuple[str, str, str]] = set()

    def collect(response: Any, name: str) -> None:
        for d in response.diagnostics:
            text = d.message.split("\n")[-1]
            verdict = next((w for w in ("UNDETERMINED", "ERROR") if text.startswith(w)), "FAILED")
            found.add((d.policyName, by_urn.get(d.urn, name), verdict))

    for r in graph:
        request = analyzer_pb2.AnalyzeRequest(type=r.type, urn=r.urn, name=r.name, properties=_struct(r))
        request.options.protect = r.protect
        collect(servicer.Analyze(request, None), r.name)
    stack = analyzer_pb2.AnalyzeStackRequest()
    for r in graph:
        item = stack.resources.add(type=r.type, urn=r.urn, name=r.name, properties=_struct(r))
        item.dependencies.extend(r.dependencies)
        item.options.protect = r.protect
        for key, urns in r.property_dependencies.items():
            item.propertyDependencies[key].urns.extend(urns)
    collect(servicer.AnalyzeStack(stack, None), "stack")
    return found


def _same(case: Case) -> tuple[set[tuple[str, str, str]], set[tuple[str, str, str]]]:
    settings = Settings.of(case.profile)
    words = {Verdict.FAILED: "FAILED", Verdict.UNDETERMINED: "UNDETERMINED", Verdict.ERROR: "ERROR"}
    findings = judge([BY_ID[case.control]], case.resources, case.profile)
    expected = {(f.control, f.name, words[f.verdict]) for f in findings if f.verdict in words}
    return analyze([BY_ID[case.control]], case.resources, settings), expected


@pytest.mark.parametrize("case", [c for c in CASES if c.profile != "sandbox"], ids=lambda c: c.id)
def test_the_analyzer_agrees_with_the_run(case: Case) -> None:
    actual, expected = _same(case)
    assert actual == expected


def test_levels_severity_and_references_reach_the_engine() -> None:
    for profile in ("sandbox", "standard", "regulated"):
        settings = Settings.of(profile)
        info = {p.name: p for p in _servicer(controls(), settings).GetAnalyzerInfo(None, None).policies}
        assert set(info) - {UNDETERMINED_GUARD} == {c.id for c in controls()}
        assert (UNDETERMINED_GUARD in info) is (profile == "sandbox")
        for control in controls():
            names = {Level.OFF: "DISABLED", Level.ADVISORY: "ADVISORY", Level.MANDATORY: "MANDATORY"}
            level = analyzer_pb2.EnforcementLevel.Name(info[control.id].enforcementLevel)
            assert level == names[level_of(control.id, settings)], control.id
            assert info[control.id].url == control.url
            assert info[control.id].remediation_steps == control.remedy
            assert set(control.clauses) <= set(info[control.id].tags)


def test_a_control_without_links_stops_the_resource_before_it_is_made() -> None:
    for control, policy in zip(controls(), policies(controls(), Settings.of("regulated")), strict=True):
        assert isinstance(policy, ResourceValidationPolicy) is not control.linked


def test_unknowns_are_listed_by_the_guard_where_they_do_not_fail() -> None:
    control = BY_ID["store-no-public-access"]
    bucket = res("gcp:storage/bucket:Bucket", "open", {"publicAccessPrevention": WIRE_UNKNOWN})
    assert analyze([control], [bucket], Settings.of("regulated")) == {(control.id, "open", "UNDETERMINED")}
    assert analyze([control], [bucket], Settings.of("sandbox")) == {(UNDETERMINED_GUARD, "open", "UNDETERMINED")}


def test_a_crash_is_reported_by_name_and_stops_nobody_else() -> None:
    sound = BY_ID["store-no-public-access"]
    bucket = res(
        "gcp:storage/bucket:Bucket", "b", {"publicAccessPrevention": "inherited", "labels": {"k": secret(SECRET)}}
    )
    found = analyze([CRASHING, sound], [bucket], Settings.of("regulated"))
    assert found == {(CRASHING.id, "b", "ERROR"), (sound.id, "b", "FAILED")}


def test_the_crashing_control_is_no_stack_policy() -> None:
    assert not CRASHING.linked
    assert isinstance(CRASHING.rows, ByCloud)
    assert all(isinstance(check, Rule) for cloud in Cloud for check in CRASHING.checks(cloud))
