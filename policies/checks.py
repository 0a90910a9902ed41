"""How a resource is judged: the kinds of check that a cell of a control is made of.

- :class:`Row`: values at paths of one resource type (data; most controls are nothing else),
- :class:`Attached`: the same for a setting that the cloud keeps in a resource of its own beside the one it protects,
- :class:`Presence`: whatever holds one kind of resource must hold another,
- :class:`Rule`: a function over one resource,
- :class:`StackRow`: a function over one resource and the graph around it.

Rows and rules judge one resource, so the engine can ask them again with the final values just before it is made. The
others (``linked``) need the graph, which the engine shows them at preview and again only when all is done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from policies.accept import Accept, show
from policies.graph import Graph, Resource
from policies.settings import Settings
from policies.verdict import MISSING, UNKNOWN, Found, Mark, Verdict, at, judge_values, worst

T = TypeVar("T")


@dataclass(frozen=True)
class Outcome:
    """One thing that a check found out about a resource. Messages never hold a value that could be secret."""

    verdict: Verdict
    message: str = ""
    path: str = ""
    linked: bool = False
    """Whether a check that needs the graph found it; set by the run."""


PASSED = Outcome(Verdict.PASSED)


def failed(message: str, path: str = "") -> Outcome:
    return Outcome(Verdict.FAILED, message, path)


def undetermined(message: str, path: str = "") -> Outcome:
    return Outcome(Verdict.UNDETERMINED, message, path)


def not_applicable(message: str) -> Outcome:
    return Outcome(Verdict.NOT_APPLICABLE, message)


@dataclass(frozen=True, kw_only=True)
class Row:
    """Every value at every path of a resource must be accepted."""

    type: str
    path: str | tuple[str, ...]
    accept: Accept | Callable[[Settings], Accept]
    """The test, or what makes it from the settings."""
    if_missing: Verdict
    """The verdict on an absent value: FAILED, PASSED where the cloud's own default is right, or NOT_APPLICABLE."""
    any: bool = False
    """One accepted value per path is enough."""
    when: tuple[str, Accept] | None = None
    """Judge only resources whose value at this path is there and accepted."""
    unless: tuple[str, Accept] | None = None
    """Do not judge resources of which a value at this path is there and accepted."""
    evidence: tuple[str, ...] = ()
    """Types of resources of which an unknown value may be an output: the dependency is then accepted in its place."""
    linked = False

    @property
    def types(self) -> tuple[str, ...]:
        return (self.type,)

    @property
    def paths(self) -> tuple[str, ...]:
        return (self.path,) if isinstance(self.path, str) else self.path

    @property
    def reads(self) -> tuple[tuple[str, str], ...]:
        """Every (type, path) that the check reads, for the test against the installed providers."""
        conditions = tuple(c[0] for c in (self.when, self.unless) if c)
        return tuple((self.type, p) for p in (*self.paths, *conditions))

    def judge(self, resource: Resource, graph: Graph, settings: Settings) -> Iterator[Outcome]:
        doubt = ""
        for condition, wanted in ((self.when, True), (self.unless, False)):
            if condition is None:
                continue
            path, accept = condition
            holds = _holds(resource, path, accept)
            if holds is None:
                doubt = f"{path} is not known yet"
            elif holds is not wanted:
                yield not_applicable(f"{path} is {'not ' if wanted else ''}{accept.words}")
                return
        chosen = self.accept if isinstance(self.accept, Accept) else self.accept(settings)
        for path in self.paths:
            outcomes = list(
                value_outcomes(resource, graph, path, chosen, if_missing=self.if_missing, evidence=self.evidence)
            )
            if self.any and any(o.verdict is Verdict.PASSED for o in outcomes):
                outcomes = [PASSED]
            elif self.any and any(o.verdict is Verdict.UNDETERMINED for o in outcomes):
                outcomes = [o for o in outcomes if o.verdict is Verdict.UNDETERMINED]
            for found in outcomes:
                yield undetermined(doubt, found.path) if doubt and found.verdict is Verdict.FAILED else found


def _holds(resource: Resource, path: str, accept: Accept) -> bool | None:
    values = [hit.value for hit in at(resource.props, path) if hit.value is not MISSING]
    if any(v is not UNKNOWN and accept(v) for v in values):
        return True
    return None if any(v is UNKNOWN for v in values) else False


def value_outcomes(
    resource: Resource, graph: Graph, path: str, accept: Accept, *, if_missing: Verdict, evidence: tuple[str, ...] = ()
) -> Iterator[Outcome]:
    """The outcome for each value at a path; an unknown one that is computed from a type of ``evidence`` passes."""
    proven = any(source.type in evidence for source in graph.sources(resource, path))
    for hit, verdict in judge_values(at(resource.props, path), accept, if_missing):
        if verdict is Verdict.UNDETERMINED and proven:
            yield PASSED
        else:
            yield outcome(resource, hit, accept, verdict)


