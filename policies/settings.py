"""What a team may set for its policies: levels and limits, which can only be tighter than those of the profile."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from policies.bad_input import SettingsError, nearest
from policies.waivers import NONE, Waivers

__all__ = [
    "LIMITS",
    "REMEDIABLE",
    "Level",
    "Limit",
    "Profile",
    "Settings",
    "SettingsError",
    "Unknowns",
    "settings_from",
    "stricter",
    "tighten",
]


class Profile(StrEnum):
    """How strictly a stack is held: the same three words as in a stack file."""

    SANDBOX = "sandbox"
    STANDARD = "standard"
    REGULATED = "regulated"


class Level(StrEnum):
    """What a finding of a control does."""

    OFF = "off"
    ADVISORY = "advisory"
    MANDATORY = "mandatory"

    @property
    def rank(self) -> int:
        return list(Level).index(self)


class Unknowns(StrEnum):
    """What an undetermined verdict of a mandatory control does, from lax to strict."""

    WARN = "warn"
    """It is reported and blocks nothing."""
    DEFER = "defer"
    """It blocks, unless the check reads one resource alone: that is asked again just before the resource is made."""
    FAIL = "fail"
    """It blocks."""


REMEDIABLE = ("required-tags", "store-no-public-access")
"""Controls with a remediation: those of which mending cannot break a workload."""


@dataclass(frozen=True, kw_only=True)
class Limit:
    """A number that rules compare with, per profile, and the direction in which it becomes stricter."""

    sandbox: float
    standard: float
    regulated: float
    stricter: str
    """``up`` or ``down``."""
    text: str

    def of(self, profile: Profile) -> float:
        value: float = getattr(self, profile.value)
        return value


LIMITS: Mapping[str, Limit] = {
    "key_rotation_days": Limit(
        sandbox=365, standard=90, regulated=90, stricter="down", text="days between two rotations of a customer key"
    ),
    "key_deletion_days": Limit(
        sandbox=7, standard=30, regulated=30, stricter="up", text="days between the order to delete a key and its loss"
    ),
    "log_retention_days": Limit(
        sandbox=30, standard=180, regulated=365, stricter="up", text="days for which logs are kept"
    ),
    "data_retention_days": Limit(
        sandbox=3650, standard=3650, regulated=3650, stricter="down", text="days after which data must have gone"
    ),
    "audit_lock_days": Limit(
        sandbox=30, standard=180, regulated=365, stricter="up", text="days for which audit records cannot be changed"
    ),
    "soft_delete_days": Limit(
        sandbox=7, standard=7, regulated=7, stricter="up", text="days for which deleted data can be restored"
    ),
    "min_instances": Limit(
        sandbox=1, standard=2, regulated=2, stricter="up", text="instances behind an endpoint at any time"
    ),
    "idle_minutes": Limit(
        sandbox=120, standard=120, regulated=120, stricter="down", text="idle minutes after which a workbench stops"
    ),
    "training_nodes": Limit(
        sandbox=4, standard=32, regulated=32, stricter="down", text="nodes that training may grow to"
    ),
    "training_hours": Limit(
        sandbox=24, standard=120, regulated=120, stricter="down", text="hours that one training run may take"
    ),
    "budget_alert_percent": Limit(
        sandbox=80, standard=80, regulated=80, stricter="down", text="percent of the budget at which someone is told"
    ),
}


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The settings of one run: ``Settings.of(profile)``, or :func:`settings_from` with what a stack file sets."""

    profile: Profile
    limits: Mapping[str, float]
    unknowns: Unknowns
    levels: Mapping[str, Level] = field(default_factory=dict)
    """Levels by control id that are stricter than the profile's."""
    regions: frozenset[str] | None = None
    """Regions in which data may be kept; None allows any."""
    instance_types: frozenset[str] | None = None
    """Machine types that may serve or train; None allows any."""
    remediate: frozenset[str] = frozenset()
    """Controls whose remediation is switched on (:mod:`policies.remediation`); none by default."""
    tags: Mapping[str, str] = field(default_factory=dict)
    """Values that the remediation of missing tags may write."""
    waivers: Waivers = NONE

    @classmethod
    def of(cls, profile: Profile | str) -> Settings:
        chosen = Profile(profile)
        return cls(
            profile=chosen,
            limits={name: limit.of(chosen) for name, limit in LIMITS.items()},
            unknowns=Unknowns.WARN if chosen is Profile.SANDBOX else Unknowns.DEFER,
        )

    def limit(self, name: str) -> float:
        return self.limits[name]


def settings_from(
    profile: Profile | str, given: Mapping[str, Any], base_levels: Mapping[str, Level], where: str = "tripod:policy"
) -> Settings:
    """Apply what a stack file sets under ``tripod:policy`` to the settings of the profile.

    ``base_levels`` are the profile's levels by control id. Raises SettingsError with every fault at once.
    """
    return tighten(Settings.of(profile), given, base_levels, where)


