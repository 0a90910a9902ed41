"""Where Google Cloud inputs name another resource by a plain name.

Source: the argument reference of each resource of the Google provider. Full resource names and self links need no row.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

BUCKET = "gcp:storage/bucket:Bucket"

LINKS: Final = MappingProxyType(
    {
        "gcp:storage/bucketIAMMember:BucketIAMMember": {"bucket": BUCKET},
        "gcp:storage/bucketIAMBinding:BucketIAMBinding": {"bucket": BUCKET},
        "gcp:storage/bucketObject:BucketObject": {"bucket": BUCKET},
        "gcp:storage/notification:Notification": {"bucket": BUCKET},
        "gcp:bigquery/table:Table": {"datasetId": "gcp:bigquery/dataset:Dataset"},
        "gcp:bigquery/datasetIamMember:DatasetIamMember": {"datasetId": "gcp:bigquery/dataset:Dataset"},
        "gcp:pubsub/subscription:Subscription": {"topic": "gcp:pubsub/topic:Topic"},
        "gcp:pubsub/topicIAMMember:TopicIAMMember": {"topic": "gcp:pubsub/topic:Topic"},
        "gcp:pubsub/subscriptionIAMMember:SubscriptionIAMMember": {
            "subscription": "gcp:pubsub/subscription:Subscription"
        },
        "gcp:compute/subnetwork:Subnetwork": {"network": "gcp:compute/network:Network"},
        "gcp:compute/firewall:Firewall": {"network": "gcp:compute/network:Network"},
        "gcp:compute/router:Router": {"network": "gcp:compute/network:Network"},
        "gcp:compute/routerNat:RouterNat": {"router": "gcp:compute/router:Router"},
        "gcp:dns/recordSet:RecordSet": {"managedZone": "gcp:dns/managedZone:ManagedZone"},
        "gcp:secretmanager/secretVersion:SecretVersion": {"secret": "gcp:secretmanager/secret:Secret"},
        "gcp:vertex/aiFeatureGroupFeature:AiFeatureGroupFeature": {
            "featureGroup": "gcp:vertex/aiFeatureGroup:AiFeatureGroup"
        },
        "gcp:vertex/aiFeatureOnlineStoreFeatureview:AiFeatureOnlineStoreFeatureview": {
            "featureOnlineStore": "gcp:vertex/aiFeatureOnlineStore:AiFeatureOnlineStore"
        },
        "gcp:vertex/aiEndpointIamMember:AiEndpointIamMember": {"endpoint": "gcp:vertex/aiEndpoint:AiEndpoint"},
        "gcp:artifactregistry/repositoryIamMember:RepositoryIamMember": {
            "repository": "gcp:artifactregistry/repository:Repository"
        },
        "gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider": {
            "workloadIdentityPoolId": "gcp:iam/workloadIdentityPool:WorkloadIdentityPool"
        },
    }
)
"""Type -> input -> type of what is named there."""

OWN_CHILDREN: Final = frozenset(
    {"cryptoKeys", "features", "featureViews", "models", "providers", "repositories", "routines", "tables"}
)
"""Collections whose members only a program makes: a live parent does not vouch for them."""

BUILT_IN: Final = (
    "/networks/default",
    "/subnetworks/default",
    "/buckets/_Default",
    "/buckets/_Required",
    "/metadataStores/default",
    "/databases/(default)",
    "/entryGroups/@",
    "/publishers/",
    "/machineTypes/",
    "/acceleratorTypes/",
    "/gateways/default-internet-gateway",
    "/services/",
    "/serviceAccounts/service-",
    "-compute@developer.gserviceaccount.com",
    "@appspot.gserviceaccount.com",
)
"""Parts of names of what every project has, or Google provides."""
