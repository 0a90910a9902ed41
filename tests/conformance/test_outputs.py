"""Every output of every capability resolves on every cloud, in stacks that are really up in the simulated cloud."""

import functools
from dataclasses import fields
from typing import Any

import pytest

from components.core.cloud import Cloud, Gap
from components.core.profile import Profile, posture
from stacks.blueprint import Blueprint
from stacks.settings import Layer, Settings
from tests.conformance import wiring
from tests.conformance.planned import CELLS, ENTRIES
from tests.simulated import World


@functools.cache
def outputs(cloud: Cloud, scenario: str) -> dict[str, Any]:
    """Outputs of a platform with the scenario's options."""
    scope = wiring.scope(cloud, Profile.SANDBOX if scenario == "defaults" else Profile.STANDARD)
    choose = wiring.maximal if scenario == "max" else wiring.defaults
    blueprint = Blueprint.model_validate(
        {
            "name": scope.name,
            "owner": scope.owner,
            "classification": scope.classification,
            "risk": scope.risk,
            **{name: choose(name, cloud) for name in ENTRIES if name != "foundation"},
        }
    )
    settings = Settings(
        stack="conformance",
        layer=Layer.PLATFORM,
        scope=scope,
        blueprint=blueprint,
        posture=posture(scope.profile, scope.posture),
        data_stack=None,
    )
    result = World().run(f"{cloud.value}-dev", "up", settings)
    assert result.ok, result.errors
    return dict(result.outputs)


@pytest.mark.parametrize("scenario", ["defaults", "max"])
@pytest.mark.parametrize(
    ("capability", "cloud"),
    [pytest.param(*cell, marks=pytest.mark.xdist_group(f"outputs-{cell[1]}")) for cell in CELLS],
    ids=str,
)
def test_every_output_resolves(capability: str, cloud: Cloud, scenario: str) -> None:
    leg = ENTRIES[capability].legs[cloud]
    names = {f"{capability}_{field.name}" for field in fields(ENTRIES[capability].outputs)}
    found = {name: value for name, value in outputs(cloud, scenario).items() if name in names}
    if isinstance(leg, Gap):
        assert not found, f"the gap has closed: remove it ({leg.reason})"
        return
    assert set(found) == names
    for name, value in found.items():
        if name == "network_subnet_ids":
            assert len(value) >= 2, name
            assert all(isinstance(item, str) and item for item in value), name
        else:
            assert isinstance(value, str), f"{name} is {value!r}"
            if scenario == "max":
                assert value, f"{name} is empty although every option is used"


def test_outputs_have_the_same_keys_on_three_clouds() -> None:
    keys = {cloud: set(outputs(cloud, "max")) for cloud in Cloud}
    assert keys[Cloud.AWS] == keys[Cloud.AZURE] == keys[Cloud.GCP]


@pytest.mark.parametrize("capability", list(ENTRIES))
def test_component_declares_what_its_contract_promises(capability: str) -> None:
    entry = ENTRIES[capability]
    declared = entry.component.__annotations__
    assert declared == {field.name: field.type for field in fields(entry.outputs)}
    assert entry.component.__init__.__annotations__["args"].__name__.endswith("Args")
