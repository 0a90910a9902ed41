"""Facts of Google Cloud types that stand in words only: names of resources, and what the provider checks by hand.

Names come from the reference of the create method (the discovery documents repeat it without an expression), the rest
from the definitions of the provider (magic-modules), whose rules are checked before any call. Which members go together
stands in :mod:`simulator.catalogue.sources.google_groups`.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from simulator.catalogue.facts import Confidence, Rule
from simulator.catalogue.shapes import Shape
from simulator.catalogue.sources.rows import Row, Rows, Table, between, named
from simulator.catalogue.types import Kind

_MM_HAND = "magic-modules mmv1/third_party/terraform"
_VERTEX = "https://cloud.google.com/vertex-ai/docs/reference/rest/v1beta1/projects.locations"
_PUBSUB = "https://cloud.google.com/pubsub/docs/pubsub-basics#resource_names"
_KMS = "https://cloud.google.com/kms/docs/reference/rest/v1/projects.locations.keyRings/create"
_LOGGING = "https://cloud.google.com/logging/docs/reference/v2/rest/v2/projects"
_DEPLOY = "https://cloud.google.com/deploy/docs/api/reference/rest/v1/projects.locations"
_LABELS = "https://cloud.google.com/resource-manager/docs/labels-overview#requirements"

_SNAKE = r"[a-z_][a-z0-9_]*"
_DNS = r"[a-z](?:[-a-z0-9]*[a-z0-9])?"
_TOPIC = r"(?!goog)[A-Za-z][A-Za-z0-9._~+%-]*"
_PIPELINE = r"[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?"
_BUCKET = (
    r"(?!goog)(?!.*google)(?!\d+\.\d+\.\d+\.\d+$)(?=[^.]{3,63}$|(?:[^.]{1,63}\.)+[^.]{1,63}$)"
    r"[a-z0-9][a-z0-9._-]*[a-z0-9]"
)
_DAY_IN_SECONDS = r"(?:8640\d|864[1-9]\d|86[5-9]\d\d|8[7-9]\d{3}|9\d{4}|\d{6,})(?:\.\d{1,9})?s"
_LABEL_VALUE = r"(?:[a-z0-9_-]|[^\x00-\x7f]){0,63}"


def _mm(definition: str) -> str:
    return f"magic-modules mmv1/products/{definition}.yaml"


def _compute(service: str) -> Rows:
    # verify.ValidateGCEName
    source = _mm(f"compute/{service}")
    return named("name", source, pattern=_DNS, least=1, most=63, confidence=Confidence.PROVIDER)


_ROWS: Final = MappingProxyType(
    {
        "artifactregistry/repository:Repository": named(
            "repositoryId",
            "https://cloud.google.com/artifact-registry/docs/repositories/create-repos",
            pattern=_DNS,
            most=63,
        ),
        "bigquery/dataset:Dataset": (
            *named(
                "datasetId",
                "https://cloud.google.com/bigquery/docs/reference/rest/v2/datasets#DatasetReference",
                pattern="[A-Za-z0-9_]+",
                most=1024,
            ),
            *between("defaultTableExpirationMs", 3_600_000, None, _mm("bigquery/Dataset")),
        ),
        "bigquery/table:Table": named(
            "tableId", "https://cloud.google.com/bigquery/docs/reference/rest/v2/tables#TableReference", most=1024
        ),
        "clouddeploy/customTargetType:CustomTargetType": named(
            "name", f"{_DEPLOY}.customTargetTypes", pattern=_PIPELINE
        ),
        "clouddeploy/deliveryPipeline:DeliveryPipeline": named(
            "name", f"{_DEPLOY}.deliveryPipelines", pattern=_PIPELINE
        ),
        "clouddeploy/target:Target": named("name", f"{_DEPLOY}.targets", pattern=_PIPELINE),
        "cloudscheduler/job:Job": (
            *named(
                "name",
                "https://cloud.google.com/scheduler/docs/reference/rest/v1/projects.locations.jobs",
                pattern="[A-Za-z0-9_-]+",
                most=500,
            ),
            *between(
                "retryConfig.retryCount",
                0,
                5,
                "https://cloud.google.com/scheduler/docs/reference/rest/v1/projects.locations.jobs#RetryConfig",
            ),
        ),
        "compute/firewall:Firewall": (
            *_compute("Firewall"),
            *between("priority", 0, 65535, _mm("compute/Firewall")),
        ),
        "compute/network:Network": _compute("Network"),
        "compute/route:Route": _compute("Route"),
        "compute/router:Router": _compute("Router"),
        "compute/routerNat:RouterNat": (
            *named(
                "name",
                _mm("compute/RouterNat"),
                pattern=_DNS,
                least=2,
                most=63,
                confidence=Confidence.PROVIDER,
            ),
            *between("rules[*].ruleNumber", 0, 65000, _mm("compute/RouterNat")),
        ),
        "compute/subnetwork:Subnetwork": _compute("Subnetwork"),
        "dns/managedZone:ManagedZone": named(
            "name", "https://cloud.google.com/dns/docs/reference/rest/v1/managedZones", pattern=_DNS, least=1, most=63
        ),
        "iam/workloadIdentityPool:WorkloadIdentityPool": named(
            "workloadIdentityPoolId",
            _mm("iambeta/WorkloadIdentityPool"),
            pattern=r"(?!gcp-)[a-z0-9-]+(?:\.svc\.id\.goog)?",
            least=4,
            confidence=Confidence.PROVIDER,
        ),
        "iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider": named(
            "workloadIdentityPoolProviderId",
            _mm("iambeta/WorkloadIdentityPoolProvider"),
            pattern="(?!gcp-)[a-z0-9-]+",
            least=4,
            most=32,
            confidence=Confidence.PROVIDER,
        ),
        "kms/cryptoKey:CryptoKey": (
            *named("name", _KMS, pattern="[a-zA-Z0-9_-]+", least=1, most=63),
            Row("rotationPeriod", Rule.PATTERN, _DAY_IN_SECONDS, _mm("kms/CryptoKey"), Confidence.PROVIDER),
        ),
        "kms/keyRing:KeyRing": named("name", _KMS, pattern="[a-zA-Z0-9_-]+", least=1, most=63),
        "logging/projectBucketConfig:ProjectBucketConfig": named(
            "bucketId", f"{_LOGGING}.locations.buckets/create", pattern="[A-Za-z0-9_][A-Za-z0-9_.-]*", most=100
        ),
        "logging/projectSink:ProjectSink": named(
            "name", f"{_LOGGING}.sinks", pattern="[A-Za-z0-9][A-Za-z0-9_.-]*", most=100
        ),
        "projects/iAMCustomRole:IAMCustomRole": (
            *named(
                "roleId",
                f"{_MM_HAND}/verify/validation.go",
                pattern=r"[a-zA-Z0-9_.]+",
                least=3,
                most=64,
                confidence=Confidence.PROVIDER,
            ),
            Row(
                "permissions",
                Rule.MIN_ITEMS,
                1,
                f"{_MM_HAND}/services/resourcemanager/resource_google_project_iam_custom_role.go",
                Confidence.PROVIDER,
            ),
        ),
        "pubsub/subscription:Subscription": (
            *named("name", _PUBSUB, pattern=_TOPIC, least=3, most=255),
            *named("filter", _mm("pubsub/Subscription"), most=256, confidence=Confidence.PROVIDER),
            *between(
                "ackDeadlineSeconds",
                0,
                600,
                "https://cloud.google.com/pubsub/docs/reference/rest/v1/projects.subscriptions",
            ),
        ),
        "pubsub/topic:Topic": named("name", _PUBSUB, pattern=_TOPIC, least=3, most=255),
        "secretmanager/secret:Secret": named(
            "secretId",
            "https://cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets/create",
            pattern="[A-Za-z0-9_-]+",
            most=255,
        ),
        "serviceaccount/account:Account": named(
            "accountId",
            f"{_MM_HAND}/services/resourcemanager/resource_google_service_account.go",
            pattern="[a-z][-a-z0-9]*[a-z0-9]",
            least=6,
            most=30,
            confidence=Confidence.PROVIDER,
        ),
        "storage/bucket:Bucket": (
            *named("name", "https://cloud.google.com/storage/docs/buckets#naming", pattern=_BUCKET, least=3, most=222),
            Row(
                "lifecycleRules",
                Rule.MAX_ITEMS,
                100,
                f"{_MM_HAND}/services/storage/resource_storage_bucket.go",
                Confidence.PROVIDER,
            ),
            Row(
                "lifecycleRules[*].condition.withState",
                Rule.ENUM,
                ["", "ANY", "ARCHIVED", "LIVE"],
                f"{_MM_HAND}/services/storage/resource_storage_bucket.go",
                Confidence.PROVIDER,
            ),
            Row(
                "ipFilter.mode",
                Rule.ENUM,
                ["Disabled", "Enabled"],
                f"{_MM_HAND}/services/storage/resource_storage_bucket.go",
                Confidence.PROVIDER,
            ),
        ),
        "vertex/aiEndpoint:AiEndpoint": named(
            "name",
            f"{_VERTEX}.endpoints/create",
            pattern=r"[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?|[1-9]\d{0,9}",
        ),
        "vertex/aiFeatureGroup:AiFeatureGroup": named(
            "name", f"{_VERTEX}.featureGroups/create", pattern=_SNAKE, most=128
        ),
        "vertex/aiFeatureGroupFeature:AiFeatureGroupFeature": named(
            "name", f"{_VERTEX}.featureGroups.features/create", pattern=_SNAKE, most=128
        ),
        "vertex/aiFeatureOnlineStore:AiFeatureOnlineStore": (
            *named("name", f"{_VERTEX}.featureOnlineStores/create", pattern=_SNAKE, most=60),
            *between("bigtable.autoScaling.cpuUtilizationTarget", 10, 80, f"{_VERTEX}.featureOnlineStores"),
            *between("bigtable.autoScaling.minNodeCount", 1, None, f"{_VERTEX}.featureOnlineStores"),
        ),
        "vertex/aiFeatureOnlineStoreFeatureview:AiFeatureOnlineStoreFeatureview": named(
            "name", f"{_VERTEX}.featureOnlineStores.featureViews/create", pattern=_SNAKE, most=60
        ),
        "vertex/aiMetadataStore:AiMetadataStore": named("name", f"{_VERTEX}.metadataStores/create", least=4, most=128),
        "vertex/aiPersistentResource:AiPersistentResource": named(
            "name", f"{_VERTEX}.persistentResources/create", pattern=_PIPELINE
        ),
        "workflows/workflow:Workflow": named(
            "name",
            "https://cloud.google.com/workflows/docs/reference/rest/v1/projects.locations.workflows/create",
            pattern="[a-zA-Z](?:[a-zA-Z0-9_-]*[a-zA-Z0-9])?",
            least=1,
            most=64,
        ),
    }
)


class GoogleRules(Table):
    """The fact source."""

    package = "gcp"
    name = "rules of Google Cloud written by hand"
    rows = _ROWS

    def further(self, shape: Shape) -> Rows:
        """Return the rules of labels."""
        # What Monitoring calls labels are the settings of a channel.
        labels = "userLabels" if shape.token.startswith("gcp:monitoring/") else "labels"
        if not shape.accepts(labels, Kind.MAP):
            return ()
        return Row(labels, Rule.MAX_ITEMS, 64, _LABELS), Row(f"{labels}[*]", Rule.PATTERN, _LABEL_VALUE, _LABELS)
