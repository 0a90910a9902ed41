"""The ML workspace with what it depends on: an identity, a vault for its secrets, Application Insights, datastores.

Its vault is its own: the workspace writes secrets and manages the vault that it has, which must not be the one with the
keys. Application Insights keeps accepting data on a public address, because a private one needs an Azure Monitor
private link scope, which belongs to the company's hub; it keeps accepting its instrumentation key, because Azure ML
sends with nothing else.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_azure_native as azure
from pulumi import Input, Output

from components.clouds.azure_ids import account_of, group_id, name_in
from components.clouds.azure_logs import diagnostic_setting
from components.clouds.azure_ml import cluster_name, model_registry
from components.clouds.azure_private import private_endpoint
from components.clouds.azure_roles import BuiltInRole, role_assignment
from components.clouds.azure_vault import key_vault
from components.core.scope import Scope
from components.core.vocabulary import Classification, ComputeSize, DataClass, Zone
from components.training.contract import TrainingArgs

ZONES = (Zone.RAW, Zone.CURATED, Zone.FEATURES, Zone.ARTIFACTS, Zone.MONITORING)
"""Zones with a datastore; jobs have no business in the logs."""
BUILDER = "register"
"""Cluster that also builds images where the container registry is private; small, dedicated, one node."""
BUILD_MINUTES = 120
"""How long Azure may take to make a workspace; its managed network alone takes about 30
(https://learn.microsoft.com/azure/machine-learning/how-to-managed-network)."""


@dataclass(frozen=True, kw_only=True)
class Workspace:
    """What the rest of the capability needs of the workspace."""

    id: Output[str]
    name: Output[str]
    """Known once the workspace is there and reachable."""
    datastores: Sequence[azure.machinelearningservices.Datastore]


@dataclass(frozen=True, kw_only=True)
class _Parts:
    """ARM ids of what a workspace is made with."""

    identity: Input[str]
    vault: Input[str]
    insights: Input[str]
    grants: Sequence[pulumi.Resource]


def workspace(scope: Scope, args: TrainingArgs) -> Workspace:
    """Make the workspace, its dependencies, its private endpoint and the datastores of the zones."""
    parts, principal = _dependencies(scope, args)
    made = _workspace(scope, args, parts)
    foundation = args["foundation"]
    administrator = role_assignment(
        scope,
        "workspace-itself",
        subscription=foundation["account_id"],
        role=BuiltInRole.AI_ADMINISTRATOR,  # what Azure itself gives a workspace's identity, there on the whole group
        on=made.id,
        principal=principal,
    )
    ready: list[pulumi.CustomResource] = [administrator]
    if not scope.posture.public_access and "network" in args:
        ready.append(
            private_endpoint(
                scope,
                "workspace",
                foundation=foundation,
                network=args["network"],
                resource_id=made.id,
                group="amlworkspace",
            )
        )
    diagnostic_setting(scope, "workspace", resource_id=made.id, log_id=foundation["log_id"])
    name = Output.all(made.name, *(resource.id for resource in ready)).apply(
        lambda _: scope.name("ml_workspace")  # children wait for the roles and the private name
    )
    datastores = [_datastore(scope, args, name, zone) for zone in ZONES]
    return Workspace(id=Output.from_input(made.id), name=name, datastores=datastores)


def _dependencies(scope: Scope, args: TrainingArgs) -> tuple[_Parts, Output[str]]:
    foundation = args["foundation"]
    identity = azure.managedidentity.UserAssignedIdentity(
        scope.label("workspace", "identity"),
        resource_group_name=foundation["group_name"],
        resource_name_=scope.name("user_identity", "workspace"),
        location=scope.region,
        tags=scope.tags(),
        opts=scope.options(),
    )
    vault = key_vault(scope, "ml", foundation=foundation)
    if not scope.posture.public_access and "network" in args:
        private_endpoint(
            scope, "vault", foundation=foundation, network=args["network"], resource_id=vault.id, group="vault"
        )
    diagnostic_setting(scope, "vault", resource_id=vault.id, log_id=foundation["log_id"])
    insights = azure.applicationinsights.Component(
        scope.label("insights"),
        resource_group_name=foundation["group_name"],
        resource_name_=scope.name("app_insights"),
        location=scope.region,
        kind="web",
        application_type=azure.applicationinsights.ApplicationType.WEB,
        ingestion_mode=azure.applicationinsights.IngestionMode.LOG_ANALYTICS,
        workspace_resource_id=foundation["log_id"],
        disable_ip_masking=False,
        tags=scope.tags(),
        opts=scope.options(),
    )
    account, images = account_of(args["storage"]["artifacts_id"]), args["registry"]["image_repository_id"]
    roles: list[tuple[str, BuiltInRole, Input[str]]] = [
        ("storage", BuiltInRole.STORAGE_ACCOUNT_CONTRIBUTOR, account),
        ("blobs", BuiltInRole.BLOB_DATA_CONTRIBUTOR, account),
        ("files", BuiltInRole.STORAGE_FILE_DATA_PRIVILEGED_CONTRIBUTOR, account),
        ("vault", BuiltInRole.KEY_VAULT_CONTRIBUTOR, vault.id),
        ("secrets", BuiltInRole.KEY_VAULT_SECRETS_OFFICER, vault.id),
        ("insights", BuiltInRole.APP_INSIGHTS_COMPONENT_CONTRIBUTOR, insights.id),
        ("images", BuiltInRole.ACR_PUSH, images),
        ("images-read", BuiltInRole.READER, images),
    ]
    group = group_id(foundation["account_id"], foundation["group_name"])
    if not scope.posture.public_access:
        roles.append(("network", BuiltInRole.AI_NETWORK_CONNECTION_APPROVER, group))
    if scope.covers(DataClass.MODELS):
        # with a customer key the workspace makes a database, a search service and an account of its own
        # (https://learn.microsoft.com/azure/machine-learning/how-to-assign-roles#create-a-workspace-using-a-customer-managed-key)
        roles.append(("encrypted-stores", BuiltInRole.AI_ADMINISTRATOR, group))
    grants = [
        role_assignment(
            scope,
            f"workspace-{part}",
            subscription=foundation["account_id"],
            role=role,
            on=on,
            principal=identity.principal_id,
        )
        for part, role, on in roles
    ]
    return _Parts(identity=identity.id, vault=vault.id, insights=insights.id, grants=grants), identity.principal_id


def _workspace(scope: Scope, args: TrainingArgs, parts: _Parts) -> azure.machinelearningservices.Workspace:
    ml, keys = azure.machinelearningservices, args["keys"]
    private, customer_key = not scope.posture.public_access, scope.covers(DataClass.MODELS)
    options = scope.options(
        stateful=True,
        depends_on=parts.grants,
        # fixed at creation; the provider would plan an update that the service refuses or ignores
        replace_on_changes=[
            "applicationInsights",
            "enableDataIsolation",
            "encryption.keyVaultProperties.keyVaultArmId",
            "encryption.status",
            "hbiWorkspace",
            "keyVault",
            "managedNetwork.isolationMode",
            "storageAccount",
        ],
    )
    return ml.Workspace(
        scope.label("workspace"),
        resource_group_name=args["foundation"]["group_name"],
        workspace_name=scope.name("ml_workspace"),
        location=scope.region,
        kind="Default",
        sku=ml.SkuArgs(name="Basic", tier=ml.SkuTier.BASIC),
        friendly_name=scope.prefix,
        description=f"Workspace of {scope.prefix}",
        storage_account=account_of(args["storage"]["artifacts_id"]),
        key_vault=parts.vault,
        application_insights=parts.insights,
        container_registry=args["registry"]["image_repository_id"],
        identity=ml.ManagedServiceIdentityArgs(
            type=ml.ManagedServiceIdentityType.USER_ASSIGNED,
            user_assigned_identities=[parts.identity, keys["user_id"]] if customer_key else [parts.identity],
        ),
        primary_user_assigned_identity=parts.identity,
        encryption=ml.EncryptionPropertyArgs(
            status=ml.EncryptionStatus.ENABLED,
            identity=ml.IdentityForCmkArgs(user_assigned_identity=keys["user_id"]),
            key_vault_properties=ml.KeyVaultPropertiesArgs(
                key_identifier=keys["models_key_id"], key_vault_arm_id=keys["vault_id"]
            ),
        )
        if customer_key
        else None,
        hbi_workspace=scope.spec.classification is Classification.RESTRICTED,
        system_datastores_auth_mode=ml.SystemDatastoresAuthMode.IDENTITY,
        public_network_access=ml.PublicNetworkAccessType.DISABLED if private else ml.PublicNetworkAccessType.ENABLED,
        v1_legacy_mode=False,  # true switches off the API that everything here uses
        # a private container registry builds no images itself: a cluster does, which is made later under this name
        image_build_compute=cluster_name(scope, BUILDER, scope.facts.training_machines[ComputeSize.SMALL])
        if private
        else None,
        managed_network=_managed_network(scope, args),
        provision_network_now=True if private else None,
        tags=scope.tags(),
        opts=pulumi.ResourceOptions.merge(
            options,
            pulumi.ResourceOptions(custom_timeouts=pulumi.CustomTimeouts(create=f"{BUILD_MINUTES}m")),
        ),
    )


def _managed_network(scope: Scope, args: TrainingArgs) -> azure.machinelearningservices.ManagedNetworkSettingsArgs:
    """Where jobs and endpoints run. No rule names a host: the first one would start a billed firewall.

    Azure refuses to loosen the mode of a workspace that exists, and tightening it deletes compute and endpoints
    (https://learn.microsoft.com/azure/machine-learning/how-to-managed-network), so a change replaces the workspace: the
    plan says so, and refuses where the posture protects it.
    """
    ml = azure.machinelearningservices
    if scope.posture.public_access:
        return ml.ManagedNetworkSettingsArgs(isolation_mode=ml.IsolationMode.DISABLED)
    return ml.ManagedNetworkSettingsArgs(
        isolation_mode=ml.IsolationMode.ALLOW_ONLY_APPROVED_OUTBOUND
        if scope.posture.network_isolation
        else ml.IsolationMode.ALLOW_INTERNET_OUTBOUND,
        outbound_rules=_outbound_rules(args),
    )


def _outbound_rules(
    args: TrainingArgs,
) -> Output[dict[str, azure.machinelearningservices.PrivateEndpointOutboundRuleArgs]]:
    """Private endpoints to the lake and the model registry; those to its own storage, vault and images Azure adds."""
    ml, storage = azure.machinelearningservices, args["storage"]

    def rule(target: str, group: str) -> azure.machinelearningservices.PrivateEndpointOutboundRuleArgs:
        return ml.PrivateEndpointOutboundRuleArgs(
            type="PrivateEndpoint",
            category=ml.RuleCategory.USER_DEFINED,
            destination=ml.PrivateEndpointDestinationArgs(
                service_resource_id=target, subresource_target=group, spark_enabled=False
            ),
        )

    def rules(known: Sequence[str]) -> dict[str, azure.machinelearningservices.PrivateEndpointOutboundRuleArgs]:
        registry, own, *lake = known
        found = {"model-registry": rule(registry, "amlregistry")}
        for account in sorted(set(lake) - {own}):
            for group in ("blob", "dfs"):
                found[f"{account.rsplit('/', 1)[-1]}-{group}"] = rule(account, group)
        return found

    accounts = [account_of(storage[zone]) for zone in ("artifacts_id", "raw_id", "curated_id", "features_id")]
    return Output.all(model_registry(args["registry"]), *accounts).apply(rules)


def _datastore(
    scope: Scope, args: TrainingArgs, workspace_name: Input[str], zone: Zone
) -> azure.machinelearningservices.Datastore:
    """A zone by name, without credentials: whoever reads through it needs a role on the container.

    All are blob datastores: that endpoint also answers for accounts with a hierarchy, and the data collector of
    endpoints writes to nothing else.
    """
    ml = azure.machinelearningservices
    container: Input[str] = {
        Zone.RAW: args["storage"]["raw_id"],
        Zone.CURATED: args["storage"]["curated_id"],
        Zone.FEATURES: args["storage"]["features_id"],
        Zone.ARTIFACTS: args["storage"]["artifacts_id"],
        Zone.MONITORING: args["storage"]["monitoring_id"],
    }[zone]
    return ml.Datastore(
        scope.label("datastore", zone.value),
        resource_group_name=args["foundation"]["group_name"],
        workspace_name=workspace_name,
        name=zone.value,
        properties=ml.AzureBlobDatastoreArgs(
            datastore_type="AzureBlob",
            account_name=name_in(container, "storageAccounts"),
            container_name=name_in(container, "containers"),
            resource_group=name_in(container, "resourceGroups"),
            subscription_id=name_in(container, "subscriptions"),
            protocol="https",
            endpoint="core.windows.net",
            credentials=ml.NoneDatastoreCredentialsArgs(credentials_type="None"),
            service_data_access_auth_identity=ml.ServiceDataAccessAuthIdentity.NONE,
            description=f"Zone {zone.value}",
        ),
        skip_validation=True,  # roles take minutes to spread, and a private account answers no public check
        opts=scope.options(
            replace_on_changes=["properties.accountName", "properties.containerName"], delete_before_replace=True
        ),
    )
