"""Types of Azure Resource Manager and the azure-native types under which controls know them.

One row per type that a control reads: its path (https://learn.microsoft.com/azure/templates) with the arguments of the
azure-native type that hold the names, ``{}`` for a name that azure-native fixes. azure-native lifts what stands below
``properties`` to the top of a resource, except where the whole of it is one typed argument (``NESTED``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from policies.tokens import azure

_ML = "MachineLearningServices/workspaces/{workspaceName}"
_ML_REGISTRY = "MachineLearningServices/registries/{registryName}"
_VAULT = "KeyVault/vaults/{vaultName}"
_ACCOUNT = "Storage/storageAccounts/{accountName}"
_AI = "CognitiveServices/accounts/{accountName}"
_VNET = "Network/virtualNetworks/{virtualNetworkName}"
_NSG = "Network/networkSecurityGroups/{networkSecurityGroupName}"
_REGISTRY = "ContainerRegistry/registries/{registryName}"

_PATHS: Final[Mapping[str, str]] = {
    "applicationinsights.Component": "Insights/components/{resourceName}",
    "applicationinsights.Workbook": "Insights/workbooks/{resourceName}",
    "authorization.ManagementLockByScope": "Authorization/locks/{lockName}",
    "authorization.PolicyAssignment": "Authorization/policyAssignments/{policyAssignmentName}",
    "authorization.RoleAssignment": "Authorization/roleAssignments/{roleAssignmentName}",
    "authorization.RoleDefinition": "Authorization/roleDefinitions/{roleDefinitionId}",
    "cognitiveservices.Account": _AI,
    "cognitiveservices.Deployment": f"{_AI}/deployments/{{deploymentName}}",
    "cognitiveservices.RaiPolicy": f"{_AI}/raiPolicies/{{raiPolicyName}}",
    "consumption.Budget": "Consumption/budgets/{budgetName}",
    "containerregistry.Registry": _REGISTRY,
    "containerregistry.Task": f"{_REGISTRY}/tasks/{{taskName}}",
    "eventgrid.EventSubscription": "EventGrid/eventSubscriptions/{eventSubscriptionName}",
    "eventgrid.SystemTopicEventSubscription": (
        "EventGrid/systemTopics/{systemTopicName}/eventSubscriptions/{eventSubscriptionName}"
    ),
    "keyvault.Key": f"{_VAULT}/keys/{{keyName}}",
    "keyvault.Vault": _VAULT,
    "logic.Workflow": "Logic/workflows/{workflowName}",
    "machinelearningservices.BatchDeployment": f"{_ML}/batchEndpoints/{{endpointName}}/deployments/{{deploymentName}}",
    "machinelearningservices.BatchEndpoint": f"{_ML}/batchEndpoints/{{endpointName}}",
    "machinelearningservices.Compute": f"{_ML}/computes/{{computeName}}",
    "machinelearningservices.DataContainer": f"{_ML}/data/{{name}}",
    "machinelearningservices.Datastore": f"{_ML}/datastores/{{name}}",
    "machinelearningservices.EnvironmentVersion": f"{_ML}/environments/{{name}}/versions/{{version}}",
    "machinelearningservices.FeaturesetContainerEntity": f"{_ML}/featuresets/{{name}}",
    "machinelearningservices.FeaturesetVersion": f"{_ML}/featuresets/{{name}}/versions/{{version}}",
    "machinelearningservices.FeaturestoreEntityContainerEntity": f"{_ML}/featurestoreEntities/{{name}}",
    "machinelearningservices.FeaturestoreEntityVersion": f"{_ML}/featurestoreEntities/{{name}}/versions/{{version}}",
    "machinelearningservices.Job": f"{_ML}/jobs/{{id}}",
    "machinelearningservices.ModelContainer": f"{_ML}/models/{{name}}",
    "machinelearningservices.ModelVersion": f"{_ML}/models/{{name}}/versions/{{version}}",
    "machinelearningservices.OnlineDeployment": (
        f"{_ML}/onlineEndpoints/{{endpointName}}/deployments/{{deploymentName}}"
    ),
    "machinelearningservices.OnlineEndpoint": f"{_ML}/onlineEndpoints/{{endpointName}}",
    "machinelearningservices.Registry": _ML_REGISTRY,
    "machinelearningservices.RegistryModelContainer": f"{_ML_REGISTRY}/models/{{modelName}}",
    "machinelearningservices.Schedule": f"{_ML}/schedules/{{name}}",
    "machinelearningservices.Workspace": _ML,
    "machinelearningservices.WorkspaceConnection": f"{_ML}/connections/{{connectionName}}",
    "managedidentity.FederatedIdentityCredential": (
        "ManagedIdentity/userAssignedIdentities/{resourceName}"
        "/federatedIdentityCredentials/{federatedIdentityCredentialResourceName}"
    ),
    "managedidentity.UserAssignedIdentity": "ManagedIdentity/userAssignedIdentities/{resourceName}",
    "monitor.ActionGroup": "Insights/actionGroups/{actionGroupName}",
    "monitor.ActivityLogAlert": "Insights/activityLogAlerts/{activityLogAlertName}",
    "monitor.AutoscaleSetting": "Insights/autoscaleSettings/{autoscaleSettingName}",
    "monitor.DiagnosticSetting": "Insights/diagnosticSettings/{name}",
    "monitor.MetricAlert": "Insights/metricAlerts/{ruleName}",
    "monitor.ScheduledQueryRule": "Insights/scheduledQueryRules/{ruleName}",
    "network.FlowLog": "Network/networkWatchers/{networkWatcherName}/flowLogs/{flowLogName}",
    "network.NetworkSecurityGroup": _NSG,
    "network.PrivateDnsZoneGroup": (
        "Network/privateEndpoints/{privateEndpointName}/privateDnsZoneGroups/{privateDnsZoneGroupName}"
    ),
    "network.PrivateEndpoint": "Network/privateEndpoints/{privateEndpointName}",
    "network.SecurityRule": f"{_NSG}/securityRules/{{securityRuleName}}",
    "network.Subnet": f"{_VNET}/subnets/{{subnetName}}",
    "network.VirtualNetwork": _VNET,
    "operationalinsights.Cluster": "OperationalInsights/clusters/{clusterName}",
    "operationalinsights.Workspace": "OperationalInsights/workspaces/{workspaceName}",
    "portal.Dashboard": "Portal/dashboards/{dashboardName}",
    "redis.Redis": "Cache/redis/{name}",
    "resources.Deployment": "Resources/deployments/{deploymentName}",
    "resources.ResourceGroup": "Resources/resourceGroups/{resourceGroupName}",
    "search.Service": "Search/searchServices/{searchServiceName}",
    "security.DefenderForStorage": "Security/defenderForStorageSettings/{settingName}",
    "security.Pricing": "Security/pricings/{pricingName}",
    "storage.BlobContainer": f"{_ACCOUNT}/blobServices/{{}}/containers/{{containerName}}",
    "storage.BlobContainerImmutabilityPolicy": (
        f"{_ACCOUNT}/blobServices/{{}}/containers/{{containerName}}/immutabilityPolicies/{{immutabilityPolicyName}}"
    ),
    "storage.BlobServiceProperties": f"{_ACCOUNT}/blobServices/{{blobServicesName}}",
    "storage.ManagementPolicy": f"{_ACCOUNT}/managementPolicies/{{managementPolicyName}}",
    "storage.StorageAccount": _ACCOUNT,
    "web.WebApp": "Web/sites/{name}",
}
NESTED: Final = frozenset(
    azure(short)
    for short in (
        "cognitiveservices.Account",
        "cognitiveservices.Deployment",
        "cognitiveservices.RaiPolicy",
        "keyvault.Key",
        "keyvault.Vault",
        *(
            short
            for short in _PATHS
            if short.startswith("machinelearningservices.")
            and short not in ("machinelearningservices.Registry", "machinelearningservices.Workspace")
        ),
        "portal.Dashboard",
        "resources.Deployment",
        "security.DefenderForStorage",
    )
)
"""The types of which ``properties`` is one argument."""
SCOPES: Final[Mapping[str, str]] = {
    azure("authorization.ManagementLockByScope"): "scope",
    azure("authorization.PolicyAssignment"): "scope",
    azure("authorization.RoleAssignment"): "scope",
    azure("authorization.RoleDefinition"): "scope",
    azure("consumption.Budget"): "scope",
    azure("eventgrid.EventSubscription"): "scope",
    azure("monitor.DiagnosticSetting"): "resourceUri",
    azure("security.DefenderForStorage"): "resourceId",
}
"""The argument that names what an extension resource stands on: ``scope`` in a template."""
RENAMED: Final[Mapping[str, Mapping[str, str]]] = {
    azure("storage.StorageAccount"): {
        "supportsHttpsTrafficOnly": "enableHttpsTrafficOnly",
        "networkAcls": "networkRuleSet",
        "keyvaultproperties": "keyVaultProperties",
    },
    azure("redis.Redis"): {"aad-enabled": "aadEnabled"},
}
"""Words of Resource Manager that azure-native calls otherwise."""
_NAME: Final = re.compile(r"/\{(\w*)\}")


@dataclass(frozen=True)
class ArmType:
    """A type of Resource Manager in the words of azure-native."""

    token: str
    names: tuple[str, ...]
    """The argument for each part of the name; empty where azure-native fixes it."""


def _rows() -> dict[str, ArmType]:
    return {
        f"Microsoft.{_NAME.sub('', path)}".casefold(): ArmType(azure(short), tuple(_NAME.findall(path)))
        for short, path in _PATHS.items()
    }


ARM_TYPES: Final[Mapping[str, ArmType]] = _rows()
"""By the type of Resource Manager in lower case, which compares types without regard to case."""
NAME_KEYS: Final[Mapping[str, str]] = {known.token: known.names[-1] for known in ARM_TYPES.values() if known.names[-1]}
"""The argument that holds the own name of a resource, by token."""
