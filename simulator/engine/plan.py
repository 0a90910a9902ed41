"""Decides the steps of one registration, by the rules of the Pulumi engine.

See https://www.pulumi.com/docs/iac/concepts/how-pulumi-works/ and ``pkg/resource/deploy/step_generator.go`` of the CLI.
The planner reads (check, diff, read for an import) but changes nothing; :mod:`simulator.engine.steps` applies what it
decides. Calls come one at a time, in the order in which the program registers.
"""

from __future__ import annotations

import hashlib
import os
import random
from collections.abc import Callable, Sequence
from typing import TypeVar

from simulator.engine import difference as differences
from simulator.engine import order, paths, untargeted
from simulator.engine import urn as urns
from simulator.engine.aliases import Aliases
from simulator.engine.backends import Backend
from simulator.engine.errors import EngineError, StepFailed
from simulator.engine.events import Diagnostic, Op
from simulator.engine.goal import Goal, ReadGoal
from simulator.engine.planned import Planned, Seen
from simulator.engine.registry import Registry
from simulator.engine.resource import Resource, now
from simulator.engine.targets import Targeting
from simulator.engine.values import annotate, has_unknown, same, unwrap
from simulator.model import UNKNOWN, CloudError, Difference, Live, PartialFailure, Props

T = TypeVar("T")


Report = Callable[[Diagnostic], None]
Approve = Callable[[Resource], bool]


