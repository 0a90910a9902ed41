"""Network: private subnets, private endpoints for the services that the platform uses, flow logs.

Not here: hubs, peerings, DNS forwarders and firewalls of the company: bring the network with ``mode: existing``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NotRequired, TypedDict

from pulumi import Output
from pydantic import Field, model_validator

from components.core.refs import FoundationRef
from components.core.scope import ScopeSpec
from components.core.spec import Spec
from components.core.vocabulary import Provision


class Egress(StrEnum):
    """How workloads reach the internet."""

    NONE = "none"
    """They do not."""
    NAT = "nat"
    """Through address translation, outbound only."""


class ExistingNetwork(Spec):
    """Ids of a network that is brought along, as :class:`components.core.refs.NetworkRef` describes them."""

    network_id: str = Field(min_length=1)
    """Required. VPC id, virtual network ARM id, or VPC network id."""
    subnet_ids: Sequence[str] = Field(min_length=1)
    """Required. Private subnets for workloads; at least two zones are recommended."""
    endpoint_subnet_id: str | None = None
    """Optional. Subnet for private endpoints; the first workload subnet by default."""
    security_group_id: str = Field(min_length=1)
    """Required. Security group, network security group or firewall id."""
    attachment_id: str | None = None
    """Optional. Network attachment (Google Cloud); the first workload subnet by default."""
    dns_scope: str = Field(min_length=1)
    """Required. VPC id, ARM id prefix of the private DNS zones, or managed zone id."""


class NetworkSpec(Spec):
    """Options of the network."""

    mode: Provision = Provision.CREATE
    """Optional. ``none`` is allowed only where the profile allows public access."""
    cidr: str = Field("10.20.0.0/16", pattern=r"^(\d{1,3}\.){3}\d{1,3}/(1[6-9]|2[0-2])$")
    """Optional. Private address range (RFC 1918), /16 to /22; must not overlap what it is peered with."""
    zones: int = Field(2, ge=2, le=3)
    """Optional. Availability zones with a private subnet."""
    flow_logs: bool = True
    """Optional. Whether accepted and rejected connections are logged."""
    egress: Egress = Egress.NONE
    """Optional. How workloads reach the internet."""
    existing: ExistingNetwork | None = None
    """Conditional. Required where ``mode`` is ``existing``."""

    @model_validator(mode="after")
    def _existing_is_named(self) -> "NetworkSpec":
        if (self.mode is Provision.EXISTING) != (self.existing is not None):
            raise ValueError("'existing' must be given exactly when mode is 'existing'")
        return self


class NetworkArgs(TypedDict):
    """Arguments of :class:`components.network.Network`."""

    scope: ScopeSpec
    spec: NotRequired[NetworkSpec]
    foundation: FoundationRef


@dataclass(frozen=True, kw_only=True)
class NetworkOutputs:
    """See :class:`components.core.refs.NetworkRef`; empty strings where ``mode`` is ``none``."""

    network_id: Output[str]
    subnet_ids: Output[Sequence[str]]
    endpoint_subnet_id: Output[str]
    security_group_id: Output[str]
    attachment_id: Output[str]
    dns_scope: Output[str]
