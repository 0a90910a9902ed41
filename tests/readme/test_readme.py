"""The README's commands run, in its order, in one simulated world; its examples are valid; its links lead somewhere."""

import os
import re
import shlex
import subprocess
from pathlib import Path

import yaml

from policies.registry import controls
from stacks.blueprint import Blueprint
from stacks.project import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = [
    line.removeprefix("$ ")
    for block in re.findall(r"```console\n(.*?)```", README, re.DOTALL)
    for line in block.splitlines()
]


def test_the_commands_are_those_a_user_needs() -> None:
    assert COMMANDS[0] == "make up"
    assert "make up STACK=azure-dev" in COMMANDS


def test_commands_run_in_their_order_in_one_world(tmp_path: Path) -> None:
    for number, command in enumerate(COMMANDS):
        done = subprocess.run(
            shlex.split(command),
            cwd=ROOT,
            env={**os.environ, "TRIPOD_HOME": str(tmp_path), "COLUMNS": "160"},
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        assert done.returncode == 0, command + done.stdout[-2000:] + done.stderr[-2000:]
        if command in COMMANDS[:number]:
            assert re.search(r"done: \d+ same in", done.stdout), command
        if "destroy" in command:
            assert "Left 0 resources in the state, 0 objects of aws-dev in the store" in done.stdout


def test_blueprint_example_is_valid() -> None:
    blocks = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)
    blueprint = Blueprint.model_validate(yaml.safe_load(blocks[0]))
    assert blueprint.name == "churn"
    stack = yaml.safe_load(blocks[1])
    shipped = yaml.safe_load((ROOT / "stacks" / "Pulumi.gcp-prod.yaml").read_text(encoding="utf-8"))["config"]
    assert {key: shipped[key] for key in stack["config"] if key != "tripod:overrides"} == {
        key: value for key, value in stack["config"].items() if key != "tripod:overrides"
    }
    assert stack["config"]["tripod:profile"] == "regulated"


def test_number_of_controls_is_true() -> None:
    assert f"{len(controls())} policy controls" in README


def test_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\((?!https?://)([^)#]+)\)", README):
        assert (ROOT / target).exists(), target
