"""The rows of the store."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum

from simulator.model import Props


class State(StrEnum):
    """Whether an object can be used."""

    LIVE = "live"
    DELETED = "deleted"
    """Soft-deleted: gone for readers, but its name is still taken."""
    KEPT = "kept"
    """Deleted by its owner, yet the cloud keeps it for ever (key rings): readable, its name taken."""


@dataclass(frozen=True)
class Stored:
    """One object of the simulated clouds."""

    number: int
    type: str
    id: str
    urn: str
    state: State
    inputs: Props
    outputs: Props
    until: float | None = None
    """When a soft-deleted object frees its name (seconds since the epoch); None means never by itself."""
    filled: bool = False
    """Holds data that the simulator does not know (objects in a bucket, rows in a table)."""


@dataclass(frozen=True)
class NewObject:
    """What :meth:`Transaction.insert` writes."""

    type: str
    id: str
    urn: str
    inputs: Props
    outputs: Props
    namespace: str = ""
    """Where its id is unique; empty where it is unique by itself."""
    names: frozenset[str] = frozenset()
    """Every string by which others may refer to it."""
    claims: tuple[str, ...] = ()
    """Names that only one object may hold at a time (``s3:bucket:acme``)."""
    uses: tuple[tuple[str, str], ...] = ()
    """(path, name) of what it refers to."""


class Effect(StrEnum):
    """What a fault does to the operation it strikes."""

    ERROR = "error"
    """The operation does not take place (or, without a code, is only slow)."""
    PARTIAL = "partial"
    """A creation or update takes place and fails after it: the object exists, half-initialised."""
    TIMEOUT = "timeout"
    """The provider gives up waiting. What was asked for goes on: an object that was being made exists."""
    LOST = "lost"
    """It takes place, but the answer never comes: the provider knows of nothing. A lost read finds nothing."""


@dataclass(frozen=True)
class Fault:
    """An error to raise at an operation that matches."""

    type_glob: str
    name_glob: str
    operation: str
    code: str
    message: str
    times: int = 1
    latency: float = 0.0
    """Seconds to wait before the answer."""
    effect: Effect = Effect.ERROR
    number: int = field(default=0, compare=False)

    def timed_out(self) -> Fault:
        """Return the fault of an operation that was slower than its timeout."""
        return replace(self, effect=Effect.TIMEOUT, code="")
