"""The public component, and the table of its three legs."""

import pulumi
from pulumi import Output

from components.capability import Capability, Leg
from components.core.cloud import ByCloud, Gap
from components.foundation import aws, azure, gcp
from components.foundation.contract import FoundationArgs, FoundationOutputs, FoundationSpec

LEGS: ByCloud[Leg[FoundationSpec, FoundationArgs, FoundationOutputs] | Gap] = ByCloud(
    aws=Leg(build=aws.build, support=aws.SUPPORT, gaps=aws.GAPS),
    azure=Leg(build=azure.build, support=azure.SUPPORT, gaps=azure.GAPS),
    gcp=Leg(build=gcp.build, support=gcp.SUPPORT, gaps=gcp.GAPS),
)


class Foundation(Capability):
    """The place where everything else of a stack lives, and its account."""

    group_name: Output[str]
    account_id: Output[str]
    account_number: Output[str]
    log_id: Output[str]

    def __init__(self, name: str, args: FoundationArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._stand(LEGS, FoundationSpec, args)
