"""The same controls as policies of ``pulumi_policy``, for the pack that the Pulumi CLI runs.

Every control becomes one policy of its own name. A control whose checks read one resource alone is a resource policy,
which stops that resource before it is made; one that follows references is a stack policy. What pulumi_policy cannot
say is said by text: a message that begins with ``UNDETERMINED`` or ``ERROR`` is no plain violation. Left to themselves
the SDK would let unknown values pass with a remark and would stop at the first rule that crashes; neither happens here.

``--policy-pack-config`` may lower a level: it belongs to whoever runs the CLI. ``tripod check`` refuses that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from pulumi_policy import (
    EnforcementLevel,
    Policy,
    PolicyComplianceFramework,
    PolicyConfigSchema,
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
from policies.settings import Level, Settings
from policies.verdict import Verdict

UNDETERMINED_GUARD = "undetermined-verdicts"
"""Advisory policy that lists what could not be determined, where the profile lets that through."""

_LEVELS = {
    Level.OFF: EnforcementLevel.DISABLED,
    Level.ADVISORY: EnforcementLevel.ADVISORY,
    Level.MANDATORY: EnforcementLevel.MANDATORY,
}
_CONFIG = PolicyConfigSchema(
    {
        "unknowns": {
            "type": "string",
            "enum": ["profile", "fail"],
            "default": "profile",
            "description": "Whether a value that is not known yet fails: as the profile says, or always.",
        }
    }
)


def policies(controls: Iterable[Control], settings: Settings) -> list[Policy]:
    """One policy per control at its level under the settings, and the guard where unknowns do not fail."""
    chosen = list(controls)
    result = [_policy(control, settings) for control in chosen]
    if not settings.unknowns_fail:
        result.append(_guard(chosen, settings))
    return result


def _policy(control: Control, settings: Settings) -> Policy:
    level = level_of(control.id, settings)
    framework, ident, title = clause(control.clauses[0])
    common: dict[str, Any] = {
        "name": control.id,
        "description": f"{control.title}. {control.why}",
        "enforcement_level": _LEVELS[level],
        "config_schema": _CONFIG,
        "display_name": control.title,
        "severity": Severity(control.severity.value),
        # pulumi_policy holds one framework; the others are tags.
        "framework": PolicyComplianceFramework(framework.title, framework.version, ident, title),
        "tags": [control.group.value, *control.clauses],
        "remediation_steps": control.remedy,
        "url": control.url,
    }

    def resource(args: ResourceValidationArgs, report: ReportViolation) -> None:
        if args.resource_type not in control.types:
            args.not_applicable("the control does not stand on resources of this type")
        graph = Graph([Resource.from_policy(args, linked=False)])
        _report(evaluate(control, graph, level, _configured(settings, args.get_config())), report, settings, args)

    def stack(args: StackValidationArgs, report: ReportViolation) -> None:
        graph = Graph(Resource.from_policy(r, linked=True) for r in args.resources)
        _report(evaluate(control, graph, level, _configured(settings, args.get_config())), report, settings, args)

    if control.linked:
        return StackValidationPolicy(validate=stack, **common)
    return ResourceValidationPolicy(validate=resource, **common)


def _configured(settings: Settings, config: Mapping[str, Any]) -> Settings:
    return replace(settings, unknowns_fail=True) if config.get("unknowns") == "fail" else settings


def _report(
    findings: Iterable[Finding],
    report: ReportViolation,
    settings: Settings,
    args: ResourceValidationArgs | StackValidationArgs,
) -> None:
    fails = _configured(settings, args.get_config()).unknowns_fail
    for finding in findings:
        if finding.verdict is Verdict.FAILED:
            report(finding.message, finding.urn or None)
        elif finding.verdict is Verdict.ERROR:
            report(f"ERROR {finding.message}", finding.urn or None)
        elif finding.verdict is Verdict.UNDETERMINED and (fails or finding.level is Level.ADVISORY):
            report(f"UNDETERMINED {finding.message}", finding.urn or None)


def _guard(controls: list[Control], settings: Settings) -> Policy:
    def validate(args: StackValidationArgs, report: ReportViolation) -> None:
        graph = Graph(Resource.from_policy(r, linked=True) for r in args.resources)
        for control in controls:
            if level_of(control.id, settings) is not Level.MANDATORY:
                continue
            for finding in evaluate(control, graph, Level.MANDATORY, settings):
                if finding.verdict is Verdict.UNDETERMINED:
                    report(f"UNDETERMINED {control.id}: {finding.message}", finding.urn or None)

    return StackValidationPolicy(
        name=UNDETERMINED_GUARD,
        description="Every mandatory control can be decided before the deployment.",
        validate=validate,
        enforcement_level=EnforcementLevel.ADVISORY,
        severity=Severity.MEDIUM,
        display_name="Nothing that matters is left undetermined",
        remediation_steps="Run `pulumi preview` again once the resources exist, or build the value from known names.",
        url="https://www.pulumi.com/docs/insights/policy/policy-packs/authoring/",
    )
