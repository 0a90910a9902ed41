"""``tripod simulate fault``: arranged faults, to see what a stack does when its cloud misbehaves."""

import json
from dataclasses import asdict
from typing import Annotated, Any

import typer

from components.core.errors import Fault, TripodError
from simulator import faults
from simulator.model import CloudError
from simulator.records import Effect
from simulator.records import Fault as Arranged
from tripod.console import out
from tripod.home import open_cloud

app = typer.Typer(
    help="Arrange throttling, failures, timeouts, partial creations and lost answers.", no_args_is_help=True
)


@app.command()
def add(
    operation: Annotated[str, typer.Option("--op", help="create, read, update, delete or '*'.")],
    type_glob: Annotated[str, typer.Option("--type", help="Type token or pattern, such as 'aws:sagemaker/*'.")] = "*",
    name_glob: Annotated[str, typer.Option("--name", help="Logical name or pattern.")] = "*",
    code: Annotated[str, typer.Option("--error", help="Error code of the cloud, such as ThrottlingException.")] = "",
    message: Annotated[str, typer.Option(help="What the cloud says.")] = "",
    times: Annotated[int, typer.Option(help="Requests that are struck.")] = 1,
    latency: Annotated[float, typer.Option(help="Seconds to wait before the answer.")] = 0.0,
    partial: Annotated[bool, typer.Option("--partial", help="It takes place, then fails: half-initialised.")] = False,
    timeout: Annotated[bool, typer.Option("--timeout", help="It outlasts its (custom) timeout.")] = False,
    lost: Annotated[bool, typer.Option("--lost-read", help="It takes place, but its answer never comes.")] = False,
) -> None:
    """Arrange a fault for the next operations that match.

    A provider repeats what was throttled: the answer says how many occurrences it outlasts.
    """
    chosen = [
        effect
        for effect, wanted in ((Effect.PARTIAL, partial), (Effect.TIMEOUT, timeout), (Effect.LOST, lost))
        if wanted
    ]
    where = f"fault --op {operation} --type {type_glob}"
    if len(chosen) > 1:
        raise TripodError(
            Fault(where=where, what="several effects", allowed="one of --partial, --timeout, --lost-read")
        )
    if not (chosen or code or latency):
        raise TripodError(
            Fault(where=where, what="does nothing", allowed="--error, --latency, --partial, --timeout or --lost-read")
        )
    effect = chosen[0] if chosen else Effect.ERROR
    try:
        number = open_cloud(writes=True).add_fault(
            operation,
            code,
            message,
            type_glob=type_glob,
            name_glob=name_glob,
            times=times,
            latency=latency,
            effect=effect,
        )
    except CloudError as error:
        if error.code != "InvalidFault":
            raise
        raise TripodError(Fault(where=where, what=error.message)) from error
    fault = Arranged(type_glob, name_glob, operation, code, message, times, latency, effect, number)
    out.print(f"fault {number}: {_told(fault)}", markup=False, soft_wrap=True)
    for package in faults.packages_of(type_glob):
        outlasts = faults.survived(fault, package)
        if outlasts is not None:
            fate = "survives this" if times <= outlasts else "gives up"
            out.print(
                f"  the provider {package} tries again after {code}: it outlasts {outlasts} and {fate}",
                markup=False,
                soft_wrap=True,
            )


@app.command("list")
def list_(as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False) -> None:
    """List the faults that are still to come."""
    arranged = open_cloud().faults()
    if as_json:
        out.print_json(json.dumps([_row(fault) for fault in arranged]))
        return
    for fault in arranged:
        out.print(f"{fault.number}  {_told(fault)}", markup=False, soft_wrap=True)
    out.print(f"[bold]{len(arranged)}[/] {_faults(len(arranged))}")


@app.command()
def drop(
    number: Annotated[int | None, typer.Argument(help="Number of a fault, as `fault list` prints it.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Drop every fault.")] = False,
) -> None:
    """Take back a fault."""
    if everything == (number is not None):
        raise TripodError(Fault(where="fault drop", what="what to drop is not clear", allowed="a number, or --all"))
    cloud = open_cloud(writes=True)
    numbers = [fault.number for fault in cloud.faults()] if number is None else [number]
    for one in numbers:
        try:
            cloud.drop_fault(one)
        except CloudError as error:
            if error.code != "NoSuchFault":
                raise
            raise TripodError(
                Fault(where=f"fault {one}", what=error.message, remedy="see `tripod simulate fault list`")
            ) from error
    out.print(f"dropped {len(numbers)} {_faults(len(numbers))}")


def _faults(number: int) -> str:
    return "fault" if number == 1 else "faults"


def _row(fault: Arranged) -> dict[str, Any]:
    return asdict(fault)


def _told(fault: Arranged) -> str:
    """One line: what is struck, by what, how often."""
    does = {
        Effect.ERROR: f"answers {fault.code}" if fault.code else "is slow",
        Effect.PARTIAL: f"takes place and then fails with {fault.code or 'InternalFailure'}",
        Effect.TIMEOUT: "outlasts its timeout",
        Effect.LOST: "takes place, but the answer is lost",
    }[fault.effect]
    slow = f", after {fault.latency:g} s" if fault.latency else ""
    return f"{fault.operation} of {fault.type_glob} named {fault.name_glob} {does}{slow}, {fault.times} times"
