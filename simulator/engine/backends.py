"""Who carries out the operations on a resource: the simulated cloud, the provider registry, or the engine itself.

Every backend takes and returns values with secrets marked. :class:`CloudBackend` strips the marks before it calls the
cloud and sets them again on outputs of the same name, as the real engine does for providers that do not accept secrets.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Protocol

from simulator.engine.errors import EngineError
from simulator.engine.refusals import BUILTIN_FUNCTION, BUILTIN_RESOURCE
from simulator.engine.resource import Resource
from simulator.engine.values import annotate, has_secret, make_secret, unwrap
from simulator.model import (
    UNKNOWN,
    Checked,
    CloudError,
    Difference,
    Live,
    PartialFailure,
    PropertyDiff,
    Props,
    Provider,
)

STACK_REFERENCE = "pulumi:pulumi:StackReference"

StackResolver = Callable[[str], Props | None]
"""The outputs of another stack by name, secrets marked; None when there is no such stack."""


class Backend(Protocol):
    """Operations on resources. All raise :class:`~simulator.model.CloudError`."""

    def check(self, resource: Resource, olds: Props, news: Props, seed: bytes) -> Checked: ...

    def diff(self, old: Resource, news: Props, ignore: tuple[str, ...]) -> Difference: ...

    def create(self, new: Resource, *, preview: bool) -> Live: ...

    def update(self, old: Resource, new: Resource, *, preview: bool) -> Live: ...

    def read(self, resource: Resource, inputs: Props, outputs: Props) -> Live | None: ...

    def delete(self, old: Resource) -> None: ...

    def invoke(self, token: str, args: Props, *, preview: bool) -> Props: ...


class CloudBackend:
    """A configured provider of the simulated cloud."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider

    def check(self, resource: Resource, olds: Props, news: Props, seed: bytes) -> Checked:
        checked = self.provider.check(resource.urn, resource.type, unwrap(olds), unwrap(news), seed)
        return Checked(annotate(checked.inputs, news), checked.failures, checked.warnings)

    def diff(self, old: Resource, news: Props, ignore: tuple[str, ...]) -> Difference:
        return self.provider.diff(
            old.urn, old.type, old.id, unwrap(old.inputs), unwrap(old.outputs), unwrap(news), ignore
        )

    def create(self, new: Resource, *, preview: bool) -> Live:
        def call() -> Live:
            return self.provider.create(
                new.urn, new.type, unwrap(new.inputs), preview=preview, timeout=new.custom_timeouts.create
            )

        return _annotated(call, new.inputs)

    def update(self, old: Resource, new: Resource, *, preview: bool) -> Live:
        def call() -> Live:
            return self.provider.update(
                old.urn,
                old.type,
                old.id,
                unwrap(old.inputs),
                unwrap(old.outputs),
                unwrap(new.inputs),
                tuple(new.ignore_changes),
                preview=preview,
                timeout=new.custom_timeouts.update,
            )

        return _annotated(call, new.inputs)

    def read(self, resource: Resource, inputs: Props, outputs: Props) -> Live | None:
        live = self.provider.read(resource.urn, resource.type, resource.id, unwrap(inputs), unwrap(outputs))
        if live is None:
            return None
        return Live(live.id, annotate(live.outputs, outputs), annotate(live.inputs, inputs))

    def delete(self, old: Resource) -> None:
        self.provider.delete(
            old.urn, old.type, old.id, unwrap(old.inputs), unwrap(old.outputs), timeout=old.custom_timeouts.delete
        )

    def invoke(self, token: str, args: Props, *, preview: bool) -> Props:
        return self.provider.invoke(token, unwrap(args), preview=preview)


def _annotated(call: Callable[[], Live], inputs: Props) -> Live:
    try:
        live = call()
    except PartialFailure as error:
        live = Live(error.live.id, annotate(error.live.outputs, inputs), annotate(error.live.inputs, inputs))
        raise PartialFailure(error.code, error.message, live) from error
    return Live(live.id, annotate(live.outputs, inputs), annotate(live.inputs, inputs))


class UnconfiguredBackend:
    """A provider whose configuration is not known before the update: in a preview it can only echo."""

    def check(self, resource: Resource, olds: Props, news: Props, seed: bytes) -> Checked:
        return Checked(news)

    def diff(self, old: Resource, news: Props, ignore: tuple[str, ...]) -> Difference:
        return Difference({"provider": PropertyDiff("update")})

    def create(self, new: Resource, *, preview: bool) -> Live:
        return Live("", {}, new.inputs)

    def update(self, old: Resource, new: Resource, *, preview: bool) -> Live:
        return Live(old.id, {}, new.inputs)

    def read(self, resource: Resource, inputs: Props, outputs: Props) -> Live | None:
        return Live(resource.id, {}, inputs)

    def delete(self, old: Resource) -> None:
        raise CloudError("ProviderUnconfigured", f"the provider of {old.urn} has a configuration that is not known")

    def invoke(self, token: str, args: Props, *, preview: bool) -> Props:
        raise CloudError("ProviderUnconfigured", f"{token}: the configuration of the provider is not known yet")


class BuiltinBackend:
    """The package ``pulumi``, which the engine itself provides: stack references."""

    def __init__(self, stacks: StackResolver | None) -> None:
        self._stacks = stacks

    def _supported(self, type_: str) -> None:
        if type_ != STACK_REFERENCE:
            raise BUILTIN_RESOURCE.of(type_)

    def check(self, resource: Resource, olds: Props, news: Props, seed: bytes) -> Checked:
        self._supported(resource.type)
        return Checked(news)

    def diff(self, old: Resource, news: Props, ignore: tuple[str, ...]) -> Difference:
        changed = old.inputs.get("name") != news.get("name")
        return Difference({"name": PropertyDiff("update", replace=True)} if changed else {})

    def create(self, new: Resource, *, preview: bool) -> Live:
        outputs = self.outputs(new.inputs.get("name"))
        return Live("" if preview else str(uuid.uuid4()), outputs, new.inputs)

    def update(self, old: Resource, new: Resource, *, preview: bool) -> Live:
        raise EngineError(f"{old.urn}: a stack reference is never updated")

    def read(self, resource: Resource, inputs: Props, outputs: Props) -> Live | None:
        self._supported(resource.type)
        name = inputs.get("name", resource.id)
        return Live(resource.id, self.outputs(name), {"name": name})

    def delete(self, old: Resource) -> None:
        """Nothing to do: a reference owns nothing."""

    def invoke(self, token: str, args: Props, *, preview: bool) -> Props:
        if token == "pulumi:pulumi:readStackOutputs":
            return self.outputs(args.get("name"))
        raise BUILTIN_FUNCTION.of(token)

    def outputs(self, name: object) -> Props:
        """The properties of a reference to the stack ``name``."""
        if not isinstance(name, str) or name == UNKNOWN:
            raise CloudError("StackReferenceInvalid", "the name of a stack reference must be known in a preview")
        found = self._stacks(name) if self._stacks else None
        if found is None:
            raise CloudError("StackNotFound", f"unknown stack {name!r}; deploy it first or correct the name")
        secrets = sorted(key for key, value in found.items() if has_secret(value))
        plain = unwrap(found)
        return {
            "name": name,
            "outputs": {key: make_secret(plain[key]) if key in secrets else value for key, value in found.items()},
            "secretOutputNames": secrets,
        }
