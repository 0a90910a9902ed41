"""Storage on Google Cloud: six private buckets, their lives, their keys, and who may do what in them."""

import pytest

from components.core.errors import TripodError
from components.core.profile import Profile
from components.core.vocabulary import Provision
from components.storage.contract import ExistingLake, StorageSpec
from components.storage.gcp import build as backend
from tests.components.gcp_bench import PROJECT, Graph, build

RING = f"projects/{PROJECT}/locations/europe-west4/keyRings/churn-dev/cryptoKeys"
ZONES = ("raw", "curated", "features", "artifacts", "monitoring", "logs")


def storage(profile: Profile = Profile.STANDARD, *, without: tuple[str, ...] = (), **options: object) -> Graph:
    return build(backend, "storage", StorageSpec.model_validate(options), profile, without=without)


def member(role: str) -> str:
    return f"serviceAccount:churn-dev-{role}@{PROJECT}.iam.gserviceaccount.com"


@pytest.mark.parametrize("profile", list(Profile))
def test_no_bucket_can_be_public_or_lost_with_its_objects_above_sandbox(profile: Profile) -> None:
    buckets = storage(profile).of("storage/bucket:Bucket")
    assert set(buckets) == {f"storage-{zone}" for zone in ZONES}
    for item in buckets.values():
        assert item.inputs["uniformBucketLevelAccess"] is True
        assert item.inputs["publicAccessPrevention"] == "enforced"
        assert item.inputs["forceDestroy"] is (profile is Profile.SANDBOX)
        assert item.inputs["location"] == "europe-west4"
        assert item.protect is (profile is not Profile.SANDBOX)
        assert item.inputs["deletionPolicy"] == ("DELETE" if profile is Profile.SANDBOX else "PREVENT")


@pytest.mark.parametrize(
    ("profile", "covered"),
    [
        (Profile.SANDBOX, {"raw": "data", "curated": "data", "features": "data"}),
        (
            Profile.STANDARD,
            {
                "raw": "data",
                "curated": "data",
                "features": "data",
                "artifacts": "models",
                "monitoring": "models",
                "logs": "logs",
            },
        ),
    ],
)
def test_each_zone_has_the_key_of_its_class(profile: Profile, covered: dict[str, str]) -> None:
    buckets = storage(profile).of("storage/bucket:Bucket")
    keys = {
        name.removeprefix("storage-"): item.inputs["encryption"]["defaultKmsKeyName"]
        for name, item in buckets.items()
        if "encryption" in item.inputs
    }
    assert keys == {zone: f"{RING}/{key}" for zone, key in covered.items()}


def test_only_immutable_logs_are_locked_for_the_retention_period() -> None:
    assert "retentionPolicy" not in storage()["storage-logs"].inputs
    graph = storage(Profile.REGULATED)
    assert graph["storage-logs"].inputs["retentionPolicy"] == {"retentionPeriod": "31536000", "isLocked": True}
    assert graph["storage-logs"].inputs["versioning"] == {"enabled": False}
    assert "retentionPolicy" not in graph["storage-raw"].inputs


def rules(graph: Graph, zone: str) -> list[tuple[str, dict[str, object]]]:
    return [
        (rule["action"].get("storageClass") or rule["action"]["type"], rule["condition"])
        for rule in graph[f"storage-{zone}"].inputs["lifecycleRules"]
    ]


def test_objects_live_as_long_as_the_blueprint_says() -> None:
    graph = storage(recovery_days=30, capture_days=60, archive_days=90)
    abort, expire = (
        ("AbortIncompleteMultipartUpload", {"age": 7}),
        ("Delete", {"daysSinceNoncurrentTime": 30, "withState": "ARCHIVED"}),
    )
    assert rules(graph, "curated") == [abort, expire]
    assert rules(graph, "raw") == [abort, expire, ("COLDLINE", {"age": 90})]
    assert rules(graph, "monitoring") == [abort, expire, ("Delete", {"age": 60, "withState": "LIVE"})]
    assert rules(graph, "logs") == [abort, expire, ("Delete", {"age": 180, "withState": "LIVE"})]
    assert graph["storage-raw"].inputs["softDeletePolicy"] == {"retentionDurationSeconds": 30 * 86400}


