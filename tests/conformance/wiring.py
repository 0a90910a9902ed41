"""Stand-in references and specs, so that each capability can be built alone on each cloud."""

from typing import Any

from components.core.cloud import Cloud
from components.core.profile import PostureOverrides, Profile
from components.core.scope import ScopeSpec
from components.core.spec import Spec
from components.core.vocabulary import Classification, ComputeSize, Frequency, Risk
from components.endpoint.contract import EndpointSpec, ModelVersion
from components.feature_store.contract import Entity, FeatureGroup, FeatureStoreSpec, FeatureType
from components.foundation.contract import FoundationSpec
from components.identity.contract import CiSpec, IdentitySpec
from components.keys.contract import KeysSpec
from components.monitoring.contract import DriftSpec, MonitoringSpec
from components.network.contract import Egress, NetworkSpec
from components.registry.contract import RegistrySpec
from components.storage.contract import StorageSpec
from components.training.contract import TrainingSpec

REGIONS = {Cloud.AWS: "eu-west-1", Cloud.AZURE: "westeurope", Cloud.GCP: "europe-west4"}
ACCOUNTS = {Cloud.AWS: "", Cloud.AZURE: "", Cloud.GCP: "acme-ml-dev"}

_ARM = "/subscriptions/00000000-0000-0000-0000-000000000003/resourceGroups/churn-dev/providers"
_UAMI = f"{_ARM}/Microsoft.ManagedIdentity/userAssignedIdentities"
_GCP = "projects/acme-ml-dev"
_ZONES = ("raw", "curated", "features", "artifacts", "monitoring", "logs")
_ROLES = ("training", "pipeline", "serving", "monitoring")


def _arn(service: str, rest: str, region: str = "eu-west-1") -> str:
    return f"arn:aws:{service}:{region}:123456789012:{rest}"


