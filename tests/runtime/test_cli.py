"""Exit codes, flags and logs."""

import ast
import importlib
import json
import re
import subprocess
import sys
from dataclasses import MISSING, fields
from pathlib import Path

import pytest

from runtime import log
from runtime.cli import STEPS, main

ROOT = Path(__file__).parents[2]


def logged(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    """The lines that a step wrote."""
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["polish"], "unknown step 'polish'; known: quality, train, evaluate, register, score, drift, release, serve"),
        (["quality", "--report", "r"], "python -m runtime quality: --input is required"),
        (["quality", "--inptu", "x"], "unrecognized arguments: --inptu x"),
        (["train", "--input", "x", "--model", "y", "--seed", "-1"], "argument --seed: invalid count value: '-1'"),
        (["train", "--input", "x", "--model", "y", "--task", "guess"], "invalid choice: 'guess'"),
        (["quality", "--input", "ftp://x/y", "--report", "r"], "scheme 'ftp' is not one of file, s3, gs, abfss, bq"),
        (["quality", "--input", "/nowhere", "--report", "r"], "/nowhere: no table"),
    ],
)
def test_bad_input_is_one_message_and_exit_2(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    last = logged(capsys)[-1]
    assert (last["event"], last["exit_code"], last["severity"]) == ("bad input", 2, "ERROR")
    assert message in str(last["message"])


def test_a_variable_stands_in_for_a_flag(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("TRIPOD_SEED", "many")
    assert main(["train", "--input", "x", "--model", "y"]) == 2
    assert "TRIPOD_SEED: invalid value 'many'" in str(logged(capsys)[-1]["message"])


def test_no_step_prints_the_steps(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert main(["--help"]) == 0
    text = capsys.readouterr().out
    assert all(name in text for name in STEPS)


def test_the_module_is_a_program() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "runtime", "polish"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert json.loads(done.stdout)["kind"] == "InputError"


def test_the_reason_is_left_where_sagemaker_looks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runtime.cli.SAGEMAKER_OUTPUT", tmp_path)
    assert main(["quality", "--input", "/nowhere", "--report", "r"]) == 2
    assert (tmp_path / "failure").read_text() == (tmp_path / "message").read_text()
    assert (tmp_path / "failure").read_text().startswith("quality: /nowhere: no table")


def test_an_unexpected_failure_is_logged_and_raised(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(options: object) -> None:
        raise RuntimeError("broken https://account.blob.core.windows.net/c/f?sv=2024&sig=SECRET end")

    monkeypatch.setattr("runtime.quality.run", fail)
    with pytest.raises(RuntimeError):
        main(["quality", "--input", "x", "--report", "r"])
    last = logged(capsys)[-1]
    assert last["message"] == "broken https://account.blob.core.windows.net/c/f?… end"


def test_signed_addresses_are_cut() -> None:
    assert log.without_secrets('"s3://b/k?X-Amz-Signature=1"') == '"s3://b/k?…"'
    assert log.without_secrets("abfss://c@a.dfs.core.windows.net/p") == "abfss://c@a.dfs.core.windows.net/p"


def flags_of(step: str) -> dict[str, bool]:
    """Flags of a step, and whether each is required."""
    options = importlib.import_module(STEPS[step].module).Options
    return {each.name: each.default is MISSING for each in fields(options)}


def calls() -> list[tuple[str, str, set[str], bool]]:
    """Where the platform starts a step: file, step, flags by name, and whether others may follow."""
    found = []
    for path in sorted((ROOT / "components").rglob("*.py")):
        text = path.read_text()
        for node in ast.walk(ast.parse(text)):
            if not (isinstance(node, ast.Call) and getattr(node.func, "id", "") == "runtime_command"):
                continue
            if not (node.args and isinstance(node.args[0], ast.Constant)):
                continue
            named = {keyword.arg for keyword in node.keywords if keyword.arg is not None}
            literal = {flag.replace("-", "_") for flag in re.findall(r'"--([a-z-]+)"', text)}
            found.append((str(path.relative_to(ROOT)), str(node.args[0].value), named, bool(literal)))
    return found


def test_the_platform_starts_steps_that_exist() -> None:
    assert {step for _, step, _, _ in calls()} >= {"quality", "train", "evaluate", "score", "drift", "release"}


@pytest.mark.parametrize(("place", "step", "named", "more"), calls())
def test_the_platform_passes_flags_that_exist(place: str, step: str, named: set[str], more: bool) -> None:
    known = flags_of(step)
    assert named <= set(known), f"{place} passes flags that {step} has not"
    required = {name for name, needed in known.items() if needed}
    assert required <= named or more, f"{place} leaves out {required - named} of {step}"
