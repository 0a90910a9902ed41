"""What is wrong inside a document, and what a grammar is."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from simulator.values import is_unknown

Place = tuple[str | int, ...]
"""Steps from the top of a document to a value."""


@dataclass(frozen=True)
class Fault:
    """One fault of a document: where, what, what would be allowed, and what to do."""

    place: Place
    what: str
    allowed: str = ""
    remedy: str = ""

    def render(self) -> str:
        """Write the fault as one sentence; the place is a JSON Pointer (RFC 6901)."""
        text = f"at {pointer(self.place)}: {self.what}" if self.place else self.what
        if self.allowed:
            text += f"; allowed: {self.allowed}"
        return f"{text}; {self.remedy}" if self.remedy else text


@dataclass(frozen=True)
class Document:
    """A document as a grammar sees it: its value, its text where it came as text, and the inputs that stand beside it.

    Any part of ``value`` and of ``beside`` may be the marker of an unknown.
    """

    value: Any
    text: str = ""
    beside: dict[str, Any] = field(default_factory=dict)


Grammar = Callable[[Document], Iterable[Fault]]
"""Yields what is wrong with a document; never raises, whatever the document is. Unknown parts pass."""


def pointer(place: Place) -> str:
    """Write a place as a JSON Pointer."""
    return "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in place)


def items(value: Any, place: Place) -> Iterator[tuple[Place, Any]]:
    """Yield the members of a list, or the value itself where a list may be left out."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield (*place, index), item
    else:
        yield place, value


def texts(value: Any, place: Place) -> Iterator[tuple[Place, str]]:
    """Yield every known string of a value that is a string or a list of strings."""
    for where, item in items(value, place):
        if isinstance(item, str) and not is_unknown(item):
            yield where, item


def members(value: Any, place: Place) -> Iterator[tuple[Place, Any]]:
    """Yield the known members of an object or a list with their places."""
    pairs: Iterable[tuple[str | int, Any]] = ()
    if isinstance(value, dict):
        pairs = value.items()
    elif isinstance(value, list):
        pairs = enumerate(value)
    for step, item in pairs:
        if not is_unknown(item):
            yield (*place, step), item


def get(value: Any, *steps: str | int) -> Any:
    """Return what is at a place inside a value, None where there is nothing."""
    for step in steps:
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and 0 <= step < len(value):
            value = value[step]
        else:
            return None
    return value


def nearest(word: str, known: Iterable[str], count: int = 3) -> str:
    """Return a hint that names the nearest of the known words, empty when none is near."""
    found = difflib.get_close_matches(word, list(known), n=count, cutoff=0.6)
    return f"did you mean {' or '.join(repr(one) for one in found)}?" if found else ""


def listed(words: Iterable[str], limit: int = 12) -> str:
    """Write allowed words, cut after ``limit``."""
    known = sorted(words)
    return ", ".join(known[:limit]) + (f" and {len(known) - limit} more" if len(known) > limit else "")
