"""Mutation check: what the kit plans is accepted, and each constrained field of it is refused once it is broken.

Two rounds. Of the kit's own plans every reached constraint is broken in place, one at a time: types, names, required
members and literals of the shape, and the facts of the catalogue. Facts that no plan reaches are broken in the smallest
inputs that reach them; their score is in docs/catalogue.md, and the last test here holds it.
"""

from __future__ import annotations

import copy
import functools
import json
from collections.abc import Iterator
from typing import Any

import pytest

from components.core.cloud import Cloud, Gap
from simulator.catalogue import report
from simulator.catalogue.constraints import OF_A_CHANGE, OF_AN_OBJECT, facts_of
from simulator.catalogue.facts import Confidence, Fact, Rule
from simulator.catalogue.packages import PACKAGES
from simulator.catalogue.shapes import shape_of
from simulator.catalogue.types import Kind, Property, WireType
from simulator.catalogue.violations import broken
from simulator.check import judge
from simulator.model import Props
from simulator.values import Path, is_asset, is_unknown, parse, pick, put, render
from tests.conformance.planned import ENTRIES, planned, resources

PER_TYPE = 8
"""Examples of one type that are mutated: those with the most fields."""
WRONG = {
    Kind.STRING: 7,
    Kind.INTEGER: "seven",
    Kind.NUMBER: "seven",
    Kind.BOOLEAN: "yes",
    Kind.ARRAY: 7,
    Kind.MAP: 7,
    Kind.OBJECT: 7,
    Kind.ENUM: "no-such-value",
    Kind.ASSET: 7,
}
Mutation = tuple[str, str, Props]
"""Path, what was done there, the inputs with it done."""


@functools.cache
def examples(cloud: Cloud) -> dict[str, list[Props]]:
    """What the kit plans of each type, every capability with defaults and with all options."""
    found: dict[str, dict[str, Props]] = {}
    for name, entry in ENTRIES.items():
        if isinstance(entry.legs[cloud], Gap):
            continue
        for scenario in ("defaults", "max"):
            for resource in resources(planned(name, cloud, scenario)):
                found.setdefault(resource.type, {})[json.dumps(resource.inputs, sort_keys=True)] = resource.inputs
    return {token: sorted(given.values(), key=lambda one: -len(json.dumps(one))) for token, given in found.items()}


def places(value: Any, pattern: Path, at: Path = ()) -> Iterator[Path]:
    """Every path of a value that a path with ``*`` stands for, as far as the value is known."""
    if is_unknown(value) or value is None or is_asset(value):
        return
    if not pattern:
        yield at
    elif pattern[0] == "*":
        for key, item in (
            enumerate(value) if isinstance(value, list) else value.items() if isinstance(value, dict) else ()
        ):
            yield from places(item, pattern[1:], (*at, key))
    elif isinstance(value, dict):
        yield from places(value.get(pattern[0]), pattern[1:], (*at, pattern[0]))


def of_facts(token: str, inputs: Props) -> Iterator[tuple[Fact, str, Props]]:
    """Break every fact that the inputs reach."""
    shape = shape_of(token)
    for fact in facts_of(token):
        if fact.rule in OF_A_CHANGE:
            continue
        values = list(broken(fact, shape))
        path = parse(fact.path)
        owner = path[:-1] if fact.rule is Rule.REQUIRED else path
        for place in places(inputs, owner):
            for value in values[:2]:
                if fact.rule is Rule.REQUIRED:
                    yield fact, render((*place, path[-1])), put(inputs, (*place, path[-1]), None)
                elif fact.rule in OF_AN_OBJECT:
                    held = pick(inputs, place) if place else inputs
                    names = [fact.value[0], *fact.value[1]] if fact.rule is Rule.REQUIRES else fact.value
                    changed = {**{key: item for key, item in held.items() if key not in names}, **value}
                    yield fact, render(place), put(inputs, place, changed) if place else changed
                else:
                    yield fact, render(place), put(inputs, place, value)


