"""All cases: importing this fills :data:`tests.differential.case.CASES`."""

from __future__ import annotations

import importlib
import pkgutil

from tests.differential import programs
from tests.differential.case import CASES

for _module in pkgutil.iter_modules(programs.__path__):
    importlib.import_module(f"{programs.__name__}.{_module.name}")

NAMES = tuple(CASES)
