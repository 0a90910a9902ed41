"""Find the controls: every module below ``policies.controls`` defines one ``CONTROL``; nothing registers itself."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from policies import controls as package
from policies.control import Control


@cache
def controls() -> tuple[Control, ...]:
    """All controls, by group and id.

    Raises LookupError for a module whose CONTROL is absent, or whose id or group is not that of its file and folder.
    """
    found: list[Control] = []
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if module.ispkg:
            continue
        control = getattr(importlib.import_module(module.name), "CONTROL", None)
        if not isinstance(control, Control):
            raise LookupError(f"{module.name}: defines no CONTROL")
        place = tuple(part.replace("_", "-") for part in module.name.split(".")[-2:])
        if place != (control.group.value, control.id):
            raise LookupError(f"{module.name}: holds control {control.id} of group {control.group}; move or rename it")
        found.append(control)
    return tuple(sorted(found, key=lambda c: (c.group, c.id)))
