"""Kill -9 of a deployment at any point: a sample of what ``make crash`` does two hundred times."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.evidence.crash import OPERATIONS
from tests.evidence.programs import PROGRAMS

ROOT = Path(__file__).resolve().parents[2]
RUNS = 14
SEED = "20"


@pytest.mark.timeout(400)
def test_a_killed_deployment_converges() -> None:
    # A process of its own, because it forks, and this one may have threads.
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "tests.evidence.crash", "--runs", str(RUNS), "--seed", SEED],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=380,
        check=False,
    )
    assert done.stderr == ""
    *runs, summary = [json.loads(line) for line in done.stdout.splitlines()]
    assert [one for one in runs if "broken" in one] == []
    assert done.returncode == 0
    assert summary["runs"] == RUNS
    assert {(one["cloud"], one["operation"]) for one in runs} == {(c, o) for c in PROGRAMS for o in OPERATIONS}
    # All of it would hold of a deployment that nobody killed: what was to be killed was.
    assert [one["run"] for one in runs if one["point"] and not one["killed"]] == []
    assert any(one["orphans"] for one in runs)
