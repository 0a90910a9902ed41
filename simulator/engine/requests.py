"""Reads registrations: from the message of the SDK to what the program asks for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from pulumi.runtime.proto import resource_pb2

from simulator.engine.errors import EngineError
from simulator.engine.goal import Alias, Goal
from simulator.engine.hooks import bound
from simulator.engine.resource import CustomTimeouts
from simulator.engine.values import from_value
from simulator.model import Props


def goal(
    request: resource_pb2.RegisterResourceRequest, *, properties: Props, provider: str, parent: Goal | None
) -> Goal:
    """The goal of a registration. ``parent``: whose options are inherited. Raises :class:`EngineError`."""
    return Goal(
        type=request.type,
        name=request.name,
        custom=request.custom,
        properties=properties,
        parent=request.parent,
        provider=provider,
        dependencies=tuple(request.dependencies),
        property_dependencies=_property_dependencies(request, properties),
        protect=_inherit(request, "protect", parent.protect if parent else None),
        retain_on_delete=_inherit(request, "retainOnDelete", parent.retain_on_delete if parent else None),
        delete_before_replace=request.deleteBeforeReplace
        if request.deleteBeforeReplaceDefined or request.deleteBeforeReplace
        else None,
        ignore_changes=tuple(request.ignoreChanges),
        replace_on_changes=tuple(request.replaceOnChanges),
        replacement_trigger=from_value(request.replacement_trigger)
        if request.HasField("replacement_trigger")
        else None,
        additional_secret_outputs=tuple(request.additionalSecretOutputs),
        aliases=tuple(_aliases(request)),
        custom_timeouts=_timeouts(request),
        import_id=request.importId,
        deleted_with=request.deletedWith or (parent.deleted_with if parent else ""),
        replace_with=tuple(request.replace_with),
        hide_diff=tuple(request.hideDiffs),
        hooks=bound(request.hooks),
    )


def _inherit(request: Any, name: str, inherited: bool | None) -> bool | None:
    return bool(getattr(request, name)) if request.HasField(name) else inherited


def _property_dependencies(
    request: resource_pb2.RegisterResourceRequest, properties: Props
) -> dict[str, tuple[str, ...]]:
    if not request.propertyDependencies:
        return {key: tuple(request.dependencies) for key in properties} if request.dependencies else {}
    return {key: tuple(some.urns) for key, some in request.propertyDependencies.items()}


def _aliases(request: resource_pb2.RegisterResourceRequest) -> Iterable[Alias]:
    for urn in request.aliasURNs:
        yield Alias(urn=urn)
    for alias in request.aliases:
        if alias.WhichOneof("alias") == "urn":
            yield Alias(urn=alias.urn)
            continue
        spec = alias.spec
        yield Alias(
            name=spec.name,
            type=spec.type,
            stack=spec.stack,
            project=spec.project,
            parent=spec.parentUrn,
            no_parent=spec.noParent,
        )


_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}


def _timeouts(request: resource_pb2.RegisterResourceRequest) -> CustomTimeouts:
    given = request.customTimeouts
    return CustomTimeouts(*(_seconds(text) for text in (given.create, given.update, given.delete, given.read)))


def _seconds(text: str) -> float:
    """The seconds of a Go duration such as ``1h30m``."""
    if not text:
        return 0.0
    pieces = re.findall(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)", text)
    if not pieces or "".join(number + unit for number, unit in pieces) != text:
        raise EngineError(f"customTimeouts: {text!r} is no duration; expected for instance 90s, 5m or 1h30m")
    return sum(float(number) * _UNITS[unit] for number, unit in pieces)
