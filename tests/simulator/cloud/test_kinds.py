"""References of the wrong kind, to the wrong place, and to what waits for its deletion."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.model import CloudError, Props
from tests.simulator.cloud.examples import EXAMPLES, Stack

BUCKET = "aws:s3/bucket:Bucket"
WRONG_KINDS = [
    (
        "aws",
        "aws:sagemaker/model:Model",
        {"executionRoleArn": "$exec.arn", "vpcConfig": {"subnets": ["$net"], "securityGroupIds": ["$a"]}},
        "vpcConfig.subnets[0] of aws:sagemaker/model:Model wants a subnet, but 'vpc-",
        "is of the kind ec2:vpc",
    ),
    (
        "aws",
        "aws:ecr/repository:Repository",
        {"encryptionConfigurations": [{"encryptionType": "KMS", "kmsKey": "$exec.arn"}]},
        "encryptionConfigurations[0].kmsKey of aws:ecr/repository:Repository wants a KMS key",
        "is of the kind iam:role",
    ),
    (
        "aws",
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        {"role": "$exec", "policyArn": "$exec.arn"},
        "policyArn of aws:iam/rolePolicyAttachment:RolePolicyAttachment wants an IAM policy",
        "iam:role",
    ),
    (
        "azure-native",
        "azure-native:network:PrivateEndpoint",
        {"resourceGroupName": "$rg.name", "subnet": {"id": "$vnet"}},
        "subnet.id of azure-native:network:PrivateEndpoint wants a subnet",
        "microsoft.network/virtualnetworks",
    ),
    (
        "azure-native",
        "azure-native:machinelearningservices:Workspace",
        {"resourceGroupName": "$rg.name", "storageAccount": "$kv", "keyVault": "$kv"},
        "storageAccount of azure-native:machinelearningservices:Workspace wants a storage account",
        "microsoft.keyvault/vaults",
    ),
    (
        "gcp",
        "gcp:pubsub/topic:Topic",
        {"kmsKeyName": "$ring"},
        "kmsKeyName of gcp:pubsub/topic:Topic wants a KMS key",
        "keyRings",
    ),
    (
        "gcp",
        "gcp:vertex/aiEndpoint:AiEndpoint",
        {"name": "5", "displayName": "x", "location": "europe-west4", "network": "$sub"},
        "network of gcp:vertex/aiEndpoint:AiEndpoint wants a network",
        "subnetworks",
    ),
]


@pytest.mark.parametrize(("package", "token", "inputs", "wants", "kind"), WRONG_KINDS)
def test_a_reference_of_another_kind_is_refused_with_both_kinds(
    tmp_path: Path, package: str, token: str, inputs: Props, wants: str, kind: str
) -> None:
    stack = Stack.on(package, tmp_path / "cloud.db")
    for example_token, name, example in EXAMPLES[package][:9]:
        stack.make(example_token, name, example)
    before = stack.cloud.inventory()
    with pytest.raises(CloudError) as caught:
        stack.make(token, "broken", inputs)
    assert wants in caught.value.message
    assert kind in caught.value.message
    assert stack.cloud.inventory() == before


def test_ec2_sees_one_region_at_a_time(tmp_path: Path) -> None:
    stack = Stack.on("aws", tmp_path / "cloud.db")
    stack.make("aws:ec2/vpc:Vpc", "net", {"cidrBlock": "10.0.0.0/16", "region": "us-east-1"})
    with pytest.raises(CloudError) as caught:
        stack.make("aws:ec2/subnet:Subnet", "a", {"vpcId": "$net", "cidrBlock": "10.0.0.0/24"})
    assert caught.value.code == "InvalidVpcID.NotFound"
    there = {"vpcId": "$net", "cidrBlock": "10.0.0.0/24", "region": "us-east-1"}
    assert stack.make("aws:ec2/subnet:Subnet", "a", there).outputs["region"] == "us-east-1"


def test_a_key_of_another_region_is_refused_except_for_a_replica(tmp_path: Path) -> None:
    stack = Stack.on("aws", tmp_path / "cloud.db")
    stack.make("aws:kms/key:Key", "key", {"region": "us-east-1"})
    stack.make(BUCKET, "lake", {})
    with pytest.raises(CloudError, match=r"in us-east-1, but the resource is in eu-west-1; a KMS key must lie"):
        stack.make("aws:sns/topic:Topic", "t", {"kmsMasterKeyId": "$key.arn"})
    stack.make("aws:iam/role:Role", "exec", {"assumeRolePolicy": EXAMPLES["aws"][6][2]["assumeRolePolicy"]})
    copied = {
        "bucket": "$lake",
        "role": "$exec.arn",
        "rules": [
            {
                "status": "Enabled",
                "destination": {
                    "bucket": "arn:aws:s3:::$lake",
                    "encryptionConfiguration": {"replicaKmsKeyId": "$key.arn"},
                },
            }
        ],
    }
    assert stack.make("aws:s3/bucketReplicationConfig:BucketReplicationConfig", "copy", copied).id


def test_a_private_endpoint_lies_where_its_network_does(tmp_path: Path) -> None:
    stack = Stack.on("azure-native", tmp_path / "cloud.db")
    for token, name, example in EXAMPLES["azure-native"][:7]:
        stack.make(token, name, example)
    endpoint = {"resourceGroupName": "$rg.name", "subnet": {"id": "$sub"}, "location": "North Europe"}
    with pytest.raises(CloudError, match="in westeurope, but the resource is in northeurope") as caught:
        stack.make("azure-native:network:PrivateEndpoint", "pe", endpoint)
    assert caught.value.code == "InvalidResourceReference"
    stack.make("azure-native:network:PrivateEndpoint", "pe", {**endpoint, "location": "West Europe"})


@pytest.mark.parametrize(
    ("token", "inputs", "key", "right"),
    [
        ("gcp:storage/bucket:Bucket", {"encryption": {"defaultKmsKeyName": "$key"}}, "europe-west4", "EUROPE-WEST4"),
        ("gcp:storage/bucket:Bucket", {"encryption": {"defaultKmsKeyName": "$key"}}, "europe", "EU"),
        (
            "gcp:bigquery/dataset:Dataset",
            {"datasetId": "d", "defaultEncryptionConfiguration": {"kmsKeyName": "$key"}},
            "us",
            "US",
        ),
    ],
)
def test_a_key_lies_where_its_data_does(tmp_path: Path, token: str, inputs: Props, key: str, right: str) -> None:
    stack = Stack.on("gcp", tmp_path / "cloud.db")
    stack.make("gcp:kms/keyRing:KeyRing", "ring", {"name": "ml", "location": key})
    stack.make("gcp:kms/cryptoKey:CryptoKey", "key", {"name": "data", "keyRing": "$ring"})
    with pytest.raises(CloudError, match=f"in {key}, but the resource is in us-central1"):
        stack.make(token, "one", {**inputs, "location": "us-central1"})
    assert stack.make(token, "one", {**inputs, "location": right}).outputs["location"] == right


def test_a_key_that_waits_for_its_deletion_is_of_no_use(tmp_path: Path) -> None:
    stack = Stack.on("aws", tmp_path / "cloud.db")
    stack.make("aws:kms/key:Key", "key", {})
    stack.delete("key")
    with pytest.raises(CloudError, match=r"pending deletion; remedy: `aws kms cancel-key-deletion") as caught:
        stack.make("aws:sns/topic:Topic", "t", {"kmsMasterKeyId": "$key.arn"})
    assert caught.value.code == "KMSInvalidStateException"
    google = Stack.on("gcp", tmp_path / "google.db")
    google.make("gcp:kms/keyRing:KeyRing", "ring", {"name": "ml", "location": "europe-west4"})
    google.make("gcp:kms/cryptoKey:CryptoKey", "key", {"name": "data", "keyRing": "$ring"})
    google.delete("key")
    with pytest.raises(CloudError, match="the key has no enabled version"):
        google.make("gcp:pubsub/topic:Topic", "t", {"kmsKeyName": "$key"})


def test_a_vault_that_is_soft_deleted_is_named_with_its_remedy(tmp_path: Path) -> None:
    stack = Stack.on("azure-native", tmp_path / "cloud.db")
    for token, name, example in EXAMPLES["azure-native"][:5]:
        stack.make(token, name, example)
    stack.delete("kv")
    workspace = {"resourceGroupName": "$rg.name", "keyVault": "$kv"}
    with pytest.raises(CloudError, match=r"keyVault of .* is deleted and not yet purged; remedy: `az keyvault purge"):
        stack.make("azure-native:machinelearningservices:Workspace", "ws", workspace)
