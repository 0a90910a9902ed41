"""Address plan of a network on Google Cloud: eight equal blocks of its range.

Subnets are regional and span zones (https://cloud.google.com/vpc/docs/subnets), so ``zones`` gives the number of
workload subnets, each in all zones. The address of the endpoint for Google APIs lies in no subnet
(https://cloud.google.com/vpc/docs/about-accessing-google-apis-endpoints).
"""

from dataclasses import dataclass
from ipaddress import IPv4Network

from components.core.errors import Fault, TripodError

GOOGLE_VIPS = IPv4Network("199.36.153.8/30")
"""Addresses of private.googleapis.com (https://cloud.google.com/vpc/docs/configure-private-google-access)."""
_PRIVATE = tuple(IPv4Network(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))
_BLOCK_BITS = 3
_ATTACHMENT_BLOCK, _ENDPOINT_BLOCK, _GOOGLE_APIS_BLOCK = 5, 6, 7


@dataclass(frozen=True, kw_only=True)
class AddressPlan:
    """Which addresses are for what; texts in the notation that the API takes."""

    workloads: tuple[str, ...]
    attachment: str
    """Of jobs that plug in through the network attachment, which shall have a subnet to itself
    (https://cloud.google.com/vertex-ai/docs/general/psc-interfaces)."""
    endpoints: str
    google_apis: str
    """One address outside of all subnets."""


def plan_addresses(cidr: str, subnets: int) -> AddressPlan:
    """Divide ``cidr`` (/16 to /22) for ``subnets`` (at most 5) workload subnets.

    Raises:
        TripodError: where ``cidr`` is no private network or has host bits set.
    """
    try:
        network = IPv4Network(cidr)
    except ValueError as error:
        raise TripodError(
            Fault(where="network.cidr", what=str(error), allowed="a network address such as 10.20.0.0/16")
        ) from error
    if not any(network.subnet_of(private) for private in _PRIVATE):
        raise TripodError(
            Fault(
                where="network.cidr",
                what=f"{cidr} is not private",
                allowed=", ".join(map(str, _PRIVATE)),
                remedy="choose a range of RFC 1918",
            )
        )
    blocks = list(network.subnets(prefixlen_diff=_BLOCK_BITS))
    return AddressPlan(
        workloads=tuple(str(block) for block in blocks[:subnets]),
        attachment=str(blocks[_ATTACHMENT_BLOCK]),
        endpoints=str(blocks[_ENDPOINT_BLOCK]),
        google_apis=str(blocks[_GOOGLE_APIS_BLOCK][5]),
    )
