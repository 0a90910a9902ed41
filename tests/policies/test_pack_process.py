"""The pack as a process, the way `pulumi preview --policy-pack policies` starts it, under the embedded engine."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from simulator.engine.deployment import Result
from simulator.engine.packs import Pack
from simulator.engine.program import InlineProgram
from stacks.project import ROOT
from tests.simulated import World

CONFIG = {
    "gcp:project": "acme-ml-dev",
    "gcp:region": "europe-west4",
    "tripod:profile": "standard",
    "tripod:policy": json.dumps({"levels": {"store-versioning": "mandatory"}}),
}


def _program() -> None:
    import pulumi_gcp as gcp

    labels = {"owner": "a", "cost-center": "b", "environment": "dev"}
    gcp.storage.Bucket("open", name="acme-open", location="EU", public_access_prevention="inherited", labels=labels)


def _watched(**schedule: Any) -> Callable[[], None]:
    def program() -> None:
        import pulumi_gcp as gcp

        gcp.vertex.AiEndpoint("churn", display_name="churn", location="europe-west4")
        target = {"uri": "https://example.com", "http_method": "POST"}
        gcp.cloudscheduler.Job("drift", schedule="0 3 * * *", region="europe-west4", http_target=target, **schedule)

    return program


def preview(tmp_path: Path, given: dict[str, Any] | None, program: Callable[[], None] = _program) -> Result:
    file = tmp_path / "pack.json"
    file.write_text(json.dumps(given or {}), encoding="utf-8")
    pack = Pack(ROOT / "policies", file if given is not None else None)
    return World(tmp_path / "world").deployment("gcp-dev", CONFIG, packs=[pack]).preview(InlineProgram(program))


@pytest.fixture
def world(tmp_path: Path) -> Path:
    (tmp_path / "world").mkdir()
    return tmp_path


def test_the_stack_chooses_the_pack_and_its_levels(world: Path) -> None:
    found = {(v.control, v.level) for v in preview(world, None).violations}
    assert ("store-no-public-access", "mandatory") in found
    assert ("store-versioning", "mandatory") in found


def test_a_configuration_mends_what_it_names(world: Path) -> None:
    given = {
        "store-no-public-access": "remediate",
        "required-tags": "remediate",
        "pack-settings": {"tags": {"data-class": "Internal"}},
    }
    result = preview(world, given)
    assert sorted(r.control for r in result.remediations) == ["required-tags", "store-no-public-access"]
    (bucket,) = [view for view in result.resources if view.name == "open"]
    assert bucket.inputs["publicAccessPrevention"] == "enforced"
    assert bucket.inputs["labels"]["data-class"] == "internal"
    assert not {v.control for v in result.violations} & {"store-no-public-access", "required-tags"}


def test_a_looser_configuration_ends_the_deployment_with_its_reason(world: Path) -> None:
    with pytest.raises(
        Exception, match="store-no-public-access as advisory is looser than mandatory of profile standard"
    ):
        preview(world, {"store-no-public-access": "advisory"})


@pytest.mark.parametrize(
    ("schedule", "found"),
    [
        ({}, None),
        ({"paused": True}, "no schedule that is switched on looks for drift"),
        ({"paused": "an output"}, "UNDETERMINED whether a schedule looks for drift is not known yet"),
    ],
    ids=["left-out", "paused", "unknown"],
)
def test_an_input_left_out_is_no_unknown_value(world: Path, schedule: dict[str, Any], found: str | None) -> None:
    """A stack policy sees outputs, among which the provider has still to fill in what the program left out."""

    def program() -> None:
        import pulumi_gcp as gcp

        known = dict(schedule)
        if schedule.get("paused") == "an output":
            other = gcp.storage.Bucket("other", location="EU")
            known["paused"] = other.self_link.apply(lambda link: not link)
        _watched(**known)()

    result = preview(world, {"drift-monitor": "mandatory"}, program)
    told = {v.control: v.message for v in result.violations if v.control == "drift-monitor"}
    assert told == ({} if found is None else {"drift-monitor": told.get("drift-monitor", "")})
    assert found is None or found in told["drift-monitor"]
