"""What a run looks like on a terminal: progress, the tree of components, verdicts, outputs, counts."""

import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.tree import Tree

from policies.frameworks import Framework
from policies.report import ClauseResult
from policies.report import tally as verdict_counts
from policies.run import Finding
from policies.verdict import Verdict
from simulator.engine.deployment import Result
from simulator.engine.events import Diagnostic, Event, Op, PolicyViolation, Step, StepFinished, StepStarted
from simulator.engine.policy import ResourceView
from simulator.model import SECRET_SIG, SIG_KEY, UNKNOWN
from tripod.console import err, out

SYMBOLS: dict[Op, tuple[str, str]] = {
    Op.CREATE: ("+", "green"),
    Op.UPDATE: ("~", "yellow"),
    Op.REPLACE: ("-+", "magenta"),
    Op.DELETE: ("-", "red"),
    Op.READ: (">", "cyan"),
    Op.REFRESH: ("~", "yellow"),
    Op.IMPORT: ("=", "cyan"),
    Op.SAME: (" ", "dim"),
}
"""Marks of the Pulumi CLI."""
_PARTS = {Op.CREATE_REPLACEMENT: Op.REPLACE, Op.DELETE_REPLACED: Op.REPLACE, Op.DISCARD: Op.DELETE}


def show(value: Any) -> Any:
    """A wire value for people: secrets masked, unknowns named."""
    if value == UNKNOWN:
        return "<unknown>"
    if isinstance(value, dict):
        if value.get(SIG_KEY) == SECRET_SIG:
            return "[secret]"
        return {key: show(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [show(inner) for inner in value]
    return value


class Watcher:
    """Shows progress while a deployment runs: a bar on a terminal, a line per step elsewhere."""

    def __init__(self, title: str, quiet: bool = False) -> None:
        self._title = title
        self._quiet = quiet
        self._tty = sys.stdout.isatty()
        self._progress: Progress | None = None

    def __enter__(self) -> "Watcher":
        if self._tty and not self._quiet:
            self._progress = Progress(
                SpinnerColumn(),
                TextColumn("[bold]{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeElapsedColumn(),
                console=out,
                transient=True,
            )
            self._progress.start()
            self._task = self._progress.add_task(self._title, total=0)
        elif not self._quiet:
            out.print(f"[bold]{self._title}[/] ...")
        return self

    def __exit__(self, *exception: object) -> None:
        if self._progress is not None:
            self._progress.stop()

    def __call__(self, event: Event) -> None:
        if self._quiet:
            return
        if self._progress is not None:
            if isinstance(event, StepStarted):
                task = self._progress.tasks[0]
                self._progress.update(
                    self._task, total=(task.total or 0) + 1, description=f"{self._title} {event.step.name}"
                )
            elif isinstance(event, StepFinished):
                self._progress.advance(self._task)
        elif isinstance(event, StepFinished) and event.step.op is not Op.SAME:
            step = event.step
            mark, colour = SYMBOLS[_PARTS.get(step.op, step.op)]
            failed = f" [red]{escape(step.error)}[/]" if step.error else ""
            out.print(f"  [{colour}]{mark:>2}[/] {step.name} [dim]{step.type}[/]{failed}", soft_wrap=True)
        if isinstance(event, PolicyViolation) and event.level == "mandatory":
            err.print(f"[red]policy[/] {event.control} {_short(event.urn)}: {escape(event.message)}")


def _short(urn: str) -> str:
    return urn.rsplit("::", 1)[-1]


def _kind(type_: str) -> str:
    """``aws:s3/bucket:Bucket`` as ``aws s3.Bucket``."""
    package, module, name = [*type_.split(":"), "", ""][:3]
    return f"{package} {module.split('/')[0]}.{name}" if name else type_


def tree(result: Result, stack: str) -> Tree:
    """Resources below their components, each with what happened to it."""
    last: dict[str, Step] = {}
    for step in result.steps:
        operation = _PARTS.get(step.op, step.op)
        if (
            step.urn not in last
            or operation is Op.REPLACE
            or _PARTS.get(last[step.urn].op, last[step.urn].op) is Op.SAME
        ):
            last[step.urn] = step
    children: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    listed: set[str] = set()
    for view in result.resources:
        if view.type.startswith("pulumi:") and view.type != "pulumi:pulumi:StackReference":
            continue
        children[view.parent].append((view.urn, view.type, view.name))
        listed.add(view.urn)
    for urn, step in last.items():
        if urn not in listed and not step.type.startswith("pulumi:"):
            children[step.parent].append((urn, step.type, step.name))
            listed.add(urn)
    root = Tree(f"[bold]{stack}[/]")

    def grow(branch: Tree, parent: str) -> None:
        # components in the order of the program; what is in them by name, since it is made in parallel
        for urn, type_, name in sorted(
            children.get(parent, []), key=lambda child: "" if child[1].startswith("tripod:") else child[2]
        ):
            step = last.get(urn)
            mark, colour = SYMBOLS[_PARTS.get(step.op, step.op)] if step else (" ", "dim")
            label = f"[{colour}]{mark:>2} {escape(name)}[/] [dim]{_kind(type_)}[/]"
            if type_.startswith("tripod:"):
                label = f"[{colour}]{mark:>2}[/] [bold]{escape(name)}[/]"
            if step and step.error:
                label += f" [red]failed: {escape(step.error)}[/]"
            twig = branch.add(label)
            if step:
                for change in step.changes[:8]:
                    forced = " [magenta](replaces)[/]" if change.replace else ""
                    old, new = escape(_brief(change.old)), escape(_brief(change.new))
                    twig.add(f"[yellow]{escape(change.path)}[/]: {old} → {new}{forced}")
            grow(twig, urn)

    roots = [view.urn for view in result.resources if view.type == "pulumi:pulumi:Stack"] or [""]
    grow(root, roots[0])
    known = {urn for inner in children.values() for urn, _, _ in inner} | set(roots)
    for parent in list(children):
        if parent not in known and parent not in roots:
            grow(root, parent)
    return root


def _brief(value: Any) -> str:
    text = str(show(value))
    return text if len(text) <= 60 else text[:57] + "..."


def unknowns(resources: Sequence[ResourceView]) -> int:
    """Number of input values that a plan does not know yet."""

    def count(value: Any) -> int:
        if value == UNKNOWN:
            return 1
        if isinstance(value, dict):
            return sum(count(inner) for inner in value.values())
        return sum(count(inner) for inner in value) if isinstance(value, list) else 0

    return sum(count(view.inputs) for view in resources)


def print_outputs(outputs: Mapping[str, Any]) -> None:
    """Stack outputs, one per line."""
    if not outputs:
        return
    out.print("[bold]Outputs[/]")
    width = max(map(len, outputs))
    for key in sorted(outputs):
        value = show(outputs[key])
        text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        out.print(f"  [cyan]{key:<{width}}[/]  {escape(text)}", soft_wrap=True)


def print_diagnostics(diagnostics: Iterable[Diagnostic]) -> None:
    """Warnings and errors of a run."""
    for item in diagnostics:
        if item.severity in {"warning", "error"}:
            colour = "red" if item.severity == "error" else "yellow"
            where = f" {_short(item.urn)}" if item.urn else ""
            err.print(f"[{colour}]{item.severity}[/]{where}: {escape(item.message.strip())}")


def print_packs(result: Result, found: Iterable[Finding]) -> None:
    """What rules mended, and what policy packs found beside the verdicts in ``found``."""
    own = {finding.control for finding in found}
    for mended in result.remediations:
        out.print(f"[cyan]mended[/] {mended.control}: {_short(mended.urn)}", soft_wrap=True)
    for item in result.violations:
        if item.control in own:
            continue
        colour = "red" if item.level == "mandatory" else "yellow"
        text = escape(" ".join(item.message.split()))
        out.print(f"[{colour}]{item.level}[/] {item.control}: {_short(item.urn)}: {text}", soft_wrap=True)


def print_verdicts(found: Sequence[Finding], *, everything: bool = False) -> None:
    """What policies say: a line per finding that did not pass, and the counts."""
    told = [
        finding
        for finding in found
        if everything
        or finding.verdict in (Verdict.FAILED, Verdict.ERROR, Verdict.WAIVED)
        or (finding.verdict is Verdict.UNDETERMINED and not finding.deferred)
    ]
    if told:
        table = Table(title="Policy findings", title_justify="left", box=None, padding=(0, 2, 0, 0))
        for column in ("control", "severity", "level", "verdict", "resource", "why"):
            table.add_column(column)
        for finding in told:
            colour = "red" if finding.blocking else "yellow" if finding.verdict is not Verdict.PASSED else "green"
            table.add_row(
                finding.control,
                finding.severity.value,
                finding.level.value,
                f"[{colour}]{finding.verdict.value}[/]",
                finding.name,
                escape(finding.message + _terms(finding)),
            )
        out.print(table)
    line = ", ".join(f"{number} {verdict.replace('_', ' ')}" for verdict, number in verdict_counts(found).items())
    controls = len({finding.control for finding in found})
    out.print(f"[bold]Policies[/] {controls} controls: {line}")
    waiting = sum(finding.deferred for finding in found)
    if waiting and not everything:
        out.print(
            f"  {waiting} verdicts need values that exist only later: each is decided before its resource is made"
        )


def print_clauses(framework: Framework, clauses: Sequence[ClauseResult]) -> None:
    """Clause by clause: which controls support it and what they found; what no automation covers."""
    title = f"{framework.title} {framework.version}"
    table = Table(title=title, title_justify="left", box=None, padding=(0, 2, 0, 0))
    for column in ("clause", "title", "controls", "verdicts", ""):
        table.add_column(column)
    for clause in clauses:
        colour = {"failed": "red", "supported": "green"}.get(clause.verdict, "yellow")
        told = ", ".join(f"{number} {verdict}" for verdict, number in clause.verdicts.items())
        controls = ", ".join(clause.controls) or "none"
        table.add_row(clause.clause, clause.title, controls, told, f"[{colour}]{clause.verdict}[/]")
    out.print(table)
    bare = [clause.clause for clause in clauses if not clause.controls]
    if bare:
        out.print(f"  no automation covers {', '.join(bare)}", soft_wrap=True)
    out.print(f"  {framework.outside}", soft_wrap=True)


def _terms(finding: Finding) -> str:
    """Until when and by whom a finding is waived."""
    waiver = finding.waiver
    return f" (until {waiver.expires}, {waiver.ticket}, {waiver.owner})" if waiver else ""


def print_summary(result: Result, verb: str) -> None:
    """Counts and duration."""
    words = ", ".join(f"{number} {name}" for name, number in result.counts.items() if number)
    state = "[green]done[/]" if result.ok else "[red]cancelled[/]" if result.cancelled else "[red]failed[/]"
    out.print(f"[bold]{verb}[/] (simulated cloud) {state}: {words or 'nothing to do'} in {result.seconds:.1f} s")
