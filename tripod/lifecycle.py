"""``tripod simulate preview | up | refresh | destroy | state``: the life of a stack in the simulated cloud."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer

from components.core.errors import Fault, TripodError
from policies.report import tally
from simulator.engine.deployment import Deployment, Result
from simulator.engine.errors import EngineError
from simulator.model import CloudError
from stacks.settings import read_stack_file
from tripod import render, verdicts
from tripod.console import EXIT_VIOLATIONS, err, out
from tripod.home import open_cloud, state_file
from tripod.operation import (
    Choices,
    ContinueOnError,
    Exclude,
    ExcludeDependents,
    ExpectNoChanges,
    Parallel,
    PolicyPack,
    PolicyPackConfig,
    RefreshFirst,
    Replace,
    RunProgram,
    Target,
    TargetDependents,
    TargetReplace,
    changed,
    choose,
)
from tripod.plan import interruptible, plan_and_judge
from tripod.session import Session

Stack = Annotated[str, typer.Argument(help="Name of a stack: stacks/Pulumi.<name>.yaml.", show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of text.")]


@contextmanager
def typed_faults(stack: str) -> Iterator[None]:
    """The simulator's own complaints about state and store are bad input, too."""
    try:
        yield
    except (EngineError, CloudError) as error:
        raise TripodError(Fault(where=f"stack {stack}", what=str(error))) from error


def document(result: Result, found: list[Any] | None = None) -> dict[str, Any]:
    """A run as JSON: secrets masked."""
    data: dict[str, Any] = {
        "ok": result.ok,
        "cancelled": result.cancelled,
        "seconds": round(result.seconds, 3),
        "counts": dict(result.counts),
        "steps": [
            {
                "op": step.op.value,
                "urn": step.urn,
                "type": step.type,
                "error": step.error,
                "changes": [
                    {"path": c.path, "kind": c.kind, "replaces": c.replace, "old": c.old, "new": c.new}
                    for c in step.changes
                ],
            }
            for step in result.steps
        ],
        "outputs": render.show(result.outputs),
        "violations": [vars(item) for item in result.violations],
        "remediations": [{"control": item.control, "urn": item.urn} for item in result.remediations],
        "diagnostics": [
            {"severity": item.severity, "urn": item.urn, "message": item.message} for item in result.diagnostics
        ],
    }
    if found is not None:
        data["verdicts"] = tally(found)
        data["findings"] = [
            {
                "control": f.control,
                "level": f.level.value,
                "verdict": f.verdict.value,
                "urn": f.urn,
                "message": f.message,
            }
            for f in found
            if f.verdict.value not in {"passed", "not_applicable"}
        ]
    return data


def _end(ok: bool) -> None:
    if not ok:
        raise typer.Exit(EXIT_VIOLATIONS)


def _show(
    stack: str,
    as_json: bool,
    result: Result,
    found: list[Any] | None,
    verb: str,
    rest: Callable[[], None] = lambda: None,
    *,
    tree: bool = True,
) -> None:
    """Print a run; ``rest`` prints what belongs before the summary. Without ``found`` nothing was judged."""
    if as_json:
        out.print_json(json.dumps(document(result, found)))
        return
    if tree:
        out.print(render.tree(result, stack))
    render.print_diagnostics(result.diagnostics)
    if found is not None:
        render.print_packs(result, found)
        if result.ok:
            render.print_verdicts(found)
    rest()
    render.print_summary(result, verb)


def _expected(result: Result, expect_no_changes: bool, what: str) -> bool:
    """Whether nothing changed where nothing was to change; says so otherwise."""
    if not expect_no_changes or not (changes := changed(result)):
        return True
    err.print(f"[red]no changes were expected[/], but {what}: {changes}")
    return False


