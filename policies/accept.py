"""What a property may be: tests of one value that are total (any JSON value may come) and can say what they expect."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from policies.verdict import UNKNOWN


@dataclass(frozen=True)
class Accept:
    """A test of one known value.

    ``words`` completes the sentence "<path> must be …". ``shows`` says that the value may be printed in a message: only
    where the property is a switch, a number or a name out of a fixed list, because the engine hands secrets to rules in
    plain text.
    """

    words: str
    test: Callable[[Any], bool]
    shows: bool = False

    def __call__(self, value: Any) -> bool:
        return self.test(value)


def is_true() -> Accept:
    return Accept("true", lambda v: v is True, shows=True)


def is_false() -> Accept:
    return Accept("false", lambda v: v is False, shows=True)


def equals(*allowed: str) -> Accept:
    """One of the words, whatever the case (Azure's APIs keep the case of the caller)."""
    folded = {a.casefold() for a in allowed}
    return Accept(" or ".join(allowed), lambda v: isinstance(v, str) and v.casefold() in folded, shows=True)


def not_equals(*refused: str) -> Accept:
    """Any word but these, whatever the case."""
    folded = {a.casefold() for a in refused}
    words = "anything but " + ", ".join(refused)
    return Accept(words, lambda v: isinstance(v, str) and v.casefold() not in folded, shows=True)


def is_set() -> Accept:
    """A text that is not blank, or a list or map that is not empty."""
    return Accept("set", _is_set)


def _is_set(value: Any) -> bool:
    if isinstance(value, str):
        return bool(value.strip())
    if isinstance(value, (list, Mapping)):
        return len(value) > 0
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def number(value: Any) -> float | None:
    """A finite number, also where the API writes it as text (``"2"``); None for anything else."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        result = float(value)
    except (ValueError, OverflowError):
        return None
    return result if math.isfinite(result) else None


def at_least(low: float) -> Accept:
    return Accept(f"{low:g} or more", lambda v: (n := number(v)) is not None and n >= low, shows=True)


def at_most(high: float) -> Accept:
    return Accept(f"{high:g} or less", lambda v: (n := number(v)) is not None and n <= high, shows=True)


def between(low: float, high: float) -> Accept:
    words = f"between {low:g} and {high:g}"
    return Accept(words, lambda v: (n := number(v)) is not None and low <= n <= high, shows=True)


def matches(pattern: str, words: str) -> Accept:
    """A text that the pattern matches from its beginning to its end."""
    compiled = re.compile(pattern)
    return Accept(words, lambda v: isinstance(v, str) and compiled.fullmatch(v) is not None)


def seconds(value: Any) -> float | None:
    """A protobuf duration (``7776000s``, fractions allowed) in seconds; None for anything else."""
    if not isinstance(value, str) or not value.endswith("s"):
        return None
    return number(value[:-1])


def duration_at_most(high: float) -> Accept:
    words = f"{high:g}s or less"
    return Accept(words, lambda v: (n := seconds(v)) is not None and 0 < n <= high, shows=True)


def duration_at_least(low: float) -> Accept:
    return Accept(f"{low:g}s or more", lambda v: (n := seconds(v)) is not None and n >= low, shows=True)


_ISO8601 = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")


def iso_duration(value: Any) -> float | None:
    """An ISO 8601 duration of days, hours, minutes and seconds (``PT30M``) in seconds; None for anything else."""
    if not isinstance(value, str) or (m := _ISO8601.fullmatch(value)) is None or not any(m.groups()):
        return None
    days, hours, minutes, secs = (int(g or 0) for g in m.groups())
    return float(((days * 24 + hours) * 60 + minutes) * 60 + secs)


def iso_between(low: float, high: float, words: str) -> Accept:
    return Accept(words, lambda v: (n := iso_duration(v)) is not None and low <= n <= high, shows=True)


def contains(*wanted: str) -> Accept:
    """A list that holds each of the words."""
    words = "a list with " + ", ".join(wanted)
    return Accept(words, lambda v: isinstance(v, list) and set(wanted) <= {e for e in v if isinstance(e, str)})


def show(value: Any) -> str:
    """A scalar as a reader writes it; anything else by its shape, never its content."""
    if value is UNKNOWN:
        return "unknown"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return f"{value:g}"
    if isinstance(value, str):
        return value if len(value) <= 80 else f"a text of {len(value)} characters"
    return "a list" if isinstance(value, list) else "a map"
