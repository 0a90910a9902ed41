"""Judge the plan of a stack."""

from dataclasses import replace
from pathlib import Path

from policies.settings import Profile
from tripod import locate, render, verdicts
from tripod.judged import Judged, report_on
from tripod.lifecycle import typed_faults
from tripod.plan import plan_and_judge
from tripod.policy_input import tightened
from tripod.session import Session


def of_stack(
    stack: str,
    profile: Profile | None,
    *,
    pack_config: Path | None = None,
    strict: bool = False,
    framework: str | None = None,
    quiet: bool = False,
) -> Judged:
    """Plan a stack and judge the plan, by a stricter profile than its own where one is named.

    Raises:
        TripodError: where the stack, its policies or its waivers are wrong.
    """
    with typed_faults(stack):
        session = Session(stack)
        settings = tightened(verdicts.policy_settings(session), profile, pack_config, strict)
        place = locate.in_project(session.file, session.root)
        result, found = plan_and_judge(session, settings, quiet=quiet)
    render.print_diagnostics(result.diagnostics)
    planned = [verdicts.neutral(view) for view in result.resources if view.custom]
    failed = [d for d in result.diagnostics if d.severity == "error"]
    errors = [f"{d.urn.rpartition('::')[2] or stack}: {d.message.strip()}" for d in failed]
    report = report_on(stack, settings, found, planned, framework)
    return Judged(
        replace(report, place=place, errors=errors or ([] if result.ok else [f"the plan of {stack} failed"])),
        f"{stack} profile {settings.profile.value}, {len(result.resources)} planned resources",
    )
