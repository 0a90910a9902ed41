"""Storage on AWS: settings of each bucket, denials, access logs, lifecycle, grants, existing lakes."""

import functools
from typing import Any

import pytest

from components.core.cloud import Cloud
from components.core.errors import TripodError
from components.core.profile import Profile
from components.core.vocabulary import Provision, Zone
from components.storage.aws import build as backend
from components.storage.contract import ExistingLake, StorageSpec
from tests.components.aws_bench import Graph, build, build_with_outputs
from tests.conformance import wiring

KEY = "arn:aws:kms:eu-west-1:123456789012:key/{}"
DATA = KEY.format("11111111-1111-1111-1111-111111111111")
MODELS = KEY.format("22222222-2222-2222-2222-222222222222")
LOGS = KEY.format("33333333-3333-3333-3333-333333333333")
LAKE = ExistingLake(
    raw_id="arn:aws:s3:::lake-raw", curated_id="arn:aws:s3:::lake-curated", features_id="arn:aws:s3:::lake-features"
)


def storage(profile: Profile = Profile.REGULATED, spec: StorageSpec | None = None, **kinds: Any) -> Graph:
    if spec is None and not kinds:
        return _plain(profile)
    return build(backend, "storage", spec or StorageSpec(), profile, **kinds)


@functools.cache
def _plain(profile: Profile) -> Graph:
    return build(backend, "storage", StorageSpec(), profile)


def arn(graph: Graph, zone: str) -> str:
    return f"arn:aws:s3:::{graph[f'storage-{zone}'].inputs['bucket']}"


def default_key(graph: Graph, zone: Zone) -> str | None:
    (rule,) = graph[f"storage-{zone.value}-encryption"].inputs["rules"]
    default = rule["applyServerSideEncryptionByDefault"]
    assert default["sseAlgorithm"] == ("aws:kms" if "kmsMasterKeyId" in default else "AES256")
    assert rule["blockedEncryptionTypes"] == ["SSE-C"]
    key: str | None = default.get("kmsMasterKeyId")
    return key


class TestBuckets:
    @pytest.mark.parametrize("profile", list(Profile))
    @pytest.mark.parametrize("zone", list(Zone))
    def test_never_public_never_by_acl(self, profile: Profile, zone: Zone) -> None:
        graph = storage(profile)
        block = graph[f"storage-{zone.value}-public"].inputs
        for switch in ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"):
            assert block[switch] is True
        ownership = graph[f"storage-{zone.value}-ownership"].inputs["rule"]
        assert ownership == {"objectOwnership": "BucketOwnerEnforced"}

    def test_each_zone_has_the_key_of_its_class(self) -> None:
        graph = storage()
        assert {zone: default_key(graph, zone) for zone in Zone} == {
            Zone.RAW: DATA,
            Zone.CURATED: DATA,
            Zone.FEATURES: DATA,
            Zone.ARTIFACTS: MODELS,
            Zone.MONITORING: MODELS,
            Zone.LOGS: LOGS,
        }

    def test_sandbox_has_customer_keys_for_data_alone(self) -> None:
        graph = storage(Profile.SANDBOX)
        assert default_key(graph, Zone.FEATURES) == DATA
        assert [default_key(graph, zone) for zone in (Zone.ARTIFACTS, Zone.MONITORING, Zone.LOGS)] == [None] * 3

    def test_only_a_sandbox_can_be_emptied_by_a_destroy(self) -> None:
        for profile in Profile:
            bucket = storage(profile)["storage-raw"]
            assert bucket.inputs["forceDestroy"] is (profile is Profile.SANDBOX)
            assert bucket.protect is (profile is not Profile.SANDBOX)

    def test_outputs_are_known_before_the_buckets_exist(self) -> None:
        graph, outputs = build_with_outputs(backend, "storage", StorageSpec(), Profile.REGULATED)
        assert outputs["raw_id"] == arn(graph, "raw")
        assert outputs["raw_uri"] == f"s3://{graph['storage-raw'].inputs['bucket']}"


class TestNames:
    def test_each_account_has_names_of_its_own(self) -> None:
        def name(account_id: str, **scope: Any) -> str:
            foundation = {**wiring.REFS[Cloud.AWS]["foundation"], "account_id": account_id}
            graph = storage(Profile.STANDARD, StorageSpec(), given={"foundation": foundation}, **scope)
            return str(graph["storage-raw"].inputs["bucket"])

        ours, theirs = name("123456789012"), name("210987654321")
        assert ours != theirs
        assert ours.removesuffix(ours[-5:]) == theirs.removesuffix(theirs[-5:]) == "churn-dev-raw-"
        assert ours == name("123456789012", account="123456789012")  # told by the configuration too
        assert ours != name("123456789012", generation=2)

    def test_a_name_that_s3_refuses_is_refused_before_the_account_is_known(self) -> None:
        with pytest.raises(TripodError, match="name of bucket"):
            storage(Profile.STANDARD, StorageSpec(), name="x" * 60, short_name="y" * 60)


