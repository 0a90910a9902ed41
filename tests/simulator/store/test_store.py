"""The store under several processes, kills, and other versions."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from simulator import database
from simulator.database import StoreError, StoreVersionError
from simulator.records import Effect, Fault, NewObject, State
from simulator.store import Store

WRITER = """
import sys
from pathlib import Path
from simulator.records import NewObject
from simulator.store import Store
store = Store(Path(sys.argv[1]))
for number in range(int(sys.argv[3])):
    with store.transaction() as transaction:
        name = f"{sys.argv[2]}-{number}"
        names, uses = frozenset({name, "both"}), (("p", "both"),)
        urn = f"urn:{sys.argv[2]}"
        transaction.insert(NewObject("t", name, urn, {"n": number}, {}, names=names, claims=(name,), uses=uses))
    print(number, flush=True)
"""


def new(id_: str, **more: object) -> NewObject:
    """Return an object with nothing in it."""
    return NewObject("t", id_, "urn:x", {}, {}, **more)  # type: ignore[arg-type]


def writer(path: Path, name: str, count: int) -> subprocess.Popen[str]:
    """Start a process that writes ``count`` objects."""
    arguments = [sys.executable, "-c", WRITER, str(path), name, str(count)]
    return subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)


def test_two_processes_write_to_one_file(tmp_path: Path) -> None:
    path = tmp_path / "cloud.db"
    processes = [writer(path, name, 60) for name in ("a", "b")]
    assert [process.wait(120) for process in processes] == [0, 0]
    ids = {one.id for one in Store(path).snapshot().all()}
    assert ids == {f"{name}-{number}" for name in "ab" for number in range(60)}


def test_processes_that_open_a_new_file_at_once_agree_on_it(tmp_path: Path) -> None:
    path = tmp_path / "cloud.db"
    processes = [writer(path, str(number), 2) for number in range(6)]
    assert [process.wait(120) for process in processes] == [0] * 6
    ids = {one.id for one in Store(path).snapshot().all()}
    assert ids == {f"{name}-{number}" for name in range(6) for number in range(2)}


def test_a_forked_child_writes_beside_its_parent(tmp_path: Path) -> None:
    store = Store(tmp_path / "cloud.db")
    with store.transaction() as transaction:
        transaction.insert(new("parent"))
    child = os.fork()
    if child == 0:
        with store.transaction() as transaction:
            transaction.insert(new("child"))
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    with store.transaction() as transaction:
        transaction.insert(new("parent again"))
    assert [one.id for one in store.snapshot().all()] == ["parent", "child", "parent again"]


BROKEN = [
    (lambda whole: b"not a database" * 100, "StoreCorrupt", "file is not a database"),
    (lambda whole: whole[: len(whole) // 2], "StoreCorrupt", "malformed"),
    (lambda whole: whole[:4096] + b"\xff" * 4096 + whole[8192:], "StoreCorrupt", "tripod simulate reset"),
]


@pytest.mark.parametrize(("broken", "code", "words"), BROKEN)
def test_a_corrupt_file_is_refused_and_left_alone(
    tmp_path: Path, broken: Callable[[bytes], bytes], code: str, words: str
) -> None:
    path = tmp_path / "cloud.db"
    Store(path).close()
    path.write_bytes(broken(path.read_bytes()))
    before = path.read_bytes()
    with pytest.raises(StoreError) as caught:
        Store(path).verify(writes=False)
    assert caught.value.code == code
    assert words in caught.value.message
    assert path.read_bytes() == before


def test_a_database_of_something_else_is_not_written_to(tmp_path: Path) -> None:
    path = tmp_path / "cloud.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE customers (name TEXT)")
    connection.close()
    with pytest.raises(StoreError, match=r"a database of something else \(customers\)"):
        Store(path)
    assert sqlite3.connect(path).execute("SELECT name FROM sqlite_master").fetchall() == [("customers",)]


def test_a_lock_is_waited_for_and_then_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRIPOD_STORE_WAIT", "0.1")
    store = Store(tmp_path / "cloud.db")
    holder = sqlite3.connect(tmp_path / "cloud.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="another process is writing to it") as caught, store.transaction():
        raise AssertionError
    assert caught.value.code == "StoreLocked"
    holder.execute("ROLLBACK")
    with store.transaction() as transaction:
        transaction.insert(new("a"))
    monkeypatch.setenv("TRIPOD_STORE_WAIT", "soon")
    with pytest.raises(StoreError, match="allowed are 0 to 3600 seconds"):
        Store(tmp_path / "cloud.db")


def test_a_store_is_deleted_only_when_nobody_has_it_open(tmp_path: Path) -> None:
    path = tmp_path / "cloud.db"
    store = Store(path)
    with pytest.raises(StoreError, match="open in another process"), database.alone(path):
        raise AssertionError
    store.close()
    with database.alone(path), pytest.raises(StoreError, match="being reset"):
        Store(path)


def test_threads_share_a_store(tmp_path: Path) -> None:
    store = Store(tmp_path / "cloud.db")

    def write(number: int) -> None:
        with store.transaction() as transaction:
            transaction.insert(new(str(number)))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(50)))
    assert {one.id for one in store.snapshot().all()} == {str(number) for number in range(50)}


def test_a_kill_leaves_whole_objects_only(tmp_path: Path) -> None:
    path = tmp_path / "cloud.db"
    process = writer(path, "k", 100_000)
    assert process.stdout is not None
    for line in process.stdout:
        if int(line) >= 40:
            break
    process.send_signal(signal.SIGKILL)
    process.wait(60)
    process.stdout.close()
    snapshot = Store(path).snapshot()
    objects = snapshot.all()
    assert len(objects) > 40
    for one in objects:
        assert snapshot.named(one.id)[0].number == one.number
        assert snapshot.holder(one.id) == one
    assert snapshot.births("urn:k") == len(objects)
    assert sqlite3.connect(path).execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_kill_while_the_file_is_made_is_repaired(tmp_path: Path) -> None:
    path = tmp_path / "cloud.db"
    Store(path).close()
    connection = sqlite3.connect(path)
    connection.execute("DELETE FROM meta WHERE key IN ('schema', 'catalogue')")
    connection.commit()
    connection.close()
    with Store(path).transaction() as transaction:
        transaction.insert(new("a"))
    assert [one.id for one in Store(path).snapshot().all()] == ["a"]


def test_what_raises_is_undone(tmp_path: Path) -> None:
    store = Store(tmp_path / "cloud.db")
    with pytest.raises(RuntimeError), store.transaction() as transaction:
        transaction.insert(new("a"))
        raise RuntimeError
    assert store.snapshot().all() == []
    with store.transaction() as transaction:
        transaction.insert(new("b"))
    assert [one.id for one in store.snapshot().all()] == ["b"]


@pytest.mark.parametrize("key", ["schema", "catalogue"])
def test_a_file_of_another_version_is_refused_with_a_remedy(tmp_path: Path, key: str) -> None:
    path = tmp_path / "cloud.db"
    Store(path).close()
    connection = sqlite3.connect(path)
    connection.execute("UPDATE meta SET value = '0' WHERE key = ?", (key,))
    connection.commit()
    connection.close()
    with pytest.raises(StoreVersionError, match=r"version 0.*`tripod simulate reset` to delete the file"):
        Store(path)


def test_the_salt_stays_and_differs_between_stores(tmp_path: Path) -> None:
    one = Store(tmp_path / "one.db")
    assert Store(tmp_path / "one.db").salt == one.salt
    assert Store(tmp_path / "two.db").salt != one.salt


def test_soft_deleted_objects_hold_their_claims_until_their_time(tmp_path: Path) -> None:
    store = Store(tmp_path / "cloud.db")
    with store.transaction() as transaction:
        stored = transaction.insert(new("a", claims=("name",), names=frozenset({"a"})))
        transaction.retire(stored.number, State.DELETED, time.time() + 60)
    snapshot = store.snapshot()
    holder = snapshot.holder("name")
    assert holder is not None
    assert (holder.state, snapshot.named("a"), snapshot.all()) == (State.DELETED, [], [])
    with store.transaction() as transaction:
        transaction.expire()
        assert transaction.holder("name") is not None
        transaction.expire(time.time() + 61)
        assert transaction.holder("name") is None


def test_users_are_found_by_any_name_and_forgotten_with_their_object(tmp_path: Path) -> None:
    store = Store(tmp_path / "cloud.db")
    with store.transaction() as transaction:
        target = transaction.insert(new("a", names=frozenset({"a", "arn:a"})))
        user = transaction.insert(new("b", uses=(("roleArn", "arn:a"),)))
        assert [(one.id, path) for one, path, _ in transaction.users(["a", "arn:a"], target.number)] == [
            ("b", "roleArn")
        ]
        transaction.update(user.number, {}, {}, uses=())
        assert transaction.users(["a", "arn:a"], target.number) == []


def test_faults_are_counted_down(tmp_path: Path) -> None:
    store = Store(tmp_path / "cloud.db")
    with store.transaction() as transaction:
        number = transaction.add_fault(Fault("*", "*", "create", "X", "m", times=2, effect=Effect.PARTIAL))
        transaction.spend_fault(number)
        assert transaction.faults() == [Fault("*", "*", "create", "X", "m", times=1, effect=Effect.PARTIAL)]
        transaction.spend_fault(number)
        assert transaction.faults() == []
