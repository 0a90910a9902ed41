"""``--target``, ``--exclude`` and ``--replace``: which resources an operation may touch.

A pattern is a URN, or a URN with ``*`` (anything but a colon) or ``**`` (anything). The rules are those of
``pkg/resource/deploy/step_generator.go`` of the CLI; https://www.pulumi.com/docs/iac/cli/commands/pulumi_up/ describes
the options. Providers and the root stack always take part.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import cached_property

from simulator.engine import urn as urns
from simulator.engine.errors import EngineError
from simulator.engine.resource import Resource


class TargetError(EngineError):
    """A target, an exclusion or a replacement names no resource of the stack, or the options contradict each other."""


@dataclass(frozen=True)
class Patterns:
    """URNs, some with wildcards. Without any, the set is unconstrained."""

    texts: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.texts)

    @cached_property
    def literals(self) -> tuple[str, ...]:
        return tuple(text for text in self.texts if "*" not in text)

    @cached_property
    def _matchers(self) -> tuple[re.Pattern[str], ...]:
        return tuple(re.compile(_expression(text)) for text in self.texts if "*" in text)

    def match(self, urn: str) -> bool:
        """Whether one of the patterns names ``urn``; an empty set names nothing."""
        return urn in self.literals or any(matcher.fullmatch(urn) for matcher in self._matchers)

    def unknown(self, known: Collection[str]) -> tuple[str, ...]:
        """The literals that are not among ``known``; a wildcard may match nothing."""
        return tuple(text for text in self.literals if text not in known)


def _expression(glob: str) -> str:
    return ".*".join("[^:]*".join(map(re.escape, part.split("*"))) for part in glob.split("**"))


@dataclass(frozen=True)
class Selection:
    """What the caller asked for."""

    targets: Patterns = field(default_factory=Patterns)
    excludes: Patterns = field(default_factory=Patterns)
    replaces: Patterns = field(default_factory=Patterns)
    target_dependents: bool = False
    exclude_dependents: bool = False

    @property
    def constrained(self) -> bool:
        """Whether some resources may be left out."""
        return bool(self.targets or self.excludes)


def selection(
    *,
    target: Sequence[str] = (),
    exclude: Sequence[str] = (),
    replace: Sequence[str] = (),
    target_replace: Sequence[str] = (),
    target_dependents: bool = False,
    exclude_dependents: bool = False,
) -> Selection:
    """The selection of the options of a command line. Raises :class:`TargetError` for a contradiction."""
    targets = (*target, *target_replace)
    if targets and exclude:
        raise TargetError("--target and --exclude cannot be used together; keep one of them")
    if target_dependents and not targets:
        raise TargetError("--target-dependents needs a --target")
    if exclude_dependents and not exclude:
        raise TargetError("--exclude-dependents needs an --exclude")
    return Selection(
        Patterns(targets),
        Patterns(tuple(exclude)),
        Patterns((*replace, *target_replace)),
        target_dependents,
        exclude_dependents,
    )


class Targeting:
    """The selection during one run: dependents join it as they are met, dependencies first."""

    def __init__(self, selection: Selection) -> None:
        self.selection = selection
        self._targeted: set[str] = set()
        self._excluded: set[str] = set()

    @property
    def constrained(self) -> bool:
        return self.selection.constrained

    def includes(self, resource: Resource) -> bool:
        """Whether the operation may touch the resource."""
        return implicit(resource) or self.selects(resource)

    def selects(self, resource: Resource) -> bool:
        """The same, without the exception for providers and the root stack."""
        if self.selection.targets:
            return self._is_target(resource)
        return not (self.selection.excludes and self._is_excluded(resource))

    def replaces(self, urn: str) -> bool:
        """Whether the resource must be replaced."""
        return self.selection.replaces.match(urn)

    def note(self, resource: Resource, *, included: bool) -> None:
        """Remembers a decision, for those that depend on the resource."""
        if self.selection.excludes and not included and self._is_excluded(resource):
            self._excluded.add(resource.urn)
        elif included and self.selection.targets and self._is_target(resource):
            self._targeted.add(resource.urn)

    def _is_target(self, resource: Resource) -> bool:
        chosen = self.selection.targets
        if chosen.match(resource.urn):
            return True
        return self.selection.target_dependents and any(
            urn in self._targeted or chosen.match(urn) for urn in resource.above()
        )

    def _is_excluded(self, resource: Resource) -> bool:
        left_out = self.selection.excludes
        if left_out.match(resource.urn):
            return True
        return self.selection.exclude_dependents and any(
            urn in self._excluded or left_out.match(urn) for urn in resource.above()
        )

    def deletable(self, resources: Sequence[Resource]) -> Callable[[Resource], bool]:
        """Whether a resource that left the program, or whose stack is destroyed, may be deleted.

        A target takes all that depends on it along; an exclusion keeps all that it depends on.
        """
        if self.selection.targets:
            allowed = dependents_of(resources, self.selection.targets.match)
            return lambda item: item.urn in allowed
        if self.selection.excludes:
            kept = self._kept(resources)
            return lambda item: item.urn not in kept
        return lambda item: True

    def _kept(self, resources: Sequence[Resource]) -> set[str]:
        kept = {item.urn for item in resources if self.selection.excludes.match(item.urn)}
        children = _descendants(resources)
        while True:
            size = len(kept)
            if self.selection.exclude_dependents:
                kept |= dependents_of(resources, kept.__contains__)
            for index in range(len(resources) - 1, -1, -1):
                item = resources[index]
                if item.urn in kept:
                    kept.update(item.above())
                    for urn in item.needs():
                        kept.update(child for place, child in children.get(urn, ()) if place < index)
            if len(kept) == size:
                return kept

    def refreshable(self, resources: Sequence[Resource]) -> list[Resource]:
        """What a refresh reads; here a provider takes nothing along."""
        reached: set[str] = set()
        result = []
        chosen, left_out = self.selection.targets, self.selection.excludes
        for item in resources:
            needs = [urn for urn in item.above() if not (item.provider and item.provider.startswith(f"{urn}::"))]
            if chosen:
                direct = chosen.match(item.urn)
                follows = self.selection.target_dependents and any(u in reached or chosen.match(u) for u in needs)
                wanted = direct or follows
            else:
                direct = left_out.match(item.urn)
                follows = self.selection.exclude_dependents and any(u in reached or left_out.match(u) for u in needs)
                wanted = not (direct or follows)
            if follows:
                reached.add(item.urn)
            if wanted:
                result.append(item)
        return result

    def check(self, known: AbstractSet[str], *, which: Iterable[str] = ("targets", "excludes", "replaces")) -> None:
        """Raises :class:`TargetError` for the literals that name nothing in ``known``."""
        lost = [urn for name in which for urn in getattr(self.selection, name).unknown(known)]
        if lost:
            raise TargetError("\n".join(not_found(urn) for urn in lost))


def not_found(urn: str) -> str:
    """The message for a target that names nothing."""
    hint = "" if "$" in urn else "; did you forget to escape $ in your shell?"
    return f"target {urn!r} could not be found in the stack{hint}"


def implicit(resource: Resource) -> bool:
    """Whether the resource takes part in every operation."""
    return urns.is_provider(resource.type) or resource.type == urns.STACK_TYPE


def dependents_of(resources: Sequence[Resource], chosen: Callable[[str], bool]) -> set[str]:
    """The chosen resources and all that depend on one of them, children among them.

    Relies on the order of a snapshot, in which dependencies come first.
    """
    reached: set[str] = set()
    for item in resources:
        if chosen(item.urn) or not reached.isdisjoint(item.above()):
            reached.add(item.urn)
    return reached


def _descendants(resources: Sequence[Resource]) -> dict[str, list[tuple[int, str]]]:
    """The places and URNs of all that is below each component."""
    parents = {item.urn: item.parent for item in resources}
    components = {item.urn for item in resources if not item.custom}
    result: dict[str, list[tuple[int, str]]] = {}
    for index, item in enumerate(resources):
        above = item.parent
        while above:
            if above in components:
                result.setdefault(above, []).append((index, item.urn))
            above = parents.get(above, "")
    return result
