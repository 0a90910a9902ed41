"""The command line as a user meets it: exit codes, messages, JSON, drift, interruption."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from stacks.project import ROOT

TRIPOD = Path(sys.executable).parent / "tripod"


def tripod(home: Path, *arguments: str, root: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a world of its own."""
    return subprocess.run(
        [str(TRIPOD), *arguments],
        cwd=root,
        env={**os.environ, "TRIPOD_HOME": str(home), "COLUMNS": "200", **environment},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_one_stack_from_nothing_to_nothing(tmp_path: Path) -> None:
    """The steps of a story, in one world and in this order."""
    for step in (
        Story.preview_changes_nothing,
        Story.up,
        Story.up_again_changes_nothing,
        Story.drift_is_seen_and_mended,
        Story.check,
        Story.state_is_a_pulumi_deployment_without_plain_secrets,
        Story.destroy_leaves_nothing,
    ):
        step(tmp_path)


class Story:
    """What happens to one stack."""

    @staticmethod
    def preview_changes_nothing(home: Path) -> None:
        done = tripod(home, "simulate", "preview", "gcp-dev")
        assert done.returncode == 0, done.stderr
        assert "+ storage-raw gcp storage.Bucket" in done.stdout
        assert "Unknown until applied:" in done.stdout
        assert not (home / "stacks" / "gcp-dev.json").exists()
        listed = tripod(home, "simulate", "inventory")
        assert listed.stdout.strip() == "0 objects"

    @staticmethod
    def up(home: Path) -> None:
        done = tripod(home, "simulate", "up", "gcp-dev")
        assert done.returncode == 0, done.stderr
        assert "Policies" in done.stdout
        assert "endpoint_invoke_url" in done.stdout
        assert "Update (simulated cloud) done:" in done.stdout
        assert " create in " in done.stdout

    @staticmethod
    def up_again_changes_nothing(home: Path) -> None:
        done = tripod(home, "simulate", "up", "gcp-dev", "--json")
        assert done.returncode == 0, done.stderr
        document = json.loads(done.stdout)
        assert document["ok"] is True
        assert set(document["counts"]) == {"same"}
        assert document["outputs"]["storage_raw_uri"].startswith("gs://churn-dev-raw-")
        assert document["verdicts"]["passed"] > 50

    @staticmethod
    def drift_is_seen_and_mended(home: Path) -> None:
        state = json.loads(tripod(home, "simulate", "state", "gcp-dev").stdout)
        bucket = next(
            item["id"] for item in state["deployment"]["resources"] if item["urn"].endswith("Bucket::storage-raw")
        )
        edited = tripod(home, "simulate", "edit", bucket, "versioning.enabled", "false")
        assert edited.returncode == 0, edited.stderr
        refreshed = json.loads(tripod(home, "simulate", "refresh", "gcp-dev", "--json").stdout)
        assert refreshed["counts"]["update"] == 1
        planned = tripod(home, "simulate", "preview", "gcp-dev")
        assert "~ storage-raw gcp storage.Bucket" in planned.stdout
        assert "versioning.enabled: False → True" in planned.stdout
        mended = json.loads(tripod(home, "simulate", "up", "gcp-dev", "--json").stdout)
        assert mended["counts"]["update"] == 1

    @staticmethod
    def check(home: Path) -> None:
        done = tripod(home, "check", "gcp-dev", "--json")
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["verdicts"]["passed"] > 50

    @staticmethod
    def state_is_a_pulumi_deployment_without_plain_secrets(home: Path) -> None:
        document = json.loads(tripod(home, "simulate", "state", "gcp-dev").stdout)
        assert document["version"] == 3
        assert document["deployment"]["secrets_providers"]["type"] == "passphrase"
        assert "pulumi:pulumi:Stack" in {item["type"] for item in document["deployment"]["resources"]}

    @staticmethod
    def destroy_leaves_nothing(home: Path) -> None:
        done = tripod(home, "simulate", "destroy", "gcp-dev")
        assert done.returncode == 0, done.stderr
        assert "Left 0 resources in the state, 3 objects of gcp-dev in the store" in done.stdout
        assert "kept on purpose (retainOnDelete)" in done.stdout
        kept = json.loads(tripod(home, "simulate", "inventory", "--json").stdout)
        assert {item["type"] for item in kept} == {"gcp:projects/iAMMember:IAMMember"}
        assert "objects wait out their soft delete, as in the real cloud" in done.stdout
        assert "the simulated clouds are empty" in tripod(home, "simulate", "reset").stdout
        assert tripod(home, "simulate", "inventory").stdout.strip() == "0 objects"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("simulate", "up", "aws-staging"), "stack 'aws-staging' has no stack file"),
        (("check", "nowhere"), "allowed: aws-demand, aws-dev"),
        (("simulate", "up", "aws-demand"), "stack 'aws-lake' does not exist in the simulated cloud"),
        (("simulate", "edit", "no-such-id", "a.b", "1"), "no-such-id"),
        (("simulate", "up"), "Missing argument"),
        (("simulate", "fly"), "No such command 'fly'"),
    ],
)
def test_bad_input_exits_with_2_and_touches_nothing(tmp_path: Path, arguments: tuple[str, ...], told: str) -> None:
    done = tripod(tmp_path, *arguments)
    assert done.returncode == 2, done.stdout + done.stderr
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.glob("stacks/*"))


