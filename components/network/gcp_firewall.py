"""Firewall of a network on Google Cloud: what is not allowed by name is refused and logged, both ways.

A VPC network allows every connection out by default, so the refusal is a rule of its own. Jobs that plug in through the
network attachment get addresses of its subnet and follow the same rules on that way; but Vertex AI sends what they want
from the internet and from Google APIs through its own network, which only a service perimeter closes
(https://docs.cloud.google.com/vertex-ai/docs/training/psc-i-egress).
"""

import pulumi_gcp as gcp
from pulumi import Input

from components.core.scope import Scope
from components.network.contract import Egress, NetworkSpec
from components.network.gcp_addresses import GOOGLE_VIPS

_ALLOW, _LAST = 1000, 65534
"""Priorities: a lower number wins; 65535 is the cloud's own last rule."""
_ANYWHERE = "0.0.0.0/0"


def make_rules(scope: Scope, spec: NetworkSpec, project: Input[str], network_id: Input[str]) -> gcp.compute.Firewall:
    """Make the rules; returns the one that lets workloads talk to each other."""
    logged = gcp.compute.FirewallLogConfigArgs(metadata="INCLUDE_ALL_METADATA") if spec.flow_logs else None

    def rule(
        part: str,
        priority: int,
        *,
        sources: list[str] | None = None,
        destinations: list[str] | None = None,
        allow: dict[str, list[str] | None] | None = None,
    ) -> gcp.compute.Firewall:
        return gcp.compute.Firewall(
            scope.label(part),
            project=project,
            name=scope.name("compute", *part.split("-")),
            network=network_id,
            direction="INGRESS" if sources else "EGRESS",
            priority=priority,
            source_ranges=sources,
            destination_ranges=destinations,
            allows=[gcp.compute.FirewallAllowArgs(protocol=name, ports=ports) for name, ports in allow.items()]
            if allow
            else None,
            denies=None if allow else [gcp.compute.FirewallDenyArgs(protocol="all")],
            log_config=logged,
            opts=scope.options(),
        )

    within: dict[str, list[str] | None] = {"tcp": None, "udp": None, "icmp": None}
    web: dict[str, list[str] | None] = {"tcp": ["443"]}
    rule("deny-ingress", _LAST, sources=[_ANYWHERE])
    rule("deny-egress", _LAST, destinations=[_ANYWHERE])
    rule("allow-egress-internal", _ALLOW, destinations=[spec.cidr], allow=within)
    if scope.posture.public_access:
        rule("allow-egress-google", _ALLOW, destinations=[str(GOOGLE_VIPS)], allow=web)
    if spec.egress is Egress.NAT:
        rule("allow-egress-web", _ALLOW, destinations=[_ANYWHERE], allow=web)
    return rule("allow-ingress-internal", _ALLOW, sources=[spec.cidr], allow=within)
