"""Policies over a graph of the engine: for the check command, for plans, and during an update."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from policies.environment import waivers_of
from policies.graph import Options, Resource
from policies.packs import levels
from policies.registry import controls
from policies.remediation import apply, changes
from policies.run import Finding, crash_words, judge, judge_alone
from policies.settings import REMEDIABLE, SettingsError, settings_from
from policies.settings import Settings as PolicySettings
from policies.verdict import Verdict
from simulator.engine.policy import Remediation, ResourceView, Violation
from stacks.project import PROJECT
from tripod import policy_input
from tripod.session import Session


def policy_settings(session: Session) -> PolicySettings:
    """Policy settings of a stack: its profile's, tightened by ``tripod:policy``, with the waivers beside the stacks.

    Raises:
        TripodError: where ``tripod:policy`` is wrong or loosens the profile, or the waivers cannot be read.
    """
    profile = session.settings.scope.profile.value
    where = session.file.source.where(("config", f"{PROJECT}:policy"))
    with policy_input.bad_input():
        try:
            given: Any = json.loads(session.file.config.get(f"{PROJECT}:policy", "{}"))
        except ValueError:
            given = None
        if not isinstance(given, dict):
            raise SettingsError([f"{where}: must be a map of settings"])
        settings = settings_from(profile, given, levels(profile), where)
        waivers = waivers_of(session.root, policy_input.today())
    return replace(settings, waivers=waivers, tags={**_tags(session), **settings.tags})


def _tags(session: Session) -> dict[str, str]:
    """What the stack's own resources are tagged with, for the remediation of others."""
    scope = session.settings.scope
    return {
        "owner": scope.owner,
        "cost-center": scope.cost_center,
        "environment": scope.environment,
        "data-class": scope.classification.value,
    }


def neutral(view: ResourceView) -> Resource:
    """A resource of the engine as rules see it."""
    return Resource.from_wire(
        urn=view.urn,
        type_=view.type,
        name=view.name,
        props=view.inputs,
        id_=view.id or None,
        parent=view.parent or None,
        dependencies=view.dependencies,
        property_dependencies=view.property_dependencies,
        options=Options(
            protect=view.protect,
            retain_on_delete=view.options.retain_on_delete,
            delete_before_replace=view.options.delete_before_replace,
            ignore_changes=view.options.ignore_changes,
        ),
    )


def findings(views: Iterable[ResourceView], settings: PolicySettings) -> list[Finding]:
    """All verdicts on a graph."""
    return judge(controls(), [neutral(view) for view in views if view.custom], settings.profile, settings)


def blocking(found: Iterable[Finding]) -> list[Finding]:
    """Findings that stop a deployment."""
    return [finding for finding in found if finding.blocking]


@dataclass(frozen=True)
class Mender:
    """Mends a plan as the update will, and judges nothing: a plan is judged as a whole when it stands."""

    analyzer: "PolicyAnalyzer"
    name: str = "tripod"

    def analyze(self, resource: ResourceView) -> Sequence[Violation]:
        return ()

    def analyze_stack(self, resources: Sequence[ResourceView]) -> Sequence[Violation]:
        return ()

    def remediate(self, resource: ResourceView) -> Sequence[Remediation]:
        return self.analyzer.remediate(resource)


@dataclass(frozen=True)
class PolicyAnalyzer:
    """Judges each resource before its step, when the values that the plan did not know are known."""

    settings: PolicySettings
    name: str = "tripod"

    def analyze(self, resource: ResourceView) -> Sequence[Violation]:
        if not resource.custom:
            return ()
        found = judge_alone(controls(), neutral(resource), self.settings.profile, self.settings)
        return [
            Violation(
                control=finding.control,
                level="mandatory" if finding.blocking else "advisory",
                severity=finding.severity.value,
                message=finding.message,
                urn=finding.urn,
            )
            for finding in found
            if finding.verdict in (Verdict.FAILED, Verdict.ERROR)
        ]

    def remediate(self, resource: ResourceView) -> Sequence[Remediation]:
        """What the switched-on remediations make of the wire inputs of a resource, one after the other.

        One that crashes changes nothing and says so: its control is judged afterwards all the same.
        """
        made: list[Remediation] = []
        inputs = resource.inputs
        for control in REMEDIABLE if resource.custom and self.settings.remediate else ():
            try:
                found = changes(neutral(replace(resource, inputs=inputs)), self.settings, only=control)
                if found:
                    inputs = apply(inputs, found)
                    made.append(Remediation(control, inputs))
            except Exception as error:
                made.append(Remediation(control, None, crash_words(error)))
        return made

    def analyze_stack(self, resources: Sequence[ResourceView]) -> Sequence[Violation]:
        """Links between resources were judged on the plan, and the result is judged when it is there."""
        return ()
