"""What the pack lets through, and why: the decisions of ``decisions.yaml`` on the survivors of the mutation test.

``missed`` matters and is not caught: a debt, told in docs/policies/mutation.md. ``harmless`` is no weakening, or takes
one of two guards of which the other still holds. The first decision that fits a survivor counts (``tags`` before all);
a survivor that none fits fails the test, and so does a word there that no survivor needs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

FILE = Path(__file__).with_name("decisions.yaml")
Key = tuple[str, str, str]


@dataclass(frozen=True)
class Decision:
    """A decision on survivors: types, paths and changes, in which ``*`` stands for any text and ``-`` for no path."""

    matters: bool
    types: tuple[str, ...]
    paths: tuple[str, ...]
    changes: tuple[str, ...]
    reason: str

    @property
    def words(self) -> set[Key]:
        """Every word of the decision with its kind, in the form of :meth:`fits`."""
        kinds = (("types", self.types), ("paths", self.paths), ("changes", self.changes))
        return {(self.reason, kind, word) for kind, given in kinds for word in given}

    def fits(self, key: Key) -> set[Key]:
        """The words that fit a type, a path and a change; none where one of the three does not fit."""
        kinds = (("types", self.types), ("paths", self.paths), ("changes", self.changes))
        found = {
            (self.reason, kind, word)
            for (kind, given), text in zip(kinds, key, strict=True)
            if (word := next((w for w in given if _glob(w).fullmatch(text or "-")), None)) is not None
        }
        return found if len(found) == len(key) else set()


@cache
def _glob(pattern: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(part) for part in pattern.split("*")), re.DOTALL)


@cache
def decisions() -> tuple[Decision, ...]:
    """All decisions in the order in which they are tried."""
    held = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return tuple(
        Decision(section == "missed", *(tuple(row[kind]) for kind in ("types", "paths", "changes")), row["reason"])
        for section in ("tags", "missed", "harmless")
        for row in held[section]
    )


def decide(key: Key) -> Decision | None:
    """The first decision that fits a survivor; None where it is undecided."""
    return next((one for one in decisions() if one.fits(key)), None)
