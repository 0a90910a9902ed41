"""Feature store on AWS: frozen schemas, keys, Iceberg, online serving, grants."""

import functools
from typing import Any

import pytest

from components.core.errors import TripodError
from components.core.profile import Profile
from components.core.vocabulary import Provision
from components.feature_store.aws import build as backend
from components.feature_store.contract import Entity, FeatureGroup, FeatureStoreSpec, FeatureType
from tests.components.aws_bench import Graph, build, build_with_outputs

DATA = "arn:aws:kms:eu-west-1:123456789012:key/11111111-1111-1111-1111-111111111111"
GROUP = "arn:aws:sagemaker:eu-west-1:123456789012:feature-group/churn-dev-usage-v2"
FEATURES = "arn:aws:s3:::churn-dev-features-abcde"


def spec(**changes: Any) -> FeatureStoreSpec:
    options: dict[str, Any] = {
        "entity": "customer",
        "version": 2,
        "features": {"sessions": FeatureType.INTEGER, "share": FeatureType.FLOAT, "active": FeatureType.BOOLEAN},
    }
    return FeatureStoreSpec(
        entities={"customer": Entity(key="customer_id", description="A customer, in our sense.")},
        groups={"usage": FeatureGroup(**(options | changes))},
    )


def store(profile: Profile = Profile.REGULATED, made: FeatureStoreSpec | None = None, **kinds: Any) -> Graph:
    if made is None and not kinds:
        return _plain(profile)
    return build(backend, "feature_store", made or spec(), profile, **kinds)


@functools.cache
def _plain(profile: Profile) -> Graph:
    return build(backend, "feature_store", spec(), profile)


def test_a_version_is_part_of_every_name() -> None:
    """A group is replaced for any change of schema, and the new one cannot take the name of the old one."""
    group = store()["feature_store-usage-v2"].inputs
    assert group["featureGroupName"] == "churn-dev-usage-v2"
    assert group["offlineStoreConfig"]["dataCatalogConfig"] == {
        "catalog": "AwsDataCatalog",
        "database": "churn_dev_features",
        "tableName": "churn_dev_usage_v2",
    }
    raised = store(made=spec(version=3))
    assert "feature_store-usage-v3" in raised
    assert "feature_store-usage-v2" not in raised


def test_identifier_and_time_are_features_and_types_are_those_of_sagemaker() -> None:
    group = store()["feature_store-usage-v2"].inputs
    assert group["recordIdentifierFeatureName"] == "customer_id"
    assert group["eventTimeFeatureName"] == "event_time"
    assert {f["featureName"]: f["featureType"] for f in group["featureDefinitions"]} == {
        "customer_id": "String",
        "event_time": "String",
        "sessions": "Integral",
        "share": "Fractional",
        "active": "Integral",
    }


def test_offline_store_is_iceberg_under_the_data_key() -> None:
    group = store(Profile.SANDBOX)["feature_store-usage-v2"]
    offline = group.inputs["offlineStoreConfig"]
    assert offline["tableFormat"] == "Iceberg"
    assert offline["disableGlueTableCreation"] is False
    assert offline["s3StorageConfig"] == {"kmsKeyId": DATA, "s3Uri": "s3://churn-dev-features-abcde/feature-store"}
    assert "onlineStoreConfig" not in group.inputs
    assert not group.protect


def test_online_store_is_under_the_data_key_and_forgets() -> None:
    graph, outputs = build_with_outputs(backend, "feature_store", spec(online=True, ttl_days=30), Profile.REGULATED)
    group = graph["feature_store-usage-v2"]
    assert group.protect
    assert group.inputs["onlineStoreConfig"] == {
        "enableOnlineStore": True,
        "storageType": "Standard",
        "securityConfig": {"kmsKeyId": DATA},
        "ttlDuration": {"unit": "Days", "value": 30},
    }
    assert outputs["online_endpoint"] == "featurestore-runtime.sagemaker.eu-west-1.amazonaws.com"


