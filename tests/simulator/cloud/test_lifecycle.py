"""Create, read, update, delete on the three clouds: ids, outputs, references, uniqueness, afterlife."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pulumi import _types as pulumi_types
from pulumi.runtime import rpc

from simulator.catalogue.shapes import shape_of
from simulator.model import UNKNOWN, CloudError, PartialFailure, Props
from tests.simulator.cloud.examples import CLOUDS, EXAMPLES, Stack, urn


@pytest.fixture(params=CLOUDS)
def stack(request: pytest.FixtureRequest, tmp_path: Path) -> Stack:
    return Stack.on(request.param, tmp_path / "cloud.db")


def test_examples_are_created_read_and_deleted_backwards(stack: Stack) -> None:
    stack.make_all()
    for name, (token, inputs, live) in stack.made.items():
        read = stack.provider.read(urn(token, name), token, live.id, inputs, live.outputs)
        assert read is not None
        assert (read.id, read.inputs, read.outputs) == (live.id, inputs, live.outputs)
    assert [one.urn.rsplit("::", 1)[1] for one in stack.cloud.inventory()] == list(stack.made)
    for name in reversed(stack.made):
        stack.delete(name)
    assert stack.cloud.inventory() == []


def test_outputs_are_read_by_the_typed_sdk_and_nothing_required_is_missing(stack: Stack) -> None:
    stack.make_all()
    for token, _, live in stack.made.values():
        shape = shape_of(token)
        types = pulumi_types.resource_types(shape.cls)
        for name, value in live.outputs.items():
            if not name.startswith("__"):
                rpc.translate_output_properties(value, lambda key: key, types.get(name), True)
        computed = {n for n, p in shape.outputs.items() if p.required and n in shape.computed}
        assert computed <= live.outputs.keys()


def test_a_preview_knows_inputs_and_not_what_is_computed(stack: Stack) -> None:
    token, name, inputs = EXAMPLES[stack.package][0]
    live = stack.provider.create(urn(token, name), token, inputs, preview=True, timeout=0)
    assert live.id == ""
    known = {"aws": "tagsAll", "azure-native": "tags", "gcp": "effectiveLabels"}[stack.package]
    hidden = {"aws": "arn", "azure-native": "type", "gcp": "selfLink"}[stack.package]
    assert live.outputs[hidden] == UNKNOWN
    assert live.outputs.get(known, {}) != UNKNOWN
    assert stack.cloud.inventory() == []


FORMATS = {
    "aws": {
        "net": r"vpc-[0-9a-f]{17}",
        "key": r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
        "Lake": r"lake-[0-9a-f]{7}",
        "exec": r"exec-[0-9a-f]{7}",
        "p": r"exec-[0-9a-f]{7}:p-[0-9a-f]{7}",
        "config": r"config-[0-9a-f]{7}",
        "endpoint": r"churn",
    },
    "azure-native": {
        "rg": r"/subscriptions/0{8}-0{4}-0{4}-0{4}-0{12}/resourceGroups/rg[0-9a-f]{8}",
        "stg": r"/subscriptions/.{36}/resourceGroups/rg\w{8}/providers/Microsoft.Storage/storageAccounts/stg\w{8}",
        "raw": r"/subscriptions/.*/storageAccounts/stg\w{8}/blobServices/default/containers/raw",
        "cpu": r"/subscriptions/.*/Microsoft.MachineLearningServices/workspaces/ws\w{8}/computes/cpu",
        "1": r"/subscriptions/.*/workspaces/ws\w{8}/data/customers/versions/1",
        "churn": r"/subscriptions/.*/workspaces/ws\w{8}/onlineEndpoints/churn[0-9a-f]{8}",
        "blue": r"/subscriptions/.*/onlineEndpoints/churn\w{8}/deployments/blue",
        "reader": r"/subscriptions/.*/stg\w{8}/providers/Microsoft.Authorization/roleAssignments/[0-9a-f-]{36}",
    },
    "gcp": {
        "net": r"projects/acme-ml-dev/global/networks/net-[0-9a-f]{7}",
        "sub": r"projects/acme-ml-dev/regions/europe-west4/subnetworks/sub-[0-9a-f]{7}",
        "ring": r"projects/acme-ml-dev/locations/europe-west4/keyRings/ml",
        "key": r"projects/acme-ml-dev/locations/europe-west4/keyRings/ml/cryptoKeys/data",
        "serving": r"projects/acme-ml-dev/serviceAccounts/ml-serving@acme-ml-dev.iam.gserviceaccount.com",
        "Lake": r"lake-[0-9a-f]{7}",
        "usage": r"projects/acme-ml-dev/datasets/features/tables/usage",
        "endpoint": r"projects/acme-ml-dev/locations/europe-west4/endpoints/123456789",
    },
}


def test_ids_have_the_form_of_their_cloud(stack: Stack) -> None:
    stack.make_all()
    for name, pattern in FORMATS[stack.package].items():
        assert re.fullmatch(pattern, stack.made[name][2].id), (name, stack.made[name][2].id)


def test_equal_histories_give_equal_ids_but_a_second_life_another(tmp_path: Path) -> None:
    one = Stack.on("aws", tmp_path / "cloud.db")
    first = one.make("aws:ec2/vpc:Vpc", "net", {"cidrBlock": "10.0.0.0/16"})
    one.delete("net")
    second = one.make("aws:ec2/vpc:Vpc", "net", {"cidrBlock": "10.0.0.0/16"})
    assert first.id != second.id
    assert first.outputs["arn"] == f"arn:aws:ec2:eu-west-1:123456789012:vpc/{first.id}"


def test_identities_are_a_list_of_ids_going_in_and_an_object_coming_out(tmp_path: Path) -> None:
    azure = Stack.on("azure-native", tmp_path / "cloud.db").make_all()
    identity = azure.made["uai"][2].id
    shown = azure.made["ws"][2].outputs["identity"]["userAssignedIdentities"]
    assert set(shown) == {identity}
    assert set(shown[identity]) == {"clientId", "principalId"}
    assert re.fullmatch(r"[0-9a-f-]{36}", azure.made["churn"][2].outputs["identity"]["principalId"])


BROKEN = [
    (
        "aws",
        "aws:sagemaker/endpoint:Endpoint",
        {"endpointConfigName": "nowhere"},
        "ValidationException",
        "'nowhere', which does not exist",
    ),
    (
        "aws",
        "aws:ec2/subnet:Subnet",
        {"vpcId": "vpc-0123456789abcdef0", "cidrBlock": "10.0.0.0/24"},
        "InvalidVpcID.NotFound",
        "The vpc ID 'vpc-0123456789abcdef0' does not exist",
    ),
    (
        "aws",
        "aws:sagemaker/model:Model",
        {"executionRoleArn": "arn:aws:iam::123456789012:role/ghost"},
        "NoSuchEntity",
        "executionRoleArn",
    ),
    (
        "azure-native",
        "azure-native:storage:StorageAccount",
        {"resourceGroupName": "ghost", "kind": "StorageV2", "sku": {"name": "Standard_LRS"}},
        "ResourceGroupNotFound",
        "Resource group 'ghost' could not be found.",
    ),
    (
        "azure-native",
        "azure-native:machinelearningservices:Compute",
        {"resourceGroupName": "$rg.name", "workspaceName": "ghost"},
        "ParentResourceNotFound",
        "/workspaces/ghost",
    ),
    (
        "azure-native",
        "azure-native:machinelearningservices:Workspace",
        {"resourceGroupName": "$rg.name", "storageAccount": "$rg/providers/Microsoft.Storage/storageAccounts/ghost"},
        "ResourceNotFound",
        "storageAccount of azure-native:machinelearningservices:Workspace",
    ),
    (
        "gcp",
        "gcp:pubsub/topic:Topic",
        {"kmsKeyName": "projects/acme-ml-dev/locations/europe-west4/keyRings/ml/cryptoKeys/ghost"},
        "404",
        "cryptoKeys/ghost' was not found",
    ),
    (
        "gcp",
        "gcp:storage/bucketIAMMember:BucketIAMMember",
        {"bucket": "$Lake", "role": "r", "member": "serviceAccount:ghost-account@acme-ml-dev.iam.gserviceaccount.com"},
        "400",
        "does not exist",
    ),
    ("gcp", "gcp:bigquery/table:Table", {"datasetId": "ghost", "tableId": "t"}, "404", "datasets/ghost"),
]


@pytest.mark.parametrize(("package", "token", "inputs", "code", "words"), BROKEN)
def test_a_reference_to_nothing_is_refused_in_the_words_of_the_cloud(  # noqa: PLR0917
    tmp_path: Path, package: str, token: str, inputs: Props, code: str, words: str
) -> None:
    stack = Stack.on(package, tmp_path / "cloud.db")
    for example_token, name, example in EXAMPLES[package]:
        if name in ("rg", "ring", "Lake") or (name == "key" and package == "gcp"):
            stack.make(example_token, name, example)
    before = stack.cloud.inventory()
    with pytest.raises(CloudError) as caught:
        stack.make(token, "broken", inputs)
    assert caught.value.code == code
    assert words in caught.value.message
    assert stack.cloud.inventory() == before


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess",
        "arn:aws:iam::999999999999:role/other-account",
        "arn:aws:kms:eu-west-1:123456789012:alias/aws/s3",
        "arn:aws:logs:eu-west-1:123456789012:log-group:/x:*",
    ],
)
def test_what_is_not_ours_built_in_or_a_pattern_is_not_looked_up(tmp_path: Path, arn: str) -> None:
    stack = Stack.on("aws", tmp_path / "cloud.db")
    live = stack.make("aws:sagemaker/model:Model", "m", {"executionRoleArn": arn})
    assert live.outputs["executionRoleArn"] == arn


def test_a_model_package_is_a_child_of_its_group(tmp_path: Path) -> None:
    stack = Stack.on("aws", tmp_path / "cloud.db")
    package = "arn:aws:sagemaker:eu-west-1:123456789012:model-package/churn/3"
    container = {
        "primaryContainer": {"modelPackageName": package},
        "executionRoleArn": "arn:aws:iam::999999999999:role/x",
    }
    with pytest.raises(CloudError):
        stack.make("aws:sagemaker/model:Model", "m", container)
    stack.make("aws:sagemaker/modelPackageGroup:ModelPackageGroup", "g", {"modelPackageGroupName": "churn"})
    assert (
        stack.make("aws:sagemaker/model:Model", "m", container).outputs["primaryContainer"]["modelPackageName"]
        == package
    )


def test_placed_objects_belong_to_no_stack_and_can_be_referred_to(tmp_path: Path) -> None:
    stack = Stack.on("aws", tmp_path / "cloud.db")
    network = stack.cloud.place("aws:ec2/vpc:Vpc", "existing", {"cidrBlock": "10.0.0.0/16"})
    subnet = stack.make("aws:ec2/subnet:Subnet", "a", {"vpcId": network.id, "cidrBlock": "10.0.0.0/24"})
    assert subnet.outputs["vpcId"] == network.id


TWICE = [
    ("aws", "aws:s3/bucket:Bucket", {"bucket": "acme-lake"}, "BucketAlreadyOwnedByYou"),
    ("aws", "aws:iam/role:Role", {"name": "exec", "assumeRolePolicy": "{}"}, "EntityAlreadyExists"),
    ("azure-native", "azure-native:resources:ResourceGroup", {"resourceGroupName": "rg"}, "Conflict"),
    ("gcp", "gcp:storage/bucket:Bucket", {"name": "acme-lake", "location": "EU"}, "409"),
    ("gcp", "gcp:serviceaccount/account:Account", {"accountId": "ml-serving"}, "409"),
]


@pytest.mark.parametrize(("package", "token", "inputs", "code"), TWICE)
def test_a_name_is_taken_once(tmp_path: Path, package: str, token: str, inputs: Props, code: str) -> None:
    stack = Stack.on(package, tmp_path / "cloud.db")
    stack.make(token, "one", inputs)
    with pytest.raises(CloudError, match="already exist") as caught:
        stack.make(token, "two", inputs)
    assert caught.value.code == code


def test_storage_account_names_are_unique_in_the_whole_of_azure(tmp_path: Path) -> None:
    stack = Stack.on("azure-native", tmp_path / "cloud.db")
    account = {"kind": "StorageV2", "sku": {"name": "Standard_LRS"}, "accountName": "acmelake"}
    for group in ("one", "two"):
        stack.make("azure-native:resources:ResourceGroup", group, {"resourceGroupName": group})
    stack.make("azure-native:storage:StorageAccount", "a", {**account, "resourceGroupName": "one"})
    with pytest.raises(CloudError, match=r"'acmelake'.*unique in the whole of Azure") as caught:
        stack.make("azure-native:storage:StorageAccount", "b", {**account, "resourceGroupName": "two"})
    assert caught.value.code == "StorageAccountAlreadyTaken"


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


def test_an_update_changes_in_place_and_keeps_what_was_computed(tmp_path: Path) -> None:
    stack = Stack.on("aws", tmp_path / "cloud.db")
    token = "aws:kms/key:Key"
    old = stack.make(token, "key", {"description": "old", "tags": {"a": "1"}})
    inputs = stack.made["key"][1]
    new = stack.provider.update(
        urn(token, "key"), token, old.id, inputs, old.outputs, {"description": "new"}, (), preview=False, timeout=0
    )
    assert (new.id, new.outputs["arn"], new.outputs["keyId"]) == (old.id, old.outputs["arn"], old.outputs["keyId"])
    assert new.outputs["description"] == "new"
    assert "tags" not in new.outputs
    assert new.outputs["tagsAll"] == {}


def test_azure_refuses_the_update_of_a_create_only_field_that_the_provider_plans(tmp_path: Path) -> None:
    stack = Stack.on("azure-native", tmp_path / "cloud.db").make_all()
    token, inputs, live = stack.made["cpu"]
    properties = inputs["properties"]
    bigger = {**properties, "properties": {**properties["properties"], "vmSize": "Standard_DS4_v2"}}
    news = {**inputs, "properties": bigger}
    plan = stack.provider.diff(urn(token, "cpu"), token, live.id, inputs, live.outputs, news, ())
    assert plan.changes
    assert plan.replaces == ()
    with pytest.raises(CloudError, match=r"replace_on_changes=\['properties.properties.vmSize'\]") as caught:
        stack.provider.update(
            urn(token, "cpu"), token, live.id, inputs, live.outputs, news, (), preview=False, timeout=0
        )
    assert caught.value.code == "PropertyChangeNotAllowed"


def test_an_edit_behind_the_back_shows_as_drift(tmp_path: Path) -> None:
    stack = Stack.on("aws", tmp_path / "cloud.db").make_all()
    token, inputs, live = stack.made["v"]
    stack.cloud.edit(urn(token, "v"), "versioningConfiguration.status", "Suspended")
    now = stack.provider.read(urn(token, "v"), token, live.id, inputs, live.outputs)
    assert now is not None
    assert now.outputs["versioningConfiguration"]["status"] == "Suspended"
    drift = stack.provider.diff(urn(token, "v"), token, live.id, now.inputs, now.outputs, inputs, ())
    assert set(drift.detailed) == {"versioningConfiguration.status"}
    stack.cloud.remove(live.id)
    assert stack.provider.read(urn(token, "v"), token, live.id, inputs, live.outputs) is None


def test_an_edit_of_what_is_not_there_is_refused(tmp_path: Path) -> None:
    stack = Stack.on("aws", tmp_path / "cloud.db").make_all()
    with pytest.raises(CloudError, match="hold nothing"):
        stack.cloud.edit("urn:nothing", "tags", {})
    with pytest.raises(CloudError, match=r"'tags\[3\]' is no property"):
        stack.cloud.edit(stack.made["net"][2].id, "tags[3]", "x")


def test_faults_strike_as_often_as_arranged(tmp_path: Path) -> None:
    stack = Stack.on("aws", tmp_path / "cloud.db")
    stack.cloud.add_fault(
        "create", "ThrottlingException", "Rate exceeded", type_glob="aws:kms/*", name_glob="k*", times=2
    )
    for _ in range(2):
        with pytest.raises(CloudError, match="Rate exceeded") as caught:
            stack.make("aws:kms/key:Key", "key", {})
        assert caught.value.code == "ThrottlingException"
    stack.make("aws:kms/key:Key", "key", {})
    assert stack.cloud.faults() == []


def test_a_fault_of_another_name_or_operation_does_not_strike(tmp_path: Path) -> None:
    stack = Stack.on("aws", tmp_path / "cloud.db")
    number = stack.cloud.add_fault("delete", "AccessDenied", "no", name_glob="other")
    stack.make("aws:kms/key:Key", "key", {})
    stack.delete("key")
    assert [one.number for one in stack.cloud.faults()] == [number]
    stack.cloud.drop_fault(number)
    assert stack.cloud.faults() == []


def test_a_slow_operation_meets_its_timeout(tmp_path: Path) -> None:
    stack = Stack.on("aws", tmp_path / "cloud.db")
    stack.cloud.add_fault("create", latency=0.2)
    token = "aws:kms/key:Key"
    with pytest.raises(CloudError, match=r"longer than 0\.05 s") as caught:
        stack.provider.create(urn(token, "key"), token, {}, preview=False, timeout=0.05)
    assert caught.value.code == "Timeout"


def test_a_partial_failure_leaves_the_object_behind(tmp_path: Path) -> None:
    stack = Stack.on("aws", tmp_path / "cloud.db")
    stack.cloud.add_fault("create", "InternalFailure", "endpoint did not reach InService", partial=True)
    token = "aws:kms/key:Key"
    with pytest.raises(PartialFailure) as caught:
        stack.provider.create(urn(token, "key"), token, {}, preview=False, timeout=0)
    assert [one.id for one in stack.cloud.inventory()] == [caught.value.live.id]


def test_reset_forgets_everything(stack: Stack) -> None:
    stack.make_all()
    stack.cloud.add_fault("create", "X")
    stack.cloud.reset()
    assert (stack.cloud.inventory(), stack.cloud.graveyard(), stack.cloud.faults()) == ([], [], [])
    stack.make_all()


def test_other_packages_are_refused(stack: Stack) -> None:
    with pytest.raises(CloudError, match="'kubernetes' is not simulated"):
        stack.cloud("kubernetes", "4.0.0")
