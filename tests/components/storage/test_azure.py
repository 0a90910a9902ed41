"""Storage on Azure: three accounts, their keys, versions, lifecycles, write-once logs and grants."""

import functools
from typing import Any

import pytest

from components.core.errors import TripodError
from components.core.profile import PROFILES, Profile
from components.core.vocabulary import Provision
from components.storage.azure import build as backend
from components.storage.contract import ExistingLake, StorageSpec
from tests.components.azure_bench import ARM, Graph, build

READ, WRITE = "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1", "ba92f5b4-2d11-453d-a403-e96b0029c9fe"
ACCOUNTS = ("lake", "work", "logs")
ABOVE = (Profile.STANDARD, Profile.REGULATED)


@functools.cache
def _built(profile: Profile, spec: str, without: tuple[str, ...]) -> Graph:
    return build(backend, "storage", StorageSpec.model_validate_json(spec), profile, without=without)


def storage(profile: Profile = Profile.STANDARD, *, without: tuple[str, ...] = (), **options: object) -> Graph:
    return _built(profile, StorageSpec.model_validate(options).model_dump_json(), without)


def lake_id(zone: str) -> str:
    return f"{ARM}/Microsoft.Storage/storageAccounts/sharedlake/blobServices/default/containers/{zone}"


def actions(graph: Graph, account: str) -> dict[str, Any]:
    rules = graph[f"storage-{account}-lifecycle"].inputs["policy"]["rules"]
    return {rule["name"]: (rule["definition"]["filters"], rule["definition"]["actions"]) for rule in rules}


class TestAccounts:
    def test_names_follow_the_rule(self) -> None:
        for part in ACCOUNTS:
            name = storage()[f"storage-{part}-account"].inputs["accountName"]
            assert name.startswith(f"churndev{part}")
            assert len(name) <= 24

    def test_only_the_lake_is_hierarchical(self) -> None:
        graph = storage()
        shapes = {part: graph[f"storage-{part}-account"].inputs["isHnsEnabled"] for part in ACCOUNTS}
        assert shapes == {"lake": True, "work": False, "logs": False}

    @pytest.mark.parametrize("profile", list(Profile))
    def test_tls_entra_and_no_anonymous_access(self, profile: Profile) -> None:
        for part in ACCOUNTS:
            made = storage(profile)[f"storage-{part}-account"].inputs
            assert made["enableHttpsTrafficOnly"] is True
            assert made["minimumTlsVersion"] == "TLS1_2"
            assert made["allowBlobPublicAccess"] is False
            assert made["defaultToOAuthAuthentication"] is True
            assert made["isLocalUserEnabled"] is False
            assert made["allowCrossTenantReplication"] is False

    def test_account_keys_work_in_the_work_account_of_a_sandbox_only(self) -> None:
        for profile in Profile:
            shared = {
                part: storage(profile)[f"storage-{part}-account"].inputs["allowSharedKeyAccess"] for part in ACCOUNTS
            }
            assert shared == {"lake": False, "work": profile is Profile.SANDBOX, "logs": False}

    @pytest.mark.parametrize("profile", ABOVE)
    def test_shut_above_sandbox_but_for_trusted_services(self, profile: Profile) -> None:
        for part in ACCOUNTS:
            made = storage(profile)[f"storage-{part}-account"].inputs
            assert made["publicNetworkAccess"] == "Disabled"
            assert made["networkRuleSet"] == {"bypass": "AzureServices", "defaultAction": "Deny"}

    def test_private_endpoints_per_account(self) -> None:
        links = {
            item.name: item.inputs["privateLinkServiceConnections"][0]["groupIds"]
            for item in storage().of("network:PrivateEndpoint")
        }
        assert links == {
            "storage-lake-blob-endpoint": ["blob"],
            "storage-lake-dfs-endpoint": ["dfs"],
            "storage-work-blob-endpoint": ["blob"],
            "storage-work-file-endpoint": ["file"],
            "storage-work-queue-endpoint": ["queue"],
            "storage-work-table-endpoint": ["table"],
            "storage-logs-blob-endpoint": ["blob"],
        }

    def test_no_endpoints_in_a_sandbox_or_without_a_network(self) -> None:
        assert storage(Profile.SANDBOX).of("network:PrivateEndpoint") == []
        assert storage(without=("network",)).of("network:PrivateEndpoint") == []