REFS: dict[Cloud, dict[str, Any]] = {
    Cloud.AWS: {
        "foundation": {
            "group_name": "churn-dev",
            "account_id": "123456789012",
            "account_number": "123456789012",
            "log_id": "/tripod/churn-dev",
        },
        "network": {
            "network_id": "vpc-0a1b2c3d4e5f60718",
            "subnet_ids": ["subnet-0a1b2c3d4e5f60718", "subnet-1a1b2c3d4e5f60718"],
            "endpoint_subnet_id": "subnet-0a1b2c3d4e5f60718",
            "security_group_id": "sg-0a1b2c3d4e5f60718",
            "attachment_id": "subnet-0a1b2c3d4e5f60718",
            "dns_scope": "vpc-0a1b2c3d4e5f60718",
        },
        "keys": {
            "data_key_id": _arn("kms", "key/11111111-1111-1111-1111-111111111111"),
            "models_key_id": _arn("kms", "key/22222222-2222-2222-2222-222222222222"),
            "logs_key_id": _arn("kms", "key/33333333-3333-3333-3333-333333333333"),
            "vault_id": _arn("kms", "alias/churn-dev-data"),
            "user_id": "arn:aws:iam::123456789012:root",
        },
        "identity": {
            **{f"{role}_id": f"arn:aws:iam::123456789012:role/churn-dev-{role}" for role in (*_ROLES, "approver")},
            **{f"{role}_principal": f"churn-dev-{role}" for role in (*_ROLES, "approver")},
        },
        "storage": {
            **{f"{zone}_id": f"arn:aws:s3:::churn-dev-{zone}-abcde" for zone in _ZONES},
            **{f"{zone}_uri": f"s3://churn-dev-{zone}-abcde" for zone in _ZONES},
        },
        "feature_store": {
            "store_id": "churn_dev",
            "offline_uri": "s3://churn-dev-features-abcde/store",
            "online_endpoint": "featurestore-runtime.sagemaker.eu-west-1.amazonaws.com",
        },
        "registry": {
            "registry_id": _arn("sagemaker", "model-package-group/churn-dev-churn"),
            "image_repository_id": _arn("ecr", "repository/churn-dev/tripod-runtime"),
            "image_repository": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/churn-dev",
            "tracking_uri": _arn("sagemaker", "mlflow-app/app-abc"),
        },
        "training": {
            "workspace_id": _arn("sagemaker", "domain/d-abcdefghijkl"),
            "compute_id": "arn:aws:iam::123456789012:policy/churn-dev-jobs",
            "pipeline_id": _arn("sagemaker", "pipeline/churn-dev-training"),
        },
        "endpoint": {
            "endpoint_id": _arn("sagemaker", "endpoint/churn-dev"),
            "endpoint_name": "churn-dev",
            "instance_type": "ml.m5.large",
            "capture_uri": "s3://churn-dev-monitoring-abcde/capture",
        },
    },
    Cloud.AZURE: {
        "foundation": {
            "group_name": "churn-dev",
            "account_id": "00000000-0000-0000-0000-000000000003",
            "account_number": "00000000-0000-0000-0000-000000000004",
            "log_id": f"{_ARM}/Microsoft.OperationalInsights/workspaces/churn-dev",
        },
        "network": {
            "network_id": f"{_ARM}/Microsoft.Network/virtualNetworks/churn-dev",
            "subnet_ids": [
                f"{_ARM}/Microsoft.Network/virtualNetworks/churn-dev/subnets/workloads-{index}" for index in (1, 2)
            ],
            "endpoint_subnet_id": f"{_ARM}/Microsoft.Network/virtualNetworks/churn-dev/subnets/endpoints",
            "security_group_id": f"{_ARM}/Microsoft.Network/networkSecurityGroups/churn-dev",
            "attachment_id": f"{_ARM}/Microsoft.Network/virtualNetworks/churn-dev/subnets/workloads-1",
            "dns_scope": f"{_ARM}/Microsoft.Network/privateDnsZones",
        },
        "keys": {
            "data_key_id": "https://churn-dev-abcde.vault.azure.net/keys/data",
            "models_key_id": "https://churn-dev-abcde.vault.azure.net/keys/models",
            "logs_key_id": "https://churn-dev-abcde.vault.azure.net/keys/logs",
            "vault_id": f"{_ARM}/Microsoft.KeyVault/vaults/churn-dev-abcde",
            "user_id": f"{_UAMI}/churn-dev-encryption",
        },
        "identity": {
            **{f"{role}_id": f"{_UAMI}/churn-dev-{role}" for role in _ROLES},
            **{
                f"{role}_principal": f"00000000-0000-0000-0000-0000000001{index:02d}"
                for index, role in enumerate((*_ROLES, "approver"))
            },
            "approver_id": "/subscriptions/00000000-0000-0000-0000-000000000003/providers/Microsoft.Authorization"
            "/roleDefinitions/11111111-2222-3333-4444-555555555555",
        },
        "storage": {
            f"{zone}_id": f"{_ARM}/Microsoft.Storage/storageAccounts/{account}/blobServices/default/containers/{zone}"
            for account, zones in (("churndevlakeabcde", _ZONES[:3]), ("churndevwsabcde", _ZONES[3:]))
            for zone in zones
        }
        | {
            f"{zone}_uri": f"abfss://{zone}@{account}.dfs.core.windows.net"
            for account, zones in (("churndevlakeabcde", _ZONES[:3]), ("churndevwsabcde", _ZONES[3:]))
            for zone in zones
        },
        "feature_store": {
            "store_id": f"{_ARM}/Microsoft.MachineLearningServices/workspaces/churn-dev-features-abcde",
            "offline_uri": "abfss://features@churndevlakeabcde.dfs.core.windows.net/store",
            "online_endpoint": "churn-dev-abcde.redis.cache.windows.net",
        },
        "registry": {
            "registry_id": f"{_ARM}/Microsoft.MachineLearningServices/registries/churn-dev-abcde",
            "image_repository_id": f"{_ARM}/Microsoft.ContainerRegistry/registries/churndevabcde",
            "image_repository": "churndevabcde.azurecr.io",
            "tracking_uri": "azureml://westeurope.api.azureml.ms/mlflow/v1.0/churn",
        },
        "training": {
            "workspace_id": f"{_ARM}/Microsoft.MachineLearningServices/workspaces/churn-dev-abcde",
            "compute_id": f"{_ARM}/Microsoft.MachineLearningServices/workspaces/churn-dev-abcde/computes/train-a",
            "pipeline_id": f"{_ARM}/Microsoft.MachineLearningServices/workspaces/churn-dev-abcde/batchEndpoints/train",
        },
        "endpoint": {
            "endpoint_id": f"{_ARM}/Microsoft.MachineLearningServices/workspaces/churn-dev-abcde"
            "/onlineEndpoints/churn-dev-abcde",
            "endpoint_name": "churn-dev-abcde",
            "instance_type": "Standard_F4s_v2",
            "capture_uri": "abfss://monitoring@churndevwsabcde.dfs.core.windows.net/capture",
        },
    },
    Cloud.GCP: {
        "foundation": {
            "group_name": "acme-ml-dev",
            "account_id": "acme-ml-dev",
            "account_number": "123456789012",
            "log_id": f"{_GCP}/locations/global/buckets/_Default",
        },
        "network": {
            "network_id": f"{_GCP}/global/networks/churn-dev",
            "subnet_ids": [f"{_GCP}/regions/europe-west4/subnetworks/churn-dev-workloads-{index}" for index in (1, 2)],
            "endpoint_subnet_id": f"{_GCP}/regions/europe-west4/subnetworks/churn-dev-endpoints",
            "security_group_id": f"{_GCP}/global/firewalls/churn-dev-internal",
            "attachment_id": f"{_GCP}/regions/europe-west4/networkAttachments/churn-dev",
            "dns_scope": f"{_GCP}/managedZones/churn-dev-googleapis",
        },
        "keys": {
            f"{kind}_key_id": f"{_GCP}/locations/europe-west4/keyRings/churn-dev/cryptoKeys/{kind}"
            for kind in ("data", "models", "logs")
        }
        | {
            "vault_id": f"{_GCP}/locations/europe-west4/keyRings/churn-dev",
            "user_id": "serviceAccount:service-123456789012@gcp-sa-aiplatform.iam.gserviceaccount.com",
        },
        "identity": {
            **{f"{role}_id": f"churn-dev-{role}@acme-ml-dev.iam.gserviceaccount.com" for role in _ROLES},
            **{
                f"{role}_principal": f"serviceAccount:churn-dev-{role}@acme-ml-dev.iam.gserviceaccount.com"
                for role in _ROLES
            },
            "approver_id": f"{_GCP}/roles/churn_dev_approver",
            "approver_principal": "group:ml-approvers@example.com",
        },
        "storage": {
            **{f"{zone}_id": f"churn-dev-{zone}-abcde" for zone in _ZONES},
            **{f"{zone}_uri": f"gs://churn-dev-{zone}-abcde" for zone in _ZONES},
        },
        "feature_store": {
            "store_id": f"{_GCP}/datasets/churn_dev_features",
            "offline_uri": "bq://acme-ml-dev.churn_dev_features",
            "online_endpoint": f"{_GCP}/locations/europe-west4/featureOnlineStores/churn_dev",
        },
        "registry": {
            "registry_id": f"{_GCP}/locations/europe-west4/models/churn",
            "image_repository_id": f"{_GCP}/locations/europe-west4/repositories/churn-dev-images",
            "image_repository": "europe-west4-docker.pkg.dev/acme-ml-dev/churn-dev-images",
            "tracking_uri": f"{_GCP}/locations/europe-west4/tensorboards/1234567890",
        },
        "training": {
            "workspace_id": f"{_GCP}/locations/europe-west4/metadataStores/default",
            "compute_id": f"{_GCP}/locations/europe-west4/persistentResources/churn-dev",
            "pipeline_id": f"{_GCP}/locations/europe-west4/workflows/churn-dev-training",
        },
        "endpoint": {
            "endpoint_id": f"{_GCP}/locations/europe-west4/endpoints/123456789",
            "endpoint_name": "123456789",
            "instance_type": "n1-standard-2",
            "capture_uri": "bq://acme-ml-dev.churn_dev_capture.requests",
        },
    },
}

