"""Applies steps: calls the provider and records what came of it."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Set as AbstractSet

from simulator.engine import urn as urns
from simulator.engine.errors import EngineError, Protected
from simulator.engine.events import Op
from simulator.engine.hooks import (
    AFTER_CREATE,
    AFTER_DELETE,
    AFTER_UPDATE,
    BEFORE_CREATE,
    BEFORE_DELETE,
    BEFORE_UPDATE,
    Hooks,
    Subject,
)
from simulator.engine.ledger import Ledger
from simulator.engine.planned import Planned
from simulator.engine.registry import Registry
from simulator.engine.resource import Resource, now
from simulator.engine.values import is_secret, make_secret, mark_secret, same
from simulator.model import UNKNOWN, CloudError, Live, PartialFailure


class Executor:
    """Applies planned steps. Thread-safe as far as its ledger and the backends are."""

    def __init__(
        self,
        ledger: Ledger,
        registry: Registry,
        deletes: AbstractSet[str],
        hooks: Hooks,
        late: Callable[[str, str], None],
        *,
        preview: bool,
    ) -> None:
        """``deletes``: the URNs that this run deletes, for the option ``deletedWith``.

        ``late`` takes the URN and the message of a hook that failed after its step was done.
        """
        self._hooks = hooks
        self._late = late
        self._ledger = ledger
        self._registry = registry
        self._deletes = deletes
        self._preview = preview

    def apply(self, step: Planned) -> None:
        """Raises :class:`CloudError` or :class:`EngineError`; what was done before is recorded all the same."""
        match step.op:
            case Op.SAME:
                self._same(step)
            case Op.CREATE | Op.CREATE_REPLACEMENT:
                self._create(step)
            case Op.UPDATE:
                self._update(step)
            case Op.READ | Op.READ_REPLACEMENT:
                self._read(step)
            case Op.IMPORT | Op.IMPORT_REPLACEMENT:
                self._import(step)
            case Op.DELETE | Op.DELETE_REPLACED | Op.DISCARD | Op.DISCARD_REPLACED:
                self._delete(step)
            case Op.REMOVE_PENDING_REPLACE:
                assert step.old is not None
                self._ledger.drop(step.old)
            case Op.REPLACE:
                pass  # the parts of the replacement do the work
            case _:
                raise EngineError(f"the step {step.op} cannot be applied")

    def _same(self, step: Planned) -> None:
        if step.skipped:
            return
        old, new = _both(step)
        if step.untargeted:
            self._ledger.put(new, drop=[old])
            return
        new.id, new.outputs = old.id, old.outputs
        if urns.is_provider(new.type):
            self._registry.configure(new.copy(inputs=old.inputs))
        _protect_outputs(new)
        self._ledger.put(new, drop=[old])

    def _create(self, step: Planned) -> None:
        new, old = step.new, step.old
        assert new is not None
        drop = [old] if old is not None and not step.pending else []
        also = [old] if old is not None and step.pending else []
        moment = now()
        backend = step.backend
        self._hooks.run(BEFORE_CREATE, Subject(new, new=new))
        if backend is None:
            new.created = new.modified = moment
            if also:
                also[0].delete = True
            self._ledger.put(new, drop=drop, also=also)
            return
        number = self._ledger.begin("creating", new)
        error: PartialFailure | None = None
        try:
            try:
                live = self._hooks.attempt(
                    "create", Subject(new, new=new), lambda: backend.create(new, preview=self._preview)
                )
            except PartialFailure as failure:
                live, error = failure.live, failure
                new.init_errors = [failure.message]
            if not self._preview and not live.id:
                raise EngineError(f"the provider did not return an id for {new.urn}")
            self._take(new, live)
            new.created = new.modified = moment
            if also:
                also[0].delete = True
            self._ledger.put(new, drop=drop, also=also, ends=number)
            self._ledger.settle(new.urn)
        except BaseException:
            self._ledger.end(number)
            raise
        if error is not None:
            raise error
        self._after(AFTER_CREATE, Subject(new, new=new, outputs=True))

    def _after(self, kind: str, subject: Subject) -> None:
        """Runs hooks after the step is recorded: what they break cannot undo it."""
        try:
            self._hooks.run(kind, subject)
        except EngineError as error:
            self._late(subject.resource.urn, str(error))

    def complete(self, step: Planned) -> None:
        """Runs the hooks that a component has to wait for until its outputs are there."""
        new = step.new
        if new is None or new.custom:
            return
        if step.op is Op.CREATE:
            self._after(AFTER_CREATE, Subject(new, new=new, outputs=True))
        elif step.op is Op.UPDATE:
            self._after(AFTER_UPDATE, Subject(new, old=step.old, new=new, outputs=True))

    def _update(self, step: Planned) -> None:
        old, new = _both(step)
        new.id, new.created, new.modified = old.id, old.created, old.modified
        backend = step.backend
        self._hooks.run(BEFORE_UPDATE, Subject(new, old=old, new=new))
        if backend is None:
            self._ledger.put(new, drop=[old])
            return
        number = self._ledger.begin("updating", old)
        error: PartialFailure | None = None
        try:
            try:
                live = self._hooks.attempt(
                    "update",
                    Subject(new, old=old, new=new),
                    lambda: backend.update(old, new, preview=self._preview),
                )
            except PartialFailure as failure:
                live, error = failure.live, failure
                new.init_errors = [failure.message]
            self._take(new, Live(live.id or old.id, live.outputs, live.inputs))
            if error is not None:
                new.inputs = dict(old.inputs)  # it was not updated to the new ones, so the next update must try again
            new.modified = now()
            self._ledger.put(new, drop=[old], ends=number)
        except BaseException:
            self._ledger.end(number)
            raise
        if error is not None:
            raise error
        self._after(AFTER_UPDATE, Subject(new, old=old, new=new, outputs=True))

    def _take(self, new: Resource, live: Live) -> None:
        new.id, new.outputs = live.id, live.outputs
        _protect_outputs(new)

    def _read(self, step: Planned) -> None:
        new, old = step.new, step.old
        assert new is not None and step.backend is not None
        if new.id != UNKNOWN:
            live = step.backend.read(new, new.inputs, new.inputs)
            if live is None:
                raise CloudError("NotFound", f"{new.type} {new.id!r} does not exist")
            new.id, new.outputs = live.id or new.id, live.outputs
            _protect_outputs(new)
        if old is None or not same(old.outputs, new.outputs) or not same(old.inputs, new.inputs):
            new.modified = now() if old is not None else ""
        if step.op is Op.READ_REPLACEMENT and old is not None:
            old.delete = True
            self._ledger.put(new, also=[old])
        else:
            self._ledger.put(new, drop=[old] if old is not None else [])

    def _import(self, step: Planned) -> None:
        new, old = step.new, step.old
        assert new is not None
        _protect_outputs(new)
        if old is not None:
            old.delete = True
        self._ledger.put(new, also=[old] if old is not None else [])
        self._ledger.settle(new.urn)

    def _delete(self, step: Planned) -> None:
        old = step.old
        assert old is not None
        self._hooks.run(BEFORE_DELETE, Subject(old, old=old))
        if old.protect and step.op in (Op.DELETE, Op.DISCARD):
            raise Protected(
                f"{step.urn} is protected and cannot be deleted; remove `protect` in the program and update first"
            )
        if step.backend is not None and not self._preview and old.deleted_with not in self._deletes:
            number = self._ledger.begin("deleting", old)
            try:
                backend = step.backend
                self._hooks.attempt("delete", Subject(old, old=old), lambda: backend.delete(old))
                self._forget(step, old, number)
            except BaseException:
                self._ledger.end(number)
                raise
        else:
            self._forget(step, old, None)
        self._after(AFTER_DELETE, Subject(old, old=old))

    def _forget(self, step: Planned, old: Resource, number: int | None) -> None:
        if step.pending:
            old.pending_replacement = True
            self._ledger.put(old, ends=number)
        else:
            self._ledger.drop(old, ends=number)


def _both(step: Planned) -> tuple[Resource, Resource]:
    assert step.old is not None and step.new is not None
    return step.old, step.new


def _protect_outputs(new: Resource) -> None:
    """Marks the outputs that must be secret: the ones asked for, and echoes of secret inputs."""
    outputs = mark_secret(new.outputs, new.additional_secret_outputs)
    echoes = {
        key: make_secret(outputs[key])
        for key, value in new.inputs.items()
        if is_secret(value) and key in outputs and not is_secret(outputs[key])
    }
    new.outputs = {**outputs, **echoes} if echoes else outputs
