"""The store under several processes, kills, and other versions."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from simulator.records import Effect, Fault, NewObject, State
from simulator.store import Store, StoreVersionError

WRITER = """
import sys
from pathlib import Path
from simulator.store import NewObject, Store
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
    with pytest.raises(StoreVersionError, match=r"version 0.*delete the file"):
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
