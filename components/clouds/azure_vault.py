"""Key vaults with the kit's defaults: Entra roles only, purge protection, a firewall where the posture is private."""

import pulumi_azure_native as azure

from components.core.refs import FoundationRef
from components.core.scope import Scope


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
