"""Which members of a Google Cloud resource go together: rules that the provider checks by itself before any call.

Read in its definitions (magic-modules, ``conflicts``, ``exactly_one_of``, ``required_with``). Rules that the
definitions write without a full path inside a list are left out: the provider does not apply them.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Any, Final

from simulator.catalogue.facts import Confidence, Rule
from simulator.catalogue.sources.rows import Row, Rows, Table

_EXACTLY = Rule.EXACTLY_ONE_OF
_NOT_BOTH = Rule.CONFLICTS
_SOME = Rule.AT_LEAST_ONE_OF

_Group = tuple[str, Rule, tuple[Any, ...]]

_GROUPS: Final[MappingProxyType[str, tuple[str, tuple[_Group, ...]]]] = MappingProxyType(
    {
        "artifactregistry/repository:Repository": (
            "artifactregistry/Repository",
            (
                ("", _NOT_BOTH, ("virtualRepositoryConfig", "remoteRepositoryConfig")),
                (
                    "remoteRepositoryConfig",
                    _EXACTLY,
                    (
                        "aptRepository",
                        "commonRepository",
                        "dockerRepository",
                        "mavenRepository",
                        "npmRepository",
                        "pythonRepository",
                        "yumRepository",
                    ),
                ),
            ),
        ),
        "clouddeploy/customTargetType:CustomTargetType": (
            "clouddeploy/CustomTargetType",
            (("", _NOT_BOTH, ("customActions", "tasks")),),
        ),
        "cloudscheduler/job:Job": (
            "cloudscheduler/Job",
            (
                ("", _EXACTLY, ("pubsubTarget", "httpTarget", "appEngineHttpTarget")),
                (
                    "retryConfig",
                    _SOME,
                    ("retryCount", "maxRetryDuration", "minBackoffDuration", "maxBackoffDuration", "maxDoublings"),
                ),
            ),
        ),
        "compute/firewall:Firewall": (
            "compute/Firewall",
            (
                ("", _EXACTLY, ("allows", "denies")),
                ("", _NOT_BOTH, ("sourceServiceAccounts", "sourceTags")),
                ("", _NOT_BOTH, ("sourceServiceAccounts", "targetTags")),
                ("", _NOT_BOTH, ("sourceTags", "targetServiceAccounts")),
                ("", _NOT_BOTH, ("targetServiceAccounts", "targetTags")),
            ),
        ),
        "compute/route:Route": (
            "compute/Route",
            (
                (
                    "",
                    _EXACTLY,
                    ("nextHopGateway", "nextHopIlb", "nextHopInstance", "nextHopIp", "nextHopVpnTunnel"),
                ),
            ),
        ),
        "compute/router:Router": ("compute/Router", (("", _NOT_BOTH, ("network", "nccGateway")),)),
        "compute/routerNat:RouterNat": (
            "compute/RouterNat",
            (
                ("", _NOT_BOTH, ("initialNatIps", "natIps")),
                ("", _NOT_BOTH, ("initialNatIps", "drainNatIps")),
            ),
        ),
        "iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider": (
            "iambeta/WorkloadIdentityPoolProvider",
            (("", _EXACTLY, ("aws", "oidc", "saml", "x509")),),
        ),
        "monitoring/alertPolicy:AlertPolicy": (
            "monitoring/AlertPolicy",
            (("documentation", _SOME, ("content", "links", "mimeType", "subject")),),
        ),
        "monitoring/metricDescriptor:MetricDescriptor": (
            "monitoring/MetricDescriptor",
            (("metadata", _SOME, ("ingestDelay", "samplePeriod")),),
        ),
        "pubsub/subscription:Subscription": (
            "pubsub/Subscription",
            (
                ("", _NOT_BOTH, ("bigqueryConfig", "cloudStorageConfig", "pushConfig")),
                ("bigqueryConfig", _NOT_BOTH, ("useTopicSchema", "useTableSchema")),
            ),
        ),
        "pubsub/topic:Topic": (
            "pubsub/Topic",
            (
                (
                    "ingestionDataSourceSettings",
                    _NOT_BOTH,
                    ("awsKinesis", "awsMsk", "azureEventHubs", "cloudStorage", "confluentCloud"),
                ),
            ),
        ),
        "secretmanager/secret:Secret": (
            "secretmanager/Secret",
            (
                ("replication", _EXACTLY, ("auto", "userManaged")),
                ("", Rule.REQUIRES, ("rotation", ["topics"])),
            ),
        ),
        "vertex/aiEndpoint:AiEndpoint": (
            "vertexai/Endpoint",
            (
                ("", _NOT_BOTH, ("network", "privateServiceConnectConfig")),
                ("", _NOT_BOTH, ("dedicatedEndpointEnabled", "privateServiceConnectConfig")),
            ),
        ),
        "vertex/aiFeatureOnlineStore:AiFeatureOnlineStore": (
            "vertexai/FeatureOnlineStore",
            (
                ("", _EXACTLY, ("bigtable", "optimized")),
                ("", _NOT_BOTH, ("embeddingManagement", "optimized")),
            ),
        ),
        "vertex/aiFeatureOnlineStoreFeatureview:AiFeatureOnlineStoreFeatureview": (
            "vertexai/FeatureOnlineStoreFeatureview",
            (
                ("", _EXACTLY, ("bigQuerySource", "featureRegistrySource")),
                ("", _NOT_BOTH, ("featureRegistrySource", "vectorSearchConfig")),
                ("syncConfig", _NOT_BOTH, ("cron", "continuous")),
            ),
        ),
    }
)
"""Type token without ``gcp:`` -> definition, and path, rule and members of each group."""


def _rows(definition: str, groups: tuple[_Group, ...]) -> Rows:
    source = f"magic-modules mmv1/products/{definition}.yaml"
    return tuple(Row(path, rule, list(members), source, Confidence.PROVIDER) for path, rule, members in groups)


class GoogleGroups(Table):
    """The fact source."""

    package = "gcp"
    name = "members that go together in the definitions of the Google provider"
    rows = MappingProxyType({token: _rows(*row) for token, row in _GROUPS.items()})
