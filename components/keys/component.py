"""The public component, and the table of its three legs."""

import pulumi
from pulumi import Output

from components.capability import Capability, Leg
from components.core.cloud import ByCloud, Gap
from components.keys import aws, azure, gcp
from components.keys.contract import KeysArgs, KeysOutputs, KeysSpec

LEGS: ByCloud[Leg[KeysSpec, KeysArgs, KeysOutputs] | Gap] = ByCloud(
    aws=Leg(build=aws.build, support=aws.SUPPORT, gaps=aws.GAPS),
    azure=Leg(build=azure.build, support=azure.SUPPORT, gaps=azure.GAPS),
    gcp=Leg(build=gcp.build, support=gcp.SUPPORT, gaps=gcp.GAPS),
)


class Keys(Capability):
    """One customer key per data class, rotated, protected, usable by the services that encrypt with it."""

    data_key_id: Output[str]
    models_key_id: Output[str]
    logs_key_id: Output[str]
    vault_id: Output[str]
    user_id: Output[str]

    def __init__(self, name: str, args: KeysArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._stand(LEGS, KeysSpec, args)