class TestKeys:
    @staticmethod
    def key(graph: Graph, part: str) -> tuple[str, str | None]:
        encryption = graph[f"storage-{part}-account"].inputs["encryption"]
        return encryption["keySource"], encryption.get("keyVaultProperties", {}).get("keyName")

    def test_data_has_its_key_in_every_profile(self) -> None:
        for profile in Profile:
            assert self.key(storage(profile), "lake") == ("Microsoft.Keyvault", "data")

    def test_models_and_logs_where_the_posture_covers_all(self) -> None:
        sandbox = storage(Profile.SANDBOX)
        assert self.key(sandbox, "work") == ("Microsoft.Storage", None)
        assert self.key(sandbox, "logs") == ("Microsoft.Storage", None)
        for profile in ABOVE:
            assert self.key(storage(profile), "work") == ("Microsoft.Keyvault", "models")
            assert self.key(storage(profile), "logs") == ("Microsoft.Keyvault", "logs")

    def test_the_key_is_used_without_version_by_the_encryption_identity(self) -> None:
        made = storage()["storage-lake-account"].inputs
        user = f"{ARM}/Microsoft.ManagedIdentity/userAssignedIdentities/churn-dev-encryption"
        assert made["encryption"]["keyVaultProperties"] == {
            "keyName": "data",
            "keyVaultUri": "https://churn-dev-abcde.vault.azure.net",
        }
        assert made["encryption"]["encryptionIdentity"] == {"encryptionUserAssignedIdentity": user}
        assert made["identity"] == {"type": "UserAssigned", "userAssignedIdentities": [user]}

    def test_queues_and_tables_are_covered_too(self) -> None:
        services = storage()["storage-lake-account"].inputs["encryption"]["services"]
        assert services == {
            name: {"enabled": True, "keyType": "Account"} for name in ("blob", "file", "queue", "table")
        }


class TestRecovery:
    def test_soft_delete_everywhere_versions_where_azure_has_them(self) -> None:
        graph = storage(recovery_days=30)
        for part in ACCOUNTS:
            blobs = graph[f"storage-{part}-blobs"].inputs
            assert blobs["deleteRetentionPolicy"] == {"days": 30, "enabled": True}
            assert blobs["containerDeleteRetentionPolicy"] == {"days": 30, "enabled": True}
        assert "isVersioningEnabled" not in graph["storage-lake-blobs"].inputs  # refused with a hierarchy
        assert graph["storage-work-blobs"].inputs["isVersioningEnabled"] is True

    def test_versioning_is_a_choice_in_a_sandbox_only(self) -> None:
        blobs = storage(Profile.SANDBOX, versioning=False)["storage-work-blobs"].inputs
        assert blobs["isVersioningEnabled"] is False
        with pytest.raises(TripodError, match=r"storage\.versioning: false loosens deletion protection"):
            storage(versioning=False)

    def test_life_of_blobs(self) -> None:
        graph = storage(recovery_days=30, capture_days=60, archive_days=90)
        filters, cooled = actions(graph, "lake")["cool-raw"]
        assert filters["prefixMatch"] == ["churn-dev-raw/"]
        assert cooled == {"baseBlob": {"tierToCold": {"daysAfterModificationGreaterThan": 90}}}
        filters, expired = actions(graph, "work")["expire-captures"]
        assert filters["prefixMatch"] == ["churn-dev-monitoring/"]
        assert expired == {"baseBlob": {"delete": {"daysAfterModificationGreaterThan": 60}}}
        assert actions(graph, "work")["expire-versions"][1] == {
            "version": {"delete": {"daysAfterCreationGreaterThan": 30}}
        }
        filters, _ = actions(graph, "logs")["expire-logs"]
        assert filters["blobTypes"] == ["appendBlob", "blockBlob"]  # diagnostic logs are append blobs