def preview(
    stack: Stack,
    as_json: AsJson = False,
    target: Target = None,
    target_dependents: TargetDependents = False,
    exclude: Exclude = None,
    exclude_dependents: ExcludeDependents = False,
    replace: Replace = None,
    target_replace: TargetReplace = None,
    parallel: Parallel = 8,
    refresh: RefreshFirst = False,
    policy_pack: PolicyPack = None,
    policy_pack_config: PolicyPackConfig = None,
    expect_no_changes: ExpectNoChanges = False,
) -> None:
    """Show what an update would do. Changes nothing."""
    with typed_faults(stack):
        choices = choose(
            target=target,
            target_dependents=target_dependents,
            exclude=exclude,
            exclude_dependents=exclude_dependents,
            replace=replace,
            target_replace=target_replace,
            parallel=parallel,
            refresh=refresh,
            policy_pack=policy_pack,
            policy_pack_config=policy_pack_config,
        )
        session = Session(stack)
        result, found = plan_and_judge(session, verdicts.policy_settings(session), quiet=as_json, choices=choices)

    def rest() -> None:
        out.print(f"[bold]Unknown[/] until applied: {render.unknowns(result.resources)} values")

    _show(stack, as_json, result, found, "Preview", rest)
    quiet = _expected(result, expect_no_changes, "proposed")
    _end(quiet and result.ok and not verdicts.blocking(found))


def up(
    stack: Stack,
    as_json: AsJson = False,
    target: Target = None,
    target_dependents: TargetDependents = False,
    exclude: Exclude = None,
    exclude_dependents: ExcludeDependents = False,
    replace: Replace = None,
    target_replace: TargetReplace = None,
    parallel: Parallel = 8,
    continue_on_error: ContinueOnError = False,
    refresh: RefreshFirst = False,
    policy_pack: PolicyPack = None,
    policy_pack_config: PolicyPackConfig = None,
    expect_no_changes: ExpectNoChanges = False,
) -> None:
    """Plan, judge the plan, then create, update, replace and delete until the stack is what its program says."""
    with typed_faults(stack):
        choices = choose(
            target=target,
            target_dependents=target_dependents,
            exclude=exclude,
            exclude_dependents=exclude_dependents,
            replace=replace,
            target_replace=target_replace,
            parallel=parallel,
            continue_on_error=continue_on_error,
            refresh=refresh,
            policy_pack=policy_pack,
            policy_pack_config=policy_pack_config,
        )
        session = Session(stack)
        cloud = open_cloud(writes=True)
        settings = verdicts.policy_settings(session)
        planned, found = plan_and_judge(session, settings, watch=True, quiet=as_json, choices=choices)
        if not planned.ok or verdicts.blocking(found):
            _refuse(planned, found, stack, as_json)
            return
        with render.Watcher(f"Updating {stack}", quiet=as_json) as watcher:
            deployment = choices.onto(session.deployment(cloud, watcher, [verdicts.PolicyAnalyzer(settings)]))
            with interruptible(deployment):
                result = session.run(lambda program: deployment.up(program, refresh=choices.refresh))
    found = verdicts.findings(result.resources, settings)
    _show(stack, as_json, result, found, "Update", lambda: render.print_outputs(result.outputs))
    quiet = _expected(result, expect_no_changes, "made")
    _end(quiet and result.ok and not verdicts.blocking(found))


def _refuse(planned: Result, found: list[Any], stack: str, as_json: bool) -> None:
    """Say why nothing was applied."""

    def rest() -> None:
        if planned.ok:
            err.print(f"[red]refused[/]: {len(verdicts.blocking(found))} mandatory findings; nothing was changed")

    _show(stack, as_json, planned, found, "Preview", rest, tree=False)
    _end(False)


def _simple(
    stack: str,
    as_json: bool,
    title: str,
    operation: Callable[[Session, Deployment], Result],
    verb: str,
    choices: Choices,
) -> Result:
    with typed_faults(stack):
        session = Session(stack)
        with render.Watcher(title, quiet=as_json) as watcher:
            deployment = choices.onto(session.deployment(open_cloud(writes=True), watcher))
            with interruptible(deployment):
                result = operation(session, deployment)
    _show(stack, as_json, result, None, verb)
    return result


