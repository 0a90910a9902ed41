"""The shipped stacks through both engines, and their states from one into the other."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.differential.case import preview, up
from tests.differential.kit import shipped
from tests.differential.story import pair, play
from tests.differential.test_states import hand_over_to_the_cli, hand_over_to_the_embedded, nothing_changes

pytestmark = [
    pytest.mark.needs_pulumi,
    pytest.mark.skipif(shutil.which("pulumi") is None, reason="the Pulumi CLI is not on PATH"),
]

STACKS = {
    f"{cloud}-{kind}": f"{cloud}-lake" if kind == "demand" else None
    for cloud in ("aws", "azure", "gcp")
    for kind in ("dev", "prod", "demand")
}


@pytest.mark.parametrize("stack", STACKS)
def test_both_engines_do_the_same(stack: str, tmp_path: Path) -> None:
    play(shipped(stack, STACKS[stack]), tmp_path, hosted=True)


@pytest.mark.parametrize("stack", ["aws-dev", "azure-dev", "gcp-prod"])
def test_states_are_exchanged(stack: str, tmp_path: Path) -> None:
    embedded, cli = pair(shipped(stack), tmp_path, hosted=True)
    assert embedded.run("up", up(1, stack=stack)).ok
    hand_over_to_the_cli(embedded, cli, stack)
    nothing_changes(cli.run("preview", preview(1, stack=stack)))
    embedded.state(stack).path.unlink()
    hand_over_to_the_embedded(cli, embedded, stack)
    nothing_changes(embedded.run("preview", preview(1, stack=stack)))
