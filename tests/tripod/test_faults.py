"""Faults, broken stores, wrong edits on the command line: what is said, the exit code, and what stays as it was."""

import contextlib
import hashlib
import io
import json
import os
import sqlite3
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from simulator.cloud import SimulatedCloud
from simulator.engine.state import StateFile
from simulator.store import Store
from tripod.main import run

BUCKET = "aws:s3/bucket:Bucket"
PLACED = f"urn:pulumi:existing::existing::{BUCKET}::lake"


@dataclass(frozen=True)
class Done:
    """What a command said, and its exit code."""

    returncode: int
    stdout: str
    stderr: str


def tripod(home: Path, *arguments: str) -> Done:
    """Run the entry point of the command in a world of its own; in this process, because its imports take seconds."""
    out, err, code = io.StringIO(), io.StringIO(), 0
    world = {"TRIPOD_HOME": str(home), "TRIPOD_STORE_WAIT": "1"}
    with (
        redirect_stdout(out),
        redirect_stderr(err),
        mock.patch.dict(os.environ, world),
        mock.patch.object(sys, "argv", ["tripod", "simulate", *arguments]),
    ):
        try:
            run()
        except SystemExit as end:
            code = int(end.code or 0)
    return Done(code, out.getvalue(), err.getvalue())


def bytes_of(home: Path) -> dict[str, str]:
    """Hash every file but the locks and SQLite's shared memory, which say nothing; of the store, what it holds."""
    return {
        str(file.relative_to(home)): hashlib.sha256(content(file)).hexdigest()
        for file in sorted(home.rglob("*"))
        if file.is_file() and file.suffix != ".lock" and not file.name.endswith(("-shm", "-wal"))
    }


