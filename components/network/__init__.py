"""Private subnets, private endpoints for the services that the platform uses, flow logs."""

from components.network.component import LEGS, Network
from components.network.contract import NetworkArgs, NetworkOutputs, NetworkSpec

__all__ = ["LEGS", "Network", "NetworkArgs", "NetworkOutputs", "NetworkSpec"]
