"""Judge a graph in-process: the same controls that run in the Pulumi CLI, over a plan, a state or a test graph."""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from components.core.cloud import Cloud, Gap
from policies.checks import Outcome, not_applicable
from policies.control import Check, Control
from policies.finding import STACK, Finding
from policies.graph import Graph, Resource
from policies.packs import level_of
from policies.settings import Level, Profile, Settings, Unknowns
from policies.verdict import Verdict, worst
from policies.waiver_checks import cover, settle

__all__ = ["STACK", "Finding", "crash_words", "evaluate", "judge", "judge_alone"]


def judge(
    controls: Iterable[Control],
    resources: Iterable[Resource],
    profile: Profile | str,
    settings: Settings | None = None,
) -> list[Finding]:
    """The findings of every control that the profile has not switched off, in the order of the controls.

    Each control gives at least one finding per cloud of the graph: one per resource that it stands on, or one that is
    NOT_APPLICABLE with the reason (a gap, or nothing to judge). A rule that crashes gives ERROR, never an exception.
    Findings that a waiver of the settings covers are WAIVED; what is wrong with the waivers comes last.
    """
    chosen = settings or Settings.of(profile)
    graph = Graph(resources)
    findings: list[Finding] = []
    known = {control.id: control for control in controls}
    for control in known.values():
        level = level_of(control.id, chosen)
        if level is not Level.OFF:
            findings.extend(evaluate(control, graph, level, chosen))
    return settle(findings, graph, chosen, known)


def judge_alone(
    controls: Iterable[Control], resource: Resource, profile: Profile | str, settings: Settings | None = None
) -> list[Finding]:
    """What the checks that read one resource alone find on it, with the values it is about to be made of.

    For the moment before a resource is created or updated: whatever :func:`judge` deferred is decided here.
    """
    chosen = settings or Settings.of(profile)
    graph = Graph([resource])
    findings: list[Finding] = []
    for control in controls:
        level = level_of(control.id, chosen)
        part = control.part(linked=False) if level is not Level.OFF else None
        if part is not None and any(one.type in part.types for one in graph):
            findings.extend(cover(evaluate(part, graph, level, chosen), chosen.waivers))
    return findings


def evaluate(control: Control, graph: Graph, level: Level, settings: Settings) -> Iterator[Finding]:
    """The findings of one control on one graph."""

    def finding(
        cloud: Cloud | None, subject: Resource | None, outcomes: list[Outcome], gap: Gap | None = None
    ) -> Finding:
        verdict = worst(o.verdict for o in outcomes)
        telling = [o for o in outcomes if o.verdict is verdict]
        silent = verdict is Verdict.PASSED
        deferred = verdict is Verdict.UNDETERMINED and not any(o.linked for o in telling)
        blocks = verdict in (Verdict.FAILED, Verdict.ERROR) or (
            verdict is Verdict.UNDETERMINED
            and (settings.unknowns is Unknowns.FAIL or (settings.unknowns is Unknowns.DEFER and not deferred))
        )
        return Finding(
            control=control.id,
            group=control.group,
            title=control.title,
            severity=control.severity,
            level=level,
            verdict=verdict,
            cloud=cloud,
            urn=subject.urn if subject else "",
            type=subject.type if subject else "",
            name=subject.name if subject else STACK,
            paths=() if silent else tuple(dict.fromkeys(o.path for o in telling if o.path)),
            message="" if silent else "; ".join(dict.fromkeys(o.message for o in telling if o.message)),
            remedy=control.remedy,
            url=control.url,
            blocking=level is Level.MANDATORY and blocks,
            deferred=deferred,
            gap=gap,
        )

    if not graph.clouds:
        yield finding(None, None, [not_applicable("the stack has no resource of a cloud")])
    for cloud in graph.clouds:
        cell = control.rows[cloud]
        if isinstance(cell, Gap):
            yield finding(cloud, None, [not_applicable(f"{cell.kind}: {cell.reason}")], cell)
            continue
        by_resource: dict[str, list[Outcome]] = {}
        for check in cell:
            for resource in graph.of(*check.types):
                by_resource.setdefault(resource.urn, []).extend(_outcomes(check, resource, graph, settings))
        judged = False
        for resource in graph:
            if resource.urn in by_resource:
                judged = True
                yield finding(cloud, resource, by_resource[resource.urn])
        if not judged:
            yield finding(cloud, None, [not_applicable("the stack has nothing of the kind")])


def _outcomes(check: Check, resource: Resource, graph: Graph, settings: Settings) -> list[Outcome]:
    try:
        found = list(check.judge(resource, graph, settings)) or [not_applicable("the rule does not apply here")]
    except Exception as error:  # a crash in a rule is a verdict of that rule
        return [Outcome(Verdict.ERROR, crash_words(error))]
    return [replace(o, linked=True) for o in found] if check.linked else found


def crash_words(error: BaseException) -> str:
    """Where a rule crashed and with what type of exception, without its text, which may quote a secret."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"the rule crashed with {type(error).__name__}{place}"
