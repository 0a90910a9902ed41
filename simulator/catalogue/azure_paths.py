"""Resource Manager paths of azure-native types.

Source: the resource reference of each provider (learn.microsoft.com/azure/templates). A row is what follows
``/providers/Microsoft.``; the last field is the name of the resource itself, the fields before it name its parents.
Types without a row follow :func:`generic`, which is right for top-level resources and one level of children.
"""

from __future__ import annotations

import functools
import re
from types import MappingProxyType
from typing import Final

from simulator.catalogue.shapes import Shape
from simulator.catalogue.templates import fields
from simulator.catalogue.types import Kind

GROUP: Final = "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}"
_ML = "MachineLearningServices/workspaces/{workspaceName}"
_REGISTRY = "MachineLearningServices/registries/{registryName}"

TABLE: Final = MappingProxyType(
    {
        "machinelearningservices:Workspace": _ML,
        "machinelearningservices:Compute": f"{_ML}/computes/{{computeName}}",
        "machinelearningservices:Datastore": f"{_ML}/datastores/{{name}}",
        "machinelearningservices:DataContainer": f"{_ML}/data/{{name}}",
        "machinelearningservices:DataVersion": f"{_ML}/data/{{name}}/versions/{{version}}",
        "machinelearningservices:CodeContainer": f"{_ML}/codes/{{name}}",
        "machinelearningservices:CodeVersion": f"{_ML}/codes/{{name}}/versions/{{version}}",
        "machinelearningservices:ComponentContainer": f"{_ML}/components/{{name}}",
        "machinelearningservices:ComponentVersion": f"{_ML}/components/{{name}}/versions/{{version}}",
        "machinelearningservices:EnvironmentContainer": f"{_ML}/environments/{{name}}",
        "machinelearningservices:EnvironmentVersion": f"{_ML}/environments/{{name}}/versions/{{version}}",
        "machinelearningservices:ModelContainer": f"{_ML}/models/{{name}}",
        "machinelearningservices:ModelVersion": f"{_ML}/models/{{name}}/versions/{{version}}",
        "machinelearningservices:FeaturesetContainerEntity": f"{_ML}/featuresets/{{name}}",
        "machinelearningservices:FeaturesetVersion": f"{_ML}/featuresets/{{name}}/versions/{{version}}",
        "machinelearningservices:FeaturestoreEntityContainerEntity": f"{_ML}/featurestoreEntities/{{name}}",
        "machinelearningservices:FeaturestoreEntityVersion": (
            f"{_ML}/featurestoreEntities/{{name}}/versions/{{version}}"
        ),
        "machinelearningservices:Job": f"{_ML}/jobs/{{id}}",
        "machinelearningservices:Schedule": f"{_ML}/schedules/{{name}}",
        "machinelearningservices:OnlineEndpoint": f"{_ML}/onlineEndpoints/{{endpointName}}",
        "machinelearningservices:OnlineDeployment": (
            f"{_ML}/onlineEndpoints/{{endpointName}}/deployments/{{deploymentName}}"
        ),
        "machinelearningservices:BatchEndpoint": f"{_ML}/batchEndpoints/{{endpointName}}",
        "machinelearningservices:BatchDeployment": (
            f"{_ML}/batchEndpoints/{{endpointName}}/deployments/{{deploymentName}}"
        ),
        "machinelearningservices:WorkspaceConnection": f"{_ML}/connections/{{connectionName}}",
        "machinelearningservices:ManagedNetworkSettingsRule": f"{_ML}/outboundRules/{{ruleName}}",
        "machinelearningservices:OutboundRule": (
            f"{_ML}/managedNetworks/{{managedNetworkName}}/outboundRules/{{ruleName}}"
        ),
        "machinelearningservices:PrivateEndpointConnection": (
            f"{_ML}/privateEndpointConnections/{{privateEndpointConnectionName}}"
        ),
        "machinelearningservices:Registry": _REGISTRY,
        "machinelearningservices:RegistryModelContainer": f"{_REGISTRY}/models/{{modelName}}",
        "machinelearningservices:RegistryModelVersion": f"{_REGISTRY}/models/{{modelName}}/versions/{{version}}",
        "machinelearningservices:RegistryEnvironmentContainer": f"{_REGISTRY}/environments/{{environmentName}}",
        "machinelearningservices:RegistryEnvironmentVersion": (
            f"{_REGISTRY}/environments/{{environmentName}}/versions/{{version}}"
        ),
        "machinelearningservices:RegistryComponentContainer": f"{_REGISTRY}/components/{{componentName}}",
        "machinelearningservices:RegistryComponentVersion": (
            f"{_REGISTRY}/components/{{componentName}}/versions/{{version}}"
        ),
        "machinelearningservices:RegistryDataContainer": f"{_REGISTRY}/data/{{name}}",
        "machinelearningservices:RegistryDataVersion": f"{_REGISTRY}/data/{{name}}/versions/{{version}}",
        "network:VirtualNetwork": "Network/virtualNetworks/{virtualNetworkName}",
        "network:Subnet": "Network/virtualNetworks/{virtualNetworkName}/subnets/{subnetName}",
        "network:NetworkSecurityGroup": "Network/networkSecurityGroups/{networkSecurityGroupName}",
        "network:SecurityRule": (
            "Network/networkSecurityGroups/{networkSecurityGroupName}/securityRules/{securityRuleName}"
        ),
        "network:PrivateEndpoint": "Network/privateEndpoints/{privateEndpointName}",
        "network:PrivateDnsZoneGroup": (
            "Network/privateEndpoints/{privateEndpointName}/privateDnsZoneGroups/{privateDnsZoneGroupName}"
        ),
        "network:PublicIPAddress": "Network/publicIPAddresses/{publicIpAddressName}",
        "network:PublicIPPrefix": "Network/publicIPPrefixes/{publicIpPrefixName}",
        "network:NatGateway": "Network/natGateways/{natGatewayName}",
        "network:RouteTable": "Network/routeTables/{routeTableName}",
        "network:Route": "Network/routeTables/{routeTableName}/routes/{routeName}",
        "network:FlowLog": "Network/networkWatchers/{networkWatcherName}/flowLogs/{flowLogName}",
        "network:FirewallPolicy": "Network/firewallPolicies/{firewallPolicyName}",
        "privatedns:PrivateZone": "Network/privateDnsZones/{privateZoneName}",
        "privatedns:VirtualNetworkLink": (
            "Network/privateDnsZones/{privateZoneName}/virtualNetworkLinks/{virtualNetworkLinkName}"
        ),
        "privatedns:PrivateRecordSet": "Network/privateDnsZones/{privateZoneName}/{recordType}/{relativeRecordSetName}",
        "keyvault:Vault": "KeyVault/vaults/{vaultName}",
        "keyvault:Key": "KeyVault/vaults/{vaultName}/keys/{keyName}",
        "keyvault:Secret": "KeyVault/vaults/{vaultName}/secrets/{secretName}",
        "storage:StorageAccount": "Storage/storageAccounts/{accountName}",
        "storage:BlobServiceProperties": "Storage/storageAccounts/{accountName}/blobServices/{blobServicesName}",
        "storage:BlobContainer": (
            "Storage/storageAccounts/{accountName}/blobServices/default/containers/{containerName}"
        ),
        "storage:BlobContainerImmutabilityPolicy": (
            "Storage/storageAccounts/{accountName}/blobServices/default/containers/{containerName}"
            "/immutabilityPolicies/{immutabilityPolicyName}"
        ),
        "storage:Blob": (
            "Storage/storageAccounts/{accountName}/blobServices/default/containers/{containerName}/blobs/{blobName}"
        ),
        "storage:FileShare": "Storage/storageAccounts/{accountName}/fileServices/default/shares/{shareName}",
        "storage:Queue": "Storage/storageAccounts/{accountName}/queueServices/default/queues/{queueName}",
        "storage:Table": "Storage/storageAccounts/{accountName}/tableServices/default/tables/{tableName}",
        "storage:ManagementPolicy": "Storage/storageAccounts/{accountName}/managementPolicies/{managementPolicyName}",
        "storage:EncryptionScope": "Storage/storageAccounts/{accountName}/encryptionScopes/{encryptionScopeName}",
        "containerregistry:Registry": "ContainerRegistry/registries/{registryName}",
        "managedidentity:UserAssignedIdentity": "ManagedIdentity/userAssignedIdentities/{resourceName}",
        "managedidentity:FederatedIdentityCredential": (
            "ManagedIdentity/userAssignedIdentities/{resourceName}"
            "/federatedIdentityCredentials/{federatedIdentityCredentialResourceName}"
        ),
        "monitor:ActionGroup": "Insights/actionGroups/{actionGroupName}",
        "monitor:ActivityLogAlert": "Insights/activityLogAlerts/{activityLogAlertName}",
        "monitor:AutoscaleSetting": "Insights/autoscaleSettings/{autoscaleSettingName}",
        "monitor:MetricAlert": "Insights/metricAlerts/{ruleName}",
        "monitor:ScheduledQueryRule": "Insights/scheduledQueryRules/{ruleName}",
        "monitor:DataCollectionEndpoint": "Insights/dataCollectionEndpoints/{dataCollectionEndpointName}",
        "monitor:DataCollectionRule": "Insights/dataCollectionRules/{dataCollectionRuleName}",
        "monitor:PrivateLinkScope": "Insights/privateLinkScopes/{scopeName}",
        "monitor:PrivateLinkScopedResource": "Insights/privateLinkScopes/{scopeName}/scopedResources/{name}",
        "monitor:AzureMonitorWorkspace": "Monitor/accounts/{azureMonitorWorkspaceName}",
        "applicationinsights:Component": "Insights/components/{resourceName}",
        "applicationinsights:Workbook": "Insights/workbooks/{resourceName}",
        "operationalinsights:Workspace": "OperationalInsights/workspaces/{workspaceName}",
        "operationalinsights:Table": "OperationalInsights/workspaces/{workspaceName}/tables/{tableName}",
        "operationalinsights:SavedSearch": (
            "OperationalInsights/workspaces/{workspaceName}/savedSearches/{savedSearchId}"
        ),
        "operationalinsights:DataExport": "OperationalInsights/workspaces/{workspaceName}/dataExports/{dataExportName}",
        "eventgrid:SystemTopic": "EventGrid/systemTopics/{systemTopicName}",
        "eventgrid:SystemTopicEventSubscription": (
            "EventGrid/systemTopics/{systemTopicName}/eventSubscriptions/{eventSubscriptionName}"
        ),
        "eventgrid:Topic": "EventGrid/topics/{topicName}",
        "logic:Workflow": "Logic/workflows/{workflowName}",
        "web:WebApp": "Web/sites/{name}",
        "web:AppServicePlan": "Web/serverfarms/{name}",
        "redis:Redis": "Cache/redis/{name}",
        "redis:AccessPolicy": "Cache/redis/{cacheName}/accessPolicies/{accessPolicyName}",
        "redis:AccessPolicyAssignment": "Cache/redis/{cacheName}/accessPolicyAssignments/{accessPolicyAssignmentName}",
        "redis:FirewallRule": "Cache/redis/{cacheName}/firewallRules/{ruleName}",
        "redis:PatchSchedule": "Cache/redis/{name}/patchSchedules/default",
        "redisenterprise:RedisEnterprise": "Cache/redisEnterprise/{clusterName}",
        "redisenterprise:Database": "Cache/redisEnterprise/{clusterName}/databases/{databaseName}",
        "redisenterprise:AccessPolicyAssignment": (
            "Cache/redisEnterprise/{clusterName}/databases/{databaseName}"
            "/accessPolicyAssignments/{accessPolicyAssignmentName}"
        ),
        "purview:Account": "Purview/accounts/{accountName}",
        "portal:Dashboard": "Portal/dashboards/{dashboardName}",
        "resources:Deployment": "Resources/deployments/{deploymentName}",
        "resources:AzureCliScript": "Resources/deploymentScripts/{scriptName}",
    }
)
"""Type token without ``azure-native:`` -> path in a resource group after ``/providers/Microsoft.``."""

