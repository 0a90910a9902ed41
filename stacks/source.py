"""YAML files with the line of every key, so that a fault can say where it stands."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from components.core.errors import Fault, TripodError

Trail = tuple[str | int, ...]
"""Keys and indices from the root of a document."""


@dataclass(frozen=True)
class Source:
    """A YAML document: its plain data and the line of every path in it."""

    path: Path
    shown: str
    """The path as messages show it: relative to the project."""
    data: dict[str, Any]
    lines: dict[Trail, int] = field(default_factory=dict)

    def where(self, trail: Trail) -> str:
        """``file:line: a.b[0].c`` for the nearest known line at or above ``trail``."""
        known = trail
        while known and known not in self.lines:
            known = known[:-1]
        line = f":{self.lines[known]}" if known in self.lines else ""
        return f"{self.shown}{line}: {dotted(trail)}" if trail else f"{self.shown}{line}"


def dotted(trail: Trail) -> str:
    """``a.b[0].c``."""
    out = ""
    for part in trail:
        out += f"[{part}]" if isinstance(part, int) else f".{part}" if out else str(part)
    return out


def read(path: Path, root: Path, kind: str, remedy: str) -> Source:
    """Read one YAML mapping.

    Raises:
        TripodError: where the file is missing, is not YAML, repeats a key or is not a mapping.
    """
    shown = str(path.relative_to(root)) if path.is_relative_to(root) else str(path)
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise TripodError(
            Fault(where=shown, what=f"the {kind} cannot be read: {error.strerror or error}", remedy=remedy)
        ) from error
    except UnicodeDecodeError as error:
        raise TripodError(
            Fault(where=shown, what=f"the {kind} is not UTF-8 text", remedy="save the file as UTF-8")
        ) from error
    lines: dict[Trail, int] = {}
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        if node is not None:
            _walk(node, (), lines, shown)
        data = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{shown}:{mark.line + 1}" if mark else shown
        problem = getattr(error, "problem", None) or str(error)
        raise TripodError(
            Fault(where=place, what=f"broken YAML: {problem}", remedy="mend the syntax at this line")
        ) from error
    if data is None:
        data = {}
    if not isinstance(data, dict):
        raise TripodError(
            Fault(where=shown, what=f"the {kind} is a {type(data).__name__}", allowed="a mapping of keys to values")
        )
    return Source(path=path, shown=shown, data=data, lines=lines)


def _walk(node: yaml.Node, trail: Trail, lines: dict[Trail, int], shown: str) -> None:
    lines[trail] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        seen: dict[str, int] = {}
        for key, value in node.value:
            name = str(key.value)
            line = key.start_mark.line + 1
            if name in seen:
                raise TripodError(
                    Fault(
                        where=f"{shown}:{line}: {dotted((*trail, name))}",
                        what=f"the key stands twice (first at line {seen[name]})",
                        remedy="keep one of the two",
                    )
                )
            seen[name] = line
            _walk(value, (*trail, name), lines, shown)
            lines[(*trail, name)] = line
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            _walk(value, (*trail, index), lines, shown)
