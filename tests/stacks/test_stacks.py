"""The shipped stacks, as a user meets them: planned, judged, up, up again unchanged, destroyed with nothing left."""

import functools

import pytest

from policies.packs import levels
from policies.registry import controls
from policies.run import Finding
from policies.settings import settings_from
from simulator.engine.deployment import Result
from simulator.model import UNKNOWN
from stacks.settings import load, read_stack_file, resolve
from tests.simulated import World
from tripod.verdicts import blocking, findings

CLOUDS = ("aws", "azure", "gcp")
ALONE = [
    pytest.param(f"{cloud}-{kind}", marks=pytest.mark.xdist_group(f"{cloud}-{kind}"))
    for cloud in CLOUDS
    for kind in ("dev", "prod")
]
"""Each stack's tests share one life of it, so they run in one worker."""


@functools.cache
def life(stack: str) -> dict[str, Result]:
    """Preview, up, up again of a stack in a world of its own."""
    world = World()
    results = {name: world.run(stack, name) for name in ("preview", "up")}
    return {**results, "again": world.run(stack, "up"), "later": world.run(stack, "preview")}


def judged(stack: str, step: str) -> list[Finding]:
    profile = load(stack).scope.profile.value
    return findings(life(stack)[step].resources, settings_from(profile, {}, levels(profile)))


@pytest.mark.parametrize("stack", ALONE)
def test_plan_is_whole(stack: str) -> None:
    result = life(stack)["preview"]
    assert result.ok, result.errors
    assert set(result.counts) == {"create"}
    assert any(UNKNOWN in str(view.inputs) for view in result.resources)


@pytest.mark.parametrize("stack", ALONE)
def test_plan_passes_its_policies(stack: str) -> None:
    found = blocking(judged(stack, "preview"))
    assert not found, [(item.control, item.name, item.message) for item in found]


@pytest.mark.parametrize("stack", ALONE)
def test_stack_passes_its_policies_once_it_is_up(stack: str) -> None:
    found = judged(stack, "again")
    assert not blocking(found), [(item.control, item.name, item.message) for item in blocking(found)]
    assert len({item.control for item in found}) >= 12
    assert {control.id for control in controls()} >= {item.control for item in found}


@pytest.mark.parametrize("stack", ALONE)
def test_up_does_what_was_planned(stack: str) -> None:
    planned, done = life(stack)["preview"], life(stack)["up"]
    assert done.ok, done.errors
    assert done.counts == planned.counts
    assert {step.urn for step in done.steps} == {step.urn for step in planned.steps}


@pytest.mark.parametrize("stack", ALONE)
@pytest.mark.parametrize("step", ["again", "later"])
def test_nothing_changes_the_second_time(stack: str, step: str) -> None:
    result = life(stack)[step]
    assert result.ok, result.errors
    assert set(result.counts) == {"same"}, [
        (item.name, [change.path for change in item.changes]) for item in result.steps if item.changes
    ]


def test_outputs_have_the_same_keys_on_three_clouds() -> None:
    keys = {cloud: set(life(f"{cloud}-dev")["up"].outputs) for cloud in CLOUDS}
    assert keys["aws"] == keys["azure"] == keys["gcp"]


@pytest.mark.parametrize("cloud", CLOUDS)
def test_destroy_leaves_nothing(cloud: str) -> None:
    world = World()
    assert world.run(f"{cloud}-dev", "up").ok
    result = world.destroy(f"{cloud}-dev")
    assert result.ok, result.errors
    # roles of Google's own service agents are kept on purpose: other stacks of the project stand on them
    kept = {"gcp": 3}.get(cloud, 0)
    left = world.cloud.inventory()
    assert len(left) == kept, [item.urn for item in left]
    assert all("erviceAgent" in item.id for item in left)
    assert [item.urn for item in world.state(f"{cloud}-dev").load().resources if item.custom] == []


@pytest.mark.parametrize("cloud", CLOUDS)
def test_deletion_protection_holds_and_can_be_lifted(cloud: str) -> None:
    world = World()
    assert world.run(f"{cloud}-prod", "up").ok
    refused = world.destroy(f"{cloud}-prod")
    assert not refused.ok
    assert any("protect" in error for error in refused.errors)
    assert world.run(f"{cloud}-prod", "preview").ok


@pytest.mark.parametrize("cloud", CLOUDS)
def test_a_second_product_shares_the_data_layer(cloud: str) -> None:
    world = World()
    lake = world.run(f"{cloud}-lake", "up")
    assert lake.ok, lake.errors
    demand = world.run(f"{cloud}-demand", "up")
    assert demand.ok, demand.errors
    assert demand.outputs["storage_raw_id"] == lake.outputs["storage_raw_id"]
    components = {view.type for view in demand.resources if view.type.startswith("tripod:")}
    assert {"tripod:index:Network", "tripod:index:Keys"}.isdisjoint(components)
    assert "tripod:index:Endpoint" not in components
    again = world.run(f"{cloud}-demand", "up").counts
    assert set(again) == {"same", "read"}
    assert again["read"] == 1  # the stack reference, which is read each time
    if cloud == "gcp":  # the provider itself protects, until an update says otherwise
        refused = world.destroy("gcp-demand", force=True)
        assert any("deletionProtection=false" in error for error in refused.errors)
        for stack in ("gcp-lake", "gcp-demand"):
            retiring = {**read_stack_file(stack).config, "tripod:retire": "true"}
            lifted = world.run(stack, "up", resolve(stack, retiring))
            assert lifted.ok, lifted.errors
            # the refused destroy had begun: what it deleted is made again
            assert set(lifted.counts) <= {"same", "update", "read", "create"}
    first, last = world.destroy(f"{cloud}-demand", force=True), world.destroy(f"{cloud}-lake", force=True)
    assert first.ok, first.errors
    assert last.ok, last.errors
