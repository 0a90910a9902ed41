"""The file of the store as a thing on disk: its connection, its locks, and what can be wrong with it.

A process that has the store open holds a shared lock on a file beside it, so that a reset can tell whether it would
pull the file away under a run. SQLite's own locks, within a transaction, are waited for.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, TextIO

from simulator.model import CloudError

_BUSY_SECONDS: Final = 60.0
_LONGEST_WAIT: Final = 3600.0


class StoreError(CloudError):
    """The file cannot be used. Nothing was changed."""


class StoreVersionError(StoreError):
    """The file was written by another version of the simulator."""

    def __init__(self, path: Path, what: str, found: str, wanted: str) -> None:
        super().__init__(
            "StoreVersion",
            f"{path} was written with {what} version {found}, this simulator has {wanted}; "
            "run `tripod simulate destroy` with the version that wrote it, or `tripod simulate reset` to delete the "
            "file and start from nothing",
        )


_BROKEN: Final = MappingProxyType(
    {
        sqlite3.SQLITE_BUSY: "StoreLocked",
        sqlite3.SQLITE_LOCKED: "StoreLocked",
        sqlite3.SQLITE_CORRUPT: "StoreCorrupt",
        sqlite3.SQLITE_NOTADB: "StoreCorrupt",
    }
)
"""Result code of SQLite (https://www.sqlite.org/rescode.html) -> code of the error; the rest is StoreUnusable."""

_REMEDIES: Final = MappingProxyType(
    {
        "StoreLocked": "another process is writing to it; let it finish or end it, then run this again",
        "StoreCorrupt": "restore it from a backup, or run `tripod simulate reset` to start from nothing",
        "StoreUnusable": "look at the permissions and the free space of the directory, or set TRIPOD_HOME to another",
    }
)


def corrupt(path: Path, found: str) -> StoreError:
    """Return the error for a file whose structure is broken."""
    return StoreError("StoreCorrupt", f"{path}: {found}; {_REMEDIES['StoreCorrupt']}")


def _translated(path: Path, error: sqlite3.DatabaseError) -> StoreError:
    code = _BROKEN.get(getattr(error, "sqlite_errorcode", 0) & 0xFF, "StoreUnusable")
    return StoreError(code, f"{path}: {error}; {_REMEDIES[code]}")


class _Cursor(sqlite3.Cursor):
    """Says in plain words what is wrong with the file."""

    path = Path()

    def execute(self, *arguments: Any) -> _Cursor:
        with self._plainly():
            super().execute(*arguments)
        return self

    def executemany(self, *arguments: Any) -> _Cursor:
        with self._plainly():
            super().executemany(*arguments)
        return self

    def executescript(self, script: str) -> _Cursor:
        with self._plainly():
            super().executescript(script)
        return self

    def fetchone(self) -> Any:
        with self._plainly():
            return super().fetchone()

    def fetchall(self) -> list[Any]:
        with self._plainly():
            return super().fetchall()

    @contextmanager
    def _plainly(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.IntegrityError, sqlite3.ProgrammingError):
            raise  # a fault of this module
        except sqlite3.DatabaseError as error:
            raise _translated(self.path, error) from error


class _Connection(sqlite3.Connection):
    """Runs everything through such cursors."""

    path = Path()

    def cursor(self, factory: Any = None) -> Any:
        made = super().cursor(_Cursor)
        made.path = self.path
        return made

    def execute(self, *arguments: Any) -> Any:
        return self.cursor().execute(*arguments)

    def executemany(self, *arguments: Any) -> Any:
        return self.cursor().executemany(*arguments)

    def executescript(self, script: str) -> Any:
        return self.cursor().executescript(script)


def connect(path: Path, wait: float) -> sqlite3.Connection:
    """Open the file; a lock is waited for ``wait`` seconds. Raises :class:`StoreError` here and in every use."""
    try:
        connection = sqlite3.connect(path, timeout=wait, isolation_level=None, factory=_Connection)
    except sqlite3.DatabaseError as error:
        raise _translated(path, error) from error
    connection.path = path
    _write_ahead(connection, time.monotonic() + wait)
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


def _write_ahead(connection: sqlite3.Connection, deadline: float) -> None:
    """Switch to WAL. Two processes that open a new file at once collide here, where SQLite does not wait by itself."""
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except StoreError as error:
            if error.code != "StoreLocked" or time.monotonic() >= deadline:
                connection.close()
                raise
            time.sleep(0.02)
        else:
            return


def whole(connection: sqlite3.Connection) -> str:
    """Return what SQLite finds wrong with the structure of a file, empty when nothing is."""
    found = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
    return "" if found == "ok" else found


def wait() -> float:
    """Return the seconds to wait for a lock: ``TRIPOD_STORE_WAIT``, or 60; raises :class:`StoreError` for no number."""
    text = os.environ.get("TRIPOD_STORE_WAIT", "")
    try:
        seconds = float(text) if text else _BUSY_SECONDS
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= _LONGEST_WAIT:
        raise StoreError("StoreUnusable", f"TRIPOD_STORE_WAIT is '{text}'; allowed are 0 to {_LONGEST_WAIT:g} seconds")
    return seconds


def _lock_file(path: Path) -> Path:
    return path.with_name(f"{path.name}.lock")


def share(path: Path) -> TextIO:
    """Say that a process has the file open, for as long as the handle lives."""
    handle = _lock_file(path).open("a")
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        handle.close()
        raise StoreError("StoreLocked", f"{path} is being reset by another process; run this again") from None
    return handle


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Keep every other process from a store while a block deletes it, usable or not.

    Raises :class:`StoreError` ``StoreLocked`` while any process has it open.
    """
    with _lock_file(path).open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise StoreError("StoreLocked", f"{path} is open in another process; let it finish or end it") from None
        yield