def test_outputs_without_online_groups() -> None:
    _, outputs = build_with_outputs(backend, "feature_store", spec())
    assert outputs == {
        "store_id": "churn_dev_features",
        "offline_uri": "s3://churn-dev-features-abcde/feature-store",
        "online_endpoint": "",
    }


def test_descriptions_can_be_edited_without_replacing_a_group() -> None:
    before = store(made=spec(description="Use."))
    after = store(made=spec(description="Use of the product."))
    assert before["feature_store-usage-v2"].inputs == after["feature_store-usage-v2"].inputs
    assert after["feature_store-database"].inputs["parameters"] == {
        "entity.customer.key": "customer_id",
        "entity.customer.description": "A customer, in our sense.",
        "group.usage.description": "Use of the product.",
    }


def test_the_writer_is_bound_to_its_prefix_and_tables() -> None:
    graph = store()
    allowed = graph.allowed("feature_store-offline-store-grant")
    writes = {resource for action, resource in allowed if action in {"s3:PutObject", "s3:DeleteObject"}}
    assert writes == {f"{FEATURES}/feature-store/*"}
    assert {resource for action, resource in allowed if action == "glue:CreateTable"} == {
        "arn:aws:glue:eu-west-1:123456789012:catalog",
        "arn:aws:glue:eu-west-1:123456789012:database/churn_dev_features",
        "arn:aws:glue:eu-west-1:123456789012:table/churn_dev_features/*",
    }
    trust = graph.statements("feature_store-offline-store", "assumeRolePolicy")["ServiceOfThisAccount"]
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": "123456789012"}}


def test_only_training_writes_and_serving_only_reads() -> None:
    graph = store()
    assert graph.allowed("feature_store-serving-features") == {
        ("sagemaker:BatchGetRecord", GROUP),
        ("sagemaker:DescribeFeatureGroup", GROUP),
        ("sagemaker:GetRecord", GROUP),
    }
    writers = {
        item.inputs["role"]
        for item in graph.of("iam/rolePolicy:RolePolicy")
        if ("sagemaker:PutRecord", GROUP) in graph.allowed(item.name)
    }
    assert writers == {"churn-dev-training"}


def test_a_store_without_groups_is_a_database() -> None:
    graph = store(made=FeatureStoreSpec())
    assert list(graph) == ["feature_store-database"]


def test_a_data_stack_grants_nothing_to_others() -> None:
    graph = store(without=("identity",))
    assert [item.name for item in graph.of("iam/rolePolicy:RolePolicy")] == [
        "feature_store-offline-store-grant",
        "feature_store-offline-store-key",
    ]


EXISTING = {
    "store_id": "lake_dev_features",
    "offline_uri": "s3://lake-dev-features-abcde/feature-store",
    "online_endpoint": "featurestore-runtime.sagemaker.eu-west-1.amazonaws.com",
}


class TestExistingStore:
    spec = FeatureStoreSpec(mode=Provision.EXISTING)

    def test_grants_alone_are_made_on_it(self) -> None:
        graph, outputs = build_with_outputs(
            backend, "feature_store", self.spec, Profile.STANDARD, given={"existing": EXISTING}
        )
        assert outputs == EXISTING
        assert {item.type for item in graph.values()} == {"aws:iam/rolePolicy:RolePolicy"}
        assert graph.allowed("feature_store-pipeline-features") == {
            (
                "sagemaker:DescribeFeatureGroup",
                "arn:aws:sagemaker:eu-west-1:123456789012:feature-group/lake-dev-*",
            )
        }
        tables = {resource for action, resource in graph.allowed("feature_store-training-features") if "glue" in action}
        assert "arn:aws:glue:eu-west-1:123456789012:table/lake_dev_features/*" in tables

    def test_it_must_be_named(self) -> None:
        with pytest.raises(TripodError, match=r"feature_store\.existing: the store exists"):
            store(made=self.spec)
