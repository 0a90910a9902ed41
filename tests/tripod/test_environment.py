"""The environment for the real CLI: plugins, variables, and stack files that end as they began."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from components.core.errors import TripodError
from simulator.plugin import sdk_version
from tests.simulator.plugin.client import SECONDS
from tripod import simulate
from tripod.environment import Environment

SALT = "encryptionsalt: v1:5Bw5ap/Q+Yc=:v1:BMiasfu9EPtq68aQ:Lwl0QScN2ptT5aIw1MYR+JUhovY6jA==\n"
PLAIN = "# ours\nconfig:\n  aws:region: eu-west-1\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project with a plain stack file, and one that was salted before."""
    (tmp_path / "stacks").mkdir()
    (tmp_path / "stacks" / "Pulumi.plain.yaml").write_text(PLAIN)
    (tmp_path / "stacks" / "Pulumi.salted.yaml").write_text(PLAIN + SALT)
    return tmp_path


@pytest.fixture
def environment(tmp_path: Path, root: Path) -> Environment:
    made = Environment(tmp_path / "it's a home")
    made.write(root)
    return made


def test_the_plugins_are_those_the_sdks_ask_for(environment: Environment) -> None:
    plugins = environment.pulumi_home / "plugins"
    assert {path.name: [file.name for file in path.iterdir()] for path in plugins.iterdir()} == {
        f"resource-{name}-v{sdk_version(name)}": [f"pulumi-resource-{name}"] for name in ("aws", "azure-native", "gcp")
    }
    for script in plugins.glob("*/*"):
        assert os.access(script, os.X_OK)


def test_a_plugin_starts_from_anywhere_and_keeps_its_store_in_the_home(
    environment: Environment, tmp_path: Path
) -> None:
    script = next((environment.pulumi_home / "plugins").glob("resource-gcp-v*/pulumi-resource-gcp"))
    with subprocess.Popen([script], cwd="/", stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline().strip().isdigit()
        finally:
            process.terminate()
            process.wait(SECONDS)
    assert (environment.home / "cloud.db").exists()


def test_writing_twice_changes_nothing_and_an_old_plugin_goes(environment: Environment, root: Path) -> None:
    plugins = environment.pulumi_home / "plugins"
    before = {path: path.stat().st_mtime_ns for path in plugins.rglob("*")}
    (plugins / "resource-aws-v1.0.0").mkdir()
    (plugins / f"resource-aws-v{sdk_version('aws')}.lastused").touch()
    environment.write(root)
    assert not (plugins / "resource-aws-v1.0.0").exists()
    after = {path: path.stat().st_mtime_ns for path in plugins.rglob("*") if path.suffix != ".lastused"}
    assert after == before


def test_the_variables_leave_no_way_to_a_real_cloud(environment: Environment) -> None:
    given = {
        "PATH": "/bin",
        "AWS_PROFILE": "prod",
        "ARM_CLIENT_SECRET": "x",
        "GOOGLE_APPLICATION_CREDENTIALS": "y",
        "PULUMI_ACCESS_TOKEN": "z",
        "PULUMI_DEBUG_PROVIDERS": "aws:1",
        "PULUMI_CONFIG_PASSPHRASE_FILE": "f",
        "PULUMI_HOME": "/real",
    }
    applied = environment.applied_to(given)
    assert environment.unset(given) == sorted(set(given) - {"PATH", "PULUMI_HOME"})
    assert set(applied) == {"PATH", *environment.variables()}
    assert applied["PULUMI_HOME"] == str(environment.home / "pulumi")
    assert applied["PULUMI_BACKEND_URL"].startswith("file:///")
    assert "it%27s%20a%20home/pulumi/state" in applied["PULUMI_BACKEND_URL"]
    assert applied["PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION"] == "true"
    assert applied["PULUMI_IGNORE_AMBIENT_PLUGINS"] == "true"


def test_a_salt_that_the_cli_added_is_taken_out_and_any_other_stays(environment: Environment, root: Path) -> None:
    plain, salted = (root / "stacks" / f"Pulumi.{name}.yaml" for name in ("plain", "salted"))
    plain.write_text(PLAIN + SALT)
    environment.write(root)  # a second `env` must not take the new salt for an old one
    assert environment.restore(root) == (["Pulumi.plain.yaml"], [])
    assert plain.read_text() == PLAIN
    assert salted.read_text() == PLAIN + SALT
    assert environment.restore(root) == ([], [])


def test_a_file_with_encrypted_values_keeps_its_salt(environment: Environment, root: Path) -> None:
    text = PLAIN + "  tripod:token:\n    secure: v1:abc\n" + SALT
    path = root / "stacks" / "Pulumi.plain.yaml"
    path.write_text(text)
    assert environment.restore(root) == ([], ["Pulumi.plain.yaml"])
    assert path.read_text() == text


def test_a_home_that_cannot_be_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(TripodError, match=r"file.*cannot be written.*--home"):
        Environment(tmp_path / "file").write(tmp_path)


def test_an_eval_of_what_failed_fails(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = CliRunner().invoke(simulate.app, ["env", "--home", str(tmp_path / "file")])
    assert isinstance(result.exception, TripodError)
    shell = subprocess.run(
        ["/bin/sh", "-c", 'eval "$LINES" && echo reached'],
        env={"LINES": result.stdout},
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    assert (shell.returncode, shell.stdout) == (1, "")


def test_the_lines_set_the_same_in_a_shell_as_the_document_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "real")
    arguments = ["env", "--home", str(tmp_path / "a 'b' $c")]
    lines = CliRunner().invoke(simulate.app, arguments)
    document = json.loads(CliRunner().invoke(simulate.app, [*arguments, "--json"]).stdout)
    assert lines.exit_code == 0
    assert "AWS_SECRET_ACCESS_KEY" in document["unset"]
    show = f"{sys.executable} -c 'import json, os; print(json.dumps(dict(os.environ)))'"
    shell = subprocess.run(
        ["/bin/sh", "-c", f'eval "$LINES"; {show}'],
        env={**os.environ, "LINES": lines.stdout},
        capture_output=True,
        text=True,
        check=True,
        timeout=SECONDS,
    )
    inside = json.loads(shell.stdout)
    assert document["set"].items() <= inside.items()
    assert set(document["unset"]).isdisjoint(inside)


def test_a_shell_runs_inside_and_its_exit_code_comes_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shell = tmp_path / "shell"
    shell.write_text('#!/bin/sh\necho "$PULUMI_HOME:$AWS_PROFILE" > "$TRIPOD_HOME/seen"\nexit 7\n')
    shell.chmod(0o755)
    monkeypatch.setenv("SHELL", str(shell))
    monkeypatch.setenv("AWS_PROFILE", "prod")
    home = tmp_path / "home"
    result = CliRunner().invoke(simulate.app, ["env", "--home", str(home), "--shell"])
    assert result.exit_code == 7
    assert (home / "seen").read_text() == f"{home}/pulumi:\n"


def test_its_ways_exclude_each_other(tmp_path: Path) -> None:
    result = CliRunner().invoke(simulate.app, ["env", "--home", str(tmp_path), "--shell", "--json"])
    assert isinstance(result.exception, TripodError)
    assert "exclude each other" in str(result.exception)
