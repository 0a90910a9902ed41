"""Foundation on Azure: the resource group, and the Log Analytics workspace that diagnostics go to."""

import pulumi_azure_native as azure
from pulumi import Output

from components.core.backend import Means, Support
from components.core.cloud import Gap
from components.core.scope import Scope
from components.foundation.contract import FoundationArgs, FoundationOutputs, FoundationSpec

SUPPORT = Support(means=Means.NATIVE, by="Resource group, Log Analytics")
GAPS: tuple[Gap, ...] = ()


def build(scope: Scope, spec: FoundationSpec, args: FoundationArgs) -> FoundationOutputs:
    """Make the resource group and the log workspace."""
    group = azure.resources.ResourceGroup(
        scope.label("group"),
        resource_group_name=scope.name("resource_group"),
        location=scope.region,
        tags=scope.tags(),
        opts=scope.options(stateful=True),
    )
    logs = azure.operationalinsights.Workspace(
        scope.label("logs"),
        resource_group_name=group.name,
        workspace_name=scope.name("log_workspace"),
        location=scope.region,
        sku=azure.operationalinsights.WorkspaceSkuArgs(name=azure.operationalinsights.WorkspaceSkuNameEnum.PER_GB2018),
        retention_in_days=scope.posture.log_retention_days,
        features=azure.operationalinsights.WorkspaceFeaturesArgs(disable_local_auth=True),
        tags=scope.tags(),
        opts=scope.options(stateful=True),
    )
    client = azure.authorization.get_client_config_output()
    return FoundationOutputs(
        group_name=group.name,
        account_id=client.subscription_id,
        account_number=client.tenant_id,
        log_id=Output.from_input(logs.id),
    )
