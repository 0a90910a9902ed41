"""``make bench``: times the engine against the Pulumi CLI, and the policies against Checkov.

Prints Markdown and writes it to ``docs/benchmarks.md``. What is not installed is left out, and the page says so.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks import checking, engines, report
from benchmarks.measure import CommandFailed

PAGE = Path(__file__).resolve().parents[1] / "docs" / "benchmarks.md"

_PAGE = """# Benchmarks

Written by `make bench`; run it again on a machine of your own. {machine}

## Engine

The embedded engine and the Pulumi CLI deploy the same project (`benchmarks/program`) over the same simulated clouds,
in turn, each operation in fresh processes and each run in a world of its own. Seconds are of the whole command,
starts of processes and imports of the SDK included. *Growth* is time against size, both as multiples of the size
before: 1 is linear, below 1 is better. *MiB, all* is the peak of all processes together (proportional set size), the
program and, with the CLI, the language host and the three plugins among them; *MiB, engine* is the engine's process
alone. The CLI is left out beyond {cli_up_to:,} resources.

{engines}

## Policies

All controls under the profile `regulated`, over the state of `{stack}` copied with new names until there are
as many resources; Checkov reads the same resources, translated by rule to a Terraform plan (`benchmarks/estate.py`).
Seconds are of the whole command (`tripod check --state`, `checkov --framework terraform_plan`), reading and reporting
included; *judging alone* is `policies.run.judge`. The two do not check the same things: *rules* are the controls of
the pack, and those checks of Checkov that met a resource; *verdicts* are the rows of the two reports.

{policies}
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what the command line asks for; answer the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[100, 1000, 5000], help="resources for the engines")
    parser.add_argument("--judged", type=int, nargs="+", default=[100, 1000, 10000], help="resources for the policies")
    parser.add_argument("--rounds", type=int, default=1, help="how often each is measured")
    parser.add_argument("--cli-up-to", type=int, default=1000, help="largest size that the CLI takes part in")
    parser.add_argument("--output", type=Path, default=PAGE, help="file to write")
    chosen = parser.parse_args(arguments)
    if min(*chosen.sizes, *chosen.judged, chosen.rounds) < 1:
        parser.error("sizes and rounds must be 1 or more")
    failures: list[str] = []

    def section(measured: Callable[[], str]) -> str:
        """A table; where a command failed, a line that says so: the rest is measured all the same."""
        try:
            return measured()
        except CommandFailed as error:
            failures.append(str(error))
            return "Not measured: a command failed."

    deployed = section(lambda: report.engines(engines.compare(chosen.sizes, chosen.rounds, cli_up_to=chosen.cli_up_to)))
    judged = section(lambda: report.policies(checking.compare(chosen.judged, chosen.rounds)))
    text = _PAGE.format(
        machine=report.machine(engines.cli_version(), checking.checkov_version(), chosen.rounds),
        cli_up_to=chosen.cli_up_to,
        engines=deployed,
        stack=checking.estate.STACK,
        policies=judged,
    )
    print(text)
    chosen.output.write_text(text)
    for failure in failures:
        print(failure, file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
