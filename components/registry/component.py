"""The public component, and the table of its three legs."""

import pulumi
from pulumi import Output

from components.capability import Capability, Leg
from components.core.cloud import ByCloud, Gap
from components.registry import aws, azure, gcp
from components.registry.contract import RegistryArgs, RegistryOutputs, RegistrySpec

LEGS: ByCloud[Leg[RegistrySpec, RegistryArgs, RegistryOutputs] | Gap] = ByCloud(
    aws=Leg(build=aws.build, support=aws.SUPPORT, gaps=aws.GAPS),
    azure=Leg(build=azure.build, support=azure.SUPPORT, gaps=azure.GAPS),
    gcp=Leg(build=gcp.build, support=gcp.SUPPORT, gaps=gcp.GAPS),
)


class Registry(Capability):
    """Model groups, the image repository, tracking, and the approval that a release needs."""

    registry_id: Output[str]
    image_repository_id: Output[str]
    image_repository: Output[str]
    tracking_uri: Output[str]
    approval_id: Output[str]

    def __init__(self, name: str, args: RegistryArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._stand(LEGS, RegistrySpec, args)
