"""Private endpoints: which DNS zones the endpoint of a service needs, and one helper that makes both.

Zones: https://learn.microsoft.com/azure/private-link/private-endpoint-dns. Absent: Azure Monitor, whose private link
scope changes name resolution for the whole network and belongs to the company's hub
(https://learn.microsoft.com/azure/azure-monitor/logs/private-link-security).
"""

from collections.abc import Mapping, Sequence

import pulumi
import pulumi_azure_native as azure
from pulumi import Input, Output

from components.core.refs import FoundationRef, NetworkRef
from components.core.scope import Scope

ZONES: Mapping[str, tuple[str, ...]] = {
    "amlregistry": ("privatelink.api.azureml.ms",),
    "amlworkspace": ("privatelink.api.azureml.ms", "privatelink.notebooks.azure.net"),
    "blob": ("privatelink.blob.core.windows.net",),
    "dfs": ("privatelink.dfs.core.windows.net",),
    "file": ("privatelink.file.core.windows.net",),
    "queue": ("privatelink.queue.core.windows.net",),
    "redisCache": ("privatelink.redis.cache.windows.net",),
    "registry": ("privatelink.azurecr.io",),
    "table": ("privatelink.table.core.windows.net",),
    "vault": ("privatelink.vaultcore.azure.net",),
}
"""Private DNS zones by group id (sub-resource) of a private endpoint."""

ALL_ZONES: tuple[str, ...] = tuple(sorted({zone for zones in ZONES.values() for zone in zones}))
"""Every zone that a platform may need; the network makes and links them."""


def private_endpoint(
    scope: Scope,
    part: str,
    *,
    foundation: FoundationRef,
    network: NetworkRef,
    resource_id: Input[str],
    group: str,
    depends_on: Sequence[pulumi.Resource] | None = None,
) -> azure.network.PrivateDnsZoneGroup:
    """Make the private endpoint of ``resource_id`` for ``group`` (a key of :data:`ZONES`) and its DNS records.

    Returns the zone group, which is last: depend on it where the private name must resolve.
    """
    endpoint = azure.network.PrivateEndpoint(
        scope.label(part, "endpoint"),
        resource_group_name=foundation["group_name"],
        private_endpoint_name=scope.name("private_endpoint", scope.component, part),
        location=scope.region,
        subnet=azure.network.SubnetArgs(id=network["endpoint_subnet_id"]),
        private_link_service_connections=[
            azure.network.PrivateLinkServiceConnectionArgs(
                name=group, group_ids=[group], private_link_service_id=resource_id
            )
        ],
        tags=scope.tags(),
        opts=scope.options(depends_on=depends_on),
    )
    return azure.network.PrivateDnsZoneGroup(
        scope.label(part, "dns"),
        resource_group_name=foundation["group_name"],
        private_endpoint_name=endpoint.name,
        private_dns_zone_group_name="default",
        private_dns_zone_configs=[
            azure.network.PrivateDnsZoneConfigArgs(
                name=zone.replace(".", "-"), private_dns_zone_id=Output.concat(network["dns_scope"], "/", zone)
            )
            for zone in ZONES[group]
        ],
        opts=scope.options(),
    )


def private_endpoints(
    scope: Scope,
    part: str,
    *,
    foundation: FoundationRef,
    network: NetworkRef,
    resource_id: Input[str],
    groups: Sequence[str],
    depends_on: Sequence[pulumi.Resource] | None = None,
) -> list[azure.network.PrivateDnsZoneGroup]:
    """One endpoint per group, one after the other: a resource refuses connections that are approved together."""
    made: list[azure.network.PrivateDnsZoneGroup] = []
    for group in groups:
        made.append(
            private_endpoint(
                scope,
                f"{part}-{group.lower()}" if part else group.lower(),
                foundation=foundation,
                network=network,
                resource_id=resource_id,
                group=group,
                depends_on=[*(depends_on or ()), *made[-1:]],
            )
        )
    return made
