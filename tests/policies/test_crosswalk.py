"""Published rules: each of machine learning has a disposition, each that is covered names a control that says so."""

from __future__ import annotations

from dataclasses import replace

import pytest

from policies import control_page, crosswalk
from policies.control import Control
from policies.crosswalk import Disposition, data, score
from policies.registry import controls

ROWS = {row.rule.key: row for row in crosswalk.crosswalk(controls())}
BY_ID = {control.id: control for control in controls()}


def test_every_rule_has_one_disposition() -> None:
    assert set(ROWS) == set(data().rules)
    learning = [row for row in ROWS.values() if row.rule.machine_learning]
    assert sum(score(learning).values()) == len(learning) == 306
    for row in learning:
        assert bool(row.controls) is (row.disposition is Disposition.COVERED), row.rule.key
        assert row.controls or row.reason.endswith("."), row.rule.key


@pytest.mark.parametrize("control", controls(), ids=lambda c: c.id)
def test_what_a_control_covers_exists_and_is_of_a_cloud_that_it_judges(control: Control) -> None:
    assert list(control.covers) == sorted(set(control.covers))
    for key in control.covers:
        assert control.id in ROWS[key].controls
        assert control.checks(data().rules[key].cloud), f"{control.id} covers {key} of a cloud where it is a gap"


@pytest.mark.parametrize(
    ("key", "control"),
    [
        ("checkov:CKV_AWS_370", "model-network-isolation"),
        ("security-hub:SageMaker.1", "workbench-in-network"),
        ("security-hub:SageMaker.4", "endpoint-min-instances"),
        ("azure-policy:438c38d2-3772-465a-a9cc-7a6666a275ce", "workspace-private"),
        ("google-vai:VAI-CO-4.7", "workspace-private"),
        ("cdk-nag:AwsSolutions-SM2", "workbench-cmk"),
        ("prowler:sagemaker_training_jobs_intercontainer_encryption_enabled", "training-traffic-encrypted"),
        ("checkov:CKV_GCP_114", "store-no-public-access"),
    ],
)
def test_well_known_rules(key: str, control: str) -> None:
    assert control in ROWS[key].controls


def test_a_rule_that_nobody_speaks_of_is_a_fault() -> None:
    key = "security-hub:SageMaker.4"
    mute = [replace(c, covers=tuple(k for k in c.covers if k != key)) for c in controls()]
    with pytest.raises(ValueError, match=r"security-hub:SageMaker\.4: nothing is said of it"):
        crosswalk.crosswalk(mute)


def test_a_rule_of_which_two_things_are_said_is_a_fault() -> None:
    key = next(iter(data().not_applicable))
    loud = [replace(BY_ID["budget-alert"], covers=(key,)), *(c for c in controls() if c.id != "budget-alert")]
    with pytest.raises(ValueError, match=f"{key}: both covered and said not to be"):
        crosswalk.crosswalk(loud)


def test_a_rule_that_does_not_exist_is_a_fault() -> None:
    with pytest.raises(ValueError, match="checkov:CKV_X_1: covered by budget-alert, but no such rule"):
        crosswalk.crosswalk([replace(BY_ID["budget-alert"], covers=("checkov:CKV_X_1",)), *controls()])


def test_sources_are_named_with_their_page() -> None:
    assert {rule.source for rule in data().rules.values()} == set(data().sources)
    assert all(url.startswith("https://") for _, url in data().sources.values())


@pytest.mark.parametrize("written", [crosswalk, control_page], ids=["crosswalk", "controls"])
def test_pages_are_fresh(written: object) -> None:
    page, path = written.page, written.PAGE  # type: ignore[attr-defined]
    assert path.read_text(encoding="utf-8") == page(controls())


def test_the_command_prints_the_score_and_finds_a_fresh_page(capsys: pytest.CaptureFixture[str]) -> None:
    learning = score(row for row in ROWS.values() if row.rule.machine_learning)
    assert crosswalk.main([]) == 0
    words = ", ".join(f"{n} {d.value}" for d, n in learning.items())
    assert f"machine learning: 306 rules, {words}" in capsys.readouterr().out


def test_every_control_has_its_section() -> None:
    text = control_page.page(controls())
    assert [c.id for c in controls() if f"\n### {c.id}\n" not in text] == []
