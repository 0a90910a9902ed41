"""What is held back, taken along, and what stays of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.catalogue import lifecycle
from simulator.catalogue.shapes import shape_of
from simulator.model import CloudError
from tests.simulator.cloud.examples import Stack, urn

HELD = [
    ("aws", "net", "DependencyViolation", "aws:ec2/subnet:Subnet"),
    ("aws", "exec", "DeleteConflict", "aws:iam/rolePolicy:RolePolicy"),
    ("aws", "Lake", "BucketNotEmpty", "aws:s3/bucketObjectv2:BucketObjectv2"),
    ("azure-native", "sub", "InUseSubnetCannotBeDeleted", "azure-native:network:PrivateEndpoint"),
    ("azure-native", "zone", "InUse", "as its parent"),
    ("gcp", "net", "400", "gcp:compute/subnetwork:Subnetwork"),
    ("gcp", "features", "400", "gcp:bigquery/table:Table"),
]


@pytest.mark.parametrize(("package", "name", "code", "words"), HELD)
def test_what_others_need_is_not_deleted(tmp_path: Path, package: str, name: str, code: str, words: str) -> None:
    stack = Stack.on(package, tmp_path / "cloud.db").make_all()
    with pytest.raises(CloudError) as caught:
        stack.delete(name)
    assert caught.value.code == code
    assert words in caught.value.message


def test_azure_takes_children_along_but_not_what_others_use(tmp_path: Path) -> None:
    stack = Stack.on("azure-native", tmp_path / "cloud.db").make_all()
    stack.delete("ws")
    kinds = {one.type.rsplit(":", 1)[1] for one in stack.cloud.inventory()}
    assert {"Compute", "OnlineEndpoint", "OnlineDeployment", "DataVersion"}.isdisjoint(kinds)
    assert {one.type.rsplit(":", 1)[1] for one in stack.cloud.graveyard()} == {"Workspace"}
    for name in ("blue", "churn", "cpu", "1"):
        stack.delete(name)
    stack.delete("rg")
    assert stack.cloud.inventory() == []


def test_a_dataset_takes_its_tables_along_only_when_told(tmp_path: Path) -> None:
    stack = Stack.on("gcp", tmp_path / "cloud.db")
    stack.make("gcp:bigquery/dataset:Dataset", "d", {"datasetId": "d", "deleteContentsOnDestroy": True})
    stack.make("gcp:bigquery/table:Table", "t", {"datasetId": "d", "tableId": "t"})
    stack.delete("d")
    assert stack.cloud.inventory() == []


@pytest.mark.parametrize(("package", "name"), [("aws", "config"), ("azure-native", "uai"), ("gcp", "serving")])
def test_clouds_that_tolerate_dangling_references_delete(tmp_path: Path, package: str, name: str) -> None:
    stack = Stack.on(package, tmp_path / "cloud.db").make_all()
    stack.delete(name)
    assert name not in {one.urn.rsplit("::", 1)[1] for one in stack.cloud.inventory()}


def test_a_bucket_with_content_is_deleted_only_by_force(tmp_path: Path) -> None:
    stack = Stack.on("aws", tmp_path / "cloud.db")
    plain = stack.make("aws:s3/bucket:Bucket", "plain", {})
    forced = stack.make("aws:s3/bucket:Bucket", "forced", {"forceDestroy": True})
    stack.cloud.fill(plain.id)
    stack.cloud.fill(forced.id)
    stack.delete("forced")
    with pytest.raises(CloudError, match="set forceDestroy") as caught:
        stack.delete("plain")
    assert caught.value.code == "BucketNotEmpty"


def test_deletion_protection_is_on_unless_switched_off(tmp_path: Path) -> None:
    stack = Stack.on("gcp", tmp_path / "cloud.db")
    stack.make("gcp:bigquery/dataset:Dataset", "d", {"datasetId": "d"})
    stack.make("gcp:bigquery/table:Table", "t", {"datasetId": "d", "tableId": "t"})
    with pytest.raises(CloudError, match="deletionProtection=false"):
        stack.delete("t")


VAULT = {"resourceGroupName": "rg", "vaultName": "acme-kv"}
SKU = {"tenantId": "t", "sku": {"family": "A", "name": "standard"}}


def test_a_deleted_vault_keeps_its_name_until_it_is_purged(tmp_path: Path) -> None:
    stack = Stack.on("azure-native", tmp_path / "cloud.db")
    stack.make("azure-native:resources:ResourceGroup", "rg", {"resourceGroupName": "rg"})
    vault = stack.make("azure-native:keyvault:Vault", "kv", {**VAULT, "properties": SKU})
    stack.delete("kv")
    with pytest.raises(CloudError, match="az keyvault purge --name acme-kv --location westeurope") as caught:
        stack.make("azure-native:keyvault:Vault", "kv", {**VAULT, "properties": SKU})
    assert caught.value.code == "VaultAlreadyExists"
    stack.cloud.purge(vault.id)
    assert stack.make("azure-native:keyvault:Vault", "kv", {**VAULT, "properties": SKU}).id == vault.id


def test_purge_protection_forbids_the_purge(tmp_path: Path) -> None:
    stack = Stack.on("azure-native", tmp_path / "cloud.db")
    stack.make("azure-native:resources:ResourceGroup", "rg", {"resourceGroupName": "rg"})
    protected = {**VAULT, "properties": {**SKU, "enablePurgeProtection": True}}
    vault = stack.make("azure-native:keyvault:Vault", "kv", protected)
    stack.delete("kv")
    with pytest.raises(CloudError) as caught:
        stack.cloud.purge(vault.id)
    assert caught.value.code == "PurgeProtected"
    refused = {**VAULT, "vaultName": "acme-2", "properties": {**SKU, "enablePurgeProtection": False}}
    with pytest.raises(CloudError, match="cannot be set to false"):
        stack.make("azure-native:keyvault:Vault", "kv2", refused)


def test_key_rings_outlive_their_deletion_and_are_imported(tmp_path: Path) -> None:
    stack = Stack.on("gcp", tmp_path / "cloud.db")
    ring = {"name": "ml", "location": "europe-west4"}
    live = stack.make("gcp:kms/keyRing:KeyRing", "ring", ring)
    stack.delete("ring")
    with pytest.raises(CloudError, match=f"pulumi import gcp:kms/keyRing:KeyRing ml {live.id}"):
        stack.make("gcp:kms/keyRing:KeyRing", "ring", ring)
    imported = stack.provider.read(urn("gcp:kms/keyRing:KeyRing", "ring"), "gcp:kms/keyRing:KeyRing", live.id, {}, {})
    assert imported is not None
    assert imported.inputs == ring
    with pytest.raises(CloudError) as caught:
        stack.cloud.purge(live.id)
    assert caught.value.code == "NeverDeleted"


def test_every_rule_is_about_a_type_and_an_input_that_there_are() -> None:
    named = {
        *lifecycle.TOLERATED,
        *lifecycle.OVERWRITES,
        *lifecycle.CASCADES_NOT,
        *lifecycle.USELESS_WHEN_KEPT,
        *lifecycle.HOLDERS,
        *(holder for holders in lifecycle.HOLDERS.values() for holder in holders),
    }
    inputs = {
        **lifecycle.FORCE,
        **lifecycle.PROTECTED,
        **{token: row[0] for token, row in lifecycle.EMPTY_BEFORE_DELETE.items()},
        **{token: (row.days_input or "").partition(".")[0] for token, row in lifecycle.AFTERLIFE.items()},
    }
    for token in named | inputs.keys():
        shape = shape_of(token)
        assert not inputs.get(token) or inputs[token] in shape.inputs, token
    for token, row in lifecycle.AFTERLIFE.items():
        assert row.source.startswith("https://"), token


def test_a_secret_takes_its_versions_along(tmp_path: Path) -> None:
    aws = Stack.on("aws", tmp_path / "aws.db")
    aws.make("aws:secretsmanager/secret:Secret", "s", {"name": "token", "recoveryWindowInDays": 0})
    aws.make("aws:secretsmanager/secretVersion:SecretVersion", "v", {"secretId": "$s", "secretString": "x"})
    aws.delete("s")
    assert aws.cloud.inventory() == []
    aws.make("aws:secretsmanager/secret:Secret", "s", {"name": "token", "recoveryWindowInDays": 0})
    google = Stack.on("gcp", tmp_path / "gcp.db")
    google.make("gcp:secretmanager/secret:Secret", "s", {"secretId": "token", "replication": {"auto": {}}})
    google.make("gcp:secretmanager/secretVersion:SecretVersion", "v", {"secret": "$s", "secretData": "x"})
    google.delete("s")
    assert google.cloud.inventory() == []


def test_a_zone_with_records_is_deleted_only_by_force(tmp_path: Path) -> None:
    stack = Stack.on("gcp", tmp_path / "cloud.db")
    zone = "gcp:dns/managedZone:ManagedZone"
    record = {"type": "A", "ttl": 300, "rrdatas": ["10.0.0.1"]}
    for name, force in (("kept", False), ("gone", True)):
        stack.make(zone, name, {"name": name, "dnsName": f"{name}.example.com.", "forceDestroy": force})
        given = {**record, "managedZone": name, "name": f"a.{name}.example.com."}
        stack.make("gcp:dns/recordSet:RecordSet", f"a-{name}", given)
    stack.delete("gone")
    with pytest.raises(CloudError, match="gcp:dns/recordSet:RecordSet"):
        stack.delete("kept")
    assert {one.urn.rsplit("::", 1)[1] for one in stack.cloud.inventory()} == {"kept", "a-kept"}
