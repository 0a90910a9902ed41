"""Plays a case through both engines and tells every difference."""

from __future__ import annotations

from pathlib import Path

from simulator.engine.state import Snapshot
from simulator.store import Store
from tests.differential import compare
from tests.differential.case import Action, Case
from tests.differential.engines import Cli, Embedded, Outcome


def pair(case: Case, directory: Path, *, hosted: bool = False) -> tuple[Embedded, Cli]:
    """Both engines over stores with equal salt, so that equal creations get equal ids."""
    salted = directory / "salted.db"
    Store(salted).close()
    return Embedded(case, directory / "embedded", salted), Cli(case, directory / "cli", salted, hosted=hosted)


def play(case: Case, directory: Path, *, hosted: bool = False) -> None:
    """Assert that both engines do the same at every step, but for the differences that the case declares."""
    engines = pair(case, directory, hosted=hosted)
    found: list[str] = []
    before: dict[str, tuple[Snapshot, Snapshot]] = {}
    for number, action in enumerate(case.actions):
        where = f"[{number}: {action.operation} {action.version}]"
        for engine in engines:
            engine.meddle(action)
        if action.operation in ("up", "preview"):
            planned = [engine.run("preview", action) for engine in engines]
            fails = action.plan_fails or (action.operation == "preview" and action.fails)
            found += [f"{where} plan {line}" for line in _outcomes(planned, fails, action, planned=True)]
        if action.operation == "preview":
            continue
        done = [engine.run(action.operation, action) for engine in engines]
        found += [f"{where} {line}" for line in _outcomes(done, action.fails, action, planned=False)]
        after = engines[0].snapshot(action.stack), engines[1].snapshot(action.stack)
        known = before.get(action.stack, (Snapshot(), Snapshot()))
        orders = [set(compare.order(*three)) for three in zip(done, known, after, strict=True)]
        if orders[0] != orders[1]:
            found.append(f"{where} order: embedded {orders[0] - orders[1]}, CLI {orders[1] - orders[0]}")
        states = [compare.state(one) for one in after]
        found += [f"{where} state{line}" for line in compare.differences(*states)]
        before[action.stack] = after
    unexpected = [line for line in found if not any(text in line for text in case.differs)]
    gone = [text for text in case.differs if not any(text in line for line in found)]
    assert not unexpected, "\n".join(unexpected)
    assert not gone, f"no longer differs: {gone}"


def _outcomes(outcomes: list[Outcome], fails: bool, action: Action, *, planned: bool) -> list[str]:
    found: list[str] = []
    for name, outcome in zip(("embedded", "CLI"), outcomes, strict=True):
        if outcome.ok is fails:
            found.append(f"exit: {name} {'succeeds' if outcome.ok else 'fails'}: {outcome.said}")
        missing = [text for text in action.says if fails and text not in outcome.said]
        found += [f"words: {name} does not say {text!r} but {outcome.said}" for text in missing]
    left, right = outcomes
    if left.violations != right.violations:
        only = left.violations - right.violations, right.violations - left.violations
        found.append(f"violations: embedded {sorted(only[0])}, CLI {sorted(only[1])}")
    both = [compare.steps(outcome, planned=planned) for outcome in outcomes]
    found += [f"steps{line}" for line in compare.differences(*both)]
    found += [f"changes{line}" for line in compare.differences(compare.changes(left), compare.changes(right))]
    return found
