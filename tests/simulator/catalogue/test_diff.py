"""Differences, replacements, and which comes first: deletion or creation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.catalogue.shapes import shape_of
from simulator.cloud import SimulatedCloud
from simulator.clouds.aws import Aws
from simulator.clouds.azure import Azure
from simulator.clouds.base import CloudRules
from simulator.clouds.gcp import Gcp
from simulator.diff import compare
from simulator.model import UNKNOWN, PropertyDiff, Props
from simulator.store import Store
from simulator.values import parse, put

RULES: dict[str, CloudRules] = {"aws": Aws(), "azure-native": Azure(), "gcp": Gcp()}

BASES: dict[str, Props] = {
    "aws:sagemaker/endpointConfiguration:EndpointConfiguration": {
        "productionVariants": [{"modelName": "m", "instanceType": "ml.m5.large"}],
        "tags": {"a": "1"},
    },
    "aws:sagemaker/endpoint:Endpoint": {
        "name": "churn",
        "endpointConfigName": "c",
        "deploymentConfig": {
            "autoRollbackConfiguration": {"alarms": [{"alarmName": "x"}]},
            "blueGreenUpdatePolicy": {"trafficRoutingConfiguration": {"type": "CANARY", "waitIntervalInSeconds": 60}},
        },
    },
    "aws:sagemaker/featureGroup:FeatureGroup": {
        "featureGroupName": "usage",
        "description": "d",
        "onlineStoreConfig": {"ttlDuration": {"unit": "Days", "value": 3}, "storageType": "Standard"},
    },
    "aws:kms/key:Key": {"description": "d", "multiRegion": False},
    "aws:s3/bucket:Bucket": {"bucket": "acme"},
    "azure-native:machinelearningservices:Workspace": {
        "resourceGroupName": "rg",
        "workspaceName": "wsp",
        "location": "West Europe",
        "friendlyName": "f",
    },
    "azure-native:authorization:RoleAssignment": {"scope": "/s", "principalId": "p", "roleDefinitionId": "r"},
    "azure-native:storage:StorageAccount": {
        "resourceGroupName": "rg",
        "isHnsEnabled": True,
        "minimumTlsVersion": "TLS1_2",
    },
    "gcp:vertex/aiEndpoint:AiEndpoint": {
        "name": "1",
        "location": "l",
        "displayName": "d",
        "encryptionSpec": {"kmsKeyName": "k"},
    },
    "gcp:vertex/aiPersistentResource:AiPersistentResource": {
        "resourcePools": [{"machineSpec": {"machineType": "n1"}, "replicaCount": "1"}],
        "displayName": "d",
    },
    "gcp:storage/bucketIAMMember:BucketIAMMember": {"bucket": "b", "role": "r", "member": "m"},
}

CHANGES = [
    ("aws:sagemaker/endpointConfiguration:EndpointConfiguration", "productionVariants[0].instanceType", "x", True),
    ("aws:sagemaker/endpointConfiguration:EndpointConfiguration", "tags.a", "2", False),
    ("aws:sagemaker/endpoint:Endpoint", "endpointConfigName", "c2", False),
    ("aws:sagemaker/endpoint:Endpoint", "deploymentConfig.autoRollbackConfiguration.alarms[0].alarmName", "y", True),
    (
        "aws:sagemaker/endpoint:Endpoint",
        "deploymentConfig.blueGreenUpdatePolicy.trafficRoutingConfiguration.waitIntervalInSeconds",
        120,
        False,
    ),
    ("aws:sagemaker/featureGroup:FeatureGroup", "description", "e", True),
    ("aws:sagemaker/featureGroup:FeatureGroup", "onlineStoreConfig.ttlDuration.value", 4, False),
    ("aws:kms/key:Key", "description", "e", False),
    ("aws:kms/key:Key", "multiRegion", True, True),
    ("aws:s3/bucket:Bucket", "bucket", "other", True),
    ("azure-native:machinelearningservices:Workspace", "workspaceName", "x", True),
    ("azure-native:machinelearningservices:Workspace", "friendlyName", "x", False),
    ("azure-native:machinelearningservices:Workspace", "location", "northeurope", True),
    ("azure-native:authorization:RoleAssignment", "principalId", "q", True),
    ("azure-native:storage:StorageAccount", "isHnsEnabled", False, True),
    ("azure-native:storage:StorageAccount", "minimumTlsVersion", "TLS1_3", False),
    ("gcp:vertex/aiEndpoint:AiEndpoint", "displayName", "e", False),
    ("gcp:vertex/aiEndpoint:AiEndpoint", "encryptionSpec.kmsKeyName", "k2", True),
    ("gcp:vertex/aiEndpoint:AiEndpoint", "location", "m", True),
    ("gcp:vertex/aiPersistentResource:AiPersistentResource", "resourcePools[0].machineSpec.machineType", "n2", True),
    ("gcp:vertex/aiPersistentResource:AiPersistentResource", "resourcePools[0].replicaCount", "2", False),
    ("gcp:storage/bucketIAMMember:BucketIAMMember", "role", "s", True),
]


def difference(token: str, olds: Props, news: Props, ignore: tuple[str, ...] = ()) -> Any:
    """Compare two inputs of a type."""
    return compare(RULES[token.partition(":")[0]], shape_of(token), olds, news, ignore)


@pytest.mark.parametrize(("token", "path", "value", "replaces"), CHANGES)
def test_a_change_updates_or_replaces(token: str, path: str, value: Any, replaces: bool) -> None:
    found = difference(token, BASES[token], put(BASES[token], parse(path), value))
    assert found.detailed == {path: PropertyDiff("update", replace=replaces)}


def test_what_is_added_and_taken_away_is_said_so() -> None:
    token = "aws:kms/key:Key"
    found = difference(token, {"description": "d", "tags": {"a": "1"}}, {"isEnabled": True, "tags": {"b": "1"}})
    assert {path: diff.kind for path, diff in found.detailed.items()} == {
        "description": "delete",
        "isEnabled": "add",
        "tags.a": "delete",
        "tags.b": "add",
    }


def test_ignored_paths_and_those_below_them_are_passed_over() -> None:
    token = "aws:kms/key:Key"
    olds: Props = {"description": "d", "tags": {"a": "1", "b": "1"}}
    news: Props = {"description": "e", "tags": {"a": "2", "b": "2"}}
    assert set(difference(token, olds, news, ("tags",)).detailed) == {"description"}
    assert set(difference(token, olds, news, ("tags.a", "description")).detailed) == {"tags.b"}


def test_an_unknown_is_a_change_and_azure_locations_are_folded() -> None:
    assert set(difference("aws:kms/key:Key", {"description": "d"}, {"description": UNKNOWN}).detailed) == {
        "description"
    }
    token = "azure-native:machinelearningservices:Workspace"
    assert not difference(token, BASES[token], {**BASES[token], "location": "westeurope"}).changes


NAMED = [
    ("aws:iam/role:Role", {"assumeRolePolicy": "{}"}, {"path": "/ml/"}, {"name": "exec"}),
    ("gcp:pubsub/topic:Topic", {}, {"project": "other"}, {"name": "drift"}),
    (
        "azure-native:storage:StorageAccount",
        {"resourceGroupName": "rg", "kind": "StorageV2", "sku": {"name": "Standard_LRS"}},
        {"isHnsEnabled": True},
        {"accountName": "acme"},
    ),
]


@pytest.mark.parametrize(("token", "base", "change", "name"), NAMED)
def test_a_hand_made_name_deletes_first_and_an_automatic_one_creates_first(
    tmp_path: Path, token: str, base: Props, change: Props, name: Props
) -> None:
    provider = SimulatedCloud(Store(tmp_path / "cloud.db"))(token.partition(":")[0], "")
    provider.configure({"region": "eu-west-1", "project": "acme", "location": "westeurope"})
    urn = f"urn:pulumi:dev::kit::{token}::logical"
    automatic = provider.check(urn, token, {}, base, b"1").inputs
    again = provider.check(urn, token, automatic, {**base, **change}, b"2").inputs
    kept = provider.diff(urn, token, "id", automatic, {}, again, ())
    assert set(kept.replaces) == set(change)
    assert kept.delete_before_replace is False
    by_hand = provider.check(urn, token, {}, {**base, **name}, b"1").inputs
    moved = provider.check(urn, token, by_hand, {**base, **name, **change}, b"2").inputs
    assert provider.diff(urn, token, "id", by_hand, {}, moved, ()).delete_before_replace is True


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.floats(allow_nan=False)
    | st.text(max_size=4)
    | st.just(UNKNOWN),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(BASES)), st.dictionaries(st.text(max_size=5), VALUES, max_size=4))
def test_nothing_differs_from_itself(token: str, props: Props) -> None:
    assert difference(token, {**BASES[token], **props}, {**BASES[token], **props}).detailed == {}


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(sorted(BASES)), VALUES, VALUES)
def test_diff_is_total(token: str, one: Any, two: Any) -> None:
    found = difference(token, {**BASES[token], "tags": one}, {**BASES[token], "tags": two})
    assert set(found.replaces) == set()
