"""Reads and writes within one change of the store: rows and indexes, nothing of clouds."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterable

from simulator.model import Props
from simulator.records import Effect, Fault, NewObject, State, Stored

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
