"""A project directory run by a Python of its own."""

from __future__ import annotations

import os
import textwrap
from pathlib import Path

import pytest

from simulator.engine.errors import ProgramError
from simulator.engine.events import Diagnostic
from simulator.engine.program import ProjectProgram
from simulator.engine.values import make_secret
from tests.simulator.engine.harness import Bench

ROOT = Path(__file__).resolve().parents[3]

SOURCE = """
    import os
    import pulumi
    from simulator.credentials import BLOCKED, is_credential
    from tests.simulator.engine.fake import Thing

    config = pulumi.Config()
    print("size is", config.require("size"))
    pulumi.log.warn("take care")
    one = Thing("one", {"name": "n", "size": config.require_int("size"), "password": config.require_secret("password")})
    two = Thing("two", {"other": one.arn})
    pulumi.export("arn", two.arn)
    pulumi.export("password", one.password)
    pulumi.export("credentials", sorted(set(filter(is_credential, os.environ)) - set(BLOCKED)))
    pulumi.export("about", [pulumi.get_organization(), pulumi.get_project(), pulumi.get_stack()])
    pulumi.export("extra", os.environ.get("EXTRA"))
"""


@pytest.fixture
def project(bench: Bench) -> Path:
    directory = bench.directory / "project"
    directory.mkdir()
    (directory / "__main__.py").write_text(textwrap.dedent(SOURCE))
    bench.config = {"project:size": "3", "project:password": "s3cret"}
    bench.secret_keys = ["project:password"]
    return directory


def test_a_project_is_previewed_and_updated(bench: Bench, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "real")
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", "/real.json")
    monkeypatch.setenv("AZURE_CLIENT_SECRET", "real")
    program = ProjectProgram(project, {"EXTRA": "yes"})
    result = bench.deployment().up(program)
    assert result.ok, result.errors
    assert result.outputs == {
        "arn": "arn:id-2",
        "password": make_secret("s3cret"),
        "credentials": [],
        "about": ["acme", "project", "dev"],
        "extra": "yes",
    }
    assert bench.ops(result) == ["create project-dev", "create one", "create two"]
    told = {(item.source, item.severity, item.message) for item in result.diagnostics}
    assert ("stdout", "info", "size is 3") in told
    assert ("program", "warning", "take care") in told
    assert os.environ["AWS_SECRET_ACCESS_KEY"] == "real"
    assert bench.deployment().preview(program).counts == {"same": 3}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('raise ValueError("no such size")', "ValueError: no such size"),
        ("import nothing_of_that_name", "No module named 'nothing_of_that_name'"),
        ("this is no python", "SyntaxError"),
        ("import sys; sys.exit(3)", "exit code 3"),
        ('Thing("bad", {"fail": "create"})', "Denied: creation was refused"),
        ('config.require("absent")', "Missing required configuration variable 'project:absent'"),
    ],
)
def test_a_project_that_fails_says_why(bench: Bench, project: Path, line: str, expected: str) -> None:
    source = project / "__main__.py"
    source.write_text(source.read_text() + line + "\n")
    result = bench.deployment().up(ProjectProgram(project))
    assert not result.ok
    assert expected in "\n".join(result.errors)
    assert "Resource monitor has terminated" not in "\n".join(result.errors)


def test_a_directory_without_a_program_is_refused(bench: Bench) -> None:
    with pytest.raises(ProgramError, match=r"__main__\.py is missing"):
        bench.deployment().up(ProjectProgram(bench.directory))


def test_cancelling_ends_a_project_that_does_not_end_by_itself(
    bench: Bench, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simulator.engine.program._GRACE", 0.2)
    source = project / "__main__.py"
    source.write_text(source.read_text() + "import time\nprint('waiting')\ntime.sleep(120)\n")
    deployment = bench.deployment()

    def watch(event: object) -> None:
        if isinstance(event, Diagnostic) and event.message == "waiting":
            deployment.cancel()

    deployment.on_event = watch
    result = deployment.up(ProjectProgram(project))
    assert (result.ok, result.cancelled) == (False, True)
    assert result.errors == ()
    assert result.seconds < 60
