"""The policies of the kit, and Checkov, on as many resources of the same kinds, in turn."""

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import estate
from benchmarks.measure import Measured, run

ROOT = estate.ROOT
_PATIENCE = 1800.0
_OWN = ROOT / ".venv-bench" / "bin" / "checkov"


@dataclass(frozen=True)
class Judged:
    """One run over a number of resources."""

    tool: str
    size: int
    seconds: float
    """Of the whole command."""
    inside: float
    """Of judging alone, where the tool tells it."""
    mebibytes: float
    rules: int
    """Controls, or checks that were met."""
    verdicts: int
    """Verdicts on resources: rules that applied, times resources."""


def checkov() -> str:
    """Path of Checkov; empty where there is none."""
    return str(_OWN) if _OWN.exists() else shutil.which("checkov") or ""


def checkov_version() -> str:
    """Its version; empty where there is none."""
    return run([checkov(), "--version"], cwd=ROOT, seconds=120).output.strip() if checkov() else ""


def _tripod(file: Path, size: int) -> Judged:
    inside = run([sys.executable, "-m", "benchmarks.judged", str(file)], cwd=ROOT, seconds=_PATIENCE)
    told = json.loads(inside.output.splitlines()[-1])
    report = file.with_suffix(".report")
    words = ["check", "--state", str(file), "--profile", "regulated", "--format", "json", "--output", str(report)]
    whole = run([str(estate.TRIPOD), *words], cwd=ROOT, seconds=_PATIENCE, codes=(0, 1))
    verdicts = sum(told["verdicts"].values())
    peak = max(inside.mebibytes, whole.mebibytes)
    return Judged("tripod", size, whole.seconds, told["seconds"], peak, told["controls"], verdicts)


def _checkov(file: Path, size: int) -> Judged:
    output = file.parent / f"checkov-{size}"
    words = [
        "--file",
        str(file),
        "--framework",
        "terraform_plan",
        "--output",
        "json",
        "--output-file-path",
        str(output),
    ]
    env = {**os.environ, "CHECKOV_RUN_SCA_PACKAGE_SCAN_V2": "false"}
    done: Measured = run(
        [checkov(), *words, "--skip-download", "--quiet", "--compact"],
        cwd=file.parent,
        env=env,
        seconds=_PATIENCE,
        codes=(0, 1),
    )
    report = json.loads((output / "results_json.json").read_text())
    results = report["results"] if isinstance(report, dict) else report[0]["results"]
    records = [one for kind in ("passed_checks", "failed_checks") for one in results.get(kind, [])]
    met = {one["check_id"] for one in records}
    return Judged("checkov", size, done.seconds, 0.0, done.mebibytes, len(met), len(records))


def compare(sizes: Sequence[int], rounds: int) -> list[Judged]:
    """Time both at every size, ``rounds`` times, in turn. Checkov takes part where it is installed."""
    found = []
    with tempfile.TemporaryDirectory(prefix="tripod-bench-") as name:
        directory = Path(name)
        document = estate.make(directory / "home")
        for size in sizes:
            state = estate.state(document, size)
            (directory / f"state-{size}.json").write_text(json.dumps(state))
            plan = directory / f"plan-{size}.json"
            plan.write_text(json.dumps(estate.terraform_plan(state["deployment"]["resources"])))
            for number in range(rounds):
                tools = [lambda: _tripod(directory / f"state-{size}.json", size)]  # noqa: B023 - called at once
                if checkov():
                    tools.append(lambda: _checkov(plan, size))  # noqa: B023
                for tool in tools if number % 2 == 0 else reversed(tools):
                    found.append(tool())
                    print(f"{found[-1].tool} {size}: {found[-1].seconds:.1f} s", file=sys.stderr, flush=True)
    return found