def content(file: Path) -> bytes:
    """The rows of a database, because SQLite moves them from its log into the file when it likes; else the bytes."""
    if file.suffix == ".db":
        with contextlib.closing(sqlite3.connect(file)) as connection, contextlib.suppress(sqlite3.DatabaseError):
            return "\n".join(connection.iterdump()).encode()
    return file.read_bytes()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A world with one bucket in it."""
    store = Store(tmp_path / "cloud.db")
    SimulatedCloud(store).place(BUCKET, "lake", {"bucket": "acme-lake", "forceDestroy": False})
    store.close()
    return tmp_path


def refused(done: Done, *told: str) -> None:
    """Bad input: one message, exit code 2, no traceback."""
    assert done.returncode == 2, done.stdout + done.stderr
    for words in told:
        assert words in done.stderr
    assert done.stderr.count("error ") == 1
    assert "Traceback" not in done.stderr


WRONG_FAULTS = [
    (
        ("--op", "create", "--type", "aws:sagemaker/endpont:Endpoint", "--error", "X"),
        "nearest: aws:sagemaker/endpoint:Endpoint",
    ),
    (("--op", "create", "--type", "azure-native:ml*", "--error", "X"), "no resource type of aws, azure-native, gcp"),
    (("--op", "fly", "--error", "X"), "'fly' is no operation; use create, read, update, delete, *"),
    (("--op", "create"), "allowed: --error, --latency, --partial, --timeout or --lost-read"),
    (("--op", "create", "--partial", "--lost-read"), "several effects"),
    (("--op", "read", "--partial", "--error", "X"), "a read cannot be partial"),
    (("--op", "create", "--error", "X", "--times", "0"), "use 1 or more"),
    (("--op", "create", "--latency", "1e9"), "out of range; use 0 to 3600"),
]


@pytest.mark.parametrize(("arguments", "told"), WRONG_FAULTS)
def test_a_fault_that_could_never_strike_is_refused(home: Path, arguments: tuple[str, ...], told: str) -> None:
    before = bytes_of(home)
    refused(tripod(home, "fault", "add", *arguments), told)
    assert bytes_of(home) == before


def test_faults_are_arranged_listed_and_taken_back(home: Path) -> None:
    added = tripod(home, "fault", "add", "--op", "create", "--type", "aws:s3/*", "--error", "SlowDown", "--times", "2")
    assert added.returncode == 0, added.stderr
    assert "fault 1: create of aws:s3/* named * answers SlowDown, 2 times" in added.stdout
    assert "the provider aws tries again after SlowDown: it outlasts 24 and survives this" in added.stdout
    tripod(home, "fault", "add", "--op", "read", "--name", "lake", "--lost-read")
    rows = json.loads(tripod(home, "fault", "list", "--json").stdout)
    assert [(row["number"], row["operation"], row["effect"], row["code"], row["times"]) for row in rows] == [
        (1, "create", "error", "SlowDown", 2),
        (2, "read", "lost", "", 1),
    ]
    refused(tripod(home, "fault", "drop", "7"), "there is no fault 7; arranged are 1, 2", "fault list")
    refused(tripod(home, "fault", "drop"), "a number, or --all")
    assert tripod(home, "fault", "drop", "1").returncode == 0
    assert tripod(home, "fault", "drop", "--all").stdout.strip() == "dropped 1 fault"
    assert tripod(home, "fault", "list").stdout.strip() == "0 faults"


WRONG_EDITS = [
    (("no-such-id", "tags", "{}"), "hold nothing with the URN or id 'no-such-id'"),
    (("acme-lake", "forceDestory", "true"), "did you mean 'forceDestroy'?"),
    (("acme-lake", "tags[", "x"), "'tags[' is no property"),
    (("acme-lake", "bucket.name", "x"), "'bucket.name' is no property"),
    (("acme-lake", "forceDestroy", "often"), "forceDestroy: expected boolean"),
    (("acme-lake", "tags", '{"owner": '), "is no JSON"),
]


@pytest.mark.parametrize(("arguments", "told"), WRONG_EDITS)
def test_an_edit_that_no_cloud_could_hold_is_refused(home: Path, arguments: tuple[str, ...], told: str) -> None:
    before = bytes_of(home)
    refused(tripod(home, "edit", *arguments), told)
    assert bytes_of(home) == before


def test_an_edit_changes_what_the_cloud_holds(home: Path) -> None:
    for id_, path, value in (
        ("acme-lake", "forceDestroy", "true"),
        (PLACED, "tags.owner", "ml"),
        (PLACED, "arn", "arn:aws:s3:::other"),
    ):
        assert tripod(home, "edit", id_, path, value).returncode == 0
    (bucket,) = SimulatedCloud(Store(home / "cloud.db")).inventory()
    assert (bucket.inputs["forceDestroy"], bucket.inputs["tags"]) == (True, {"owner": "ml"})
    assert (bucket.outputs["arn"], "arn" in bucket.inputs) == ("arn:aws:s3:::other", False)


READING: tuple[tuple[str, ...], ...] = (("inventory",), ("fault", "list"), ("preview", "aws-dev"))
WRITING: tuple[tuple[str, ...], ...] = (
    ("edit", "acme-lake", "forceDestroy", "true"),
    ("fault", "add", "--op", "create", "--error", "X"),
    ("up", "aws-dev"),
    ("destroy", "aws-dev", "--force"),
)


def corrupt(path: Path) -> None:
    """Overwrite the second page."""
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xff" * 4096 + whole[8192:])


def of_another_version(key: str) -> Callable[[Path], None]:
    """Say that another simulator wrote the file."""

    def change(path: Path) -> None:
        connection = sqlite3.connect(path)
        connection.execute("UPDATE meta SET value = '0' WHERE key = ?", (key,))
        connection.commit()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()

    return change


BROKEN = [
    (corrupt, "StoreCorrupt", "tripod simulate reset"),
    (of_another_version("catalogue"), "catalogue version 0, this simulator has", "tripod simulate reset"),
    (of_another_version("schema"), "layout version 0, this simulator has", "tripod simulate reset"),
]


@pytest.mark.parametrize(("breakage", "told", "remedy"), BROKEN, ids=["corrupt", "catalogue", "layout"])
def test_a_store_that_cannot_be_used_is_refused_until_it_is_reset(
    home: Path, breakage: Callable[[Path], None], told: str, remedy: str
) -> None:
    breakage(home / "cloud.db")
    before = bytes_of(home)
    for arguments in (READING[0], READING[2], *WRITING[:1], *WRITING[2:]):
        refused(tripod(home, *arguments), told, remedy)
    assert bytes_of(home) == before
    assert tripod(home, "reset").stdout.strip() == "the simulated clouds are empty"
    assert tripod(home, "inventory").stdout.strip() == "0 objects"


def test_a_locked_store_is_read_but_not_written_to(home: Path) -> None:
    holder = sqlite3.connect(home / "cloud.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    before = bytes_of(home)
    assert "acme-lake" in tripod(home, "inventory").stdout
    for arguments in WRITING:
        refused(tripod(home, *arguments), "StoreLocked", "another process is writing to it")
    assert bytes_of(home) == before
    holder.execute("ROLLBACK")
    holder.close()


def state_with(version: int) -> str:
    """A deployment of some version."""
    return json.dumps({"version": version, "deployment": {"manifest": {}, "resources": []}})


STATES: list[tuple[str, str]] = [
    ("{", "is not JSON"),
    ("[]", "is no Pulumi deployment"),
    (state_with(9), "is of version 9, newer than the versions 3 and 4"),
    (json.dumps({"version": 4, "features": ["teleport"], "deployment": {}}), "does not support: teleport"),
    (
        json.dumps({"version": 3, "deployment": {"secrets_providers": {"type": "cloud"}}}),
        "keeps its secrets with cloud",
    ),
]


@pytest.mark.parametrize(("text", "told"), STATES)
def test_a_state_that_cannot_be_read_is_refused(home: Path, text: str, told: str) -> None:
    (home / "stacks").mkdir()
    (home / "stacks" / "aws-dev.json").write_text(text)
    before = bytes_of(home)
    for arguments in (("state", "aws-dev"), ("destroy", "aws-dev"), ("up", "aws-dev")):
        refused(tripod(home, *arguments), told)
    assert bytes_of(home) == before


def test_reset_refuses_while_a_run_has_the_store_or_a_state(home: Path) -> None:
    store = Store(home / "cloud.db")
    before = bytes_of(home)
    refused(tripod(home, "reset"), "open in another process", "nothing was deleted")
    store.close()
    with StateFile(home / "stacks" / "aws-dev.json", "x").locked():
        refused(tripod(home, "reset"), f"in use by process {os.getpid()}", "nothing was deleted")
    assert bytes_of(home) == before


def test_reset_leaves_what_is_not_its_own(home: Path) -> None:
    (home / "thesis.txt").write_text("mine")
    (home / "stacks").mkdir()
    (home / "stacks" / "aws-dev.json").write_text(state_with(3))
    done = tripod(home, "reset")
    assert done.returncode == 0
    assert "left in" in done.stderr
    assert [str(file.relative_to(home)) for file in sorted(home.rglob("*"))] == ["thesis.txt"]


def test_a_state_of_an_unknown_stack_is_refused(home: Path) -> None:
    refused(tripod(home, "state", "aws-nowhere"), "stack 'aws-nowhere' has no stack file")


def test_what_a_fault_does_to_a_stack(tmp_path: Path) -> None:
    """Throttling is survived; a lost answer leaves an object that the next run does not know; its trap is told."""

    def done(*arguments: str) -> tuple[int, dict[str, Any]]:
        answer = tripod(tmp_path, *arguments, "aws-lake", "--json")
        assert "Traceback" not in answer.stderr
        return answer.returncode, json.loads(answer.stdout)

    database = ("--op", "create", "--type", "aws:glue/catalogDatabase:CatalogDatabase")
    tripod(tmp_path, "fault", "add", *database, "--error", "ThrottlingException", "--times", "2")
    tripod(tmp_path, "fault", "add", *database, "--lost-read")
    code, first = done("up")
    (failed,) = [step for step in first["steps"] if step["error"]]
    assert (code, failed["type"]) == (1, database[-1])
    assert "connection reset by peer" in failed["error"]
    assert json.loads(tripod(tmp_path, "fault", "list", "--json").stdout) == []
    code, second = done("up")
    (again,) = [step for step in second["steps"] if step["error"]]
    assert (code, again["urn"]) == (1, failed["urn"])
    assert "AlreadyExistsException" in again["error"]


def test_quotas_are_listed_set_and_refused(home: Path) -> None:
    assert tripod(home, "quota", "--set", "aws:ec2/VPCs=2").returncode == 0
    rows = {row["name"]: row for row in json.loads(tripod(home, "quota", "--json").stdout)}
    assert (rows["aws:ec2/VPCs"]["limit"], rows["aws:ec2/VPCs"]["default"]) == (2, 5)
    assert "aws:ec2/VPCs = 2  (default 5)" in tripod(home, "quota").stdout
    assert tripod(home, "quota", "--set", "aws:ec2/VPCs=default").returncode == 0
    before = bytes_of(home)
    for wrong, told in (
        ("vpcs=2", "there is no quota 'vpcs'; known are aws:ec2/VPCs"),
        ("aws:ec2/VPCs", "allowed: NAME=VALUE, or NAME=default"),
        ("aws:ec2/VPCs=many", "allowed: NAME=VALUE, or NAME=default"),
        ("aws:ec2/VPCs=-1", "allowed: NAME=VALUE, or NAME=default"),
    ):
        refused(tripod(home, "quota", "--set", wrong), told)
    assert bytes_of(home) == before
