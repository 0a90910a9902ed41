"""The three packs: at which level each control stands in a sandbox, a standard and a regulated stack.

One line per control, three letters: ``-`` off, ``A`` advisory, ``M`` mandatory. A stack file may only raise a level.
"""

from __future__ import annotations

from collections.abc import Mapping

from policies.settings import Level, Profile, Settings

_LETTERS = {"-": Level.OFF, "A": Level.ADVISORY, "M": Level.MANDATORY}

LEVELS: Mapping[str, str] = {
    # data-protection-keys
    "key-rotation": "AMM",
    "no-plaintext-secrets": "MMM",
    "store-cmk-encryption": "AMM",
    "store-no-public-access": "MMM",
    # network-isolation
    "workspace-private": "-MM",
    # monitoring-observability
    "inference-capture": "AMM",
}


def levels(profile: Profile | str) -> Mapping[str, Level]:
    """The level of every control in a profile."""
    column = list(Profile).index(Profile(profile))
    return {control: _LETTERS[row[column]] for control, row in LEVELS.items()}


def level_of(control: str, settings: Settings) -> Level:
    """The level of a control under the settings; a control that no pack names is MANDATORY, so none is lost."""
    row = LEVELS.get(control, "MMM")
    base = _LETTERS[row[list(Profile).index(settings.profile)]]
    return max(base, settings.levels.get(control, base), key=lambda level: level.rank)
