"""Differences between two states: for the planner to decide on and for people to read."""

from __future__ import annotations

from collections.abc import Sequence

from simulator.engine import paths
from simulator.engine.events import Change
from simulator.engine.resource import Resource
from simulator.engine.values import mask, same, unwrap
from simulator.model import Difference, PropertyDiff, Props

HIDDEN = "[hidden]"
"""Stands for both values of a change that the option ``hideDiffs`` hides."""
INIT_ERROR = "#initerror"


def of_properties(olds: Props, news: Props) -> Difference:
    """The difference of two property sets by their top-level names; a changed secret mark alone is none."""
    olds, news = unwrap(olds), unwrap(news)
    detailed = {}
    for key in sorted(olds.keys() | news.keys()):
        if key not in news:
            detailed[key] = PropertyDiff("delete")
        elif key not in olds:
            detailed[key] = PropertyDiff("add")
        elif not same(olds[key], news[key]):
            detailed[key] = PropertyDiff("update")
    return Difference(detailed)


def forced(key: str) -> Difference:
    """A replacement that the engine itself demands, for the reason ``key``."""
    return Difference({key: PropertyDiff("update", replace=True)})


def with_replace_on_changes(difference: Difference, patterns: Sequence[str], *, init_errors: bool) -> Difference:
    """The difference in which paths under one of the patterns force a replacement.

    Raises ``ValueError`` for a malformed pattern.
    """
    parsed = [paths.parse(text) for text in patterns]

    def covered(path: str) -> bool:
        try:
            parts = paths.parse(path)
        except ValueError:
            parts = (path,)
        return any(paths.contains(pattern, parts) for pattern in parsed)

    detailed = {
        path: PropertyDiff(diff.kind, diff.replace or covered(path)) for path, diff in difference.detailed.items()
    }
    if init_errors and covered(INIT_ERROR):
        detailed[INIT_ERROR] = PropertyDiff("update", replace=True)
    return Difference(detailed, difference.delete_before_replace)


def changes(difference: Difference, old: Resource, new: Resource) -> tuple[Change, ...]:
    """The difference with masked values. An old value that was no input is looked up among the outputs."""
    result = []
    hidden = [paths.parse(text) for text in new.hide_diff]
    for path, diff in sorted(difference.detailed.items()):
        try:
            parts = paths.parse(path)
        except ValueError:
            parts = (path,)
        if any(paths.contains(pattern, parts) for pattern in hidden):
            result.append(Change(path, diff.kind, HIDDEN, HIDDEN, diff.replace))
            continue
        before = paths.get(old.inputs, parts)
        if before is None:
            before = paths.get(old.outputs, parts)
        after = paths.get(new.inputs, parts)
        if diff.kind == "delete":
            after = None
        result.append(Change(path, diff.kind, mask(before), mask(after), diff.replace))
    return tuple(result)


def input_changes(before: Props, after: Props) -> tuple[Change, ...]:
    """What changed between two sets of inputs, by top-level name, masked."""
    return tuple(
        Change(path, diff.kind, mask(before.get(path)), mask(after.get(path)))
        for path, diff in of_properties(before, after).detailed.items()
    )


def drift(old: Resource, new: Resource) -> tuple[Change, ...]:
    """What a refresh found: the outputs that are not as they were, and inputs that have no output of the same name."""
    result = []
    for before, after, skip in ((old.outputs, new.outputs, Props()), (old.inputs, new.inputs, new.outputs)):
        for path, diff in of_properties(before, after).detailed.items():
            if path not in skip:
                result.append(Change(path, diff.kind, mask(before.get(path)), mask(after.get(path))))
    return tuple(result)