def of_shape(properties: dict[str, Property], inputs: Props, value: Any, at: Path = ()) -> Iterator[Mutation]:
    """Break the names, types and required members of an object of the inputs, and of all objects in it."""
    yield render((*at, "noSuchProperty")), "unknown property", put(inputs, (*at, "noSuchProperty"), "x")
    for name, prop in properties.items():
        item = value.get(name)
        if item is None or is_unknown(item):
            continue
        if prop.required:
            yield render((*at, name)), "missing", put(inputs, (*at, name), None)
        if prop.constant is not None:
            yield render((*at, name)), "another constant", put(inputs, (*at, name), "no-such-constant")
        else:
            yield from of_type(prop.type, inputs, item, (*at, name))


def of_type(type_: WireType, inputs: Props, value: Any, at: Path) -> Iterator[Mutation]:
    """Break a value by its type, and all values in it."""
    if is_unknown(value) or is_asset(value):
        return
    if type_.kind in WRONG:
        yield render(at), f"no {type_.kind}", put(inputs, at, copy.deepcopy(WRONG[type_.kind]))
    if type_.kind is Kind.ARRAY and type_.element is not None and isinstance(value, list):
        for index, item in enumerate(value[:2]):
            yield from of_type(type_.element, inputs, item, (*at, index))
    elif type_.kind is Kind.MAP and type_.element is not None and isinstance(value, dict):
        for key, item in list(value.items())[:2]:
            yield from of_type(type_.element, inputs, item, (*at, key))
    elif type_.kind is Kind.OBJECT and type_.cls is not None and isinstance(value, dict):
        yield from of_shape(dict(type_.cls.properties), inputs, value, at)
    elif type_.kind is Kind.UNION and isinstance(value, dict):
        for member in type_.members:
            tags = member.cls.properties.values() if member.cls is not None else ()
            if any(prop.constant is not None and prop.constant == value.get(prop.name) for prop in tags):
                yield from of_type(member, inputs, value, at)


@pytest.mark.parametrize("cloud", Cloud)
def test_what_the_kit_plans_is_accepted(cloud: Cloud) -> None:
    faults = {
        f"{token} {fault.property}: {fault.reason}"
        for token, given in examples(cloud).items()
        for inputs in given
        for fault in judge(shape_of(token), inputs).failures
    }
    assert faults == set()


@pytest.mark.parametrize("cloud", Cloud)
def test_a_broken_fact_is_refused_where_it_is_broken(cloud: Cloud) -> None:
    survivors: list[str] = []
    met: set[tuple[str, str, Rule]] = set()
    for token, given in examples(cloud).items():
        for inputs in given[:PER_TYPE]:
            for fact, place, mutated in of_facts(token, inputs):
                met.add((token, fact.path, fact.rule))
                verdict = judge(shape_of(token), mutated)
                named = verdict.warnings if fact.confidence is Confidence.PROSE else verdict.failures
                if place not in {fault.property for fault in (*named, *verdict.failures)}:
                    survivors.append(f"{token} {place}: {fact.rule} {fact.value}")
    assert survivors == []
    reached = {rule for _, _, rule in met}
    assert {Cloud.AWS: {Rule.PATTERN, Rule.ENUM, Rule.MAX_ITEMS}, Cloud.AZURE: {Rule.PATTERN}, Cloud.GCP: {Rule.ENUM}}[
        cloud
    ] <= reached


@pytest.mark.parametrize("cloud", Cloud)
def test_a_broken_shape_is_refused(cloud: Cloud) -> None:
    survivors = [
        f"{token} {place}: {what}"
        for token, given in examples(cloud).items()
        for inputs in given[: PER_TYPE // 2]
        for place, what, mutated in of_shape(dict(shape_of(token).inputs), inputs, inputs)
        if not judge(shape_of(token), mutated).failures
    ]
    assert survivors == []


@pytest.mark.parametrize("package", PACKAGES)
def test_facts_that_no_plan_reaches_are_refused_in_the_smallest_inputs(package: str) -> None:
    tried = report.count(package).tried
    assert [f"{fact.token} {fact.path} {fact.rule}" for fact in tried.passed] == []
    assert tried.unbreakable < 0.05 * tried.refused
