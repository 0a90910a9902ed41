"""The feature store on Azure: written twice, its identity, entities, sets and the cache."""

import functools
import json
from typing import Any

import pulumi
import pytest
from pulumi.runtime.mocks import MockResourceArgs

from components.core.errors import TripodError
from components.core.profile import Profile
from components.core.vocabulary import Classification, Provision
from components.feature_store.azure import build as backend
from components.feature_store.azure_online import CLOSING
from components.feature_store.azure_sets import spec_of
from components.feature_store.contract import Entity, FeatureGroup, FeatureStoreSpec, FeatureType
from tests.components.azure_bench import ARM, Graph, build
from tests.recorder import _Echo

USAGE: dict[str, Any] = {
    "entity": "customer",
    "description": "Use of the product.",
    "features": {"sessions": "integer", "minutes": "float"},
}
ENTITIES: dict[str, Any] = {"customer": {"key": "customer_id", "description": "A customer."}}
STORE = f"{ARM}/Microsoft.MachineLearningServices/workspaces/shared-features"


def store(profile: Profile = Profile.SANDBOX, *, online: bool = False, version: int = 1, **changes: Any) -> Graph:
    group = {**USAGE, "online": online, "version": version}
    return _built(profile, json.dumps({"entities": ENTITIES, "groups": {"usage": group}}), tuple(changes.items()))


@functools.cache
def _built(profile: Profile, spec: str, changes: tuple[tuple[str, Any], ...]) -> Graph:
    return build(backend, "feature_store", FeatureStoreSpec.model_validate_json(spec), profile, **dict(changes))


