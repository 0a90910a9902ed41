"""Refresh ahead of an update, a preview or a destruction."""

from __future__ import annotations

from simulator.engine.events import StepStarted
from simulator.engine.program import InlineProgram
from simulator.engine.targets import selection
from simulator.model import Live
from tests.simulator.engine.fake import Thing
from tests.simulator.engine.harness import Bench


def program() -> None:
    one = Thing("one", {"name": "1", "size": 1})
    Thing("two", {"name": "2", "size": 1, "other": one.arn})


def drift(bench: Bench, name: str, size: int) -> None:
    id_ = bench.resource(name).id
    live = bench.cloud.live[id_]
    bench.cloud.live[id_] = Live(id_, {**live.outputs, "size": size}, {**live.inputs, "size": size})


def test_drift_is_undone(bench: Bench) -> None:
    bench.deploy(program)
    drift(bench, "one", 9)
    assert bench.up(program).counts == {"same": 3}, "nobody looked"

    preview = bench.deployment().preview(InlineProgram(program), refresh=True)
    assert [f"{step.op} {step.name}" for step in preview.steps if step.name == "one"] == ["refresh one", "update one"]
    [found] = [step for step in preview.steps if step.name == "one" and step.op == "refresh"]
    assert [(c.path, c.old, c.new) for c in found.changes] == [("size", 1, 9)]

    result = bench.deployment().up(InlineProgram(program), refresh=True)
    assert result.ok, result.errors
    assert result.counts == {"update": 1, "same": 2}
    assert bench.cloud.live["id-1"].inputs["size"] == 1
    assert bench.resource("one").inputs["size"] == 1


def test_what_is_gone_is_made_again(bench: Bench) -> None:
    bench.deploy(program)
    del bench.cloud.live["id-1"]
    result = bench.deployment().up(InlineProgram(program), refresh=True)
    assert result.ok, result.errors
    assert result.counts == {"create": 1, "update": 1, "same": 1}
    assert [f"{step.op} {step.name}" for step in result.steps if step.op != "refresh"] == [
        "same project-dev",
        "create one",
        "update two",
    ]


def test_destroy_skips_what_is_gone(bench: Bench) -> None:
    bench.deploy(program)
    del bench.cloud.live["id-2"]
    result = bench.deployment().destroy(refresh=True)
    assert result.ok, result.errors
    assert bench.cloud.made("delete") == ["one"]
    assert result.counts == {"delete": 2}


def test_targets_hold_for_the_refresh_too(bench: Bench) -> None:
    bench.deploy(program)
    drift(bench, "one", 9)
    drift(bench, "two", 9)
    chosen = selection(target=[bench.resource("two").urn])
    result = bench.deployment(selection=chosen).up(InlineProgram(program), refresh=True)
    assert result.ok, result.errors
    assert bench.cloud.made("read") == ["two"]
    assert bench.ops(result) == ["refresh two", "update two"]
    assert bench.cloud.live["id-1"].inputs["size"] == 9


def test_a_failed_refresh_stops_the_run(bench: Bench) -> None:
    bench.deploy(lambda: Thing("one", {"name": "1", "fail": "read"}))
    result = bench.deployment().up(InlineProgram(program), refresh=True)
    assert not result.ok
    assert result.errors == ("Throttled: reading was refused",)
    assert bench.ops(result) == ["refresh project-dev", "refresh one"]
    assert [step.error for step in result.steps if step.name == "one"] == ["Throttled: reading was refused"]
    assert bench.cloud.made("create") == []


def test_the_state_is_in_order_after_every_step(bench: Bench) -> None:
    bench.deploy(program)
    drift(bench, "one", 9)
    drift(bench, "two", 9)
    seen: list[list[str]] = []

    def watch(event: object) -> None:
        if isinstance(event, StepStarted):
            seen.append(bench.names())

    deployment = bench.deployment(parallel=1)
    deployment.on_event = watch
    assert deployment.up(InlineProgram(program), refresh=True).ok
    assert seen
    assert all(names.index("one") < names.index("two") for names in seen)
    assert bench.names() == ["project-dev", "one", "two"]


def test_a_provider_can_ask_to_be_read_before_an_update(bench: Bench) -> None:
    bench.deploy(program)
    snapshot = bench.state.load()
    snapshot.resources[-1].refresh_before_update = True
    bench.state.save(snapshot)
    drift(bench, "one", 9)
    drift(bench, "two", 9)
    result = bench.up(program)
    assert result.ok, result.errors
    assert bench.cloud.made("read") == ["two"]
    assert bench.ops(result) == ["refresh two", "update two"]
