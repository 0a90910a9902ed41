"""The command line."""

import sys
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_command, get_group

from components.core.errors import Fault, TripodError
from simulator.engine.errors import EngineError
from simulator.model import CloudError
from tripod.console import EXIT_BAD_INPUT, show_faults

COMMANDS = {
    "simulate": ("tripod.simulate", "app"),
    "check": ("tripod.check", "check"),
    "waivers": ("tripod.waivers", "waivers"),
    "parity": ("tripod.parity", "parity"),
    "schema": ("tripod.schema", "schema"),
}
"""Module and name of every command, in the order of the help."""


class Commands(TyperGroup):
    """Imports a command when it is asked for: some need three SDKs, some need none."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name]
        made = getattr(import_module(module), name)
        if isinstance(made, typer.Typer):
            command: Any = get_group(made)
        else:
            single = typer.Typer(add_completion=False, rich_markup_mode="markdown")
            single.command(cmd_name)(made)
            command = get_command(single)
        command.name = cmd_name
        return command


app = typer.Typer(
    cls=Commands,
    name="tripod",
    help="One blueprint, the equivalent MLOps platform on three clouds. For a real cloud the command is `pulumi up`.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)


@app.callback()
def tripod() -> None:
    """One blueprint, the equivalent MLOps platform on three clouds. For a real cloud the command is `pulumi up`."""


def run() -> None:
    """Entry point: bad input becomes one message per fault and exit code 2."""
    try:
        app()
    except TripodError as error:
        show_faults(error)
        sys.exit(EXIT_BAD_INPUT)
    except (CloudError, EngineError) as error:
        show_faults(TripodError(Fault(where="simulated cloud", what=str(error))))
        sys.exit(EXIT_BAD_INPUT)
