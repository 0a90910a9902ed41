"""Every capability with its component, options and three legs: what parity and conformance are computed from."""

from dataclasses import dataclass
from typing import Any

from components import (
    endpoint,
    feature_store,
    foundation,
    identity,
    keys,
    monitoring,
    network,
    registry,
    storage,
    training,
)
from components.capability import Capability, Leg
from components.core.cloud import ByCloud, Gap
from components.core.spec import Spec


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One capability of the kit."""

    name: str
    component: type[Capability]
    spec: type[Spec]
    outputs: type[Any]
    legs: ByCloud[Leg[Any, Any, Any] | Gap]


CAPABILITIES: tuple[Entry, ...] = (
    Entry(
        name="foundation",
        component=foundation.Foundation,
        spec=foundation.FoundationSpec,
        outputs=foundation.FoundationOutputs,
        legs=foundation.LEGS,
    ),
    Entry(
        name="network",
        component=network.Network,
        spec=network.NetworkSpec,
        outputs=network.NetworkOutputs,
        legs=network.LEGS,
    ),
    Entry(name="keys", component=keys.Keys, spec=keys.KeysSpec, outputs=keys.KeysOutputs, legs=keys.LEGS),
    Entry(
        name="identity",
        component=identity.Identity,
        spec=identity.IdentitySpec,
        outputs=identity.IdentityOutputs,
        legs=identity.LEGS,
    ),
    Entry(
        name="storage",
        component=storage.Storage,
        spec=storage.StorageSpec,
        outputs=storage.StorageOutputs,
        legs=storage.LEGS,
    ),
    Entry(
        name="feature_store",
        component=feature_store.FeatureStore,
        spec=feature_store.FeatureStoreSpec,
        outputs=feature_store.FeatureStoreOutputs,
        legs=feature_store.LEGS,
    ),
    Entry(
        name="registry",
        component=registry.Registry,
        spec=registry.RegistrySpec,
        outputs=registry.RegistryOutputs,
        legs=registry.LEGS,
    ),
    Entry(
        name="training",
        component=training.Training,
        spec=training.TrainingSpec,
        outputs=training.TrainingOutputs,
        legs=training.LEGS,
    ),
    Entry(
        name="endpoint",
        component=endpoint.Endpoint,
        spec=endpoint.EndpointSpec,
        outputs=endpoint.EndpointOutputs,
        legs=endpoint.LEGS,
    ),
    Entry(
        name="monitoring",
        component=monitoring.Monitoring,
        spec=monitoring.MonitoringSpec,
        outputs=monitoring.MonitoringOutputs,
        legs=monitoring.LEGS,
    ),
)
"""In the order in which a platform builds them."""