SCOPED: Final = MappingProxyType(
    {
        "authorization:RoleAssignment": ("scope", "Authorization/roleAssignments/{roleAssignmentName}"),
        "authorization:RoleDefinition": ("scope", "Authorization/roleDefinitions/{roleDefinitionId}"),
        "authorization:PolicyAssignment": ("scope", "Authorization/policyAssignments/{policyAssignmentName}"),
        "authorization:ManagementLockByScope": ("scope", "Authorization/locks/{lockName}"),
        "monitor:DiagnosticSetting": ("resourceUri", "Insights/diagnosticSettings/{name}"),
        "monitor:DataCollectionRuleAssociation": (
            "resourceUri",
            "Insights/dataCollectionRuleAssociations/{associationName}",
        ),
        "consumption:Budget": ("scope", "Consumption/budgets/{budgetName}"),
        "costmanagement:Budget": ("scope", "CostManagement/budgets/{budgetName}"),
        "eventgrid:EventSubscription": ("scope", "EventGrid/eventSubscriptions/{eventSubscriptionName}"),
        "security:DefenderForStorage": ("resourceId", "Security/defenderForStorageSettings/{settingName}"),
    }
)
"""Types that extend any resource: the input that holds its id, and the path after ``/providers/Microsoft.``."""

SINGLETONS: Final = MappingProxyType(
    {"storage:ManagementPolicy": "default", "storage:BlobServiceProperties": "default", "network:FlowLog": None}
)
"""Types whose own name is fixed by the service."""

