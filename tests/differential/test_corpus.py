"""Every program of the corpus through both engines: same steps, same state, same refusals."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from simulator.store import Store
from tests.differential.case import CASES, Case
from tests.differential.corpus import NAMES
from tests.differential.engines import Embedded
from tests.differential.story import play


@pytest.mark.needs_pulumi
@pytest.mark.skipif(shutil.which("pulumi") is None, reason="the Pulumi CLI is not on PATH")
@pytest.mark.parametrize("name", NAMES)
def test_both_engines_do_the_same(name: str, tmp_path: Path) -> None:
    play(CASES[name], tmp_path)


@pytest.mark.parametrize("name", NAMES)
def test_the_embedded_engine_ends_as_the_corpus_says(name: str, tmp_path: Path) -> None:
    """Where there is no CLI, this much is held: which operations succeed, which are refused, and with which words."""
    case: Case = CASES[name]
    salted = tmp_path / "salted.db"
    Store(salted).close()
    engine = Embedded(case, tmp_path / "embedded", salted)
    for number, action in enumerate(case.actions):
        engine.meddle(action)
        if action.operation in ("up", "preview"):
            planned = engine.run("preview", action)
            assert planned.ok is not (action.plan_fails or (action.operation == "preview" and action.fails)), (
                number,
                planned.said,
            )
        if action.operation != "preview":
            done = engine.run(action.operation, action)
            assert done.ok is not action.fails, (number, done.said)
            assert [text for text in action.says if text not in done.said] == [], (number, done.said)
