"""The configuration file of the pack, as ``pulumi preview --policy-pack-config FILE`` reads it.

    {"key-rotation": "mandatory",
     "required-tags": {"enforcementLevel": "remediate"},
     "pack-settings": {"log_retention_days": 400, "regions": ["eu-west-1"]}}

Keys are names of policies, or ``all``; ``pack-settings`` holds the settings that are not of one control. Everything may
only become stricter: what has to be looser needs a waiver. The CLI itself drops names that it does not know without a
word (it hands the pack only those of its policies), so ``tripod check --policy-pack-config FILE`` reads the same file
and refuses them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from policies.bad_input import SettingsError, nearest
from policies.packs import level_of
from policies.settings import REMEDIABLE, Level, Settings, tighten

ALL: Final = "all"
SETTINGS_POLICY: Final = "pack-settings"
"""Name of the policy whose configuration is that of the whole pack."""
LINKS: Final = "-links"
"""Suffix of a control's stack policy where it has a resource policy as well."""
LEVEL: Final = "enforcementLevel"

_LEVELS: Final[Mapping[str, Level]] = {
    "disabled": Level.OFF,
    "advisory": Level.ADVISORY,
    "mandatory": Level.MANDATORY,
    "remediate": Level.MANDATORY,
}


def parse(text: str, where: str) -> dict[str, Any]:
    """The file as a mapping; raises SettingsError where it is none."""
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        what = f"{error.msg}, column {error.colno}"
        raise SettingsError([f"{where}:{error.lineno}: the configuration is not JSON ({what})"]) from error
    if not isinstance(data, dict):
        raise SettingsError([f"{where}: must map names of controls to levels"])
    return data


def configured(
    settings: Settings, given: Mapping[str, Any], controls: Iterable[str], built_in: Iterable[str], where: str
) -> Settings:
    """The settings, tightened by a configuration; ``built_in``: policies that have no level of their own to set.

    Raises SettingsError with every fault at once.
    """
    known, fixed = list(controls), list(built_in)
    names = [*known, *fixed, SETTINGS_POLICY, ALL]
    base = {control: level_of(control, settings) for control in known}
    faults: list[str] = []
    levels: dict[str, str] = {}
    remediate = set(settings.remediate)
    pack: Mapping[str, Any] = {}
    for name, value in given.items():
        place = f"{where}: {name}"
        level, rest = _split(value)
        control = name.removesuffix(LINKS)
        if control not in names:
            faults.append(f"{where}: no control or policy is called {name}{nearest(name, names)}")
            continue
        if level is not None and level not in _LEVELS:
            faults.append(f"{place} has the level {level!r}; allowed are {', '.join(_LEVELS)}")
            continue
        if control == SETTINGS_POLICY:
            pack = rest
            continue
        if rest:
            faults.append(f"{place} takes no {', '.join(sorted(rest))}; settings go under {SETTINGS_POLICY}")
        if level is None:
            continue
        if control == ALL:
            faults += _all(level, base, levels, where)
        elif control in fixed:
            if _LEVELS[level] is not Level.MANDATORY:
                faults.append(f"{place} is always on; remove the line")
        elif level == "remediate" and control not in REMEDIABLE:
            faults.append(f"{place} has no remediation; allowed is remediate for {', '.join(REMEDIABLE)}")
        elif _LEVELS[level].rank < base[control].rank:
            held = f"{base[control]} of profile {settings.profile}"
            faults.append(f"{place} as {level} is looser than {held}; use a waiver")
        else:
            levels[control] = _LEVELS[level].value
            remediate |= {control} if level == "remediate" else set()
    chosen = settings
    try:
        chosen = tighten(settings, {**pack, "levels": levels}, base, f"{where}: {SETTINGS_POLICY}")
    except SettingsError as error:
        faults += error.faults
    if faults:
        raise SettingsError(faults)
    return replace(chosen, remediate=frozenset(remediate | chosen.remediate))


def _split(value: Any) -> tuple[str | None, Mapping[str, Any]]:
    if isinstance(value, Mapping):
        return value.get(LEVEL), {k: v for k, v in value.items() if k != LEVEL}
    return value if isinstance(value, str) else repr(value), {}


def _all(level: str, base: Mapping[str, Level], levels: dict[str, str], where: str) -> list[str]:
    """Raise every control to a level; refuse it where it would lower one."""
    if level == "remediate":
        return [f"{where}: all cannot be remediate; name controls out of {', '.join(REMEDIABLE)}"]
    lowered = sorted(control for control, held in base.items() if _LEVELS[level].rank < held.rank)
    if lowered:
        more = f" and {len(lowered) - 3} more" if len(lowered) > 3 else ""
        return [f"{where}: all as {level} is looser than what {', '.join(lowered[:3])}{more} have; use waivers"]
    for control in base:
        levels.setdefault(control, _LEVELS[level].value)
    return []
