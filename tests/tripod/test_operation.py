"""The options of the Pulumi CLI on ``tripod simulate``: what they become, and what a user is told."""

import json
import textwrap
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from components.core.errors import TripodError
from simulator.engine.packs import Pack
from simulator.engine.targets import TargetError
from tripod.operation import choose
from tripod.simulate import app


def test_options_become_choices() -> None:
    choices = choose(
        target=["a"],
        target_replace=["b"],
        replace=["c"],
        target_dependents=True,
        parallel=2,
        policy_pack=[Path("p"), Path("q")],
        policy_pack_config=[Path("p.json")],
    )
    assert choices.selection.targets.texts == ("a", "b")
    assert choices.selection.replaces.texts == ("c", "b")
    assert choices.selection.target_dependents
    assert choices.packs == (Pack(Path("p"), Path("p.json")), Pack(Path("q"), None))


def test_a_configuration_without_its_pack_is_refused() -> None:
    with pytest.raises(TripodError, match=r"--policy-pack-config b\.json"):
        choose(policy_pack=[Path("p")], policy_pack_config=[Path("a.json"), Path("b.json")])


def run(home: Path, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> Any:
    monkeypatch.setenv("TRIPOD_HOME", str(home))
    return CliRunner().invoke(app, list(arguments))


@pytest.mark.parametrize("command", ["preview", "up", "refresh", "destroy"])
def test_contradictions_are_refused_before_anything_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    done = run(tmp_path, monkeypatch, command, "gcp-lake", "--target", "a", "--exclude", "b")
    assert isinstance(done.exception, TripodError)
    assert "--target and --exclude cannot be used together" in str(done.exception)
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_target_of_a_destruction_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = run(tmp_path, monkeypatch, "destroy", "gcp-lake", "--target", "urn:pulumi:x")
    assert isinstance(done.exception, TripodError)
    assert isinstance(done.exception.__cause__, TargetError)
    assert "target 'urn:pulumi:x' could not be found in the stack" in str(done.exception)


def test_a_preview_of_one_target_under_a_foreign_pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pack = tmp_path / "pack"
    pack.mkdir()
    (pack / "PulumiPolicy.yaml").write_text("runtime: python\n")
    (pack / "__main__.py").write_text(
        textwrap.dedent(
            """
            from pulumi_policy import *

            def rule(args, report):
                if args.resource_type.startswith("gcp:storage/bucket:"):
                    report("seen")

            PolicyPack("foreign", [ResourceValidationPolicy("buckets", "Buckets.", validate=rule)])
            """
        )
    )
    done = run(
        tmp_path / "home",
        monkeypatch,
        *("preview", "gcp-lake", "--json", "--expect-no-changes", "--policy-pack", str(pack)),
        *("--target", "**gcp:storage/bucket:Bucket::storage-raw"),
    )
    assert done.exit_code == 1
    document = json.loads(done.stdout)
    made = [step["urn"].rsplit("::", 1)[1] for step in document["steps"] if step["op"] == "create"]
    assert "storage-raw" in made
    assert {item["control"] for item in document["violations"]} == {"buckets"}
    assert "no changes were expected" in done.stderr
