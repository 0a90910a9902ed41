"""The feature store itself on Azure: the workspace, all that it needs to exist, and the identity that materialises.

The identity holds roles on single resources in place of Contributor on each, which the documentation asks for
(https://learn.microsoft.com/azure/machine-learning/how-to-identity-based-service-authentication): the service roles
used here allow the same on that service and nothing on others.
"""

from dataclasses import dataclass

import pulumi
import pulumi_azure_native as azure
from pulumi import Input, Output

from components.clouds.azure_ids import account_of, canonical, group_id, key_arm_id
from components.clouds.azure_lifecycle import blob_service, expire_versions, lifecycle
from components.clouds.azure_logs import diagnostic_setting
from components.clouds.azure_ml_roles import Duty, custom_role
from components.clouds.azure_private import private_endpoint, private_endpoints
from components.clouds.azure_roles import BuiltInRole, role_assignment
from components.clouds.azure_storage import storage_account
from components.clouds.azure_vault import key_vault
from components.core.scope import Scope
from components.feature_store.azure_online import online_store
from components.feature_store.azure_workspace import OFFLINE, ONLINE, Needs, stores, workspace
from components.feature_store.contract import FeatureStoreArgs, FeatureStoreSpec

ml = azure.machinelearningservices


RECOVERY_DAYS = 14
"""Days in which deleted and overwritten files of the workspace's own account can be restored."""
ENCRYPTED_STORES = Duty(
    description="Makes the stores that a workspace keeps its metadata in under a customer key",
    actions=(
        "Microsoft.DocumentDB/databaseAccounts/read",
        "Microsoft.DocumentDB/databaseAccounts/write",
        "Microsoft.Search/searchServices/read",
        "Microsoft.Search/searchServices/write",
        "Microsoft.Storage/storageAccounts/read",
        "Microsoft.Storage/storageAccounts/write",
    ),
)
"""Only where the metadata is not encrypted on the service's side
(https://learn.microsoft.com/azure/machine-learning/how-to-assign-roles#create-a-workspace-using-a-customer-managed-key)."""


@dataclass(frozen=True, kw_only=True)
class Store:
    """The workspace, once it knows its stores."""

    made: ml.Workspace
    ready: list[pulumi.Resource]
    account: azure.storage.StorageAccount
    cache: azure.redis.Redis | None


