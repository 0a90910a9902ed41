"""The layers: which capabilities a stack holds and how they are wired."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, TypeVar, cast

import pulumi

from components.core.refs import (
    EndpointRef,
    FeatureStoreRef,
    FoundationRef,
    IdentityRef,
    KeysRef,
    NetworkRef,
    RegistryRef,
    StorageRef,
    TrainingRef,
)
from components.core.vocabulary import Provision
from components.endpoint import Endpoint, EndpointOutputs
from components.feature_store import FeatureStore, FeatureStoreOutputs, FeatureStoreSpec
from components.foundation import Foundation, FoundationOutputs
from components.identity import Identity, IdentityOutputs
from components.keys import Keys, KeysOutputs
from components.monitoring import Monitoring, MonitoringOutputs
from components.network import Network, NetworkOutputs
from components.registry import Registry, RegistryOutputs
from components.storage import Storage, StorageArgs, StorageOutputs
from components.training import Training, TrainingOutputs
from stacks.settings import Layer, Settings

R = TypeVar("R", bound=Mapping[str, Any])


@dataclass
class _Stack:
    """What has been built so far: outputs to publish and references to wire."""

    settings: Settings
    outputs: dict[str, pulumi.Output[Any]] = field(default_factory=dict)
    wires: dict[str, Any] = field(default_factory=dict)

    def args(self, spec: Any = None, *wires: str) -> Any:
        """Arguments of a component: scope, spec, and those of ``wires`` that the stack has."""
        found: dict[str, Any] = {"scope": self.settings.scope}
        if spec is not None:
            found["spec"] = spec
        return found | {name: self.wires[name] for name in wires if name in self.wires}

    def add(self, capability: str, component: pulumi.ComponentResource, kind: type[Any], ref: type[R]) -> R:
        """Publish a component's outputs as ``<capability>_<output>`` and keep them as a reference."""
        wired = {item.name: getattr(component, item.name) for item in fields(kind)}
        self.outputs |= {f"{capability}_{name}": value for name, value in wired.items()}
        self.wires[capability] = wired
        return cast(R, wired)

    def share(self, source: pulumi.StackReference, capability: str, kind: type[Any]) -> None:
        """Take a capability from the outputs of another stack."""
        self.wires[capability] = {
            item.name: source.require_output(f"{capability}_{item.name}") for item in fields(kind)
        }


def data(settings: Settings) -> dict[str, pulumi.Output[Any]]:
    """The shared data layer. It grants nothing: each platform grants itself what it needs."""
    stack = _Stack(settings)
    _ground(stack)
    _data(stack)
    return stack.outputs


def platform(settings: Settings) -> dict[str, pulumi.Output[Any]]:
    """Everything long-lived of one ML product, with a data layer of its own or another stack's."""
    stack = _Stack(settings)
    if settings.data_stack is None:
        _ground(stack)
        _identity(stack)
        _data(stack)
    else:
        _shared(stack, pulumi.StackReference("data", stack_name=settings.data_stack))
    _lifecycle(stack)
    return stack.outputs


LAYERS: dict[Layer, Callable[[Settings], dict[str, pulumi.Output[Any]]]] = {Layer.DATA: data, Layer.PLATFORM: platform}
"""What builds each layer."""


def _foundation(stack: _Stack) -> None:
    stack.add("foundation", Foundation("foundation", stack.args()), FoundationOutputs, FoundationRef)


def _ground(stack: _Stack) -> None:
    """Foundation, network and keys."""
    blueprint = stack.settings.blueprint
    _foundation(stack)
    if blueprint.network.mode is not Provision.NONE:
        network = Network("network", stack.args(blueprint.network, "foundation"))
        stack.add("network", network, NetworkOutputs, NetworkRef)
    keys = Keys("keys", stack.args(blueprint.keys, "foundation", "network"))
    stack.add("keys", keys, KeysOutputs, KeysRef)


def _identity(stack: _Stack) -> None:
    identity = Identity("identity", stack.args(stack.settings.blueprint.identity, "foundation", "keys"))
    stack.add("identity", identity, IdentityOutputs, IdentityRef)


def _data(stack: _Stack) -> None:
    """Storage and feature store."""
    blueprint = stack.settings.blueprint
    storage = Storage("storage", stack.args(blueprint.storage, "foundation", "keys", "network", "identity"))
    stack.add("storage", storage, StorageOutputs, StorageRef)
    if blueprint.feature_store is not None:
        wires = ("foundation", "keys", "storage", "network", "identity")
        store = FeatureStore("feature-store", stack.args(blueprint.feature_store, *wires))
        stack.add("feature_store", store, FeatureStoreOutputs, FeatureStoreRef)


def _shared(stack: _Stack, source: pulumi.StackReference) -> None:
    """Network, keys, lake and feature store of another stack; grants on them, and zones of the product's own."""
    _foundation(stack)
    stack.share(source, "network", NetworkOutputs)
    stack.share(source, "keys", KeysOutputs)
    _identity(stack)
    lake = {f"{zone}_id": source.require_output(f"storage_{zone}_id") for zone in ("raw", "curated", "features")}
    spec = stack.settings.blueprint.storage.model_copy(update={"lake": Provision.EXISTING})
    args: StorageArgs = stack.args(spec, "foundation", "keys", "network", "identity") | {"lake": lake}
    stack.add("storage", Storage("storage", args), StorageOutputs, StorageRef)
    stack.share(source, "feature_store", FeatureStoreOutputs)
    existing = stack.wires.pop("feature_store")
    wires = ("foundation", "keys", "storage", "network", "identity")
    store_args = stack.args(FeatureStoreSpec(mode=Provision.EXISTING), *wires) | {"existing": existing}
    store = FeatureStore("feature-store", store_args)
    stack.add("feature_store", store, FeatureStoreOutputs, FeatureStoreRef)


def _lifecycle(stack: _Stack) -> None:
    """Registry, training, endpoint and monitoring."""
    blueprint = stack.settings.blueprint
    wires = ["foundation", "keys", "network", "identity", "storage"]
    stack.add("registry", Registry("registry", stack.args(blueprint.registry, *wires)), RegistryOutputs, RegistryRef)
    wires += ["registry", "feature_store"]
    stack.add("training", Training("training", stack.args(blueprint.training, *wires)), TrainingOutputs, TrainingRef)
    wires = [name for name in wires if name != "feature_store"] + ["training"]
    if blueprint.endpoint is not None:
        endpoint = Endpoint("endpoint", stack.args(blueprint.endpoint, *wires))
        stack.add("endpoint", endpoint, EndpointOutputs, EndpointRef)
    wires += ["endpoint"]
    monitoring = Monitoring("monitoring", stack.args(blueprint.monitoring, *wires))
    stack.add("monitoring", monitoring, MonitoringOutputs, dict[str, Any])
