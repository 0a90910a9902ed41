"""Read an exported Pulumi state: resources of a stack from anywhere, without its program or its providers.

Understood are ``pulumi stack export`` (``{"version", "deployment"}``), the checkpoint of a self-managed backend
(``{"version", "checkpoint": {"latest"}}``) and the states of the simulated clouds, in versions 3 and 4 of the schema
(https://github.com/pulumi/pulumi/blob/master/sdk/go/common/apitype/core.go; 4 is 3 with a list of features).

The text is held in memory, its tree is not: each resource is decoded, turned into what rules read, and dropped before
the next. Secrets that are encrypted stay unknown, so what depends on them is undetermined.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from policies.bad_input import SettingsError
from policies.graph import Resource

VERSIONS: Final = (3, 4)
"""Versions of the deployment schema that can be read."""
_HOLDERS: Final = (("deployment",), ("checkpoint", "latest"))
"""Where the deployment stands in a document."""
_EXPORT: Final = "`pulumi stack export --file state.json` of a current CLI"
_SPACE = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()


@dataclass(frozen=True, kw_only=True)
class State:
    """What a state holds."""

    resources: tuple[Resource, ...]
    """Custom resources that are there and not about to be deleted."""
    lines: Mapping[str, int]
    """The line of each resource's entry, by URN."""
    unreadable: tuple[str, ...] = ()
    """Entries that are no resource: one message each."""
    deleting: tuple[str, ...] = ()
    """URNs of what a deployment has replaced and not yet deleted: not judged."""
    secrets: int = 0
    """Resources with values that are encrypted."""


@dataclass
class _Found:
    """What the walk has met so far."""

    version: Any = None
    resources: list[Resource] = field(default_factory=list)
    lines: dict[str, int] = field(default_factory=dict)
    unreadable: list[str] = field(default_factory=list)
    deleting: list[str] = field(default_factory=list)
    deployments: int = 0
    secrets: int = 0


def parse(text: str, where: str) -> State:
    """The resources of an exported state.

    Raises SettingsError, with the place, where the text is no whole JSON document, no state, or of another version. An
    entry that is not of the shape of a resource is told in ``unreadable``; the rest is read all the same.
    """
    found = _Found()
    try:
        end = _document(text, _skip(text, 0), (), found, where)
        if _skip(text, end) != len(text):
            raise json.JSONDecodeError("Extra data", text, end)
    except json.JSONDecodeError as error:
        cut = error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated")
        why = "the file ends too early" if cut else f"no JSON at column {error.colno}"
        raise SettingsError([f"{where}:{error.lineno}: {why}; export the state again, such as by {_EXPORT}"]) from error
    except RecursionError as error:
        raise SettingsError([f"{where}: nested too deeply to be a state"]) from error
    if found.version is None or not found.deployments:
        raise SettingsError([f"{where}: no exported state of Pulumi; make one by {_EXPORT}"])
    if found.version not in VERSIONS or isinstance(found.version, bool):
        allowed = " and ".join(map(str, VERSIONS))
        raise SettingsError(
            [f"{where}: version {found.version!r} of the state cannot be read; allowed are {allowed}; use {_EXPORT}"]
        )
    return State(
        resources=tuple(found.resources),
        lines=found.lines,
        unreadable=tuple(found.unreadable),
        deleting=tuple(found.deleting),
        secrets=found.secrets,
    )


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _value(text: str, at: int) -> tuple[Any, int]:
    return _DECODER.raw_decode(text, at)


def _expect(text: str, at: int, allowed: str) -> str:
    sign = text[at : at + 1]
    if not sign or sign not in allowed:
        raise json.JSONDecodeError(f"Expecting {' or '.join(allowed)}", text, at)
    return sign


def _document(text: str, at: int, way: tuple[str, ...], found: _Found, where: str) -> int:
    """Walk the objects that lead to the resources; decode and drop everything beside the way."""
    if text[at : at + 1] != "{":
        return _value(text, at)[1]
    found.deployments += way in _HOLDERS
    at = _skip(text, at + 1)
    if text[at : at + 1] == "}":
        return at + 1
    while True:
        _expect(text, at, '"')
        key, at = _value(text, at)
        at = _skip(text, at)
        _expect(text, at, ":")
        at = _skip(text, at + 1)
        below = (*way, key)
        if any(holder[: len(below)] == below for holder in _HOLDERS):
            at = _document(text, at, below, found, where)
        elif way in _HOLDERS and key == "resources":
            at = _entries(text, at, found, where)
        else:
            value, at = _value(text, at)
            if not way and key == "version":
                found.version = value
        at = _skip(text, at)
        if _expect(text, at, ",}") == "}":
            return at + 1
        at = _skip(text, at + 1)


def _entries(text: str, at: int, found: _Found, where: str) -> int:
    if text[at : at + 1] != "[":
        value, end = _value(text, at)
        if value is not None:
            found.unreadable.append(f"{where}: the resources are no list")
        return end
    at = _skip(text, at + 1)
    if text[at : at + 1] == "]":
        return at + 1
    line, counted, number = 1, 0, 0
    while True:
        line, counted = line + text.count("\n", counted, at), at
        entry, end = _value(text, at)
        _entry(entry, number, line, found, where, text.find('"ciphertext"', at, end) >= 0)
        at = _skip(text, end)
        if _expect(text, at, ",]") == "]":
            return at + 1
        at, number = _skip(text, at + 1), number + 1


def _entry(entry: Any, number: int, line: int, found: _Found, where: str, encrypted: bool) -> None:
    place = f"{where}:{line}: resource {number + 1}"
    faults = list(_shape(entry))
    if faults:
        found.unreadable.append(f"{place}: {'; '.join(faults)}")
        return
    if entry["urn"] in found.lines:
        found.unreadable.append(f"{place}: {entry['urn']} stands twice")
    elif entry.get("delete") is True:
        found.deleting.append(entry["urn"])
    elif entry.get("custom") is not False:
        found.resources.append(Resource.from_state(entry))
        found.lines[entry["urn"]] = line
        found.secrets += encrypted


def _shape(entry: Any) -> Iterator[str]:
    """What keeps an entry from being a resource (https://www.pulumi.com/docs/iac/concepts/state-and-backends/)."""
    if not isinstance(entry, Mapping):
        yield f"is a {type(entry).__name__}, not a mapping"
        return
    for key in ("urn", "type"):
        if not isinstance(entry.get(key), str) or not entry[key]:
            yield f"{key} is no text"
    for key in ("inputs", "outputs", "propertyDependencies"):
        if not isinstance(entry.get(key), Mapping | None):
            yield f"{key} is no mapping"
    for key in ("dependencies", "ignoreChanges"):
        if not _texts(entry.get(key)):
            yield f"{key} is no list of texts"
    linked = entry.get("propertyDependencies")
    if isinstance(linked, Mapping) and not all(_texts(urns) for urns in linked.values()):
        yield "propertyDependencies holds something that is no list of texts"
    for key in ("id", "parent"):
        if not isinstance(entry.get(key), str | None):
            yield f"{key} is no text"


def _texts(value: Any) -> bool:
    return value is None or (isinstance(value, list) and all(isinstance(v, str) for v in value))
