"""The workspace of a feature store on Azure, which has to be written twice.

Connections can only be made in a workspace that exists, and the workspace names them in its settings. Azure's own SDK
therefore deploys the workspace a second time; here an ARM deployment does, with the same body plus the names
(https://learn.microsoft.com/python/api/azure-ai-ml/azure.ai.ml.entities.featurestore). As the deployment holds the
whole body, every later change of the workspace runs it again, and the names are never lost.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_azure_native as azure
from pulumi import Input, Output

from components.core.refs import FoundationRef
from components.core.scope import Scope
from components.core.vocabulary import Classification

ml = azure.machinelearningservices

API_VERSION = "2025-12-01"
"""Of the second write; the one that the provider uses for the first."""
SPARK_RUNTIME = "3.4"
"""Runtime of materialization jobs
(https://learn.microsoft.com/azure/machine-learning/reference-yaml-feature-store)."""


BUILD_MINUTES = 120
"""How long Azure may take to make a workspace; its managed network alone takes about 30
(https://learn.microsoft.com/azure/machine-learning/how-to-managed-network)."""
OFFLINE = "offline-store"
ONLINE = "online-store"
"""Names of the connections."""


@dataclass(frozen=True, kw_only=True)
class Needs:
    """What the workspace depends on; ids may not be known yet."""

    identity_id: Input[str]
    storage_id: Input[str]
    vault_id: Input[str]
    insights_id: Input[str]
    key_identifier: Input[str]
    key_vault_id: Input[str]
    targets: Mapping[str, tuple[Input[str], str]]
    """Resource id and group of each resource that jobs reach through a private endpoint, by rule name."""


def isolation(scope: Scope) -> ml.IsolationMode:
    """How the managed network of jobs reaches out.

    Azure refuses to loosen the mode of a workspace that exists, and tightening it deletes compute and endpoints, so a
    change replaces the workspace: the plan says so, and refuses where the posture protects it.
    """
    if scope.posture.public_access:
        return ml.IsolationMode.DISABLED
    if scope.posture.network_isolation:
        return ml.IsolationMode.ALLOW_ONLY_APPROVED_OUTBOUND
    return ml.IsolationMode.ALLOW_INTERNET_OUTBOUND


def sensitive(scope: Scope) -> bool:
    """Whether Azure ML keeps diagnostics about the data to itself (``hbi_workspace``)."""
    return scope.spec.classification is Classification.RESTRICTED


def workspace(
    scope: Scope, foundation: FoundationRef, needs: Needs, depends_on: Sequence[pulumi.Resource]
) -> ml.Workspace:
    """First write: the workspace without its stores."""
    private = not scope.posture.public_access
    options = scope.options(
        stateful=True,
        depends_on=depends_on,
        ignore_changes=["featureStoreSettings"],  # the second write owns them
        # fixed at creation; the provider would plan an update that the service refuses or ignores
        replace_on_changes=[
            "enableServiceSideCMKEncryption",
            "encryption.keyVaultProperties.keyVaultArmId",
            "hbiWorkspace",
            "keyVault",
            "kind",
            "managedNetwork.isolationMode",
            "storageAccount",
        ],
    )
    return ml.Workspace(
        scope.label("workspace"),
        workspace_name=scope.name("ml_workspace", "features"),
        resource_group_name=foundation["group_name"],
        location=scope.region,
        kind="FeatureStore",
        friendly_name=scope.name("ml_workspace", "features"),
        identity=ml.ManagedServiceIdentityArgs(
            type=ml.ManagedServiceIdentityType.USER_ASSIGNED, user_assigned_identities=[needs.identity_id]
        ),
        primary_user_assigned_identity=needs.identity_id,
        storage_account=needs.storage_id,
        key_vault=needs.vault_id,
        application_insights=needs.insights_id,
        public_network_access=ml.PublicNetworkAccessType.DISABLED if private else ml.PublicNetworkAccessType.ENABLED,
        system_datastores_auth_mode=ml.SystemDatastoresAuthMode.IDENTITY,
        v1_legacy_mode=False,
        hbi_workspace=sensitive(scope),
        # The service-side form spares a second resource group, but cannot read a vault without public access.
        enable_service_side_cmk_encryption=not private,
        encryption=ml.EncryptionPropertyArgs(
            status=ml.EncryptionStatus.ENABLED,
            identity=ml.IdentityForCmkArgs(user_assigned_identity=needs.identity_id),
            key_vault_properties=ml.KeyVaultPropertiesArgs(
                key_vault_arm_id=needs.key_vault_id, key_identifier=needs.key_identifier
            ),
        ),
        managed_network=ml.ManagedNetworkSettingsArgs(
            isolation_mode=isolation(scope),
            outbound_rules={
                name: ml.PrivateEndpointOutboundRuleArgs(
                    type="PrivateEndpoint",
                    category=ml.RuleCategory.USER_DEFINED,
                    destination=ml.PrivateEndpointDestinationArgs(
                        service_resource_id=target, subresource_target=group, spark_enabled=True
                    ),
                )
                for name, (target, group) in needs.targets.items()
            }
            if private
            else None,
            status=ml.ManagedNetworkProvisionStatusArgs(spark_ready=True) if private else None,
        ),
        # Serverless Spark, on which sets are materialised, only starts in a network that is there already.
        provision_network_now=True if private else None,
        tags=scope.tags(),
        opts=pulumi.ResourceOptions.merge(
            options, pulumi.ResourceOptions(custom_timeouts=pulumi.CustomTimeouts(create=f"{BUILD_MINUTES}m"))
        ),
    )


def stores(
    scope: Scope,
    foundation: FoundationRef,
    made: ml.Workspace,
    needs: Needs,
    *,
    targets: Mapping[str, tuple[ml.ConnectionCategory, Input[str]]],
    client_id: Input[str],
) -> azure.resources.Deployment:
    """Connect the stores (by name: category and ARM id) and name them in the workspace by the second write."""
    connections = [
        ml.WorkspaceConnection(
            scope.label(name),
            connection_name=name,
            workspace_name=made.name,
            resource_group_name=foundation["group_name"],
            properties=ml.ManagedIdentityAuthTypeWorkspaceConnectionPropertiesArgs(
                auth_type="ManagedIdentity",
                category=category,
                target=target,
                is_shared_to_all=True,
                credentials=ml.WorkspaceConnectionManagedIdentityArgs(
                    client_id=client_id, resource_id=needs.identity_id
                ),
            ),
            opts=scope.options(replace_on_changes=["properties"]),
        )
        for name, (category, target) in targets.items()
    ]
    settings = {"offlineStoreConnectionName": OFFLINE}
    if ONLINE in targets:
        settings["onlineStoreConnectionName"] = ONLINE
    rules = {} if scope.posture.public_access else dict(needs.targets)
    body = Output.all(
        identity_id=needs.identity_id,
        storage_id=needs.storage_id,
        vault_id=needs.vault_id,
        insights_id=needs.insights_id,
        key_identifier=needs.key_identifier,
        key_vault_id=needs.key_vault_id,
        targets=Output.all(**{name: target for name, (target, _) in rules.items()}),
    )
    location, tags, mode, hbi = scope.region, scope.tags(), isolation(scope).value, sensitive(scope)
    public, name = scope.posture.public_access, scope.name("ml_workspace", "features")

    def written(known: dict[str, Any]) -> dict[str, Any]:
        return template(
            StoreBody(
                location=location,
                tags=tags,
                identity_id=known["identity_id"],
                storage_id=known["storage_id"],
                vault_id=known["vault_id"],
                insights_id=known["insights_id"],
                key_identifier=known["key_identifier"],
                key_vault_id=known["key_vault_id"],
                public=public,
                isolation=mode,
                sensitive=hbi,
                targets={
                    name: Target(resource_id=known["targets"][name], group=group) for name, (_, group) in rules.items()
                },
            ),
            name,
            settings,
        )

    return azure.resources.Deployment(
        scope.label("stores"),
        deployment_name=scope.name("deployment", "feature-stores"),
        resource_group_name=foundation["group_name"],
        properties=azure.resources.DeploymentPropertiesArgs(
            mode=azure.resources.DeploymentMode.INCREMENTAL, template=body.apply(written)
        ),
        tags=scope.tags(),
        opts=scope.options(depends_on=connections),
    )


@dataclass(frozen=True, kw_only=True)
class Target:
    """What the managed network of the workspace reaches through a private endpoint of its own."""

    resource_id: str
    group: str


@dataclass(frozen=True, kw_only=True)
class StoreBody:
    """The workspace as both writes say it; every id is known."""

    location: str
    tags: Mapping[str, str]
    identity_id: str
    storage_id: str
    vault_id: str
    insights_id: str
    key_identifier: str
    key_vault_id: str
    public: bool
    isolation: str
    sensitive: bool
    targets: Mapping[str, Target]
    """By rule name; empty without a managed network."""

    def resource(self, name: str, connections: Mapping[str, str]) -> dict[str, Any]:
        """The resource of an ARM template, with the connections of its stores."""
        return {
            "type": "Microsoft.MachineLearningServices/workspaces",
            "apiVersion": API_VERSION,
            "name": name,
            "location": self.location,
            "tags": dict(self.tags),
            "kind": "FeatureStore",
            "identity": {"type": "UserAssigned", "userAssignedIdentities": {self.identity_id: {}}},
            "properties": {
                "friendlyName": name,
                "storageAccount": self.storage_id,
                "keyVault": self.vault_id,
                "applicationInsights": self.insights_id,
                "primaryUserAssignedIdentity": self.identity_id,
                "publicNetworkAccess": "Enabled" if self.public else "Disabled",
                "systemDatastoresAuthMode": "Identity",
                "v1LegacyMode": False,
                "hbiWorkspace": self.sensitive,
                "enableServiceSideCMKEncryption": self.public,
                "encryption": {
                    "status": "Enabled",
                    "identity": {"userAssignedIdentity": self.identity_id},
                    "keyVaultProperties": {
                        "keyVaultArmId": self.key_vault_id,
                        "keyIdentifier": self.key_identifier,
                    },
                },
                "managedNetwork": self._network(),
                "featureStoreSettings": {"computeRuntime": {"sparkRuntimeVersion": SPARK_RUNTIME}, **connections},
            },
        }

    def _network(self) -> dict[str, Any]:
        rules = {
            name: {
                "type": "PrivateEndpoint",
                "category": "UserDefined",
                "destination": {
                    "serviceResourceId": target.resource_id,
                    "subresourceTarget": target.group,
                    "sparkEnabled": True,
                },
            }
            for name, target in sorted(self.targets.items())
        }
        return {"isolationMode": self.isolation} | ({"outboundRules": rules} if rules else {})


def template(body: StoreBody, name: str, connections: Mapping[str, str]) -> dict[str, Any]:
    """ARM template of the second write."""
    return {
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "resources": [body.resource(name, connections)],
    }
