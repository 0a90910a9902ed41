"""What waivers do to findings, and the controls that judge the waivers themselves.

A waived finding keeps its place with the verdict WAIVED. The controls here have no rows: they look at the file of
waivers, beside what the other controls found, and stand as findings like any other. They are mandatory in every
profile and cannot be waived or switched off.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Final

from components.core.cloud import ByCloud
from policies.control import Control, Group, Severity
from policies.finding import Finding
from policies.graph import Graph
from policies.settings import Level, Settings
from policies.verdict import Verdict
from policies.waivers import MAX_DAYS, Malformed, Waiver, Waivers, stack_of

_WAIVABLE: Final = (Verdict.FAILED, Verdict.UNDETERMINED)
_URL: Final = "https://csrc.nist.gov/pubs/sp/800/37/r2/final"


def _control(id_: str, title: str, why: str, remedy: str) -> Control:
    return Control(
        id=id_,
        group=Group.AUDIT_COMPLIANCE,
        title=title,
        severity=Severity.MEDIUM,
        why=why,
        remedy=remedy,
        url=_URL,
        clauses=("soc2:CC8.1", "nist-800-53:CM-3"),
        rows=ByCloud(aws=(), azure=(), gcp=()),
    )


MALFORMED: Final = _control(
    "waiver-malformed",
    "Waivers say what they accept, who, why and until when",
    "A risk that is accepted by nobody, for no reason or for ever is not accepted but forgotten.",
    "Complete the entry as docs/waivers.md shows, or remove it.",
)
EXPIRED: Final = _control(
    "waiver-expired",
    "Waivers end",
    f"What was accepted for {MAX_DAYS} days at most would stay for good.",
    "Mend the resource, or have the risk accepted anew with a new date and ticket.",
)
OVER_BROAD: Final = _control(
    "waiver-over-broad",
    "Waivers cover what fails and nothing else",
    "A pattern that takes in sound resources hides the day on which they fail.",
    "Name the failing resources, one waiver each where no narrow pattern fits.",
)
UNUSED: Final = _control(
    "waiver-unused",
    "Waivers cover a finding",
    "A waiver for a fault that has been mended hides its return.",
    "Remove the waiver, or name under `stacks` those in which the finding is.",
)
BUILT_IN: Final[Mapping[str, Control]] = {c.id: c for c in (MALFORMED, EXPIRED, OVER_BROAD, UNUSED)}
"""The controls over the waivers, by id."""


def cover(findings: Iterable[Finding], waivers: Waivers, without: Collection[Waiver] = ()) -> list[Finding]:
    """The findings, those that a waiver in force covers as WAIVED; the waivers ``without`` cover nothing."""
    held = replace(waivers, entries=tuple(w for w in waivers.entries if w not in without)) if without else waivers
    return [_covered(f, held) for f in findings]


def _covered(finding: Finding, waivers: Waivers) -> Finding:
    if not finding.urn or finding.verdict not in _WAIVABLE:
        return finding
    found = waivers.covering(finding.control, finding.urn, finding.type, finding.name)
    if found is None:
        return finding
    return replace(
        finding, verdict=Verdict.WAIVED, waived=finding.verdict, waiver=found, blocking=False, deferred=False
    )


def settle(findings: Iterable[Finding], graph: Graph, settings: Settings, judged: Collection[str]) -> list[Finding]:
    """Apply the waivers to the findings of a whole graph and judge the waivers.

    ``judged`` are the ids of the controls that were asked; a waiver of another is not called unused.
    """
    waivers, found = settings.waivers, list(findings)
    if not waivers.entries and not waivers.malformed:
        return found
    broad = {w: words for w in waivers.entries if (words := w.over_broad or _sound(w, found))}
    covered = cover(found, waivers, broad.keys())
    used = {id(f.waiver) for f in covered if f.waiver is not None}
    active = {f.control for f in found}
    stacks = {stack_of(r.urn) for r in graph}
    built_in = [_malformed(m) for m in waivers.malformed]
    for waiver in waivers.entries:
        if not _concerns(waiver, graph, stacks):
            continue
        if waiver.expired(waivers.today):
            built_in.append(_about(waiver, EXPIRED, f"it ended {-waiver.days_left(waivers.today)} days ago"))
        elif waiver in broad:
            built_in.append(_about(waiver, OVER_BROAD, broad[waiver]))
        elif id(waiver) in used or waiver.control not in judged:
            continue
        elif waiver.control in active:
            built_in.append(_about(waiver, UNUSED, "it covers no finding of this stack"))
        elif waiver.stacks:
            built_in.append(_about(waiver, UNUSED, f"the control is off in profile {settings.profile}"))
    return covered + built_in


def _sound(waiver: Waiver, findings: Iterable[Finding]) -> str:
    """The sound resources that a pattern takes in, in words; empty where it takes in none."""
    if not waiver.glob:
        return ""
    names = [
        f.name
        for f in findings
        if f.control == waiver.control and f.verdict is Verdict.PASSED and waiver.matches(f.urn, f.type, f.name)
    ]
    if not names:
        return ""
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return f"the pattern {waiver.resource} takes in what passes: {', '.join(sorted(names)[:3])}{more}"


def _concerns(waiver: Waiver, graph: Graph, stacks: Collection[str]) -> bool:
    """Whether the waiver should cover something in this graph: its stacks are meant, or its cloud."""
    if not any(waiver.in_stack(stack) for stack in stacks):
        return False
    return bool(waiver.stacks) or waiver.cloud is None or waiver.cloud in graph.clouds


def _about(waiver: Waiver, control: Control, words: str) -> Finding:
    told = f"{waiver.control} on {waiver.resource} ({waiver.ticket}, {waiver.owner}): {words}"
    return _finding(control, f"{waiver.control} on {waiver.resource}", told, waiver.place)


def _malformed(entry: Malformed) -> Finding:
    return _finding(MALFORMED, entry.entry, "; ".join(entry.faults), entry.place)


def _finding(control: Control, name: str, words: str, place: str) -> Finding:
    return Finding(
        control=control.id,
        group=control.group,
        title=control.title,
        severity=control.severity,
        level=Level.MANDATORY,
        verdict=Verdict.FAILED,
        cloud=None,
        urn="",
        type="",
        name=name,
        paths=(),
        message=f"{place}: {words}" if place else words,
        remedy=control.remedy,
        url=control.url,
        blocking=True,
        place=place,
    )
