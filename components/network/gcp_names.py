"""Private names of Google APIs and of the container registry, and the log of what is resolved.

https://cloud.google.com/vpc/docs/configure-private-google-access#config-domain lists the domains.
"""

from collections.abc import Sequence

import pulumi_gcp as gcp
from pulumi import Input

from components.core.scope import Scope

DOMAINS = {"googleapis": "googleapis.com.", "pkg": "pkg.dev."}
"""Domains that resolve to private addresses; the first is the zone that endpoints add names to."""
_TTL = 300


def make_zones(
    scope: Scope, project: Input[str], network_id: Input[str], addresses: Sequence[Input[str]]
) -> gcp.dns.ManagedZone:
    """Let every name below :data:`DOMAINS` resolve to ``addresses``; returns the zone of googleapis.com."""
    gcp.dns.Policy(
        scope.label("dns-policy"),
        project=project,
        name=scope.name("dns_zone", "policy"),
        enable_logging=True,  # CIS Google Cloud 2.12
        enable_inbound_forwarding=False,
        networks=[gcp.dns.PolicyNetworkArgs(network_url=network_id)],
        opts=scope.options(),
    )
    zones = [
        _zone(scope, project, network_id, part=part, domain=domain, addresses=addresses)
        for part, domain in DOMAINS.items()
    ]
    return zones[0]


def _zone(
    scope: Scope,
    project: Input[str],
    network_id: Input[str],
    *,
    part: str,
    domain: str,
    addresses: Sequence[Input[str]],
) -> gcp.dns.ManagedZone:
    zone = gcp.dns.ManagedZone(
        scope.label(f"{part}-zone"),
        project=project,
        name=scope.name("dns_zone", part),
        dns_name=domain,
        description=f"Private addresses of {domain}",
        visibility="private",
        private_visibility_config=gcp.dns.ManagedZonePrivateVisibilityConfigArgs(
            networks=[gcp.dns.ManagedZonePrivateVisibilityConfigNetworkArgs(network_url=network_id)]
        ),
        force_destroy=False,
        labels=scope.tags(),
        opts=scope.options(),
    )
    gcp.dns.RecordSet(
        scope.label(f"{part}-apex"),
        project=project,
        managed_zone=zone.name,
        name=domain,
        type="A",
        ttl=_TTL,
        rrdatas=list(addresses),
        opts=scope.options(),
    )
    gcp.dns.RecordSet(
        scope.label(f"{part}-names"),
        project=project,
        managed_zone=zone.name,
        name=f"*.{domain}",
        type="CNAME",
        ttl=_TTL,
        rrdatas=[domain],
        opts=scope.options(),
    )
    return zone
