"""What inputs may refer to, and names that are taken once."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.model import CloudError, Props
from tests.simulator.cloud.examples import EXAMPLES, Stack, urn

TRUST = (
    '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"sagemaker.amazonaws.com"},'
    '"Action":"sts:AssumeRole"}}'
)

KMS = "arn:aws:kms:eu-west-1:123456789012"

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
        {
            "bucket": "$Lake",
            "role": "roles/viewer",
            "member": "serviceAccount:ghost-account@acme-ml-dev.iam.gserviceaccount.com",
        },
        "400",
        "does not exist",
    ),
    ("gcp", "gcp:bigquery/table:Table", {"datasetId": "ghost", "tableId": "t"}, "404", "datasets/ghost"),
]


@pytest.mark.parametrize(("package", "token", "inputs", "code", "words"), BROKEN)
def test_a_reference_to_nothing_is_refused_in_the_words_of_the_cloud(
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
    ("token", "name", "inputs"),
    [
        (
            "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
            "policyArn",
            {"role": "$exec", "policyArn": "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"},
        ),
        (
            "aws:sagemaker/model:Model",
            "executionRoleArn",
            {"executionRoleArn": "arn:aws:iam::999999999999:role/other-account"},
        ),
        (
            "aws:sns/topic:Topic",
            "kmsMasterKeyId",
            {"kmsMasterKeyId": "arn:aws:kms:eu-west-1:123456789012:alias/aws/sns"},
        ),
        (
            "aws:cloudtrail/trail:Trail",
            "cloudWatchLogsGroupArn",
            {"s3BucketName": "$Lake", "cloudWatchLogsGroupArn": "arn:aws:logs:eu-west-1:123456789012:log-group:/x:*"},
        ),
    ],
)
def test_what_is_not_ours_built_in_or_a_pattern_is_not_looked_up(
    tmp_path: Path, token: str, name: str, inputs: Props
) -> None:
    stack = Stack.on("aws", tmp_path / "cloud.db")
    for example_token, example_name, example in EXAMPLES["aws"]:
        if example_name in ("exec", "Lake"):
            stack.make(example_token, example_name, example)
    assert stack.make(token, "one", inputs).outputs[name] == inputs[name]


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
    ("aws", "aws:iam/role:Role", {"name": "exec", "assumeRolePolicy": TRUST}, "EntityAlreadyExists"),
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


def test_a_name_is_taken_in_its_region_only(tmp_path: Path) -> None:
    stack = Stack.on("aws", tmp_path / "cloud.db")
    group = {"modelPackageGroupName": "churn"}
    token = "aws:sagemaker/modelPackageGroup:ModelPackageGroup"
    here = stack.make(token, "here", group)
    there = stack.make(token, "there", {**group, "region": "us-east-1"})
    assert here.id == there.id == "churn"
    with pytest.raises(CloudError) as caught:
        stack.make(token, "again", group)
    assert caught.value.code == "ResourceInUse"
    policy = {"modelPackageGroupName": "churn", "resourcePolicy": '{"Version": "2012-10-17", "Statement": []}'}
    policies = "aws:sagemaker/modelPackageGroupPolicy:ModelPackageGroupPolicy"
    stack.delete("here")
    with pytest.raises(CloudError, match="which does not exist"):
        stack.provider.create(urn(policies, "p"), policies, policy, preview=False, timeout=0)
    distant = {**policy, "region": "us-east-1"}
    assert stack.provider.create(urn(policies, "p"), policies, distant, preview=False, timeout=0).id == "churn"
    assert stack.provider.read(urn(token, "here"), token, "churn", group, {}) is None
    assert stack.provider.read(urn(token, "there"), token, "churn", {**group, "region": "us-east-1"}, {}) == there


def test_an_endpoint_of_azure_is_unique_in_its_region(tmp_path: Path) -> None:
    stack = Stack.on("azure-native", tmp_path / "cloud.db").make_all()
    stack.make("azure-native:machinelearningservices:Workspace", "other", {"resourceGroupName": "$rg.name"})
    given = {"resourceGroupName": "$rg.name", "workspaceName": "$other.name", "properties": {"authMode": "AADToken"}}
    token = "azure-native:machinelearningservices:OnlineEndpoint"
    name = stack.made["churn"][2].outputs["name"]
    with pytest.raises(CloudError) as caught:
        stack.make(token, "second", {**given, "endpointName": name})
    assert caught.value.code == "Conflict"
    stack.make(token, "second", {**given, "endpointName": name, "location": "northeurope"})
