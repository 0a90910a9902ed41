"""``tripod check``: policy verdicts on a stack's planned graph."""

import json
from typing import Annotated

import typer

from tripod import render, verdicts
from tripod.console import EXIT_VIOLATIONS, out
from tripod.session import Session, open_cloud
from tripod.simulate import AsJson, Stack, document, typed_faults


def check(
    stack: Stack,
    as_json: AsJson = False,
    everything: Annotated[bool, typer.Option("--all", help="List passed and inapplicable controls too.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="What a plan cannot decide counts as a violation.")] = False,
) -> None:
    """Judge a stack's plan. Exit code 0: clean; 1: mandatory findings or a plan that fails; 2: bad input.

    What depends on values that only exist once the stack is up is undetermined in a plan; `simulate up` decides it
    before it makes the resource.
    """
    with typed_faults(stack):
        session = Session(stack)
        settings = verdicts.policy_settings(session)
        deployment = session.deployment(open_cloud(), lambda event: None)
        result = session.run(deployment.preview)
    found = verdicts.findings(result.resources, settings)
    if as_json:
        out.print_json(json.dumps(document(result, found)))
    else:
        render.print_diagnostics(result.diagnostics)
        out.print(f"[bold]{stack}[/] profile {settings.profile.value}, {len(result.resources)} planned resources")
        render.print_verdicts(found, everything=everything)
    bad = verdicts.blocking(found) or (strict and any(finding.deferred for finding in found))
    if not result.ok or bad:
        raise typer.Exit(EXIT_VIOLATIONS)
