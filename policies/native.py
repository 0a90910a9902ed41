"""The same controls as policies of ``pulumi_policy``, for the pack that the Pulumi CLI runs.

Every control becomes a policy of its own name. Its checks on one resource are a resource policy, which sees the final
values and stops that resource before it is made; its checks that follow references are a stack policy, named
``<control>-links`` where the control has both. What is not known at preview is listed by one guard, since a single
resource policy can neither follow dependencies nor speak at two levels.

What pulumi_policy cannot say is said by text: a message that begins with ``UNDETERMINED`` or ``ERROR`` is no plain
violation. Left to itself the SDK lets unknown values pass with a remark and stops at the first rule that crashes;
neither happens here. ``--policy-pack-config`` may lower a level: it belongs to whoever runs the CLI, and
``tripod check`` refuses that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pulumi_policy import (
    EnforcementLevel,
    Policy,
    PolicyComplianceFramework,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    Severity,
    StackValidationArgs,
    StackValidationPolicy,
)

from policies.control import Control
from policies.frameworks import clause
from policies.graph import Graph, Resource
from policies.packs import level_of
from policies.run import Finding, evaluate
from policies.settings import Level, Settings, Unknowns
from policies.verdict import Verdict

UNDETERMINED_GUARD = "undetermined-verdicts"
"""Name of the policy that lists what is not determined yet."""
LINKS = "-links"
"""Suffix of a control's stack policy where it has a resource policy as well."""

_LEVELS = {
    Level.OFF: EnforcementLevel.DISABLED,
    Level.ADVISORY: EnforcementLevel.ADVISORY,
    Level.MANDATORY: EnforcementLevel.MANDATORY,
}


def policies(controls: Iterable[Control], settings: Settings) -> list[Policy]:
    """The policies of every control at its level under the settings, and the guard."""
    chosen = list(controls)
    result = [policy for control in chosen for policy in _policies(control, settings)]
    return [*result, _guard(chosen, settings)]


def _policies(control: Control, settings: Settings) -> Iterator[Policy]:
    level = level_of(control.id, settings)
    framework, ident, title = clause(control.clauses[0])
    common: dict[str, Any] = {
        "description": f"{control.title}. {control.why}",
        "enforcement_level": _LEVELS[level],
        "display_name": control.title,
        "severity": Severity(control.severity.value),
        # pulumi_policy holds one framework; the others are tags.
        "framework": PolicyComplianceFramework(framework.title, framework.version, ident, title),
        "tags": [control.group.value, *control.clauses],
        "remediation_steps": control.remedy,
        "url": control.url,
    }
    alone, linked = control.part(linked=False), control.part(linked=True)

    if alone is not None:

        def resource(args: ResourceValidationArgs, report: ReportViolation) -> None:
            if args.resource_type not in alone.types:
                args.not_applicable("the control does not stand on resources of this type")
            graph = Graph([Resource.from_policy(args, linked=False)])
            _report(evaluate(alone, graph, level, settings), report, undetermined=False)

        yield ResourceValidationPolicy(name=control.id, validate=resource, **common)

    if linked is not None:

        def stack(args: StackValidationArgs, report: ReportViolation) -> None:
            findings = evaluate(linked, _graph(args), level, settings)
            _report(findings, report, undetermined=settings.unknowns is not Unknowns.WARN)

        name = control.id + LINKS if alone is not None else control.id
        yield StackValidationPolicy(name=name, validate=stack, **common)


def _graph(args: StackValidationArgs) -> Graph:
    return Graph(Resource.from_policy(r, linked=True) for r in args.resources)


def _report(findings: Iterable[Finding], report: ReportViolation, *, undetermined: bool) -> None:
    for finding in findings:
        if finding.verdict is Verdict.FAILED:
            report(finding.message, finding.urn or None)
        elif finding.verdict is Verdict.ERROR:
            report(f"ERROR {finding.message}", finding.urn or None)
        elif finding.verdict is Verdict.UNDETERMINED and undetermined:
            report(f"UNDETERMINED {finding.message}", finding.urn or None)


def _guard(controls: list[Control], settings: Settings) -> Policy:
    """Lists the undetermined verdicts that the control's own policy has not reported."""
    fails = settings.unknowns is Unknowns.FAIL
    lowest = Level.MANDATORY if fails else Level.ADVISORY

    def validate(args: StackValidationArgs, report: ReportViolation) -> None:
        graph = _graph(args)
        for control in controls:
            level = level_of(control.id, settings)
            part = control if settings.unknowns is Unknowns.WARN else control.part(linked=False)
            if part is None or level.rank < lowest.rank:
                continue
            for finding in evaluate(part, graph, level, settings):
                if finding.verdict is Verdict.UNDETERMINED:
                    report(f"UNDETERMINED {control.id}: {finding.message}", finding.urn or None)

    return StackValidationPolicy(
        name=UNDETERMINED_GUARD,
        description="Every control can be decided before the deployment.",
        validate=validate,
        enforcement_level=_LEVELS[Level.MANDATORY if fails else Level.ADVISORY],
        severity=Severity.MEDIUM,
        display_name="Nothing is left undetermined",
        remediation_steps="Build the value from names that are known, or look again when the resource exists.",
        url="https://www.pulumi.com/docs/insights/policy/policy-packs/authoring/",
    )
