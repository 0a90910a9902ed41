"""The public component, and the table of its three legs."""

from collections.abc import Sequence

import pulumi
from pulumi import Output

from components.capability import Capability, Leg
from components.core.cloud import ByCloud, Gap
from components.network import aws, azure, gcp
from components.network.contract import NetworkArgs, NetworkOutputs, NetworkSpec

LEGS: ByCloud[Leg[NetworkSpec, NetworkArgs, NetworkOutputs] | Gap] = ByCloud(
    aws=Leg(build=aws.build, support=aws.SUPPORT, gaps=aws.GAPS),
    azure=Leg(build=azure.build, support=azure.SUPPORT, gaps=azure.GAPS),
    gcp=Leg(build=gcp.build, support=gcp.SUPPORT, gaps=gcp.GAPS),
)


class Network(Capability):
    """Private subnets, private endpoints for the services that the platform uses, flow logs."""

    network_id: Output[str]
    subnet_ids: Output[Sequence[str]]
    endpoint_subnet_id: Output[str]
    security_group_id: Output[str]
    attachment_id: Output[str]
    dns_scope: Output[str]

    def __init__(self, name: str, args: NetworkArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._stand(LEGS, NetworkSpec, args)
