"""The command line."""

import sys

import typer

from components.core.errors import Fault, TripodError
from simulator.engine.errors import EngineError
from simulator.model import CloudError
from tripod import check, parity, schema, simulate, waivers
from tripod.console import EXIT_BAD_INPUT, show_faults

app = typer.Typer(
    name="tripod",
    help="One blueprint, the equivalent MLOps platform on three clouds. For a real cloud the command is `pulumi up`.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)
app.add_typer(simulate.app, name="simulate")
app.command("check")(check.check)
app.command("waivers")(waivers.waivers)
app.command("parity")(parity.parity)
app.command("schema")(schema.schema)


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