class TestVersions:
    def test_switched_off_in_a_sandbox(self) -> None:
        graph = storage(Profile.SANDBOX, StorageSpec(versioning=False))
        assert graph["storage-raw-versioning"].inputs["versioningConfiguration"] == {"status": "Suspended"}

    def test_not_switched_off_where_deletion_is_guarded(self) -> None:
        with pytest.raises(TripodError, match=r"storage\.versioning: false loosens deletion protection"):
            storage(Profile.STANDARD, StorageSpec(versioning=False))

    def test_lifecycle_follows_the_options(self) -> None:
        spec = StorageSpec(recovery_days=21, capture_days=45, archive_days=120)

        def rules(zone: str) -> dict[str, Any]:
            graph = storage(spec=spec)
            return {rule["id"]: rule for rule in graph[f"storage-{zone}-lifecycle"].inputs["rules"]}

        raw = rules("raw")
        assert set(raw) == {"recovery", "archive"}
        assert raw["recovery"]["noncurrentVersionExpiration"] == {"noncurrentDays": 21}
        assert raw["archive"]["transitions"] == [{"days": 120, "storageClass": "GLACIER_IR"}]
        assert rules("monitoring")["expiry"]["expiration"] == {"days": 45}
        assert rules("logs")["expiry"]["expiration"] == {"days": 365}
        assert set(rules("artifacts")) == {"recovery"}
        assert all(rule["filter"] == {"prefix": ""} for rule in raw.values())


class TestLock:
    def test_regulated_logs_cannot_be_changed_by_anybody(self) -> None:
        graph = storage()
        assert graph["storage-logs"].inputs["objectLockEnabled"] is True
        assert graph["storage-logs-lock"].inputs["rule"] == {"defaultRetention": {"mode": "COMPLIANCE", "days": 365}}
        assert [item.name for item in graph.of("s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration")] == [
            "storage-logs-lock"
        ]
        assert graph["storage-raw"].inputs["objectLockEnabled"] is False

    def test_a_locked_bucket_receives_no_server_access_logs(self) -> None:
        """S3 refuses it, and delivers none to a bucket under a customer key: a trail records access instead."""
        graph = storage()
        assert not graph.of("s3/bucketLogging:BucketLogging")
        trail = graph["storage-access"].inputs
        assert trail["s3BucketName"] == graph["storage-logs"].inputs["bucket"]
        assert trail["kmsKeyId"] == LOGS
        assert trail["enableLogFileValidation"] is True
        (selector,) = trail["advancedEventSelectors"]
        fields = {field["field"]: field for field in selector["fieldSelectors"]}
        assert fields["resources.type"]["equals"] == ["AWS::S3::Object"]
        assert fields["eventCategory"]["equals"] == ["Data"], "the account's trail records its management"
        assert trail["isMultiRegionTrail"] is False
        zones = ("raw", "curated", "features", "artifacts", "monitoring")  # not logs: its own writes would feed it
        assert fields["resources.ARN"]["startsWiths"] == [f"{arn(graph, zone)}/" for zone in zones]

    def test_the_trail_alone_may_write(self) -> None:
        graph = storage()
        writes = graph.statements("storage-logs-policy")["TrailWrites"]
        assert writes["Principal"] == {"Service": ["cloudtrail.amazonaws.com"]}
        assert writes["Resource"] == [f"{arn(graph, 'logs')}/access/AWSLogs/123456789012/*"]
        assert writes["Condition"]["StringEquals"] == {
            "aws:SourceArn": "arn:aws:cloudtrail:eu-west-1:123456789012:trail/churn-dev",
            "s3:x-amz-acl": "bucket-owner-full-control",
        }
        assert graph["storage-access"].inputs["name"] == "churn-dev"

    def test_elsewhere_server_access_logs_do(self) -> None:
        graph = storage(Profile.SANDBOX)
        assert not graph.of("cloudtrail/trail:Trail")
        assert graph["storage-raw-logging"].inputs["targetBucket"] == graph["storage-logs"].inputs["bucket"]
        assert graph["storage-raw-logging"].inputs["targetPrefix"] == "access/raw/"
        assert "storage-logs-logging" not in graph
        delivery = graph.statements("storage-logs-policy")["ServerAccessLogs"]
        assert delivery["Condition"]["StringEquals"] == {"aws:SourceAccount": "123456789012"}
        assert arn(graph, "raw") in delivery["Condition"]["ArnLike"]["aws:SourceArn"]

    def test_access_logs_switched_off(self) -> None:
        for profile in (Profile.SANDBOX, Profile.REGULATED):
            graph = storage(profile, StorageSpec(access_logs=False))
            assert not graph.of("cloudtrail/trail:Trail")
            assert not graph.of("s3/bucketLogging:BucketLogging")
            assert not {"TrailWrites", "ServerAccessLogs"} & set(graph.statements("storage-logs-policy"))


