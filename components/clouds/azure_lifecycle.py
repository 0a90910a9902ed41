"""What becomes of blobs with time: recovery, versions, cold tier, expiry.

With a hierarchical namespace Azure has no versions and no point-in-time restore
(https://learn.microsoft.com/azure/storage/blobs/storage-feature-support-in-storage-accounts): a deleted file can be
restored there, an overwritten one cannot. Pipelines write new paths and never overwrite for that reason.
"""

from collections.abc import Sequence

import pulumi_azure_native as azure

from components.core.refs import FoundationRef
from components.core.scope import Scope


def blob_service(
    scope: Scope,
    part: str,
    *,
    foundation: FoundationRef,
    account: azure.storage.StorageAccount,
    recovery_days: int,
    versioning: bool | None,
) -> azure.storage.BlobServiceProperties:
    """Keep deleted blobs and containers for ``recovery_days`` (1 to 365); ``versioning`` is None where it cannot be."""
    deleted = azure.storage.DeleteRetentionPolicyArgs(enabled=True, days=recovery_days)
    return azure.storage.BlobServiceProperties(
        scope.label(part, "blobs"),
        blob_services_name="default",
        account_name=account.name,
        resource_group_name=foundation["group_name"],
        delete_retention_policy=deleted,
        container_delete_retention_policy=deleted,
        is_versioning_enabled=versioning,
        opts=scope.options(),
    )


def lifecycle(
    scope: Scope,
    part: str,
    *,
    foundation: FoundationRef,
    account: azure.storage.StorageAccount,
    rules: Sequence[azure.storage.ManagementPolicyRuleArgs],
    after: azure.storage.BlobServiceProperties,
) -> azure.storage.ManagementPolicy:
    """Apply ``rules`` to an account; ``after`` its versions are switched on, which rules on versions need."""
    return azure.storage.ManagementPolicy(
        scope.label(part, "lifecycle"),
        management_policy_name="default",
        account_name=account.name,
        resource_group_name=foundation["group_name"],
        policy=azure.storage.ManagementPolicySchemaArgs(rules=list(rules)),
        opts=scope.options(depends_on=[after]),
    )


def cool_down(name: str, container: str, days: int) -> azure.storage.ManagementPolicyRuleArgs:
    """Move blobs of ``container`` to the cold tier, which is read at once, unlike the archive tier."""
    return _rule(
        name,
        azure.storage.ManagementPolicyActionArgs(
            base_blob=azure.storage.ManagementPolicyBaseBlobArgs(
                tier_to_cold=azure.storage.DateAfterModificationArgs(days_after_modification_greater_than=days)
            )
        ),
        prefixes=[f"{container}/"],
    )


def expire(
    name: str, days: int, *, container: str | None = None, kinds: Sequence[str] = ("blockBlob",)
) -> azure.storage.ManagementPolicyRuleArgs:
    """Delete blobs ``days`` after their last change, of one container or of the whole account."""
    return _rule(
        name,
        azure.storage.ManagementPolicyActionArgs(
            base_blob=azure.storage.ManagementPolicyBaseBlobArgs(
                delete=azure.storage.DateAfterModificationArgs(days_after_modification_greater_than=days)
            )
        ),
        prefixes=[f"{container}/"] if container else None,
        kinds=kinds,
    )


def expire_versions(name: str, days: int) -> azure.storage.ManagementPolicyRuleArgs:
    """Delete earlier versions ``days`` after they were made."""
    return _rule(
        name,
        azure.storage.ManagementPolicyActionArgs(
            version=azure.storage.ManagementPolicyVersionArgs(
                delete=azure.storage.DateAfterCreationArgs(days_after_creation_greater_than=days)
            )
        ),
    )


def _rule(
    name: str,
    actions: azure.storage.ManagementPolicyActionArgs,
    *,
    prefixes: Sequence[str] | None = None,
    kinds: Sequence[str] = ("blockBlob",),
) -> azure.storage.ManagementPolicyRuleArgs:
    return azure.storage.ManagementPolicyRuleArgs(
        name=name,
        type=azure.storage.RuleType.LIFECYCLE,
        enabled=True,
        definition=azure.storage.ManagementPolicyDefinitionArgs(
            filters=azure.storage.ManagementPolicyFilterArgs(
                blob_types=list(kinds), prefix_match=list(prefixes) if prefixes else None
            ),
            actions=actions,
        ),
    )
