"""The online store of a feature store on Azure: Azure Cache for Redis, read with Entra ID.

It is the only online store that Azure ML offers, and it is on its way out: since 2026-04-01 only tenants that have one
may create one, and it ends on 2028-09-30 (https://learn.microsoft.com/azure/azure-cache-for-redis/retirement-faq).
Azure Managed Redis, which follows it, is no store type of Azure ML yet.

Nothing is written to disk, so there is nothing for a customer key to encrypt.
"""

import pulumi
import pulumi_azure_native as azure
from pulumi import Input

from components.clouds.azure_logs import diagnostic_setting
from components.clouds.azure_private import private_endpoints
from components.core.refs import FoundationRef, NetworkRef
from components.core.scope import Scope

CLOSING = (
    "groups.online on Azure makes an Azure Cache for Redis, the only online store of Azure ML: "
    "since 2026-04-01 a tenant that has none cannot create one, and the update then fails; "
    "the service ends on 2028-09-30. In such a tenant leave online off."
)
"""Said on every preview and update with online groups: nothing shows beforehand whether the tenant has a cache."""
READER = "Data Reader"
"""Built-in data access policy
(https://learn.microsoft.com/azure/azure-cache-for-redis/cache-configure-role-based-access-control)."""


def online_store(scope: Scope, foundation: FoundationRef, network: NetworkRef | None) -> azure.redis.Redis:
    """Make the cache: TLS only, two nodes (a Basic cache has no service level)."""
    pulumi.log.warn(CLOSING, scope.parent)
    cache = azure.redis.Redis(
        scope.label("online"),
        name=scope.name("redis"),
        resource_group_name=foundation["group_name"],
        location=scope.region,
        sku=azure.redis.SkuArgs(name=azure.redis.SkuName.STANDARD, family=azure.redis.SkuFamily.C, capacity=1),
        enable_non_ssl_port=False,
        minimum_tls_version=azure.redis.TlsVersion.TLS_VERSION_1_2,
        public_network_access=azure.redis.PublicNetworkAccess.ENABLED
        if scope.posture.public_access
        else azure.redis.PublicNetworkAccess.DISABLED,
        # Materialisation asks for the access keys, so they cannot be switched off; readers come with Entra ID.
        disable_access_key_authentication=False,
        redis_configuration=azure.redis.RedisCommonPropertiesRedisConfigurationArgs(aad_enabled="true"),
        tags=scope.tags(),
        opts=scope.options(stateful=True),
    )
    if network is not None and not scope.posture.public_access:
        private_endpoints(
            scope, "online", foundation=foundation, network=network, resource_id=cache.id, groups=("redisCache",)
        )
    diagnostic_setting(scope, "online", resource_id=cache.id, log_id=foundation["log_id"])
    return cache


def let_read(
    scope: Scope, foundation: FoundationRef, cache: azure.redis.Redis, role: str, principal: Input[str]
) -> azure.redis.AccessPolicyAssignment:
    """Let ``principal`` (object id) read keys with its own token."""
    return azure.redis.AccessPolicyAssignment(
        scope.label("online", role),
        access_policy_assignment_name=f"{role}-reads",
        access_policy_name=READER,
        cache_name=cache.name,
        resource_group_name=foundation["group_name"],
        object_id=principal,
        object_id_alias=role,
        opts=scope.options(),
    )
