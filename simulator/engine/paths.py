"""Property paths: ``root.key``, ``root["key"]``, ``root[0]``, and ``*`` for every key or element.

Grammar and meaning: https://www.pulumi.com/docs/iac/concepts/options/ignorechanges/.
"""

from __future__ import annotations

import copy
import re
from typing import Any

from simulator.engine.values import is_secret, make_secret
from simulator.model import Props

Path = tuple[str | int, ...]

_PART = re.compile(
    r"""
    \.?(?P<name>[^.\[\]"]+)                  # a key, after a dot unless it is the first
    | \[\s*(?P<index>\d+)\s*\]
    | \[\s*"(?P<quoted>(?:[^"\\]|\\.)*)"\s*\]
    | \[\s*\*\s*\]
    """,
    re.VERBOSE,
)


def parse(text: str) -> Path:
    """Raises ``ValueError`` for a malformed path."""
    parts: list[str | int] = []
    position = 0
    while position < len(text):
        match = _PART.match(text, position)
        if match is None:
            raise ValueError(f"{text!r} is no property path (at character {position + 1})")
        if match["name"] is not None:
            parts.append(match["name"])
        elif match["index"] is not None:
            parts.append(int(match["index"]))
        elif match["quoted"] is not None:
            parts.append(re.sub(r"\\(.)", r"\1", match["quoted"]))
        else:
            parts.append("*")
        position = match.end()
    if not parts:
        raise ValueError("an empty text is no property path")
    return tuple(parts)


def contains(pattern: Path, path: Path) -> bool:
    """Whether ``path`` lies at or under ``pattern``."""
    return len(path) >= len(pattern) and all(wanted in ("*", part) for wanted, part in zip(pattern, path, strict=False))


def get(value: Any, path: Path) -> Any:
    """The value at a path without wildcards, or None. A value inside a secret comes out as a secret."""
    secret = False
    for part in path:
        while is_secret(value):
            value, secret = value.get("value"), True
        if isinstance(value, dict):
            value = value.get(part)
        elif isinstance(value, list) and isinstance(part, int) and part < len(value):
            value = value[part]
        else:
            return None
    return make_secret(value) if secret and value is not None else value


def reset(old: Props, new: Props, patterns: list[str]) -> tuple[Props, list[str]]:
    """``new`` with the values of ``old`` at the paths, and the paths where that is impossible.

    A path is impossible when it leads through a list element or an object that only one side has.
    Raises ``ValueError`` for a malformed path.
    """
    result = copy.deepcopy(new)
    impossible = [text for text in patterns if not _reset(parse(text), old, result, False, False)]
    return result, impossible


def _bare(value: Any, secret: bool) -> tuple[Any, bool]:
    while is_secret(value):
        value, secret = value.get("value"), True
    return value, secret


def _reset(path: Path, old: Any, new: Any, old_secret: bool, new_secret: bool) -> bool:
    old, old_secret = _bare(old, old_secret)
    new, new_secret = _bare(new, new_secret)

    def taken(value: Any) -> Any:
        value = copy.deepcopy(value)
        return make_secret(value) if old_secret and not new_secret else value

    head, rest = path[0], path[1:]
    if head == "*":
        return _reset_all(rest, old, new, taken=taken, secrets=(old_secret, new_secret))
    if isinstance(head, int):
        if not isinstance(old, list) or not isinstance(new, list):
            return not isinstance(old, list) and not isinstance(new, list)
        if head >= len(old) or head >= len(new):
            return not rest and head >= len(old) and head >= len(new)
        if rest:
            return _reset(rest, old[head], new[head], old_secret, new_secret)
        new[head] = taken(old[head])
        return True
    if not rest:
        if isinstance(old, dict) and head in old:
            if not isinstance(new, dict):
                return False
            new[head] = taken(old[head])
        elif isinstance(new, dict):
            new.pop(head, None)
        return True
    if not isinstance(old, dict) or not isinstance(new, dict):
        return not isinstance(old, dict) and not isinstance(new, dict)
    if head not in new:
        return head not in old
    return _reset(rest, old.get(head), new[head], old_secret, new_secret)


def _reset_all(rest: Path, old: Any, new: Any, *, taken: Any, secrets: tuple[bool, bool]) -> bool:
    if isinstance(new, dict) and isinstance(old, dict):
        if not rest:
            for key in list(new):
                if key not in old:
                    del new[key]
            new.update({key: taken(value) for key, value in old.items()})
            return True
        return all(key in new and _reset(rest, value, new[key], *secrets) for key, value in old.items())
    if isinstance(new, list) and isinstance(old, list):
        for index in range(min(len(old), len(new))):
            if not rest:
                new[index] = taken(old[index])
            elif not _reset(rest, old[index], new[index], *secrets):
                return False
        return len(old) == len(new)
    return not rest and isinstance(new, dict | list)