OWN_CHILDREN: Final = frozenset(
    {
        "batchendpoints",
        "computes",
        "connections",
        "containers",
        "datastores",
        "deployments",
        "federatedidentitycredentials",
        "onlineendpoints",
        "outboundrules",
        "schedules",
        "subnets",
        "virtualnetworklinks",
    }
)
"""Collections (in lower case) whose members only a program makes: a live parent does not vouch for them."""

NAMESPACES: Final = MappingProxyType(
    {
        "applicationinsights": "Insights",
        "app": "App",
        "cognitiveservices": "CognitiveServices",
        "databricks": "Databricks",
        "datafactory": "DataFactory",
        "documentdb": "DocumentDB",
        "eventhub": "EventHub",
        "monitor": "Insights",
        "privatedns": "Network",
        "redis": "Cache",
        "redisenterprise": "Cache",
        "search": "Search",
        "security": "Security",
        "servicebus": "ServiceBus",
        "sql": "Sql",
        "synapse": "Synapse",
    }
)
"""SDK module -> provider namespace where capitalising it is not enough (ids are compared without regard to case)."""

BLOCK_ID: Final = "/subscriptions/{subscriptionId}"


@functools.cache
def path_of(token: str, shape: Shape) -> str:
    """Return the path template of a type; a scoped one begins with ``{+input}``."""
    short = token.split(":", 1)[1]
    if short == "resources:ResourceGroup":
        return GROUP
    if short in TABLE:
        return f"{GROUP}/providers/Microsoft.{TABLE[short]}"
    if short in SCOPED:
        scope, path = SCOPED[short]
        return f"{{{scope}}}/providers/Microsoft.{path}"
    return generic(shape)


