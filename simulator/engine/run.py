"""One run: takes registrations from the program, has them planned, applied and reported, and deletes at the end."""

from __future__ import annotations

import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import Enum

from simulator.engine import engine_config, order
from simulator.engine import registry as providers
from simulator.engine import urn as urns
from simulator.engine.backends import BuiltinBackend, StackResolver
from simulator.engine.callbacks import Callbacks
from simulator.engine.difference import input_changes
from simulator.engine.errors import EngineError, Protected, StepFailed, Unsupported
from simulator.engine.events import (
    UNCOUNTED,
    Diagnostic,
    Event,
    Op,
    PolicyRemediation,
    PolicyViolation,
    Step,
    StepFinished,
    StepPlanned,
    StepStarted,
)
from simulator.engine.goal import Goal, ReadGoal
from simulator.engine.hooks import Hooks
from simulator.engine.ledger import Ledger
from simulator.engine.plan import Planner
from simulator.engine.planned import Planned
from simulator.engine.policy import Analyzer, ResourceView, remediations, view, violation_event
from simulator.engine.registry import Registry
from simulator.engine.resource import Resource
from simulator.engine.settings import Settings
from simulator.engine.steps import Executor
from simulator.engine.targets import Targeting
from simulator.engine.values import has_unknown, same
from simulator.model import CloudError, Props, Providers


class Outcome(Enum):
    """What became of a registration."""

    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class Registered:
    """The answer to a registration."""

    outcome: Outcome
    urn: str
    state: Resource | None = None


class Stopped(EngineError):
    """The run is ending: nothing more is registered."""


