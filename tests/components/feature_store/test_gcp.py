"""The feature store on Google Cloud: typed tables, registered groups, Bigtable serving, least grants."""

import json

import pytest

from components.core.errors import TripodError
from components.core.profile import Profile
from components.core.vocabulary import Provision
from components.feature_store.contract import Entity, FeatureGroup, FeatureStoreSpec, FeatureType
from components.feature_store.gcp import GAPS
from components.feature_store.gcp import build as backend
from tests.components.gcp_bench import PROJECT, REGION, Graph, build

KEY = f"projects/{PROJECT}/locations/{REGION}/keyRings/churn-dev/cryptoKeys/data"
TYPED = FeatureGroup(
    entity="customer",
    features={
        "plan": FeatureType.STRING,
        "sessions": FeatureType.INTEGER,
        "minutes": FeatureType.FLOAT,
        "active": FeatureType.BOOLEAN,
        "joined_at": FeatureType.TIMESTAMP,
    },
)


def store(profile: Profile = Profile.STANDARD, *, without: tuple[str, ...] = (), **groups: FeatureGroup) -> Graph:
    spec = FeatureStoreSpec(entities={"customer": Entity(key="customer_id")}, groups=groups)
    return build(backend, "feature_store", spec, profile, without=without)


def test_the_dataset_is_regional_encrypted_and_open_to_member_grants() -> None:
    dataset = store(usage=TYPED)["feature_store-dataset"]
    assert dataset.inputs["datasetId"] == "churn_dev_features"
    assert dataset.inputs["location"] == REGION  # the default would be US
    assert dataset.inputs["defaultEncryptionConfiguration"] == {"kmsKeyName": KEY}
    assert dataset.inputs["deleteContentsOnDestroy"] is False
    assert "accesses" not in dataset.inputs  # would overwrite the grants
    assert dataset.protect


def test_a_sandbox_goes_with_its_contents() -> None:
    graph = store(Profile.SANDBOX, usage=TYPED.model_copy(update={"online": True}))
    dataset, table, online = (graph[f"feature_store-{part}"] for part in ("dataset", "usage-v1-table", "online"))
    assert dataset.inputs["deleteContentsOnDestroy"] is True
    assert table.inputs["deletionProtection"] is False
    assert online.inputs["forceDestroy"] is True
    assert not (dataset.protect or table.protect or online.protect)


def test_columns_are_typed() -> None:
    table = store(usage=TYPED)["feature_store-usage-v1-table"].inputs
    schema = {column["name"]: (column["type"], column["mode"]) for column in json.loads(table["schema"])}
    assert schema == {
        "customer_id": ("STRING", "REQUIRED"),
        "event_time": ("TIMESTAMP", "REQUIRED"),
        "plan": ("STRING", "NULLABLE"),
        "sessions": ("INTEGER", "NULLABLE"),
        "minutes": ("FLOAT", "NULLABLE"),
        "active": ("BOOLEAN", "NULLABLE"),
        "joined_at": ("TIMESTAMP", "NULLABLE"),
    }
    assert table["timePartitioning"] == {"type": "DAY", "field": "event_time"}
    assert table["clusterings"] == ["customer_id"]
    assert table["encryptionConfiguration"] == {"kmsKeyName": KEY}


@pytest.mark.parametrize(("profile", "kept"), [(Profile.SANDBOX, False), (Profile.REGULATED, True)])
def test_tables_are_protected_by_posture(profile: Profile, kept: bool) -> None:
    table = store(profile, usage=TYPED)["feature_store-usage-v1-table"]
    assert table.inputs["deletionProtection"] is kept  # true unless it is said
    assert table.protect is kept


def test_a_view_gives_vertex_the_time_under_its_name() -> None:
    graph = store(usage=TYPED)
    assert graph["feature_store-usage-v1-view"].inputs["view"]["query"] == (
        "SELECT `customer_id`, `event_time` AS `feature_timestamp`, `plan`, `sessions`, `minutes`, `active`, "
        f"`joined_at` FROM `{PROJECT}.churn_dev_features.churn_dev_usage_v1`"
    )
    assert graph["feature_store-usage-v1-group"].inputs["bigQuery"] == {
        "bigQuerySource": {"inputUri": f"bq://{PROJECT}.churn_dev_features.churn_dev_usage_v1_source"},
        "entityIdColumns": ["customer_id"],
    }


def test_no_view_where_the_table_has_that_name() -> None:
    graph = store(usage=TYPED.model_copy(update={"event_time": "feature_timestamp"}))
    assert "feature_store-usage-v1-view" not in graph
    source = graph["feature_store-usage-v1-group"].inputs["bigQuery"]["bigQuerySource"]["inputUri"]
    assert source == f"bq://{PROJECT}.churn_dev_features.churn_dev_usage_v1"


def test_a_feature_may_not_take_the_name_of_the_time() -> None:
    with pytest.raises(TripodError, match="'feature_timestamp' is a column of its own"):
        store(usage=FeatureGroup(entity="customer", features={"feature_timestamp": FeatureType.TIMESTAMP}))