def feature_store(scope: Scope, spec: FeatureStoreSpec, args: FeatureStoreArgs) -> Store:
    """The workspace with everything that it needs, and the identity that materialises."""
    foundation, keys, network = args["foundation"], args["keys"], args.get("network")
    private = not scope.posture.public_access
    identity = azure.managedidentity.UserAssignedIdentity(
        scope.label("identity"),
        resource_name_=scope.name("user_identity", "features"),
        resource_group_name=foundation["group_name"],
        location=scope.region,
        tags=scope.tags(),
        opts=scope.options(stateful=True),
    )
    account = storage_account(
        scope,
        "feat",
        foundation=foundation,
        key_id=keys["data_key_id"],
        key_user_id=keys["user_id"],
        shared_key=not private,
    )
    service = blob_service(
        scope, "feat", foundation=foundation, account=account, recovery_days=RECOVERY_DAYS, versioning=True
    )
    lifecycle(
        scope,
        "feat",
        foundation=foundation,
        account=account,
        rules=[expire_versions("expire-versions", RECOVERY_DAYS)],
        after=service,
    )
    vault = key_vault(scope, "ft", foundation=foundation)
    insights = azure.applicationinsights.Component(
        scope.label("insights"),
        resource_name_=scope.name("app_insights", "features"),
        resource_group_name=foundation["group_name"],
        location=scope.region,
        kind="web",
        application_type=azure.applicationinsights.ApplicationType.WEB,
        ingestion_mode=azure.applicationinsights.IngestionMode.LOG_ANALYTICS,
        workspace_resource_id=foundation["log_id"],
        tags=scope.tags(),
        opts=scope.options(),
    )
    cache = online_store(scope, foundation, network) if spec.online else None
    lake = account_of(args["storage"]["features_id"])
    targets: dict[str, tuple[Input[str], str]] = {"lake-blob": (lake, "blob"), "lake-dfs": (lake, "dfs")}
    if cache is not None:
        targets["online"] = (cache.id, "redisCache")
    needs = Needs(
        identity_id=canonical(identity.id),  # Managed Identity answers in another spelling
        storage_id=account.id,
        vault_id=vault.id,
        insights_id=insights.id,
        key_identifier=keys["data_key_id"],
        key_vault_id=keys["vault_id"],
        targets=targets,
    )
    rights: dict[str, tuple[BuiltInRole, Input[str]]] = {
        "account": (BuiltInRole.STORAGE_ACCOUNT_CONTRIBUTOR, account.id),
        "blobs": (BuiltInRole.BLOB_DATA_CONTRIBUTOR, account.id),
        "vault": (BuiltInRole.KEY_VAULT_CONTRIBUTOR, vault.id),
        "secrets": (BuiltInRole.KEY_VAULT_SECRETS_OFFICER, vault.id),
        "insights": (BuiltInRole.APP_INSIGHTS_COMPONENT_CONTRIBUTOR, insights.id),
        "key": (
            BuiltInRole.KEY_VAULT_CRYPTO_SERVICE_ENCRYPTION_USER,
            key_arm_id(keys["vault_id"], keys["data_key_id"]),
        ),
        "offline": (BuiltInRole.BLOB_DATA_CONTRIBUTOR, args["storage"]["features_id"]),
    }
    if cache is not None:
        rights["online"] = (BuiltInRole.REDIS_CACHE_CONTRIBUTOR, cache.id)
    if private:
        # Whoever owns the managed network approves its private endpoints at their targets.
        reached: dict[str, Input[str]] = {"lake": lake, "account": account.id, "vault": vault.id}
        if cache is not None:
            reached["online"] = cache.id
        for name, resource in reached.items():
            rights[f"approve-{name}"] = (BuiltInRole.AI_NETWORK_CONNECTION_APPROVER, resource)
    granted: list[pulumi.Resource] = [
        role_assignment(
            scope,
            f"identity-{part}",
            subscription=foundation["account_id"],
            role=role,
            on=on,
            principal=identity.principal_id,
        )
        for part, (role, on) in rights.items()
    ]
    if private:
        granted.append(
            role_assignment(
                scope,
                "identity-encrypted-stores",
                subscription=foundation["account_id"],
                role=custom_role(scope, "encrypted-stores", foundation=foundation, duty=ENCRYPTED_STORES),
                on=group_id(foundation["account_id"], foundation["group_name"]),
                principal=identity.principal_id,
            )
        )
    made = workspace(scope, foundation, needs, granted)
    categories = {OFFLINE: (ml.ConnectionCategory.ADLS_GEN2, args["storage"]["features_id"])}
    if cache is not None:
        categories[ONLINE] = (ml.ConnectionCategory.REDIS, cache.id)
    connected = stores(scope, foundation, made, needs, targets=categories, client_id=identity.client_id)
    materialises = role_assignment(
        scope,
        "identity-store",
        subscription=foundation["account_id"],
        role=BuiltInRole.ML_DATA_SCIENTIST,
        on=made.id,
        principal=identity.principal_id,
    )
    if network is not None and private:
        private_endpoint(
            scope,
            "workspace",
            foundation=foundation,
            network=network,
            resource_id=made.id,
            group="amlworkspace",
            depends_on=[connected],  # the workspace takes one change at a time
        )
        private_endpoints(
            scope, "feat", foundation=foundation, network=network, resource_id=account.id, groups=("blob", "file")
        )
        private_endpoints(scope, "", foundation=foundation, network=network, resource_id=vault.id, groups=("vault",))
    diagnostic_setting(scope, "workspace", resource_id=made.id, log_id=foundation["log_id"])
    diagnostic_setting(
        scope,
        "feat",
        resource_id=Output.concat(account.id, "/blobServices/default"),
        log_id=foundation["log_id"],
        metrics=("Transaction",),
    )
    diagnostic_setting(scope, "vault", resource_id=vault.id, log_id=foundation["log_id"])
    return Store(made=made, ready=[connected, materialises], account=account, cache=cache)