def is_known(token: str) -> bool:
    """Tell whether the path of a type is a fact; parents in a guessed path are not held against a program."""
    short = token.split(":", 1)[1]
    return short in TABLE or short in SCOPED or short == "resources:ResourceGroup"


def generic(shape: Shape) -> str:
    """Return the likely path of a type without a row: required names are parents, the optional one is its own."""
    module, leaf = shape.token.split(":")[1:]
    namespace = NAMESPACES.get(module, module[:1].upper() + module[1:])
    texts = {name: prop for name, prop in shape.inputs.items() if prop.type.kind is Kind.STRING}
    names = [name for name in texts if name.endswith("Name") and name != "resourceGroupName"]
    parents = [name for name in names if texts[name].required]
    wanted = f"{leaf[:1].lower()}{leaf[1:]}Name"
    own = next(
        (
            name
            for name in (wanted, "name", "resourceName", *names, "version", "id")
            if name in texts and name not in parents
        ),
        None,
    )
    head = GROUP if "resourceGroupName" in shape.inputs else BLOCK_ID
    scope = next(
        (name for name in ("scope", "resourceUri", "resourceId") if name in texts and texts[name].required), None
    )
    if scope is not None and "resourceGroupName" not in shape.inputs:
        head = f"{{{scope}}}"
    path = f"{head}/providers/Microsoft.{namespace}"
    for parent in parents:
        path += f"/{_plural(parent.removesuffix('Name'))}/{{{parent}}}"
    return f"{path}/{_plural(leaf[:1].lower() + leaf[1:])}/{{{own or 'letters:8'}}}"


def own_field(template: str) -> str | None:
    """Return the field that names the resource itself."""
    found = fields(template)
    return found[-1] if template.endswith("}") and found else None


def _plural(word: str) -> str:
    if re.search(r"[^aeiou]y$", word):
        return word[:-1] + "ies"
    return word + ("es" if re.search(r"(s|x|ch|sh)$", word) else "s")
