"""Automatic names as each provider makes them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from simulator.cloud import SimulatedCloud
from simulator.model import UNKNOWN, Props
from simulator.provider import SimulatedProvider
from simulator.store import Store

TRUST = (
    '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"sagemaker.amazonaws.com"},'
    '"Action":"sts:AssumeRole"}}'
)

RG: Props = {"resourceGroupName": "rg"}
NAMES = [
    ("aws:iam/role:Role", {"assumeRolePolicy": TRUST}, "name", r"Logical-[0-9a-f]{7}"),
    ("aws:s3/bucket:Bucket", {}, "bucket", r"logical-[0-9a-f]{7}"),
    ("aws:cloudwatch/eventTarget:EventTarget", {"arn": "a", "rule": "r"}, "targetId", r"Logical-[0-9a-f]{7}"),
    ("azure-native:resources:ResourceGroup", {}, "resourceGroupName", r"Logical[0-9a-f]{8}"),
    ("azure-native:machinelearningservices:Workspace", RG, "workspaceName", r"Logical[0-9a-f]{8}"),
    (
        "azure-native:machinelearningservices:OnlineEndpoint",
        {**RG, "workspaceName": "wsp", "properties": {"authMode": "AADToken"}},
        "endpointName",
        r"Logical[0-9a-f]{8}",
    ),
    ("azure-native:machinelearningservices:Compute", {**RG, "workspaceName": "wsp"}, "computeName", r"Logical"),
    ("azure-native:network:Subnet", {**RG, "virtualNetworkName": "v"}, "subnetName", r"Logical"),
    (
        "azure-native:authorization:RoleAssignment",
        {
            "scope": "/subscriptions/00000000-0000-0000-0000-000000000000",
            "principalId": "11111111-1111-4111-8111-111111111111",
            "roleDefinitionId": "/subscriptions/00000000-0000-0000-0000-000000000000/providers"
            "/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7",
        },
        "roleAssignmentName",
        r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}",
    ),
    ("gcp:pubsub/topic:Topic", {}, "name", r"Logical-[0-9a-f]{7}"),
    ("gcp:storage/bucket:Bucket", {"location": "EU"}, "name", r"logical-[0-9a-f]{7}"),
]


def provider_of(token: str, path: Path) -> SimulatedProvider:
    """Return a configured provider of the package of a token."""
    provider = SimulatedCloud(Store(path / "cloud.db"))(token.partition(":")[0], "")
    provider.configure({"region": "eu-west-1", "project": "acme", "location": "westeurope"})
    return provider


@pytest.mark.parametrize(("token", "inputs", "key", "pattern"), NAMES)
def test_names_have_the_form_the_provider_gives_them(
    tmp_path: Path, token: str, inputs: Props, key: str, pattern: str
) -> None:
    provider = provider_of(token, tmp_path)
    urn = f"urn:pulumi:dev::kit::{token}::Logical"
    first = provider.check(urn, token, {}, inputs, b"seed")
    assert first.failures == ()
    assert re.fullmatch(pattern, first.inputs[key])
    assert provider.check(urn, token, {}, inputs, b"seed").inputs[key] == first.inputs[key]
    assert provider.check(urn, token, first.inputs, inputs, b"other").inputs == first.inputs


@pytest.mark.parametrize(("token", "inputs", "key", "pattern"), [row for row in NAMES if "[0-9a-f]" in row[3]])
def test_another_seed_gives_another_name(tmp_path: Path, token: str, inputs: Props, key: str, pattern: str) -> None:
    provider = provider_of(token, tmp_path)
    urn = f"urn:pulumi:dev::kit::{token}::Logical"
    one, two = (provider.check(urn, token, {}, inputs, seed).inputs[key] for seed in (b"1", b"2"))
    assert one != two
    assert re.fullmatch(pattern, two)


def test_a_given_name_an_unknown_one_and_a_prefix_are_left_alone(tmp_path: Path) -> None:
    token = "aws:sns/topic:Topic"
    provider = provider_of(token, tmp_path)
    urn = f"urn:pulumi:dev::kit::{token}::t"
    for given in ({"name": "alerts"}, {"name": UNKNOWN}, {"namePrefix": "alerts-"}):
        assert provider.check(urn, token, {}, given, b"s").inputs == given
    live = provider.create(urn, token, {"namePrefix": "alerts-"}, preview=False, timeout=0)
    assert re.fullmatch(r"alerts-\d{26}", live.outputs["name"])


def test_dropping_a_given_name_makes_a_new_one_on_bridged_clouds(tmp_path: Path) -> None:
    token = "aws:sns/topic:Topic"
    provider = provider_of(token, tmp_path)
    urn = f"urn:pulumi:dev::kit::{token}::t"
    assert re.fullmatch(r"t-[0-9a-f]{7}", provider.check(urn, token, {"name": "alerts"}, {}, b"s").inputs["name"])


def test_a_replacement_steps_over_the_name_of_the_living(tmp_path: Path) -> None:
    token = "aws:sns/topic:Topic"
    provider = provider_of(token, tmp_path)
    urn = f"urn:pulumi:dev::kit::{token}::t"
    first = provider.check(urn, token, {}, {}, b"s").inputs
    provider.create(urn, token, first, preview=False, timeout=0)
    assert provider.check(urn, token, {}, {}, b"s").inputs["name"] != first["name"]


def test_azure_locations_come_from_the_configuration_or_the_group(tmp_path: Path) -> None:
    token = "azure-native:machinelearningservices:Workspace"
    cloud = SimulatedCloud(Store(tmp_path / "cloud.db"))
    cloud.place("azure-native:resources:ResourceGroup", "rg", {"resourceGroupName": "rg", "location": "uksouth"})
    provider = cloud("azure-native", "")
    provider.configure({})
    urn = f"urn:pulumi:dev::kit::{token}::w"
    assert provider.check(urn, token, {}, RG, b"s").inputs["location"] == "uksouth"
    assert provider.check(urn, token, {}, {"resourceGroupName": UNKNOWN}, b"s").inputs["location"] == UNKNOWN
    provider.configure({"location": "westeurope"})
    assert provider.check(urn, token, {}, RG, b"s").inputs["location"] == "westeurope"


def test_explicit_nulls_are_dropped(tmp_path: Path) -> None:
    token = "aws:kms/key:Key"
    provider = provider_of(token, tmp_path)
    urn = f"urn:pulumi:dev::kit::{token}::k"
    assert provider.check(urn, token, {}, {"description": None, "tags": {"a": None}}, b"s").inputs == {"tags": {}}