class Run:
    """State of one run. The program's requests come from many threads at once."""

    def __init__(
        self,
        settings: Settings,
        ledger: Ledger,
        *,
        make: Providers,
        stacks: StackResolver | None,
        analyzers: Sequence[Analyzer],
        on_event: Callable[[Event], None],
    ) -> None:
        self.settings = settings
        self.ledger = ledger
        self.registry = Registry(make, BuiltinBackend(stacks), preview=settings.preview)
        self.planner = Planner(
            settings.project,
            settings.stack,
            ledger.olds,
            self.registry,
            preview=settings.preview,
            report=self.report,
            approve=self._approve,
            seed=settings.seed,
            targeting=Targeting(settings.selection),
        )
        self.callbacks = Callbacks()
        self.hooks = Hooks(self.callbacks, self.report, preview=settings.preview)
        self.executor = Executor(
            ledger, self.registry, self.planner.seen.deletes, self.hooks, self._late, preview=settings.preview
        )
        self.analyzers = analyzers
        self.steps: list[Step] = []
        self.diagnostics: list[Diagnostic] = []
        self.violations: list[PolicyViolation] = []
        self.remediations: list[PolicyRemediation] = []
        self.stopping = threading.Event()
        self.cancelled = threading.Event()
        self.failed = threading.Event()
        self.registered = threading.Event()
        """The program has registered everything, or has ended."""
        self.released = threading.Event()
        """The program is no longer needed."""
        self.goals: dict[str, Goal] = {}
        self._states: dict[str, Resource] = {}
        self._outputs: dict[str, Props] = {}
        self._steps: dict[str, Planned] = {}
        self._on_event = on_event
        self._planning = threading.RLock()
        self._events = threading.Lock()
        self._slots = threading.BoundedSemaphore(settings.parallel)
        self._idle = threading.Condition()
        self._busy = 0
        self._failed: list[Planned] = []
        self._deleting: dict[int, threading.Event] = {}
        self._defaults: dict[tuple[str, str, str], str] = {}

    # Reports.

    def emit(self, event: Event) -> None:
        with self._events:
            match event:
                case Diagnostic():
                    self.diagnostics.append(event)
                    if event.severity == "error":
                        self.failed.set()
                case PolicyViolation():
                    self.violations.append(event)
                    if event.level == "mandatory":
                        self.failed.set()
                case PolicyRemediation():
                    self.remediations.append(event)
                case StepFinished():
                    self.steps.append(event.step)
            self._on_event(event)

    def report(self, diagnostic: Diagnostic) -> None:
        self.emit(diagnostic)

    def counts(self) -> dict[str, int]:
        """How many steps of each kind succeeded; the parts of a replacement count as one."""
        return dict(Counter(step.op.value for step in self.steps if step.op not in UNCOUNTED and not step.error))

    # Requests of the program.

    @contextmanager
    def _request(self) -> Iterator[None]:
        if self.stopping.is_set():
            raise Stopped("the run is ending")
        with self._idle:
            self._busy += 1
        try:
            yield
        finally:
            with self._idle:
                self._busy -= 1
                self._idle.notify_all()

    def wait_idle(self) -> None:
        """Waits until every request that is under way has ended."""
        with self._idle:
            self._idle.wait_for(lambda: self._busy == 0)

    def register(self, goal: Goal) -> Registered:
        """Registers a resource and waits until its steps are done. Raises :class:`Stopped`."""
        with self._request():
            return self._settle(goal.type, goal.name, goal.parent, lambda urn: self._plan(goal, urn), _needs(goal))

    def _plan(self, goal: Goal, urn: str) -> list[Planned]:
        self.goals[urn] = goal
        return self.planner.register(goal, urn)

    def read(self, goal: ReadGoal) -> Registered:
        """Reads a resource that is managed elsewhere. Raises :class:`Stopped`."""
        needs = (*goal.dependencies, *_provider_urn(goal.provider), *([goal.parent] if goal.parent else []))
        with self._request():
            return self._settle(goal.type, goal.name, goal.parent, lambda urn: self.planner.read(goal, urn), needs)

    def _settle(
        self, type_: str, name: str, parent: str, plan: Callable[[str], list[Planned]], needs: Sequence[str]
    ) -> Registered:
        urn = self.urn(parent, type_, name)
        seen = self.planner.seen
        decided = False
        ahead: list[threading.Event] = []
        try:
            with self._planning:
                self.planner.urn(type_, name, parent)
                if not seen.failed.isdisjoint(needs) and not self.settings.preview:
                    seen.failed.add(urn)
                    self.report(Diagnostic("warning", "skipped, because a resource it depends on failed", urn))
                    return Registered(Outcome.SKIPPED, urn)
                steps = plan(urn)
                ahead = self._foretell(steps)
                self._announce(steps)
                # What the operation leaves out is only recorded, before anything that depends on it can be.
                self._apply([step for step in steps if step.untargeted])
                decided = True
            self._apply([step for step in steps if not step.untargeted])
        except Stopped:
            raise
        except Exception as error:
            if not isinstance(error, StepFailed):
                source = "unsupported" if isinstance(error, Unsupported) else "engine"
                self.report(Diagnostic("error", _told(error), urn, source))
            seen.failed.add(urn)
            self.failed.set()
            # As in the CLI, only what fails while it is applied lets the rest go on.
            if not self.settings.preview and not (decided and self.settings.continue_on_error):
                self.stopping.set()
                raise Stopped("a resource failed") from None
            return Registered(Outcome.FAILED, urn)
        finally:
            for event in ahead:
                event.set()
        state = steps[-1].new
        assert state is not None
        if steps[-1].skipped:
            return Registered(Outcome.SKIPPED, urn)
        self._states[state.urn] = state
        if not state.custom:
            self._steps[state.urn] = steps[-1]
        return Registered(Outcome.DONE, state.urn, state)

    def register_outputs(self, urn: str, outputs: Props) -> None:
        """Sets the outputs of a component; those of the stack take effect when the run ends."""
        with self._request():
            state = self._states.get(urn)
            if state is None:
                if urn in self.planner.seen.failed:
                    return
                raise EngineError(f"{urn} is not registered, or its outputs have been registered before")
            if not self.settings.preview:
                # After a failure, what depends on it is unknown; an unknown has no place in a state.
                outputs = {key: value for key, value in outputs.items() if not has_unknown(value)}
            if state.type == urns.STACK_TYPE:
                self._outputs[urn] = outputs
                return
            self._set_outputs(state, outputs)
            step = self._steps.pop(urn, None)
            if step is not None:
                self.executor.complete(step)

    def _late(self, urn: str, message: str) -> None:
        """A hook failed after its step was done: the step stands, the run fails."""
        self.report(Diagnostic("error", message, urn, "hook"))
        if not self.settings.preview and not self.settings.continue_on_error:
            self.stopping.set()

    def _set_outputs(self, state: Resource, outputs: Props) -> None:
        if not same(state.outputs, outputs):
            state.outputs = outputs
            self.ledger.put(state)

    def state(self, urn: str) -> Resource | None:
        """The state of a resource that this run registered."""
        return self._states.get(urn)

    def invoke(self, token: str, args: Props, provider: str, version: str, url: str) -> Props:
        """The result of a provider function. Raises :class:`CloudError` or :class:`Stopped`."""
        with self._request():
            package = urns.package_of(token)
            reference = provider or self.default_provider(package, version, url, token)
            backend = self.registry.get(reference, self.planner.olds.get)
            return backend.invoke(token, args, preview=self.settings.preview)

    def exists(self, type_: str, id_: str, parent: str, properties: Props, reference: str) -> bool:
        """Whether the cloud has a resource of that id. Raises :class:`CloudError` or :class:`Stopped`."""
        with self._request():
            backend = self.registry.get(reference, self.planner.olds.get)
            urn = self.urn(parent, type_, id_)
            asked = Resource(urn=urn, type=type_, custom=True, id=id_, inputs=properties)
            return backend.read(asked, properties, {}) is not None

    def urn(self, parent: str, type_: str, name: str) -> str:
        """The URN of a resource of this stack."""
        return urns.make(self.settings.stack, self.settings.project, parent, type_, name)

    def default_provider(self, package: str, version: str, url: str, what: str) -> str:
        """The reference of the default provider of a package, registered on first use; ``what`` asks for it.

        Raises :class:`Stopped`, and :class:`EngineError` where the stack has switched the provider off.
        """
        key = (package, version, url)
        if key in self._defaults:
            return self._defaults[key]
        engine_config.require_default(self.settings.config, package, what)
        with self._planning:
            if key not in self._defaults:
                goal = Goal(
                    type=urns.PROVIDER_PREFIX + package,
                    name=providers.default_name(version, url),
                    custom=True,
                    properties=providers.default_inputs(
                        package, version, url, self.settings.config, self.settings.secret_keys
                    ),
                )
                done = self._settle(goal.type, goal.name, "", lambda urn: self._plan(goal, urn), ())
                if done.state is None:
                    raise EngineError(f"the provider of {package} could not be configured")
                self._defaults[key] = f"{done.urn}::{done.state.id}"
            return self._defaults[key]

    # Steps.

    def _foretell(self, steps: Sequence[Planned]) -> list[threading.Event]:
        """Marks what these steps delete for others to make anew: those may be registered before it is gone."""
        events = []
        for step in steps:
            if step.pending and step.op in (Op.DELETE_REPLACED, Op.DISCARD_REPLACED):
                events.append(self._deleting.setdefault(id(step.old), threading.Event()))
        return events

    def _await_deletion(self, step: Planned) -> None:
        """Waits until what a step makes anew is gone. Raises :class:`StepFailed` when it could not be deleted."""
        event = self._deleting.get(id(step.old))
        if step.op is not Op.CREATE_REPLACEMENT or step.pending or event is None:
            return
        event.wait()
        if step.old is not None and not step.old.pending_replacement:
            raise StepFailed(step.urn)

    def _announce(self, steps: Sequence[Planned]) -> None:
        for step in steps:
            if not urns.is_default_provider(step.urn):
                self.emit(StepPlanned(step.shown))

    def _apply(self, steps: Sequence[Planned]) -> None:
        for step in steps:
            self.apply(step)

    def apply(self, step: Planned) -> None:
        """Applies one step and reports it. Raises :class:`StepFailed`; the reason is reported."""
        self._await_deletion(step)
        shown = step.shown
        quiet = urns.is_default_provider(step.urn)
        # A default provider is registered while the planner waits for it; it must not wait for a slot in turn.
        with _free() if quiet or step.op is Op.SAME else self._slots:
            if not quiet and not self.settings.preview:
                self.emit(StepStarted(shown))
            begun = time.monotonic()
            try:
                self.executor.apply(step)
            except Exception as error:
                message = _told(error)
                self.report(Diagnostic("error", message, step.urn, "step"))
                self.emit(StepFinished(replace(shown, error=message, seconds=time.monotonic() - begun)))
                self._failed.append(step)
                raise StepFailed(step.urn) from error
            if step.pending and (gone := self._deleting.get(id(step.old))):
                gone.set()
            if not quiet:
                self.emit(StepFinished(replace(shown, seconds=time.monotonic() - begun)))

    def delete(self, steps: Sequence[Planned]) -> None:
        """Deletes in reverse order of dependency, independent resources at the same time.

        What a failed step needs is not deleted. A protected resource fails, but lets the others go on.
        """
        self._announce(steps)
        resources = self.planner.resources
        held = {id(need) for step in self._failed for need in self._needed(step)}
        with ThreadPoolExecutor(max_workers=self.settings.parallel) as pool:
            for layer in order.layers(resources, steps):
                if self.cancelled.is_set():
                    return
                free = [step for step in layer if id(step.old) not in held]
                for step, error in zip(free, pool.map(self._try, free), strict=True):
                    if error is None:
                        continue
                    held.update(id(need) for need in self._needed(step))
                    if not (self.settings.continue_on_error or isinstance(error.__cause__, Protected)):
                        self.stopping.set()
                if self.stopping.is_set():
                    return

    def _needed(self, step: Planned) -> Iterator[Resource]:
        """What a step that failed depends on."""
        for state in (step.old, step.new):
            if state is not None:
                yield from order.dependencies(self.planner.resources, state)

    def _try(self, step: Planned) -> StepFailed | None:
        try:
            self.apply(step)
        except StepFailed as error:
            return error
        return None

    # Policies.

    def _remediate(self, new: Resource) -> None:
        """Lets every set of rules change the inputs, one after the other."""
        for analyzer in self.analyzers:
            for change in remediations(analyzer, self.view(new)):
                if change.inputs is None:
                    self.emit(PolicyViolation(change.control, "advisory", "", change.message, new.urn))
                    continue
                before, new.inputs = new.inputs, change.inputs
                self.emit(PolicyRemediation(change.control, new.urn, input_changes(before, new.inputs)))

    def _approve(self, new: Resource) -> bool:
        """Runs the resource rules; False when a mandatory one forbids the step."""
        if not self.analyzers:
            return True
        self._remediate(new)
        shown = self.view(new)
        allowed = True
        for analyzer in self.analyzers:
            for violation in analyzer.analyze(shown):
                self.emit(violation_event(violation, new.urn))
                allowed = allowed and violation.level != "mandatory"
        return allowed or self.settings.preview

    def analyze_stack(self) -> None:
        """Runs the stack rules over everything the program registered."""
        if not self.analyzers:
            return
        views = self.views(list(self._states.values()))
        root = next((item.urn for item in views if item.type == urns.STACK_TYPE), "")
        for analyzer in self.analyzers:
            try:
                found = analyzer.analyze_stack(views)
            except EngineError as error:
                self.report(Diagnostic("error", str(error), root))
                continue
            for violation in found:
                self.emit(violation_event(violation, root))

    def views(self, resources: Sequence[Resource]) -> tuple[ResourceView, ...]:
        return tuple(self.view(item) for item in resources)

    def view(self, resource: Resource) -> ResourceView:
        """The view of a state, with what only the program knows of it."""
        goal = self.goals.get(resource.urn)
        provider = None
        if resource.provider:
            urn = urns.split_reference(resource.provider)[0]
            provider = self.planner.providers.get(urn) or self.planner.olds.get(urn)
        if goal is None:
            return view(resource, provider=provider)
        aliases = self.planner.aliases.candidates(goal) if goal.aliases else []
        return view(resource, delete_before_replace=goal.delete_before_replace, aliases=aliases, provider=provider)

    # The end.

    def finish_outputs(self) -> None:
        """Gives the stack its outputs; after a failure, old outputs that the program did not reach are kept."""
        for urn, outputs in self._outputs.items():
            state = self._states[urn]
            self._set_outputs(state, {**state.outputs, **outputs} if self.failed.is_set() else outputs)


@contextmanager
def _free() -> Iterator[None]:
    yield


def _told(error: Exception) -> str:
    """The message of an error; one that nobody foresaw says where it arose, because it is a fault of this code."""
    if isinstance(error, CloudError | EngineError):
        return str(error)
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"internal error: {type(error).__name__}: {error} ({frame.filename}:{frame.lineno})"


def _provider_urn(reference: str) -> tuple[str, ...]:
    return (urns.split_reference(reference)[0],) if reference else ()


def _needs(goal: Goal) -> tuple[str, ...]:
    return (
        *goal.dependencies,
        *(urn for some in goal.property_dependencies.values() for urn in some),
        *_provider_urn(goal.provider),
        *((goal.parent,) if goal.parent else ()),
        *((goal.deleted_with,) if goal.deleted_with else ()),
    )
