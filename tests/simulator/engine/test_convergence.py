"""Whatever happened before, an update that can succeed ends with the cloud as the program says."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pulumi import Alias, Resource, ResourceOptions

from simulator.engine.events import StepFinished
from simulator.engine.program import InlineProgram
from simulator.engine.resource import Resource as State
from simulator.model import Live
from tests.simulator.engine.fake import Group, Thing
from tests.simulator.engine.harness import Bench

NAMES = ("a", "b", "c", "d", "e")


@dataclass(frozen=True)
class Spec:
    """One resource of a generated program; ``needs`` are names, of which those declared before count."""

    size: int
    force: str
    before: bool | None
    needs: tuple[str, ...]
    hard: bool
    fail: str
    grouped: bool


specs = st.builds(
    Spec,
    size=st.integers(0, 1),
    force=st.sampled_from("xy"),
    before=st.sampled_from([None, None, True, False]),
    needs=st.lists(st.sampled_from(NAMES), max_size=2).map(tuple),
    hard=st.booleans(),
    fail=st.sampled_from(["", "", "", "create", "update", "delete"]),
    grouped=st.booleans(),
)
programs = st.dictionaries(st.sampled_from(NAMES), specs, max_size=5)


def build(program: dict[str, Spec], *, failing: bool) -> Callable[[], None]:
    def run() -> None:
        group = Group("group", {"size": len(program)})
        made: dict[str, Thing] = {}
        for name, spec in program.items():
            props: dict[str, object] = {"size": spec.size, "force": spec.force}
            for index, need in enumerate(spec.needs):
                if need in made:
                    props[f"{'force' if spec.hard else 'soft'}-{index}"] = made[need].arn
            if failing and spec.fail:
                props["fail"] = spec.fail
            parent: Resource | None = group if spec.grouped else None
            other = Alias(parent=None) if spec.grouped else Alias(parent=group)
            options = ResourceOptions(parent=parent, delete_before_replace=spec.before, aliases=[other])
            made[name] = Thing(name, props, options)

    return run


def in_order(resources: list[State]) -> None:
    """Every resource comes after what it depends on."""
    seen: set[str] = set()
    for item in resources:
        assert not item.parent or item.parent in seen
        assert set(item.needs()) <= seen
        seen.add(item.urn)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(history=st.lists(programs, max_size=3), last=programs)
def test_every_history_converges(history: list[dict[str, Spec]], last: dict[str, Spec]) -> None:
    with tempfile.TemporaryDirectory() as directory:
        bench = Bench(Path(directory))
        for program in history:
            bench.up(build(program, failing=True))
            in_order(bench.state.load().resources)
        # A deletion that fails does so because of an input it was given before: let the cloud relent.
        bench.cloud.relent = True
        planned = bench.preview(build(last, failing=False))
        assert planned.ok, planned.errors
        result = bench.up(build(last, failing=False))
        assert result.ok, result.errors
        assert sorted(bench.ops(planned)) == sorted(bench.ops(result))

        snapshot = bench.state.load()
        custom = {item.id for item in snapshot.resources if item.type == "fake:index:Thing"}
        assert custom == set(bench.cloud.live)
        assert {item.name for item in snapshot.resources if item.type == "fake:index:Thing"} == set(last)
        assert not any(item.delete or item.pending_replacement for item in snapshot.resources)
        assert snapshot.operations == []
        in_order(snapshot.resources)

        again = bench.up(build(last, failing=False))
        assert bench.ops(again) == []
        assert bench.preview(build(last, failing=False)).counts == again.counts
        destroyed = bench.deployment().destroy()
        assert destroyed.ok, destroyed.errors
        assert bench.cloud.live == {}
        assert bench.state.load().resources == []


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(first=programs, second=programs, last=programs, step=st.integers(1, 12))
def test_a_run_that_dies_after_any_step_is_gone_on_with(
    first: dict[str, Spec], second: dict[str, Spec], last: dict[str, Spec], step: int
) -> None:
    with tempfile.TemporaryDirectory() as directory:
        bench = Bench(Path(directory))
        bench.deploy(build(first, failing=False))
        kept: dict[Path, bytes] = {}
        live: dict[str, Live] = {}
        finished = 0

        def watch(event: object) -> None:
            nonlocal finished
            finished += isinstance(event, StepFinished)
            if finished == step and not kept:
                kept.update({path: path.read_bytes() for path in bench.directory.glob("dev.json*")})
                live.update(bench.cloud.live)

        deployment = bench.deployment(parallel=1)
        deployment.on_event = watch
        assert deployment.up(InlineProgram(build(second, failing=False))).ok
        if kept:  # back to the moment after that step
            for path, content in kept.items():
                path.write_bytes(content)
            bench.cloud.live = live

        in_order(bench.state.load().resources)
        result = bench.up(build(last, failing=False))
        assert result.ok, result.errors
        custom = {item.id for item in bench.state.load().resources if item.type == "fake:index:Thing"}
        assert custom == set(bench.cloud.live)
        assert bench.ops(bench.up(build(last, failing=False))) == []
