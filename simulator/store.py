"""What the simulated clouds hold: one SQLite file, shared by processes, whole after a kill at any point.

Every change is one ``BEGIN IMMEDIATE`` transaction in WAL mode; a writer waits for another up to a minute. The file
carries the version of this layout and of the catalogue that wrote it; a file of another version is refused, not guessed
at. Rows are plain JSON: the store knows nothing of clouds.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from simulator import database
from simulator.database import StoreError, StoreVersionError
from simulator.transaction import Transaction

__all__ = ["SCHEMA_VERSION", "Store", "StoreError", "StoreVersionError", "Transaction"]

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
