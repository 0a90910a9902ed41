"""The real CLI reads what the engine writes, and the other way round."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pulumi
import pytest
from pulumi import Output, ResourceOptions

from simulator.engine.state import StateFile
from tests.simulator.engine.fake import Group, Thing
from tests.simulator.engine.harness import Bench

pytestmark = [
    pytest.mark.needs_pulumi,
    pytest.mark.skipif(shutil.which("pulumi") is None, reason="the Pulumi CLI is not on PATH"),
]


class Cli:
    def __init__(self, directory: Path) -> None:
        self.project = directory / "cli"
        self.project.mkdir()
        backend = directory / "backend"
        backend.mkdir()
        (self.project / "Pulumi.yaml").write_text("name: project\nruntime: python\n")
        self.environment = {
            **os.environ,
            "PULUMI_BACKEND_URL": f"file://{backend}",
            "PULUMI_CONFIG_PASSPHRASE": "passphrase",
            "PULUMI_HOME": str(directory / "home"),
            "PULUMI_SKIP_UPDATE_CHECK": "true",
        }
        self("stack", "init", "organization/project/dev")

    def __call__(self, *arguments: str) -> str:
        return subprocess.run(
            ["pulumi", *arguments, "--non-interactive"],
            cwd=self.project,
            env=self.environment,
            check=True,
            capture_output=True,
            text=True,
        ).stdout


def program() -> None:
    group = Group("group", {"size": 1})
    one = Thing(
        "one",
        {"name": "n", "password": Output.secret("s3cret"), "code": pulumi.StringAsset("hello"), "list": [1, None, 2.5]},
        ResourceOptions(
            parent=group,
            protect=True,
            custom_timeouts=pulumi.CustomTimeouts(create="5m"),
            additional_secret_outputs=["arn"],
            ignore_changes=["list[0]"],
            replace_on_changes=["x"],
            hide_diffs=["password"],
        ),
    )
    Thing("two", {"name": "m", "other": one.arn}, ResourceOptions(deleted_with=one, version="1.2.3"))
    pulumi.export("plain", one.name)
    pulumi.export("password", one.password)


def secrets(value: Any) -> list[str]:
    """Every plain text of an export with secrets shown."""
    if isinstance(value, dict):
        own = [value["plaintext"]] if "plaintext" in value else []
        return own + [text for item in value.values() for text in secrets(item)]
    return [text for item in value for text in secrets(item)] if isinstance(value, list) else []


def test_the_cli_imports_the_state_and_its_export_is_the_same_stack(bench: Bench) -> None:
    bench.deploy(program)
    cli = Cli(bench.directory)
    assert "Import complete" in cli("stack", "import", "--file", str(bench.state.path))

    assert json.loads(cli("stack", "output", "--json", "--show-secrets")) == {"plain": "n", "password": "s3cret"}
    shown = json.loads(cli("stack", "export", "--show-secrets"))
    assert set(secrets(shown)) == {'"s3cret"', '"arn:id-1"'}

    exported = bench.directory / "exported.json"
    cli("stack", "export", "--file", str(exported))
    ours, theirs = bench.state.load().resources, StateFile(exported, "passphrase").load().resources
    assert [vars(item) for item in theirs] == [vars(item) for item in ours]

    bench.state.path.write_bytes(exported.read_bytes())
    assert bench.up(program).counts == {"same": 4}
