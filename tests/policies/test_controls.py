"""Every control on every cloud: what passes, fails, is absent or unknown, by the names of resources.

The resources of a case are registered by a program, planned by the embedded engine and shown to an analyzer; what is
judged here is what the analyzer saw.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

import pytest

from components.core.cloud import Cloud, Gap
from policies.control import Control
from policies.graph import Resource
from policies.registry import controls
from policies.run import judge, judge_alone
from policies.settings import Settings
from policies.verdict import Verdict
from tests.policies import cases as package
from tests.policies.dsl import PREFIXES, SECRET, Case
from tests.policies.engine_views import views

MODULES = [importlib.import_module(f"{package.__name__}.{m.name}") for m in pkgutil.iter_modules(package.__path__)]
CASES: list[Case] = [case for module in MODULES for case in module.cases()]
BY_ID = {control.id: control for control in controls()}


@cache
def seen(cloud: Cloud) -> dict[str, tuple[Resource, ...]]:
    """What the engine shows an analyzer of the resources of each case: one program and one preview per cloud."""
    mine = [case for case in CASES if case.cloud is cloud]
    return {mine[n].id: resources for n, resources in views(mine).items()}


@pytest.mark.parametrize("case", CASES, ids=[c.id for c in CASES])
def test_verdicts_by_name(case: Case) -> None:
    resources = seen(case.cloud)[case.id]
    assert {r.name for r in resources} == {r.name for r in case.resources}
    findings = judge([BY_ID[case.control]], resources, case.profile, case.settings)
    actual = {v: {f.name for f in findings if f.verdict is v and f.urn} for v in Verdict}
    expected: dict[Verdict, set[str]] = {v: set() for v in Verdict}
    for resource in case.resources:
        word = resource.name.split()[0].split("-")[0]
        if word in PREFIXES:
            expected[PREFIXES[word]].add(resource.name)
    assert actual == expected, [f.message for f in findings]
    for finding in findings:
        assert SECRET not in finding.message
        assert bool(finding.message) is (finding.verdict is not Verdict.PASSED)
    # What the engine asks just before a resource is made must find no fault that the plan as a whole does not have.
    alone = [f for r in resources for f in judge_alone([BY_ID[case.control]], r, case.profile, case.settings)]
    assert {f.name for f in alone if f.verdict is Verdict.FAILED} <= expected[Verdict.FAILED]


def test_case_names_are_unique() -> None:
    names = [c.id for c in CASES]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("control", controls(), ids=lambda c: c.id)
def test_every_cell_has_the_four_cases(control: Control) -> None:
    """Passing, failing, absent and unknown for every cloud that has no gap; no case where there is one."""
    for cloud in Cloud:
        kinds = {c.kind.split()[0] for c in CASES if c.control == control.id and c.cloud is cloud}
        if isinstance(control.rows[cloud], Gap):
            assert kinds == set(), f"{control.id} has a gap on {cloud}"
        else:
            assert {"passing", "failing", "absent", "unknown"} <= kinds, f"{control.id} on {cloud}"


@pytest.mark.parametrize("control", controls(), ids=lambda c: c.id)
def test_a_gap_is_reported_and_never_passed(control: Control) -> None:
    for cloud in Cloud:
        if not isinstance(gap := control.rows[cloud], Gap):
            continue
        stray = next(c.resources for c in CASES if c.cloud is cloud)
        findings = judge([control], stray, Settings.of("regulated").profile)
        mine = [f for f in findings if f.cloud is cloud]
        assert [(f.verdict, f.gap) for f in mine] == [(Verdict.NOT_APPLICABLE, gap)]
        assert gap.reason in mine[0].message
