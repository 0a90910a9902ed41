"""Chooses among the facts of all sources: what fits the shape of a type, and of two that disagree the stronger one."""

from __future__ import annotations

import importlib
import importlib.metadata
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

import regex

from simulator.catalogue.constraints import OF_A_CHANGE, OF_AN_OBJECT
from simulator.catalogue.facts import Confidence, Fact, FactSource, Rule
from simulator.catalogue.facts import Mapping as Found
from simulator.catalogue.overrides import ADDED, DROPPED
from simulator.catalogue.shapes import Shape
from simulator.catalogue.types import Kind, Property, WireType
from simulator.values import parse, render

SOURCES: Final = MappingProxyType(
    {
        "aws": ("botocore:BotocoreSource", "cloudformation:CloudFormationSource", "prose:Prose"),
        "azure-native": ("azure_rules:AzureRules", "arm:ArmModels"),
        "gcp": (
            "google_rules:GoogleRules",
            "google_groups:GoogleGroups",
            "google_docs:GoogleDocs",
            "discovery:Discovery",
            "prose:Prose",
        ),
    }
)
"""Package -> sources, the strongest first: of two facts of the same confidence the earlier source wins."""

NEEDED: Final = MappingProxyType(
    {
        "aws": ("botocore", "cfn-lint"),
        "azure-native": ("azure-ai-ml", "azure-mgmt-network", "azure-mgmt-storage"),
        "gcp": ("google-api-python-client",),
    }
)
"""Package -> distributions without which its sources would be silent."""

_STRENGTH: Final = (Confidence.PROVIDER, Confidence.API, Confidence.PROSE)
_FITS: Final[Mapping[Rule, frozenset[Kind]]] = MappingProxyType(
    {
        Rule.PATTERN: frozenset({Kind.STRING}),
        Rule.MIN_LENGTH: frozenset({Kind.STRING}),
        Rule.MAX_LENGTH: frozenset({Kind.STRING}),
        Rule.ENUM: frozenset({Kind.STRING, Kind.INTEGER, Kind.NUMBER, Kind.ENUM}),
        Rule.MINIMUM: frozenset({Kind.INTEGER, Kind.NUMBER}),
        Rule.MAXIMUM: frozenset({Kind.INTEGER, Kind.NUMBER}),
        Rule.MIN_ITEMS: frozenset({Kind.ARRAY, Kind.MAP}),
        Rule.MAX_ITEMS: frozenset({Kind.ARRAY, Kind.MAP}),
    }
)


@dataclass(frozen=True)
class Gathered:
    """The facts of one type."""

    facts: tuple[Fact, ...]
    mappings: tuple[Found, ...] = ()
    skipped: Counter[str] = field(default_factory=Counter)
    """Reason -> number of facts that were not taken for it."""


def missing(package: str) -> tuple[str, ...]:
    """Return the distributions of :data:`NEEDED` that are not installed."""
    return tuple(name for name in NEEDED[package] if not _installed(name))


def _installed(name: str) -> bool:
    try:
        importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def sources_of(package: str) -> tuple[FactSource, ...]:
    """Make the sources of a package."""
    made = []
    for place in SOURCES[package]:
        module, name = place.split(":")
        made.append(getattr(importlib.import_module(f"simulator.catalogue.sources.{module}"), name)())
    return tuple(made)


def gather(shape: Shape, sources: tuple[FactSource, ...]) -> Gathered:
    """Return the facts about a type that are to be kept, in order of paths."""
    stated = [fact for source in sources for fact in source.facts(shape)]
    stated.sort(key=lambda fact: _STRENGTH.index(fact.confidence))
    chosen: dict[tuple[str, ...], Fact] = {}
    skipped: Counter[str] = Counter()
    for fact in (*(one for one in ADDED if one.token == shape.token), *stated):
        reason = _unfit(shape, fact)
        key = _key(fact)
        if not reason and key in chosen:
            reason = (
                "said by a stronger source" if chosen[key].value == fact.value else "another value in a stronger source"
            )
        if reason:
            skipped[reason] += 1
        else:
            chosen[key] = fact
    facts = tuple(chosen[key] for key in sorted(chosen))
    found = tuple(one for source in sources if (one := source.mapping(shape)) is not None)
    return Gathered(_consistent(facts, skipped), found, skipped)


