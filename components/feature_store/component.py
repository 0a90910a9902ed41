"""The public component, and the table of its three legs."""

import pulumi
from pulumi import Output

from components.capability import Capability, Leg
from components.core.cloud import ByCloud, Gap
from components.feature_store import aws, azure, gcp
from components.feature_store.contract import FeatureStoreArgs, FeatureStoreOutputs, FeatureStoreSpec

LEGS: ByCloud[Leg[FeatureStoreSpec, FeatureStoreArgs, FeatureStoreOutputs] | Gap] = ByCloud(
    aws=Leg(build=aws.build, support=aws.SUPPORT, gaps=aws.GAPS),
    azure=Leg(build=azure.build, support=azure.SUPPORT, gaps=azure.GAPS),
    gcp=Leg(build=gcp.build, support=gcp.SUPPORT, gaps=gcp.GAPS),
)


class FeatureStore(Capability):
    """Entities, groups and features with one definition for training (offline) and serving (online)."""

    store_id: Output[str]
    offline_uri: Output[str]
    online_endpoint: Output[str]

    def __init__(self, name: str, args: FeatureStoreArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._stand(LEGS, FeatureStoreSpec, args)
