"""Custom roles of Azure ML, for duties that the built-in roles give too much for.

AzureML Data Scientist may also write endpoints, datastores and connections; a training job needs none of these. Actions
by duty: https://learn.microsoft.com/azure/machine-learning/how-to-assign-roles#common-scenarios.
"""

from dataclasses import dataclass
from uuid import UUID, uuid5

import pulumi_azure_native as azure
from pulumi import Output

from components.clouds.azure_ids import group_id
from components.core.refs import FoundationRef
from components.core.scope import Scope

_NAMESPACE = UUID("1f8a5c36-6d0b-5a0f-8d38-9a1f0c3b52e4")
"""Fixed, so that a role keeps its GUID in every plan."""
_ML = "Microsoft.MachineLearningServices/workspaces"


@dataclass(frozen=True, kw_only=True)
class Duty:
    """What a custom role may do."""

    description: str
    actions: tuple[str, ...]


_READ_RUNS = (
    f"{_ML}/read",
    f"{_ML}/components/read",
    f"{_ML}/components/versions/read",
    f"{_ML}/computes/read",
    f"{_ML}/data/read",
    f"{_ML}/data/versions/read",
    f"{_ML}/datastores/read",
    f"{_ML}/environments/read",
    f"{_ML}/environments/versions/read",
    f"{_ML}/experiments/read",
    f"{_ML}/experiments/runs/read",
    f"{_ML}/jobs/read",
    f"{_ML}/metadata/artifacts/read",
    f"{_ML}/metadata/snapshots/read",
    f"{_ML}/models/read",
    f"{_ML}/models/versions/read",
)

RUN = Duty(
    description="Logs runs, metrics and artifacts of jobs; deploys nothing and registers nothing",
    actions=(
        *_READ_RUNS,
        f"{_ML}/experiments/runs/write",
        f"{_ML}/experiments/write",
        f"{_ML}/jobs/write",
        f"{_ML}/metadata/artifacts/write",
        f"{_ML}/metrics/resource/write",
    ),
)
"""What the code of a job does in its workspace."""

REGISTER = Duty(
    description="Logs runs of jobs and registers model versions in the workspace",
    actions=(*RUN.actions, f"{_ML}/models/write", f"{_ML}/models/versions/write"),
)
"""What the step that registers a candidate does."""

START = Duty(
    description="Reads what the pipeline endpoint runs and starts it as a job",
    actions=(
        *_READ_RUNS,
        f"{_ML}/batchEndpoints/read",
        f"{_ML}/batchEndpoints/deployments/read",
        f"{_ML}/batchEndpoints/jobs/write",
        f"{_ML}/environments/readSecrets/action",
        f"{_ML}/experiments/runs/submit/action",
        f"{_ML}/experiments/runs/write",
        f"{_ML}/jobs/write",
        f"{_ML}/metadata/artifacts/write",
        "Microsoft.Insights/metrics/read",
    ),
)
"""What a trigger does to retrain, and how it sees whether it should."""

RELEASE = Duty(
    description="Moves traffic between the deployments of an online endpoint and removes the old one",
    actions=(
        f"{_ML}/read",
        f"{_ML}/onlineEndpoints/read",
        f"{_ML}/onlineEndpoints/write",
        f"{_ML}/onlineEndpoints/deployments/read",
        f"{_ML}/onlineEndpoints/deployments/delete",
        "Microsoft.Insights/metrics/read",
    ),
)
"""What the release workflow does, besides assigning the identity that the endpoint has."""


def custom_role(scope: Scope, part: str, *, foundation: FoundationRef, duty: Duty) -> Output[str]:
    """Define a role that can be assigned in the stack's resource group; its ARM id, which a plan knows already.

    The id is that of the subscription, which is how Azure spells ids of roles wherever they are defined.
    """
    group = group_id(foundation["account_id"], foundation["group_name"])
    name = scope.name("role_definition", part)
    guid = str(uuid5(_NAMESPACE, name))
    definition = azure.authorization.RoleDefinition(
        scope.label(part, "role"),
        role_definition_id=guid,
        role_name=name,
        role_type="CustomRole",
        description=duty.description,
        permissions=[azure.authorization.PermissionArgs(actions=list(duty.actions))],
        assignable_scopes=[group],
        scope=group,
        opts=scope.options(),
    )
    role = Output.concat(
        "/subscriptions/", foundation["account_id"], "/providers/Microsoft.Authorization/roleDefinitions/", guid
    )
    return Output.all(role, definition.urn).apply(lambda known: str(known[0]))  # the URN makes users wait for it
