"""Provider configuration: which keys a package knows, and what a change of them means."""

from __future__ import annotations

import difflib
import functools
from types import MappingProxyType

from simulator.catalogue import files
from simulator.clouds.base import CloudRules
from simulator.model import Checked, CheckFailure, Difference, PropertyDiff, Props
from simulator.values import without_nulls

_ENGINE_KEYS = frozenset({"version", "pluginDownloadURL", "__internal"})


@functools.cache
def known_keys(package: str) -> MappingProxyType[str, bool]:
    """Return the configuration keys of a package; the value says whether they are written as JSON."""
    keys: dict[str, bool] = files.of(package).body("config", package)
    return MappingProxyType(keys)


def check(rules: CloudRules, news: Props) -> Checked:
    """Return the configuration as it is, and its faults."""
    given = without_nulls(news)
    known = known_keys(rules.package)
    faults = [
        CheckFailure(key, f"unknown configuration key '{rules.package}:{key}'{_hint(key, list(known))}")
        for key in given
        if key not in known and key not in _ENGINE_KEYS
    ]
    return Checked(given, (*faults, *rules.check_config(given)))


def diff(rules: CloudRules, olds: Props, news: Props) -> Difference:
    """Return what differs between two configurations."""
    before, after = without_nulls(olds), without_nulls(news)
    replacing = rules.replacing_config()
    detailed: dict[str, PropertyDiff] = {}
    for key in sorted(before.keys() | after.keys()):
        if key in _ENGINE_KEYS or before.get(key) == after.get(key):
            continue
        kind = "add" if key not in before else "delete" if key not in after else "update"
        detailed[key] = PropertyDiff(kind, replace=key in replacing)
    return Difference(detailed)


def _hint(key: str, known: list[str]) -> str:
    near = difflib.get_close_matches(key, known, n=1)
    return f"; did you mean '{near[0]}'?" if near else ""