def test_a_new_version_is_a_new_group_beside_the_old() -> None:
    group = store(usage=TYPED.model_copy(update={"version": 2}))["feature_store-usage-v2-group"].inputs
    assert group["name"] == "churn_dev_usage_v2"
    assert group["region"] == REGION


def test_online_groups_are_served_from_bigtable() -> None:
    graph = store(Profile.REGULATED, usage=TYPED.model_copy(update={"online": True}), history=TYPED)
    online = graph["feature_store-online"]
    assert online.inputs["name"] == "churn_dev"
    assert online.inputs["bigtable"]["autoScaling"] == {
        "minNodeCount": 2,
        "maxNodeCount": 10,
        "cpuUtilizationTarget": 50,
    }
    assert "optimized" not in online.inputs
    assert online.inputs["encryptionSpec"] == {"kmsKeyName": KEY}
    assert online.inputs["forceDestroy"] is False
    views = graph.of("vertex/aiFeatureOnlineStoreFeatureview:AiFeatureOnlineStoreFeatureview")
    assert set(views) == {"feature_store-usage-v1-online"}
    view = views["feature_store-usage-v1-online"].inputs
    assert view["region"] == REGION
    assert view["syncConfig"] == {"cron": "0 * * * *"}
    assert view["featureRegistrySource"]["featureGroups"] == [
        {
            "featureGroupId": "churn_dev_usage_v1",
            "featureIds": ["plan", "sessions", "minutes", "active", "joined_at"],
        }
    ]
    assert graph.outputs["online_endpoint"] == "feature_store-online-id"


def test_without_online_groups_nothing_is_served() -> None:
    graph = store(usage=TYPED)
    assert "feature_store-online" not in graph
    assert graph.outputs == {
        "store_id": "feature_store-dataset-id",
        "offline_uri": f"bq://{PROJECT}.churn_dev_features",
        "online_endpoint": "",
    }


def test_grants_are_on_the_dataset_the_group_and_the_view() -> None:
    graph = store(usage=TYPED.model_copy(update={"online": True}))

    def member(role: str) -> str:
        return f"serviceAccount:churn-dev-{role}@{PROJECT}.iam.gserviceaccount.com"

    assert graph.grants("bigquery/datasetIamMember:DatasetIamMember", "datasetId") == {
        ("roles/bigquery.dataViewer", member("training"), "churn_dev_features"),
        ("roles/bigquery.dataEditor", member("pipeline"), "churn_dev_features"),
        ("roles/bigquery.dataViewer", member("monitoring"), "churn_dev_features"),
    }
    reader = "roles/aiplatform.featurestoreDataViewer"
    assert graph.grants("vertex/aiFeatureGroupIamMember:AiFeatureGroupIamMember", "featureGroup") == {
        (reader, member("training"), "churn_dev_usage_v1")
    }
    kind = "vertex/aiFeatureOnlineStoreFeatureviewIamMember:AiFeatureOnlineStoreFeatureviewIamMember"
    assert graph.grants(kind, "featureView") == {(reader, member("serving"), "churn_dev_usage_v1")}


def test_a_data_stack_grants_to_nobody() -> None:
    graph = store(without=("identity",), usage=TYPED.model_copy(update={"online": True}))
    assert {item.type for item in graph.values() if "IamMember" in item.type} == set()


def test_an_existing_store_is_granted_on_and_not_made() -> None:
    existing = {"store_id": "projects/acme-lake/datasets/lake_prod_features", "offline_uri": "bq://acme-lake.lake"}
    spec = FeatureStoreSpec(mode=Provision.EXISTING)
    graph = build(backend, "feature_store", spec, Profile.STANDARD, given={"existing": existing})
    assert {item.type for item in graph.values()} == {
        "gcp:bigquery/datasetIamMember:DatasetIamMember",
        "gcp:projects/iAMMember:IAMMember",
    }
    assert graph["feature_store-dataset-training"].inputs["datasetId"] == "lake_prod_features"
    assert graph["feature_store-dataset-training"].inputs["project"] == "acme-lake"
    reader = graph["feature_store-reader-serving"].inputs
    assert (reader["project"], reader["role"]) == ("acme-lake", "roles/aiplatform.featurestoreDataViewer")
    assert graph.outputs == {**existing, "online_endpoint": ""}
    with pytest.raises(TripodError, match="nobody says which it is"):
        build(backend, "feature_store", spec)


def test_time_to_live_is_a_declared_gap() -> None:
    assert [(gap.field, gap.kind.value) for gap in GAPS] == [("groups.ttl_days", "never")]
    group = TYPED.model_copy(update={"online": True})
    assert {name: item.inputs for name, item in store(usage=group).items()} == {
        name: item.inputs for name, item in store(usage=group.model_copy(update={"ttl_days": 7})).items()
    }
