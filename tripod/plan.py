"""Plan a stack and judge the plan: what ``check``, ``simulate preview`` and ``simulate up`` begin with."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from policies.run import Finding
from policies.settings import Settings as PolicySettings
from simulator.engine.deployment import Deployment, Result
from tripod import render, verdicts
from tripod.console import err
from tripod.home import open_cloud
from tripod.operation import Choices
from tripod.session import Session


@contextmanager
def interruptible(deployment: Deployment) -> Iterator[None]:
    """Ctrl-C once: start no new step, save what is under way. Twice: as usual."""

    def stop(number: int, frame: Any) -> None:
        err.print("[yellow]stopping[/]: steps under way finish and are saved (again to abort)")
        deployment.cancel()
        signal.signal(signal.SIGINT, previous)

    previous = signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)


def plan_and_judge(
    session: Session,
    settings: PolicySettings,
    *,
    watch: bool = False,
    quiet: bool = False,
    choices: Choices | None = None,
) -> tuple[Result, list[Finding]]:
    """The plan of a stack and every verdict on it. ``watch`` shows the steps as they are planned, unless ``quiet``."""
    chosen = choices or Choices()
    with render.Watcher(f"Planning {session.stack}", quiet=quiet or not watch) as watcher:
        menders = [verdicts.Mender(verdicts.PolicyAnalyzer(settings))] if settings.remediate else []
        deployment = session.deployment(open_cloud(), watcher if watch else lambda event: None, menders)
        chosen.onto(deployment)
        with interruptible(deployment):
            result = session.run(lambda program: deployment.preview(program, refresh=chosen.refresh))
    return result, verdicts.findings(result.resources, settings)
