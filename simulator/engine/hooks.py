"""Resource hooks: functions of the program that run before and after a step, or when it failed.

https://www.pulumi.com/docs/iac/concepts/resources/hooks/. A failed ``before`` hook fails the step. A failed ``after``
hook fails the run, but the step stands, because the cloud has changed. Error hooks may ask for another attempt;
at most :data:`MAX_RETRIES` are made. In a preview only hooks with ``on_dry_run`` run.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from pulumi.runtime.proto import resource_pb2

from simulator.engine.callbacks import Callbacks
from simulator.engine.errors import EngineError
from simulator.engine.events import Diagnostic
from simulator.engine.resource import Resource
from simulator.engine.values import to_struct
from simulator.model import CloudError

T = TypeVar("T")

MAX_RETRIES = 100
"""Attempts of one operation (``maxErrorHookRetries`` of the CLI)."""

BEFORE_CREATE, AFTER_CREATE = "BeforeCreate", "AfterCreate"
BEFORE_UPDATE, AFTER_UPDATE = "BeforeUpdate", "AfterUpdate"
BEFORE_DELETE, AFTER_DELETE = "BeforeDelete", "AfterDelete"
ON_ERROR = "OnError"

DELETE_HOOKS = frozenset({BEFORE_DELETE, AFTER_DELETE})

BINDINGS = {
    "before_create": BEFORE_CREATE,
    "after_create": AFTER_CREATE,
    "before_update": BEFORE_UPDATE,
    "after_update": AFTER_UPDATE,
    "before_delete": BEFORE_DELETE,
    "after_delete": AFTER_DELETE,
    "on_error": ON_ERROR,
}
"""Fields of a registration and what the state file calls them."""


def bound(binding: Any) -> dict[str, list[str]]:
    """The names of the hooks of a registration by kind."""
    return {kind: list(getattr(binding, name)) for name, kind in BINDINGS.items() if getattr(binding, name)}


@dataclass(frozen=True)
class _Hook:
    callback: Any
    on_dry_run: bool = False
    ignore_errors: bool = False


@dataclass(frozen=True)
class Subject:
    """What a hook is told: the resource before and after, as far as the moment knows them."""

    resource: Resource
    old: Resource | None = None
    new: Resource | None = None
    outputs: bool = False
    """Whether the new outputs are known."""

    def fill(self, message: Any) -> Any:
        """Writes itself into a request."""
        message.urn, message.id = self.resource.urn, self.resource.id
        message.name, message.type = self.resource.name, self.resource.type
        if self.new is not None:
            message.new_inputs.CopyFrom(to_struct(self.new.inputs))
        if self.old is not None:
            message.old_inputs.CopyFrom(to_struct(self.old.inputs))
            message.old_outputs.CopyFrom(to_struct(self.old.outputs))
        if self.new is not None and self.outputs:
            message.new_outputs.CopyFrom(to_struct(self.new.outputs))
        return message


class Hooks:
    """The hooks of one run. Thread-safe."""

    def __init__(self, callbacks: Callbacks, report: Callable[[Diagnostic], None], *, preview: bool) -> None:
        self._callbacks = callbacks
        self._report = report
        self._preview = preview
        self._lock = threading.Lock()
        self._resource: dict[str, _Hook] = {}
        self._error: dict[str, _Hook] = {}

    def register(self, request: resource_pb2.RegisterResourceHookRequest) -> None:
        """Raises :class:`EngineError` for a name that is empty or taken."""
        with self._lock:
            self._free(request.name)
            self._resource[request.name] = _Hook(request.callback, request.on_dry_run, request.ignore_errors)

    def register_error(self, request: resource_pb2.RegisterErrorHookRequest) -> None:
        """Raises :class:`EngineError` for a name that is empty or taken."""
        with self._lock:
            self._free(request.name)
            self._error[request.name] = _Hook(request.callback)

    def _free(self, name: str) -> None:
        if not name:
            raise EngineError("a resource hook has no name; give it one")
        if name in self._resource or name in self._error:
            raise EngineError(f"there is a resource hook {name!r} already; give one of the two another name")

    def run(self, kind: str, subject: Subject) -> None:
        """Runs the hooks of a kind in order. Raises :class:`EngineError` when one fails."""
        for name in subject.resource.hooks.get(kind, ()):
            hook = self._resource.get(name)
            if hook is None:
                raise EngineError(f"the hook {name!r} was not registered; the program must do so in every run")
            if self._preview and not hook.on_dry_run:
                continue
            message = subject.fill(resource_pb2.ResourceHookRequest())
            try:
                answer = self._callbacks.invoke(f"the hook {name!r}", hook.callback, message)
                error = resource_pb2.ResourceHookResponse.FromString(answer).error
            except EngineError as failure:
                error = str(failure)
            if not error:
                continue
            if hook.ignore_errors:
                self._report(Diagnostic("warning", f"{kind} hook {name!r} failed: {error}", subject.resource.urn))
                continue
            when = "before" if kind.startswith("Before") else "after"
            raise EngineError(f"{when} hook {name!r} failed: {error}")

    def attempt(self, operation: str, subject: Subject, call: Callable[[], T]) -> T:
        """The result of ``call``, which is repeated as long as an error hook asks for it.

        Raises what the last attempt raised, or :class:`EngineError` when an error hook itself fails.
        """
        names = subject.resource.hooks.get(ON_ERROR, ())
        failures: list[str] = []
        while True:
            try:
                return call()
            except CloudError as error:
                if not names:
                    raise
                failures.insert(0, str(error))
                urn = subject.resource.urn
                if len(failures) >= MAX_RETRIES:
                    text = f"maximum number of error hook retries ({MAX_RETRIES}) reached"
                    self._report(Diagnostic("warning", text, urn))
                    raise
                if not self._retry(names, operation, subject, failures):
                    raise
                text = f"retrying {operation} due to on-error hook request ({len(failures)}/{MAX_RETRIES})"
                self._report(Diagnostic("warning", text, urn))

    def _retry(self, names: Any, operation: str, subject: Subject, failures: list[str]) -> bool:
        wanted = False
        for name in names:
            hook = self._error.get(name)
            if hook is None:
                raise EngineError(f"error hooks execution failed: the error hook {name!r} was not registered")
            message = subject.fill(resource_pb2.ErrorHookRequest())
            message.failed_operation = operation
            message.errors.extend(failures)
            answer = resource_pb2.ErrorHookResponse.FromString(
                self._callbacks.invoke(f"the error hook {name!r}", hook.callback, message)
            )
            if answer.error:
                raise EngineError(f"error hooks execution failed: error hook {name!r} failed: {answer.error}")
            wanted = wanted or answer.retry
        return wanted
