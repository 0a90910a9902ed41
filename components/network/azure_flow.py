"""Flow logs of a virtual network: kept in an account of their own and summarised by Traffic Analytics.

Logs of the network, not of its security group: those cannot be made since 2025-06-30 and end on 2027-09-30
(https://learn.microsoft.com/azure/network-watcher/nsg-flow-logs-overview). The account uses provider-managed keys,
because the network exists before the vault that holds the keys.
"""

import pulumi_azure_native as azure

from components.clouds.azure_roles import BuiltInRole, role_assignment
from components.clouds.azure_storage import storage_account
from components.core.refs import FoundationRef
from components.core.scope import Scope

WATCHER_GROUP = "NetworkWatcherRG"
"""Azure makes one watcher per region in this group with the first virtual network, and refuses a second one
(https://learn.microsoft.com/azure/network-watcher/network-watcher-create)."""
INTERVAL_MINUTES = 60
"""How often flows are summarised; 10 or 60
(https://learn.microsoft.com/azure/network-watcher/traffic-analytics)."""


def flow_logs(scope: Scope, foundation: FoundationRef, network: azure.network.VirtualNetwork) -> azure.network.FlowLog:
    """Log every flow of ``network``; deleted after the posture's retention."""
    account = storage_account(scope, "flow", foundation=foundation, key_id=None, key_user_id=None)
    azure.storage.ManagementPolicy(
        scope.label("flow", "lifecycle"),
        account_name=account.name,
        resource_group_name=foundation["group_name"],
        management_policy_name="default",
        policy=azure.storage.ManagementPolicySchemaArgs(rules=[_expire(scope.posture.log_retention_days)]),
        opts=scope.options(),
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
        target_resource_id=network.id,
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


def _expire(days: int) -> azure.storage.ManagementPolicyRuleArgs:
    """Delete blobs ``days`` after their last change; the retention of a flow log itself ends at 365 days."""
    return azure.storage.ManagementPolicyRuleArgs(
        name="expire-flows",
        type=azure.storage.RuleType.LIFECYCLE,
        enabled=True,
        definition=azure.storage.ManagementPolicyDefinitionArgs(
            filters=azure.storage.ManagementPolicyFilterArgs(blob_types=["blockBlob"]),
            actions=azure.storage.ManagementPolicyActionArgs(
                base_blob=azure.storage.ManagementPolicyBaseBlobArgs(
                    delete=azure.storage.DateAfterModificationArgs(days_after_modification_greater_than=days)
                )
            ),
        ),
    )
