"""Who may run what on Google Cloud: the pipeline starts jobs, training tracks them and uploads models.

In place of the role Vertex AI User, which may also deploy models and change them: whoever may do so approves and
releases (https://cloud.google.com/iam/docs/roles-permissions/aiplatform#aiplatform.user). An upload sets the labels of
the new version, so training code could still upload one that says it is approved: no permission tells the two apart.
"""

from collections.abc import Mapping

from pulumi import Output

from components.clouds import gcp_grants
from components.core.scope import Scope
from components.training.contract import TrainingArgs

TRACKING: Mapping[str, str] = {
    "artifacts": "create get list update",
    "contexts": "addContextArtifactsAndExecutions addContextChildren create get list queryContextLineageSubgraph "
    "update",
    "executions": "addExecutionEvents create get list queryExecutionInputsAndOutputs update",
    "metadataSchemas": "create get list",
    "metadataStores": "get list",
    "operations": "list",
    "tensorboardExperiments": "create get list update write",
    "tensorboardRuns": "batchCreate create get list update write",
    "tensorboardTimeSeries": "batchCreate batchRead create get list read update",
    "tensorboards": "get list",
}
"""Writing lineage and experiments; deleting neither."""
RUNNING: Mapping[str, str] = {
    **TRACKING,
    "customJobs": "cancel create get list",
    "models": "get list",
    "persistentResources": "get list",
    "pipelineJobs": "cancel create get list",
}
"""Starting jobs and following them, pipelines of the project's own included."""
REGISTERING: Mapping[str, str] = {
    **TRACKING,
    "modelEvaluationSlices": "get import list",
    "modelEvaluations": "get import list",
    "models": "get list upload",
}
"""Uploading versions with their evaluations; changing and deploying none."""


def permissions(kinds: Mapping[str, str]) -> list[str]:
    """Full names (https://cloud.google.com/iam/docs/permissions-reference)."""
    return [f"aiplatform.{kind}.{verb}" for kind, verbs in kinds.items() for verb in verbs.split()]


def grant(scope: Scope, args: TrainingArgs) -> None:
    """The pipeline starts jobs that run as training, its schedules start it as itself, and both write lineage."""
    project, identity = args["foundation"]["account_id"], args["identity"]
    for role in ("training", "pipeline"):
        account = Output.concat(
            "projects/",
            project,
            "/serviceAccounts/",
            identity[f"{role}_id"],  # type: ignore[literal-required]
        )
        gcp_grants.on_account(scope, f"act-as-{role}", account, gcp_grants.ACT_AS, identity["pipeline_principal"])
    for part, kinds, who, description in (
        ("jobs", RUNNING, identity["pipeline_principal"], "Starts jobs and follows them."),
        ("tracking", REGISTERING, identity["training_principal"], "Tracks runs and uploads models."),
    ):
        gcp_grants.by_permission(scope, part, project, permissions(kinds), who, description=description)
    for part, name, who in (
        ("start", "roles/workflows.invoker", identity["pipeline_principal"]),  # no class grants on one workflow
        ("log", "roles/logging.logWriter", identity["pipeline_principal"]),
        ("log-training", "roles/logging.logWriter", identity["training_principal"]),
    ):
        gcp_grants.on_project(scope, part, project, name, who)
