"""Waivers: findings that somebody has accepted in writing until a date.

They stand in a file beside the stacks (``stacks/waivers.yaml``); docs/waivers.md says how to write one. This module
reads the file and answers which waiver covers a resource. What is wrong with a waiver is found in two places: what can
be seen in the file here, what needs the findings (unused, broader than what fails) in :mod:`policies.waiver_checks`.

A waiver that is at fault covers nothing. Deliberately not done: there is no way to waive a crash of a rule, no waiver
without an end, and none by severity or group: each names one control.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Final

import yaml

from components.core.cloud import Cloud
from policies.bad_input import SettingsError, nearest
from policies.tokens import PACKAGE_CLOUDS, cloud_of

FILE: Final = "waivers.yaml"
"""Name of the file, in the folder of the stack files."""
MAX_DAYS: Final = 180
"""The longest time for which a finding may be accepted, in days from the date of the grant."""
_LITERALS: Final = 3
"""So many characters of a name must stand outside wildcards."""

REQUIRED: Final = ("control", "resource", "owner", "reason", "ticket", "expires")
OPTIONAL: Final = ("stacks", "granted")

NEVER: Final[Mapping[str, str]] = {
    "no-plaintext-secrets": "a secret that has been written down is lost: rotate it",
}
"""Controls that cannot be waived, and what to do instead."""

_TYPED = re.compile(r"(?P<type>[^:/]+:[^:]*:[^:/]+)/(?P<name>.+)", re.DOTALL)
_URN = re.compile(r"urn:pulumi:(?P<stack>.+?)::(?P<project>.+?)::(?P<chain>.+?)::(?P<name>.+)", re.DOTALL)
_WILD = re.compile(r"[*?]")


@lru_cache(maxsize=1024)
def _glob(pattern: str) -> re.Pattern[str]:
    # fnmatch would read the brackets of a name as a set of characters
    words = {"*": ".*", "?": "."}
    return re.compile("".join(words.get(c) or re.escape(c) for c in pattern), re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Waiver:
    """One accepted finding, or a few alike."""

    control: str
    resource: str
    """A URN, or ``type/name``; ``*`` and ``?`` stand for any characters in the name."""
    stacks: frozenset[str] = frozenset()
    """Stacks in which it holds; empty: every stack on the cloud of the resource type."""
    owner: str
    """Who answers for the risk."""
    reason: str
    ticket: str
    granted: date | None = None
    expires: date
    """The last day on which it holds."""
    place: str = ""
    """``file:line``."""

    @cached_property
    def _parts(self) -> Mapping[str, str]:
        found = _URN.fullmatch(self.resource) or _TYPED.fullmatch(self.resource)
        return found.groupdict() if found else {}

    @property
    def type(self) -> str:
        """The resource type; of a URN, the last of its chain."""
        return (self._parts.get("chain") or self._parts.get("type") or "").rpartition("$")[2]

    @property
    def cloud(self) -> Cloud | None:
        return cloud_of(self.type)

    @property
    def glob(self) -> bool:
        """Whether it may stand for several resources of a stack."""
        chain = self._parts.get("chain", "")
        return bool(_WILD.search(chain + self._parts.get("name", "")))

    @property
    def over_broad(self) -> str:
        """What of the pattern takes in too much, as far as the text alone tells; empty where nothing does."""
        if not self._parts:
            return f"the pattern {self.resource} names no resource"
        if _WILD.search(self.type):
            return f"the pattern {self.resource} names no resource type"
        if len(_WILD.sub("", self._parts["name"])) < min(_LITERALS, len(self._parts["name"])):
            return f"the pattern {self.resource} stands for whole types: a name needs {_LITERALS} characters"
        return ""

    def expired(self, today: date) -> bool:
        return self.expires < today

    def days_left(self, today: date) -> int:
        """Days from today to the last day; negative when expired."""
        return (self.expires - today).days

    def in_stack(self, stack: str) -> bool:
        """Whether the waiver speaks of the stack at all."""
        if self.stacks and stack not in self.stacks:
            return False
        named = self._parts.get("stack")
        return named is None or bool(_glob(named).fullmatch(stack))

    def matches(self, urn: str, type_: str, name: str) -> bool:
        """Whether the waiver speaks of the resource (of any stack that it holds in)."""
        if self.stacks and stack_of(urn) not in self.stacks:
            return False
        if "chain" in self._parts:
            return bool(_glob(self.resource).fullmatch(urn))
        return type_ == self.type and bool(_glob(self._parts.get("name", "")).fullmatch(name))


def stack_of(urn: str) -> str:
    """The stack in a URN; empty where it is none."""
    found = _URN.fullmatch(urn)
    return found["stack"] if found else ""


@dataclass(frozen=True, kw_only=True)
class Malformed:
    """An entry of the file that is no waiver, with all that is wrong with it."""

    place: str
    entry: str
    """What can be told of it: its number, control and resource."""
    faults: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Waivers:
    """What a file holds, on a day."""

    entries: tuple[Waiver, ...] = ()
    malformed: tuple[Malformed, ...] = ()
    today: date = field(default_factory=date.today)

    def in_force(self, waiver: Waiver) -> bool:
        """Whether it covers anything, as far as the file alone tells."""
        return not waiver.expired(self.today) and not waiver.over_broad

    def covering(self, control: str, urn: str, type_: str, name: str) -> Waiver | None:
        """The first waiver in force that covers a control on a resource."""
        return next(
            (w for w in self.entries if w.control == control and self.in_force(w) and w.matches(urn, type_, name)), None
        )


NONE: Final = Waivers(today=date.max)
"""No waiver at all."""


def read(path: Path, controls: Iterable[str], today: date, shown: str = "", *, required: bool = False) -> Waivers:
    """Read a file of waivers; a file that does not exist holds none unless it is ``required``.

    An entry that is wrong is kept as :class:`Malformed`. Raises SettingsError where the file as a whole cannot be read:
    nothing is then known of what has been accepted.
    """
    shown = shown or str(path)
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        if not required:
            return Waivers(today=today)
        raise SettingsError([f"{shown}: there is no such file; name a file of waivers"]) from error
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError([f"{shown}: the waivers cannot be read; save the file as UTF-8 text"]) from error
    try:
        data = yaml.safe_load(text)
        lines = _lines(yaml.compose(text, Loader=yaml.SafeLoader))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{shown}:{mark.line + 1}" if mark else shown
        problem = getattr(error, "problem", None) or "not YAML"
        raise SettingsError([f"{place}: broken YAML ({problem}); mend the syntax at this line"]) from error
    if data is None:
        return Waivers(today=today)
    if not isinstance(data, dict) or set(data) != {"waivers"} or not isinstance(data["waivers"], list | None):
        raise SettingsError([f"{shown}: must be a mapping with one key, waivers, that holds a list"])
    known = tuple(controls)
    entries: list[Waiver] = []
    malformed: list[Malformed] = []
    for number, entry in enumerate(data["waivers"] or []):
        place = f"{shown}:{lines[number]}" if number < len(lines) else shown
        made = _waiver(entry, known, today, place)
        if isinstance(made, Waiver):
            entries.append(made)
        else:
            malformed.append(Malformed(place=place, entry=_named(number, entry), faults=tuple(made)))
    return Waivers(entries=tuple(entries), malformed=tuple(malformed), today=today)


def _lines(root: yaml.Node | None) -> list[int]:
    if not isinstance(root, yaml.MappingNode):
        return []
    found = [value for key, value in root.value if key.value == "waivers" and isinstance(value, yaml.SequenceNode)]
    return [item.start_mark.line + 1 for item in found[0].value] if found else []


def _named(number: int, entry: Any) -> str:
    what = [str(entry[key]) for key in ("control", "resource") if entry.get(key)] if isinstance(entry, dict) else []
    return f"waiver {number + 1}" + (f" ({' on '.join(what)})" if what else "")


def _waiver(entry: Any, controls: tuple[str, ...], today: date, place: str) -> Waiver | list[str]:
    """The waiver, or all that is wrong with the entry."""
    if not isinstance(entry, dict):
        return [f"is a {type(entry).__name__}; it must map {', '.join(REQUIRED)}"]
    allowed = (*REQUIRED, *OPTIONAL)
    faults = [
        f"unknown key {key}{nearest(str(key), allowed)}; allowed are {', '.join(allowed)}"
        for key in entry
        if key not in allowed
    ]
    faults += [f"{key} is missing" for key in REQUIRED if entry.get(key) in (None, "")]
    texts = {key: entry.get(key) for key in ("control", "resource", "owner", "reason", "ticket")}
    faults += [
        f"{key} must be a text" for key, v in texts.items() if v not in (None, "") and not (_text(v) and str(v).strip())
    ]
    stacks = entry.get("stacks")
    if stacks is not None and (not isinstance(stacks, list) or not stacks or not all(_text(s) for s in stacks)):
        faults.append("stacks must be a list of one or more stack names")
    dates = {key: _date(entry.get(key)) for key in ("granted", "expires")}
    faults += [f"{key} is no date; write it as 2026-01-31" for key, d in dates.items() if d is None and entry.get(key)]
    if faults:
        return faults
    control, resource = str(texts["control"]), str(texts["resource"])
    if control not in controls:
        faults.append(f"no control has the id {control}{nearest(control, controls)}")
    if control in NEVER:
        faults.append(f"{control} cannot be waived; {NEVER[control]}")
    faults += _pattern_faults(resource)
    granted, expires = dates["granted"], dates["expires"]
    assert expires is not None  # missing and unreadable dates are faults above
    start = granted or today
    if granted and granted > today:
        faults.append(f"granted is in the future ({granted})")
    if granted and expires < granted:
        faults.append(f"expires ({expires}) is before granted ({granted})")
    if expires > start + timedelta(days=MAX_DAYS):
        last = start + timedelta(days=MAX_DAYS)
        faults.append(f"expires {expires} is more than {MAX_DAYS} days after {start}; allowed is {last} at most")
    if faults:
        return faults
    return Waiver(
        control=control,
        resource=resource,
        stacks=frozenset(map(str, stacks or ())),
        owner=str(texts["owner"]),
        reason=" ".join(str(texts["reason"]).split()),
        ticket=str(texts["ticket"]),
        granted=granted,
        expires=expires,
        place=place,
    )


def _pattern_faults(pattern: str) -> list[str]:
    """What keeps the pattern from being one; a pattern that is only too wide is a fault of another kind."""
    urn, typed = _URN.fullmatch(pattern), _TYPED.fullmatch(pattern)
    if urn is None and typed is None:
        if _WILD.search(pattern):
            return []  # `*`, `aws:*`: over-broad
        return [f"resource {pattern} is neither a URN nor type/name, such as aws:s3/bucket:Bucket/storage-raw"]
    package = ((urn["chain"] if urn else typed["type"] if typed else "").rpartition("$")[2]).partition(":")[0]
    if package not in PACKAGE_CLOUDS and not _WILD.search(package):
        return [f"resource {pattern} is of no cloud; a type begins with {', '.join(PACKAGE_CLOUDS)}"]
    return []


def _text(value: Any) -> bool:
    return isinstance(value, (str, int)) and not isinstance(value, bool)


def _date(value: Any) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
