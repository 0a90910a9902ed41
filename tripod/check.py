"""``tripod check``: policy verdicts on a stack's planned graph, or on an exported state from anywhere."""

import os
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from components.core.errors import Fault, TripodError
from policies.bad_input import nearest
from policies.frameworks import FRAMEWORKS
from policies.graph import Resource
from policies.junit import to_junit
from policies.native import UNDETERMINED_GUARD, WAIVED_LIST
from policies.pack_config import configured, parse
from policies.registry import controls
from policies.report import Report, about, by_clause, to_json, to_markdown
from policies.run import Finding, judge
from policies.sarif import to_sarif
from policies.settings import Profile, Settings, Unknowns, stricter
from policies.state import State
from policies.state import parse as parse_state
from policies.waiver_checks import BUILT_IN
from policies.waivers import read as read_waivers
from tripod import locate, render, verdicts
from tripod.console import EXIT_BAD_INPUT, EXIT_VIOLATIONS, err, out
from tripod.plan import plan_and_judge
from tripod.session import Session
from tripod.simulate import typed_faults


class Format(StrEnum):
    """What a report looks like."""

    TERMINAL = "terminal"
    JSON = "json"
    MARKDOWN = "markdown"
    SARIF = "sarif"
    JUNIT = "junit"


@dataclass(frozen=True)
class Judged:
    """A report and what it is worth."""

    report: Report
    headline: str
    bad_input: bool = False
    """Something of the subject could not be read; the rest was judged."""

    @property
    def exit_code(self) -> int:
        return EXIT_BAD_INPUT if self.bad_input else 0 if self.report.ok else EXIT_VIOLATIONS


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
        judged = _of_stack(stack, profile, pack_config, strict, framework, quiet=form is not Format.TERMINAL)
    else:
        judged = _of_state(str(state), profile or Profile.STANDARD, waivers, pack_config, strict, framework)
    if form is Format.TERMINAL:
        _show(judged, everything=everything)
    else:
        _write(_document(judged.report, form), output)
        if output:
            out.print(f"{judged.headline}: {_counts(judged.report)}; report in {output}", soft_wrap=True)
    if state is not None:
        for text in judged.report.errors:
            err.print(f"[bold red]error[/] {escape(text)}")
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


def _of_stack(
    stack: str, profile: Profile | None, pack_config: Path | None, strict: bool, framework: str | None, *, quiet: bool
) -> Judged:
    with typed_faults(stack):
        session = Session(stack)
        settings = _tightened(verdicts.policy_settings(session), profile, pack_config, strict)
        place = locate.in_project(session.file, session.root)
        result, found = plan_and_judge(session, settings, quiet=quiet)
    render.print_diagnostics(result.diagnostics)
    planned = [verdicts.neutral(view) for view in result.resources if view.custom]
    errors = [
        f"{d.urn.rpartition('::')[2] or stack}: {d.message.strip()}"
        for d in result.diagnostics
        if d.severity == "error"
    ]
    report = _report(stack, settings, found, planned, framework)
    return Judged(
        replace(report, place=place, errors=errors or ([] if result.ok else [f"the plan of {stack} failed"])),
        f"[bold]{stack}[/] profile {settings.profile.value}, {len(result.resources)} planned resources",
    )


def _of_state(
    file: str, profile: Profile, waivers: Path | None, pack_config: Path | None, strict: bool, framework: str | None
) -> Judged:
    shown = "standard input" if file == "-" else file
    with verdicts.bad_input():
        found = parse_state(_text(file, shown), shown)
    settings = _tightened(Settings.of(profile), None, pack_config, strict)
    # Nobody will ask again: what is unknown in a state stays so.
    settings = replace(settings, unknowns=Unknowns.FAIL if strict else Unknowns.WARN)
    if waivers is not None:
        with verdicts.bad_input():
            ids = [control.id for control in controls()]
            settings = replace(settings, waivers=read_waivers(waivers, ids, verdicts.today(), required=True))
    findings = [replace(f, deferred=False) for f in judge(controls(), found.resources, profile, settings)]
    report = _report(shown, settings, findings, found.resources, framework)
    clouds = any(resource.cloud for resource in found.resources)
    errors = [*found.unreadable, *([] if clouds else [f"{shown}: holds no resource of a cloud; nothing was judged"])]
    return Judged(
        replace(report, place=locate.in_state(shown, dict(found.lines)), errors=errors, notes=_notes(found)),
        f"[bold]{escape(shown)}[/] profile {settings.profile.value}, {len(found.resources)} resources",
        bad_input=bool(found.unreadable),
    )


def _notes(found: State) -> list[str]:
    notes = []
    if found.secrets:
        notes.append(f"{found.secrets} resources hold encrypted secrets: what depends on them is undetermined")
    if found.deleting:
        notes.append(f"{len(found.deleting)} resources wait to be deleted and were not judged")
    return notes


def _text(file: str, shown: str) -> str:
    try:
        data = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        return data.decode("utf-8-sig")
    except OSError as error:
        raise TripodError(
            Fault(where=shown, what=f"the state cannot be read: {error.strerror or error}", remedy="name a file")
        ) from error
    except UnicodeDecodeError as error:
        raise TripodError(
            Fault(where=shown, what="the state is not UTF-8 text", remedy="export it with `pulumi stack export`")
        ) from error


def _tightened(settings: Settings, profile: Profile | None, pack_config: Path | None, strict: bool) -> Settings:
    order = list(Profile)
    if profile is not None and order.index(profile) < order.index(settings.profile):
        allowed = ", ".join(order[order.index(settings.profile) :])
        raise TripodError(
            Fault(
                where="--profile",
                what=f"{profile.value} is looser than {settings.profile.value}, the stack's own",
                allowed=allowed,
                remedy="name a stricter one",
            )
        )
    if profile is not None:
        settings = stricter(settings, Settings.of(profile))
    if pack_config is not None:
        built_in = [*BUILT_IN, UNDETERMINED_GUARD, WAIVED_LIST]
        with verdicts.bad_input():
            given = parse(_text(str(pack_config), str(pack_config)), str(pack_config))
            settings = configured(settings, given, [c.id for c in controls()], built_in, str(pack_config))
    return replace(settings, unknowns=Unknowns.FAIL) if strict else settings


def _report(
    subject: str, settings: Settings, found: Iterable[Finding], judged: Iterable[Resource], framework: str | None
) -> Report:
    chosen = about(framework, controls())
    ids = {control.id for control in chosen} | set(BUILT_IN)
    known = {type_ for control in controls() for type_ in control.types}
    return Report(
        subject=subject,
        profile=settings.profile,
        findings=[f for f in found if f.control in ids],
        controls=chosen,
        framework=framework,
        not_judged=dict(sorted(Counter(r.type for r in judged if r.type not in known).items())),
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
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=output.parent, delete=False) as file:
            file.write(text)
        Path(file.name).chmod(0o666 & ~_umask())
        Path(file.name).replace(output)
    except OSError as error:
        raise TripodError(
            Fault(where=str(output), what=f"cannot be written: {error.strerror or error}", remedy="name another file")
        ) from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _counts(report: Report) -> str:
    return ", ".join(f"{number} {name}" for name, number in verdicts.counts(report.findings).items())


def _show(judged: Judged, *, everything: bool) -> None:
    report = judged.report
    out.print(judged.headline)
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
