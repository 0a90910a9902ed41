"""The public component, and the table of its three legs."""

import pulumi
from pulumi import Output

from components.capability import Capability, Leg
from components.core.cloud import ByCloud, Gap
from components.endpoint import aws, azure, gcp
from components.endpoint.contract import EndpointArgs, EndpointOutputs, EndpointSpec

LEGS: ByCloud[Leg[EndpointSpec, EndpointArgs, EndpointOutputs] | Gap] = ByCloud(
    aws=Leg(build=aws.build, support=aws.SUPPORT, gaps=aws.GAPS),
    azure=Leg(build=azure.build, support=azure.SUPPORT, gaps=azure.GAPS),
    gcp=Leg(build=gcp.build, support=gcp.SUPPORT, gaps=gcp.GAPS),
)


class Endpoint(Capability):
    """The slot of a real-time model: identity, network, autoscaling bounds, capture; optionally a model in it."""

    endpoint_id: Output[str]
    endpoint_name: Output[str]
    instance_type: Output[str]
    invoke_url: Output[str]
    capture_uri: Output[str]

    def __init__(self, name: str, args: EndpointArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._stand(LEGS, EndpointSpec, args)
