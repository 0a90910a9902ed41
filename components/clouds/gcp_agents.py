"""Google Cloud: service agents, the accounts with which services reach a project's keys, networks and data.

Enabling a service does not create its agent, a grant to an agent that does not exist fails, and an agent that was made
on demand has no roles (https://cloud.google.com/iam/docs/create-service-agents). So agents are made here with the role
that their service needs. Addresses: https://cloud.google.com/iam/docs/service-agents.
The agent of Vertex AI custom code (``gcp-sa-aiplatform-cc``) is left out: only a first job creates it.
"""

from dataclasses import dataclass

import pulumi_gcp as gcp
from pulumi import Input, Output, Resource

from components.core.scope import Scope
from components.core.vocabulary import DataClass


@dataclass(frozen=True, kw_only=True)
class Agent:
    """A service agent that can be made on demand."""

    domain: str
    role: str | None
    """What the service needs on the project; None where it needs nothing."""


AGENTS: dict[str, Agent] = {
    "aiplatform": Agent(domain="gcp-sa-aiplatform", role="roles/aiplatform.serviceAgent"),
    "artifactregistry": Agent(domain="gcp-sa-artifactregistry", role="roles/artifactregistry.serviceAgent"),
    "eventarc": Agent(domain="gcp-sa-eventarc", role="roles/eventarc.serviceAgent"),
    "monitoring": Agent(domain="gcp-sa-monitoring-notification", role="roles/monitoring.notificationServiceAgent"),
    "pubsub": Agent(domain="gcp-sa-pubsub", role="roles/pubsub.serviceAgent"),
    "run": Agent(domain="serverless-robot-prod", role="roles/run.serviceAgent"),
    "storage": Agent(domain="gs-project-accounts", role=None),
    "workflows": Agent(domain="gcp-sa-workflows", role="roles/workflows.serviceAgent"),
}
ROLES: tuple[str, ...] = tuple(agent.role for agent in AGENTS.values() if agent.role is not None)

KEY_USERS: dict[DataClass, tuple[str, ...]] = {
    DataClass.DATA: ("storage", "bigquery", "aiplatform"),
    DataClass.MODELS: ("storage", "bigquery", "aiplatform", "artifactregistry", "run", "workflows"),
    DataClass.LOGS: ("storage", "logging", "pubsub"),
}
"""Which services encrypt with the key of a data class."""


def address(service: str, number: Input[str]) -> Output[str]:
    """Member of the agent of a service in :data:`AGENTS`; ``number`` is the project number."""
    return Output.concat("serviceAccount:service-", number, "@", AGENTS[service].domain, ".iam.gserviceaccount.com")


def make_identity(scope: Scope, service: str, project: Input[str]) -> gcp.projects.ServiceIdentity:
    """Bring about the agent of ``service``. Asking again returns the same agent, and nothing deletes it."""
    return gcp.projects.ServiceIdentity(
        scope.label(f"{service}-agent"),
        project=project,
        service=f"{service}.googleapis.com",
        opts=scope.options(),
    )


def make_agent(scope: Scope, service: str, project: Input[str], number: Input[str]) -> list[Resource]:
    """Bring about the agent of ``service`` with its role; returns what a grant to it has to wait for."""
    identity = make_identity(scope, service, project)
    role = AGENTS[service].role
    if role is None:
        return [identity]
    grant = gcp.projects.IAMMember(
        scope.label(f"{service}-agent-role"),
        project=project,
        role=role,
        member=address(service, number),
        # Other stacks of the project live on the same binding.
        opts=scope.options(depends_on=[identity], retain_on_delete=True),
    )
    return [identity, grant]


def look_up(service: str, project: Input[str]) -> Output[str]:
    """Member of the agent of BigQuery or Logging, which reading it brings about.

    https://cloud.google.com/bigquery/docs/customer-managed-encryption,
    https://cloud.google.com/logging/docs/routing/managed-encryption-storage
    """
    if service == "bigquery":
        return Output.concat("serviceAccount:", gcp.bigquery.get_default_service_account_output(project=project).email)
    settings = gcp.logging.get_project_settings_output(project=project)
    return Output.concat("serviceAccount:", settings.kms_service_account_id)
