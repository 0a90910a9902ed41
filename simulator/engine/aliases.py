"""Finds the old state of a registration: under its URN, or under one of its aliases."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass

from simulator.engine import urn as urns
from simulator.engine.goal import Alias, Goal
from simulator.engine.resource import Resource


@dataclass(frozen=True)
class Found:
    """The old state, the alias under which it was found (empty when under its own URN), and conflicts."""

    old: Resource | None = None
    alias: str = ""
    conflicts: tuple[str, ...] = ()


class Aliases:
    """Remembers which old URN each new one has taken over, since children inherit the aliases of their parents."""

    def __init__(self, project: str, stack: str) -> None:
        self._project = project
        self._stack = stack
        self._used: dict[str, str] = {}
        self._taken: dict[str, str] = {}

    def taken(self, old_urn: str) -> str | None:
        """The new URN of a resource that was found under ``old_urn``."""
        return self._taken.get(old_urn)

    def find(self, goal: Goal, urn: str, olds: Mapping[str, Resource], registered: Container[str]) -> Found:
        conflicts = []
        if urn in self._taken:
            conflicts.append(f"{urn} is an alias that {self._taken[urn]} has already taken over; rename one of the two")
        for candidate in (urn, *self.candidates(goal)):
            if candidate not in olds:
                continue
            if candidate == urn:
                return Found(olds[candidate], "", tuple(conflicts))
            if candidate in registered:
                conflicts.append(f"{urn} has the alias {candidate}, which the program registers as another resource")
            if candidate in self._taken:
                conflicts.append(f"{urn} has the alias {candidate}, which {self._taken[candidate]} has too")
            if not conflicts:
                self._taken[candidate] = urn
                self._used[urn] = candidate
            return Found(olds[candidate], candidate, tuple(conflicts))
        return Found(conflicts=tuple(conflicts))

    def candidates(self, goal: Goal) -> list[str]:
        """The URNs that the resource may have had, the most likely first."""
        own = [self._collapse(goal, alias) for alias in goal.aliases]
        result = list(own)
        inherited = self._used.get(goal.parent)
        if inherited:
            parent_name = urns.name_of(goal.parent)
            pairs = [(goal.type, goal.name)] + [(urns.type_of(urn), urns.name_of(urn)) for urn in own]
            result += [self._inherit(inherited, parent_name, type_, name) for type_, name in pairs]
        return list(dict.fromkeys(result))

    def _collapse(self, goal: Goal, alias: Alias) -> str:
        if alias.urn:
            return alias.urn
        parent = self._used.get(alias.parent, alias.parent) if alias.parent else goal.parent
        if alias.no_parent:
            parent = ""
        return urns.make(
            alias.stack or self._stack,
            alias.project or self._project,
            parent,
            alias.type or goal.type,
            alias.name or goal.name,
        )

    def _inherit(self, parent_alias: str, parent_name: str, type_: str, name: str) -> str:
        """The alias of a child of a renamed parent; a name that begins with the parent's is renamed along."""
        if name.startswith(parent_name):
            name = urns.name_of(parent_alias) + name.removeprefix(parent_name)
        return urns.make(self._stack, self._project, parent_alias, type_, name)
