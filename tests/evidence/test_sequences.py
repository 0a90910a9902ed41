"""Random sequences of edits of a program, deployments, drift and faults; what must hold after each of them.

- After an `up` that succeeded, state, store and program are the same, and the next `up` does nothing.
- A preview changes neither the state nor the store.
- Whatever fails, nothing is lost: all that is in the store is in the state, and the other way round, but for what was
  removed behind its back.
- An operation fails only for a reason: a fault, or a protected resource that the program lets go.
- A secret is nowhere in plain text: neither in the state file nor in an event; the outputs say that it is one.

Faults here are refusals and half-done creations or updates; an answer that is lost leaves what a kill leaves, which is
the crash test's. ``TRIPOD_SEQUENCES`` is the number of sequences per cloud (40).
"""

import os
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from simulator.engine.deployment import Result
from simulator.engine.events import Event
from simulator.engine.program import InlineProgram
from simulator.engine.values import is_secret
from simulator.records import Effect
from simulator.values import parse, pick
from tests.evidence.crash import MEMORY
from tests.evidence.growing import CLOUDS, Thing, program
from tests.evidence.world import World, owned

picks = st.integers(0, 99)


class Sequences(RuleBasedStateMachine):
    """One stack of one cloud."""

    cloud = ""

    def __init__(self) -> None:
        super().__init__()
        self.directory = Path(tempfile.mkdtemp(prefix="tripod-sequences-", dir=MEMORY))
        self.about = CLOUDS[self.cloud]
        self.world = World(self.directory, self.about.config)
        self.things: dict[str, Thing] = {}
        self.events: list[Event] = []
        self.secrets: set[str] = set()
        self.drifted = False
        self.removed: set[str] = set()
        self.count = 0

    # The program.

    def _next(self) -> int:
        self.count += 1
        return self.count

    def _label(self, secret: bool) -> str:
        label = f"{'hush' if secret else 'open'}-{self._next():04}"
        if secret:
            self.secrets.add(label)
        return label

    def _pick(self, number: int) -> str:
        return list(self.things)[number % len(self.things)]

    @initialize(kind=st.integers(0, 1))
    def begin(self, kind: int) -> None:
        self.add(kind, 0, False)
        self.add(kind, 0, True)

    @precondition(lambda self: len(self.things) < 6)
    @rule(kind=st.integers(0, 1), need=picks, secret=st.booleans())
    def add(self, kind: int, need: int, secret: bool) -> None:
        needs = (self._pick(need),) if self.things else ()
        name = f"thing{self._next()}"
        self.things[name] = Thing(kind, f"acme{self.count}", self._label(secret), needs=needs, secret=secret)

    @precondition(lambda self: self.things)
    @rule(number=picks)
    def remove(self, number: int) -> None:
        del self.things[self._pick(number)]

    @precondition(lambda self: self.things)
    @rule(number=picks, secret=st.booleans())
    def relabel(self, number: int, secret: bool) -> None:
        name = self._pick(number)
        self.things[name] = replace(self.things[name], label=self._label(secret), secret=secret)

    @precondition(lambda self: self.things)
    @rule(number=picks)
    def regenerate(self, number: int) -> None:
        name = self._pick(number)
        self.things[name] = replace(self.things[name], generation=self.things[name].generation + 1)

    @precondition(lambda self: self.things)
    @rule(number=picks)
    def rename(self, number: int) -> None:
        old = self._pick(number)
        new = f"thing{self._next()}"
        renamed = replace(self.things[old], formerly=(*self.things[old].formerly, old))
        self.things = {
            new if name == old else name: renamed
            if name == old
            else replace(thing, needs=tuple(new if need == old else need for need in thing.needs))
            for name, thing in self.things.items()
        }

    @precondition(lambda self: self.things)
    @rule(number=picks)
    def protect(self, number: int) -> None:
        name = self._pick(number)
        self.things[name] = replace(self.things[name], protect=not self.things[name].protect)

    # The cloud.

    def _objects(self) -> list[Any]:
        return [item for item in self.world.cloud.inventory() if not item.urn.endswith("::sequences")]

    def _kind(self, type_: str) -> int:
        return self.about.types.index(type_)

    @precondition(lambda self: self._objects())
    @rule(number=picks)
    def drift(self, number: int) -> None:
        chosen = self._objects()[number % len(self._objects())]
        path = self.about.label_paths[self._kind(chosen.type)]
        self.world.cloud.edit(chosen.id, path, f"drift-{self._next():04}")
        self.drifted = True

    @precondition(lambda self: self._objects())
    @rule(number=picks)
    def vanish(self, number: int) -> None:
        chosen = self._objects()[number % len(self._objects())]
        self.world.cloud.remove(chosen.id)
        self.removed.add(chosen.id)
        self.drifted = True

    @rule(operation=st.sampled_from(["create", "update", "delete"]), partial=st.booleans())
    def fault(self, operation: str, partial: bool) -> None:
        effect = Effect.PARTIAL if partial and operation != "delete" else Effect.ERROR
        self.world.cloud.add_fault(operation, "AccessDenied", "not today", effect=effect)

    # Deployments.

    def _deployment(self) -> Any:
        return self.world.deployment(on_event=self.events.append)

    def _program(self) -> InlineProgram:
        return InlineProgram(program(self.cloud, self.things))

    def _protected(self) -> list[str]:
        """What is protected, unless it is gone: then a refresh ends its protection."""
        resources = self.world.snapshot().resources
        return [item.urn for item in resources if item.protect and item.id not in self.removed]

    def _judge(self, result: Result, protected: list[str], faults: int) -> None:
        assert result.ok or faults or protected, result.errors
        internal = [error for error in result.errors if "internal error" in error]
        assert internal == []

    @rule()
    def preview(self) -> None:
        before = self._everything()
        self._deployment().preview(self._program(), refresh=self.drifted)
        assert self._everything() == before

    @rule()
    def up(self) -> None:
        protected, faults = self._protected(), len(self.world.cloud.faults())
        result = self._deployment().up(self._program(), refresh=self.drifted)
        self._judge(result, protected, faults)
        if result.ok:
            self._converged(result)

    def _converged(self, result: Result) -> None:
        self.drifted, self.removed = False, set()
        snapshot = self.world.snapshot()
        assert self.world.difference(urns=False) == []
        assert {item.name for item in owned(snapshot.resources)} == {*self.things, *self.about.names}
        assert not snapshot.operations
        names = {item.id: item.name for item in owned(snapshot.resources)}
        for item in self._objects():
            thing = self.things[names[item.id]]
            assert pick(item.inputs, parse(self.about.label_paths[thing.kind])) == thing.label
        assert {name: is_secret(value) for name, value in result.outputs.items()} == {
            name: thing.secret for name, thing in self.things.items()
        }
        again = self._deployment().up(self._program())
        assert again.ok, again.errors
        assert again.counts.keys() == {"same"}

    @rule()
    def refresh(self) -> None:
        result = self._deployment().refresh()
        assert result.ok, result.errors
        assert self.world.difference(urns=False) == []
        self.removed = set()

    @rule()
    def destroy(self) -> None:
        protected, faults = self._protected(), len(self.world.cloud.faults())
        result = self._deployment().destroy(refresh=self.drifted)
        self._judge(result, protected, faults)
        assert not (result.ok and protected)
        if result.ok:
            assert self.world.snapshot().resources == []
            assert self.world.cloud.inventory() == []
            self.drifted, self.removed = False, set()

    # What always holds.

    def _everything(self) -> tuple[Any, ...]:
        state = self.world.state.path.read_bytes() if self.world.state.path.exists() else b""
        objects = self.world.cloud.store.snapshot().all(None)
        return state, objects, self.world.state.journal_path.exists()

    @invariant()
    def nothing_is_lost(self) -> None:
        state = {(item.type, item.id) for item in owned(self.world.snapshot().resources)}
        store = {(item.type, item.id) for item in self.world.cloud.inventory()}
        assert store <= state
        assert {id_ for _, id_ in state - store} <= self.removed

    @invariant()
    def secrets_are_secret(self) -> None:
        text = self.world.state.path.read_text() if self.world.state.path.exists() else ""
        told = repr(self.events)
        assert [secret for secret in self.secrets if secret in text or secret in told] == []

    def teardown(self) -> None:
        try:
            for fault in self.world.cloud.faults():
                self.world.cloud.drop_fault(fault.number)
            # Protection is lifted in the state first: the program may have let go of what is protected.
            snapshot = self.world.snapshot()
            for item in snapshot.resources:
                item.protect = False
            self.world.state.save(snapshot)
            self.things = {name: replace(thing, protect=False) for name, thing in self.things.items()}
            result = self._deployment().up(self._program(), refresh=True)
            assert result.ok, result.errors
            self._converged(result)
            self.destroy()
        finally:
            shutil.rmtree(self.directory, ignore_errors=True)


@pytest.mark.timeout(400)
@pytest.mark.parametrize("cloud", CLOUDS)
def test_sequences_hold_the_invariants(cloud: str) -> None:
    machine = type(f"Sequences_{cloud}", (Sequences,), {"cloud": cloud})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=int(os.environ.get("TRIPOD_SEQUENCES", "40")),
            stateful_step_count=14,
            deadline=None,
            derandomize=bool(os.environ.get("CI")),
            suppress_health_check=list(HealthCheck),
        ),
    )
