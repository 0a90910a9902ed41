"""Keys on Azure: the vault's protection, rotation, hardware, and who may use the keys."""

import functools

import pytest

from components.core.profile import PROFILES, Profile
from components.core.vocabulary import Provision
from components.keys.azure import build as backend
from components.keys.contract import ExistingKeys, KeysSpec
from tests.components.azure_bench import Graph, build


def keys(profile: Profile = Profile.STANDARD, **options: object) -> Graph:
    return _built(profile, KeysSpec.model_validate(options).model_dump_json())


@functools.cache
def _built(profile: Profile, spec: str) -> Graph:
    return build(backend, "keys", KeysSpec.model_validate_json(spec), profile)


@pytest.mark.parametrize("profile", list(Profile))
class TestVault:
    def test_roles_only_and_purge_protection_everywhere(self, profile: Profile) -> None:
        vault = keys(profile)["keys-vault"].inputs["properties"]
        assert vault["enableRbacAuthorization"] is True
        assert vault["enablePurgeProtection"] is True  # Storage takes no customer key without it
        assert vault["softDeleteRetentionInDays"] == PROFILES[profile].deletion_window_days

    def test_the_network_follows_the_posture(self, profile: Profile) -> None:
        vault = keys(profile)["keys-vault"].inputs["properties"]
        shut = not PROFILES[profile].public_access
        assert vault["publicNetworkAccess"] == ("Disabled" if shut else "Enabled")
        assert vault["networkAcls"] == {"bypass": "AzureServices", "defaultAction": "Deny" if shut else "Allow"}

    def test_hardware_where_the_posture_asks(self, profile: Profile) -> None:
        graph = keys(profile)
        hsm = PROFILES[profile].hsm_keys
        assert graph["keys-vault"].inputs["properties"]["sku"]["name"] == ("premium" if hsm else "standard")
        kinds = {item.inputs["properties"]["kty"] for item in graph.of("keyvault:Key")}
        assert kinds == {"RSA-HSM" if hsm else "RSA"}


def test_one_key_per_data_class() -> None:
    named = {item.name: item.inputs["keyName"] for item in keys().of("keyvault:Key")}
    assert named == {
        "keys-data": "churn-dev-data",
        "keys-models": "churn-dev-models",
        "keys-logs": "churn-dev-logs",
    }


def test_keys_only_wrap_and_rotate_before_they_expire() -> None:
    key = keys(rotation_days=180)["keys-data"].inputs["properties"]
    assert key["keyOps"] == ["wrapKey", "unwrapKey"]
    assert key["rotationPolicy"] == {
        "attributes": {"expiryTime": "P210D"},
        "lifetimeActions": [
            {"action": {"type": "rotate"}, "trigger": {"timeAfterCreate": "P180D"}},
            {"action": {"type": "notify"}, "trigger": {"timeBeforeExpiry": "P30D"}},
        ],
    }


def test_one_identity_may_encrypt_and_nobody_else() -> None:
    graph = keys()
    assert {(role, scope) for role, _, scope in graph.roles()} == {
        ("e147488a-f6f5-4113-8e2d-b22465e65bf6", "keys-vault-id")
    }
    assert graph["keys-user-role"].inputs["principalType"] == "ServicePrincipal"


def test_a_private_endpoint_with_its_name_above_sandbox() -> None:
    graph = keys()
    (link,) = graph["keys-vault-endpoint"].inputs["privateLinkServiceConnections"]
    assert (link["groupIds"], link["privateLinkServiceId"]) == (["vault"], "keys-vault-id")
    (zone,) = graph["keys-vault-dns"].inputs["privateDnsZoneConfigs"]
    assert zone["privateDnsZoneId"].endswith("/privateDnsZones/privatelink.vaultcore.azure.net")
    assert keys(Profile.SANDBOX).of("network:PrivateEndpoint") == []


def test_use_of_the_vault_is_logged() -> None:
    setting = keys()["keys-vault-logs"].inputs
    assert setting["resourceUri"] == "keys-vault-id"
    assert setting["logs"] == [{"categoryGroup": "allLogs", "enabled": True}]
    assert setting["workspaceId"].endswith("/workspaces/churn-dev")


def test_nothing_of_existing_keys_is_made() -> None:
    given = ExistingKeys(data_key_id="d", models_key_id="m", logs_key_id="l", vault_id="v", user_id="u")
    assert keys(mode=Provision.EXISTING, existing=given) == {}


def test_identifiers_carry_no_version_and_are_known_in_a_plan() -> None:
    vault = keys()["keys-vault"].inputs["vaultName"]
    assert keys().outputs["data_key_id"] == f"https://{vault}.vault.azure.net/keys/churn-dev-data"
