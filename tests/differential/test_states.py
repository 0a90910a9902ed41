"""The state of one engine is the state of the other: exported, imported, and nothing to do."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from simulator.engine.state import StateFile
from tests.differential.case import CASES, STACK, preview, up
from tests.differential.corpus import NAMES
from tests.differential.engines import PASSPHRASE, Cli, Embedded, Outcome
from tests.differential.story import pair

pytestmark = [
    pytest.mark.needs_pulumi,
    pytest.mark.skipif(shutil.which("pulumi") is None, reason="the Pulumi CLI is not on PATH"),
]

PROGRAMS = ("components_nest", "secrets_through_apply", "azure_lifecycle", "google_lifecycle", "assets_and_archives")


def nothing_changes(outcome: Outcome) -> None:
    """Assert that a plan does nothing."""
    assert outcome.ok, outcome.said
    assert {step.op for step in outcome.steps} == {"same"}


def copy_cloud(source: Path, target: Path) -> None:
    """The clouds as they are, with what still stands in the write-ahead log."""
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)


def hand_over_to_the_cli(embedded: Embedded, cli: Cli, stack: str = STACK) -> None:
    """What `tripod simulate state` prints, into `pulumi stack import`, with the cloud it belongs to."""
    copy_cloud(embedded.store, cli.store)
    file = embedded.state(stack)
    exported = cli.project / "exported.json"
    exported.write_text(json.dumps(file.document(file.load())))
    cli.init(stack)
    cli("stack", "import", "--stack", f"organization/{cli.case.project}/{stack}", "--file", str(exported))


def hand_over_to_the_embedded(cli: Cli, embedded: Embedded, stack: str = STACK) -> None:
    """What `pulumi stack export` prints, as our state file."""
    copy_cloud(cli.store, embedded.store)
    path = embedded.state(stack).path
    cli("stack", "export", "--stack", f"organization/{cli.case.project}/{stack}", "--file", str(path))
    assert StateFile(path, PASSPHRASE).load().resources


@pytest.mark.parametrize("name", PROGRAMS)
def test_an_embedded_state_is_imported_and_previews_as_no_change(name: str, tmp_path: Path) -> None:
    assert name in NAMES
    embedded, cli = pair(CASES[name], tmp_path)
    assert embedded.run("up", up(1)).ok
    hand_over_to_the_cli(embedded, cli)
    nothing_changes(cli.run("preview", preview(1)))
    done = cli.run("up", up(2))
    assert done.ok, done.said


@pytest.mark.parametrize("name", PROGRAMS)
def test_an_exported_state_previews_as_no_change_here(name: str, tmp_path: Path) -> None:
    embedded, cli = pair(CASES[name], tmp_path)
    assert cli.run("up", up(1)).ok
    hand_over_to_the_embedded(cli, embedded)
    nothing_changes(embedded.run("preview", preview(1)))
    done = embedded.run("up", up(2))
    assert done.ok, done.said
