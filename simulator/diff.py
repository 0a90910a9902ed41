"""What differs between two sets of inputs, path by path, and which differences force a replacement."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from simulator.catalogue.replacements import forces_replacement
from simulator.catalogue.shapes import Shape
from simulator.check import INTERNAL
from simulator.clouds.base import CloudRules
from simulator.model import Difference, PropertyDiff, Props
from simulator.values import Path, covers, is_asset, parse, plain, render, without_nulls


def compare(rules: CloudRules, shape: Shape, olds: Props, news: Props, ignore: tuple[str, ...]) -> Difference:
    """Return the differences of inputs, without those at or below an ignored path."""
    before, after = (_visible(plain(without_nulls(props))) for props in (olds, news))
    patterns = tuple(parse(path) for path in ignore)
    detailed: dict[str, PropertyDiff] = {}
    for path, kind, old, new in differences(before, after):
        if any(covers(pattern, path) for pattern in patterns) or _same(shape, path, old, new):
            continue
        detailed[render(path)] = PropertyDiff(kind, replace=forces_replacement(shape, path))
    replaced = any(change.replace for change in detailed.values())
    return Difference(detailed, delete_before_replace=replaced and rules.delete_first(shape, olds, news))


def differences(old: Any, new: Any, path: Path = ()) -> Iterator[tuple[Path, str, Any, Any]]:
    """Yield (path, kind, old, new) of every difference; an unknown differs from every known value."""
    if isinstance(old, dict) and isinstance(new, dict) and not is_asset(old) and not is_asset(new):
        for key in (*old, *(key for key in new if key not in old)):
            if key not in new:
                yield (*path, key), "delete", old[key], None
            elif key not in old:
                yield (*path, key), "add", None, new[key]
            else:
                yield from differences(old[key], new[key], (*path, key))
    elif isinstance(old, list) and isinstance(new, list):
        for index in range(max(len(old), len(new))):
            if index >= len(new):
                yield (*path, index), "delete", old[index], None
            elif index >= len(old):
                yield (*path, index), "add", None, new[index]
            else:
                yield from differences(old[index], new[index], (*path, index))
    elif type(old) is bool or type(new) is bool:
        if old is not new:
            yield path, "update", old, new
    elif old != new:
        yield path, "update", old, new


def _visible(props: Props) -> Props:
    return {key: value for key, value in props.items() if not key.startswith(INTERNAL)}


def _same(shape: Shape, path: Path, old: Any, new: Any) -> bool:
    """Azure compares locations without regard to case and spaces."""
    if shape.package != "azure-native" or path != ("location",) or not (isinstance(old, str) and isinstance(new, str)):
        return False
    return old.replace(" ", "").lower() == new.replace(" ", "").lower()
