"""Google Cloud: names, labels, machines and schedules."""

import re
from collections.abc import Mapping

from components.core.names import NameRule
from components.core.scope import CloudFacts
from components.core.vocabulary import ComputeSize, Frequency

_STORAGE = "https://cloud.google.com/storage/docs/buckets#naming"
_COMPUTE = "https://cloud.google.com/compute/docs/naming-resources"
_FORWARDING = "https://cloud.google.com/compute/docs/reference/rest/v1/globalForwardingRules"
_DNS = "https://cloud.google.com/dns/docs/reference/rest/v1/managedZones"
_CONNECTIVITY = (
    "https://cloud.google.com/network-connectivity/docs/reference/networkconnectivity/rest/v1/"
    "projects.locations.serviceConnectionPolicies"
)
_KMS = "https://cloud.google.com/kms/docs/reference/rest/v1/projects.locations.keyRings/create"
_ACCOUNT = "https://cloud.google.com/iam/docs/reference/rest/v1/projects.serviceAccounts/create"
_ROLE = "https://cloud.google.com/iam/docs/reference/rest/v1/projects.roles/create"
_POOL = "https://cloud.google.com/iam/docs/reference/rest/v1/projects.locations.workloadIdentityPools/create"
_DATASET = "https://cloud.google.com/bigquery/docs/datasets#dataset-naming"
_TABLE = "https://cloud.google.com/bigquery/docs/tables#table_naming"
_PUBSUB = "https://cloud.google.com/pubsub/docs/pubsub-basics#resource_names"
_FEATURES = "https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations"

NAMES: dict[str, NameRule] = {
    "bucket": NameRule(min=3, max=63, pattern=r"[a-z0-9][a-z0-9_-]*[a-z0-9]", url=_STORAGE, unique=True),
    "compute": NameRule(max=63, pattern=r"[a-z]([-a-z0-9]*[a-z0-9])?", url=_COMPUTE),
    "custom_role": NameRule(min=3, max=64, pattern=r"[a-zA-Z0-9_.]+", url=_ROLE, separator="_", unique=True),
    "dataset": NameRule(max=1024, pattern=r"[A-Za-z0-9_]+", url=_DATASET, separator="_"),
    "dns_zone": NameRule(max=63, pattern=r"[a-z]([-a-z0-9]*[a-z0-9])?", url=_DNS),
    "feature_group": NameRule(
        max=128, pattern=r"[a-z_][a-z0-9_]*", url=f"{_FEATURES}.featureGroups/create", separator="_"
    ),
    "feature_view": NameRule(
        max=60, pattern=r"[a-z_][a-z0-9_]*", url=f"{_FEATURES}.featureOnlineStores.featureViews/create", separator="_"
    ),
    "key": NameRule(max=63, pattern=r"[a-zA-Z0-9_-]+", url=_KMS),
    "key_ring": NameRule(max=63, pattern=r"[a-zA-Z0-9_-]+", url=_KMS, unique=True),
    "online_store": NameRule(
        max=60, pattern=r"[a-z_][a-z0-9_]*", url=f"{_FEATURES}.featureOnlineStores/create", separator="_"
    ),
    "persistent_resource": NameRule(
        max=63, pattern=r"[a-z]([-a-z0-9]*[a-z0-9])?", url=f"{_FEATURES}.persistentResources/create"
    ),
    "log_bucket": NameRule(
        max=100,
        pattern=r"[A-Za-z0-9][A-Za-z0-9_.-]*",
        url="https://cloud.google.com/logging/docs/reference/v2/rest/v2/projects.locations.buckets/create",
        unique=True,
    ),
    "log_sink": NameRule(
        max=100,
        pattern=r"[A-Za-z0-9][A-Za-z0-9_.-]*",
        url="https://cloud.google.com/logging/docs/reference/v2/rest/v2/projects.sinks",
    ),
    "run_job": NameRule(  # 63 less what a token adds to the name of an execution
        max=49,
        pattern=r"[a-z]([a-z0-9-]*[a-z0-9])?",
        url="https://cloud.google.com/run/docs/create-jobs",
    ),
    "subscription": NameRule(min=3, max=255, pattern=r"(?!goog)[A-Za-z][A-Za-z0-9._~+%-]*", url=_PUBSUB),
    "topic": NameRule(min=3, max=255, pattern=r"(?!goog)[A-Za-z][A-Za-z0-9._~+%-]*", url=_PUBSUB),
    "trigger": NameRule(
        max=63,
        pattern=r"[a-z]([a-z0-9-]*[a-z0-9])?",
        url="https://cloud.google.com/eventarc/docs/reference/rest/v1/projects.locations.triggers/create",
    ),
    "scheduler_job": NameRule(
        max=500,
        pattern=r"[a-zA-Z0-9_-]+",
        url="https://cloud.google.com/scheduler/docs/reference/rest/v1/projects.locations.jobs",
    ),
    "workflow": NameRule(
        max=64,
        pattern=r"[a-zA-Z]([a-zA-Z0-9_-]*[a-zA-Z0-9])?",
        url="https://cloud.google.com/workflows/docs/reference/rest/v1/projects.locations.workflows/create",
    ),
    "psc_google_apis": NameRule(max=20, pattern=r"[a-z][a-z0-9]*", url=_FORWARDING, separator=""),
    "delivery": NameRule(
        max=63,
        pattern=r"[a-z]([a-z0-9-]{0,61}[a-z0-9])?",
        url="https://cloud.google.com/deploy/docs/api/reference/rest/v1/projects.locations.deliveryPipelines",
    ),
    "repository": NameRule(
        max=63,
        pattern=r"[a-z]([a-z0-9-]*[a-z0-9])?",
        url="https://cloud.google.com/artifact-registry/docs/reference/rest/v1/projects.locations.repositories",
    ),
    "service_account": NameRule(min=6, max=30, pattern=r"[a-z]([-a-z0-9]*[a-z0-9])", url=_ACCOUNT),
    "service_connection_policy": NameRule(max=63, pattern=r"[a-z]([-a-z0-9]*[a-z0-9])?", url=_CONNECTIVITY),
    "table": NameRule(max=1024, pattern=r"[A-Za-z0-9_]+", url=_TABLE, separator="_"),
    "workload_pool": NameRule(min=4, max=32, pattern=r"(?!gcp-)[a-z0-9-]+", url=_POOL, unique=True),
    "workload_provider": NameRule(min=4, max=32, pattern=r"(?!gcp-)[a-z0-9-]+", url=_POOL),
}
"""Rule per kind of resource. Vertex AI names take no hyphen, so nothing of it may be auto-named. Unique are names that
the cloud keeps after deletion (key rings are never deleted, roles and pools only softly) and those of buckets.
"""


