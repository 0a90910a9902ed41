"""Quotas, regions and machine sizes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator import quotas
from simulator.catalogue.shapes import shape_of
from simulator.model import CloudError, Props
from simulator.places import size_fault
from simulator.regions import region_fault
from tests.simulator.cloud.examples import CONFIGS, EXAMPLES, Stack, urn

VPC = "aws:ec2/vpc:Vpc"


def test_every_quota_counts_types_that_there_are_by_inputs_that_they_have() -> None:
    for quota in quotas.QUOTAS:
        for token in quota.types:
            shape = shape_of(token)
            assert quota.scope in ("account", "region") or quota.scope in shape.inputs, quota.name
            assert quota.only is None or quota.only[0] in shape.inputs, quota.name
        assert quota.source.startswith("https://"), quota.name
    assert len(quotas.BY_NAME) == len(quotas.QUOTAS)


def test_a_region_holds_five_networks_and_another_region_five_more(tmp_path: Path) -> None:
    stack = Stack.on("aws", tmp_path / "cloud.db")
    for number in range(5):
        stack.make(VPC, f"net{number}", {"cidrBlock": "10.0.0.0/16"})
    with pytest.raises(CloudError, match=r"maximum number of VPCs has been reached \(5 in eu-west-1\)") as caught:
        stack.make(VPC, "sixth", {"cidrBlock": "10.0.0.0/16"})
    assert caught.value.code == "VpcLimitExceeded"
    assert stack.make(VPC, "other", {"cidrBlock": "10.0.0.0/16", "region": "us-east-1"}).id
    stack.delete("net0")
    assert stack.make(VPC, "sixth", {"cidrBlock": "10.0.0.0/16"}).id
    with stack.cloud.store.transaction() as transaction:
        quotas.set_limit(transaction, "aws:ec2/VPCs", 6)
    assert stack.make(VPC, "seventh", {"cidrBlock": "10.0.0.0/16"}).id
    with stack.cloud.store.transaction() as transaction:
        quotas.set_limit(transaction, "aws:ec2/VPCs", None)
    with pytest.raises(CloudError, match="5 in eu-west-1"):
        stack.make(VPC, "eighth", {"cidrBlock": "10.0.0.0/16"})


def attachments(stack: Stack) -> Iterator[tuple[str, Props]]:
    """Policies for two roles."""
    trust = EXAMPLES["aws"][6][2]["assumeRolePolicy"]
    for role in ("one", "two"):
        stack.make("aws:iam/role:Role", role, {"name": role, "assumeRolePolicy": trust})
    for role, count in (("one", 10), ("two", 1), ("one", 1)):
        for number in range(count):
            name = f"Policy{number}" if count > 1 else "Last"
            yield f"{role}-{name}", {"role": role, "policyArn": f"arn:aws:iam::aws:policy/{name}"}


def test_a_role_carries_ten_policies(tmp_path: Path) -> None:
    stack = Stack.on("aws", tmp_path / "cloud.db")
    *fit, (name, inputs) = attachments(stack)
    token = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
    for one, given in fit:
        stack.make(token, one, given)
    with pytest.raises(CloudError, match="Cannot exceed quota for AttachedPoliciesPerRole: 10") as caught:
        stack.make(token, name, inputs)
    assert caught.value.code == "LimitExceeded"


@pytest.mark.parametrize(
    ("package", "quota", "count", "code"),
    [
        ("azure-native", "azure:ml/endpoints per region", 1, "QuotaExceeded"),
        ("gcp", "gcp:iam/service accounts", 1, "429"),
    ],
)
def test_quotas_of_the_other_clouds_answer_in_their_words(
    tmp_path: Path, package: str, quota: str, count: int, code: str
) -> None:
    stack = Stack.on(package, tmp_path / "cloud.db").make_all()
    with stack.cloud.store.transaction() as transaction:
        quotas.set_limit(transaction, quota, count)
    token = quotas.BY_NAME[quota].types[0]
    name, inputs = next((name, given) for kind, name, given in EXAMPLES[package] if kind == token)
    with pytest.raises(CloudError, match=f"--set '{quota}=") as caught:
        stack.make(token, f"{name}2", {**inputs, **({"accountId": "ml-other"} if package == "gcp" else {})})
    assert caught.value.code == code


def test_an_unknown_quota_is_refused(tmp_path: Path) -> None:
    stack = Stack.on("aws", tmp_path / "cloud.db")
    with pytest.raises(CloudError, match="there is no quota 'vpcs'; known are aws:ec2/VPCs"):
        quotas.set_limit(stack.cloud.store.snapshot(), "vpcs", 1)


@pytest.mark.parametrize(
    ("package", "region", "words"),
    [
        ("aws", "eu-west-11", "'eu-west-11' is no AWS region; nearest: eu-west-1"),
        ("aws", "eu-west-1", ""),
        ("aws", "cn-north-1", ""),
        ("azure-native", "westeurop", "'westeurop' is no Azure region; nearest: westeurope"),
        ("azure-native", "West Europe", ""),
        ("azure-native", "atlantiscentral", ""),
        ("gcp", "europe-west5", "'europe-west5' is no Google Cloud region; nearest: europe-west"),
        ("gcp", "europe-west4", ""),
    ],
)
def test_regions_are_known_by_name(package: str, region: str, words: str) -> None:
    fault = region_fault(package, region)
    assert fault.startswith(words) if words else fault == ""


WRONG_PLACES = [
    ("aws", VPC, {"cidrBlock": "10.0.0.0/16", "region": "eu-wst-1"}, "region", "nearest: eu-west-1"),
    ("gcp", "gcp:storage/bucket:Bucket", {"location": "EUROPE-WEST5"}, "location", "is no Google Cloud region"),
    ("azure-native", "azure-native:resources:ResourceGroup", {"location": "Nort Europe"}, "location", "northeurope"),
]


@pytest.mark.parametrize(("package", "token", "inputs", "path", "words"), WRONG_PLACES)
def test_a_resource_in_no_region_is_refused(
    tmp_path: Path, package: str, token: str, inputs: Props, path: str, words: str
) -> None:
    provider = Stack.on(package, tmp_path / "cloud.db").provider
    faults = provider.check(urn(token, "x"), token, {}, inputs, b"seed").failures
    assert [fault.property for fault in faults] == [path]
    assert words in faults[0].reason


@pytest.mark.parametrize("location", ["EU", "US", "eur4", "europe-west4", "EUROPE-WEST4"])
def test_multi_regions_of_google_are_no_mistake(tmp_path: Path, location: str) -> None:
    token = "gcp:storage/bucket:Bucket"
    provider = Stack.on("gcp", tmp_path / "cloud.db").provider
    assert provider.check(urn(token, "x"), token, {}, {"location": location}, b"seed").failures == ()


def test_the_region_of_the_configuration_is_judged_unless_told_not_to(tmp_path: Path) -> None:
    aws = Stack.on("aws", tmp_path / "a.db").provider
    assert "nearest: eu-west-" in aws.check_config({"region": "eu-west-9"}).failures[0].reason
    assert aws.check_config({"region": "eu-west-9", "skipRegionValidation": True}).failures == ()
    google = Stack.on("gcp", tmp_path / "g.db").provider
    assert [one.property for one in google.check_config({**CONFIGS["gcp"], "region": "us-east2"}).failures] == [
        "region"
    ]
    azure = Stack.on("azure-native", tmp_path / "z.db").provider
    assert "westeurope" in azure.check_config({"location": "westeuropa"}).failures[0].reason


SIZES = [
    ("azure-native", "Standard_DS3_v2", ""),
    ("azure-native", "Standard_NC4as_T4_v3", ""),
    ("azure-native", "Standard_E4-2as_v4", ""),
    ("azure-native", "STANDARD_DS3_V2", ""),
    ("azure-native", "Standard-DS3-v2", "is no VM size of Azure; nearest: Standard_DS3_v2"),
    ("azure-native", "ml.m5.large", "is no VM size of Azure"),
    ("gcp", "n1-standard-4", ""),
    ("gcp", "a2-highgpu-1g", ""),
    ("gcp", "c3-standard-88-lssd", ""),
    ("gcp", "ct5lp-hightpu-4t", ""),
    ("gcp", "e2-micro", ""),
    ("gcp", "n1-standard-5", "n1-standard has n1-standard-1, n1-standard-2, n1-standard-4"),
    ("gcp", "Standard_D2s_v3", "is no machine type of Google Cloud"),
]


@pytest.mark.parametrize(("package", "size", "words"), SIZES)
def test_machine_sizes_are_those_of_their_cloud(package: str, size: str, words: str) -> None:
    fault = size_fault(package, size)
    assert words in fault if words else fault == ""


def test_a_machine_of_another_cloud_is_refused_where_it_is_written(tmp_path: Path) -> None:
    token = "azure-native:machinelearningservices:Compute"
    inputs = {
        "resourceGroupName": "rg",
        "workspaceName": "churn",
        "properties": {"computeType": "AmlCompute", "properties": {"vmSize": "n1-standard-4"}},
    }
    provider = Stack.on("azure-native", tmp_path / "cloud.db").provider
    (fault,) = provider.check(urn(token, "cpu"), token, {}, inputs, b"seed").failures
    assert (fault.property, fault.reason.partition(";")[0]) == (
        "properties.properties.vmSize",
        "'n1-standard-4' is no VM size of Azure",
    )