WIRES: dict[str, tuple[str, ...]] = {
    "foundation": (),
    "network": ("foundation",),
    "keys": ("foundation", "network"),
    "identity": ("foundation", "keys"),
    "storage": ("foundation", "keys", "network", "identity"),
    "feature_store": ("foundation", "keys", "storage", "network", "identity"),
    "registry": ("foundation", "keys", "storage", "identity", "network"),
    "training": ("foundation", "keys", "storage", "identity", "registry", "feature_store", "network"),
    "endpoint": ("foundation", "keys", "storage", "identity", "registry", "training", "network"),
    "monitoring": ("foundation", "keys", "storage", "identity", "registry", "training", "endpoint", "network"),
}
"""References that each capability takes."""

APPROVERS = {
    Cloud.AWS: ("arn:aws:iam::123456789012:role/ml-approvers",),
    Cloud.AZURE: ("99999999-0000-0000-0000-000000000001",),
    Cloud.GCP: ("group:ml-approvers@example.com",),
}

_USAGE = FeatureGroup(
    entity="customer",
    description="Use of the product.",
    features={"sessions": FeatureType.INTEGER, "minutes": FeatureType.FLOAT, "plan": FeatureType.STRING},
    online=True,
    ttl_days=30,
)
_STORE = FeatureStoreSpec(
    entities={"customer": Entity(key="customer_id", description="A customer.")}, groups={"usage": _USAGE}
)


