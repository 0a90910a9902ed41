"""The slot of a real-time model: identity, network, autoscaling bounds, capture; optionally a model in it."""

from components.endpoint.component import LEGS, Endpoint
from components.endpoint.contract import EndpointArgs, EndpointOutputs, EndpointSpec

__all__ = ["LEGS", "Endpoint", "EndpointArgs", "EndpointOutputs", "EndpointSpec"]
