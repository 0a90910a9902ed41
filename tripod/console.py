"""The two consoles of the command line: results go to standard output, faults to standard error."""

from rich.console import Console

from components.core.errors import TripodError

out = Console(highlight=False, soft_wrap=False)
err = Console(stderr=True, highlight=False, soft_wrap=True)

EXIT_OK, EXIT_VIOLATIONS, EXIT_BAD_INPUT = 0, 1, 2
"""0: done; 1: failed steps or violations; 2: bad input, nothing touched."""


def show_faults(error: TripodError) -> None:
    """One block per fault: where and what, then what is allowed and the remedy."""
    for fault in error.faults:
        err.print(f"[bold red]error[/] [bold]{_plain(fault.where)}[/]: {_plain(fault.what)}")
        if fault.allowed:
            err.print(f"  allowed: {_plain(fault.allowed)}")
        if fault.remedy:
            err.print(f"  remedy:  {_plain(fault.remedy)}")


def _plain(text: str) -> str:
    return text.replace("[", r"\[")
