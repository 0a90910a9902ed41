"""What the simulated clouds hold: one SQLite file, shared by processes, whole after a kill at any point.

Every change is one ``BEGIN IMMEDIATE`` transaction in WAL mode; a writer waits for another up to a minute. The file
carries the version of this layout and of the catalogue that wrote it; a file of another version is refused, not guessed
at. Rows are plain JSON: the store knows nothing of clouds.
"""

from __future__ import annotations

import json
import os
import secrets
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from simulator import database
from simulator.database import StoreError, StoreVersionError
from simulator.model import Props
from simulator.records import Effect, Fault, NewObject, State, Stored

SCHEMA_VERSION = "3"
CATALOGUE_VERSION = "1"

_SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS objects (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    type TEXT NOT NULL,
    id TEXT NOT NULL,
    namespace TEXT NOT NULL DEFAULT '',
    urn TEXT NOT NULL,
    state TEXT NOT NULL,
    inputs TEXT NOT NULL,
    outputs TEXT NOT NULL,
    until REAL,
    filled INTEGER NOT NULL DEFAULT 0,
    UNIQUE (type, id, namespace)
);
CREATE INDEX IF NOT EXISTS objects_by_urn ON objects (urn);
CREATE TABLE IF NOT EXISTS names (
    name TEXT NOT NULL, number INTEGER NOT NULL REFERENCES objects (number) ON DELETE CASCADE,
    PRIMARY KEY (name, number)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS names_by_object ON names (number);
CREATE TABLE IF NOT EXISTS claims (
    claim TEXT PRIMARY KEY, number INTEGER NOT NULL REFERENCES objects (number) ON DELETE CASCADE
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS uses (
    number INTEGER NOT NULL REFERENCES objects (number) ON DELETE CASCADE,
    path TEXT NOT NULL, name TEXT NOT NULL,
    PRIMARY KEY (number, path)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS uses_by_name ON uses (name);
CREATE TABLE IF NOT EXISTS births (urn TEXT PRIMARY KEY, count INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS faults (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    type_glob TEXT NOT NULL, name_glob TEXT NOT NULL, operation TEXT NOT NULL,
    code TEXT NOT NULL, message TEXT NOT NULL, times INTEGER NOT NULL, latency REAL NOT NULL,
    effect TEXT NOT NULL
);
"""


class Store:
    """The SQLite file. One connection per thread and process, so that it may be shared freely."""

    def __init__(self, path: Path | str) -> None:
        """Open or create the file at ``path``.

        Raises:
            StoreError: on a file of another version (:class:`StoreVersionError`), a corrupt or a locked one; a lock is
                waited for ``TRIPOD_STORE_WAIT`` seconds (60 unless set).
        """
        self.path = Path(path)
        self._busy = database.wait()
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError("StoreUnusable", f"{self.path.parent}: {error.strerror}") from error
        self._local = threading.local()
        self._writing = (os.getpid(), threading.RLock())
        self._open_to_all = database.share(self.path)
        connection = self._connect()
        if self._version(connection) is None:
            # executescript commits by itself, so the version row is written last: a kill in between is repaired.
            connection.executescript(_SCHEMA)
            with self.transaction() as transaction:
                transaction.set_default("salt", secrets.token_hex(16))
                transaction.set_default("catalogue", CATALOGUE_VERSION)
                transaction.set_default("schema", SCHEMA_VERSION)
        for key, what, wanted in (
            ("schema", "layout", SCHEMA_VERSION),
            ("catalogue", "catalogue", CATALOGUE_VERSION),
        ):
            found = self._get(connection, key)
            if found != wanted:
                raise StoreVersionError(self.path, what, found or "none", wanted)
        self.salt = self._get(connection, "salt") or ""

    def verify(self, *, writes: bool) -> None:
        """Make sure that the file is whole and, before it ``writes``, not locked; raises :class:`StoreError`."""
        found = database.whole(self._connect())
        if found:
            raise database.corrupt(self.path, found)
        if writes:
            with self.transaction():
                pass

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Run a block as one change: committed at its end, undone when it raises."""
        connection = self._connect()
        with self._turn():  # threads queue here in turn; SQLite would have them poll for the lock of the file
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield Transaction(connection)
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            try:
                connection.execute("COMMIT")
            except StoreError:
                connection.rollback()  # a full disk leaves the transaction open
                raise

    def snapshot(self) -> Transaction:
        """Return a reader of the current state; it must not be used to write."""
        return Transaction(self._connect())

    def close(self) -> None:
        """Close the connection of this thread, and let the file be deleted by a reset."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is not None:
            connection.close()
            self._local.connection = None
        self._open_to_all.close()

    def _turn(self) -> AbstractContextManager[bool]:
        """Return the lock that the threads of this process queue for; the child of a fork takes none over."""
        if self._writing[0] != os.getpid():
            self._writing = (os.getpid(), threading.RLock())
        return self._writing[1]

    def _connect(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None or self._local.process != os.getpid():
            connection = database.connect(self.path, self._busy)
            # The connection of a parent process is left open: closing it here would drop the parent's locks.
            self._local.inherited = getattr(self._local, "connection", None)
            self._local.connection = connection
            self._local.process = os.getpid()
        return connection

    def _version(self, connection: sqlite3.Connection) -> str | None:
        tables = [
            row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        ]
        if tables and "meta" not in tables:
            raise StoreError("StoreUnusable", f"{self.path} is a database of something else ({', '.join(tables)})")
        return self._get(connection, "schema") if tables else None

    @staticmethod
    def _get(connection: sqlite3.Connection, key: str) -> str | None:
        row = connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return str(row[0]) if row else None


_FAULT_COLUMNS = "type_glob, name_glob, operation, code, message, times, latency, effect"
_COLUMNS = "number, type, id, urn, state, inputs, outputs, until, filled"


class Transaction:
    """Reads and writes within one change of the store."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def set_default(self, key: str, value: str) -> None:
        """Write a fact of the whole store unless it is there."""
        self._connection.execute("INSERT OR IGNORE INTO meta VALUES (?, ?)", (key, value))

    def setting(self, key: str) -> str | None:
        """Return a fact of the whole store."""
        row = self._connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return str(row[0]) if row else None

    def set(self, key: str, value: str | None) -> None:
        """Write a fact of the whole store; None forgets it."""
        if value is None:
            self._connection.execute("DELETE FROM meta WHERE key = ?", (key,))
        else:
            self._connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def at_least(self, types: tuple[str, ...], count: int) -> bool:
        """Tell whether there are so many live objects of some types; looks at no more of them than it has to."""
        marks = ",".join("?" * len(types))
        row = self._connection.execute(
            f"SELECT count(*) FROM (SELECT 1 FROM objects WHERE type IN ({marks}) AND state = ? LIMIT ?)",
            (*types, State.LIVE.value, count),
        ).fetchone()
        return int(row[0]) >= count

    def of_types(self, types: tuple[str, ...]) -> list[Stored]:
        """Return the live objects of some types."""
        return self._many(f"type IN ({','.join('?' * len(types))}) AND state = ?", (*types, State.LIVE.value))

    def find(self, type_: str, id_: str, namespace: str = "") -> Stored | None:
        """Return the object of a type and id, whatever its state; a namespace is where such ids are unique."""
        return self._one("type = ? AND id = ? AND namespace = ?", (type_, id_, namespace))

    def by_urn(self, urn: str) -> list[Stored]:
        """Return the objects that a resource of a program made, oldest first."""
        return self._many("urn = ?", (urn,))

    def by_id(self, id_: str) -> list[Stored]:
        """Return the objects of any type with an id."""
        return self._many("id = ?", (id_,))

    def named(self, name: str) -> list[Stored]:
        """Return the usable objects that answer to a name."""
        return self._many(
            "number IN (SELECT number FROM names WHERE name = ?) AND state != ?", (name, State.DELETED.value)
        )

    def buried(self, name: str) -> list[Stored]:
        """Return the soft-deleted objects that answered to a name."""
        return self._many(
            "number IN (SELECT number FROM names WHERE name = ?) AND state = ?", (name, State.DELETED.value)
        )

    def names_of(self, number: int) -> frozenset[str]:
        """Return the names an object answers to."""
        rows = self._connection.execute("SELECT name FROM names WHERE number = ?", (number,)).fetchall()
        return frozenset(str(row[0]) for row in rows)

    def holder(self, claim: str) -> Stored | None:
        """Return the object that holds an exclusive name, whatever its state."""
        return self._one("number = (SELECT number FROM claims WHERE claim = ?)", (claim,))

    def users(self, names: Iterable[str], except_number: int) -> list[tuple[Stored, str, str]]:
        """Return (object, path, name) of every live object that refers to one of the names."""
        wanted = sorted(set(names))
        found: list[tuple[Stored, str, str]] = []
        for start in range(0, len(wanted), 500):
            part = wanted[start : start + 500]
            marks = ",".join("?" * len(part))
            rows = self._connection.execute(
                f"SELECT number, path, name FROM uses WHERE name IN ({marks}) AND number != ? ORDER BY number, path",
                (*part, except_number),
            ).fetchall()
            for number, path, name in rows:
                user = self._one("number = ? AND state = ?", (number, State.LIVE.value))
                if user is not None:
                    found.append((user, path, name))
        return found

    def below(self, prefix: str, except_number: int) -> list[Stored]:
        """Return the live objects whose id begins with a prefix, compared without regard to case."""
        return self._many(
            "number != ? AND state = ? AND substr(lower(id), 1, ?) = ?",
            (except_number, State.LIVE.value, len(prefix), prefix.lower()),
        )

    def all(self, state: State | None = State.LIVE) -> list[Stored]:
        """Return all objects of a state, or of every state, in the order they were made."""
        return self._many("state = ?", (state.value,)) if state else self._many("1 = 1", ())

    def births(self, urn: str) -> int:
        """Return how many objects a resource of a program has made so far."""
        row = self._connection.execute("SELECT count FROM births WHERE urn = ?", (urn,)).fetchone()
        return int(row[0]) if row else 0

    def insert(self, new: NewObject) -> Stored:
        """Write a live object; the caller has made sure that its id and claims are free."""
        cursor = self._connection.execute(
            "INSERT INTO objects (type, id, namespace, urn, state, inputs, outputs) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (new.type, new.id, new.namespace, new.urn, State.LIVE.value, _dump(new.inputs), _dump(new.outputs)),
        )
        number = cursor.lastrowid or 0
        self._index(number, new.names, new.uses)
        self._connection.executemany(
            "INSERT INTO claims VALUES (?, ?)", [(claim, number) for claim in dict.fromkeys(new.claims)]
        )
        self._connection.execute(
            "INSERT INTO births VALUES (?, 1) ON CONFLICT (urn) DO UPDATE SET count = count + 1", (new.urn,)
        )
        return Stored(number, new.type, new.id, new.urn, State.LIVE, new.inputs, new.outputs)

    def update(
        self,
        number: int,
        inputs: Props,
        outputs: Props,
        *,
        names: Iterable[str] | None = None,
        uses: Iterable[tuple[str, str]] | None = None,
        urn: str | None = None,
    ) -> None:
        """Rewrite an object; names and uses are kept when they are None."""
        self._connection.execute(
            "UPDATE objects SET inputs = ?, outputs = ?, urn = coalesce(?, urn) WHERE number = ?",
            (_dump(inputs), _dump(outputs), urn, number),
        )
        if names is not None:
            self._connection.execute("DELETE FROM names WHERE number = ?", (number,))
            self._index(number, names, ())
        if uses is not None:
            self._connection.execute("DELETE FROM uses WHERE number = ?", (number,))
            self._index(number, (), uses)

    def retire(self, number: int, state: State, until: float | None) -> None:
        """Turn a live object into a soft-deleted or kept one; it refers to nothing any more."""
        self._connection.execute(
            "UPDATE objects SET state = ?, until = ? WHERE number = ?", (state.value, until, number)
        )
        self._connection.execute("DELETE FROM uses WHERE number = ?", (number,))

    def revive(self, number: int) -> None:
        """Make a soft-deleted or kept object live again."""
        self._connection.execute(
            "UPDATE objects SET state = ?, until = NULL WHERE number = ?", (State.LIVE.value, number)
        )

    def remove(self, number: int) -> None:
        """Delete an object with its names, claims and uses."""
        self._connection.execute("DELETE FROM objects WHERE number = ?", (number,))

    def fill(self, number: int, filled: bool) -> None:
        """Say whether an object holds data."""
        self._connection.execute("UPDATE objects SET filled = ? WHERE number = ?", (int(filled), number))

    def expire(self, now: float | None = None) -> None:
        """Forget the soft-deleted objects whose time is over."""
        self._connection.execute(
            "DELETE FROM objects WHERE state = ? AND until IS NOT NULL AND until <= ?",
            (State.DELETED.value, time.time() if now is None else now),
        )

    def clear(self) -> None:
        """Forget every object and fault."""
        for table in ("objects", "faults", "births"):
            self._connection.execute(f"DELETE FROM {table}")

    def add_fault(self, fault: Fault) -> int:
        """Write a fault and return its number."""
        cursor = self._connection.execute(
            f"INSERT INTO faults ({_FAULT_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                fault.type_glob,
                fault.name_glob,
                fault.operation,
                fault.code,
                fault.message,
                fault.times,
                fault.latency,
                fault.effect.value,
            ),
        )
        return cursor.lastrowid or 0

    def faults(self) -> list[Fault]:
        """Return the faults that still have occurrences left, oldest first."""
        rows = self._connection.execute(f"SELECT {_FAULT_COLUMNS}, number FROM faults ORDER BY number").fetchall()
        return [
            Fault(type_, name, operation, code, message, times, latency, Effect(effect), number)
            for type_, name, operation, code, message, times, latency, effect, number in rows
        ]

    def spend_fault(self, number: int, occurrences: int = 1) -> None:
        """Count occurrences of a fault; one that has none left is forgotten."""
        self._connection.execute("UPDATE faults SET times = times - ? WHERE number = ?", (occurrences, number))
        self._connection.execute("DELETE FROM faults WHERE number = ? AND times <= 0", (number,))

    def remove_fault(self, number: int) -> bool:
        """Forget a fault; tell whether there was one."""
        return self._connection.execute("DELETE FROM faults WHERE number = ?", (number,)).rowcount > 0

    def _index(self, number: int, names: Iterable[str], uses: Iterable[tuple[str, str]]) -> None:
        self._connection.executemany("INSERT OR IGNORE INTO names VALUES (?, ?)", [(name, number) for name in names])
        self._connection.executemany(
            "INSERT OR REPLACE INTO uses VALUES (?, ?, ?)", [(number, path, name) for path, name in uses]
        )

    def _one(self, where: str, values: tuple[object, ...]) -> Stored | None:
        rows = self._many(where, values)
        return rows[0] if rows else None

    def _many(self, where: str, values: tuple[object, ...]) -> list[Stored]:
        rows = self._connection.execute(
            f"SELECT {_COLUMNS} FROM objects WHERE {where} ORDER BY number", values
        ).fetchall()
        return [
            Stored(n, type_, id_, urn, State(state), json.loads(inputs), json.loads(outputs), until, bool(filled))
            for n, type_, id_, urn, state, inputs, outputs, until, filled in rows
        ]


def _dump(props: Props) -> str:
    return json.dumps(props, separators=(",", ":"), sort_keys=True)
