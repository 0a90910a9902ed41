"""A finding that somebody accepted, from the refused update to the waiver's last day: the command line in a project.

The project is a copy of the stacks beside links to everything else, so that its files of waivers and stacks are its
own. All commands run in one process of it: what takes time is the start. Days are the real ones.
"""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest

from stacks.project import ROOT

STACK, CONTROL = "gcp-waived", "key-in-hardware"
KEYS = {"keys-data", "keys-logs", "keys-models"}
"""The keys of every stack of the kit."""

_STACK = f"""config:
  gcp:project: acme-data-dev
  gcp:region: europe-west4
  tripod:cloud: gcp
  tripod:profile: standard
  tripod:environment: dev
  tripod:blueprint: waived
  tripod:layer: data
  tripod:policy:
    levels:
      {CONTROL}: mandatory
"""
_BLUEPRINT = """name: waived
owner: data-platform@example.com
cost_center: data-platform
classification: confidential
storage: {}
"""
_COMMANDS = """
import contextlib, io, json, sys
from pathlib import Path
from tripod import main
for text, arguments in json.load(sys.stdin):
    Path("stacks/waivers.yaml").write_text(text, encoding="utf-8")
    sys.argv, out, err = ["tripod", *arguments], io.StringIO(), io.StringIO()
    code = 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main.run()
        except SystemExit as ended:
            code = ended.code or 0
    print(json.dumps([code, out.getvalue(), err.getvalue()]))
"""


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str

    def verdicts(self) -> dict[str, str]:
        """Verdict by resource of the control that is waived."""
        return {f["name"]: f["verdict"] for f in json.loads(self.out)["findings"] if f["control"] == CONTROL}


def waiver(granted: int, expires: int) -> str:
    """A file that accepts software keys; days from today."""
    today = date.today()
    return f"""waivers:
  - control: {CONTROL}
    resource: gcp:kms/cryptoKey:CryptoKey/keys-*
    owner: data@example.com
    reason: Keys in hardware come with the next budget.
    ticket: SEC-7
    granted: {today + timedelta(days=granted)}
    expires: {today + timedelta(days=expires)}
"""


NONE, HELD, OVER = "waivers: []\n", waiver(-1, 30), waiver(-40, -1)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("waived") / "project"
    copytree(ROOT / "stacks", root / "stacks", ignore=ignore_patterns("__pycache__"))
    for entry in ("components", "docs", "policies", "runtime", "simulator", "tripod", "Pulumi.yaml", "pyproject.toml"):
        (root / entry).symlink_to(ROOT / entry)
    (root / "stacks" / f"Pulumi.{STACK}.yaml").write_text(_STACK, encoding="utf-8")
    (root / "stacks" / "blueprints" / "waived.yaml").write_text(_BLUEPRINT, encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def story(project: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Done]:
    """What each command said, in this order, in one simulated cloud."""
    steps = {
        "up without": (NONE, ["simulate", "up", STACK, "--json"]),
        "nothing made": (NONE, ["simulate", "inventory"]),
        "up with": (HELD, ["simulate", "up", STACK, "--json"]),
        "check with": (HELD, ["check", STACK, "--json"]),
        "check after": (OVER, ["check", STACK, "--json"]),
        "up after": (OVER, ["simulate", "up", STACK, "--json"]),
        "waivers after": (OVER, ["waivers", "--json"]),
    }
    done = subprocess.run(
        [sys.executable, "-c", _COMMANDS],
        cwd=project,
        env={**os.environ, "TRIPOD_HOME": str(tmp_path_factory.mktemp("home")), "PYTHONPATH": str(project)},
        input=json.dumps(list(steps.values())),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return dict(zip(steps, (Done(*json.loads(line)) for line in done.stdout.splitlines()), strict=True))


def test_without_a_waiver_the_update_is_refused_and_makes_nothing(story: dict[str, Done]) -> None:
    refused = story["up without"]
    assert refused.code == 1
    assert CONTROL in refused.out + refused.err
    assert story["nothing made"].out.strip() == "0 objects"


def test_a_waiver_in_force_lets_the_update_through_and_is_told(story: dict[str, Done]) -> None:
    made = story["up with"]
    assert (made.code, json.loads(made.out)["ok"]) == (0, True)
    assert set(json.loads(made.out)["counts"]) == {"create"}
    judged = story["check with"]
    assert judged.code == 0
    assert judged.verdicts() == dict.fromkeys(KEYS, "waived")


def test_a_waiver_that_has_expired_covers_nothing(story: dict[str, Done]) -> None:
    judged = story["check after"]
    assert judged.code == 1
    assert judged.verdicts() == dict.fromkeys(KEYS, "failed")
    assert "waiver-expired" in {finding["control"] for finding in json.loads(judged.out)["findings"]}
    refused = story["up after"]
    assert refused.code == 1
    assert CONTROL in refused.out + refused.err
    (listed,) = json.loads(story["waivers after"].out)["waivers"]
    assert listed["status"] == "expired"
    assert listed["days_left"] < 0