def test_versions_can_be_left_out_only_without_deletion_protection() -> None:
    assert storage(Profile.SANDBOX, versioning=False)["storage-raw"].inputs["versioning"] == {"enabled": False}
    with pytest.raises(TripodError, match="false loosens deletion protection"):
        storage(Profile.STANDARD, versioning=False)


def test_access_is_logged_to_zone_logs() -> None:
    graph = storage()
    logs = graph["storage-logs"].inputs["name"]
    assert graph["storage-raw"].inputs["logging"] == {"logBucket": logs, "logObjectPrefix": "raw"}
    assert "logging" not in graph["storage-logs"].inputs
    writer = graph["storage-logs-writer"].inputs
    assert (writer["member"], writer["role"], writer["bucket"]) == (
        "group:cloud-storage-analytics@google.com",
        "roles/storage.objectCreator",
        logs,
    )
    silent = storage(access_logs=False)
    assert "logging" not in silent["storage-raw"].inputs
    assert "storage-logs-writer" not in silent


def test_grants_are_the_least_that_each_role_needs() -> None:
    graph = storage()
    granted = {
        (bucket.removeprefix("churn-dev-").rpartition("-")[0], who, role.removeprefix("roles/storage."))
        for role, who, bucket in graph.grants("storage/bucketIAMMember:BucketIAMMember", "bucket")
    }
    assert granted - {("logs", "group:cloud-storage-analytics@google.com", "objectCreator")} == {
        ("raw", member("pipeline"), "objectViewer"),
        ("curated", member("training"), "objectViewer"),
        ("curated", member("pipeline"), "objectUser"),
        ("curated", member("pipeline"), "legacyBucketReader"),
        ("curated", member("monitoring"), "objectViewer"),
        ("features", member("training"), "objectViewer"),
        ("features", member("pipeline"), "objectUser"),
        ("features", member("pipeline"), "legacyBucketReader"),
        ("artifacts", member("training"), "objectUser"),
        ("artifacts", member("training"), "legacyBucketReader"),
        ("artifacts", member("pipeline"), "objectUser"),
        ("artifacts", member("pipeline"), "legacyBucketReader"),
        ("artifacts", member("serving"), "objectViewer"),
        ("artifacts", member("monitoring"), "objectViewer"),
        ("monitoring", member("pipeline"), "objectViewer"),
        ("monitoring", member("serving"), "objectCreator"),
        ("monitoring", member("monitoring"), "objectUser"),
        ("monitoring", member("monitoring"), "legacyBucketReader"),
    }


def test_a_data_stack_grants_to_nobody() -> None:
    graph = storage(without=("identity",))
    assert set(graph.of("storage/bucketIAMMember:BucketIAMMember")) == {"storage-logs-writer"}


def test_an_existing_lake_is_granted_on_and_not_made() -> None:
    lake = ExistingLake(raw_id="acme-raw", curated_id="acme-curated", features_id="acme-features")
    graph = storage(lake=Provision.EXISTING, existing=lake)
    assert set(graph.of("storage/bucket:Bucket")) == {"storage-artifacts", "storage-monitoring", "storage-logs"}
    assert graph["storage-curated-training-objectviewer"].inputs["bucket"] == "acme-curated"
    assert (graph.outputs["raw_id"], graph.outputs["raw_uri"]) == ("acme-raw", "gs://acme-raw")
    assert graph.outputs["logs_uri"] == f"gs://{graph['storage-logs'].inputs['name']}"


def test_a_lake_may_come_from_another_stack() -> None:
    wired = {"raw_id": "lake-raw", "curated_id": "lake-curated", "features_id": "lake-features"}
    graph = build(backend, "storage", StorageSpec(lake=Provision.EXISTING), Profile.STANDARD, given={"lake": wired})
    assert graph["storage-raw-pipeline-objectviewer"].inputs["bucket"] == "lake-raw"
    assert graph.outputs["features_uri"] == "gs://lake-features"
    with pytest.raises(TripodError, match="its zones are not named"):
        storage(lake=Provision.EXISTING)
