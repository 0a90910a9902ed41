"""What becomes of the resources that an operation leaves out, and of those that need them.

Rules and reasons: ``continueStepsFromImport``, ``validateSteps`` and ``GenerateDeletes`` in
``pkg/resource/deploy/step_generator.go`` of the CLI.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from simulator.engine import urn as urns
from simulator.engine.errors import EngineError
from simulator.engine.events import Op
from simulator.engine.planned import Planned, Seen
from simulator.engine.registry import Registry
from simulator.engine.resource import Resource


def left_out(
    new: Resource,
    old: Resource | None,
    *,
    seen: Seen,
    olds: Mapping[str, Resource],
    registry: Registry,
    generated: Callable[[str], bool],
) -> list[Planned]:
    """The steps of a registered resource that is not part of the operation.

    What exists keeps its old state; what it depends on and the program no longer registers is kept before it. What
    does not exist is not created. ``generated``: whether a resource has a step already.

    Raises :class:`EngineError` when the old state lacks what the resource depends on.
    """
    if old is None:
        seen.skipped.add(new.urn)
        return [Planned(Op.SAME, new.urn, None, new, skipped=True)]
    if old.provider and not registry.has(old.provider):
        raise EngineError(
            f"the provider {urns.split_reference(old.provider)[0]} of {new.urn} is not registered: it changes while "
            "--target or --exclude leaves the resource out; change the program back to the old provider, or let the "
            "resource take part"
        )
    seen.operated.add(new.urn)
    return list(_kept(old, new.urn, seen=seen, olds=olds, generated=generated))


def _kept(
    old: Resource, root: str, *, seen: Seen, olds: Mapping[str, Resource], generated: Callable[[str], bool]
) -> Iterator[Planned]:
    if old.delete:
        return
    seen.urns.add(old.urn)
    seen.operated.add(old.urn)
    for urn in old.above():
        if generated(urn):
            continue
        needed = olds.get(urn)
        if needed is None:
            raise EngineError(f"{urn}, which {root} depends on, has no old state, and --target leaves {root} out")
        yield from _kept(needed, root, seen=seen, olds=olds, generated=generated)
    yield Planned(Op.SAME, old.urn, old, old.copy(), untargeted=True)


def missing(steps: Sequence[Planned], skipped: set[str]) -> Iterator[tuple[str, str]]:
    """The pairs of a resource and the creation it needs that the operation leaves out."""
    for step in steps:
        if step.new is None or step.skipped or step.untargeted:
            continue
        for urn in dict.fromkeys(step.new.above()):
            if urn in skipped:
                yield step.urn, urn


def not_created(urn: str, needed: str) -> str:
    return f"{urn} depends on {needed}, which was not specified in the --target list; add it to the list"


def not_listed(urn: str) -> str:
    return (
        f"{urn} will be destroyed but was not specified in the --target list; "
        "either add it to the list or pass --target-dependents"
    )


def kept(
    resources: Sequence[Resource], deletable: Callable[[Resource], bool], generated: Callable[[str], bool]
) -> list[Planned]:
    """The steps of those that left the program but are not part of the operation."""
    return [
        Planned(Op.SAME, item.urn, item, item.copy(), untargeted=True)
        for item in resources
        if not item.delete and not deletable(item) and not generated(item.urn)
    ]