class TestDenials:
    def test_plain_text_and_old_tls(self) -> None:
        for profile in Profile:
            graph = storage(profile)
            for zone in Zone:
                statements = graph.statements(f"storage-{zone.value}-policy")
                everything = [arn(graph, zone.value), f"{arn(graph, zone.value)}/*"]
                assert statements["DenyPlainText"]["Effect"] == "Deny"
                assert statements["DenyPlainText"]["Resource"] == everything
                assert statements["DenyOldTls"]["Condition"] == {"NumericLessThan": {"s3:TlsVersion": "1.2"}}

    def test_other_keys(self) -> None:
        header = "s3:x-amz-server-side-encryption-aws-kms-key-id"
        denial = storage().statements("storage-artifacts-policy")["DenyOtherKey"]
        assert denial["Condition"] == {"Null": {header: "false"}, "StringNotEquals": {header: MODELS}}
        assert "DenyOtherKey" not in storage(Profile.SANDBOX).statements("storage-artifacts-policy")

    def test_data_stays_in_the_network_without_locking_out_services_or_deployments(self) -> None:
        denial = storage(Profile.STANDARD).statements("storage-raw-policy")["DenyOutsideNetwork"]
        assert denial["Effect"] == "Deny"
        assert denial["Condition"] == {
            "StringNotEquals": {"aws:SourceVpc": "vpc-0a1b2c3d4e5f60718"},
            "BoolIfExists": {"aws:PrincipalIsAWSService": "false", "aws:ViaAWSService": "false"},
            "ArnNotLike": {
                "aws:PrincipalArn": [
                    "arn:aws:iam::123456789012:role/tripod/workload/*",
                    "arn:aws:iam::123456789012:role/aws-service-role/*",
                ]
            },
        }
        settings = {action for action in denial["Action"] if "Object" not in action}
        assert not settings, "a deployment from outside reads and writes settings"

    @pytest.mark.parametrize(("profile", "without"), [(Profile.SANDBOX, ()), (Profile.STANDARD, ("network",))])
    def test_no_network_no_denial(self, profile: Profile, without: tuple[str, ...]) -> None:
        assert "DenyOutsideNetwork" not in storage(profile, without=without).statements("storage-raw-policy")


class TestGrants:
    def test_serving_reads_models_and_writes_captures_and_nothing_else(self) -> None:
        graph = storage()
        artifacts, captures = arn(graph, "artifacts"), arn(graph, "monitoring")
        assert graph["storage-serving-zones"].inputs["role"] == "churn-dev-serving"
        assert graph.allowed("storage-serving-zones") == {
            ("s3:GetBucketLocation", artifacts),
            ("s3:ListBucket", artifacts),
            ("s3:GetObject", f"{artifacts}/*"),
            ("s3:GetBucketLocation", captures),
            ("s3:ListBucket", captures),
            ("s3:AbortMultipartUpload", f"{captures}/*"),
            ("s3:PutObject", f"{captures}/*"),
        }

    def test_nobody_writes_or_deletes_source_data(self) -> None:
        graph = storage()
        for role in ("training", "pipeline", "serving", "monitoring", "approver"):
            for action, resource in graph.allowed(f"storage-{role}-zones"):
                assert "Delete" not in action
                if action == "s3:PutObject":
                    assert not resource.startswith((arn(graph, "raw"), arn(graph, "curated"), arn(graph, "features")))

    def test_a_data_stack_grants_nothing(self) -> None:
        assert not storage(without=("identity",)).of("iam/rolePolicy:RolePolicy")


class TestExistingLake:
    def test_grants_alone_are_made_on_it(self) -> None:
        spec = StorageSpec(lake=Provision.EXISTING, existing=LAKE)
        graph, outputs = build_with_outputs(backend, "storage", spec, Profile.REGULATED)
        assert [item.name for item in graph.of("s3/bucket:Bucket")] == [
            "storage-artifacts",
            "storage-logs",
            "storage-monitoring",
        ]
        assert outputs["raw_id"] == "arn:aws:s3:::lake-raw"
        assert outputs["features_uri"] == "s3://lake-features"
        assert ("s3:GetObject", "arn:aws:s3:::lake-raw/*") in graph.allowed("storage-training-zones")
        assert "lake-" not in str(graph["storage-access"].inputs)

    def test_a_name_in_place_of_an_arn(self) -> None:
        lake = LAKE.model_copy(update={"raw_id": "lake-raw"})
        with pytest.raises(TripodError, match=r"storage\.existing\.raw_id: 'lake-raw' is no bucket ARN"):
            storage(spec=StorageSpec(lake=Provision.EXISTING, existing=lake))

    def test_a_lake_of_another_stack(self) -> None:
        lake = {f"{zone}_id": f"arn:aws:s3:::shared-{zone}" for zone in ("raw", "curated", "features")}
        spec = StorageSpec(lake=Provision.EXISTING)
        graph, outputs = build_with_outputs(backend, "storage", spec, Profile.STANDARD, given={"lake": lake})
        assert outputs["curated_uri"] == "s3://shared-curated"
        assert "storage-raw" not in graph

    def test_a_lake_that_nobody_names(self) -> None:
        with pytest.raises(TripodError, match=r"storage\.existing: the lake exists"):
            storage(spec=StorageSpec(lake=Provision.EXISTING))