def test_a_name_too_long_for_one_cloud_is_told_with_its_remedy(tmp_path: Path) -> None:
    """The name stands on AWS and Google Cloud, but no Azure storage account can carry it."""
    from components.core.cloud import Cloud
    from components.core.errors import TripodError
    from components.core.profile import Profile
    from tests.conformance import wiring
    from tests.conformance.planned import plan

    long = {"name": "customer-churn-predictor", "environment": "staging1", "short_name": "customer"}
    for cloud in (Cloud.AWS, Cloud.GCP):
        scope = wiring.scope(cloud, Profile.SANDBOX).model_copy(update={**long, "environment": "test"})
        assert plan("storage", cloud, wiring.defaults("storage", cloud), scope)
    scope = wiring.scope(Cloud.AZURE, Profile.SANDBOX).model_copy(update=long)
    with pytest.raises(TripodError) as caught:
        plan("storage", Cloud.AZURE, wiring.defaults("storage", Cloud.AZURE), scope)
    (fault,) = caught.value.faults
    assert fault.where == "name of storage_account"
    assert "3 to 24 characters" in fault.allowed
    assert "short_name" in fault.remedy


def test_ctrl_c_saves_what_is_done_and_the_next_up_goes_on(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [str(TRIPOD), "simulate", "up", "aws-dev"],
        cwd=ROOT,
        env={**os.environ, "TRIPOD_HOME": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    seen: list[str] = []
    for line in process.stdout:
        seen.append(line)
        if sum("Updating" in text for text in seen) and sum(" + " in text for text in seen) > 220:
            process.send_signal(signal.SIGINT)
            break
    process.stdout.read()
    code = process.wait(timeout=120)
    assert code in (0, 1)
    state = json.loads(tripod(tmp_path, "simulate", "state", "aws-dev").stdout)
    assert state["deployment"]["resources"]
    again = tripod(tmp_path, "simulate", "up", "aws-dev", "--json")
    assert again.returncode == 0, again.stderr
    document = json.loads(again.stdout)
    if code == 1:
        assert document["counts"].get("create", 0) > 0
        assert document["counts"].get("same", 0) > 0
    destroyed = tripod(tmp_path, "simulate", "destroy", "aws-dev")
    assert "Left 0 resources in the state, 0 objects" in destroyed.stdout


def test_kill_in_the_middle_leaves_a_world_that_opens(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [str(TRIPOD), "simulate", "up", "gcp-dev"],
        cwd=ROOT,
        env={**os.environ, "TRIPOD_HOME": str(tmp_path)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    journal = tmp_path / "stacks"
    for _ in range(600):
        if any(path.stat().st_size > 20_000 for path in journal.glob("gcp-dev*")) or process.poll() is not None:
            break
        time.sleep(0.02)
    process.kill()
    process.wait()
    again = tripod(tmp_path, "simulate", "up", "gcp-dev", "--json")
    document = json.loads(again.stdout)
    later = json.loads(tripod(tmp_path, "simulate", "up", "gcp-dev", "--json").stdout)
    assert document["counts"], again.stderr
    assert later["ok"] or later["diagnostics"]


def test_credentials_never_reach_the_program(tmp_path: Path) -> None:
    """The program of the stack runs without the keys that its user has."""
    from tripod.session import environment

    secret = {"AWS_SECRET_ACCESS_KEY": "x", "GOOGLE_APPLICATION_CREDENTIALS": "y", "ARM_CLIENT_SECRET": "z"}
    before = {key: os.environ.get(key) for key in secret}
    os.environ.update(secret)
    try:
        with environment({"KEPT": "1"}):
            assert not set(secret) & set(os.environ)
            assert os.environ["KEPT"] == "1"
        assert {key: os.environ[key] for key in secret} == secret
        assert "KEPT" not in os.environ
    finally:
        for key, value in before.items():
            os.environ.pop(key) if value is None else os.environ.update({key: value})


def test_parity_prints_every_capability(tmp_path: Path) -> None:
    done = tripod(tmp_path, "parity")
    assert done.returncode == 0
    for name in ("foundation", "network", "feature_store", "monitoring"):
        assert name in done.stdout
    cells = json.loads(tripod(tmp_path, "parity", "--json").stdout)
    assert {cell["cloud"] for cell in cells} == {"aws", "azure", "gcp"}