class TestLogs:
    def test_every_access_is_logged_and_archived(self) -> None:
        graph = storage()
        for part in ("lake", "work"):
            setting = graph[f"storage-{part}-logs"].inputs
            assert setting["resourceUri"] == f"storage-{part}-account-id/blobServices/default"
            assert setting["storageAccountId"] == "storage-logs-account-id"
            assert setting["logs"] == [{"categoryGroup": "allLogs", "enabled": True}]

    def test_the_log_account_does_not_archive_itself(self) -> None:
        setting = storage()["storage-logs-logs"].inputs
        assert "storageAccountId" not in setting
        assert setting["workspaceId"].endswith("/workspaces/churn-dev")

    def test_they_can_be_left_out(self) -> None:
        assert storage(access_logs=False).of("monitor:DiagnosticSetting") == []

    def test_logs_are_write_once_where_the_posture_asks(self) -> None:
        made = storage(Profile.REGULATED)["storage-logs-account"].inputs["immutableStorageWithVersioning"]
        days = PROFILES[Profile.REGULATED].log_retention_days
        assert made == {
            "enabled": True,
            "immutabilityPolicy": {
                "allowProtectedAppendWrites": True,
                "immutabilityPeriodSinceCreationInDays": days,
                "state": "Unlocked",
            },
        }
        assert storage(Profile.REGULATED)["storage-logs-blobs"].inputs["isVersioningEnabled"] is True
        assert "immutableStorageWithVersioning" not in storage()["storage-logs-account"].inputs


class TestGrants:
    def test_roles_are_on_containers(self) -> None:
        granted = {
            (name.removeprefix("storage-"), item.inputs["scope"])
            for name, item in storage().items()
            if item.type.endswith(":RoleAssignment")
        }
        assert granted == {
            (f"{role}-{zone}", f"storage-{zone}-id")
            for role, zones in {
                "training": ("raw", "curated", "features", "artifacts", "monitoring"),
                "pipeline": ("artifacts",),
                "serving": ("artifacts", "monitoring"),
                "monitoring": ("curated", "features", "artifacts", "monitoring"),
            }.items()
            for zone in zones
        }

    @pytest.mark.parametrize(
        ("name", "role"),
        [
            ("training-raw", READ),
            ("training-features", READ),
            ("training-artifacts", WRITE),
            ("serving-artifacts", READ),
            ("serving-monitoring", WRITE),
            ("monitoring-curated", READ),
        ],
    )
    def test_who_writes(self, name: str, role: str) -> None:
        assert storage()[f"storage-{name}"].inputs["roleDefinitionId"].endswith(role)

    def test_a_data_stack_grants_nothing(self) -> None:
        assert storage(without=("identity",)).roles() == set()


class TestExistingLake:
    def test_zones_of_the_lake_are_granted_on_not_made(self) -> None:
        given = ExistingLake(raw_id=lake_id("raw"), curated_id=lake_id("curated"), features_id=lake_id("features"))
        graph = storage(lake=Provision.EXISTING, existing=given)
        assert {item.name for item in graph.of("storage:BlobContainer")} == {
            "storage-artifacts",
            "storage-monitoring",
            "storage-logs",
        }
        assert graph["storage-training-raw"].inputs["scope"] == lake_id("raw")

    def test_an_id_that_is_no_containers_is_refused(self) -> None:
        given = ExistingLake(raw_id="raw", curated_id=lake_id("curated"), features_id=lake_id("features"))
        with pytest.raises(TripodError, match=r"storage\.existing\.raw_id: 'raw' is no container id"):
            storage(lake=Provision.EXISTING, existing=given)
