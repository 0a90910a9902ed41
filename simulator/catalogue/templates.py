"""Templates of ids: ``{wireName}``, ``{wireName|default}``, ``{hex:17}``, ``{digits:12}``, ``{letters:6}``,
``{upper:17}``, ``{guid}``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from simulator.dice import Dice

_FIELD = re.compile(r"\{([A-Za-z_]\w*)(?::(\d+))?(?:\|([^}]*))?\}")


def fill(template: str, values: Mapping[str, Any], dice: Dice, label: str = "") -> str:
    """Fill a template; an absent value without default becomes generated letters, so that ids stay distinct."""

    def one(found: re.Match[str]) -> str:
        name, length, default = found.groups()
        # The same field of one object is always the same value, whatever template asks for it.
        if name == "guid":
            return dice.guid(label)
        if length is not None and name == "upper":
            return dice.letters(int(length), label).upper()
        if length is not None and name in ("hex", "digits", "letters"):
            return str(getattr(dice, name)(int(length), label))
        value = values.get(name)
        if isinstance(value, float) and value.is_integer():
            return str(int(value))
        if isinstance(value, str | int | float) and value != "":
            return str(value)
        return default if default is not None else dice.letters(12, name)

    return _FIELD.sub(one, template)


def fields(template: str) -> tuple[str, ...]:
    """Return the names of the fields of a template in order."""
    return tuple(found.group(1) for found in _FIELD.finditer(template))
