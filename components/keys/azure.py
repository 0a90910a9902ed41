"""Keys on Azure: a Key Vault, one rotated RSA key per data class, and the identity that services encrypt with.

Services unwrap keys as that one identity, so no workload principal needs a permission on a key. Identifiers carry no
version: services then follow a rotation by themselves.

Not here: a managed HSM (single-tenant, billed by the hour), and changing the rotation of a key that exists: Resource
Manager creates keys and never edits them
(https://learn.microsoft.com/rest/api/keyvault/keyvault/keys/create-if-not-exist); use
``az keyvault key rotation-policy update``. Keys that the stack no longer has stay in the vault for the same reason.
"""

import pulumi_azure_native as azure
from pulumi import Output

from components.clouds.azure_logs import diagnostic_setting
from components.clouds.azure_private import private_endpoints
from components.clouds.azure_roles import BuiltInRole, role_assignment
from components.clouds.azure_vault import key_vault, wrapping_key
from components.core.backend import Means, Support
from components.core.cloud import Gap
from components.core.scope import Scope
from components.core.vocabulary import DataClass
from components.keys.contract import ExistingKeys, KeysArgs, KeysOutputs, KeysSpec

SUPPORT = Support(means=Means.NATIVE, by="Key Vault")
GAPS: tuple[Gap, ...] = ()


def build(scope: Scope, spec: KeysSpec, args: KeysArgs) -> KeysOutputs:
    """Make the vault and its keys, or pass on the existing ones."""
    if spec.existing is not None:
        return _existing(spec.existing)
    foundation = args["foundation"]
    vault = key_vault(scope, "", foundation=foundation, premium=scope.posture.hsm_keys)
    keys = {
        data_class: wrapping_key(
            scope, data_class.value, foundation=foundation, vault=vault, vault_part="", rotation_days=spec.rotation_days
        )
        for data_class in DataClass
    }
    user = azure.managedidentity.UserAssignedIdentity(
        scope.label("user"),
        resource_name_=scope.name("user_identity", "encryption"),
        resource_group_name=foundation["group_name"],
        location=scope.region,
        tags=scope.tags(),
        opts=scope.options(stateful=True),
    )
    granted = role_assignment(
        scope,
        "user-role",
        subscription=foundation["account_id"],
        role=BuiltInRole.KEY_VAULT_CRYPTO_SERVICE_ENCRYPTION_USER,
        on=vault.id,
        principal=user.principal_id,
    )
    network = args.get("network")
    if network is not None and not scope.posture.public_access:
        private_endpoints(scope, "", foundation=foundation, network=network, resource_id=vault.id, groups=("vault",))
    diagnostic_setting(scope, "vault", resource_id=vault.id, log_id=foundation["log_id"])
    return KeysOutputs(
        data_key_id=keys[DataClass.DATA],
        models_key_id=keys[DataClass.MODELS],
        logs_key_id=keys[DataClass.LOGS],
        vault_id=Output.from_input(vault.id),
        # whoever encrypts as this identity waits for its role
        user_id=Output.all(user.id, granted.id).apply(lambda ids: str(ids[0])),
    )


def _existing(given: ExistingKeys) -> KeysOutputs:
    """The ids of the keys that are brought along."""
    return KeysOutputs(
        data_key_id=Output.from_input(given.data_key_id),
        models_key_id=Output.from_input(given.models_key_id),
        logs_key_id=Output.from_input(given.logs_key_id),
        vault_id=Output.from_input(given.vault_id),
        user_id=Output.from_input(given.user_id),
    )