def _key(fact: Fact) -> tuple[str, ...]:
    # One value has one range, but an object may have several groups that exclude each other.
    several = repr(fact.value) if fact.rule in OF_AN_OBJECT else ""
    return fact.path, str(fact.rule), several


def _unfit(shape: Shape, fact: Fact) -> str:
    """Say why a fact is not taken; empty when it is."""
    if fact not in ADDED and any(row.covers(fact) for row in DROPPED):
        return "overridden"
    types = types_at(shape.inputs, fact.path)
    if fact.path and not types:
        return "no such input"
    if fact.rule in OF_A_CHANGE or fact.rule is Rule.READ_ONLY:
        return ""
    if fact.rule in OF_AN_OBJECT:
        names = [fact.value[0], *fact.value[1]] if fact.rule is Rule.REQUIRES else fact.value
        held = [set(one.cls.properties) for one in types if one.cls is not None] if fact.path else [set(shape.inputs)]
        return "" if held and all(set(names) <= one for one in held) else "names a member that is not there"
    if fact.rule is Rule.REQUIRED:
        return ""
    if fact.rule is Rule.ENUM and any(_open(one) for one in types):
        return "the SDK leaves the values open"
    if not any(one.kind in _FITS[fact.rule] for one in _leaves(types)):
        return "not of the type of the input"
    if fact.rule is Rule.MIN_ITEMS and shape.package != "azure-native" and not _required(shape, fact.path):
        # A bridged provider does not send an empty list, so one is as good as none.
        return "an empty list is not sent"
    if fact.rule is Rule.PATTERN:
        try:
            regex.compile(fact.value)
        except regex.error:
            return "a pattern that does not compile"
    return ""


def _open(type_: WireType) -> bool:
    kinds = {member.kind for member in type_.members}
    return Kind.ENUM in kinds and Kind.STRING in kinds


def _leaves(types: tuple[WireType, ...]) -> Iterator[WireType]:
    for type_ in types:
        yield type_
        yield from _leaves(type_.members)


def _required(shape: Shape, path: str) -> bool:
    *above, last = (str(step) for step in parse(path))
    owners = types_at(shape.inputs, render(tuple(above))) if above else ()
    held = [one.cls.properties for one in _leaves(owners) if one.cls is not None] if above else [shape.inputs]
    return any(last in properties and properties[last].required for properties in held)


def types_at(properties: Mapping[str, Property], path: str) -> tuple[WireType, ...]:
    """Return the types that stand at a path of the inputs; more than one where it leads through a union."""
    steps = parse(path)
    if not steps or str(steps[0]) not in properties:
        return ()
    types: tuple[WireType, ...] = (properties[str(steps[0])].type,)
    for step in steps[1:]:
        types = tuple(_below(types, str(step)))
    return types


def _below(types: tuple[WireType, ...], step: str) -> Iterator[WireType]:
    for type_ in _leaves(types):
        if step == "*" and type_.element is not None:
            yield type_.element
        elif type_.cls is not None and step in type_.cls.properties:
            yield type_.cls.properties[step].type


_BOUNDS: Final = (
    (Rule.MINIMUM, Rule.MAXIMUM),
    (Rule.MIN_LENGTH, Rule.MAX_LENGTH),
    (Rule.MIN_ITEMS, Rule.MAX_ITEMS),
)


def _consistent(facts: tuple[Fact, ...], skipped: Counter[str]) -> tuple[Fact, ...]:
    """Leave out both bounds of a place where the lower one is above the upper one: no value could be right."""
    by_place = {(fact.path, fact.rule): fact for fact in facts}
    wrong = {
        id(by_place[path, rule])
        for low, high in _BOUNDS
        for path in {fact.path for fact in facts}
        if (path, low) in by_place
        and (path, high) in by_place
        and by_place[path, low].value > by_place[path, high].value
        for rule in (low, high)
    }
    if wrong:
        skipped["no value is within the bounds"] += len(wrong)
    return tuple(fact for fact in facts if id(fact) not in wrong)
