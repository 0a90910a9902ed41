"""Judge an exported Pulumi state from anywhere: no program, no provider, no cloud."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from policies.arm_template import holder_of
from policies.registry import controls
from policies.report import Place
from policies.run import Finding, judge
from policies.settings import Profile, Settings, Unknowns
from policies.state import State, parse
from policies.waivers import read
from tripod import policy_input
from tripod.judged import Judged, report_on


def of_state(
    shown: str,
    text: str,
    profile: Profile,
    *,
    waivers: Path | None = None,
    pack_config: Path | None = None,
    strict: bool = False,
    framework: str | None = None,
) -> Judged:
    """Judge the text of a state under a profile.

    Raises:
        TripodError: where the text is no state, or the waivers or the configuration cannot be read.
    """
    with policy_input.bad_input():
        found = parse(text, shown)
    settings = policy_input.tightened(Settings.of(profile), None, pack_config, strict)
    if not strict:
        # Nobody will ask again: what is unknown in a state stays so, and says nothing of a violation.
        settings = replace(settings, unknowns=Unknowns.WARN)
    if waivers is not None:
        with policy_input.bad_input():
            ids = [control.id for control in controls()]
            settings = replace(settings, waivers=read(waivers, ids, policy_input.today(), required=True))
    findings = [replace(f, deferred=False) for f in judge(controls(), found.resources, profile, settings)]
    report = report_on(shown, settings, findings, found.resources, framework)
    clouds = any(resource.cloud for resource in found.resources)
    errors = [*found.unreadable, *([] if clouds else [f"{shown}: holds no resource of a cloud; nothing was judged"])]
    return Judged(
        replace(report, place=_Places(shown, found.lines), errors=errors, notes=_notes(found)),
        f"{shown} profile {settings.profile.value}, {len(found.resources)} resources",
        bad_input=bool(found.unreadable),
    )


class _Places:
    """The entry of a finding's resource in the state."""

    def __init__(self, shown: str, lines: Mapping[str, int]) -> None:
        self._shown, self._lines = shown, lines

    def __call__(self, finding: Finding) -> Place | None:
        return (
            Place.parse(finding.place)
            if finding.place
            else Place(file=self._shown, line=self._lines.get(holder_of(finding.urn), 1))
        )


def _notes(found: State) -> list[str]:
    notes = []
    if found.secrets:
        notes.append(f"{found.secrets} resources hold encrypted secrets: what depends on them is undetermined")
    if found.deleting:
        notes.append(f"{len(found.deleting)} resources wait to be deleted and were not judged")
    return notes