class Planner:
    """Plans for one run. Not thread-safe: the run calls it under a lock."""

    def __init__(
        self,
        project: str,
        stack: str,
        olds: Sequence[Resource],
        registry: Registry,
        *,
        preview: bool,
        report: Report,
        approve: Approve,
        seed: bytes | None,
        targeting: Targeting,
    ) -> None:
        self.project = project
        self.stack = stack
        self.rebase(olds)
        self.targeting = targeting
        self.registry = registry
        self.seen = Seen()
        self.providers: dict[str, Resource] = {}
        self.aliases = Aliases(project, stack)
        self.destroying = False
        """The program runs only for its hooks and its providers: nothing else is made or changed."""
        self._preview = preview
        self._report = report
        self._approve = approve
        self._seed = seed
        self._dice = random.Random(os.urandom(32))

    def rebase(self, olds: Sequence[Resource]) -> None:
        """Takes other old states as the base, before anything is registered."""
        self.resources = list(olds)
        self.olds = {item.urn: item for item in olds if not item.delete}

    def known(self) -> set[str]:
        """The URNs of the old states and of what has been registered."""
        return {item.urn for item in self.resources} | self.seen.urns

    def urn(self, type_: str, name: str, parent: str) -> str:
        """The URN of a registration; claims it. Raises :class:`StepFailed` when it is taken or has no parent."""
        if parent and parent not in self.seen.urns:
            raise self._fail("", f"{type_} {name!r}: its parent {parent} is not registered")
        urn = urns.make(self.stack, self.project, parent, type_, name)
        if urn in self.seen.urns:
            raise self._fail(urn, f"duplicate resource URN {urn}; give one of the two another name")
        self.seen.urns.add(urn)
        return urn

    def backend(self, type_: str, custom: bool, reference: str) -> Backend | None:
        if not custom:
            return None
        if urns.is_provider(type_):
            return self.registry
        return self.registry.get(reference, self.olds.get)

    def register(self, goal: Goal, urn: str) -> list[Planned]:
        """The steps of a registration; an import may come with an update. Raises :class:`StepFailed`."""
        old, alias = self._old(goal, urn)
        new = goal.state(urn, old, alias)
        if urns.is_provider(goal.type):
            self.providers[urn] = new
        if self.destroying and (doomed := self._doomed(new, old)):
            return [doomed]
        backend = self.backend(goal.type, goal.custom, goal.provider)
        recreating = urn in self.seen.deletes and old is not None
        if goal.import_id and goal.custom and _to_import(goal, old):
            assert backend is not None
            return self._complete(self._import(goal, new, old, backend, recreating))
        return self._complete(self._continue(goal, new, old, backend, recreating))

    def _doomed(self, new: Resource, old: Resource | None) -> Planned | None:
        """The step of a resource that is about to be destroyed; None for components and providers."""
        if not self.seen.skipped.isdisjoint(new.above()):
            self.seen.skipped.add(new.urn)
            return Planned(Op.SAME, new.urn, None, new, skipped=True)
        if not new.custom or urns.is_provider(new.type):
            return None
        if old is None:
            self.seen.skipped.add(new.urn)
            return Planned(Op.SAME, new.urn, None, new, skipped=True)
        new.inputs = old.inputs
        self.seen.operated.add(new.urn)
        return Planned(Op.SAME, new.urn, old, new)

    def condemn(self, resources: Sequence[Resource]) -> None:
        """Takes the states that the program left as those to delete."""
        self.rebase(resources)
        self.seen.operated.clear()
        self.seen.replaces.clear()

    def _complete(self, steps: list[Planned]) -> list[Planned]:
        """The steps, none of which may need what the operation does not create."""
        for urn, needed in untargeted.missing(steps, self.seen.skipped):
            failure = self._fail(urn, untargeted.not_created(urn, needed))
            if not self._preview:
                raise failure
            self.seen.skipped.discard(needed)  # told once
        return steps

    def _continue(
        self, goal: Goal, new: Resource, old: Resource | None, backend: Backend | None, recreating: bool
    ) -> list[Planned]:
        urn = new.urn
        inputs = goal.properties
        if old is not None:
            inputs = self._ignored(urn, old.inputs, inputs, goal.ignore_changes)
        targeted = self.targeting.includes(new)
        fresh = old is None or recreating or old.external or old.taint or self.targeting.replaces(urn)
        if backend is not None:
            if not targeted:
                inputs = old.inputs if old is not None else {}
            elif fresh:
                inputs = self._check(backend, new, {}, goal.properties)
            else:
                assert old is not None
                inputs = self._check(backend, new, old.inputs, inputs)
        new.inputs = inputs
        if not self._approve(new):
            raise StepFailed(urn)
        if old is not None and recreating:
            self.seen.deletes.discard(urn)
            self.seen.replaces.add(urn)
            return [Planned(Op.REPLACE, urn, old, new), Planned(Op.CREATE_REPLACEMENT, urn, old, new, backend)]
        self.seen.operated.add(urn)
        if old is not None and old.external:
            return [
                Planned(Op.CREATE_REPLACEMENT, urn, old, new, backend, pending=True),
                Planned(Op.REPLACE, urn, old, new),
            ]
        self.targeting.note(new, included=targeted)
        if not targeted:
            try:
                return untargeted.left_out(
                    new, old, seen=self.seen, olds=self.olds, registry=self.registry, generated=self._generated
                )
            except EngineError as error:
                raise self._fail(urn, str(error)) from error
        if old is None:
            return [Planned(Op.CREATE, urn, None, new, backend)]
        return self._compare(goal, old, new, backend)

    def _import(
        self, goal: Goal, new: Resource, old: Resource | None, backend: Backend, recreating: bool
    ) -> list[Planned]:
        """Takes over a resource that exists, then brings it to what the program says."""
        urn = new.urn
        imported = new.copy(id=goal.import_id)
        errors: list[str] = []

        def read() -> Live | None:
            try:
                return backend.read(imported, {}, {})
            except PartialFailure as failure:
                errors.append(failure.message)
                return failure.live

        live = self._guard(urn, read)
        if live is None:
            raise self._fail(urn, f"{new.type} {new.name!r}: nothing with the id {goal.import_id!r} to import")
        moment = now()
        imported = new.copy(
            id=live.id or goal.import_id,
            inputs=annotate(live.inputs, new.inputs),  # the cloud does not tell what is secret, the program does
            outputs=annotate(live.outputs, new.inputs),
            created=moment,
            modified=moment,
            init_errors=errors,
        )
        self.seen.operated.add(urn)
        if old is not None and old.pending_replacement:
            steps = [Planned(Op.REMOVE_PENDING_REPLACE, urn, old), Planned(Op.IMPORT, urn, None, imported, backend)]
        elif old is not None and not recreating:
            steps = [
                Planned(Op.IMPORT_REPLACEMENT, urn, old, imported, backend, pending=True),
                Planned(Op.REPLACE, urn, old, imported),
            ]
        else:
            steps = [Planned(Op.IMPORT, urn, None, imported, backend)]
        rest = self._continue(goal, new.copy(created=moment, modified=moment), imported, backend, False)
        return steps + [step for step in rest if step.op is not Op.SAME]

    def read(self, goal: ReadGoal, urn: str) -> list[Planned]:
        """The steps of a look at a resource that is managed elsewhere. Raises :class:`StepFailed`."""
        found = self.aliases.find(Goal(goal.type, goal.name, True, parent=goal.parent), urn, self.olds, self.seen.urns)
        old = found.old
        backend = self.backend(goal.type, True, goal.provider)
        new = Resource(
            urn=urn,
            type=goal.type,
            custom=True,
            id=goal.id,
            inputs=goal.properties,
            parent=goal.parent,
            external=True,
            provider=goal.provider,
            dependencies=sorted(set(goal.dependencies)),
            additional_secret_outputs=list(goal.additional_secret_outputs),
            aliases=[found.alias] if found.alias else [],
            created=old.created if old else "",
            modified=old.modified if old else "",
        )
        self.seen.operated.add(urn)
        if goal.id == UNKNOWN and not self._preview:
            raise self._fail(urn, f"{goal.type} {goal.name!r}: the id to read depends on a failed resource")
        if old is not None and not old.external and old.id != goal.id:
            return [
                Planned(Op.READ_REPLACEMENT, urn, old, new, backend, pending=True),
                Planned(Op.REPLACE, urn, old, new),
            ]
        return [Planned(Op.READ, urn, old, new, backend)]

    def _compare(self, goal: Goal, old: Resource, new: Resource, backend: Backend | None) -> list[Planned]:
        urn = new.urn
        difference = self._difference(goal, old, new, backend)
        try:
            difference = differences.with_replace_on_changes(
                difference, goal.replace_on_changes, init_errors=bool(old.init_errors)
            )
        except ValueError as error:
            raise self._fail(urn, f"replaceOnChanges: {error}") from None
        if difference.replaces or old.pending_replacement:
            return self._replace(goal, old, new, backend, difference)
        if difference.changes or old.init_errors:
            return [Planned(Op.UPDATE, urn, old, new, backend, differences.changes(difference, old, new))]
        return [Planned(Op.SAME, urn, old, new, backend)]

    def _difference(self, goal: Goal, old: Resource, new: Resource, backend: Backend | None) -> Difference:
        if old.taint or self.targeting.replaces(new.urn):
            return differences.forced("id")
        if any(urn in self.seen.replaces for urn in new.replace_with):
            return differences.forced("replaceWith")
        if new.deleted_with in self.seen.replaces:
            return differences.forced("deletedWith")
        if self._provider_changed(old, new):
            return differences.forced("provider")
        if _triggered(old.replacement_trigger, new.replacement_trigger):
            return differences.forced("replacementTrigger")
        if backend is None:
            return differences.of_properties(old.inputs, new.inputs)
        return self._guard(new.urn, lambda: backend.diff(old, new.inputs, goal.ignore_changes))

    def _provider_changed(self, old: Resource, new: Resource) -> bool:
        """Whether the new provider cannot manage what the old one made."""
        if old.provider == new.provider:
            return False
        if not old.provider or not new.provider:
            return True
        old_urn, new_urn = (urns.split_reference(item)[0] for item in (old.provider, new.provider))
        if self.aliases.taken(old_urn) == new_urn:
            return False
        before, after = self.olds.get(old_urn), self.providers.get(new_urn)
        if before is None or after is None:
            return True
        difference = self._guard(new.urn, lambda: self.registry.diff(before, after.inputs, ()))
        return bool(difference.replaces)

    def _replace(
        self, goal: Goal, old: Resource, new: Resource, backend: Backend | None, difference: Difference
    ) -> list[Planned]:
        urn = new.urn
        if new.protect and old.protect:
            message = f"{urn} is protected and cannot be replaced; remove `protect` from it in the program first"
            if not self._preview:
                raise self._fail(urn, message)
            self._report(Diagnostic("error", message, urn))
        if goal.import_id:
            reasons = ", ".join(difference.replaces)
            message = f"{urn} was imported and would be replaced ({reasons}); remove `import_` from it in the program"
            if not self._preview:
                raise self._fail(urn, message)
            self._report(Diagnostic("warning", message, urn))
        self.seen.replaces.add(urn)
        if backend is not None and not (old.taint or self.targeting.replaces(urn)):
            # The defaults taken over from the old resource (its name above all) do not hold for a new one.
            new.inputs = self._check(backend, new, {}, goal.properties)
        changed = differences.changes(difference, old, new)
        before = difference.delete_before_replace
        if goal.delete_before_replace is not None:
            before = goal.delete_before_replace
        if not before and not old.pending_replacement:
            return [
                Planned(Op.CREATE_REPLACEMENT, urn, old, new, backend, changed, pending=True),
                Planned(Op.REPLACE, urn, old, new, None, changed),
            ]
        steps = self._delete_dependents(old)
        if not old.pending_replacement:
            self.seen.deletes.add(old.urn)
            steps.append(self.deletion(Op.DELETE_REPLACED, old, pending=True))
            self.seen.pending_deletes.add(id(old))
        return [
            *steps,
            Planned(Op.REPLACE, urn, old, new, None, changed),
            Planned(Op.CREATE_REPLACEMENT, urn, old, new, backend, changed),
        ]

    def _delete_dependents(self, root: Resource) -> list[Planned]:
        """Deletes, ahead of ``root``, what would be replaced because ``root`` is."""
        steps = []
        for item in reversed(self._dependents(root)):
            if id(item) in self.seen.pending_deletes:
                continue
            if item.protect:
                message = f"{item.urn} is protected, but replacing {root.urn} would replace it; unprotect it first"
                raise self._fail(root.urn, message)
            steps.append(self.deletion(Op.DELETE_REPLACED, item, pending=True))
            self.seen.deletes.add(item.urn)
            self.seen.pending_deletes.add(id(item))
        return steps

    def _dependents(self, root: Resource) -> list[Resource]:
        done = self.seen.operated | self.seen.deletes | self.seen.replaces
        replaced = {root.urn}
        result = []
        for item in order.dependents(self.resources, root, done):
            if item.custom and not item.external and self._falls_with(item, replaced):
                replaced.add(item.urn)
                result.append(item)
        return result

    def _falls_with(self, item: Resource, replaced: set[str]) -> bool:
        """Whether ``item`` must be replaced when those in ``replaced`` are."""
        if item.provider and urns.split_reference(item.provider)[0] in replaced:
            return True
        if item.deleted_with in replaced or not replaced.isdisjoint(item.replace_with):
            return True
        inputs = dict(item.inputs)
        for key, needs in item.property_dependencies.items():
            if key in inputs and not replaced.isdisjoint(needs):
                inputs[key] = UNKNOWN
        if all(inputs[key] is value for key, value in item.inputs.items()):
            return False
        backend = self.backend(item.type, item.custom, item.provider)
        assert backend is not None
        difference = self._guard(item.urn, lambda: backend.diff(item, inputs, tuple(item.ignore_changes)))
        return bool(
            differences.with_replace_on_changes(difference, item.replace_on_changes, init_errors=False).replaces
        )

    def deletion(self, op: Op, old: Resource, *, pending: bool = False) -> Planned:
        if old.external:
            op = Op.DISCARD_REPLACED if op is Op.DELETE_REPLACED else Op.DISCARD
        needed = old.custom and not old.external and not old.retain_on_delete
        backend = self.backend(old.type, True, old.provider) if needed else None
        return Planned(op, old.urn, old, None, backend, pending=pending)

    def deletions(self) -> list[Planned]:
        """What is to be deleted when the program has ended: replaced resources, and those it no longer has.

        Raises :class:`StepFailed` when a target takes others along that were not asked for.
        """
        steps = []
        kept = self.seen.operated | self.seen.replaces | self.seen.failed
        deletable = self.targeting.deletable(self.resources)
        for old in self.resources:
            if not deletable(old):
                continue
            if old.delete:
                steps.append(self.deletion(Op.DELETE_REPLACED, old))
            elif self.aliases.taken(old.urn) is None and old.urn not in kept:
                if old.pending_replacement or id(old) in self.seen.pending_deletes:
                    steps.append(Planned(Op.REMOVE_PENDING_REPLACE, old.urn, old))
                else:
                    steps.append(self.deletion(Op.DELETE, old))
        self.seen.deletes.update(step.urn for step in steps)
        chosen = self.targeting.selection
        failures = [
            self._fail(step.urn, untargeted.not_listed(step.urn))
            for step in steps
            if chosen.targets and not chosen.target_dependents and not chosen.targets.match(step.urn)
        ]
        if failures and not self._preview:
            raise failures[0]
        return steps

    def keeps(self) -> list[Planned]:
        """The steps of what left the program but takes no part in the operation; to be asked for before deletions."""
        if not self.targeting.constrained:
            return []
        return untargeted.kept(self.resources, self.targeting.deletable(self.resources), self._generated)

    def _generated(self, urn: str) -> bool:
        """Whether a resource, under its old URN or its new one, has a step."""
        return self.seen.generated(self.aliases.taken(urn) or urn)

    # What was there before.

    def _old(self, goal: Goal, urn: str) -> tuple[Resource | None, str]:
        found = self.aliases.find(goal, urn, self.olds, self.seen.urns)
        for message in found.conflicts:
            raise self._fail(urn, message)
        if found.alias:
            self.registry.aliases[urn] = found.alias
        return found.old, found.alias

    def _ignored(self, urn: str, olds: Props, news: Props, ignore: Sequence[str]) -> Props:
        if not ignore:
            return news
        try:
            result, impossible = paths.reset(olds, news, list(ignore))
        except ValueError as error:
            raise self._fail(urn, f"ignoreChanges: {error}") from None
        if impossible:
            text = ", ".join(impossible)
            self._report(Diagnostic("info", f"cannot ignore changes in added or removed elements of {text}", urn))
        return result

    def _check(self, backend: Backend, new: Resource, olds: Props, news: Props) -> Props:
        if not self._preview and has_unknown(news):
            self._complete([Planned(Op.CREATE, new.urn, None, new)])
            raise self._fail(new.urn, f"{new.type} {new.name!r}: inputs that depend on a failed resource are unknown")
        checked = self._guard(new.urn, lambda: backend.check(new, olds, news, self._random(new.urn)))
        for severity, faults in (("error", checked.failures), ("warning", checked.warnings)):
            for fault in faults:
                where = f"{new.type} {new.name!r}" + (f": {fault.property}" if fault.property else "")
                self._report(Diagnostic(severity, f"{where}: {fault.reason}", new.urn, "check"))
        if checked.failures:
            raise StepFailed(new.urn)
        return checked.inputs

    def _random(self, urn: str) -> bytes:
        if self._seed is None:
            return self._dice.randbytes(32)
        return hashlib.sha256(self._seed + urn.encode()).digest()

    def _guard(self, urn: str, call: Callable[[], T]) -> T:
        """The result of a call to a provider; its refusal becomes a diagnostic."""
        try:
            return call()
        except CloudError as error:
            raise self._fail(urn, str(error)) from error

    def _fail(self, urn: str, message: str) -> StepFailed:
        self._report(Diagnostic("error", message, urn))
        return StepFailed(message)


def _triggered(old: object, new: object) -> bool:
    """Whether a changed ``replacementTrigger`` asks for a replacement."""
    old, new = unwrap(old), unwrap(new)
    if has_unknown(old) or has_unknown(new):
        return True
    return old is not None and new is not None and not same(old, new)


def _to_import(goal: Goal, old: Resource | None) -> bool:
    """Whether what the program wants imported is not here already.

    Unlike the CLI, which then has no way out, a resource that was deleted for its replacement counts as not here: the
    replacement may have been made under the same id by a run that was killed before it could say so.
    """
    if old is None or old.external or old.pending_replacement:
        return True
    return (old.import_id or old.id) != goal.import_id
