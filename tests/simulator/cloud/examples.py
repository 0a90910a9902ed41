"""Valid resources of the three clouds, each list in an order in which it can be created.

``$name`` stands for the id of an earlier example, ``$name.output`` for one of its outputs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from simulator.cloud import SimulatedCloud
from simulator.model import Live, Props
from simulator.provider import SimulatedProvider
from simulator.store import Store

CONFIGS = MappingProxyType(
    {
        "aws": {"region": "eu-west-1"},
        "azure-native": {"location": "westeurope"},
        "gcp": {"project": "acme-ml-dev", "region": "europe-west4"},
    }
)
CLOUDS = tuple(CONFIGS)

_TRUST = (
    '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"sagemaker.amazonaws.com"},'
    '"Action":"sts:AssumeRole"}}'
)
_GRANT = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:ListBucket","Resource":"*"}}'
_GROUP = {"resourceGroupName": "$rg.name"}
_ML = {**_GROUP, "workspaceName": "$ws.name"}
_CSV = {"dataType": "uri_file", "dataUri": "azureml://datastores/lake/paths/a.csv"}

EXAMPLES: MappingProxyType[str, tuple[tuple[str, str, Props], ...]] = MappingProxyType(
    {
        "aws": (
            ("aws:ec2/vpc:Vpc", "net", {"cidrBlock": "10.0.0.0/16"}),
            ("aws:ec2/subnet:Subnet", "a", {"vpcId": "$net", "cidrBlock": "10.0.0.0/24"}),
            ("aws:kms/key:Key", "key", {"enableKeyRotation": True, "deletionWindowInDays": 7.0}),
            ("aws:s3/bucket:Bucket", "Lake", {}),
            (
                "aws:s3/bucketVersioning:BucketVersioning",
                "v",
                {"bucket": "$Lake", "versioningConfiguration": {"status": "Enabled"}},
            ),
            ("aws:s3/bucketObjectv2:BucketObjectv2", "o", {"bucket": "$Lake", "key": "readme", "content": "x"}),
            ("aws:iam/role:Role", "exec", {"assumeRolePolicy": _TRUST}),
            ("aws:iam/rolePolicy:RolePolicy", "p", {"role": "$exec", "policy": _GRANT}),
            ("aws:ecr/repository:Repository", "images", {"imageTagMutability": "IMMUTABLE"}),
            (
                "aws:sagemaker/model:Model",
                "model",
                {
                    "executionRoleArn": "$exec.arn",
                    "primaryContainer": {"image": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/x:1"},
                    "vpcConfig": {"subnets": ["$a"], "securityGroupIds": ["$net.defaultSecurityGroupId"]},
                },
            ),
            (
                "aws:sagemaker/endpointConfiguration:EndpointConfiguration",
                "config",
                {
                    "kmsKeyArn": "$key.arn",
                    "productionVariants": [
                        {"modelName": "$model", "initialInstanceCount": 2.0, "instanceType": "ml.m5.large"}
                    ],
                },
            ),
            ("aws:sagemaker/endpoint:Endpoint", "endpoint", {"name": "churn", "endpointConfigName": "$config"}),
            (
                "aws:appautoscaling/target:Target",
                "scale",
                {
                    "minCapacity": 2,
                    "maxCapacity": 4,
                    "resourceId": "endpoint/churn/variant/all",
                    "scalableDimension": "sagemaker:variant:DesiredInstanceCount",
                    "serviceNamespace": "sagemaker",
                },
            ),
        ),
        "azure-native": (
            ("azure-native:resources:ResourceGroup", "rg", {"tags": {"owner": "ml"}}),
            (
                "azure-native:storage:StorageAccount",
                "stg",
                {**_GROUP, "kind": "StorageV2", "sku": {"name": "Standard_LRS"}},
            ),
            ("azure-native:storage:BlobContainer", "raw", {**_GROUP, "accountName": "$stg.name"}),
            (
                "azure-native:keyvault:Vault",
                "kv",
                {**_GROUP, "properties": {"tenantId": "t", "sku": {"family": "A", "name": "standard"}}},
            ),
            ("azure-native:managedidentity:UserAssignedIdentity", "uai", _GROUP),
            (
                "azure-native:network:VirtualNetwork",
                "vnet",
                {**_GROUP, "addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}},
            ),
            ("azure-native:network:Subnet", "sub", {**_GROUP, "virtualNetworkName": "$vnet.name"}),
            ("azure-native:network:PrivateEndpoint", "pe", {**_GROUP, "subnet": {"id": "$sub"}}),
            (
                "azure-native:privatedns:PrivateZone",
                "zone",
                {**_GROUP, "location": "global", "privateZoneName": "privatelink.api.azureml.ms"},
            ),
            (
                "azure-native:privatedns:VirtualNetworkLink",
                "link",
                {
                    **_GROUP,
                    "location": "global",
                    "privateZoneName": "$zone.name",
                    "virtualNetwork": {"id": "$vnet"},
                    "registrationEnabled": False,
                },
            ),
            (
                "azure-native:machinelearningservices:Workspace",
                "ws",
                {
                    **_GROUP,
                    "storageAccount": "$stg",
                    "keyVault": "$kv",
                    "identity": {"type": "UserAssigned", "userAssignedIdentities": ["$uai"]},
                    "primaryUserAssignedIdentity": "$uai",
                },
            ),
            (
                "azure-native:machinelearningservices:Compute",
                "cpu",
                {
                    **_ML,
                    "properties": {
                        "computeType": "AmlCompute",
                        "properties": {
                            "vmSize": "Standard_DS3_v2",
                            "scaleSettings": {"maxNodeCount": 4.0, "minNodeCount": 0.0},
                        },
                    },
                },
            ),
            ("azure-native:machinelearningservices:DataVersion", "1", {**_ML, "name": "customers", "properties": _CSV}),
            (
                "azure-native:machinelearningservices:OnlineEndpoint",
                "churn",
                {**_ML, "identity": {"type": "SystemAssigned"}, "properties": {"authMode": "AADToken"}},
            ),
            (
                "azure-native:machinelearningservices:OnlineDeployment",
                "blue",
                {
                    **_ML,
                    "endpointName": "$churn.name",
                    "properties": {"endpointComputeType": "Managed", "instanceType": "Standard_DS3_v2"},
                },
            ),
            (
                "azure-native:authorization:RoleAssignment",
                "reader",
                {
                    "scope": "$stg",
                    "principalId": "$uai.principalId",
                    "principalType": "ServicePrincipal",
                    "roleDefinitionId": "/subscriptions/00000000-0000-0000-0000-000000000000/providers/"
                    "Microsoft.Authorization/roleDefinitions/2a2b9908-6ea1-4ae2-8e65-a410df84e7d1",
                },
            ),
        ),
        "gcp": (
            ("gcp:compute/network:Network", "net", {"autoCreateSubnetworks": False}),
            ("gcp:compute/subnetwork:Subnetwork", "sub", {"network": "$net", "ipCidrRange": "10.0.0.0/24"}),
            ("gcp:kms/keyRing:KeyRing", "ring", {"name": "ml", "location": "europe-west4"}),
            ("gcp:kms/cryptoKey:CryptoKey", "key", {"name": "data", "keyRing": "$ring", "rotationPeriod": "7776000s"}),
            ("gcp:serviceaccount/account:Account", "serving", {"accountId": "ml-serving"}),
            (
                "gcp:storage/bucket:Bucket",
                "Lake",
                {"location": "EUROPE-WEST4", "encryption": {"defaultKmsKeyName": "$key"}},
            ),
            (
                "gcp:storage/bucketIAMMember:BucketIAMMember",
                "m",
                {"bucket": "$Lake", "role": "roles/storage.objectViewer", "member": "$serving.member"},
            ),
            ("gcp:bigquery/dataset:Dataset", "features", {"datasetId": "features", "location": "EU"}),
            (
                "gcp:bigquery/table:Table",
                "usage",
                {"datasetId": "$features.datasetId", "tableId": "usage", "deletionProtection": False},
            ),
            (
                "gcp:vertex/aiEndpoint:AiEndpoint",
                "endpoint",
                {
                    "name": "123456789",
                    "displayName": "churn",
                    "location": "europe-west4",
                    "encryptionSpec": {"kmsKeyName": "$key"},
                    "network": "projects/123456789012/global/networks/$net.name",
                },
            ),
            ("gcp:pubsub/topic:Topic", "drift", {"kmsKeyName": "$key"}),
            ("gcp:pubsub/subscription:Subscription", "pull", {"topic": "$drift", "ackDeadlineSeconds": 20.0}),
        ),
    }
)

_HOLE = re.compile(r"\$(\w+)(?:\.(\w+))?")


def urn(token: str, name: str) -> str:
    """Return a URN of the test stack."""
    return f"urn:pulumi:dev::kit::{token}::{name}"


@dataclass
class Stack:
    """A provider of one cloud and what the examples made with it."""

    package: str
    cloud: SimulatedCloud
    provider: SimulatedProvider
    made: dict[str, tuple[str, Props, Live]] = field(default_factory=dict)

    @classmethod
    def on(cls, package: str, path: Path) -> Stack:
        """Start with an empty store at a path."""
        cloud = SimulatedCloud(Store(path))
        provider = cloud(package, "")
        provider.configure(dict(CONFIGS[package]))
        return cls(package, cloud, provider)

    def filled(self, value: Any) -> Any:
        """Return a value with its holes filled from what was made."""
        if isinstance(value, dict):
            return {key: self.filled(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.filled(item) for item in value]
        return _HOLE.sub(self._one, value) if isinstance(value, str) else value

    def _one(self, hole: re.Match[str]) -> str:
        live = self.made[hole.group(1)][2]
        return str(live.outputs[hole.group(2)]) if hole.group(2) else live.id

    def make(self, token: str, name: str, inputs: Props) -> Live:
        """Check and create one resource, which must be right."""
        given = self.filled(inputs)
        checked = self.provider.check(urn(token, name), token, {}, given, b"seed")
        assert checked.failures == ()
        live = self.provider.create(urn(token, name), token, checked.inputs, preview=False, timeout=0)
        self.made[name] = (token, checked.inputs, live)
        return live

    def make_all(self) -> Stack:
        """Create every example of the cloud."""
        for token, name, inputs in EXAMPLES[self.package]:
            self.make(token, name, inputs)
        return self

    def delete(self, name: str) -> None:
        """Delete one of what was made."""
        token, inputs, live = self.made[name]
        self.provider.delete(urn(token, name), token, live.id, inputs, live.outputs, timeout=0)
