"""The plugin as a process: its output, its end, its neighbours on the same store."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from simulator import credentials, plugin
from simulator.cloud import SimulatedCloud
from simulator.model import CloudError, Live
from simulator.store import Store
from tests.simulator.cloud.examples import CONFIGS, urn
from tests.simulator.plugin.client import SECONDS, Client

KEY = "aws:kms/key:Key"
BUCKET = "aws:s3/bucket:Bucket"


def until(true: Callable[[], bool]) -> bool:
    """Wait for something to become true."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.05)
    return False


def test_nothing_but_the_port_is_written_and_a_signal_ends_it(tmp_path: Path) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        client = Client("aws", tmp_path / "cloud.db")
        client.configure({"region": "eu-west-1"})
        client.process.send_signal(number)
        assert client.process.wait(SECONDS) == 0
        assert client.close() == (0, "", "")


def test_credentials_are_taken_out_of_its_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as world:
        world.setattr(os, "environ", {"AWS_SECRET_ACCESS_KEY": "x", "ARM_CLIENT_SECRET": "x", "KEPT": "x"})
        credentials.clear()
        assert os.environ == {"KEPT": "x", **credentials.BLOCKED}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["oracle", "--store", "x"], "invalid choice: 'oracle'"),
        (["aws"], "--store"),
        (["aws", "--store", "taken"], "aws:"),
    ],
)
def test_what_cannot_be_served_is_said_on_standard_error(tmp_path: Path, arguments: list[str], said: str) -> None:
    (tmp_path / "taken").mkdir()
    run = subprocess.run(
        [sys.executable, "-m", "simulator.plugin", *arguments],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(plugin.__file__).parents[1])},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert (run.returncode, run.stdout) == (2, "")
    assert said in run.stderr
    assert "Traceback" not in run.stderr


def test_it_ends_when_the_engine_is_killed(tmp_path: Path) -> None:
    """The engine here is a shell that starts the plugin and is then killed."""
    command = f"{sys.executable} -m simulator.plugin aws --store {tmp_path}/cloud.db 127.0.0.1:1 & echo $!; wait"
    with subprocess.Popen(["/bin/sh", "-c", command], stdout=subprocess.PIPE, text=True) as engine:
        assert engine.stdout is not None
        lines = [int(engine.stdout.readline()), int(engine.stdout.readline())]
        [number] = [line for line in lines if _alive(line)]
        engine.kill()
        engine.wait(SECONDS)
    assert until(lambda: not _alive(number))


def _alive(number: int) -> bool:
    """Whether a process runs this plugin; a port number that happens to be a process id is none."""
    try:
        return "simulator.plugin" in Path(f"/proc/{number}/cmdline").read_text()
    except OSError:
        return False


@pytest.fixture
def neighbours(tmp_path: Path) -> tuple[Client, Client]:
    """Two processes on one store, in two regions, as two provider resources of one stack."""
    pair = Client("aws", tmp_path / "cloud.db"), Client("aws", tmp_path / "cloud.db")
    for client, region in zip(pair, ("eu-west-1", "us-east-1"), strict=True):
        client.configure({"region": region})
    return pair


def test_two_processes_share_a_store(neighbours: tuple[Client, Client], tmp_path: Path) -> None:
    def make(number: int) -> Live:
        client = neighbours[number % 2]
        return client.create(urn(KEY, f"k{number}"), KEY, {"description": str(number)}, preview=False, timeout=0)

    def claim(number: int) -> str:
        try:
            client = neighbours[number % 2]
            return client.create(urn(BUCKET, f"b{number}"), BUCKET, {"bucket": "acme-raw"}, preview=False, timeout=0).id
        except CloudError as error:
            return error.code

    with neighbours[0], neighbours[1], ThreadPoolExecutor(8) as pool:
        made = list(pool.map(make, range(40)))
        claims = list(pool.map(claim, range(6)))
        seen = neighbours[1].read(urn(KEY, "k0"), KEY, made[0].id, {"region": "eu-west-1"}, {})
    assert sorted(claims) == ["BucketAlreadyOwnedByYou"] * 5 + ["acme-raw"]
    assert [live.outputs["arn"].split(":")[3] for live in made[:2]] == ["eu-west-1", "us-east-1"]
    assert len({live.id for live in made}) == 40
    assert seen is not None
    assert seen.outputs["description"] == "0"
    stored = SimulatedCloud(Store(tmp_path / "cloud.db")).inventory()
    assert {one.urn.rsplit("::", 1)[1] for one in stored if one.type == KEY} == {f"k{number}" for number in range(40)}


def test_a_killed_process_leaves_a_whole_store_to_the_other(neighbours: tuple[Client, Client], tmp_path: Path) -> None:
    dying, living = neighbours
    made: list[str] = []

    def go() -> None:
        for number in range(10_000):
            try:
                dying.create(urn(KEY, f"d{number}"), KEY, {}, preview=False, timeout=0)
            except Exception:
                return
            made.append(f"d{number}")

    with dying, living, ThreadPoolExecutor(1) as pool:
        end = pool.submit(go)
        assert until(lambda: len(made) > 20)
        dying.process.kill()
        end.result(SECONDS)
        assert living.create(urn(KEY, "after"), KEY, {}, preview=False, timeout=0).id
    stored = [one.urn.rsplit("::", 1)[1] for one in SimulatedCloud(Store(tmp_path / "cloud.db")).inventory()]
    assert {*made, "after"} <= set(stored)
    assert len(stored) - len(made) in (1, 2)  # the creation that was under way happened, or did not


def test_the_program_configuration_of_the_examples_is_accepted(tmp_path: Path) -> None:
    for package, config in CONFIGS.items():
        with Client(package, tmp_path / "cloud.db") as client:
            assert client.check_config(dict(config)).failures == ()
