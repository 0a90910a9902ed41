"""The state of a stack while a run changes it.

The resulting snapshot is the new states in the order in which their steps ended, then those old states that no step has
touched. In a preview the same book is kept, but nothing reaches the disk.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import Any

from simulator.engine.resource import Resource
from simulator.engine.state import Durable, Journal, Operation, Snapshot, StateFile, normalise
from simulator.engine.values import same

# Bookkeeping that no user sees: a difference in these alone is not worth a rewrite of the file.
_IGNORED = frozenset({"aliases", "source_position", "stack_trace"})
_COMPARED = tuple(item.name for item in fields(Resource) if item.name not in _IGNORED)


class Ledger:
    """Thread-safe."""

    def __init__(self, file: StateFile, *, write: bool) -> None:
        """Loads the snapshot; raises :class:`~simulator.engine.errors.StateError`."""
        self._file = file
        self._lock = threading.Lock()
        interrupted = file.journal_path.exists()
        base = file.load()
        self.olds = list(base.resources)
        self.unfinished = list(base.operations)
        self._news: list[Resource] = []
        self._gone: set[int] = set()
        self._keys = {id(item): key for key, item in enumerate(self.olds)}
        self._begun: dict[int, Operation] = {}
        self._number = 0
        self._changed = interrupted
        self._journal: Journal | None = None
        if write:
            if interrupted:
                file.save(base)
            self._journal = file.journal()

    def begin(self, type_: str, resource: Resource) -> int:
        """Notes that an operation on the cloud is about to start; answers its number."""
        with self._lock:
            self._number += 1
            self._begun[self._number] = Operation(type_, resource)
            if self._journal:
                operation = {"type": type_, "resource": self._file.codec.encode(resource)}
                entry = {"op": "begin", "number": self._number, "operation": operation}
                self._journal.write(entry, Durable.PROCESS)
            return self._number

    def end(self, number: int) -> None:
        """Notes that the operation ended and that nothing came of it."""
        with self._lock:
            self._begun.pop(number, None)
            if self._journal:
                self._journal.write({"op": "end", "ends": number}, Durable.PROCESS)

    def put(
        self,
        resource: Resource,
        *,
        drop: Iterable[Resource] = (),
        also: Iterable[Resource] = (),
        ends: int | None = None,
    ) -> None:
        """Records a new state, or a change of a recorded one.

        In the same moment it forgets those in ``drop``, records the changes of those in ``also``, and ends the
        operation ``ends``. With an operation the entry reaches the disk before this returns.
        """
        drops = list(drop)
        with self._lock:
            if len(drops) == 1 and id(resource) not in self._keys and _alike(drops[0], resource) and ends is None:
                self._record(resource, {"op": "keep", "old": self._keys[id(drops[0])]}, drops)
                return
            self._changed = True
            entry: dict[str, Any] = {"op": "put"}
            if self._journal:
                encode = self._file.codec.encode
                entry["resource"] = encode(resource)
                entry["also"] = [{"key": self._keys[id(item)], "resource": encode(item)} for item in also]
            self._record(resource, entry, drops, ends)

    def _record(
        self, resource: Resource, entry: dict[str, Any], drops: list[Resource], ends: int | None = None
    ) -> None:
        if id(resource) not in self._keys:
            self._keys[id(resource)] = len(self._keys)
            self._news.append(resource)
        entry["key"] = self._keys[id(resource)]
        self._write(entry, drops, ends)

    def _write(self, entry: dict[str, Any], drops: Sequence[Resource], ends: int | None) -> None:
        self._gone.update(id(item) for item in drops)
        if ends is not None:
            self._begun.pop(ends, None)
            entry["ends"] = ends
        if drops:
            entry["drop"] = [self._keys[id(item)] for item in drops]
        if self._journal:
            self._journal.write(entry, Durable.LATER if ends is None else Durable.DISK)

    def drop(self, resource: Resource, *, ends: int | None = None) -> None:
        """Forgets a resource, and ends the operation that deleted it."""
        with self._lock:
            self._changed = True
            self._write({"op": "drop"}, [resource], ends)

    def settle(self, urn: str) -> None:
        """Forgets what an earlier run left unfinished for a resource: it is known again."""
        with self._lock:
            if any(item.resource.urn == urn for item in self.unfinished):
                self._changed = True
                self.unfinished = [item for item in self.unfinished if item.resource.urn != urn]
                if self._journal:
                    self._journal.write({"op": "settle", "urns": [urn]}, Durable.LATER)

    def current(self) -> list[Resource]:
        """The states as they are now, as the same objects that the ledger knows."""
        with self._lock:
            return [item for item in self._news + self.olds if id(item) not in self._gone]

    def rebase(self) -> list[Resource]:
        """Makes the states as they are now the old ones of what follows, and answers them: after a refresh."""
        with self._lock:
            self.olds = [item for item in self._news + self.olds if id(item) not in self._gone]
            self._news = []
            if self._journal:
                self._journal.write({"op": "rebase"}, Durable.LATER)
            return list(self.olds)

    def snapshot(self) -> Snapshot:
        """The state as it is now."""
        with self._lock:
            resources = [item for item in self._news + self.olds if id(item) not in self._gone]
            return Snapshot(normalise(resources), self.unfinished + list(self._begun.values()))

    def close(self) -> None:
        """Writes the file, if anything changed, and removes the journal.

        Of what an earlier run left unfinished only creations are kept, as in the CLI: what was being updated or deleted
        is in the state, and the next run does it again.
        """
        if not self._journal:
            return
        self._journal.close()
        creating = [item for item in self.unfinished if item.type == "creating"]
        self._changed = self._changed or len(creating) < len(self.unfinished)
        self.unfinished = creating
        if self._changed or self._begun:
            self._file.save(self.snapshot())
        else:
            self._file.journal_path.unlink(missing_ok=True)
        self._journal = None


def _alike(old: Resource, new: Resource) -> bool:
    if new.aliases:
        return False
    before, after = vars(old), vars(new)
    return all(before[name] is after[name] or same(before[name], after[name]) for name in _COMPARED)
