"""The public component, and the table of its three legs."""

import pulumi
from pulumi import Output

from components.capability import Capability, Leg
from components.core.cloud import ByCloud, Gap
from components.identity import aws, azure, gcp
from components.identity.contract import IdentityArgs, IdentityOutputs, IdentitySpec

LEGS: ByCloud[Leg[IdentitySpec, IdentityArgs, IdentityOutputs] | Gap] = ByCloud(
    aws=Leg(build=aws.build, support=aws.SUPPORT, gaps=aws.GAPS),
    azure=Leg(build=azure.build, support=azure.SUPPORT, gaps=azure.GAPS),
    gcp=Leg(build=gcp.build, support=gcp.SUPPORT, gaps=gcp.GAPS),
)


class Identity(Capability):
    """One least-privilege principal per workload role, the approver, and keyless CI with two roles."""

    training_id: Output[str]
    training_principal: Output[str]
    pipeline_id: Output[str]
    pipeline_principal: Output[str]
    serving_id: Output[str]
    serving_principal: Output[str]
    monitoring_id: Output[str]
    monitoring_principal: Output[str]
    approver_id: Output[str]
    approver_principal: Output[str]
    ci_preview_id: Output[str]
    ci_apply_id: Output[str]

    def __init__(self, name: str, args: IdentityArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._stand(LEGS, IdentitySpec, args)
