"""What depends on what. All functions rely on the order of a snapshot, in which dependencies come first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet

from simulator.engine.planned import Planned
from simulator.engine.resource import Resource


def dependents(resources: Sequence[Resource], root: Resource, done: AbstractSet[str]) -> Iterator[Resource]:
    """The resources that depend on ``root``, directly or through others, without those in ``done``.

    The old halves of replacements are left out. What an interrupted run has deleted already is not: whoever needs it
    must be made after ``root``, so its deletion is gone through once more, to no effect on the cloud.
    """
    reached = {root.urn}
    begin = next((index for index, item in enumerate(resources) if item is root), len(resources))
    for item in resources[begin + 1 :]:
        if item.delete or item.urn in done or reached.isdisjoint(item.needs()):
            continue
        reached.add(item.urn)
        yield item


def dependencies(resources: Sequence[Resource], root: Resource) -> Iterator[Resource]:
    """All that ``root`` needs, directly or through others: parents and providers, too. ``root`` need not be listed."""
    needed = set(root.above())
    begin = next((index for index, item in enumerate(resources) if item is root), len(resources))
    for item in reversed(resources[:begin]):
        if item.urn in needed:
            needed.update(item.above())
            yield item


def layers(resources: Sequence[Resource], steps: Sequence[Planned]) -> list[list[Planned]]:
    """The steps in layers: those of one layer do not depend on each other, the first layer goes first."""
    condemned = {id(step.old): step for step in steps}
    depth: dict[int, int] = {}
    by_urn: dict[str, list[Resource]] = {}
    children: dict[str, list[Resource]] = {}
    # In the order of the snapshot, dependencies come first: one pass gives each resource its distance from the roots.
    for item in resources:
        above: list[Resource] = list(by_urn.get(item.parent, ()))
        for urn in set(item.needs()):
            for need in by_urn.get(urn, ()):
                above.append(need)
                if not need.custom:
                    above += children.get(need.urn, ())
        depth[id(item)] = max((depth[id(need)] + (id(need) in condemned) for need in above), default=0)
        by_urn.setdefault(item.urn, []).append(item)
        ancestor = item.parent
        seen = set()
        while ancestor and ancestor not in seen:
            seen.add(ancestor)
            children.setdefault(ancestor, []).append(item)
            ancestor = by_urn[ancestor][-1].parent if ancestor in by_urn else ""
    layers: dict[int, list[Planned]] = {}
    for item in resources:
        if id(item) in condemned:
            layers.setdefault(depth[id(item)], []).append(condemned[id(item)])
    return [list(reversed(layers[level])) for level in sorted(layers, reverse=True)]
