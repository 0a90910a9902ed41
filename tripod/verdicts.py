"""Policies over a graph of the engine: for the check command, for plans, and during an update."""

import json
import threading
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from components.core.errors import Fault, TripodError
from policies.graph import Options, Resource
from policies.packs import levels
from policies.registry import controls
from policies.run import Finding, judge
from policies.settings import Level, SettingsError, settings_from
from policies.settings import Settings as PolicySettings
from policies.verdict import Verdict
from simulator.engine.policy import ResourceView, Violation
from stacks.settings import PROJECT
from tripod.session import Session


def policy_settings(session: Session) -> PolicySettings:
    """Policy settings of a stack: its profile's, tightened by ``tripod:policy``.

    Raises:
        TripodError: where ``tripod:policy`` is wrong or loosens the profile.
    """
    profile = session.settings.scope.profile.value
    given: Any = json.loads(session.file.config.get(f"{PROJECT}:policy", "{}"))
    where = session.file.source.where(("config", f"{PROJECT}:policy"))
    try:
        return settings_from(profile, given, levels(profile), where)
    except SettingsError as error:
        faults = [fault.rsplit(": ", 1) for fault in error.faults]
        raise TripodError([Fault(where=place, what=what) for place, what in faults]) from error


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
        options=Options(protect=view.protect),
    )


def findings(views: Iterable[ResourceView], settings: PolicySettings) -> list[Finding]:
    """All verdicts on a graph."""
    return judge(controls(), [neutral(view) for view in views if view.custom], settings.profile, settings)


def refused(found: Iterable[Finding]) -> list[Finding]:
    """Mandatory controls that fail: a deployment does not start."""
    return [
        finding
        for finding in found
        if finding.level is Level.MANDATORY and finding.verdict in (Verdict.FAILED, Verdict.ERROR)
    ]


def pending(found: Iterable[Finding]) -> list[Finding]:
    """Mandatory controls that a plan cannot decide: an update decides them before it makes the resource."""
    return [
        finding for finding in found if finding.level is Level.MANDATORY and finding.verdict is Verdict.UNDETERMINED
    ]


def blocking(found: Iterable[Finding]) -> list[Finding]:
    """What is not in order in a stack that is up: values are known, and no unknown counts as passed."""
    return [finding for finding in found if finding.blocking]


def counts(found: Iterable[Finding]) -> dict[str, int]:
    """Number of findings by verdict, in the order of the verdicts."""
    counted = Counter(finding.verdict for finding in found)
    return {verdict.value: counted[verdict] for verdict in Verdict if counted[verdict]}


class PolicyAnalyzer:
    """Judges each resource before its step, when the values that the plan did not know are known.

    A resource is judged by all controls on single resources, and by those on links that the plan left undetermined,
    within the planned graph, so that nothing that was undecided is made undecided.
    """

    name = "tripod"

    def __init__(self, settings: PolicySettings, planned: Sequence[ResourceView], found: Sequence[Finding]) -> None:
        self._settings = settings
        self._graph = {view.urn: neutral(view) for view in planned if view.custom}
        self._pending: dict[str, set[str]] = {}
        for finding in pending(found):
            self._pending.setdefault(finding.urn, set()).add(finding.control)
        self._lock = threading.Lock()

    def analyze(self, resource: ResourceView) -> Sequence[Violation]:
        if not resource.custom:
            return ()
        subject = neutral(resource)
        with self._lock:
            self._graph[resource.urn] = subject
            undecided = self._pending.get(resource.urn, set())
            alone = [c for c in controls() if not c.linked and resource.type in c.types]
            linked = [c for c in controls() if c.linked and c.id in undecided]
            found = judge(alone, [subject], self._settings.profile, self._settings)
            if linked:
                found += judge(linked, self._graph.values(), self._settings.profile, self._settings)
        return [
            Violation(
                control=finding.control,
                level="mandatory" if finding in refused([finding]) else "advisory",
                severity=finding.severity.value,
                message=finding.message,
                urn=finding.urn,
            )
            for finding in found
            if finding.urn == resource.urn and finding.verdict in (Verdict.FAILED, Verdict.ERROR)
        ]

    def analyze_stack(self, resources: Sequence[ResourceView]) -> Sequence[Violation]:
        """Links between resources were judged on the plan, and the result is judged when it is there."""
        return ()
