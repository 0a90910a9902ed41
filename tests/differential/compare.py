"""What must be equal, and what cannot be.

Left out of the comparison, because nothing could make it equal or because it says nothing of the semantics:

- moments (``created``, ``modified``, moments among the outputs), and the ids of provider resources: the engine draws
  them;
- the random part of automatic names: drawn by the engine, so a name and whatever contains it is written ``<auto:…>``;
- ``sourcePosition`` and ``stackTrace``: paths of this machine, which the embedded engine does not record;
- the order of steps that do not depend on each other.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import fields
from typing import Any

from simulator.engine import urn as urns
from simulator.engine.resource import Resource
from simulator.engine.state import Snapshot
from tests.differential.engines import Done, Outcome

_LEFT_OUT = frozenset({"created", "modified", "source_position", "stack_trace"})
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def steps(outcome: Outcome, *, planned: bool) -> dict[str, list[str]]:
    """Operations by URN; a failed one is marked. The CLI says of a plan only what succeeds."""
    found: dict[str, list[str]] = defaultdict(list)
    for step in outcome.steps:
        if planned and step.failed:
            continue
        found[step.urn].append(f"{step.op} FAILED" if step.failed else step.op)
    return {urn: sorted(ops) for urn, ops in sorted(found.items())}


_REASONS = frozenset({"provider", "replacementTrigger", "replaceWith", "deletedWith", "id", "taint"})
"""Reasons of the engine to replace, which the embedded one shows among the changes and the CLI beside them."""


def changes(outcome: Outcome) -> dict[str, list[Any]]:
    """What the steps show as changed, by operation and URN."""
    found = {}
    for step in sorted(outcome.steps, key=lambda step: (step.urn, step.op)):
        shown = [change for change in step.changes if change[0] not in _REASONS]
        if shown and step.op in ("update", "replace"):
            found[f"{step.op} {step.urn}"] = shown
    return found


def order(outcome: Outcome, *snapshots: Snapshot) -> list[str]:
    """The steps that had to come one after the other: of one resource, and of those that depend on each other."""
    at: dict[str, list[tuple[int, Done]]] = defaultdict(list)
    for index, step in enumerate(outcome.steps):
        if step.op not in ("same", "replace", "refresh"):
            at[step.urn].append((index, step))
    needs: dict[str, set[str]] = defaultdict(set)
    for snapshot in snapshots:
        for item in snapshot.resources:
            needs[item.urn] |= {*item.needs(), *([item.parent] if item.parent else [])}
    found = set()
    for urn, own in at.items():
        found.add(" < ".join(f"{step.op} {urns.name_of(urn)}" for _, step in own))
        for other in needs[urn]:
            for here, mine in own:
                for there, theirs in at.get(other, ()):
                    first, second = (theirs, mine) if there < here else (mine, theirs)
                    found.add(f"{first.op} {urns.name_of(first.urn)} < {second.op} {urns.name_of(second.urn)}")
    return sorted(text for text in found if " < " in text)


def state(snapshot: Snapshot) -> dict[str, Any]:
    """The snapshot as comparable values: resources by URN (deleted ones apart), and unfinished operations."""
    names = dict(_automatic(snapshot.resources))
    resources: dict[str, Any] = {}
    for item in snapshot.resources:
        about = {field.name: getattr(item, field.name) for field in fields(Resource) if field.name not in _LEFT_OUT}
        about["custom_timeouts"] = vars(item.custom_timeouts)
        if urns.is_provider(item.type):
            about["id"] = "<uuid>"
        if item.provider:
            about["provider"] = f"{urns.split_reference(item.provider)[0]}::<uuid>"
        if item.type == "pulumi:pulumi:StackReference":
            about["id"] = "<uuid>"
        about["dependencies"] = sorted(item.dependencies)
        about["property_dependencies"] = {key: sorted(some) for key, some in item.property_dependencies.items() if some}
        key = f"{item.urn}{' (to be deleted)' if item.delete else ''}"
        assert key not in resources or item.delete, f"{key} is twice in the state"
        resources[key] = _written(about, names)
    operations = sorted(f"{item.type} {item.resource.urn}" for item in snapshot.operations)
    return {"resources": resources, "operations": operations}


def _automatic(resources: Sequence[Resource]) -> Iterator[tuple[str, str]]:
    """(automatic name, how it is written). A renamed resource keeps the name that its old one drew."""
    for item in resources:
        own = re.compile(re.escape(item.name) + "(-[0-9a-f]{7}|[0-9a-f]{8})")
        drawn = re.compile(".*(-[0-9a-f]{7}|[0-9a-f]{8})")
        noted = item.inputs.get("__defaults") or ()
        random = item.inputs.get("__createBeforeDelete") is True
        for key, value in item.inputs.items():
            if isinstance(value, str) and (drawn if random or key in noted else own).fullmatch(value):
                yield value, f"<auto:{item.name}:{'old' if item.delete else 'new'}>"


def _written(about: dict[str, Any], names: dict[str, str]) -> Any:
    text = json.dumps(about, sort_keys=True, default=str)
    for name, written in sorted(names.items(), key=lambda pair: -len(pair[0])):
        text = text.replace(name, written)
    text = _MOMENT.sub("<moment>", text)
    return json.loads(text)


def differences(left: Any, right: Any, path: str = "") -> Iterator[str]:
    """Each difference of two values as one line: embedded, then CLI."""
    if isinstance(left, dict) and isinstance(right, dict):
        for key in sorted(left.keys() | right.keys()):
            yield from differences(left.get(key, "<absent>"), right.get(key, "<absent>"), f"{path}/{key}")
    elif isinstance(left, list) and isinstance(right, list) and len(left) == len(right):
        for index, (one, other) in enumerate(zip(left, right, strict=True)):
            yield from differences(one, other, f"{path}/{index}")
    elif isinstance(left, int | float) and isinstance(right, int | float) and bool not in (type(left), type(right)):
        if float(left) != float(right):  # JSON has one kind of number
            yield f"{path}: embedded {left!r}, CLI {right!r}"
    elif type(left) is not type(right) or left != right:
        yield f"{path}: embedded {left!r}, CLI {right!r}"
