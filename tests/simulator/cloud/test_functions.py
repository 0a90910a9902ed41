"""Functions that look objects up, make documents, and list keys."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from simulator.model import SECRET_SIG, SIG_KEY, CloudError, Props
from tests.simulator.cloud.examples import Stack

LOOK_UPS = [
    ("aws", "aws:ec2/getVpc:getVpc", {"id": "$net"}, "cidrBlock", "10.0.0.0/16"),
    ("aws", "aws:ec2/getSubnet:getSubnet", {"vpcId": "$net", "cidrBlock": "10.0.0.0/24"}, "id", "$a"),
    (
        "aws",
        "aws:ec2/getSubnets:getSubnets",
        {"filters": [{"name": "vpc-id", "values": ["$net"]}]},
        "ids",
        ["$a"],
    ),
    ("aws", "aws:ec2/getSubnets:getSubnets", {"tags": {"tier": "private"}}, "ids", []),
    ("aws", "aws:iam/getRole:getRole", {"name": "$exec"}, "arn", "$exec.arn"),
    ("aws", "aws:kms/getKey:getKey", {"keyId": "$key.arn"}, "id", "$key"),
    ("aws", "aws:s3/getBucket:getBucket", {"bucket": "$Lake"}, "arn", "$Lake.arn"),
    ("azure-native", "azure-native:resources:getResourceGroup", {"resourceGroupName": "$rg.name"}, "id", "$rg"),
    (
        "azure-native",
        "azure-native:network:getSubnet",
        {"resourceGroupName": "$rg.name", "virtualNetworkName": "$vnet.name", "subnetName": "$sub.name"},
        "id",
        "$sub",
    ),
    ("gcp", "gcp:storage/getBucket:getBucket", {"name": "$Lake"}, "id", "$Lake"),
    ("gcp", "gcp:compute/getSubnetwork:getSubnetwork", {"name": "$sub.name"}, "ipCidrRange", "10.0.0.0/24"),
    ("gcp", "gcp:serviceaccount/getAccount:getAccount", {"accountId": "$serving.email"}, "id", "$serving"),
    ("gcp", "gcp:kms/getKMSKeyRing:getKMSKeyRing", {"name": "ml", "location": "europe-west4"}, "id", "$ring"),
]


@pytest.mark.parametrize(("package", "token", "args", "key", "answer"), LOOK_UPS)
def test_objects_are_looked_up_by_their_properties(
    tmp_path: Path, package: str, token: str, args: Props, key: str, answer: object
) -> None:
    stack = Stack.on(package, tmp_path / "cloud.db").make_all()
    assert stack.provider.invoke(token, stack.filled(args), preview=False)[key] == stack.filled(answer)


def test_nothing_and_too_much_are_errors(tmp_path: Path) -> None:
    stack = Stack.on("aws", tmp_path / "cloud.db")
    for name in ("a", "b"):
        stack.make("aws:ec2/vpc:Vpc", name, {"cidrBlock": "10.0.0.0/16", "tags": {"team": "ml"}})
    with pytest.raises(CloudError, match="2 of aws:ec2/vpc:Vpc fit tags=") as caught:
        stack.provider.invoke("aws:ec2/getVpc:getVpc", {"tags": {"team": "ml"}}, preview=False)
    assert caught.value.code == "Ambiguous"
    with pytest.raises(CloudError, match="no aws:ec2/vpc:Vpc fits id=vpc-1") as caught:
        stack.provider.invoke("aws:ec2/getVpc:getVpc", {"id": "vpc-1"}, preview=False)
    assert caught.value.code == "NotFound"
    with pytest.raises(CloudError, match="no aws:ec2/vpc:Vpc fits"):
        stack.provider.invoke("aws:ec2/getVpc:getVpc", {"id": "$a", "region": "us-east-1"}, preview=False)
    azure = Stack.on("azure-native", tmp_path / "azure.db")
    group = {"resourceGroupName": "ghost"}
    with pytest.raises(CloudError, match=r"The Resource '/subscriptions/[0-9-]+/resourceGroups/ghost' was not found"):
        azure.provider.invoke("azure-native:resources:getResourceGroup", group, preview=False)


def test_keys_are_marked_secret_and_stay_the_same(tmp_path: Path) -> None:
    stack = Stack.on("azure-native", tmp_path / "cloud.db").make_all()
    args = stack.filled({"resourceGroupName": "$rg.name", "accountName": "$stg.name"})
    token = "azure-native:storage:listStorageAccountKeys"
    answer = stack.provider.invoke(token, args, preview=False)
    assert [key["keyName"] for key in answer["keys"]] == ["key1", "key2"]
    assert {key["value"][SIG_KEY] for key in answer["keys"]} == {SECRET_SIG}
    assert stack.provider.invoke(token, args, preview=False) == answer


def test_a_policy_document_of_google_is_ordered(tmp_path: Path) -> None:
    provider = Stack.on("gcp", tmp_path / "cloud.db").provider
    bindings = [
        {"role": "roles/viewer", "members": ["user:b@example.com", "user:a@example.com"]},
        {"role": "roles/editor", "members": ["user:a@example.com"]},
    ]
    answer = provider.invoke("gcp:organizations/getIAMPolicy:getIAMPolicy", {"bindings": bindings}, preview=False)
    assert json.loads(answer["policyData"]) == {
        "bindings": [
            {"members": ["user:a@example.com"], "role": "roles/editor"},
            {"members": ["user:a@example.com", "user:b@example.com"], "role": "roles/viewer"},
        ]
    }


def test_small_functions_of_aws(tmp_path: Path) -> None:
    provider = Stack.on("aws", tmp_path / "cloud.db").provider
    arn = provider.invoke("aws:index/getArn:getArn", {"arn": "arn:aws:s3:::lake/a:b"}, preview=False)
    assert (arn["service"], arn["resource"]) == ("s3", "lake/a:b")
    names = provider.invoke("aws:index/getRegions:getRegions", {}, preview=False)["names"]
    assert "eu-west-1" in names
    assert not [name for name in names if name.startswith("cn-")]
    provider.configure({"region": "eu-west-1", "defaultTags": {"tags": {"owner": "ml"}}})
    assert provider.invoke("aws:index/getDefaultTags:getDefaultTags", {}, preview=False)["tags"] == {"owner": "ml"}
