"""The public component, and the table of its three legs."""

import pulumi
from pulumi import Output

from components.capability import Capability, Leg
from components.core.cloud import ByCloud, Gap
from components.storage import aws, azure, gcp
from components.storage.contract import StorageArgs, StorageOutputs, StorageSpec

LEGS: ByCloud[Leg[StorageSpec, StorageArgs, StorageOutputs] | Gap] = ByCloud(
    aws=Leg(build=aws.build, support=aws.SUPPORT, gaps=aws.GAPS),
    azure=Leg(build=azure.build, support=azure.SUPPORT, gaps=azure.GAPS),
    gcp=Leg(build=gcp.build, support=gcp.SUPPORT, gaps=gcp.GAPS),
)


class Storage(Capability):
    """Zones raw, curated, features, artifacts, monitoring and logs, encrypted, versioned, private, logged."""

    raw_id: Output[str]
    raw_uri: Output[str]
    curated_id: Output[str]
    curated_uri: Output[str]
    features_id: Output[str]
    features_uri: Output[str]
    artifacts_id: Output[str]
    artifacts_uri: Output[str]
    monitoring_id: Output[str]
    monitoring_uri: Output[str]
    logs_id: Output[str]
    logs_uri: Output[str]

    def __init__(self, name: str, args: StorageArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._stand(LEGS, StorageSpec, args)
