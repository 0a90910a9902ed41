"""Findings as documents: JSON for machines, Markdown for a pull request. A terminal's view is ``tripod.render``'s.

Both name every verdict, passed ones too, so that a reader can tell "judged and right" from "never looked at". SARIF and
JUnit are in modules of their own. All take one :class:`Report`; the same report gives the same bytes.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from policies.control import Control, Severity
from policies.frameworks import FRAMEWORKS
from policies.run import Finding
from policies.settings import Level, Profile
from policies.verdict import Verdict

SCHEMA = 2
"""Version of the JSON document; raised when a field changes its meaning."""

_ORDER = (Verdict.ERROR, Verdict.FAILED, Verdict.UNDETERMINED, Verdict.WAIVED, Verdict.NOT_APPLICABLE, Verdict.PASSED)


@dataclass(frozen=True, kw_only=True)
class Place:
    """A line of a file of the project, or of an exported state."""

    file: str
    """Path relative to the project where the file is in it."""
    line: int = 1

    @classmethod
    def parse(cls, text: str) -> Place:
        """A place from ``file:line``, or from a file alone."""
        file, _, line = text.rpartition(":")
        return cls(file=file, line=int(line)) if file and line.isdigit() else cls(file=text)


def nowhere(finding: Finding) -> Place | None:
    """The place of a finding of which no file is known."""
    return None


@dataclass(frozen=True, kw_only=True)
class Report:
    """What was judged, how strictly, and what came out."""

    subject: str
    """The stack, or the file of the state."""
    profile: Profile
    findings: Sequence[Finding]
    controls: Sequence[Control] = ()
    """The controls that were asked, whether they found anything or not."""
    framework: str | None = None
    """The framework that the report is about; its controls alone are in it then."""
    place: Callable[[Finding], Place | None] = nowhere
    """The line that caused the resource of a finding."""
    errors: Sequence[str] = ()
    """Why the subject could not be judged whole: steps of a plan that failed, entries that are no resource."""
    notes: Sequence[str] = ()
    """What the reader should know besides."""
    not_judged: Mapping[str, int] = field(default_factory=dict)
    """Number of resources by type on which no control stands."""

    @property
    def ok(self) -> bool:
        """Whether everything was judged and nothing blocks."""
        return not self.errors and exit_code(self.findings) == 0


def about(framework: str | None, controls: Iterable[Control]) -> tuple[Control, ...]:
    """The controls that support a clause of a framework; all without one."""
    return tuple(c for c in controls if framework is None or any(r.startswith(f"{framework}:") for r in c.clauses))


def ranked(findings: Iterable[Finding]) -> list[Finding]:
    """The findings with the gravest first: blocking, then by verdict, severity, control and resource."""
    severities = list(Severity)
    return sorted(
        findings,
        key=lambda f: (
            not f.blocking,
            _ORDER.index(f.verdict),
            -severities.index(f.severity),
            f.control,
            f.urn,
            f.name,
        ),
    )


def counts(findings: Iterable[Finding]) -> dict[Verdict, int]:
    """How many findings have each verdict, zeros included."""
    counted = Counter(f.verdict for f in findings)
    return {verdict: counted[verdict] for verdict in _ORDER}


def tally(findings: Iterable[Finding]) -> dict[str, int]:
    """How many findings have each verdict that there is, in the order of the verdicts."""
    counted = Counter(f.verdict for f in findings)
    return {verdict.value: counted[verdict] for verdict in Verdict if counted[verdict]}


def exit_code(findings: Iterable[Finding]) -> int:
    """0 where nothing blocks, else 1. Bad input (2) never gets as far as a finding."""
    return int(any(f.blocking for f in findings))


@dataclass(frozen=True, kw_only=True)
class ClauseResult:
    """How the controls that support one clause came out."""

    framework: str
    clause: str
    title: str
    controls: tuple[str, ...]
    """Ids of the controls; empty where automation says nothing about the clause."""
    verdicts: Mapping[Verdict, int]

    @property
    def verdict(self) -> str:
        """The clause in a word; never more than "supported", since no control satisfies a clause alone."""
        if not self.controls:
            return "no automation"
        if any(self.verdicts.get(v) for v in (Verdict.ERROR, Verdict.FAILED)):
            return "failed"
        if self.verdicts.get(Verdict.UNDETERMINED):
            return "undetermined"
        if self.verdicts.get(Verdict.WAIVED):
            return "waived"
        return "supported" if self.verdicts.get(Verdict.PASSED) else "not judged here"


def by_clause(framework: str, controls: Iterable[Control], findings: Sequence[Finding]) -> list[ClauseResult]:
    """Clause by clause of one framework: the controls that support it and what they found. Raises KeyError."""
    supporting: dict[str, list[str]] = {ident: [] for ident in FRAMEWORKS[framework].clauses}
    for control in controls:
        for reference in control.clauses:
            name, _, ident = reference.partition(":")
            if name == framework:
                supporting[ident].append(control.id)
    return [
        ClauseResult(
            framework=framework,
            clause=ident,
            title=FRAMEWORKS[framework].clauses[ident],
            controls=tuple(ids),
            verdicts={v: n for v, n in counts(f for f in findings if f.control in ids).items() if n},
        )
        for ident, ids in supporting.items()
    ]


def to_json(report: Report) -> str:
    """The report as one JSON document with sorted keys: the same findings give the same bytes."""
    document = {
        "schema": SCHEMA,
        "subject": report.subject,
        "profile": str(report.profile),
        "ok": report.ok,
        "blocked": bool(exit_code(report.findings)),
        "errors": list(report.errors),
        "notes": list(report.notes),
        "verdicts": {str(v): n for v, n in counts(report.findings).items()},
        "findings": [_entry(f, report.place(f)) for f in ranked(report.findings)],
        "not_judged": dict(report.not_judged),
        "framework": _framework(report),
    }
    return json.dumps(document, indent=2, sort_keys=True) + "\n"


def _entry(finding: Finding, place: Place | None) -> dict[str, Any]:
    waiver = finding.waiver
    return {
        "control": finding.control,
        "group": str(finding.group),
        "title": finding.title,
        "severity": str(finding.severity),
        "level": str(finding.level),
        "verdict": str(finding.verdict),
        "blocking": finding.blocking,
        "deferred": finding.deferred,
        "cloud": str(finding.cloud) if finding.cloud else None,
        "urn": finding.urn or None,
        "type": finding.type or None,
        "name": finding.name,
        "paths": list(finding.paths),
        "message": finding.message,
        "remedy": finding.remedy,
        "url": finding.url,
        "gap": {"kind": str(finding.gap.kind), "reason": finding.gap.reason} if finding.gap else None,
        "file": place.file if place else None,
        "line": place.line if place else None,
        "waiver": {
            "without": str(finding.waived),
            "owner": waiver.owner,
            "reason": waiver.reason,
            "ticket": waiver.ticket,
            "expires": str(waiver.expires),
            "place": waiver.place,
        }
        if waiver
        else None,
    }


def _framework(report: Report) -> dict[str, Any] | None:
    if report.framework is None:
        return None
    about_it = FRAMEWORKS[report.framework]
    return {
        "id": report.framework,
        "title": about_it.title,
        "version": about_it.version,
        "outside": about_it.outside,
        "clauses": [
            {
                "clause": r.clause,
                "title": r.title,
                "verdict": r.verdict,
                "controls": list(r.controls),
                "verdicts": {str(v): n for v, n in r.verdicts.items()},
            }
            for r in by_clause(report.framework, report.controls, report.findings)
        ],
    }


def to_markdown(report: Report) -> str:
    """The report as a Markdown page: what blocks, what is only advised, what could not be judged, what passed."""
    findings = report.findings
    lines = [f"# Policies of {report.subject}, profile {report.profile}", ""]
    lines.append("**Blocked.**" if exit_code(findings) else "**Nothing blocks.**")
    lines += [f"\n**Not judged whole:** {_cell(text)}" for text in report.errors]
    lines += ["", "| " + " | ".join(str(v) for v in _ORDER) + " |", "|" + "-|" * len(_ORDER)]
    lines += ["| " + " | ".join(str(counts(findings)[v]) for v in _ORDER) + " |", ""]
    wrong = (Verdict.ERROR, Verdict.FAILED, Verdict.UNDETERMINED)
    order = ranked(findings)
    if report.framework is not None:
        lines += _clauses(report, report.framework)
    lines += _table("Blocking", [f for f in order if f.blocking])
    lines += _table("Advisory", [f for f in order if not f.blocking and f.verdict in wrong])
    waived = [f for f in order if f.waiver is not None]
    if waived:
        lines += ["## Waived", "", "| control | severity | resource | what | by | ticket | until |", "|-|-|-|-|-|-|-|"]
        lines += [
            "| "
            + " | ".join(map(_cell, (f.control, f.severity, f.name, f.message, w.owner, w.ticket, str(w.expires))))
            + " |"
            for f in waived
            if (w := f.waiver) is not None
        ] + [""]
    gaps = [f for f in order if f.gap is not None]
    if gaps:
        lines += ["## Not judged on this cloud", "", "| control | cloud | why |", "|-|-|-|"]
        lines += [f"| {f.control} | {f.cloud} | {_cell(f.message)} |" for f in gaps] + [""]
    passed = Counter(f.control for f in findings if f.verdict is Verdict.PASSED)
    if passed:
        lines += ["## Passed", "", "| control | resources |", "|-|-|"]
        lines += [f"| {control} | {n} |" for control, n in sorted(passed.items())] + [""]
    if report.not_judged:
        lines += ["## No control stands on", "", "| type | resources |", "|-|-|"]
        lines += [f"| {_cell(type_)} | {n} |" for type_, n in sorted(report.not_judged.items())] + [""]
    lines += [f"- {_cell(text)}" for text in report.notes]
    return "\n".join(lines).rstrip("\n") + "\n"


def _clauses(report: Report, framework: str) -> list[str]:
    about_it = FRAMEWORKS[framework]
    results = by_clause(framework, report.controls, report.findings)
    lines = [f"## {about_it.title} {about_it.version}", "", "| clause | title | controls | verdicts | |", "|-|-|-|-|-|"]
    for r in results:
        told = ", ".join(f"{n} {v}" for v, n in r.verdicts.items())
        cells = (r.clause, r.title, ", ".join(r.controls) or "none", told, r.verdict)
        lines.append("| " + " | ".join(_cell(c) for c in cells) + " |")
    bare = [r.clause for r in results if not r.controls]
    if bare:
        lines += ["", f"No automation covers {', '.join(bare)}."]
    return [*lines, "", about_it.outside + " A control supports a clause; none satisfies one alone.", ""]


def _table(title: str, findings: Sequence[Finding]) -> list[str]:
    if not findings:
        return []
    lines = [f"## {title}", "", "| control | severity | resource | verdict | what | remedy |", "|-|-|-|-|-|-|"]
    for f in findings:
        level = "" if f.level is Level.MANDATORY else f" ({f.level})"
        cells = (f"[{f.control}]({f.url})", f"{f.severity}{level}", f.name, str(f.verdict), f.message, f.remedy)
        lines.append("| " + " | ".join(_cell(c) for c in cells) + " |")
    return [*lines, ""]


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
