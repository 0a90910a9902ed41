"""Refresh: drift, resources that are gone, and what an interrupted run left."""

from __future__ import annotations

from typing import Any

import pulumi
from pulumi import Output, ResourceOptions

from simulator.engine.events import Change
from simulator.engine.state import Operation
from simulator.engine.values import make_secret
from simulator.model import Live
from tests.simulator.engine.fake import Group, Thing
from tests.simulator.engine.harness import Bench


def program() -> None:
    one = Thing("one", {"name": "n", "size": 1, "password": Output.secret("p")})
    Thing("two", {"name": "m", "other": one.arn})


def drift(bench: Bench, id_: str, **inputs: Any) -> None:
    live = bench.cloud.live[id_]
    bench.cloud.live[id_] = Live(id_, {**live.outputs, **inputs}, {**live.inputs, **inputs})


def test_nothing_drifted(bench: Bench) -> None:
    bench.deploy(program)
    written = bench.state.path.read_bytes()
    result = bench.deployment().refresh()
    assert result.ok, result.errors
    assert result.counts == {"same": 3}
    assert bench.cloud.calls == [("read", "one"), ("read", "two")] or len(bench.cloud.calls) == 2
    assert bench.state.path.read_bytes() == written


def test_drift_is_taken_over_and_the_next_update_undoes_it(bench: Bench) -> None:
    bench.deploy(program)
    drift(bench, "id-1", size=7, password="q")
    result = bench.deployment().refresh()
    [step] = [step for step in result.steps if step.op == "update"]
    assert step.changes == (
        Change("password", "update", "[secret]", "[secret]"),
        Change("size", "update", 1, 7),
    )
    one = bench.resource("one")
    assert (one.inputs["size"], one.outputs["size"], one.inputs["password"]) == (7, 7, make_secret("q"))

    again = bench.up(program)
    assert bench.ops(again) == ["update one"]
    assert bench.cloud.live["id-1"].inputs["size"] == 1


def test_a_preview_of_a_refresh_writes_nothing(bench: Bench) -> None:
    bench.deploy(program)
    written = bench.state.path.read_bytes()
    drift(bench, "id-1", size=7)
    assert bench.ops(bench.deployment().refresh(preview=True)) == ["update one"]
    assert bench.state.path.read_bytes() == written


def test_what_is_gone_is_forgotten_and_made_again(bench: Bench) -> None:
    bench.deploy(program)
    del bench.cloud.live["id-1"]
    result = bench.deployment().refresh()
    assert bench.ops(result) == ["delete one"]
    assert bench.names() == ["project-dev", "two"]
    assert bench.resource("two").dependencies == []
    assert bench.resource("two").property_dependencies["other"] == []
    again = bench.up(program)
    assert bench.ops(again) == ["create one", "update two"]


def test_children_of_what_is_gone_move_up(bench: Bench) -> None:
    def nested() -> None:
        group = Group("group")
        one = Thing("one", {}, ResourceOptions(parent=group))
        Thing("two", {}, ResourceOptions(parent=one))

    bench.deploy(nested)
    del bench.cloud.live["id-1"]
    assert bench.deployment().refresh().ok
    assert bench.resource("two").parent == bench.resource("group").urn


def test_a_resource_that_cannot_be_read_is_a_fault_and_stays(bench: Bench) -> None:
    bench.deploy(lambda: Thing("one", {"fail": "read"}))
    result = bench.deployment().refresh()
    assert not result.ok
    assert result.errors == ("Throttled: reading was refused",)
    assert bench.names() == ["project-dev", "one"]


def test_unfinished_creations_stay_until_they_are_cleared(bench: Bench) -> None:
    bench.deploy(program)
    snapshot = bench.state.load()
    lost = bench.resource("one").copy(urn=bench.resource("one").urn + "-lost", id="")
    snapshot.operations = [Operation("creating", lost), Operation("updating", bench.resource("two"))]
    bench.state.save(snapshot)

    result = bench.deployment().refresh()
    assert len([item for item in result.diagnostics if "interrupted" in item.message]) == 2
    assert [item.type for item in bench.state.load().operations] == ["creating"]
    assert bench.deployment().refresh(clear_pending_creates=True).ok
    assert bench.state.load().operations == []


def test_outputs_of_the_stack_survive_a_refresh(bench: Bench) -> None:
    bench.deploy(lambda: pulumi.export("x", 1))
    assert bench.deployment().refresh().outputs == {"x": 1}
