"""The PUT operations of an Azure management client: path, constraints on its fields, class of the body.

The generated operations modules are read as text: importing those of a large service takes longer than all else, and a
signature does not tell which path an operation has.
"""

from __future__ import annotations

import ast
import functools
import importlib.util
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from simulator.catalogue.facts import Rule
from simulator.catalogue.sources.places import whole

_FUNCTION = re.compile(r"^(?=def build_|class |    (?:async )?def )", re.MULTILINE)
_BUILDER = re.compile(r"def (build_\w+)\(")
_CALL = re.compile(r"\b(build_\w+)\(")
_BODY = re.compile(r"\b_models\.(\w+)")
_RESULT = re.compile(r"\)\s*->")
_URL = re.compile(r'"(/[^"]*\{[^"]+)"')
_FIELD = re.compile(r"\{\+?(\w+)\}")
_RULES: Final = MappingProxyType(
    {"pattern": Rule.PATTERN, "min_length": Rule.MIN_LENGTH, "max_length": Rule.MAX_LENGTH},
)


@dataclass(frozen=True)
class Operation:
    """One PUT."""

    url: str
    classes: tuple[str, ...]
    """Classes of the models module in its signature: that of the body, at times enumerations too."""
    fields: Mapping[str, Mapping[Rule, Any]]
    """Field of the path -> what its value must fit."""

    @property
    def names(self) -> list[str]:
        """The fields of the path, in order."""
        return _FIELD.findall(self.url)


def shape_of_path(template: str) -> tuple[str, ...]:
    """Return what makes two path templates one path: the segments after the last provider, names of fields dropped."""
    tail = template.lower().rsplit("/providers/", 1)[-1]
    return tuple("{}" if part.startswith("{") else part for part in tail.strip("/").split("/"))


@functools.cache
def operations(package: str) -> Mapping[tuple[str, ...], Operation]:
    """Return the PUT operations of a client by :func:`shape_of_path`; empty when the package is not installed."""
    found: dict[tuple[str, ...], Operation] = {}
    for source in _sources(package):
        builders: dict[str, tuple[str, Mapping[str, Mapping[Rule, Any]]]] = {}
        bodies: dict[str, tuple[str, ...]] = {}
        for chunk in _FUNCTION.split(source):
            if built := _BUILDER.match(chunk):
                if 'method="PUT"' in chunk and (path := _URL.search(chunk)):
                    builders[built.group(1)] = (path.group(1), _fields(chunk))
            elif called := _CALL.search(chunk):
                signature = _RESULT.split(chunk, maxsplit=1)[0]
                bodies.setdefault(called.group(1), tuple(dict.fromkeys(_BODY.findall(signature))))
        for name, (url, fields) in builders.items():
            if bodies.get(name):
                found.setdefault(shape_of_path(url), Operation(url, bodies[name], fields))
    return MappingProxyType(found)


def _sources(package: str) -> Iterator[str]:
    try:
        spec = importlib.util.find_spec(f"{package}.operations")
    except ModuleNotFoundError:
        return
    if spec is None or spec.origin is None:
        return
    for path in sorted(Path(spec.origin).parent.glob("*operations.py")):
        yield path.read_text(encoding="utf-8")


def _fields(chunk: str) -> Mapping[str, Mapping[Rule, Any]]:
    fields: dict[str, Mapping[Rule, Any]] = {}
    for node in ast.walk(ast.parse(chunk)):
        match node:
            case ast.Assign(targets=[ast.Name(id="path_format_arguments")], value=ast.Dict(keys=keys, values=values)):
                for key, value in zip(keys, values, strict=True):
                    if isinstance(key, ast.Constant) and isinstance(value, ast.Call):
                        fields[str(key.value)] = MappingProxyType(dict(_constraints(value)))
    return MappingProxyType(fields)


def _constraints(call: ast.Call) -> Iterator[tuple[Rule, Any]]:
    for keyword in call.keywords:
        rule = _RULES.get(keyword.arg or "")
        if rule is None or not isinstance(keyword.value, ast.Constant):
            continue
        value = keyword.value.value
        yield rule, whole(value) if isinstance(value, str) else value
