"""Judge one weakened graph fast: only the checks that can see the change, against what they said before it.

A check of one resource is asked about the weakened resource alone. A check that follows links is asked about the whole
graph where it stands on, or says that it reads, the type of the weakened resource. Deliberately not done: asking the
others, so a mutant may be called missed although a check that conceals what it reads would have found it, never caught
although none does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from components.core.cloud import Cloud
from policies.checks import Outcome
from policies.control import Check, Control
from policies.graph import Graph, Resource
from policies.packs import level_of
from policies.registry import controls
from policies.run import _outcomes
from policies.settings import Level, Settings
from policies.verdict import Verdict
from tests.policies.mutation.mutants import Mutant

BAD = (Verdict.FAILED, Verdict.ERROR)


@dataclass(frozen=True)
class Hit:
    """A control that finds a weakening: the verdict, and the resource that it names."""

    control: str
    verdict: Verdict
    urn: str
    message: str


@dataclass(frozen=True)
class Asked:
    """A check of a control that is switched on."""

    control: Control
    check: Check


class Judge:
    """The regulated pack over one graph and its mutants."""

    def __init__(self, cloud: Cloud, resources: Iterable[Resource]) -> None:
        self.cloud = cloud
        self.resources = tuple(resources)
        self.settings = Settings.of("regulated")
        self._by_type: dict[str, tuple[Asked, ...]] = {}

    @cached_property
    def checks(self) -> tuple[Asked, ...]:
        """Every check of the cloud that the profile does not switch off."""
        return tuple(
            Asked(control, check)
            for control in controls()
            if level_of(control.id, self.settings) is not Level.OFF
            for check in control.checks(self.cloud)
        )

    def seeing(self, token: str) -> tuple[Asked, ...]:
        """The checks that can see a change of a resource of a type."""
        if token not in self._by_type:
            self._by_type[token] = tuple(
                asked
                for asked in self.checks
                if token in asked.check.types or (asked.check.linked and token in {t for t, _ in asked.check.reads})
            )
        return self._by_type[token]

    @cached_property
    def before(self) -> frozenset[tuple[str, str]]:
        """Control and resource of what was wrong already."""
        graph = Graph(self.resources)
        return frozenset(
            (asked.control.id, resource.urn)
            for asked in self.checks
            for resource in graph.of(*asked.check.types)
            for found in self._ask(asked, resource, graph)
            if found.verdict in BAD
        )

    def _ask(self, asked: Asked, resource: Resource, graph: Graph) -> list[Outcome]:
        """What a check says, a crash included, as the run takes it."""
        return _outcomes(asked.check, resource, graph, self.settings)

    def hits(self, mutant: Mutant) -> Iterator[Hit]:
        """The controls that find a weakening, those that need no graph first."""
        graph = Graph(
            mutant.weaker if resource.urn == mutant.resource.urn else resource
            for resource in self.resources
            if mutant.weaker is not None or resource.urn != mutant.resource.urn
        )
        # A deployment is seen by whatever sees what its template declares.
        tokens = {one.type: None for one in Graph([mutant.resource])}
        seeing = list({id(asked): asked for token in tokens for asked in self.seeing(token)}.values())
        alone = Graph([mutant.weaker] if mutant.weaker is not None else [])
        for linked in (False, True):
            for asked in seeing:
                if asked.check.linked is not linked:
                    continue
                for subject in (graph if linked else alone).of(*asked.check.types):
                    if (asked.control.id, subject.urn) in self.before:
                        continue
                    for found in self._ask(asked, subject, graph):
                        if found.verdict in BAD:
                            yield Hit(asked.control.id, found.verdict, subject.urn, found.message)
