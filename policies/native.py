"""The same controls as policies of ``pulumi_policy``, for the pack that the Pulumi CLI runs.

Every control becomes a policy of its own name. Its checks on one resource are a resource policy, which sees the final
values and stops that resource before it is made; its checks that follow references are a stack policy, named
``<control>-links`` where the control has both. What is not known at preview is listed by one guard, since a single
resource policy can neither follow dependencies nor speak at two levels; another lists what is waived. The controls over
the waivers are stack policies of their own names.

What pulumi_policy cannot say is said by text: a message that begins with ``UNDETERMINED`` or ``ERROR`` is no plain
violation. Left to itself the SDK lets unknown values pass with a remark and stops at the first rule that crashes;
neither happens here. It also takes any level from ``--policy-pack-config``: :class:`Servicer` refuses a looser one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, cast

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

from policies.arm_template import DEPLOYMENTS, holder_of
from policies.control import Control
from policies.frameworks import clause
from policies.graph import Graph, Resource, unwire
from policies.pack_config import LINKS, configured
from policies.packs import level_of
from policies.remediation import changes, put, types
from policies.run import Finding, evaluate
from policies.servicer import WHERE, Servicer, pack_settings_policy, servicer_of
from policies.settings import Level, Settings, Unknowns
from policies.tokens import canonical
from policies.verdict import UNKNOWN, Verdict, plain
from policies.waiver_checks import BUILT_IN, cover, settle

UNDETERMINED_GUARD = "undetermined-verdicts"
"""Name of the policy that lists what is not determined yet."""
WAIVED_LIST = "waived-findings"
"""Name of the policy that lists what is waived."""

_LEVELS = {
    Level.OFF: EnforcementLevel.DISABLED,
    Level.ADVISORY: EnforcementLevel.ADVISORY,
    Level.MANDATORY: EnforcementLevel.MANDATORY,
}
_WORDS = {Verdict.FAILED: "", Verdict.ERROR: "ERROR ", Verdict.UNDETERMINED: "UNDETERMINED "}
"""The verdicts that are reported, and the word that each begins with."""


@dataclass
class Held:
    """What a pack holds that runs: its settings, which the CLI may tighten once the policies exist, and what it saw."""

    settings: Settings
    given: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    """What the program gave each resource, by URN."""

    shared: list[Graph] | None = None
    """The graph of the stack that is being judged, once a policy has made it; None outside such a judgement."""

    def note(self, urn: str, given: Any) -> None:
        """Keep what the program gave a resource, as ``pulumi_policy`` shows it to a rule."""
        self.given[urn] = plain(given)

    @contextmanager
    def one_stack(self) -> Iterator[None]:
        """Let the policies that judge one stack share its graph: the SDK hands each of them all resources anew."""
        self.shared = []
        try:
            yield
        finally:
            self.shared = None


def policies(controls: Iterable[Control], settings: Settings) -> list[Policy]:
    """The policies of every control at its level under the settings, and the guards."""
    return held_policies(list(controls), Held(settings))


def policy_levels(control: Control, settings: Settings) -> dict[str, EnforcementLevel]:
    """The levels of the policies of a control, by their names."""
    alone, linked = control.part(linked=False), control.part(linked=True)
    level = _LEVELS[level_of(control.id, settings)]
    result: dict[str, EnforcementLevel] = {}
    if linked is not None:
        result[control.id + LINKS if alone is not None else control.id] = level
    if alone is not None:
        mended = control.id in settings.remediate and types(control.id)
        result[control.id] = EnforcementLevel.REMEDIATE if mended else level
    return result


def pack(controls: Iterable[Control], settings: Settings) -> tuple[list[Policy], type[Servicer]]:
    """The policies of a pack, and the servicer that takes its configuration from the CLI."""
    chosen, held = list(controls), Held(settings)
    made = held_policies(chosen, held)
    built_in = [*BUILT_IN, WAIVED_LIST, UNDETERMINED_GUARD]

    def adopt(given: dict[str, Any]) -> dict[str, EnforcementLevel]:
        held.settings = configured(settings, given, [c.id for c in chosen], built_in, WHERE)
        levels = {name: level for c in chosen for name, level in policy_levels(c, held.settings).items()}
        return levels | {UNDETERMINED_GUARD: guard_level(held.settings)}

    return made, servicer_of(made, adopt, held)


def held_policies(chosen: list[Control], held: Held) -> list[Policy]:
    """The policies of a pack whose settings may still be tightened."""
    result = [policy for control in chosen for policy in _policies(control, held)]
    over_waivers = [_over_waivers(control, chosen, held) for control in BUILT_IN.values()]
    return [*result, *over_waivers, _waived_list(chosen, held), _guard(chosen, held), pack_settings_policy()]


def _policies(control: Control, held: Held) -> Iterator[Policy]:
    level = level_of(control.id, held.settings)
    framework, ident, title = clause(control.clauses[0])
    common: dict[str, Any] = {
        "description": f"{control.title}. {control.why}",
        "display_name": control.title,
        "severity": Severity(control.severity.value),
        # pulumi_policy holds one framework; the others are tags.
        "framework": PolicyComplianceFramework(framework.title, framework.version, ident, title),
        "tags": [control.group.value, *control.clauses],
        "remediation_steps": control.remedy,
        "url": control.url,
    }
    alone, linked = control.part(linked=False), control.part(linked=True)
    levels = policy_levels(control, held.settings)

    if alone is not None:
        mends = types(control.id)

        def resource(args: ResourceValidationArgs, report: ReportViolation) -> None:
            if canonical(args.resource_type) not in alone.types | DEPLOYMENTS:
                args.not_applicable("the control does not stand on resources of this type")
            graph = Graph([Resource.from_policy(args, linked=False)])
            if not graph.of(*alone.types):
                args.not_applicable("the template declares nothing on which the control stands")
            _report(evaluate(alone, graph, level, held.settings), report, held, undetermined=False)

        def remediate(args: ResourceValidationArgs) -> Any:
            if args.resource_type not in mends:
                args.not_applicable("nothing of this type is remediated")
            return _remedied(args, control.id, held)

        yield ResourceValidationPolicy(
            name=control.id,
            validate=resource,
            remediate=remediate if mends else None,
            enforcement_level=levels[control.id],
            **common,
        )

    if linked is not None:

        def stack(args: StackValidationArgs, report: ReportViolation) -> None:
            findings = evaluate(linked, _graph(args, held), level, held.settings)
            _report(findings, report, held, undetermined=held.settings.unknowns is not Unknowns.WARN)

        name = control.id + LINKS if alone is not None else control.id
        yield StackValidationPolicy(name=name, validate=stack, enforcement_level=levels[name], **common)


def _remedied(args: ResourceValidationArgs, control: str, held: Held) -> Mapping[str, Any] | None:
    secrets: set[str] = set()
    found = Resource(
        urn=args.urn, type=args.resource_type, name=args.name, props=unwire(plain(args.props), "", secrets)
    )
    mending = changes(found, replace(held.settings, remediate=frozenset({control})))
    if not mending:
        return None
    # pulumi_policy's proxy keeps secrets and unknowns only where the very object that it gave comes back.
    put(cast(MutableMapping[str, Any], args.props), mending)
    return args.props


def _graph(args: StackValidationArgs, held: Held) -> Graph:
    if held.shared:
        return held.shared[0]
    graph = Graph(_as_given(Resource.from_policy(r, linked=True), held) for r in args.resources)
    if held.shared is not None:
        held.shared.append(graph)
    return graph


def _as_given(resource: Resource, held: Held) -> Resource:
    """What the program gave, and what the provider adds to it.

    A stack policy sees outputs alone: there an input that was left out is unknown until the provider fills it in, and
    many inputs of azure-native (the names of parents, ``resourceUri``) do not come back.
    """
    given = held.given.get(resource.urn)
    if given is None:
        return resource
    added = {key: value for key, value in resource.props.items() if value is not UNKNOWN}
    return replace(resource, props={**added, **given})


def _report(findings: Iterable[Finding], report: ReportViolation, held: Held, *, undetermined: bool) -> None:
    for finding in cover(findings, held.settings.waivers):
        if finding.verdict in _WORDS and (undetermined or finding.verdict is not Verdict.UNDETERMINED):
            _tell(report, _WORDS[finding.verdict], finding)


def _tell(report: ReportViolation, words: str, finding: Finding) -> None:
    """Report a finding on what the engine knows: the deployment, for a resource that its template declares."""
    holder = holder_of(finding.urn)
    declared = f"{finding.name}: " if holder != finding.urn else ""
    report(f"{words}{declared}{finding.message}", holder or None)


def _guard(controls: list[Control], held: Held) -> Policy:
    """Lists the undetermined verdicts that the control's own policy has not reported."""

    def validate(args: StackValidationArgs, report: ReportViolation) -> None:
        settings = held.settings
        lowest = Level.MANDATORY if settings.unknowns is Unknowns.FAIL else Level.ADVISORY
        graph = _graph(args, held)
        for control in controls:
            level = level_of(control.id, settings)
            part = control if settings.unknowns is Unknowns.WARN else control.part(linked=False)
            if part is None or level.rank < lowest.rank:
                continue
            for finding in cover(evaluate(part, graph, level, settings), settings.waivers):
                if finding.verdict is Verdict.UNDETERMINED:
                    _tell(report, f"UNDETERMINED {control.id}: ", finding)

    return StackValidationPolicy(
        name=UNDETERMINED_GUARD,
        description="Every control can be decided before the deployment.",
        validate=validate,
        enforcement_level=guard_level(held.settings),
        severity=Severity.MEDIUM,
        display_name="Nothing is left undetermined",
        remediation_steps="Build the value from names that are known, or look again when the resource exists.",
        url="https://www.pulumi.com/docs/insights/policy/policy-packs/authoring/",
    )


