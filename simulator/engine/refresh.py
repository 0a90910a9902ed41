"""Refresh: reads every resource from the cloud and makes the state what was found.

Each resource ends as ``same``, ``update`` (it drifted) or ``delete`` (it is gone); providers, components and resources
in the middle of a replacement are left alone.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from simulator.engine import urn as urns
from simulator.engine.difference import drift
from simulator.engine.errors import EngineError
from simulator.engine.events import Diagnostic, Op, Step, StepFinished, StepStarted
from simulator.engine.resource import Resource, now
from simulator.engine.run import Run
from simulator.engine.values import mark_secret
from simulator.model import CloudError, PartialFailure


@dataclass(frozen=True)
class _Read:
    """What the cloud said: the new state, or None when the resource is gone."""

    old: Resource
    new: Resource | None
    seconds: float
    error: str = ""
    skipped: bool = False


def refresh_first(run: Run, *, whole: bool) -> bool:
    """Refreshes ahead of an update, ``whole`` or only what its provider asks for; False when that failed.

    The steps are told as refreshes and not counted.
    """
    if not whole and not any(item.refresh_before_update for item in run.planner.resources):
        return True
    refresh(run, clear_pending_creates=False, first=True, whole=whole)
    run.planner.rebase(run.ledger.rebase())
    return not run.failed.is_set() and not run.cancelled.is_set()


def refresh(run: Run, *, clear_pending_creates: bool, first: bool = False, whole: bool = True) -> None:
    """Refreshes the stack, or what of it takes part. ``first``: ahead of an update."""
    targeting = run.planner.targeting
    targeting.check(run.planner.known(), which=("targets", "excludes"))
    wanted = {id(item) for item in targeting.refreshable(run.planner.resources) if whole or item.refresh_before_update}
    with ThreadPoolExecutor(max_workers=run.settings.parallel) as pool:
        reads = list(pool.map(lambda old: _read(run, old, wanted=id(old) in wanted), run.planner.resources))
    gone = {id(item.old) for item in reads if item.new is None and not item.error}
    lost = {item.old.urn: item.old.parent for item in reads if id(item.old) in gone}
    lost = {urn: parent for urn, parent in lost.items() if not _survives(urn, reads, gone)}
    for item in reads:
        if item.error:
            run.report(Diagnostic("error", item.error, item.old.urn, "step"))
            _finish(run, Op.REFRESH, item)
            continue
        if item.new is None:
            run.ledger.drop(item.old)
            _finish(run, Op.REFRESH if first else Op.DELETE, item)
            continue
        new = _without(item.new, lost)
        run.ledger.put(new, drop=[item.old])
        if item.skipped or urns.is_default_provider(new.urn):
            continue
        op = Op.UPDATE if drift(item.old, new) else Op.SAME
        _finish(run, Op.REFRESH if first else op, item)
    for operation in list(run.ledger.unfinished):
        if operation.type != "creating" or clear_pending_creates:
            run.ledger.settle(operation.resource.urn)


def _survives(urn: str, reads: list[_Read], gone: set[int]) -> bool:
    return any(item.old.urn == urn and id(item.old) not in gone for item in reads)


def _read(run: Run, old: Resource, *, wanted: bool) -> _Read:
    if not wanted:
        return _Read(old, old.copy(), 0.0, skipped=True)
    if not old.custom or urns.is_provider(old.type) or old.pending_replacement or run.cancelled.is_set():
        return _Read(old, old.copy(), 0.0)
    if not urns.is_default_provider(old.urn) and not run.settings.preview:
        run.emit(StepStarted(Step(Op.REFRESH, old.urn, old.type, old.name, old.parent)))
    begun = time.monotonic()
    errors: list[str] = []
    try:
        backend = run.registry.get(old.provider, run.planner.olds.get)
        try:
            live = backend.read(old, old.inputs, old.outputs)
        except PartialFailure as failure:
            live, errors = failure.live, [failure.message]
            run.report(Diagnostic("warning", f"the resource is in an unhealthy state: {failure.message}", old.urn))
    except (CloudError, EngineError) as error:
        return _Read(old, None, time.monotonic() - begun, str(error))
    if live is None or not live.id:
        return _Read(old, None, time.monotonic() - begun)
    outputs = mark_secret(live.outputs, old.additional_secret_outputs)
    new = old.copy(id=live.id, inputs=live.inputs or old.inputs, outputs=outputs, init_errors=errors)
    if drift(old, new):
        new.modified = now()
    return _Read(old, new, time.monotonic() - begun)


def _without(state: Resource, lost: dict[str, str]) -> Resource:
    """The state without mentions of resources that are gone; children move up to the nearest ancestor that is left."""
    if not lost:
        return state
    parent = state.parent
    while parent in lost:
        parent = lost[parent]
    return state.copy(
        parent=parent,
        dependencies=[urn for urn in state.dependencies if urn not in lost],
        property_dependencies={
            key: [urn for urn in some if urn not in lost] for key, some in state.property_dependencies.items()
        },
        deleted_with="" if state.deleted_with in lost else state.deleted_with,
        replace_with=[urn for urn in state.replace_with if urn not in lost],
    )


def _finish(run: Run, op: Op, item: _Read) -> None:
    old = item.old
    changes = drift(old, item.new) if item.new is not None else ()
    step = Step(op, old.urn, old.type, old.name, old.parent, changes, error=item.error, seconds=item.seconds)
    run.emit(StepFinished(step))
