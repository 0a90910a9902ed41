"""Key vaults and keys with the kit's defaults: Entra roles, purge protection, no public path above sandbox."""

import pulumi_azure_native as azure
from pulumi import Output

from components.core.refs import FoundationRef
from components.core.scope import Scope

KEY_BITS = 3072
"""128 bits of security; Storage, Azure ML and Container Registry accept 2048, 3072 and 4096
(https://learn.microsoft.com/azure/storage/common/customer-managed-keys-overview)."""
GRACE_DAYS = 30
"""Days between the rotation of a version and its expiry; Event Grid warns at the beginning of them. An expired version
still unwraps (https://learn.microsoft.com/azure/key-vault/keys/about-keys-details)."""


def key_vault(
    scope: Scope, part: str, *, foundation: FoundationRef, premium: bool = False, label: str = "vault"
) -> azure.keyvault.Vault:
    """Make a vault; ``premium`` offers keys in hardware security modules.

    Purge protection is always on, also where stacks are deleted often: Storage refuses customer keys of a vault without
    it (https://learn.microsoft.com/azure/storage/common/customer-managed-keys-overview), it cannot be switched off
    again, and a literal False is refused. A deleted vault keeps its name for the deletion window: raise ``generation``.
    The window itself is fixed once the vault exists.
    """
    open_network = scope.posture.public_access
    return azure.keyvault.Vault(
        scope.label(label),
        vault_name=scope.name("vault", part),
        resource_group_name=foundation["group_name"],
        location=scope.region,
        properties=azure.keyvault.VaultPropertiesArgs(
            tenant_id=foundation["account_number"],
            sku=azure.keyvault.SkuArgs(
                family=azure.keyvault.SkuFamily.A,
                name=azure.keyvault.SkuName.PREMIUM if premium else azure.keyvault.SkuName.STANDARD,
            ),
            enable_rbac_authorization=True,
            enable_soft_delete=True,
            soft_delete_retention_in_days=scope.posture.deletion_window_days,
            enable_purge_protection=True,
            enabled_for_deployment=False,
            enabled_for_disk_encryption=False,
            enabled_for_template_deployment=False,
            public_network_access="Enabled" if open_network else "Disabled",
            network_acls=azure.keyvault.NetworkRuleSetArgs(
                default_action=azure.keyvault.NetworkRuleAction.ALLOW
                if open_network
                else azure.keyvault.NetworkRuleAction.DENY,
                # Storage, Azure ML and the registry unwrap their keys as trusted services
                bypass=azure.keyvault.NetworkRuleBypassOptions.AZURE_SERVICES,
            ),
        ),
        tags=scope.tags(),
        opts=scope.options(stateful=True),
    )


def wrapping_key(
    scope: Scope,
    part: str,
    *,
    foundation: FoundationRef,
    vault: azure.keyvault.Vault,
    vault_part: str,
    rotation_days: int,
) -> Output[str]:
    """Make a key that wraps the keys of services, in hardware where the posture asks; rotated by the vault itself.

    Returns its identifier without version, which a plan knows already; ``vault_part`` is the one of the vault's name.
    """
    hardware = scope.posture.hsm_keys
    name = scope.name("key", part)
    key = azure.keyvault.Key(
        scope.label(part),
        key_name=name,
        vault_name=vault.name,
        resource_group_name=foundation["group_name"],
        properties=azure.keyvault.KeyPropertiesArgs(
            kty=azure.keyvault.JsonWebKeyType.RS_A_HSM if hardware else azure.keyvault.JsonWebKeyType.RSA,
            key_size=KEY_BITS,
            key_ops=[azure.keyvault.JsonWebKeyOperation.WRAP_KEY, azure.keyvault.JsonWebKeyOperation.UNWRAP_KEY],
            attributes=azure.keyvault.KeyAttributesArgs(enabled=True, exportable=False),
            rotation_policy=_rotation(rotation_days),
        ),
        tags=scope.tags(key_class=part),
        opts=scope.options(stateful=True),
    )
    identifier = f"https://{scope.name('vault', vault_part)}.vault.azure.net/keys/{name}"
    return key.urn.apply(lambda _: identifier)  # the URN makes users wait for the key


def _rotation(days: int) -> azure.keyvault.RotationPolicyArgs:
    """A new version every ``days``; each lives ``GRACE_DAYS`` longer."""
    return azure.keyvault.RotationPolicyArgs(
        attributes=azure.keyvault.KeyRotationPolicyAttributesArgs(expiry_time=f"P{days + GRACE_DAYS}D"),
        lifetime_actions=[
            azure.keyvault.LifetimeActionArgs(
                action=azure.keyvault.ActionArgs(type=azure.keyvault.KeyRotationPolicyActionType.ROTATE),
                trigger=azure.keyvault.TriggerArgs(time_after_create=f"P{days}D"),
            ),
            azure.keyvault.LifetimeActionArgs(
                action=azure.keyvault.ActionArgs(type=azure.keyvault.KeyRotationPolicyActionType.NOTIFY),
                trigger=azure.keyvault.TriggerArgs(time_before_expiry=f"P{GRACE_DAYS}D"),
            ),
        ],
    )