ACCELERATORS: dict[ComputeSize, tuple[str, int]] = {ComputeSize.GPU: ("NVIDIA_TESLA_T4", 1)}
"""Accelerator and number per node; the machines of the other sizes have none."""

RELEASE_MANIFEST = "release.json"
"""Object in zone artifacts that says what a release into the endpoint must use."""


def cores(machine: str) -> int:
    """Virtual CPUs of a machine type: the last number of its name (https://cloud.google.com/compute/docs/machine-resource)."""
    return int(machine.rsplit("-", 1)[-1])


def snake(text: str) -> str:
    """``text`` with the underscores that feature stores, BigQuery and metadata want in place of hyphens."""
    return re.sub(r"[^a-z0-9_]+", "_", text.lower())


def tags(portable: Mapping[str, str]) -> dict[str, str]:
    """Labels: ``[a-z0-9_-]``, at most 63 characters (https://cloud.google.com/resource-manager/docs/labels-overview)."""

    def clean(text: str) -> str:
        return re.sub(r"[^a-z0-9_-]", "_", text.lower().replace("@", "_at_"))[:63]

    return {clean(key): clean(value) for key, value in portable.items()}


FACTS = CloudFacts(
    names=NAMES,
    tags=tags,
    training_machines={
        ComputeSize.SMALL: "n1-standard-4",
        ComputeSize.MEDIUM: "n1-standard-4",
        ComputeSize.LARGE: "n1-standard-8",
        ComputeSize.XLARGE: "n1-standard-16",
        ComputeSize.GPU: "n1-standard-4",
    },
    serving_machines={
        ComputeSize.SMALL: "n1-standard-2",
        ComputeSize.MEDIUM: "n1-standard-4",
        ComputeSize.LARGE: "n1-standard-8",
        ComputeSize.XLARGE: "n1-standard-16",
        ComputeSize.GPU: "n1-standard-4",
    },
    schedules={
        Frequency.HOURLY: "0 * * * *",
        Frequency.DAILY: "0 2 * * *",
        Frequency.WEEKLY: "0 2 * * 1",
        Frequency.MONTHLY: "0 2 1 * *",
    },
)