def tighten(settings: Settings, given: Mapping[str, Any], levels: Mapping[str, Level], where: str) -> Settings:
    """Apply settings that may only be as strict as what already holds, or stricter.

    ``levels`` are the levels that hold by control id. Raises SettingsError with every fault at once.
    """
    faults: list[str] = []
    limits = dict(settings.limits)
    changes: dict[str, Any] = {}
    for key, value in given.items():
        place = f"{where}.{key}"
        if key == "unknowns":
            order = list(Unknowns)
            if value not in order:
                faults.append(f"{place}: {value!r} is not allowed; use one of {', '.join(order)}")
            elif order.index(value) < order.index(settings.unknowns):
                faults.append(f"{place}: {value} is looser than profile {settings.profile}; remove the line")
            else:
                changes["unknowns"] = Unknowns(value)
        elif key == "levels":
            changes["levels"] = {**settings.levels, **_levels(value, levels, place, settings.profile, faults)}
        elif key in ("regions", "instance_types"):
            changes[key] = _names(key, value, place, getattr(settings, key), faults)
        elif key == "remediate":
            changes[key] = _remediate(value, place, faults)
        elif key == "tags":
            if not isinstance(value, Mapping) or not all(isinstance(v, str) and v.strip() for v in value.values()):
                faults.append(f"{place}: must map names of tags to texts")
            else:
                changes[key] = {**settings.tags, **{str(k): v for k, v in value.items()}}
        elif key in LIMITS:
            limits[key] = _limit(key, value, place, settings, faults)
        else:
            allowed = ["unknowns", "levels", "regions", "instance_types", "remediate", "tags", *LIMITS]
            hint = nearest(str(key), allowed)
            faults.append(f"{place}: unknown setting{hint}; allowed are {', '.join(allowed)}")
    if faults:
        raise SettingsError(faults)
    return replace(settings, limits=limits, **changes)


def stricter(one: Settings, other: Settings) -> Settings:
    """Settings of the stricter profile that hold whatever either of the two holds."""
    order = list(Profile)
    pairs = {
        name: (max if limit.stricter == "up" else min)(one.limit(name), other.limit(name))
        for name, limit in LIMITS.items()
    }
    levels = {
        control: max(
            (level for level in (one.levels.get(control), other.levels.get(control)) if level is not None),
            key=lambda level: level.rank,
        )
        for control in {**one.levels, **other.levels}
    }
    return replace(
        one,
        profile=max(one.profile, other.profile, key=order.index),
        limits=pairs,
        unknowns=max(one.unknowns, other.unknowns, key=list(Unknowns).index),
        levels=levels,
        regions=_both(one.regions, other.regions),
        instance_types=_both(one.instance_types, other.instance_types),
    )


def _both(one: frozenset[str] | None, other: frozenset[str] | None) -> frozenset[str] | None:
    return other if one is None else one if other is None else one & other


def _names(key: str, value: Any, place: str, held: frozenset[str] | None, faults: list[str]) -> frozenset[str] | None:
    if not isinstance(value, list) or not value or not all(isinstance(v, str) and v for v in value):
        faults.append(f"{place}: must be a list of one or more names")
        return held
    added = sorted(set(value) - held) if held is not None else []
    if held is not None and added:
        faults.append(f"{place}: {', '.join(added)} is looser than what holds; allowed are {', '.join(sorted(held))}")
    return frozenset(value)


def _remediate(value: Any, place: str, faults: list[str]) -> frozenset[str]:
    if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
        faults.append(f"{place}: must be a list of control ids; allowed are {', '.join(REMEDIABLE)}")
        return frozenset()
    for name in value:
        if name not in REMEDIABLE:
            hint = nearest(name, REMEDIABLE)
            faults.append(f"{place}: {name} has no remediation{hint}; allowed are {', '.join(REMEDIABLE)}")
    return frozenset(value)


def _limit(key: str, value: Any, place: str, settings: Settings, faults: list[str]) -> float:
    limit, base = LIMITS[key], settings.limit(key)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < math.inf:
        faults.append(f"{place}: {value!r} is not a positive number ({limit.text})")
    elif (value < base) if limit.stricter == "up" else (value > base):
        bound = "at least" if limit.stricter == "up" else "at most"
        faults.append(
            f"{place}: {value:g} is looser than profile {settings.profile}; allowed is {bound} {base:g} ({limit.text})"
        )
    else:
        return float(value)
    return base


def _levels(given: Any, base: Mapping[str, Level], place: str, profile: Profile, faults: list[str]) -> dict[str, Level]:
    if not isinstance(given, Mapping):
        faults.append(f"{place}: must map control ids to off, advisory or mandatory")
        return {}
    result: dict[str, Level] = {}
    for control, value in given.items():
        word = "off" if value is False else value  # YAML 1.1 reads a bare `off` as false
        if control not in base:
            faults.append(f"{place}.{control}: no control has this id{nearest(str(control), base)}")
        elif word not in list(Level):
            faults.append(f"{place}.{control}: {word!r} is not a level; allowed are off, advisory, mandatory")
        elif Level(word).rank < base[control].rank:
            faults.append(
                f"{place}.{control}: {word} is looser than {base[control]} of profile {profile}; use a waiver"
            )
        else:
            result[control] = Level(word)
    return result
