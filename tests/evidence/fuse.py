"""A fuse: kills this very process at the k-th point at which something durable happens.

The points lie before and after every commit of the store, every entry of the journal (one more in the middle of it),
every flush to the disk, every replacement and removal of a file. The product is not prepared for it: its classes are
wrapped from outside, in a child process that does nothing else.
"""

import json
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from simulator.engine import state
from simulator.engine.state import Durable, Journal
from simulator.store import Store, Transaction


class Fuse:
    """Burns by one at each point; at zero the process is gone. Without a ``length`` it only counts."""

    def __init__(self, length: int = 0) -> None:
        self.burnt = 0
        self._length = length
        self._lock = threading.Lock()

    def burn(self) -> None:
        """Pass a point. No other thread passes one at the same time."""
        with self._lock:
            self.burnt += 1
            if self.burnt == self._length:
                kill()

    def around(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function with a point before and one after it."""

        def wrapped(*arguments: Any, **named: Any) -> Any:
            self.burn()
            result = function(*arguments, **named)
            self.burn()
            return result

        return wrapped

    def lay(self) -> None:
        """Lay the fuse through the classes of this process, for good."""
        transaction, write = Store.transaction, Journal.write

        @contextmanager
        def committed(store: Store) -> Iterator[Transaction]:
            with transaction(store) as opened:
                yield opened
                self.burn()  # all is written, nothing is committed
            self.burn()

        def written(journal: Journal, entry: dict[str, Any], durable: Durable = Durable.DISK) -> None:
            self.burn()
            line = json.dumps(entry, separators=(",", ":"))
            with self._lock:
                self.burnt += 1
                if self.burnt == self._length:  # half a line
                    journal._handle.write(line[: len(line) // 2])
                    journal._handle.flush()
                    kill()
            write(journal, entry, durable)
            self.burn()

        Store.transaction = committed  # type: ignore[method-assign]
        Journal.write = written  # type: ignore[method-assign]
        state.os.fsync = self.around(os.fsync)  # type: ignore[attr-defined]
        Path.replace = self.around(Path.replace)  # type: ignore[method-assign]
        Path.unlink = self.around(Path.unlink)  # type: ignore[method-assign]


def kill() -> None:
    """What `kill -9` does, to this process."""
    os.kill(os.getpid(), signal.SIGKILL)
