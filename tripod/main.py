"""The command line."""

import sys

import typer

from components.core.errors import Fault, TripodError
from simulator.engine.errors import EngineError
from simulator.model import CloudError
from tripod.console import EXIT_BAD_INPUT, show_faults
from tripod.lazy import lazily

COMMANDS = {
    "simulate": ("tripod.simulate", "app"),
    "check": ("tripod.check", "check"),
    "waivers": ("tripod.waivers", "waivers"),
    "parity": ("tripod.parity", "parity"),
    "schema": ("tripod.schema", "schema"),
}
"""Module and name of every command, in the order of the help."""


app = typer.Typer(
    cls=lazily(COMMANDS),
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