def defaults(capability: str, cloud: Cloud) -> Spec:
    """Least that a user writes."""
    return {
        "foundation": FoundationSpec(),
        "network": NetworkSpec(),
        "keys": KeysSpec(),
        "identity": IdentitySpec(),
        "storage": StorageSpec(),
        "feature_store": _STORE,
        "registry": RegistrySpec(),
        "training": TrainingSpec(),
        "endpoint": EndpointSpec(),
        "monitoring": MonitoringSpec(),
    }[capability]


def maximal(capability: str, cloud: Cloud) -> Spec:
    """Every option used."""
    return {
        "foundation": FoundationSpec(),
        "network": NetworkSpec(zones=3, egress=Egress.NAT),
        "keys": KeysSpec(rotation_days=180),
        "identity": IdentitySpec(ci=CiSpec(repository="acme/churn", owner_id="4711"), approvers=APPROVERS[cloud]),
        "storage": StorageSpec(recovery_days=30, capture_days=60, archive_days=90),
        "feature_store": _STORE,
        "registry": RegistrySpec(models=("model", "challenger"), keep_images=50),
        "training": TrainingSpec(
            size=ComputeSize.LARGE, spot=True, schedule=Frequency.WEEKLY, batch_schedule=Frequency.DAILY
        ),
        "endpoint": EndpointSpec(
            size=ComputeSize.LARGE, min_instances=2, max_instances=6, model=ModelVersion(name="model", version="3")
        ),
        "monitoring": MonitoringSpec(
            notify=("ml@example.com", "ops@example.com"), drift=DriftSpec(), retrain_on_drift=True
        ),
    }[capability]


def scope(cloud: Cloud, profile: Profile = Profile.STANDARD, **posture: Any) -> ScopeSpec:
    """The stack that everything stands in."""
    return ScopeSpec(
        name="churn",
        environment="dev",
        cloud=cloud,
        region=REGIONS[cloud],
        profile=profile,
        owner="growth-ml@example.com",
        cost_center="growth",
        classification=Classification.CONFIDENTIAL,
        risk=Risk.LIMITED,
        account=ACCOUNTS[cloud],
        posture=PostureOverrides(**posture),
    )


def arguments(capability: str, cloud: Cloud, spec: Spec, scope_spec: ScopeSpec) -> Any:
    """Arguments of the component."""
    return {"scope": scope_spec, "spec": spec, **{wire: REFS[cloud][wire] for wire in WIRES[capability]}}
