"""Flow logs of a virtual network: kept in an account of their own and summarised by Traffic Analytics.

Logs of the network, not of its security group: those cannot be made since 2025-06-30 and end on 2027-09-30
(https://learn.microsoft.com/azure/network-watcher/nsg-flow-logs-overview). The vault of the platform's keys comes after
the network that it has its private endpoint in, so where the posture wants a customer key for logs, these have a vault
of their own.
"""

from dataclasses import dataclass

import pulumi_azure_native as azure
from pulumi import Input, Output

from components.clouds.azure_lifecycle import blob_service, expire, expire_versions, lifecycle
from components.clouds.azure_logs import diagnostic_setting
from components.clouds.azure_private import private_endpoints
from components.clouds.azure_roles import BuiltInRole, role_assignment
from components.clouds.azure_storage import storage_account
from components.clouds.azure_vault import key_vault, wrapping_key
from components.core.refs import FoundationRef, NetworkRef
from components.core.scope import Scope
from components.core.vocabulary import DataClass

WATCHER_GROUP = "NetworkWatcherRG"
"""Azure makes one watcher per region in this group with the first virtual network, and refuses a second one
(https://learn.microsoft.com/azure/network-watcher/network-watcher-create)."""
INTERVAL_MINUTES = 60
"""How often flows are summarised; 10 or 60
(https://learn.microsoft.com/azure/network-watcher/traffic-analytics)."""
RECOVERY_DAYS = 14
"""Days in which deleted logs can be restored."""
ROTATION_DAYS = 90
"""Days between rotations of the key."""


@dataclass(frozen=True, kw_only=True)
class _Key:
    identifier: Input[str]
    user_id: Input[str]
    """Identity that may use it, known once it may."""


def flow_logs(scope: Scope, foundation: FoundationRef, network: NetworkRef) -> azure.network.FlowLog:
    """Log every flow of ``network``; deleted after the posture's retention."""
    key = _key(scope, foundation, network) if scope.covers(DataClass.LOGS) else None
    account = storage_account(
        scope,
        "flow",
        foundation=foundation,
        key_id=key.identifier if key else None,
        key_user_id=key.user_id if key else None,
    )
    service = blob_service(
        scope, "flow", foundation=foundation, account=account, recovery_days=RECOVERY_DAYS, versioning=True
    )
    lifecycle(
        scope,
        "flow",
        foundation=foundation,
        account=account,
        rules=[
            # the retention of a flow log itself ends at 365 days
            expire("expire-flows", scope.posture.log_retention_days),
            expire_versions("expire-versions", RECOVERY_DAYS),
        ],
        after=service,
    )
    writer = azure.managedidentity.UserAssignedIdentity(
        scope.label("flow", "identity"),
        resource_name_=scope.name("user_identity", "flow"),
        resource_group_name=foundation["group_name"],
        location=scope.region,
        tags=scope.tags(),
        opts=scope.options(),
    )
    granted = role_assignment(
        scope,
        "flow-writer",
        subscription=foundation["account_id"],
        role=BuiltInRole.BLOB_DATA_CONTRIBUTOR,
        on=account.id,
        principal=writer.principal_id,
    )
    return azure.network.FlowLog(
        scope.label("flow", "log"),
        flow_log_name=scope.name("flow_log"),
        resource_group_name=WATCHER_GROUP,
        network_watcher_name=f"NetworkWatcher_{scope.region}",
        location=scope.region,
        target_resource_id=network["network_id"],
        storage_id=account.id,
        enabled=True,
        format=azure.network.FlowLogFormatParametersArgs(type=azure.network.FlowLogFormatType.JSON, version=2),
        identity=azure.network.ManagedServiceIdentityArgs(
            type=azure.network.ResourceIdentityType.USER_ASSIGNED, user_assigned_identities=[writer.id]
        ),
        flow_analytics_configuration=azure.network.TrafficAnalyticsPropertiesArgs(
            network_watcher_flow_analytics_configuration=azure.network.TrafficAnalyticsConfigurationPropertiesArgs(
                enabled=True,
                workspace_resource_id=foundation["log_id"],
                workspace_region=scope.region,
                traffic_analytics_interval=INTERVAL_MINUTES,
            )
        ),
        tags=scope.tags(),
        opts=scope.options(depends_on=[granted]),
    )


def _key(scope: Scope, foundation: FoundationRef, network: NetworkRef) -> _Key:
    """A vault, a key in it, and the identity that the account encrypts with."""
    vault = key_vault(scope, "fl", foundation=foundation, premium=scope.posture.hsm_keys)
    identifier = wrapping_key(
        scope, "flows", foundation=foundation, vault=vault, vault_part="fl", rotation_days=ROTATION_DAYS
    )
    user = azure.managedidentity.UserAssignedIdentity(
        scope.label("flow", "key", "user"),
        resource_name_=scope.name("user_identity", "flow-encryption"),
        resource_group_name=foundation["group_name"],
        location=scope.region,
        tags=scope.tags(),
        opts=scope.options(stateful=True),
    )
    granted = role_assignment(
        scope,
        "flow-key-user",
        subscription=foundation["account_id"],
        role=BuiltInRole.KEY_VAULT_CRYPTO_SERVICE_ENCRYPTION_USER,
        on=vault.id,
        principal=user.principal_id,
    )
    if not scope.posture.public_access:
        private_endpoints(scope, "", foundation=foundation, network=network, resource_id=vault.id, groups=("vault",))
    diagnostic_setting(scope, "vault", resource_id=vault.id, log_id=foundation["log_id"])
    return _Key(identifier=identifier, user_id=Output.all(user.id, granted.urn).apply(lambda known: str(known[0])))
