"""What Azure refuses although azure-native plans it: changes of create-only fields, and values it never accepts.

azure-native knows few create-only fields (those of its own ``replacement.go``), so it plans an update and Resource
Manager answers with an error. A program that wants a replacement has to ask for it with ``replace_on_changes``.
Source: TypeSpec visibility ``["read", "create"]`` of Microsoft.MachineLearningServices 2025-12-01, and the pages named;
the catalogue's ``createOnly`` facts add what the rows here do not say. A create-only field at the top of the inputs is
not among them: there the provider replaces (``propChangeForcesRecreate`` in provider/pkg/gen/properties.go reads
``x-ms-mutability`` of properties of a resource, not of the types inside it).
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from simulator.catalogue.constraints import changing_paths
from simulator.catalogue.facts import Rule
from simulator.values import Path, covers, parse

_ML = "https://learn.microsoft.com/azure/templates/microsoft.machinelearningservices"

CREATE_ONLY: Final = MappingProxyType(
    {
        "machinelearningservices:Workspace": (
            "kind",
            "storageAccount",
            "keyVault",
            "hbiWorkspace",
            "enableDataIsolation",
            "encryption.keyVaultProperties.keyVaultArmId",
        ),
        "machinelearningservices:Compute": (
            "properties.computeType",
            "properties.computeLocation",
            "properties.disableLocalAuth",
            "properties.properties.vmSize",
            "properties.properties.vmPriority",
            "properties.properties.subnet",
            "properties.properties.enableNodePublicIp",
        ),
        "machinelearningservices:Datastore": (
            "properties.datastoreType",
            "properties.accountName",
            "properties.containerName",
            "properties.filesystem",
            "properties.fileShareName",
            "properties.endpoint",
            "properties.protocol",
        ),
        "machinelearningservices:DataVersion": ("properties.dataType", "properties.dataUri"),
        "machinelearningservices:CodeVersion": ("properties.codeUri",),
        "machinelearningservices:ComponentVersion": ("properties.componentSpec",),
        "machinelearningservices:ModelVersion": ("properties.modelType", "properties.modelUri"),
        "machinelearningservices:EnvironmentVersion": (
            "properties.build",
            "properties.condaFile",
            "properties.image",
            "properties.osType",
        ),
        "machinelearningservices:FeaturestoreEntityVersion": ("properties.indexColumns",),
        "machinelearningservices:Job": ("properties",),
        "machinelearningservices:OnlineEndpoint": ("identity",),
        "machinelearningservices:OnlineDeployment": (
            "properties.instanceType",
            "properties.codeConfiguration",
            "properties.egressPublicNetworkAccess",
        ),
        "machinelearningservices:Schedule": ("properties.action.monitorDefinition",),
        "consumption:Budget": ("timePeriod.startDate",),
    }
)
"""Type token without ``azure-native:`` -> paths that cannot change after creation."""


@dataclass(frozen=True)
class RefusedValue:
    """A value that a field may never have."""

    path: str
    value: Any
    reason: str


REFUSED_VALUES: Final = MappingProxyType(
    {
        "keyvault:Vault": (
            RefusedValue(
                "properties.enablePurgeProtection",
                False,
                'The property "enablePurgeProtection" cannot be set to false; leave it out or set it to true '
                "(https://learn.microsoft.com/azure/key-vault/general/soft-delete-overview)",
            ),
            RefusedValue(
                "properties.enableSoftDelete",
                False,
                'The property "enableSoftDelete" can be set to false only for creating new vault before 2020-12-31',
            ),
        ),
    }
)
"""Type token without ``azure-native:`` -> values that are refused at creation and update."""


@functools.cache
def _patterns(short: str) -> tuple[Path, ...]:
    return tuple(parse(path) for path in CREATE_ONLY.get(short, ()))


def is_create_only(token: str, path: Path) -> bool:
    """Tell whether Azure refuses a change at a path of an azure-native type."""
    wild = tuple("*" if isinstance(step, int) else step for step in path)
    return any(
        covers(pattern, wild) or covers(wild, pattern)
        for pattern in (*_patterns(token.split(":", 1)[1]), *_gathered(token))
    )


def _gathered(token: str) -> tuple[Path, ...]:
    return tuple(path for path in changing_paths(token, Rule.CREATE_ONLY) if len(path) > 1)