def outcome(resource: Resource, hit: Found, accept: Accept, verdict: Verdict) -> Outcome:
    """The verdict on one value in words, without the value where it may be secret."""
    if verdict is Verdict.UNDETERMINED:
        return Outcome(verdict, f"{hit.path} is not known yet; it must be {accept.words}", hit.path)
    if verdict is Verdict.NOT_APPLICABLE:
        return Outcome(verdict, f"{hit.path} is not set", hit.path)
    if verdict is not Verdict.FAILED:
        return Outcome(verdict, path=hit.path)
    if hit.value is MISSING:
        return Outcome(verdict, f"{hit.path} is not set; it must be {accept.words}", hit.path)
    scalar = isinstance(hit.value, (bool, int, float, str))
    shown = f" is {show(hit.value)}" if accept.shows and scalar and not resource.is_secret(hit.path) else " is wrong"
    return Outcome(verdict, f"{hit.path}{shown}; it must be {accept.words}", hit.path)


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A function over one resource."""

    types: tuple[str, ...]
    check: Callable[[Resource, Settings], Iterable[Outcome]]
    reads: tuple[tuple[str, str], ...]
    linked = False

    def judge(self, resource: Resource, graph: Graph, settings: Settings) -> Iterable[Outcome]:
        return self.check(resource, settings)


def parsed_rule(
    type_: str,
    path: str,
    parse: Callable[[Any], T | str | Mark],
    judge: Callable[[T, Settings], Iterable[Outcome]],
    words: str,
) -> Rule:
    """A rule over what the text at a path holds.

    ``parse`` answers that, the reason why it holds none, or the mark that stands in its place. ``words`` says what must
    hold of a text that is not known yet; a text that is missing is another rule's matter.
    """

    def check(resource: Resource, settings: Settings) -> Iterator[Outcome]:
        held = parse(resource.at(path))
        if held is UNKNOWN:
            yield undetermined(f"{path} is not known yet; {words}", path)
        elif isinstance(held, str):
            yield failed(f"{path} {held}", path)
        elif not isinstance(held, Mark):
            yield from judge(held, settings)

    return Rule(types=(type_,), check=check, reads=((type_, path),))


@dataclass(frozen=True, kw_only=True)
class StackRow:
    """A function over one resource and the graph around it."""

    types: tuple[str, ...]
    check: Callable[[Resource, Graph, Settings], Iterable[Outcome]]
    reads: tuple[tuple[str, str], ...]
    linked = True

    def judge(self, resource: Resource, graph: Graph, settings: Settings) -> Iterable[Outcome]:
        return self.check(resource, graph, settings)


@dataclass(frozen=True, kw_only=True)
class Presence:
    """A stack that holds any of ``types`` must hold one of ``needs``; the finding stands on each of ``types``."""

    types: tuple[str, ...]
    needs: tuple[str, ...]
    words: str
    """What is needed, completing "the stack has no …"."""
    path: str = ""
    """A property of the needed resource that must be accepted for it to count."""
    accept: Accept | None = None
    evidence: tuple[str, ...] = ()
    """Types of resources of which an unknown value of that property may be an output."""
    linked = True

    @property
    def reads(self) -> tuple[tuple[str, str], ...]:
        return tuple((t, self.path) for t in self.needs)

    def judge(self, resource: Resource, graph: Graph, settings: Settings) -> Iterator[Outcome]:
        unsure = False
        for candidate in graph.of(*self.needs):
            if self.accept is None:
                yield PASSED
                return
            found = value_outcomes(
                candidate, graph, self.path, self.accept, if_missing=Verdict.FAILED, evidence=self.evidence
            )
            verdicts = {o.verdict for o in found}
            if Verdict.PASSED in verdicts:
                yield PASSED
                return
            unsure = unsure or Verdict.UNDETERMINED in verdicts
        if unsure:
            yield undetermined(f"whether the stack has {self.words} is not known yet")
        else:
            yield failed(f"the stack has no {self.words}")


@dataclass(frozen=True, kw_only=True)
class Attached:
    """A setting of ``type`` that the cloud keeps in a resource of its own, which names the one it is for.

    Values set inline on the resource itself count as well. Of several companions one that is right is enough where the
    cloud merges them; a wrong one fails, because the last to be written wins.
    """

    type: str
    companion: str
    link: str
    """The property of the companion that names the resource."""
    tests: tuple[tuple[str, Accept], ...]
    """What must hold of the companion: each value at each path."""
    words: str
    """What is missing where there is no companion."""
    inline: tuple[str, ...] = ()
    """Paths on the resource itself, one per test."""
    evidence: tuple[str, ...] = ()
    exempt: Callable[[Resource, Graph], str | None] | None = None
    """The reason why a resource need not have the setting; None where it must."""
    linked = True

    @property
    def types(self) -> tuple[str, ...]:
        return (self.type,)

    @property
    def reads(self) -> tuple[tuple[str, str], ...]:
        own = tuple((self.type, p) for p in self.inline)
        return (*own, (self.companion, self.link), *((self.companion, path) for path, _ in self.tests))

    def judge(self, resource: Resource, graph: Graph, settings: Settings) -> Iterator[Outcome]:
        reason = self.exempt(resource, graph) if self.exempt else None
        if reason is not None:
            yield not_applicable(reason)
            return
        own = [
            value_outcomes(resource, graph, path, accept, if_missing=Verdict.FAILED, evidence=self.evidence)
            for path, (_, accept) in zip(self.inline, self.tests, strict=False)
        ]
        inline = worst(o.verdict for outcomes in own for o in outcomes) if own else Verdict.FAILED
        sure, maybe = graph.referring(resource, (self.companion,), self.link)
        if not sure and inline is Verdict.PASSED:
            yield PASSED
        elif not sure and (maybe or inline is Verdict.UNDETERMINED):
            yield undetermined(f"whether this has {self.words} is not known yet")
        elif not sure:
            yield failed(f"this has no {self.words}")
        for companion in sure:
            for path, accept in self.tests:
                for found in value_outcomes(
                    companion, graph, path, accept, if_missing=Verdict.FAILED, evidence=self.evidence
                ):
                    yield Outcome(
                        found.verdict, f"{companion.name}: {found.message}" if found.message else "", found.path
                    )
