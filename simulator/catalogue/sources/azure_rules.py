"""Facts of Azure types that stand in words only: names of resources, tags, and bounds in the template reference.

What a management client states (:mod:`simulator.catalogue.sources.arm`) is not repeated. Rules that only hold for one
kind of a union (a name of a compute instance, say) are left out: a path says nothing of kinds.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from simulator.catalogue.facts import Confidence, Rule
from simulator.catalogue.shapes import Shape
from simulator.catalogue.sources.rows import Row, Rows, Table, between, named
from simulator.catalogue.types import Kind

_NAMES = "https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules"
_TAGS = "https://learn.microsoft.com/azure/azure-resource-manager/management/tag-resources"
_TEMPLATES = "https://learn.microsoft.com/azure/templates/microsoft"
_ENDPOINTS = "https://learn.microsoft.com/azure/machine-learning/how-to-manage-quotas"
_ROLES = "https://learn.microsoft.com/azure/role-based-access-control"
_STORAGE_CLIENT = "azure-mgmt-storage 25.3.0"

_GUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_NETWORK = r"[A-Za-z0-9](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?"
_CONTAINER = r"\$(?:root|web|logs)|[a-z0-9](?:[a-z0-9]|-(?=[a-z0-9]))*"
_ENDPOINT = r"[A-Za-z][A-Za-z0-9-]*"


def _of_network(field: str, *, least: int = 1, most: int = 80) -> Rows:
    return named(field, _NAMES, pattern=_NETWORK, least=least, most=most)


def _of_insights(field: str, forbidden: str) -> Rows:
    # The page and the answers of the service differ here and there, so these warn only.
    return named(
        field,
        _NAMES,
        pattern=rf"[^{forbidden}\x00-\x1f]*[^{forbidden}\x00-\x1f .]",
        least=1,
        most=260,
        confidence=Confidence.PROSE,
    )


_ROWS: Final = MappingProxyType(
    {
        "applicationinsights:Component": _of_insights("resourceName", r"%&\\?/"),
        "authorization:RoleAssignment": named("roleAssignmentName", f"{_ROLES}/role-assignments-rest", pattern=_GUID),
        "authorization:RoleDefinition": named("roleDefinitionId", f"{_ROLES}/custom-roles-rest", pattern=_GUID),
        "keyvault:Vault": (
            *named("vaultName", _NAMES, pattern="[A-Za-z](?:[A-Za-z0-9]|-(?!-))*[A-Za-z0-9]", least=3, most=24),
            *between("properties.softDeleteRetentionInDays", 7, 90, f"{_TEMPLATES}.keyvault/vaults"),
        ),
        "logic:Workflow": named("workflowName", _NAMES, pattern=r"[A-Za-z0-9_.()-]+", least=1, most=80),
        "machinelearningservices:BatchEndpoint": named("endpointName", _ENDPOINTS, pattern=_ENDPOINT, least=3, most=32),
        "machinelearningservices:OnlineDeployment": (
            *named("deploymentName", _ENDPOINTS, pattern=_ENDPOINT, least=3, most=32),
            *between(
                "properties.requestSettings.maxConcurrentRequestsPerInstance",
                1,
                None,
                "https://learn.microsoft.com/azure/machine-learning/reference-yaml-deployment-managed-online",
            ),
        ),
        "machinelearningservices:OnlineEndpoint": (
            *named("endpointName", _ENDPOINTS, pattern=_ENDPOINT, least=3, most=32),
            *between(
                "properties.traffic[*]", 0, 100, f"{_TEMPLATES}.machinelearningservices/workspaces/onlineendpoints"
            ),
            *between(
                "properties.mirrorTraffic[*]", 0, 50, f"{_TEMPLATES}.machinelearningservices/workspaces/onlineendpoints"
            ),
        ),
        "managedidentity:FederatedIdentityCredential": named(
            "federatedIdentityCredentialResourceName", _NAMES, pattern="[A-Za-z0-9][A-Za-z0-9_-]*", least=3, most=120
        ),
        "managedidentity:UserAssignedIdentity": named(
            "resourceName", _NAMES, pattern="[A-Za-z0-9][A-Za-z0-9_-]*", least=3, most=128
        ),
        "monitor:ActionGroup": _of_insights("actionGroupName", r":<>+/&%\\?|"),
        "monitor:AutoscaleSetting": _of_insights("autoscaleSettingName", r":<>+/&%\\?|"),
        "monitor:MetricAlert": (
            *_of_insights("ruleName", r"*#&+:<>?@%{}\\/"),
            *between("severity", 0, 4, f"{_TEMPLATES}.insights/metricalerts"),
        ),
        "monitor:ScheduledQueryRule": between("severity", 0, 4, f"{_TEMPLATES}.insights/scheduledqueryrules"),
        "network:FlowLog": _of_network("flowLogName"),
        "network:NatGateway": (
            *_of_network("natGatewayName"),
            *between(
                "idleTimeoutInMinutes", 4, 120, "https://learn.microsoft.com/azure/nat-gateway/nat-gateway-resource"
            ),
        ),
        "network:NetworkSecurityGroup": (
            *_of_network("networkSecurityGroupName"),
            *between("securityRules[*].priority", 100, 4096, f"{_TEMPLATES}.network/networksecuritygroups"),
        ),
        "network:PrivateEndpoint": _of_network("privateEndpointName", least=2, most=64),
        "network:PublicIPAddress": (
            *_of_network("publicIpAddressName"),
            *between("idleTimeoutInMinutes", 4, 30, f"{_TEMPLATES}.network/publicipaddresses"),
        ),
        "network:RouteTable": _of_network("routeTableName"),
        "network:SecurityRule": (
            *_of_network("securityRuleName"),
            *between("priority", 100, 4096, f"{_TEMPLATES}.network/networksecuritygroups/securityrules"),
        ),
        "network:Subnet": _of_network("subnetName"),
        "network:VirtualNetwork": (
            *_of_network("virtualNetworkName", least=2, most=64),
            *_of_network("subnets[*].name"),
        ),
        "portal:Dashboard": named("dashboardName", _NAMES, pattern="[A-Za-z0-9-]+", least=3, most=160),
        "privatedns:VirtualNetworkLink": _of_network("virtualNetworkLinkName"),
        "recoveryservices:Vault": named("vaultName", _NAMES, pattern="[A-Za-z][A-Za-z0-9-]*", least=2, most=50),
        "resources:ResourceGroup": named("resourceGroupName", _NAMES, pattern=r"[-\w.()]*[-\w()]", least=1, most=90),
        "storage:BlobContainer": named("containerName", _NAMES, pattern=_CONTAINER, least=3, most=63),
        "storage:FileShare": (
            *named("shareName", _NAMES, pattern="[a-z0-9](?:[a-z0-9]|-(?=[a-z0-9]))*", least=3, most=63),
            Row("enabledProtocols", Rule.REPLACES, True, f"{_STORAGE_CLIENT} FileShareProperties.enabled_protocols"),
        ),
        "storage:Queue": named("queueName", _NAMES, pattern="[a-z0-9](?:[a-z0-9]|-(?=[a-z0-9]))*", least=3, most=63),
        "storage:StorageAccount": tuple(
            Row(
                f"encryption.services.{service}.keyType", Rule.CREATE_ONLY, True, f"{_STORAGE_CLIENT} EncryptionService"
            )
            for service in ("blob", "file", "queue", "table")
        ),
    }
)


class AzureRules(Table):
    """The fact source."""

    package = "azure-native"
    name = "rules of Azure written by hand"
    rows = _ROWS

    def further(self, shape: Shape) -> Rows:
        """Return the limits of tags."""
        if not shape.accepts("tags", Kind.MAP):
            return ()
        return Row("tags", Rule.MAX_ITEMS, 50, _TAGS), Row("tags[*]", Rule.MAX_LENGTH, 256, _TAGS)
