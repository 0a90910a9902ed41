"""The policies that the Pulumi CLI runs say the same as the in-process run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from google.protobuf import struct_pb2
from pulumi.runtime.proto import analyzer_pb2
from pulumi_policy import EnforcementLevel, ResourceValidationPolicy
from pulumi_policy.policy import _PolicyAnalyzerServicer

from policies.control import Control
from policies.graph import Resource
from policies.native import UNDETERMINED_GUARD, WAIVED_LIST, policies
from policies.pack_config import LINKS, SETTINGS_POLICY
from policies.packs import level_of
from policies.registry import controls
from policies.run import judge
from policies.settings import Level, Settings, Unknowns
from policies.verdict import UNKNOWN, Verdict
from policies.waiver_checks import BUILT_IN
from tests.policies.crash import CRASHING
from tests.policies.dsl import SECRET, Case, res, secret
from tests.policies.dsl import UNKNOWN as WIRE_UNKNOWN
from tests.policies.test_controls import BY_ID, CASES

SEEN = [c for c in CASES if not any(r.options.retain_on_delete for r in c.resources)]
BESIDES = {*BUILT_IN, UNDETERMINED_GUARD, WAIVED_LIST, SETTINGS_POLICY}
GRAVITY = ("ERROR", "FAILED", "UNDETERMINED")


def _wire(value: Any) -> Any:
    if value is UNKNOWN:
        return WIRE_UNKNOWN
    if isinstance(value, dict):
        return {k: _wire(v) for k, v in value.items()}
    return [_wire(v) for v in value] if isinstance(value, list) else value


def _struct(resource: Resource) -> struct_pb2.Struct:
    result = struct_pb2.Struct()
    result.update({k: v for k, v in _wire(dict(resource.props)).items() if v is not None})
    if isinstance(resource.id, str):
        result.update({"id": resource.id})  # the outputs of the three providers hold the id
    return result


def _servicer(chosen: Iterable[Control], settings: Settings) -> Any:
    return _PolicyAnalyzerServicer("tripod", "0.1.0", policies(chosen, settings), EnforcementLevel.ADVISORY)


def analyze(chosen: Iterable[Control], resources: Iterable[Resource], settings: Settings) -> set[tuple[str, str, str]]:
    """(control, resource name, verdict) of every diagnostic of the analyzer, as the CLI would get it."""
    servicer, graph = _servicer(chosen, settings), list(resources)
    by_urn = {r.urn: r.name for r in graph}
    found: dict[tuple[str, str], str] = {}

    def collect(response: Any, name: str) -> None:
        for d in response.diagnostics:
            text = d.message.split("\n")[-1]
            verdict = next((w for w in ("UNDETERMINED", "ERROR") if text.startswith(w)), "FAILED")
            policy = text.split()[1].rstrip(":") if d.policyName == UNDETERMINED_GUARD else d.policyName
            key = (policy.removesuffix(LINKS), by_urn.get(d.urn, name))
            found[key] = min(found.get(key, verdict), verdict, key=GRAVITY.index)

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
    return {(*key, verdict) for key, verdict in found.items()}


def _same(case: Case) -> tuple[set[tuple[str, str, str]], set[tuple[str, str, str]]]:
    settings = case.settings
    words = {Verdict.FAILED: "FAILED", Verdict.UNDETERMINED: "UNDETERMINED", Verdict.ERROR: "ERROR"}
    findings = judge([BY_ID[case.control]], case.resources, case.profile, settings)
    expected = {(f.control, f.name, words[f.verdict]) for f in findings if f.verdict in words}
    return analyze([BY_ID[case.control]], case.resources, settings), expected


@pytest.mark.parametrize("case", SEEN, ids=lambda c: c.id)
def test_the_analyzer_agrees_with_the_run(case: Case) -> None:
    """All but retainOnDelete, which the engine does not tell a policy."""
    actual, expected = _same(case)
    assert actual == expected


def test_levels_severity_and_references_reach_the_engine() -> None:
    names = {Level.OFF: "DISABLED", Level.ADVISORY: "ADVISORY", Level.MANDATORY: "MANDATORY"}
    for profile in ("sandbox", "standard", "regulated"):
        settings = Settings.of(profile)
        info = {p.name: p for p in _servicer(controls(), settings).GetAnalyzerInfo(None, None).policies}
        assert {name.removesuffix(LINKS) for name in info} == {c.id for c in controls()} | BESIDES
        for control in controls():
            for policy in (info[n] for n in (control.id, control.id + LINKS) if n in info):
                level = analyzer_pb2.EnforcementLevel.Name(policy.enforcementLevel)
                assert level == names[level_of(control.id, settings)], policy.name
                assert (policy.url, policy.remediation_steps) == (control.url, control.remedy)
                assert set(control.clauses) <= set(policy.tags)


def test_checks_on_one_resource_stop_it_before_it_is_made() -> None:
    made = {p.name: p for p in policies(controls(), Settings.of("regulated"))}
    for control in controls():
        alone, linked = control.part(linked=False), control.part(linked=True)
        assert isinstance(made[control.id], ResourceValidationPolicy) is (alone is not None)
        assert ((control.id + LINKS) in made) is (alone is not None and linked is not None)


@pytest.mark.parametrize(("unknowns", "level"), [("warn", "ADVISORY"), ("defer", "ADVISORY"), ("fail", "MANDATORY")])
def test_the_guard_lists_unknowns_at_the_level_that_is_set(unknowns: str, level: str) -> None:
    settings = replace(Settings.of("regulated"), unknowns=Unknowns(unknowns))
    control = BY_ID["store-no-public-access"]
    bucket = res("gcp:storage/bucket:Bucket", "open", {"publicAccessPrevention": WIRE_UNKNOWN})
    assert analyze([control], [bucket], settings) == {(control.id, "open", "UNDETERMINED")}
    info = {p.name: p for p in _servicer([control], settings).GetAnalyzerInfo(None, None).policies}
    assert analyzer_pb2.EnforcementLevel.Name(info[UNDETERMINED_GUARD].enforcementLevel) == level


def test_a_crash_is_reported_by_name_and_stops_nobody_else() -> None:
    sound = BY_ID["store-no-public-access"]
    bucket = res(
        "gcp:storage/bucket:Bucket", "b", {"publicAccessPrevention": "inherited", "labels": {"k": secret(SECRET)}}
    )
    found = analyze([CRASHING, sound], [bucket], Settings.of("regulated"))
    assert found == {(CRASHING.id, "b", "ERROR"), (sound.id, "b", "FAILED")}
