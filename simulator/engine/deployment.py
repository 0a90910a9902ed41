"""The engine's front: preview, update, refresh and destroy a stack."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from simulator.engine import engine_config
from simulator.engine.backends import StackResolver
from simulator.engine.errors import StepFailed
from simulator.engine.events import Diagnostic, Event, PolicyRemediation, PolicyViolation, Step, Summary
from simulator.engine.hooks import DELETE_HOOKS
from simulator.engine.ledger import Ledger
from simulator.engine.packs import Pack
from simulator.engine.policy import Analyzer, ResourceView
from simulator.engine.program import Program, running
from simulator.engine.refresh import refresh, refresh_first
from simulator.engine.run import Run
from simulator.engine.settings import Settings
from simulator.engine.state import StateFile
from simulator.engine.targets import Selection, not_found
from simulator.model import Props, Providers


@dataclass(frozen=True)
class Result:
    """What a run came to.

    ``steps`` are in the order in which they ended. ``outputs`` are those of the stack as wire values, secrets marked.
    ``resources`` are the planned or resulting resources in dependency order, without those that are about to be
    deleted.
    """

    ok: bool
    steps: tuple[Step, ...]
    outputs: Props
    counts: Mapping[str, int]
    seconds: float
    diagnostics: tuple[Diagnostic, ...]
    violations: tuple[PolicyViolation, ...]
    remediations: tuple[PolicyRemediation, ...]
    resources: tuple[ResourceView, ...]
    cancelled: bool = False

    @property
    def errors(self) -> tuple[str, ...]:
        """The messages of the error diagnostics."""
        return tuple(item.message for item in self.diagnostics if item.severity == "error")


def _silent(event: Event) -> None:
    """Watches nothing."""


@dataclass
class Deployment:
    """One stack, ready for operations. Every operation raises ``StateError`` and ``ProgramError`` before it begins."""

    project: str
    stack: str
    organization: str
    config: Mapping[str, str]
    secret_keys: Sequence[str]
    state: StateFile
    providers: Providers
    analyzers: Sequence[Analyzer] = ()
    packs: Sequence[Pack] = ()
    """Policy packs that judge previews and updates beside the analyzers."""
    on_event: Callable[[Event], None] = _silent
    parallel: int = 8
    stacks: StackResolver | None = None
    """Resolves stack references by name; None: there are no other stacks."""
    continue_on_error: bool = False
    """Go on with independent resources after a failure. A preview always does, to report every fault at once."""
    seed: bytes | None = None
    """Makes automatic names repeatable; None: random, as in the CLI. A replacement needs a new name, so use it for
    previews only."""
    selection: Selection = field(default_factory=Selection)
    """What the operation may touch (targets, exclusions) and must replace."""
    _run: Run | None = field(default=None, init=False, repr=False)
    _cancelled: bool = field(default=False, init=False, repr=False)

    def cancel(self) -> None:
        """Starts no new step; those under way finish and are saved. Safe to call from a signal handler."""
        self._cancelled = True
        if self._run is not None:
            self._run.cancelled.set()
            self._run.stopping.set()

    def preview(self, program: Program, *, refresh: bool = False) -> Result:
        """What an update would do. Writes nothing. ``refresh``: look first what the cloud says."""
        engine_config.check(self.config)
        return self._execute(lambda run: self._update(run, program, refresh), preview=True, packs=self.packs)

    def up(self, program: Program, *, refresh: bool = False) -> Result:
        """Creates, updates, replaces and deletes until the stack is what the program says.

        ``refresh``: make the state what the cloud says first.
        """
        engine_config.check(self.config)
        return self._execute(lambda run: self._update(run, program, refresh), preview=False, packs=self.packs)

    def refresh(self, *, preview: bool = False, clear_pending_creates: bool = False) -> Result:
        """Makes the state what the cloud says.

        ``clear_pending_creates``: forget creations that an interrupted run did not see the end of; do so only when it
        is certain that nothing was created.
        """
        return self._execute(lambda run: refresh(run, clear_pending_creates=clear_pending_creates), preview=preview)

    def destroy(self, program: Program | None = None, *, preview: bool = False, refresh: bool = False) -> Result:
        """Deletes everything in reverse order of dependency.

        With ``program`` it runs first: its delete hooks need it, and providers get their configuration from it.
        ``refresh``: make the state what the cloud says before.
        """
        if program is None:
            return self._execute(lambda run: _destroy(run, refresh), preview=preview)
        return self._execute(lambda run: self._destroy_with(run, program, refresh), preview=preview)

    def _destroy_with(self, run: Run, program: Program, refreshing: bool) -> None:
        run.planner.targeting.check(run.planner.known(), which=("targets", "excludes"))
        if not refresh_first(run, whole=refreshing):
            return
        run.planner.destroying = True
        with running(program, run) as succeeded:
            run.wait_idle()
            if not succeeded:
                run.failed.set()
            if run.cancelled.is_set() or (run.failed.is_set() and not run.settings.preview):
                return
            run.planner.condemn(run.ledger.current())
            _delete(run)

    def _update(self, run: Run, program: Program, refreshing: bool) -> None:
        if not refresh_first(run, whole=refreshing):
            return
        run.planner.targeting.check(run.planner.known(), which=("replaces",))
        with running(program, run) as succeeded:
            run.wait_idle()
            self._conclude(run, succeeded)

    def _conclude(self, run: Run, succeeded: bool) -> None:
        """What is left to do when everything is registered."""
        if not succeeded:
            run.failed.set()
        run.finish_outputs()
        stopped = run.failed.is_set() and not (run.settings.preview or run.settings.continue_on_error)
        if run.cancelled.is_set() or stopped or not succeeded:
            return
        lost = self.selection.targets.unknown(run.planner.known())
        for urn in lost:
            run.report(Diagnostic("error", not_found(urn)))
        if _delete(run) and (run.settings.preview or not run.failed.is_set()):
            run.analyze_stack()

    def _execute(self, operation: Callable[[Run], None], *, preview: bool, packs: Sequence[Pack] = ()) -> Result:
        begun = time.monotonic()
        settings = Settings(
            project=self.project,
            stack=self.stack,
            organization=self.organization,
            config=self.config,
            secret_keys=tuple(self.secret_keys),
            parallel=max(self.parallel, 1),
            preview=preview,
            continue_on_error=self.continue_on_error or preview,
            seed=self.seed,
            selection=self.selection,
        )
        with ExitStack() as stack:
            if not preview:
                stack.enter_context(self.state.locked())
            started = [stack.enter_context(pack.started(settings)) for pack in packs]
            ledger = Ledger(self.state, write=not preview)
            run = Run(
                settings,
                ledger,
                make=self.providers,
                stacks=self.stacks,
                analyzers=[*self.analyzers, *started],
                on_event=self.on_event,
            )
            with self._current(run):
                _warn_unfinished(run)
                try:
                    operation(run)
                finally:
                    # Also when something unforeseen ends the operation: what is under way ends and is saved first.
                    run.stopping.set()
                    run.wait_idle()
                    ledger.close()
        snapshot = ledger.snapshot()
        root = snapshot.stack()
        ok = not run.failed.is_set() and not run.cancelled.is_set()
        seconds = time.monotonic() - begun
        run.emit(Summary(ok, run.counts(), seconds, run.cancelled.is_set()))
        return Result(
            ok=ok,
            steps=tuple(run.steps),
            outputs=dict(root.outputs) if root else {},
            counts=run.counts(),
            seconds=seconds,
            diagnostics=tuple(run.diagnostics),
            violations=tuple(run.violations),
            remediations=tuple(run.remediations),
            resources=run.views([item for item in snapshot.resources if not item.delete]),
            cancelled=run.cancelled.is_set(),
        )

    @contextmanager
    def _current(self, run: Run) -> Iterator[None]:
        self._run = run
        if self._cancelled:
            run.cancelled.set()
            run.stopping.set()
        try:
            yield
        finally:
            self._run = None
            self._cancelled = False


def _delete(run: Run) -> bool:
    """Deletes what left the program; False when that cannot be decided."""
    try:
        for step in run.planner.keeps():
            run.apply(step)
        run.delete(run.planner.deletions())
    except StepFailed:
        return False
    return True


def _destroy(run: Run, refreshing: bool) -> None:
    run.planner.targeting.check(run.planner.known(), which=("targets", "excludes"))
    if not refresh_first(run, whole=refreshing):
        return
    hooked = [item for item in run.planner.resources if not DELETE_HOOKS.isdisjoint(item.hooks)]
    for item in hooked:
        names = ", ".join(name for kind in sorted(DELETE_HOOKS) for name in item.hooks.get(kind, ()))
        run.report(
            Diagnostic(
                "error", f"{item.urn} has delete hooks ({names}); destroy with --run-program to run them", item.urn
            )
        )
    if hooked:
        return
    _delete(run)


def _warn_unfinished(run: Run) -> None:
    for operation in run.ledger.unfinished:
        urn = operation.resource.urn
        run.report(
            Diagnostic(
                "warning",
                f"an earlier run was interrupted while {operation.type} {urn}; look whether it exists in the cloud, "
                "then import it, or refresh with clear_pending_creates",
                urn,
            )
        )
