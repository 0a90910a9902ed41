"""Three-valued reading of properties: what a rule may conclude when a value is absent or not yet known.

An absent value is :data:`MISSING`, a value that the cloud has yet to compute is :data:`UNKNOWN`. Both refuse to be used
as a truth value, so a rule that forgets them crashes (and is reported as an error) and can never pass by accident.
Deliberately not done: no defaults are filled in here. What an absent property means is said by the rule that reads it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final, final

from pulumi_policy.proxy import UnknownValueError


class Verdict(StrEnum):
    """What a control concludes about one resource, or about the whole stack."""

    PASSED = "passed"
    FAILED = "failed"
    UNDETERMINED = "undetermined"
    """A value was needed that is not known before the resource exists. Never counts as passed."""
    NOT_APPLICABLE = "not applicable"
    WAIVED = "waived"
    """Failed or undetermined, and accepted in writing until a date."""
    ERROR = "error"
    """The rule itself crashed. Never counts as passed, never waivable."""


# Worst first: the verdict on a resource is the first of these that any of its outcomes carries.
_GRAVITY: Final = (
    Verdict.ERROR,
    Verdict.FAILED,
    Verdict.UNDETERMINED,
    Verdict.WAIVED,
    Verdict.PASSED,
    Verdict.NOT_APPLICABLE,
)


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The gravest of the verdicts; NOT_APPLICABLE when there is none."""
    found = set(verdicts)
    return next((v for v in _GRAVITY if v in found), Verdict.NOT_APPLICABLE)


@final
class Mark:
    """A value that is not there. Compare with ``is``; any other use of it as a value raises TypeError."""

    __slots__ = ("_name",)

    def __init__(self, name: str) -> None:
        self._name = name

    def __repr__(self) -> str:
        return self._name

    def __bool__(self) -> bool:
        raise TypeError(f"{self._name} has no truth value: compare with `is`")

    def __copy__(self) -> Mark:
        return self

    def __deepcopy__(self, memo: object) -> Mark:
        return self


UNKNOWN: Final[Mark] = Mark("UNKNOWN")
MISSING: Final[Mark] = Mark("MISSING")


def plain(value: Any) -> Any:
    """Turn what ``pulumi_policy`` hands to a rule into plain dicts and lists whose unknown leaves are UNKNOWN."""

    if isinstance(value, Mapping):
        return {str(key): _leaf(value, key) for key in value}
    if isinstance(value, Sequence) and not isinstance(value, (str, bytes)):
        return [_leaf(value, i) for i in range(len(value))]
    return value


def _leaf(holder: Any, key: Any) -> Any:
    # One element at a time: a slice of pulumi_policy's list hands out the raw marker instead of raising.
    try:
        return plain(holder[key])
    except UnknownValueError:
        return UNKNOWN


@dataclass(frozen=True)
class Found:
    """One value that a path leads to, with its concrete place (``rules[0].status``)."""

    path: str
    value: Any


_STEP = re.compile(r"\{(?P<key>[^}]*)\}|(?P<name>[^.\[\]{}]+)|(?P<each>\[\])")


@lru_cache(maxsize=4096)
def _steps(path: str) -> tuple[tuple[str, str], ...]:
    return tuple((str(m.lastgroup), m.group(m.lastgroup or 0)) for m in _STEP.finditer(path))


def at(value: Any, path: str) -> tuple[Found, ...]:
    """Every value that ``path`` leads to.

    ``a.b`` walks maps, ``a[].b`` every element of a list, ``a.{}.b`` every value of a map, ``a.{k}`` the key ``k`` even
    where it contains dots. What is absent, null, or of a shape the path cannot walk is one MISSING; an empty list or
    map where elements are expected is MISSING too, so that nothing passes for want of anything to judge.
    """
    return tuple(_walk(value, _steps(path), ""))


def _walk(value: Any, steps: Sequence[tuple[str, str]], where: str) -> Iterator[Found]:
    if value is None:
        value = MISSING
    if not steps:
        yield Found(where, value)
        return
    (kind, key), rest = steps[0], steps[1:]
    children: list[tuple[str, Any]]
    if value is UNKNOWN:
        yield Found(_label(where, steps), UNKNOWN)
        return
    if kind == "each":
        children = [(f"{where}[{i}]", v) for i, v in enumerate(value)] if isinstance(value, list) else []
    elif not isinstance(value, Mapping):
        children = []
    elif kind == "key" and not key:
        children = [(_join(where, str(k)), v) for k, v in value.items()]
    else:
        children = [(_join(where, key), value.get(key))]
    if not children:
        yield Found(_label(where, steps), MISSING)
    for place, child in children:
        yield from _walk(child, rest, place)


def _join(where: str, key: str) -> str:
    return f"{where}.{key}" if where else key


def _label(where: str, steps: Sequence[tuple[str, str]]) -> str:
    for kind, key in steps:
        where = where + "[]" if kind == "each" else _join(where, key or "{}")
    return where


def first(value: Any, path: str) -> Any:
    """The single value at a path without ``[]`` or ``{}``: a value, MISSING or UNKNOWN."""
    return at(value, path)[0].value


def known(value: Any) -> bool:
    """Whether a value is there and known."""
    return value is not UNKNOWN and value is not MISSING


def judge_values(
    found: Iterable[Found], accept: Callable[[Any], bool], if_missing: Verdict
) -> Iterator[tuple[Found, Verdict]]:
    """Judge each value: absent takes ``if_missing``, unknown is undetermined, the rest is tested."""
    for hit in found:
        if hit.value is MISSING:
            yield hit, if_missing
        elif hit.value is UNKNOWN:
            yield hit, Verdict.UNDETERMINED
        else:
            yield hit, Verdict.PASSED if accept(hit.value) else Verdict.FAILED
