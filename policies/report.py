"""Findings as documents: JSON for machines, Markdown for a pull request. How a terminal shows them is not decided here.

Both name every verdict, passed ones too, so that a reader can tell "judged and right" from "never looked at".
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from policies.control import Control, Severity
from policies.frameworks import FRAMEWORKS
from policies.run import Finding
from policies.settings import Level, Profile
from policies.verdict import Verdict

SCHEMA = 1
"""Version of the JSON document; raised when a field changes its meaning."""

_ORDER = (Verdict.ERROR, Verdict.FAILED, Verdict.UNDETERMINED, Verdict.WAIVED, Verdict.NOT_APPLICABLE, Verdict.PASSED)


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
        ),
    )


def counts(findings: Iterable[Finding]) -> dict[Verdict, int]:
    """How many findings have each verdict, zeros included."""
    counted = Counter(f.verdict for f in findings)
    return {verdict: counted[verdict] for verdict in _ORDER}


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


def to_json(findings: Sequence[Finding], *, subject: str, profile: Profile | str) -> str:
    """The findings as one JSON document with sorted keys: the same findings give the same bytes."""
    document = {
        "schema": SCHEMA,
        "subject": subject,
        "profile": str(Profile(profile)),
        "blocked": bool(exit_code(findings)),
        "counts": {str(v): n for v, n in counts(findings).items()},
        "findings": [_entry(f) for f in ranked(findings)],
    }
    return json.dumps(document, indent=2, sort_keys=True) + "\n"


def _entry(finding: Finding) -> dict[str, Any]:
    return {
        "control": finding.control,
        "group": str(finding.group),
        "title": finding.title,
        "severity": str(finding.severity),
        "level": str(finding.level),
        "verdict": str(finding.verdict),
        "blocking": finding.blocking,
        "cloud": str(finding.cloud) if finding.cloud else None,
        "urn": finding.urn or None,
        "type": finding.type or None,
        "name": finding.name,
        "paths": list(finding.paths),
        "message": finding.message,
        "remedy": finding.remedy,
        "url": finding.url,
        "gap": {"kind": str(finding.gap.kind), "reason": finding.gap.reason} if finding.gap else None,
    }


def to_markdown(findings: Sequence[Finding], *, subject: str, profile: Profile | str) -> str:
    """The findings as a Markdown page: what blocks, what is only advised, what could not be judged, what passed."""
    lines = [f"# Policies of {subject}, profile {Profile(profile)}", ""]
    lines.append("**Blocked.**" if exit_code(findings) else "**Nothing blocks.**")
    lines += ["", "| " + " | ".join(str(v) for v in _ORDER) + " |", "|" + "-|" * len(_ORDER)]
    lines += ["| " + " | ".join(str(counts(findings)[v]) for v in _ORDER) + " |", ""]
    wrong = (Verdict.ERROR, Verdict.FAILED, Verdict.UNDETERMINED, Verdict.WAIVED)
    order = ranked(findings)
    lines += _table("Blocking", [f for f in order if f.blocking])
    lines += _table("Advisory", [f for f in order if not f.blocking and f.verdict in wrong])
    gaps = [f for f in order if f.gap is not None]
    if gaps:
        lines += ["## Not judged on this cloud", "", "| control | cloud | why |", "|-|-|-|"]
        lines += [f"| {f.control} | {f.cloud} | {_cell(f.message)} |" for f in gaps] + [""]
    passed = Counter(f.control for f in findings if f.verdict is Verdict.PASSED)
    if passed:
        lines += ["## Passed", "", "| control | resources |", "|-|-|"]
        lines += [f"| {control} | {n} |" for control, n in sorted(passed.items())] + [""]
    return "\n".join(lines)


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