class TestTwoWrites:
    def test_the_first_knows_no_store(self) -> None:
        made = store()["feature_store-workspace"]
        assert made.inputs["kind"] == "FeatureStore"
        assert "featureStoreSettings" not in made.inputs
        assert made.options["ignore_changes"] == ["featureStoreSettings"]
        assert "storageAccount" in made.options["replace_on_changes"]

    @pytest.mark.parametrize("profile", list(Profile))
    def test_the_second_says_the_same_and_names_the_stores(self, profile: Profile) -> None:
        graph = store(profile, online=True)
        first = graph["feature_store-workspace"].inputs
        (second,) = graph["feature_store-stores"].inputs["properties"]["template"]["resources"]
        body = second["properties"]
        assert second["name"] == first["workspaceName"]
        assert second["identity"]["userAssignedIdentities"] == {"feature_store-identity-id": {}}
        assert body.pop("featureStoreSettings") == {
            "computeRuntime": {"sparkRuntimeVersion": "3.4"},
            "offlineStoreConnectionName": "offline-store",
            "onlineStoreConnectionName": "online-store",
        }
        network, once = body.pop("managedNetwork"), first["managedNetwork"]
        assert network["isolationMode"] == once["isolationMode"]
        assert network.get("outboundRules") == once.get("outboundRules")
        assert body == {key: first[key] for key in body}

    def test_it_waits_for_the_connections(self) -> None:
        graph = store(online=True)
        waits = graph["feature_store-stores"].dependencies
        assert {graph["feature_store-offline-store"].urn, graph["feature_store-online-store"].urn} <= set(waits)

    def test_connections_use_the_materialising_identity(self) -> None:
        connection = store()["feature_store-offline-store"].inputs["properties"]
        assert connection["category"] == "ADLSGen2"
        assert connection["authType"] == "ManagedIdentity"
        assert connection["credentials"]["resourceId"] == "feature_store-identity-id"
        assert connection["target"].endswith("/containers/features")

    @pytest.mark.parametrize("profile", [Profile.SANDBOX, Profile.REGULATED])
    def test_the_identity_is_spelt_as_azure_ml_wants_it(
        self, profile: Profile, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Managed Identity answers with ``resourcegroups``, of which Azure ML makes a duplicate key."""
        answered = f"{ARM}/Microsoft.ManagedIdentity/userAssignedIdentities/churn-dev-features"
        invent = _Echo.new_resource

        def answer(mocks: _Echo, args: MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
            made, outputs = invent(mocks, args)
            lower = answered.replace("/resourceGroups/", "/resourcegroups/")
            return lower if args.name == "feature_store-identity" else made, outputs

        monkeypatch.setattr(_Echo, "new_resource", answer)
        spec = FeatureStoreSpec.model_validate({"entities": ENTITIES, "groups": {"usage": USAGE}})
        graph = build(backend, "feature_store", spec, profile)
        first = graph["feature_store-workspace"].inputs
        (second,) = graph["feature_store-stores"].inputs["properties"]["template"]["resources"]
        connection = graph["feature_store-offline-store"].inputs["properties"]
        assert {
            *first["identity"]["userAssignedIdentities"],
            first["primaryUserAssignedIdentity"],
            first["encryption"]["identity"]["userAssignedIdentity"],
            *second["identity"]["userAssignedIdentities"],
            second["properties"]["primaryUserAssignedIdentity"],
            second["properties"]["encryption"]["identity"]["userAssignedIdentity"],
            connection["credentials"]["resourceId"],
        } == {answered}


class TestWorkspace:
    def test_data_has_its_key_in_every_profile(self) -> None:
        for profile in Profile:
            encryption = store(profile)["feature_store-workspace"].inputs["encryption"]
            assert encryption["status"] == "Enabled"
            assert encryption["keyVaultProperties"]["keyIdentifier"].endswith("/keys/data")

    def test_service_side_encryption_needs_a_public_vault(self) -> None:
        for profile in Profile:
            made = store(profile)["feature_store-workspace"].inputs
            assert made["enableServiceSideCMKEncryption"] is (profile is Profile.SANDBOX)

    def test_the_managed_network_tightens_with_the_profile(self) -> None:
        modes = {
            profile: store(profile)["feature_store-workspace"].inputs["managedNetwork"]["isolationMode"]
            for profile in Profile
        }
        assert modes == {
            Profile.SANDBOX: "Disabled",
            Profile.STANDARD: "AllowInternetOutbound",
            Profile.REGULATED: "AllowOnlyApprovedOutbound",
        }

    def test_another_isolation_mode_replaces_which_protection_refuses(self) -> None:
        for profile in Profile:
            made = store(profile)["feature_store-workspace"]
            assert "managedNetwork.isolationMode" in made.options["replace_on_changes"]
            assert made.protect is (profile is not Profile.SANDBOX)

    def test_spark_gets_a_network_that_is_there_already(self) -> None:
        made = store(Profile.STANDARD)["feature_store-workspace"].inputs
        assert made["provisionNetworkNow"] is True
        assert made["managedNetwork"]["status"] == {"sparkReady": True}
        rules = made["managedNetwork"]["outboundRules"]
        assert {name: rule["destination"]["subresourceTarget"] for name, rule in rules.items()} == {
            "lake-blob": "blob",
            "lake-dfs": "dfs",
        }
        assert rules["lake-dfs"]["destination"]["serviceResourceId"].endswith("/storageAccounts/churndevlakeabcde")

    def test_shut_above_sandbox_with_an_endpoint(self) -> None:
        graph = store(Profile.STANDARD)
        assert graph["feature_store-workspace"].inputs["publicNetworkAccess"] == "Disabled"
        zones = graph["feature_store-workspace-dns"].inputs["privateDnsZoneConfigs"]
        assert [zone["privateDnsZoneId"].rsplit("/", 1)[1] for zone in zones] == [
            "privatelink.api.azureml.ms",
            "privatelink.notebooks.azure.net",
        ]

    def test_sensitive_data_keeps_diagnostics_at_home(self) -> None:
        assert store()["feature_store-workspace"].inputs["hbiWorkspace"] is False
        restricted = store(classification=Classification.RESTRICTED)["feature_store-workspace"].inputs
        assert restricted["hbiWorkspace"] is True


def test_the_identity_holds_single_roles_on_single_resources() -> None:
    held = {
        (name.removeprefix("feature_store-identity-"), item.inputs["scope"].rsplit("/", 1)[-1])
        for name, item in store(Profile.STANDARD, online=True).items()
        if name.startswith("feature_store-identity-")
    }
    assert held == {
        ("account", "feature_store-feat-account-id"),
        ("blobs", "feature_store-feat-account-id"),
        ("vault", "feature_store-vault-id"),
        ("secrets", "feature_store-vault-id"),
        ("insights", "feature_store-insights-id"),
        ("key", "data"),
        ("offline", "features"),
        ("online", "feature_store-online-id"),
        ("store", "feature_store-workspace-id"),
        ("encrypted-stores", "churn-dev"),
        ("approve-lake", "churndevlakeabcde"),
        ("approve-account", "feature_store-feat-account-id"),
        ("approve-vault", "feature_store-vault-id"),
        ("approve-online", "feature_store-online-id"),
    }


def test_the_workspaces_own_account_keeps_versions_and_is_logged() -> None:
    graph = store(Profile.STANDARD)
    assert graph["feature_store-feat-blobs"].inputs["isVersioningEnabled"] is True
    assert graph["feature_store-feat-logs"].inputs["resourceUri"] == (
        "feature_store-feat-account-id/blobServices/default"
    )


class TestRegistration:
    def test_entities_have_a_stage_and_their_key(self) -> None:
        version = store()["feature_store-entity-customer-version"].inputs
        assert version["version"] == "1"
        assert version["properties"]["stage"] == "Development"
        assert version["properties"]["indexColumns"] == [{"columnName": "customer_id", "dataType": "String"}]

    def test_a_sandbox_uploads_the_document_and_registers_the_version(self) -> None:
        graph = store(version=3, online=True)
        assert graph["feature_store-spec-usage"].inputs["blobName"] == "usage/v3/FeatureSetSpec.yaml"
        made = graph["feature_store-set-usage-version"]
        properties = made.inputs["properties"]
        assert made.inputs["version"] == "3"
        assert properties["entities"] == ["azureml:customer:1"]
        assert properties["specification"]["path"] == "azureml://datastores/specs/paths/usage/v3"
        assert properties["materializationSettings"]["storeType"] == "Online"
        assert properties["materializationSettings"]["schedule"]["frequency"] == "Day"
        assert graph["feature_store-spec-usage"].urn in made.dependencies

    def test_elsewhere_the_document_waits_in_the_set(self) -> None:
        graph = store(Profile.STANDARD, version=3)
        assert graph.of("storage:Blob") == []
        assert graph.of("machinelearningservices:FeaturesetVersion") == []
        kept = graph["feature_store-set-usage"].inputs["properties"]["properties"]
        assert kept["v3.entity"] == "customer"
        assert kept["v3.materialization"] == "None"
        document = json.loads(kept["v3.specification"])
        assert document["source"]["path"] == (
            "abfss://features@churndevlakeabcde.dfs.core.windows.net/feature-store/usage/v3/*.parquet"
        )

    def test_account_keys_are_only_on_where_the_upload_needs_them(self) -> None:
        for profile in Profile:
            account = store(profile)["feature_store-feat-account"].inputs
            assert account["allowSharedKeyAccess"] is (profile is Profile.SANDBOX)

    def test_the_document_says_where_and_what(self) -> None:
        group = FeatureGroup(
            entity="customer", features={kind.value: kind for kind in FeatureType}, event_time="seen_at", version=2
        )
        document = json.loads(spec_of("usage", group, Entity(key="id"), "abfss://f@a/x").document())
        assert document == {
            "$schema": "http://azureml/sdk-2-0/FeatureSetSpec.json",
            "source": {
                "type": "parquet",
                "path": "abfss://f@a/x/usage/v2/*.parquet",
                "timestamp_column": {"name": "seen_at"},
            },
            "index_columns": [{"name": "id", "type": "string"}],
            "features": [
                {"name": "boolean", "type": "boolean"},
                {"name": "float", "type": "double"},
                {"name": "integer", "type": "long"},
                {"name": "string", "type": "string"},
                {"name": "timestamp", "type": "datetime"},
            ],
        }


class TestOnline:
    def test_no_cache_without_an_online_group(self) -> None:
        graph = store()
        assert graph.of("redis:Redis") == []
        assert "feature_store-online-store" not in graph

    def test_a_warning_says_that_new_tenants_get_none(self, monkeypatch: pytest.MonkeyPatch) -> None:
        said: list[str] = []
        monkeypatch.setattr(pulumi.log, "warn", lambda message, *_: said.append(message))
        group = FeatureGroup.model_validate({**USAGE, "online": True})
        entities = {"customer": Entity(key="customer_id")}
        build(backend, "feature_store", FeatureStoreSpec(entities=entities, groups={"usage": group}))
        assert set(said) == {CLOSING}
        assert "since 2026-04-01 a tenant that has none cannot create one" in CLOSING
        said.clear()
        offline = group.model_copy(update={"online": False})
        build(backend, "feature_store", FeatureStoreSpec(entities=entities, groups={"usage": offline}))
        assert not said

    def test_the_cache_speaks_tls_and_entra(self) -> None:
        cache = store(Profile.STANDARD, online=True)["feature_store-online"].inputs
        assert cache["enableNonSslPort"] is False
        assert cache["minimumTlsVersion"] == "1.2"
        assert cache["publicNetworkAccess"] == "Disabled"
        assert cache["redisConfiguration"] == {"aadEnabled": "true"}

    def test_training_and_serving_read_it(self) -> None:
        readers = store(online=True).of("redis:AccessPolicyAssignment")
        assert {(item.inputs["objectIdAlias"], item.inputs["accessPolicyName"]) for item in readers} == {
            ("training", "Data Reader"),
            ("serving", "Data Reader"),
        }


class TestGrants:
    def test_workloads_read_sets_and_training_writes_values(self) -> None:
        graph = store()
        (permission,) = graph["feature_store-feature-reader-role"].inputs["permissions"]
        assert not [action for action in permission["actions"] if not action.endswith("/read")]
        for role in ("training", "pipeline", "serving", "monitoring"):
            assert graph[f"feature_store-{role}-reads"].inputs["scope"] == "feature_store-workspace-id"
        written = graph["feature_store-training-writes"].inputs
        assert written["roleDefinitionId"].endswith("ba92f5b4-2d11-453d-a403-e96b0029c9fe")
        assert written["scope"].endswith("/containers/features")

    def test_a_data_stack_grants_only_its_own_identity(self) -> None:
        spec = FeatureStoreSpec.model_validate({"entities": ENTITIES, "groups": {"usage": USAGE}})
        graph = build(backend, "feature_store", spec, without=("identity",))
        names = {item.name for item in graph.of("authorization:RoleAssignment")}
        assert names
        assert all(name.startswith("feature_store-identity-") for name in names)


class TestExisting:
    def test_access_to_an_existing_store_and_nothing_else(self) -> None:
        given = {"store_id": STORE, "offline_uri": "abfss://features@lake.dfs.core.windows.net/feature-store"}
        graph = build(backend, "feature_store", FeatureStoreSpec(mode=Provision.EXISTING), given={"existing": given})
        assert {item.type.split(":", 1)[1] for item in graph.values()} == {
            "authorization:RoleAssignment",
            "authorization:RoleDefinition",
        }
        assert graph["feature_store-serving-reads"].inputs["scope"] == STORE

    def test_somebody_must_say_which(self) -> None:
        with pytest.raises(TripodError, match=r"feature_store\.mode: the store exists"):
            build(backend, "feature_store", FeatureStoreSpec(mode=Provision.EXISTING))
