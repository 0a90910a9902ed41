"""Captured requests and responses on Google Cloud: a BigQuery table in a dataset of its own."""

import json
from dataclasses import asdict, dataclass

import pulumi_gcp as gcp
from pulumi import Input, Output

from components.clouds import gcp_agents, gcp_grants
from components.core.scope import Scope
from components.core.vocabulary import ZONE_CLASS, DataClass, Zone
from components.endpoint.contract import EndpointArgs


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column, in the words of the API."""

    name: str
    type: str
    mode: str
    description: str


COLUMNS: tuple[Column, ...] = (
    Column(name="endpoint", type="STRING", mode="NULLABLE", description="Resource name of the endpoint."),
    Column(name="deployed_model_id", type="STRING", mode="NULLABLE", description="The deployed model that answered."),
    Column(name="logging_time", type="TIMESTAMP", mode="NULLABLE", description="When the request was logged, in UTC."),
    Column(name="request_id", type="NUMERIC", mode="NULLABLE", description="Number of the request."),
    Column(name="request_payload", type="STRING", mode="REPEATED", description="Instances of the request, as JSON."),
    Column(name="response_payload", type="STRING", mode="REPEATED", description="Predictions, as JSON."),
    Column(name="model", type="STRING", mode="NULLABLE", description="Resource name of the model."),
    Column(name="model_version", type="STRING", mode="NULLABLE", description="Version of the model."),
    Column(name="api_method", type="STRING", mode="NULLABLE", description="Method of the API that was called."),
    Column(
        name="full_request", type="JSON", mode="NULLABLE", description="The request, for methods other than predict."
    ),
    Column(
        name="full_response", type="JSON", mode="NULLABLE", description="The answer, for methods other than predict."
    ),
    Column(name="metadata", type="JSON", mode="NULLABLE", description="Latency and the like."),
    Column(
        name="otel_log",
        type="JSON",
        mode="NULLABLE",
        description="Record in the form of OpenTelemetry, where that is switched on.",
    ),
)
"""What Vertex AI writes (https://cloud.google.com/vertex-ai/docs/predictions/online-prediction-logging)."""


def make_capture(scope: Scope, args: EndpointArgs) -> Output[str]:
    """Make dataset and table; returns the ``bq://`` address of the table."""
    project, key = args["foundation"]["account_id"], _key(scope, args)
    dataset = gcp.bigquery.Dataset(
        scope.label("capture"),
        project=project,
        dataset_id=scope.name("dataset", "capture"),
        location=scope.region,  # the default is US
        description=f"Requests and responses of {scope.prefix}",
        default_encryption_configuration=gcp.bigquery.DatasetDefaultEncryptionConfigurationArgs(kms_key_name=key)
        if key is not None
        else None,
        delete_contents_on_destroy=not scope.posture.deletion_protection,  # the service may add tables
        deletion_policy="PREVENT" if scope.posture.deletion_protection else "DELETE",
        labels=scope.tags(),
        opts=scope.options(stateful=True),
    )
    table = gcp.bigquery.Table(
        scope.label("capture", "requests"),
        project=project,
        dataset_id=dataset.dataset_id,
        table_id=scope.name("table", "requests"),
        description=f"Requests and responses of {scope.prefix}",
        schema=json.dumps([asdict(column) for column in COLUMNS], sort_keys=True),
        time_partitioning=gcp.bigquery.TableTimePartitioningArgs(type="DAY", field="logging_time"),
        encryption_configuration=gcp.bigquery.TableEncryptionConfigurationArgs(kms_key_name=key)
        if key is not None
        else None,
        deletion_protection=scope.posture.deletion_protection,  # on by default, and a destroy would then fail
        labels=scope.tags(),
        opts=scope.options(stateful=True, ignore_changes=["schema"]),  # the service adds columns in time
    )
    writer = gcp_agents.address("aiplatform", args["foundation"]["account_number"])
    readers = {
        "service": (gcp_grants.DATA_EDITOR, writer),
        "monitoring": (gcp_grants.DATA_VIEWER, args["identity"]["monitoring_principal"]),
    }
    for part, (role, who) in readers.items():
        gcp_grants.on_dataset(scope, f"capture-{part}", dataset.dataset_id, role, who, project=project)
    return Output.concat("bq://", project, ".", dataset.dataset_id, ".", table.table_id)


def _key(scope: Scope, args: EndpointArgs) -> Input[str] | None:
    """Key of what lies in zone monitoring on other clouds."""
    data_class = ZONE_CLASS[Zone.MONITORING]
    if not scope.covers(data_class):
        return None
    keys: dict[DataClass, Input[str]] = {
        DataClass.DATA: args["keys"]["data_key_id"],
        DataClass.MODELS: args["keys"]["models_key_id"],
        DataClass.LOGS: args["keys"]["logs_key_id"],
    }
    return keys[data_class]
