"""The profile and settings of the pack when the Pulumi CLI runs it: from the stack, then the environment."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path

from policies.packs import levels
from policies.registry import controls
from policies.settings import Profile, Settings, SettingsError, settings_from
from policies.waivers import FILE, Waivers, read

PROFILE_VARIABLE = "TRIPOD_POLICY_PROFILE"
"""Environment variable that names a profile where the stack does not, or a stricter one than the stack's."""


def settings_of(config: Mapping[str, str], environ: Mapping[str, str]) -> Settings:
    """The settings under ``tripod:profile`` and ``tripod:policy`` of a stack; without a profile, those of standard.

    Raises SettingsError: an unreadable configuration must stop the deployment, not fall back to a looser pack.
    """
    named = {
        "tripod:profile": config.get("tripod:profile"),
        PROFILE_VARIABLE: environ.get(PROFILE_VARIABLE),
    }
    words = {where: word for where, word in named.items() if word}
    allowed = ", ".join(Profile)
    faults = [f"{w}: {p!r} is no profile; allowed are {allowed}" for w, p in words.items() if p not in list(Profile)]
    if faults:
        raise SettingsError(faults)
    profile = max((Profile(w) for w in words.values()), key=list(Profile).index, default=Profile.STANDARD)
    text = config.get("tripod:policy")
    if not text:
        return Settings.of(profile)
    try:
        given = json.loads(text)
    except ValueError:
        given = None
    if not isinstance(given, dict):
        raise SettingsError(["tripod:policy: must be a map of settings"])
    return settings_from(profile, given, levels(profile))


def waivers_of(project: Path, today: date | None = None) -> Waivers:
    """The waivers beside the stacks of a project, as of ``today`` (UTC unless given).

    Raises SettingsError where the file cannot be read.
    """
    day = today or datetime.now(UTC).date()
    return read(project / "stacks" / FILE, [control.id for control in controls()], day, f"stacks/{FILE}")
