"""The registry on Azure: two registries, clean-up behind a firewall, and approval by promotion."""

import base64
import functools
import json
from typing import Any

import pytest
from pulumi.runtime.mocks import MockResourceArgs

from components.clouds.azure_roles import BuiltInRole
from components.core.cloud import Cloud
from components.core.profile import Profile
from components.registry import RegistrySpec, azure
from components.registry.azure_images import SCANNED_POLICY, purge_task
from tests.components.azure_bench import ARM, Graph, build
from tests.conformance.wiring import REFS
from tests.recorder import _Echo

IDENTITY = REFS[Cloud.AZURE]["identity"]


@functools.cache
def plan(profile: Profile, **spec: Any) -> Graph:
    return build(azure.build, "registry", RegistrySpec(**spec), profile)


@pytest.mark.parametrize(
    ("profile", "sku", "access"),
    [
        (Profile.SANDBOX, "Standard", "Enabled"),
        (Profile.STANDARD, "Premium", "Disabled"),
        (Profile.REGULATED, "Premium", "Disabled"),
    ],
)
def test_images_are_signed_in_to_with_identities_only(profile: Profile, sku: str, access: str) -> None:
    images = plan(profile)["registry-images"].inputs
    assert images["sku"] == {"name": sku}
    assert images["publicNetworkAccess"] == access
    assert (images["adminUserEnabled"], images["anonymousPullEnabled"]) == (False, False)


def test_sandbox_asks_for_nothing_that_its_tier_lacks() -> None:
    images = plan(Profile.SANDBOX)["registry-images"].inputs
    assert not {"policies", "networkRuleSet", "encryption"} & set(images)


def test_private_registries_export_nothing_and_answer_inside_the_network() -> None:
    graph = plan(Profile.STANDARD)
    policies = graph["registry-images"].inputs["policies"]
    assert policies == {
        "exportPolicy": {"status": "disabled"},
        "quarantinePolicy": {"status": "disabled"},
        "retentionPolicy": {"days": 7, "status": "enabled"},
    }
    groups = {
        item.name: item.inputs["privateLinkServiceConnections"][0]["groupIds"]
        for item in graph.of("network:PrivateEndpoint")
    }
    assert groups == {
        "registry-images-endpoint": ["registry"],
        "registry-models-endpoint": ["amlregistry"],
        "registry-models-blob-endpoint": ["blob"],
        "registry-models-registry-endpoint": ["registry"],
    }
    assert not plan(Profile.SANDBOX).of("network:PrivateEndpoint")


