"""The facts of a resource type as the catalogue holds them, and as a tree along the paths of its inputs."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from typing import Any

from simulator.catalogue import files, packages
from simulator.catalogue.facts import Confidence, Fact, Rule
from simulator.catalogue.files import CatalogueFile
from simulator.values import Path, parse

OF_AN_OBJECT = frozenset({Rule.EXACTLY_ONE_OF, Rule.AT_LEAST_ONE_OF, Rule.CONFLICTS, Rule.REQUIRES})
"""Rules whose path is that of an object and whose value names its members."""
OF_A_CHANGE = frozenset({Rule.REPLACES, Rule.CREATE_ONLY})
"""Rules that say nothing of a value."""


@dataclass
class Node:
    """What holds at one place of the inputs; ``*`` is the child for every item of an array or value of a map."""

    facts: list[Fact] = field(default_factory=list)
    """Of the value at the place."""
    required: list[tuple[str, Fact]] = field(default_factory=list)
    """Members that the object at the place must have."""
    children: dict[str, Node] = field(default_factory=dict)

    def at(self, path: Path) -> Node:
        """Return the node at a path below this one, made if it is not there."""
        node = self
        for step in path:
            node = node.children.setdefault(str(step), Node())
        return node


@functools.cache
def facts_of(token: str) -> tuple[Fact, ...]:
    """Return every fact of a type; raises :class:`simulator.model.CloudError` as :func:`shape_of` does."""
    return read_facts(files.of(packages.package_of(token)), token)


@functools.cache
def tree_of(token: str) -> Node:
    """Return what holds of the values of a type."""
    return tree(facts_of(token))


def tree(facts: tuple[Fact, ...]) -> Node:
    """Arrange the facts that say something of a value along their paths."""
    root = Node()
    for fact in facts:
        path = parse(fact.path)
        if fact.rule is Rule.REQUIRED:
            root.at(path[:-1]).required.append((str(path[-1]), fact))
        elif fact.rule not in OF_A_CHANGE:
            root.at(path).facts.append(fact)
    return root


@functools.cache
def changing_paths(token: str, rule: Rule) -> tuple[Path, ...]:
    """Return the paths of which a rule about changes is stated (``replaces``, ``createOnly``)."""
    return tuple(parse(fact.path) for fact in facts_of(token) if fact.rule is rule and fact.value is True)


def read_facts(catalogue: CatalogueFile, token: str) -> tuple[Fact, ...]:
    """Read the facts of a type from a file."""
    sources: list[str] = catalogue.header["sources"]
    return tuple(
        Fact(token, path, Rule(rule), value, sources[number], Confidence(confidence))
        for path, rule, value, number, confidence in catalogue.body("facts", token) or ()
    )


def encode_facts(facts: tuple[Fact, ...], numbers: dict[str, int]) -> list[list[Any]]:
    """Write the facts of a type; ``numbers`` says where in the list of the file a source stands."""
    return [[fact.path, str(fact.rule), fact.value, numbers[fact.source], str(fact.confidence)] for fact in facts]
