"""Storage accounts with the kit's defaults: Entra ID only, TLS 1.2, no anonymous access, a customer key where given.

Sources: https://learn.microsoft.com/azure/storage/blobs/security-recommendations and the storage controls of
https://learn.microsoft.com/security/benchmark/azure/baselines/storage-security-baseline.
"""

import pulumi_azure_native as azure
from pulumi import Input, Output

from components.clouds.azure_ids import key_name, vault_uri
from components.core.refs import FoundationRef
from components.core.scope import Scope


def storage_account(
    scope: Scope,
    part: str,
    *,
    foundation: FoundationRef,
    key_id: Input[str] | None,
    key_user_id: Input[str] | None,
    hierarchical: bool = False,
    shared_key: bool = False,
    immutable: azure.storage.ImmutableStorageAccountArgs | None = None,
    stateful: bool = True,
) -> azure.storage.StorageAccount:
    """Make a general-purpose v2 account, public or private as the posture says.

    Args:
        scope: The component's scope.
        part: Part of the names; short, because an account's name has at most 24 characters.
        foundation: Where to make it.
        key_id: Key identifier without version, so that rotation needs no update; provider-managed keys without it.
        key_user_id: ARM id of the identity that may use the key.
        hierarchical: Data Lake Storage Gen2: directories, but no versions and no soft-deleted snapshots.
        shared_key: Whether account keys and SAS made from them work. Entra ID only otherwise.
        immutable: Write-once policy of the whole account; only without ``hierarchical``.
        stateful: Whether deletion protection applies.
    """
    open_network = scope.posture.public_access
    return azure.storage.StorageAccount(
        scope.label(part, "account"),
        account_name=scope.name("storage_account", part),
        resource_group_name=foundation["group_name"],
        location=scope.region,
        kind=azure.storage.Kind.STORAGE_V2,
        sku=azure.storage.SkuArgs(
            name=azure.storage.SkuName.STANDARD_ZRS if scope.lasting else azure.storage.SkuName.STANDARD_LRS
        ),
        access_tier=azure.storage.AccessTier.HOT,
        is_hns_enabled=hierarchical,
        allow_blob_public_access=False,
        allow_shared_key_access=shared_key,
        allow_cross_tenant_replication=False,
        allowed_copy_scope=azure.storage.AllowedCopyScope.AAD,
        default_to_o_auth_authentication=True,
        is_local_user_enabled=False,
        enable_https_traffic_only=True,
        minimum_tls_version=azure.storage.MinimumTlsVersion.TLS1_2,
        public_network_access=azure.storage.PublicNetworkAccess.ENABLED
        if open_network
        else azure.storage.PublicNetworkAccess.DISABLED,
        network_rule_set=azure.storage.NetworkRuleSetArgs(
            default_action=azure.storage.DefaultAction.ALLOW if open_network else azure.storage.DefaultAction.DENY,
            bypass=azure.storage.Bypass.AZURE_SERVICES,  # diagnostic settings and flow logs come this way
        ),
        identity=azure.storage.IdentityArgs(
            type=azure.storage.IdentityType.USER_ASSIGNED, user_assigned_identities=[key_user_id]
        )
        if key_id is not None and key_user_id is not None
        else None,
        encryption=_encryption(key_id, key_user_id),
        sas_policy=azure.storage.SasPolicyArgs(
            expiration_action=azure.storage.ExpirationAction.LOG, sas_expiration_period="1.00:00:00"
        )
        if shared_key
        else None,
        immutable_storage_with_versioning=immutable,
        tags=scope.tags(),
        opts=scope.options(stateful=stateful),
    )


def _encryption(key_id: Input[str] | None, key_user_id: Input[str] | None) -> azure.storage.EncryptionArgs:
    """Customer key for all four services; queues and tables only take one that is given when the account is made."""
    whole = azure.storage.EncryptionServiceArgs(enabled=True, key_type=azure.storage.KeyType.ACCOUNT)
    services = azure.storage.EncryptionServicesArgs(blob=whole, file=whole, queue=whole, table=whole)
    if key_id is None or key_user_id is None:
        return azure.storage.EncryptionArgs(key_source=azure.storage.KeySource.MICROSOFT_STORAGE, services=services)
    key = Output.from_input(key_id)
    return azure.storage.EncryptionArgs(
        key_source=azure.storage.KeySource.MICROSOFT_KEYVAULT,
        key_vault_properties=azure.storage.KeyVaultPropertiesArgs(
            key_name=key.apply(key_name), key_vault_uri=key.apply(vault_uri)
        ),
        encryption_identity=azure.storage.EncryptionIdentityArgs(encryption_user_assigned_identity=key_user_id),
        services=services,
    )
