"""What a run tells the one who watches it. All values are masked: no event carries a secret."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Op(StrEnum):
    """What a step does. The names are those of the Pulumi CLI."""

    SAME = "same"
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    REPLACE = "replace"
    CREATE_REPLACEMENT = "create-replacement"
    DELETE_REPLACED = "delete-replaced"
    READ = "read"
    READ_REPLACEMENT = "read-replacement"
    REFRESH = "refresh"
    DISCARD = "discard"
    DISCARD_REPLACED = "discard-replaced"
    REMOVE_PENDING_REPLACE = "remove-pending-replace"
    IMPORT = "import"
    IMPORT_REPLACEMENT = "import-replacement"


PARTS = frozenset(
    {
        Op.CREATE_REPLACEMENT,
        Op.DELETE_REPLACED,
        Op.DISCARD_REPLACED,
        Op.READ_REPLACEMENT,
        Op.IMPORT_REPLACEMENT,
        Op.REMOVE_PENDING_REPLACE,
    }
)
"""Steps that are parts of a replacement: a summary counts the replacement, not its parts."""


UNCOUNTED = PARTS | {Op.REFRESH}
"""Steps that a summary leaves out: also the refreshes ahead of an update."""


@dataclass(frozen=True)
class Change:
    """One changed path: ``add``, ``update`` or ``delete``, the masked values, and whether it forces a replacement."""

    path: str
    kind: str
    old: Any = None
    new: Any = None
    replace: bool = False


@dataclass(frozen=True)
class Step:
    """One step on one resource. ``error`` is set when it failed; ``seconds`` is 0 until it ended."""

    op: Op
    urn: str
    type: str
    name: str
    parent: str = ""
    changes: tuple[Change, ...] = ()
    error: str = ""
    seconds: float = 0.0


@dataclass(frozen=True)
class StepPlanned:
    step: Step


@dataclass(frozen=True)
class StepStarted:
    step: Step


@dataclass(frozen=True)
class StepFinished:
    step: Step


@dataclass(frozen=True)
class Diagnostic:
    """A message of the program, of a provider or of the engine.

    ``severity``: debug, info, warning, error. ``source``: program (``pulumi.log`` and exceptions), stdout, stderr,
    check, step, hook, engine, unsupported.
    """

    severity: str
    message: str
    urn: str = ""
    source: str = "engine"


@dataclass(frozen=True)
class PolicyViolation:
    """A control that a resource or the stack does not meet. ``level``: mandatory or advisory."""

    control: str
    level: str
    severity: str
    message: str
    urn: str = ""


@dataclass(frozen=True)
class PolicyRemediation:
    """A control changed the inputs of a resource."""

    control: str
    urn: str
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True)
class Summary:
    """The last event of a run."""

    ok: bool
    counts: Mapping[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    cancelled: bool = False


Event = StepPlanned | StepStarted | StepFinished | Diagnostic | PolicyViolation | PolicyRemediation | Summary
