"""A step that has been decided but not applied, and what a run has decided so far."""

from __future__ import annotations

from dataclasses import dataclass, field

from simulator.engine.backends import Backend
from simulator.engine.events import Change, Op, Step
from simulator.engine.resource import Resource


@dataclass(eq=False)
class Planned:
    """One step: ``old`` is what it acts on, ``new`` what comes of it."""

    op: Op
    urn: str
    old: Resource | None = None
    new: Resource | None = None
    backend: Backend | None = None
    changes: tuple[Change, ...] = ()
    pending: bool = False
    """Of a created replacement: the old one is deleted at the end. Of a deleted one: it will be created again."""
    untargeted: bool = False
    """Of a ``same``: the resource was left out of the operation and keeps its old state as it was."""
    skipped: bool = False
    """Of a ``same``: the resource does not exist and was left out; nothing is recorded and its outputs are unknown."""

    @property
    def shown(self) -> Step:
        """The step as events tell it."""
        state = self.state
        return Step(self.op, self.urn, state.type, state.name, state.parent, self.changes)

    @property
    def state(self) -> Resource:
        state = self.new or self.old
        assert state is not None
        return state


@dataclass
class Seen:
    """What has happened so far, by URN."""

    urns: set[str] = field(default_factory=set)
    operated: set[str] = field(default_factory=set)
    replaces: set[str] = field(default_factory=set)
    deletes: set[str] = field(default_factory=set)
    failed: set[str] = field(default_factory=set)
    pending_deletes: set[int] = field(default_factory=set)
    skipped: set[str] = field(default_factory=set)
    """Creations that were left out of the operation."""

    def generated(self, urn: str) -> bool:
        """Whether a step for the resource has been decided."""
        return urn in self.operated or urn in self.replaces