def test_what_a_private_registry_owns_is_reached_privately_too(monkeypatch: pytest.MonkeyPatch) -> None:
    group = "/subscriptions/00000000-0000-0000-0000-000000000003/resourceGroups/azureml-rg-churn-dev_1/providers"
    account = f"{group}/Microsoft.Storage/storageAccounts/b1churndev"
    images = f"{group}/Microsoft.ContainerRegistry/registries/b1churndev"
    invent = _Echo.new_resource

    def answer(mocks: _Echo, args: MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        made, outputs = invent(mocks, args)
        if args.name == "registry-models":
            outputs["regionDetails"] = [
                {
                    "location": "westeurope",
                    "acrDetails": [{"systemCreatedAcrAccount": {"armResourceId": {"resourceId": images}}}],
                    "storageAccountDetails": [
                        {"systemCreatedStorageAccount": {"armResourceId": {"resourceId": account}}}
                    ],
                }
            ]
        return made, outputs

    monkeypatch.setattr(_Echo, "new_resource", answer)
    graph = build(azure.build, "registry", RegistrySpec(), Profile.REGULATED)
    for name, target, zone in (
        ("registry-models-blob", account, "privatelink.blob.core.windows.net"),
        ("registry-models-registry", images, "privatelink.azurecr.io"),
    ):
        endpoint = graph[f"{name}-endpoint"].inputs
        assert endpoint["resourceGroupName"] == "churn-dev"  # Azure's own group takes none
        assert endpoint["privateLinkServiceConnections"][0]["privateLinkServiceId"] == target
        (config,) = graph[f"{name}-dns"].inputs["privateDnsZoneConfigs"]
        assert config["privateDnsZoneId"].endswith(f"/{zone}")


def test_the_key_is_used_by_an_identity_that_can_do_nothing_else() -> None:
    graph = plan(Profile.REGULATED)
    images = graph["registry-images"].inputs
    assert images["encryption"]["keyVaultProperties"]["keyIdentifier"].endswith("/keys/models")
    assert images["identity"]["userAssignedIdentities"] == {"registry-encryption-id": {}}
    grant = graph["registry-encryption-key"].inputs
    assert grant["roleDefinitionId"].endswith(BuiltInRole.KEY_VAULT_CRYPTO_SERVICE_ENCRYPTION_USER)
    assert grant["scope"] == f"{ARM}/Microsoft.KeyVault/vaults/churn-dev-abcde/keys/models"
    assert "registry-encryption" not in plan(Profile.SANDBOX)


def test_purge_keeps_the_newest_tags() -> None:
    task = plan(Profile.SANDBOX, keep_images=12)["registry-images-purge"].inputs
    content = json.loads(base64.b64decode(task["step"]["encodedTaskContent"]))
    assert content["steps"][0]["cmd"] == "acr purge --filter '.*:.*' --ago 0d --keep 12 --untagged"
    assert json.loads(purge_task(12)) == content
    assert "identity" not in task


def test_purge_passes_the_firewall_as_an_identity_that_only_deletes() -> None:
    graph = plan(Profile.REGULATED)
    task = graph["registry-images-purge"].inputs
    assert task["identity"] == {"type": "SystemAssigned"}
    assert task["credentials"]["sourceRegistry"] == {"loginMode": "None"}
    roles = {graph[name].inputs["roleDefinitionId"][-36:] for name in ("registry-purge-read", "registry-purge-delete")}
    assert roles == {BuiltInRole.ACR_PULL, BuiltInRole.ACR_DELETE}
    assert "registry-images-tasks-put" not in plan(Profile.SANDBOX)


@pytest.mark.parametrize("profile", [Profile.STANDARD, Profile.REGULATED])
def test_second_put_says_what_the_first_one_said(profile: Profile) -> None:
    """What the body leaves out or says otherwise would be reset."""
    graph = plan(profile)
    first = graph["registry-images"].inputs
    (second,) = graph["registry-images-tasks-put"].inputs["properties"]["template"]["resources"]
    assert second["properties"].pop("networkRuleBypassAllowedForTasks") is True
    for key, value in second["properties"].items():
        assert first[key] == value, key
    for key in {"location", "sku", "tags", "identity"} & set(first):
        assert first[key] == second[key], key
    assert set(first) - set(second["properties"]) <= {
        "location", "sku", "tags", "identity", "registryName", "resourceGroupName", "zoneRedundancy",
    }  # fmt: skip


def test_scanning_is_held_to_account() -> None:
    scanned = plan(Profile.SANDBOX)["registry-images-scanned"].inputs
    assert scanned["policyDefinitionId"] == SCANNED_POLICY
    assert scanned["scope"] == "registry-images-id"
    assert "registry-images-scanned" not in plan(Profile.SANDBOX, image_scanning=False)


@pytest.mark.parametrize(
    ("profile", "role"), [(Profile.SANDBOX, BuiltInRole.ML_REGISTRY_USER), (Profile.STANDARD, BuiltInRole.READER)]
)
def test_where_approval_is_required_the_pipeline_cannot_write_models(profile: Profile, role: BuiltInRole) -> None:
    roles = plan(profile).roles()
    pipeline = {
        found for found, who, on in roles if who == IDENTITY["pipeline_principal"] and on == "registry-models-id"
    }
    assert pipeline == {role}
    serving = {found for found, who, on in roles if who == IDENTITY["serving_principal"] and on == "registry-models-id"}
    assert serving == {BuiltInRole.READER}


def test_models_of_other_registries_are_denied() -> None:
    graph = plan(Profile.STANDARD)
    gate = graph["registry-approved"].inputs
    assert gate["policyDefinitionId"].endswith("/19539b54-c61e-4196-9a38-67598701be90")
    assert gate["scope"].endswith("/resourceGroups/churn-dev")
    assert gate["parameters"] == {
        "allowedRegistryName": {"value": graph["registry-models"].inputs["registryName"]},
        "effect": {"value": "Deny"},
    }
    assert graph.outputs["approval_id"] == "registry-approved-id"
    assert plan(Profile.SANDBOX).outputs["approval_id"] == ""


def test_every_workload_pulls_and_none_pushes() -> None:
    roles = {(role, who) for role, who, on in plan(Profile.STANDARD).roles() if on == "registry-images-id"}
    workloads = {IDENTITY[f"{name}_principal"] for name in ("training", "pipeline", "serving", "monitoring")}
    assert {who for role, who in roles if role == BuiltInRole.ACR_PULL} >= workloads
    assert BuiltInRole.ACR_PUSH not in {role for role, _ in roles}


def test_the_first_model_names_the_registry() -> None:
    graph = plan(Profile.SANDBOX, models=("churn", "challenger"))
    names = [item.inputs["modelName"] for item in graph.of("machinelearningservices:RegistryModelContainer")]
    assert sorted(names) == ["challenger", "churn"]
    assert graph.outputs["registry_id"] == "registry-model-churn-id"
    registry = graph["registry-models"].inputs
    assert registry["identity"] == {"type": "SystemAssigned"}
    assert registry["regionDetails"][0]["acrDetails"][0]["systemCreatedAcrAccount"]["acrAccountSku"] == "Premium"


def test_tracking_is_the_workspace_of_the_stack() -> None:
    uri = plan(Profile.SANDBOX).outputs["tracking_uri"]
    assert uri.startswith("azureml://westeurope.api.azureml.ms/mlflow/v1.0/subscriptions/")
    assert "/providers/Microsoft.MachineLearningServices/workspaces/churn-dev-" in uri
    assert plan(Profile.SANDBOX, tracking=False).outputs["tracking_uri"] == ""
