"""Transforms: functions of the program that change registrations and invokes before the engine sees them.

The program serves them itself (the service ``Callbacks``); the engine calls them by token. The order is that of the
CLI: those of the resource, then of its ancestors from the inside out, then of the stack.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import Any

from google.protobuf import struct_pb2
from pulumi.runtime.proto import resource_pb2

from simulator.engine.callbacks import Callbacks
from simulator.engine.values import OUTPUT_SIG, from_struct, is_secret, to_struct
from simulator.model import SIG_KEY, UNKNOWN, Props


class Transforms:
    """The transforms of one run. Thread-safe."""

    def __init__(self, callbacks: Callbacks) -> None:
        self._lock = threading.Lock()
        self._callbacks = callbacks
        self._stack: list[Any] = []
        self._invokes: list[Any] = []
        self._own: dict[str, list[Any]] = {}
        self._parents: dict[str, str] = {}

    def add_to_stack(self, callback: Any) -> None:
        with self._lock:
            self._stack.append(callback)

    def add_to_invokes(self, callback: Any) -> None:
        with self._lock:
            self._invokes.append(callback)

    def remember(self, urn: str, parent: str, callbacks: Iterable[Any]) -> None:
        """Keeps the transforms of a resource for its children."""
        with self._lock:
            self._parents[urn] = parent
            if own := list(callbacks):
                self._own[urn] = own

    def _for(self, request: resource_pb2.RegisterResourceRequest) -> list[Any]:
        with self._lock:
            result = list(request.transforms)
            current = request.parent
            while current:
                result += self._own.get(current, ())
                current = self._parents.get(current, "")
            return result + self._stack

    def apply(self, request: resource_pb2.RegisterResourceRequest) -> None:
        """Runs the transforms that hold for the registration and writes what they change into it."""
        callbacks = self._for(request)
        if not callbacks:
            return
        request.object.CopyFrom(_as_outputs(request))
        for callback in callbacks:
            message = resource_pb2.TransformRequest(
                type=request.type,
                name=request.name,
                custom=request.custom,
                parent=request.parent,
                properties=request.object,
                options=_options(request),
            )
            answer = resource_pb2.TransformResponse.FromString(self._callbacks.invoke("a transform", callback, message))
            request.object.CopyFrom(answer.properties)
            if answer.HasField("options"):
                _write(request, answer.options)
        _read_dependencies(request)

    def apply_to_invoke(self, request: resource_pb2.ResourceInvokeRequest) -> None:
        """Runs the invoke transforms of the stack."""
        with self._lock:
            callbacks = list(self._invokes)
        for callback in callbacks:
            message = resource_pb2.TransformInvokeRequest(
                token=request.tok,
                args=request.args,
                options=resource_pb2.TransformInvokeOptions(
                    provider=request.provider, plugin_download_url=request.pluginDownloadURL, version=request.version
                ),
            )
            answer = resource_pb2.TransformInvokeResponse.FromString(
                self._callbacks.invoke("a transform", callback, message)
            )
            request.args.CopyFrom(answer.args)
            if answer.HasField("options"):
                request.provider = answer.options.provider
                request.pluginDownloadURL = answer.options.plugin_download_url
                request.version = answer.options.version


def _as_outputs(request: resource_pb2.RegisterResourceRequest) -> struct_pb2.Struct:
    """The properties as output values, so that the functions see what is secret, unknown, and depends on what."""
    result: Props = {}
    for key, value in from_struct(request.object).items():
        needs = sorted(request.propertyDependencies[key].urns) if key in request.propertyDependencies else []
        output = _as_output(value)
        if needs:
            if not isinstance(output, dict) or output.get(SIG_KEY) != OUTPUT_SIG:
                output = {SIG_KEY: OUTPUT_SIG, "value": output}
            output["dependencies"] = needs
        result[key] = output
    return to_struct(result)


def _as_output(value: Any) -> Any:
    if value == UNKNOWN:
        return {SIG_KEY: OUTPUT_SIG}
    if is_secret(value):
        inner = _as_output(value["value"])
        known = {"value": inner} if inner != {SIG_KEY: OUTPUT_SIG} else {}
        return {SIG_KEY: OUTPUT_SIG, "secret": True, **known}
    if isinstance(value, dict):
        return {key: _as_output(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_as_output(item) for item in value]
    return value


def _read_dependencies(request: resource_pb2.RegisterResourceRequest) -> None:
    """Adds the dependencies that the functions brought in.

    Those of before are kept, because the Python SDK (3.272) answers plain values for the outputs it was given.
    """
    needed = set(request.dependencies)
    for key, value in request.object.fields.items():
        known = request.propertyDependencies[key]
        urns = set(known.urns)
        _collect(value, urns)
        needed |= urns
        del known.urns[:]
        known.urns.extend(sorted(urns))
    request.ClearField("dependencies")
    request.dependencies.extend(sorted(needed))


def _collect(value: struct_pb2.Value, urns: set[str]) -> None:
    if value.HasField("list_value"):
        for item in value.list_value.values:
            _collect(item, urns)
    elif value.HasField("struct_value"):
        fields = value.struct_value.fields
        if SIG_KEY in fields and fields[SIG_KEY].string_value == OUTPUT_SIG and "dependencies" in fields:
            urns.update(item.string_value for item in fields["dependencies"].list_value.values)
        for item in fields.values():
            _collect(item, urns)


def _options(request: resource_pb2.RegisterResourceRequest) -> resource_pb2.TransformResourceOptions:
    options = resource_pb2.TransformResourceOptions(
        depends_on=request.dependencies,
        ignore_changes=request.ignoreChanges,
        replace_on_changes=request.replaceOnChanges,
        version=request.version,
        aliases=request.aliases,
        provider=request.provider,
        custom_timeouts=request.customTimeouts,
        plugin_download_url=request.pluginDownloadURL,
        deleted_with=request.deletedWith,
        additional_secret_outputs=request.additionalSecretOutputs,
        providers=request.providers,
        hide_diff=request.hideDiffs,
        replace_with=request.replace_with,
    )
    setattr(options, "import", request.importId)
    if request.HasField("hooks"):
        options.hooks.CopyFrom(request.hooks)
    if request.HasField("protect"):
        options.protect = request.protect
    if request.HasField("retainOnDelete"):
        options.retain_on_delete = request.retainOnDelete
    if request.deleteBeforeReplaceDefined or request.deleteBeforeReplace:
        options.delete_before_replace = request.deleteBeforeReplace
    if request.HasField("replacement_trigger"):
        options.replacement_trigger.CopyFrom(request.replacement_trigger)
    return options


_LISTS = {
    "dependencies": "depends_on",
    "ignoreChanges": "ignore_changes",
    "replaceOnChanges": "replace_on_changes",
    "aliases": "aliases",
    "additionalSecretOutputs": "additional_secret_outputs",
    "hideDiffs": "hide_diff",
    "replace_with": "replace_with",
}
_TEXTS = {
    "version": "version",
    "provider": "provider",
    "pluginDownloadURL": "plugin_download_url",
    "deletedWith": "deleted_with",
    "importId": "import",
}


def _write(request: Any, options: Any) -> None:
    """Copies the options a transform answered into the registration; the messages are untyped to loop over names."""
    for ours, theirs in _LISTS.items():
        request.ClearField(ours)
        getattr(request, ours).extend(getattr(options, theirs))
    for ours, theirs in _TEXTS.items():
        setattr(request, ours, getattr(options, theirs))
    request.ClearField("providers")
    request.providers.update(options.providers)
    for ours, theirs in (("protect", "protect"), ("retainOnDelete", "retain_on_delete")):
        request.ClearField(ours)
        if options.HasField(theirs):
            setattr(request, ours, getattr(options, theirs))
    request.deleteBeforeReplaceDefined = options.HasField("delete_before_replace")
    request.deleteBeforeReplace = options.delete_before_replace
    request.ClearField("hooks")
    if options.HasField("hooks"):
        request.hooks.CopyFrom(options.hooks)
    if options.HasField("custom_timeouts"):
        request.customTimeouts.CopyFrom(options.custom_timeouts)
    if options.HasField("replacement_trigger"):
        request.replacement_trigger.CopyFrom(options.replacement_trigger)
