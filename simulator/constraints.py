"""Whether inputs keep what the catalogue states of their values, beyond names and types.

Total: it answers on any JSON value and never raises. What is not known yet passes: an unknown may turn out to be
anything, nothing at all included. What has the wrong type is passed over, because :mod:`simulator.check` says so.
"""

from __future__ import annotations

import difflib
import functools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import regex

from simulator.catalogue.constraints import OF_AN_OBJECT, Node
from simulator.catalogue.facts import Confidence, Fact, Rule
from simulator.model import CheckFailure
from simulator.values import Path, is_asset, is_unknown, render, reveal

PATTERN_SECONDS: Final = 0.5
"""How long a pattern may take with one value; one that takes longer decides nothing."""


@dataclass(frozen=True)
class Breach:
    """A value that breaks a fact."""

    failure: CheckFailure
    fact: Fact

    @property
    def certain(self) -> bool:
        """Whether it is an error; words in a description only warn."""
        return self.fact.confidence is not Confidence.PROSE


def breaches(node: Node, value: Any, path: Path = ()) -> Iterator[Breach]:
    """Yield what a value and everything in it break, in the order of the value."""
    if is_unknown(value):
        return
    value = reveal(value)
    if is_unknown(value) or value is None or is_asset(value):
        return
    for fact in node.facts:
        yield from _breach(fact, value, path)
    if isinstance(value, dict):
        for name, fact in node.required:
            if value.get(name) is None:
                yield _found(fact, (*path, name), f"missing '{name}', which the service requires")
        for key, item in value.items():
            below = node.children.get(str(key)) or node.children.get("*")
            if below is not None:
                yield from breaches(below, item, (*path, str(key)))
    elif isinstance(value, list) and (below := node.children.get("*")) is not None:
        for index, item in enumerate(value):
            yield from breaches(below, item, (*path, index))


def _breach(fact: Fact, value: Any, path: Path) -> Iterator[Breach]:
    if fact.rule in OF_AN_OBJECT:
        if isinstance(value, dict):
            reason = _OBJECTS[fact.rule](fact.value, value)
            if reason:
                yield _found(fact, path, reason)
        return
    reason = _VALUES[fact.rule](fact.value, value)
    if reason:
        yield _found(fact, path, reason)


def _found(fact: Fact, path: Path, reason: str) -> Breach:
    return Breach(CheckFailure(render(path), f"{reason} ({fact.source})"), fact)


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _pattern(allowed: Any, value: Any) -> str:
    if not isinstance(value, str):
        return ""
    try:
        matches = _compiled(allowed).fullmatch(value, timeout=PATTERN_SECONDS) is not None
    except TimeoutError:
        return ""
    return "" if matches else f"'{_short(value)}' does not match {allowed}"


@functools.cache
def _compiled(pattern: str) -> regex.Pattern[str]:
    return regex.compile(pattern)


def _enum(allowed: Any, value: Any) -> str:
    if isinstance(value, dict | list) or value in allowed:
        return ""
    texts = [str(one) for one in allowed]
    near = difflib.get_close_matches(str(value), texts, n=1, cutoff=0.6)
    same = [one for one in texts if one.lower() == str(value).lower()]
    shown = ", ".join(repr(one) for one in allowed[:12]) + (
        f" and {len(allowed) - 12} more" if len(allowed) > 12 else ""
    )
    hint = f"; did you mean '{(same or near)[0]}'?" if same or near else ""
    return f"'{_short(value)}' is not one of {shown}{hint}"


def _minimum(limit: Any, value: Any) -> str:
    return f"{value:g} is less than {limit:g}" if _number(value) and value < limit else ""


def _maximum(limit: Any, value: Any) -> str:
    return f"{value:g} is more than {limit:g}" if _number(value) and value > limit else ""


def _min_length(limit: Any, value: Any) -> str:
    if not isinstance(value, str) or len(value) >= limit:
        return ""
    return f"'{value}' has {len(value)} characters, at least {limit} are needed"


def _max_length(limit: Any, value: Any) -> str:
    if not isinstance(value, str) or len(value) <= limit:
        return ""
    return f"'{_short(value)}' has {len(value)} characters, at most {limit} are allowed"


def _min_items(limit: Any, value: Any) -> str:
    if not isinstance(value, list | dict) or len(value) >= limit:
        return ""
    return f"has {len(value)} items, at least {limit} are needed"


def _max_items(limit: Any, value: Any) -> str:
    if not isinstance(value, list | dict) or len(value) <= limit:
        return ""
    return f"has {len(value)} items, at most {limit} are allowed"


def _read_only(stated: Any, value: Any) -> str:
    return "is set by the service and cannot be given" if stated is True else ""


def _split(names: Any, value: dict[str, Any]) -> tuple[list[str], bool]:
    """Return which members are given, and whether one is unknown; an empty list is as good as none."""
    held = {name: reveal(value.get(name)) for name in names}
    given = [name for name, one in held.items() if one is not None and one != [] and not is_unknown(one)]
    return given, any(is_unknown(one) for one in held.values())


def _quoted(names: Any) -> str:
    return ", ".join(f"'{name}'" for name in names)


def _exactly_one(names: Any, value: dict[str, Any]) -> str:
    given, unknown = _split(names, value)
    if len(given) > 1:
        return f"{_quoted(given)} are given, but exactly one of {_quoted(names)} must be"
    return f"exactly one of {_quoted(names)} must be given" if not given and not unknown else ""


def _at_least_one(names: Any, value: dict[str, Any]) -> str:
    given, unknown = _split(names, value)
    return f"at least one of {_quoted(names)} must be given" if not given and not unknown else ""


def _conflicts(names: Any, value: dict[str, Any]) -> str:
    given, _ = _split(names, value)
    return f"{_quoted(given)} exclude each other" if len(given) > 1 else ""


def _requires(stated: Any, value: dict[str, Any]) -> str:
    member, others = stated
    if not _split([member], value)[0]:
        return ""
    missing = [name for name in others if reveal(value.get(name)) is None]
    return f"'{member}' is given, which needs {_quoted(missing)}, too" if missing else ""


_VALUES: Final[Mapping[Rule, Callable[[Any, Any], str]]] = MappingProxyType(
    {
        Rule.PATTERN: _pattern,
        Rule.ENUM: _enum,
        Rule.MINIMUM: _minimum,
        Rule.MAXIMUM: _maximum,
        Rule.MIN_LENGTH: _min_length,
        Rule.MAX_LENGTH: _max_length,
        Rule.MIN_ITEMS: _min_items,
        Rule.MAX_ITEMS: _max_items,
        Rule.READ_ONLY: _read_only,
    }
)
_OBJECTS: Final[Mapping[Rule, Callable[[Any, dict[str, Any]], str]]] = MappingProxyType(
    {
        Rule.EXACTLY_ONE_OF: _exactly_one,
        Rule.AT_LEAST_ONE_OF: _at_least_one,
        Rule.CONFLICTS: _conflicts,
        Rule.REQUIRES: _requires,
    }
)


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
