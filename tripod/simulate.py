"""``tripod simulate``: stacks in the simulated cloud. Nothing here reaches a real one."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer

from components.core.errors import Fault, TripodError
from simulator.engine.deployment import Deployment, Result
from simulator.engine.errors import EngineError
from simulator.model import CloudError
from stacks.settings import read_stack_file
from tripod import environment, faults, render, verdicts, world
from tripod.console import EXIT_VIOLATIONS, err, out
from tripod.plan import interruptible, plan_and_judge
from tripod.session import Session, open_cloud, state_file

app = typer.Typer(help="Plan, apply, refresh and destroy stacks in the simulated cloud.", no_args_is_help=True)

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
        "diagnostics": [
            {"severity": item.severity, "urn": item.urn, "message": item.message} for item in result.diagnostics
        ],
    }
    if found is not None:
        data["verdicts"] = verdicts.counts(found)
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


@app.command()
def preview(stack: Stack, as_json: AsJson = False) -> None:
    """Show what an update would do. Changes nothing."""
    with typed_faults(stack):
        session = Session(stack)
        result, found = plan_and_judge(session, verdicts.policy_settings(session), quiet=as_json)
    if as_json:
        out.print_json(json.dumps(document(result, found)))
    else:
        out.print(render.tree(result, stack))
        render.print_diagnostics(result.diagnostics)
        if result.ok:
            render.print_verdicts(found)
        out.print(f"[bold]Unknown[/] until applied: {render.unknowns(result.resources)} values")
        render.print_summary(result, "Preview")
    _end(result.ok and not verdicts.blocking(found))


@app.command()
def up(stack: Stack, as_json: AsJson = False) -> None:
    """Plan, judge the plan, then create, update, replace and delete until the stack is what its program says."""
    with typed_faults(stack):
        session = Session(stack)
        cloud = open_cloud(writes=True)
        settings = verdicts.policy_settings(session)
        planned, found = plan_and_judge(session, settings, watch=True, quiet=as_json)
        if not planned.ok or verdicts.blocking(found):
            _refuse(planned, found, stack, as_json)
            return
        with render.Watcher(f"Updating {stack}", quiet=as_json) as watcher:
            deployment = session.deployment(cloud, watcher, [verdicts.PolicyAnalyzer(settings)])
            with interruptible(deployment):
                result = session.run(deployment.up)
    found = verdicts.findings(result.resources, settings)
    if as_json:
        out.print_json(json.dumps(document(result, found)))
    else:
        out.print(render.tree(result, stack))
        render.print_diagnostics(result.diagnostics)
        if result.ok:
            render.print_verdicts(found)
        render.print_outputs(result.outputs)
        render.print_summary(result, "Update")
    _end(result.ok and not verdicts.blocking(found))


def _refuse(planned: Result, found: list[Any], stack: str, as_json: bool) -> None:
    """Say why nothing was applied."""
    if as_json:
        out.print_json(json.dumps(document(planned, found)))
    else:
        render.print_diagnostics(planned.diagnostics)
        if planned.ok:
            render.print_verdicts(found)
            err.print(f"[red]refused[/]: {len(verdicts.blocking(found))} mandatory findings; nothing was changed")
        render.print_summary(planned, "Preview")
    _end(False)


def _simple(stack: str, as_json: bool, title: str, operation: Callable[[Deployment], Result], verb: str) -> Result:
    with typed_faults(stack):
        session = Session(stack)
        with render.Watcher(title, quiet=as_json) as watcher:
            deployment = session.deployment(open_cloud(writes=True), watcher)
            with interruptible(deployment):
                result = operation(deployment)
    if as_json:
        out.print_json(json.dumps(document(result)))
    else:
        out.print(render.tree(result, stack))
        render.print_diagnostics(result.diagnostics)
        render.print_summary(result, verb)
    return result


@app.command()
def refresh(stack: Stack, as_json: AsJson = False) -> None:
    """Make the state what the simulated cloud says: shows drift."""
    _end(_simple(stack, as_json, f"Refreshing {stack}", lambda deployment: deployment.refresh(), "Refresh").ok)


@app.command()
def destroy(
    stack: Stack,
    as_json: AsJson = False,
    force: Annotated[
        bool, typer.Option("--force", help="Lift deletion protection first, as `pulumi state unprotect --all` does.")
    ] = False,
) -> None:
    """Delete everything in the stack, in reverse order."""
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
    result = _simple(stack, as_json, f"Destroying {stack}", lambda deployment: deployment.destroy(), "Destroy")
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


@app.command()
def state(stack: Stack) -> None:
    """Print the state as a Pulumi deployment (version 3): what `pulumi stack import` reads. Secrets stay encrypted."""
    with typed_faults(stack):
        read_stack_file(stack)
        file = state_file(stack)
        out.print_json(json.dumps(file.document(file.load())))


for _command in (world.edit, world.inventory, world.reset, environment.env):
    app.command()(_command)
app.add_typer(faults.app, name="fault")
