"""References that one capability hands to another: bundles of plain ids, never resources.

They are TypedDicts because components cannot take components as inputs in a Pulumi package; each key is an output of
the capability of the same name, so a reference can come from a component or from another stack's outputs.
"""

from collections.abc import Sequence
from typing import NotRequired, TypedDict

from pulumi import Input


class FoundationRef(TypedDict):
    """Where everything of the stack lives."""

    group_name: Input[str]
    """AWS resource group; Azure resource group; Google Cloud project id."""
    account_id: Input[str]
    """AWS account id; Azure subscription id; Google Cloud project id, known once its services are enabled."""
    account_number: Input[str]
    """AWS account id; Azure tenant id; Google Cloud project number."""
    log_id: Input[str]
    """Where platform logs go: prefix of CloudWatch log groups; Log Analytics workspace ARM id; log bucket id."""


class NetworkRef(TypedDict):
    """The private network."""

    network_id: Input[str]
    """VPC id; virtual network ARM id; VPC network id (``projects/…/global/networks/…``)."""
    subnet_ids: Input[Sequence[Input[str]]]
    """Private subnets for workloads."""
    endpoint_subnet_id: Input[str]
    """Subnet that holds private endpoints."""
    security_group_id: Input[str]
    """What says who may talk: security group; network security group; the firewall's id."""
    attachment_id: Input[str]
    """Where managed compute plugs in: first workload subnet; the same on Azure; network attachment on Google Cloud."""
    dns_scope: Input[str]
    """Where private names are resolved: VPC id; ARM id prefix of the private DNS zones; managed zone id."""


class KeysRef(TypedDict):
    """Customer keys, one per data class."""

    data_key_id: Input[str]
    """KMS key ARN; Key Vault key identifier without version; CryptoKey id."""
    models_key_id: Input[str]
    logs_key_id: Input[str]
    vault_id: Input[str]
    """What holds the keys: ARN of the data key's alias; vault ARM id; key ring id."""
    user_id: Input[str]
    """Who uses the keys for services: account root ARN; ARM id of the encryption identity; Vertex AI service agent."""


class IdentityRef(TypedDict):
    """Principals. ``*_id`` is what a resource runs as, ``*_principal`` what a grant names."""

    training_id: Input[str]
    """Role ARN; user-assigned identity ARM id; service account e-mail."""
    training_principal: Input[str]
    """Role name; principal (object) id; ``serviceAccount:…`` member."""
    pipeline_id: Input[str]
    pipeline_principal: Input[str]
    serving_id: Input[str]
    serving_principal: Input[str]
    monitoring_id: Input[str]
    monitoring_principal: Input[str]
    approver_id: Input[str]
    """Role ARN; ARM id of the custom role definition; name of the custom role."""
    approver_principal: Input[str]
    """Role name; object id of the approvers' group; member of the approvers' group. Empty where none was given."""


class StorageRef(TypedDict):
    """Zones of storage: ``*_id`` is the bucket ARN, the container's ARM id or the bucket name; ``*_uri`` a prefix."""

    raw_id: Input[str]
    raw_uri: Input[str]
    """``s3://…``, ``abfss://…``, ``gs://…``; never ends with a slash."""
    curated_id: Input[str]
    curated_uri: Input[str]
    features_id: Input[str]
    features_uri: Input[str]
    artifacts_id: Input[str]
    artifacts_uri: Input[str]
    monitoring_id: Input[str]
    monitoring_uri: Input[str]
    logs_id: Input[str]
    logs_uri: Input[str]


class LakeRef(TypedDict):
    """Zones that the data platform owns: bucket ARNs, container ARM ids or bucket names."""

    raw_id: Input[str]
    curated_id: Input[str]
    features_id: Input[str]


class FeatureStoreRef(TypedDict):
    """The feature store."""

    store_id: Input[str]
    offline_uri: Input[str]
    online_endpoint: NotRequired[Input[str]]


class RegistryRef(TypedDict):
    """Models and images."""

    registry_id: Input[str]
    """Model package group ARN of the first model; ARM id of the first model in the Azure ML registry; name of the first
    model in Vertex AI, ``projects/…/locations/…/models/<model>``, which exists once a version is registered."""
    image_repository_id: Input[str]
    """ECR repository ARN; container registry ARM id; Artifact Registry repository id."""
    image_repository: Input[str]
    """What an image reference begins with."""
    tracking_uri: Input[str]


class TrainingRef(TypedDict):
    """The workspace and what pipelines run on."""

    workspace_id: Input[str]
    compute_id: Input[str]
    pipeline_id: Input[str]
    """What a trigger starts to retrain: SageMaker pipeline ARN; batch endpoint ARM id; Workflows workflow id."""


class EndpointRef(TypedDict):
    """The real-time endpoint's slot."""

    endpoint_id: Input[str]
    endpoint_name: Input[str]
    instance_type: Input[str]
    """Machine of the endpoint's instances, as the cloud calls it."""
    capture_uri: Input[str]
    """Where captured requests and responses are written."""