def guard_level(settings: Settings) -> EnforcementLevel:
    """The level of the guard: mandatory where what is not known fails."""
    return EnforcementLevel.MANDATORY if settings.unknowns is Unknowns.FAIL else EnforcementLevel.ADVISORY


def _settled(args: StackValidationArgs, controls: list[Control], held: Held) -> list[Finding]:
    """The findings of the controls that waivers name, with the waivers applied and judged."""
    settings = held.settings
    named = {w.control for w in settings.waivers.entries}
    if not named and not settings.waivers.malformed:
        return []
    graph = _graph(args, held)
    chosen = {c.id: level_of(c.id, settings) for c in controls if c.id in named}
    found = [
        f
        for control in controls
        if chosen.get(control.id, Level.OFF) is not Level.OFF
        for f in evaluate(control, graph, chosen[control.id], settings)
    ]
    return settle(found, graph, settings, chosen)


def _over_waivers(control: Control, controls: list[Control], held: Held) -> Policy:
    def validate(args: StackValidationArgs, report: ReportViolation) -> None:
        for finding in _settled(args, controls, held):
            if finding.control == control.id:
                report(finding.message, None)

    return StackValidationPolicy(
        name=control.id,
        description=f"{control.title}. {control.why}",
        validate=validate,
        enforcement_level=EnforcementLevel.MANDATORY,
        severity=Severity(control.severity.value),
        display_name=control.title,
        remediation_steps=control.remedy,
        url=control.url,
    )


def _waived_list(controls: list[Control], held: Held) -> Policy:
    def validate(args: StackValidationArgs, report: ReportViolation) -> None:
        for finding in _settled(args, controls, held):
            if finding.waiver is not None:
                w = finding.waiver
                terms = f"until {w.expires} by {w.owner} ({w.ticket})"
                _tell(report, f"WAIVED {finding.control} {terms}: ", finding)

    return StackValidationPolicy(
        name=WAIVED_LIST,
        description="What has been accepted stays in sight.",
        validate=validate,
        enforcement_level=EnforcementLevel.ADVISORY,
        severity=Severity.LOW,
        display_name="Waived findings",
        remediation_steps="Mend the resource before the waiver ends.",
        url="https://csrc.nist.gov/pubs/sp/800/37/r2/final",
    )
