"""Regular expressions of AWS models, rewritten so that the whole string must match, or refused with the reason.

AWS writes them for Java (botocore) and ECMAScript (CloudFormation). A botocore pattern without anchors must match the
whole string (the services say "must satisfy regular expression pattern"); a CloudFormation one is searched for
(JSON Schema). Half an anchor means the same in both: the other end is open.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Final

import regex

_ANYTHING: Final = r"[\s\S]*"
_PAIRS: Final = ((r"\uD800\uDC00-\uDBFF\uDFFF", r"\U00010000-\U0010FFFF"),)
"""A range of surrogate pairs, as Java reads it, and the characters it stands for."""
_TRIVIAL: Final = frozenset({".*", "^.*$", r"[\s\S]*", r"^[\s\S]*$", ".+", "^.+$", r"[\S\s]*", r"^[\S\s]*$"})
"""Say nothing, or forbid a line feed where the services do not."""
_NESTED_SET: Final = regex.compile(r"(?<!\\)\[\^?\]?(?:\\.|[^\]\\])*?(?:\[|&&)")
"""A set with an unescaped bracket or an intersection in it."""


@dataclass(frozen=True)
class Pattern:
    """A pattern for the whole string; without ``text`` the ``reason`` why there is none."""

    text: str = ""
    reason: str = ""


@functools.cache
def whole(pattern: str, *, searched: bool) -> Pattern:
    """Rewrite a pattern; ``searched`` says that one without anchors may match anywhere."""
    if pattern in _TRIVIAL:
        return Pattern()
    for pair, characters in _PAIRS:
        pattern = pattern.replace(pair, characters)
    start, end = pattern.startswith("^"), pattern.endswith("$") and not pattern.endswith(r"\$")
    open_start = not start and (end or searched)
    open_end = not end and (start or searched)
    text = f"(?:{pattern})" if open_start or open_end else pattern
    text = f"{_ANYTHING if open_start else ''}{text}{_ANYTHING if open_end else ''}"
    if _NESTED_SET.search(pattern):
        return Pattern(reason=f"pattern {pattern!r} nests sets, which means one thing in Java and another here")
    try:
        regex.compile(text)
    except regex.error as error:
        return Pattern(reason=f"pattern {pattern!r} does not compile: {error}")
    return Pattern(text)
