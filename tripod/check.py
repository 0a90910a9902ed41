"""``tripod check``: policy verdicts on a stack's planned graph, or on an exported state from anywhere."""

import os
import sys
from enum import StrEnum
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from components.core.errors import Fault, TripodError
from policies.bad_input import nearest
from policies.frameworks import FRAMEWORKS
from policies.junit import to_junit
from policies.report import Report, by_clause, tally, to_json, to_markdown
from policies.sarif import to_sarif
from policies.settings import Profile
from tripod import files, policy_input, render
from tripod.check_state import of_state
from tripod.console import err, out
from tripod.judged import Judged


class Format(StrEnum):
    """What a report looks like."""

    TERMINAL = "terminal"
    JSON = "json"
    MARKDOWN = "markdown"
    SARIF = "sarif"
    JUNIT = "junit"


def check(
    stack: Annotated[
        str | None, typer.Argument(help="Name of a stack: stacks/Pulumi.<name>.yaml.", show_default=False)
    ] = None,
    state: Annotated[
        str | None,
        typer.Option("--state", metavar="FILE", help="Judge an exported Pulumi state instead; - reads standard input."),
    ] = None,
    profile: Annotated[
        Profile | None,
        typer.Option("--profile", help="Judge by a stricter profile than the stack's own; of a state: standard."),
    ] = None,
    framework: Annotated[
        str | None, typer.Option("--framework", metavar="ID", help=f"Clause by clause: {', '.join(FRAMEWORKS)}.")
    ] = None,
    format_: Annotated[Format, typer.Option("--format", help="What to print.")] = Format.TERMINAL,
    output: Annotated[
        Path | None, typer.Option("--output", metavar="FILE", help="Write the report to a file instead.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
    waivers: Annotated[
        Path | None, typer.Option("--waivers", metavar="FILE", help="Waivers for --state; a stack has its own.")
    ] = None,
    pack_config: Annotated[
        Path | None,
        typer.Option(
            "--policy-pack-config", metavar="FILE", help="The configuration that the Pulumi CLI will be given."
        ),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="List passed and inapplicable controls too.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="What cannot be decided counts as a violation.")] = False,
) -> None:
    """Judge a stack's plan, or an exported state.

    Exit code 0: clean; 1: mandatory findings or a plan that fails; 2: bad input.

    What depends on values that only exist once the stack is up is undetermined in a plan; `simulate up` decides it
    before it makes the resource.
    """
    form = _form(format_, as_json, output)
    _known_framework(framework)
    if (stack is None) == (state is None):
        raise TripodError(
            Fault(
                where="tripod check",
                what="name a stack or --state FILE",
                allowed="one of the two",
                remedy="tripod check STACK",
            )
        )
    if stack is not None and waivers is not None:
        raise TripodError(
            Fault(where="--waivers", what="a stack has its waivers beside it", remedy="edit stacks/waivers.yaml")
        )
    if stack is not None:
        # A plan needs the program and with it three SDKs; a state does not.
        from tripod.check_stack import of_stack  # noqa: PLC0415

        quiet = form is not Format.TERMINAL
        judged = of_stack(stack, profile, pack_config=pack_config, strict=strict, framework=framework, quiet=quiet)
    else:
        file = str(state)
        text = policy_input.text(file, "state", sys.stdin.buffer.read() if file == "-" else None)
        judged = of_state(
            "standard input" if file == "-" else file,
            text,
            profile or Profile.STANDARD,
            waivers=waivers,
            pack_config=pack_config,
            strict=strict,
            framework=framework,
        )
    if form is Format.TERMINAL:
        _show(judged, everything=everything)
    else:
        _write(_document(judged.report, form), output)
        if output:
            out.print(escape(f"{judged.headline}: {_counts(judged.report)}; report in {output}"), soft_wrap=True)
    if state is not None:
        for told in judged.report.errors:
            err.print(f"[bold red]error[/] {escape(told)}")
    if judged.exit_code:
        raise typer.Exit(judged.exit_code)


def _form(given: Format, as_json: bool, output: Path | None) -> Format:
    if as_json and given not in (Format.TERMINAL, Format.JSON):
        raise TripodError(Fault(where="--json", what=f"contradicts --format {given}", remedy="name one of the two"))
    form = Format.JSON if as_json else given
    if output is not None and form is Format.TERMINAL:
        allowed = ", ".join(f for f in Format if f is not Format.TERMINAL)
        raise TripodError(Fault(where="--output", what="no format is named", allowed=allowed, remedy="add --format"))
    return form


def _known_framework(name: str | None) -> None:
    if name is not None and name not in FRAMEWORKS:
        raise TripodError(
            Fault(
                where="--framework",
                what=f"no framework is called '{name}'{nearest(name, FRAMEWORKS)}",
                allowed=", ".join(FRAMEWORKS),
                remedy="name one of these",
            )
        )


def _document(report: Report, form: Format) -> str:
    if form is Format.SARIF:
        return to_sarif(report, version=version("tripod-mlops"))
    return {Format.JSON: to_json, Format.MARKDOWN: to_markdown, Format.JUNIT: to_junit}[form](report)


def _write(text: str, output: Path | None) -> None:
    """Whole or not at all."""
    if output is None:
        sys.stdout.write(text)
        return
    try:
        files.replace(output, text.encode(), 0o666 & ~_umask())
    except OSError as error:
        raise TripodError(
            Fault(where=str(output), what=f"cannot be written: {error.strerror or error}", remedy="name another file")
        ) from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _counts(report: Report) -> str:
    return ", ".join(f"{number} {name}" for name, number in tally(report.findings).items())


def _show(judged: Judged, *, everything: bool) -> None:
    report = judged.report
    subject, _, rest = judged.headline.partition(" profile ")
    out.print(f"[bold]{escape(subject)}[/] profile {escape(rest)}", soft_wrap=True)
    render.print_verdicts(report.findings, everything=everything)
    if report.framework is not None:
        render.print_clauses(
            FRAMEWORKS[report.framework], by_clause(report.framework, report.controls, report.findings)
        )
    unseen = sum(report.not_judged.values())
    if unseen and everything:
        for type_, number in report.not_judged.items():
            out.print(f"  no control stands on {number} {type_}")
    elif unseen:
        out.print(f"  no control stands on {unseen} resources of {len(report.not_judged)} types (--all names them)")
    for text in report.notes:
        out.print(f"  {text}", soft_wrap=True)