def refresh(
    stack: Stack,
    as_json: AsJson = False,
    target: Target = None,
    target_dependents: TargetDependents = False,
    exclude: Exclude = None,
    exclude_dependents: ExcludeDependents = False,
    parallel: Parallel = 8,
    expect_no_changes: ExpectNoChanges = False,
    clear_pending_creates: Annotated[
        bool,
        typer.Option(
            "--clear-pending-creates", help="Forget creations that an interrupted run did not see the end of."
        ),
    ] = False,
) -> None:
    """Make the state what the simulated cloud says: shows drift."""
    with typed_faults(stack):
        choices = choose(
            target=target,
            target_dependents=target_dependents,
            exclude=exclude,
            exclude_dependents=exclude_dependents,
            parallel=parallel,
        )

    def operation(session: Session, deployment: Deployment) -> Result:
        return deployment.refresh(clear_pending_creates=clear_pending_creates)

    result = _simple(stack, as_json, f"Refreshing {stack}", operation, "Refresh", choices)
    _end(_expected(result, expect_no_changes, "found") and result.ok)


def destroy(
    stack: Stack,
    as_json: AsJson = False,
    force: Annotated[
        bool, typer.Option("--force", help="Lift deletion protection first, as `pulumi state unprotect --all` does.")
    ] = False,
    target: Target = None,
    target_dependents: TargetDependents = False,
    exclude: Exclude = None,
    exclude_dependents: ExcludeDependents = False,
    parallel: Parallel = 8,
    continue_on_error: ContinueOnError = False,
    refresh: RefreshFirst = False,
    run_program: RunProgram = False,
) -> None:
    """Delete everything in the stack, in reverse order."""
    with typed_faults(stack):
        choices = choose(
            target=target,
            target_dependents=target_dependents,
            exclude=exclude,
            exclude_dependents=exclude_dependents,
            parallel=parallel,
            continue_on_error=continue_on_error,
            refresh=refresh,
        )
    if force:
        with typed_faults(stack):
            read_stack_file(stack)
            open_cloud(writes=True)
            file = state_file(stack)
            with file.locked():
                snapshot = file.load()
                for resource in snapshot.resources:
                    resource.protect = False
                file.save(snapshot)

    def operation(session: Session, deployment: Deployment) -> Result:
        if run_program:
            return session.run(lambda program: deployment.destroy(program, refresh=refresh))
        return deployment.destroy(refresh=refresh)

    result = _simple(stack, as_json, f"Destroying {stack}", operation, "Destroy", choices)
    if not as_json:
        _leftovers(stack)
    _end(result.ok)


def _leftovers(stack: str) -> None:
    """What a destroyed stack leaves behind, and why."""
    cloud = open_cloud()
    left = [resource for resource in state_file(stack).load().resources if resource.custom]
    mine = f"urn:pulumi:{stack}::"
    stored = [item for item in cloud.inventory() if item.urn.startswith(mine)]
    out.print(f"[bold]Left[/] {len(left)} resources in the state, {len(stored)} objects of {stack} in the store")
    if stored and not left:
        out.print("  kept on purpose (retainOnDelete): other stacks may need them")
    held = [item for item in cloud.graveyard() if item.urn.startswith(mine)]
    if held:
        out.print(
            f"  {len(held)} objects wait out their soft delete, as in the real cloud: where the next up finds a name "
            "taken, raise tripod:generation in the stack file, or start afresh with `tripod simulate reset`",
            soft_wrap=True,
        )


def state(stack: Stack) -> None:
    """Print the state as a Pulumi deployment (version 3): what `pulumi stack import` reads. Secrets stay encrypted."""
    with typed_faults(stack):
        read_stack_file(stack)
        file = state_file(stack)
        out.print_json(json.dumps(file.document(file.load())))
