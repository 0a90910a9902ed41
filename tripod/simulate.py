"""``tripod simulate``: stacks in the simulated cloud. Nothing here reaches a real one."""

import typer

from tripod.lazy import lazily

COMMANDS = {
    "preview": ("tripod.lifecycle", "preview"),
    "up": ("tripod.lifecycle", "up"),
    "refresh": ("tripod.lifecycle", "refresh"),
    "destroy": ("tripod.lifecycle", "destroy"),
    "state": ("tripod.lifecycle", "state"),
    "edit": ("tripod.world", "edit"),
    "inventory": ("tripod.world", "inventory"),
    "reset": ("tripod.world", "reset"),
    "quota": ("tripod.quota", "quota"),
    "env": ("tripod.environment", "env"),
    "fault": ("tripod.faults", "app"),
}

app = typer.Typer(
    cls=lazily(COMMANDS),
    help="Plan, apply, refresh and destroy stacks in the simulated cloud.",
    no_args_is_help=True,
)


@app.callback()
def simulate() -> None:
    """Plan, apply, refresh and destroy stacks in the simulated cloud."""
