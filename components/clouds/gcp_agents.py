"""Google Cloud: service agents, the accounts with which services reach a project's keys and networks.

Enabling a service does not create its agent, and a grant to an agent that does not exist fails; so each grant depends on
the resource here that brings the agent about. Addresses: https://cloud.google.com/iam/docs/service-agents.
The agent of Vertex AI custom code (``gcp-sa-aiplatform-cc``) is left out: only a first job creates it.
"""

import pulumi_gcp as gcp
from pulumi import Input, Output

from components.core.scope import Scope
from components.core.vocabulary import DataClass

IDENTITIES: dict[str, str] = {
    "aiplatform": "gcp-sa-aiplatform",
    "artifactregistry": "gcp-sa-artifactregistry",
    "pubsub": "gcp-sa-pubsub",
    "run": "serverless-robot-prod",
    "storage": "gs-project-accounts",
    "workflows": "gcp-sa-workflows",
}
"""Domain of the agent of each service whose agent can be made on demand."""

KEY_USERS: dict[DataClass, tuple[str, ...]] = {
    DataClass.DATA: ("storage", "bigquery", "aiplatform"),
    DataClass.MODELS: ("storage", "bigquery", "aiplatform", "artifactregistry", "run", "workflows"),
    DataClass.LOGS: ("storage", "logging", "pubsub"),
}
"""Which services encrypt with the key of a data class."""


def address(service: str, number: Input[str]) -> Output[str]:
    """Member of the agent of a service in :data:`IDENTITIES`; ``number`` is the project number."""
    return Output.concat("serviceAccount:service-", number, "@", IDENTITIES[service], ".iam.gserviceaccount.com")


def make_identity(scope: Scope, service: str, project: Input[str]) -> gcp.projects.ServiceIdentity:
    """Bring about the agent of ``service``. Asking again returns the same agent, and nothing deletes it."""
    return gcp.projects.ServiceIdentity(
        scope.label(f"{service}-agent"),
        project=project,
        service=f"{service}.googleapis.com",
        opts=scope.options(),
    )


def look_up(service: str, project: Input[str]) -> Output[str]:
    """Member of the agent of BigQuery or Logging, which reading it brings about.

    https://cloud.google.com/bigquery/docs/customer-managed-encryption,
    https://cloud.google.com/logging/docs/routing/managed-encryption-storage
    """
    if service == "bigquery":
        return Output.concat("serviceAccount:", gcp.bigquery.get_default_service_account_output(project=project).email)
    settings = gcp.logging.get_project_settings_output(project=project)
    return Output.concat("serviceAccount:", settings.kms_service_account_id)
