"""The facts of a resource type as the catalogue holds them, in the order of an index by path."""

from __future__ import annotations

import functools
from typing import Any

from simulator.catalogue import files, packages
from simulator.catalogue.facts import Confidence, Fact, Rule
from simulator.catalogue.files import CatalogueFile
from simulator.values import Path, parse


@functools.cache
def facts_of(token: str) -> tuple[Fact, ...]:
    """Return every fact of a type; raises :class:`simulator.model.CloudError` as :func:`shape_of` does."""
    return read_facts(files.of(packages.package_of(token)), token)


def read_facts(catalogue: CatalogueFile, token: str) -> tuple[Fact, ...]:
    """Read the facts of a type from a file."""
    sources: list[str] = catalogue.header["sources"]
    return tuple(
        Fact(token, path, Rule(rule), value, sources[number], Confidence(confidence))
        for path, rule, value, number, confidence in catalogue.body("facts", token) or ()
    )


@functools.cache
def replacing_paths(token: str, *confidences: Confidence) -> tuple[tuple[Path, Confidence], ...]:
    """Return the paths at or below which a change replaces a resource, with how sure that is."""
    return tuple(
        (parse(fact.path), fact.confidence)
        for fact in facts_of(token)
        if fact.rule is Rule.REPLACES and fact.value is True and fact.confidence in (confidences or tuple(Confidence))
    )


def encode_facts(facts: tuple[Fact, ...], sources: list[str]) -> list[list[Any]]:
    """Write the facts of a type; ``sources`` is the list of the file that the numbers point into."""
    return [[fact.path, str(fact.rule), fact.value, sources.index(fact.source), str(fact.confidence)] for fact in facts]
