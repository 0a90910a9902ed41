"""Reading and changing wire values: unknowns, signed dicts, property paths.

A path is written as Pulumi writes it: ``productionVariants[0].instanceType``, ``tags["cost.centre"]``.
"""

from __future__ import annotations

import copy
import itertools
import re
from collections.abc import Iterator
from typing import Any

from pulumi.runtime import rpc

from simulator.model import SECRET_SIG, SIG_KEY, UNKNOWN, Props

ASSET_SIGS = frozenset({rpc._special_asset_sig, rpc._special_archive_sig})
OUTPUT_SIG: str = rpc._special_output_value_sig

_IDENTIFIER = re.compile(r"[A-Za-z_$][\w$-]*")
_STEP = re.compile(r'\.?([A-Za-z_$*][\w$*-]*)|\[(\d+|\*)\]|\["((?:[^"\\]|\\.)*)"\]')

Step = str | int
Path = tuple[Step, ...]


def is_unknown(value: Any) -> bool:
    """Tell whether a value as a whole is not known yet."""
    return value == UNKNOWN or (isinstance(value, dict) and value.get(SIG_KEY) == OUTPUT_SIG and "value" not in value)


def reveal(value: Any) -> Any:
    """Return the plain value inside a secret or an output value."""
    while isinstance(value, dict) and value.get(SIG_KEY) in (SECRET_SIG, OUTPUT_SIG):
        if "value" not in value:
            return UNKNOWN
        value = value["value"]
    return value


def is_asset(value: Any) -> bool:
    """Tell whether a value is an asset or an archive."""
    if not isinstance(value, dict):
        return False
    signature = value.get(SIG_KEY)
    return isinstance(signature, str) and signature in ASSET_SIGS


def without_nulls(value: Any) -> Any:
    """Return a value without the null members of its objects, as providers read their inputs."""
    if isinstance(value, dict):
        return {key: without_nulls(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [without_nulls(item) for item in value]
    return value


def plain(value: Any) -> Any:
    """Return a value with secrets and output values laid open at every depth."""
    value = reveal(value)
    if is_asset(value):
        return value
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value


def render(path: Path) -> str:
    """Write a path as Pulumi does."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif _IDENTIFIER.fullmatch(step) or step == "*":
            text += f".{step}" if text else step
        else:
            escaped = step.replace("\\", "\\\\").replace('"', '\\"')
            text += f'["{escaped}"]'
    return text


def parse(text: str) -> Path:
    """Read a path; raises :class:`ValueError` on a malformed one."""
    steps: list[Step] = []
    position = 0
    while position < len(text):
        found = _STEP.match(text, position)
        if found is None:
            raise ValueError(f"'{text}' is no property path: unexpected '{text[position]}' at {position}")
        name, index, quoted = found.groups()
        if name is not None:
            steps.append(name)
        elif index is not None:
            steps.append("*" if index == "*" else int(index))
        else:
            steps.append(quoted.replace('\\"', '"').replace("\\\\", "\\"))
        position = found.end()
    return tuple(steps)


def pick(value: Any, path: Path) -> Any:
    """Return the value at a path, None where there is none."""
    for step in path:
        value = reveal(value)
        if isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        elif isinstance(value, dict) and isinstance(step, str):
            value = value.get(step)
        else:
            return None
    return value


def put(props: Props, path: Path, value: Any) -> Props:
    """Return a copy with the value at a path set, or removed when it is None; raises :class:`KeyError` off the path."""
    if not path:
        raise KeyError("the path is empty")
    changed = copy.deepcopy(props)
    holder: Any = changed
    for step, following in itertools.pairwise(path):
        if isinstance(step, str) and isinstance(holder, dict):
            if step not in holder:
                holder[step] = [] if isinstance(following, int) else {}
            holder = holder[step]
        elif isinstance(step, int) and isinstance(holder, list) and step < len(holder):
            holder = holder[step]
        else:
            raise KeyError(render(path))
    last = path[-1]
    if isinstance(last, str) and isinstance(holder, dict):
        if value is None:
            holder.pop(last, None)
        else:
            holder[last] = value
    elif isinstance(last, int) and isinstance(holder, list) and last < len(holder) and value is not None:
        holder[last] = value
    elif isinstance(last, int) and isinstance(holder, list) and last == len(holder) and value is not None:
        holder.append(value)
    elif isinstance(last, int) and isinstance(holder, list) and last < len(holder):
        del holder[last]
    else:
        raise KeyError(render(path))
    return changed


def strings(value: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Yield every string inside a value with its path; assets and unknowns are passed over."""
    value = reveal(value)
    if isinstance(value, str):
        if value != UNKNOWN:
            yield path, value
    elif isinstance(value, dict):
        if not is_asset(value):
            for key, item in value.items():
                yield from strings(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from strings(item, (*path, index))


def covers(pattern: Path, path: Path) -> bool:
    """Tell whether a path is at or below a pattern; ``*`` stands for any one step."""
    return len(path) >= len(pattern) and all(want in ("*", have) for want, have in zip(pattern, path, strict=False))
