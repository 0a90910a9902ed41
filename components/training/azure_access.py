"""Who may do what in the workspace, and on the storage that it keeps logs and snapshots in."""

import pulumi_azure_native as azure
from pulumi import Input

from components.clouds.azure_ids import account_of
from components.clouds.azure_ml_roles import REGISTER, RUN, START, custom_role
from components.clouds.azure_roles import BuiltInRole, role_assignment
from components.core.scope import Scope
from components.training.contract import TrainingArgs

_BLOBS = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs"
_CONTAINER = "@Resource[Microsoft.Storage/storageAccounts/blobServices/containers:name]"
_BLOB_ACTIONS = ("read", "write", "delete", "add/action", "move/action", "tags/read", "tags/write")

SYSTEM_CONTAINERS = "azureml*"
"""Containers that a workspace makes in its storage account: run logs, snapshots, outputs without a place of their own
(https://learn.microsoft.com/azure/machine-learning/how-to-access-data#default-datastore)."""


def only_containers(pattern: str) -> str:
    """Condition that limits a blob role on an account to containers whose names match
    (https://learn.microsoft.com/azure/storage/blobs/storage-auth-abac-examples)."""
    others = " AND ".join(f"!(ActionMatches{{'{_BLOBS}/{action}'}})" for action in _BLOB_ACTIONS)
    return f"(({others}) OR ({_CONTAINER} StringLike '{pattern}'))"


def grant_workspace(
    scope: Scope, args: TrainingArgs, workspace_id: Input[str]
) -> list[azure.authorization.RoleAssignment]:
    """Jobs log runs, the pipeline's identity registers, triggers start; nobody here deploys or changes compute."""
    made: list[azure.authorization.RoleAssignment] = []
    foundation, identity = args["foundation"], args["identity"]
    run = custom_role(scope, "runner", foundation=foundation, duty=RUN)
    register = custom_role(scope, "registrar", foundation=foundation, duty=REGISTER)
    start = custom_role(scope, "starter", foundation=foundation, duty=START)
    for part, principal, role in (
        ("run-training", identity["training_principal"], run),
        ("run-monitoring", identity["monitoring_principal"], run),
        ("register-pipeline", identity["pipeline_principal"], register),
        ("start-pipeline", identity["pipeline_principal"], start),
        ("start-monitoring", identity["monitoring_principal"], start),
        ("measure-serving", identity["serving_principal"], BuiltInRole.ML_METRICS_WRITER),
        ("measure-monitoring", identity["monitoring_principal"], BuiltInRole.MONITORING_METRICS_PUBLISHER),
    ):
        made.append(
            role_assignment(
                scope, part, subscription=foundation["account_id"], role=role, on=workspace_id, principal=principal
            )
        )
    if not scope.posture.public_access:
        made.append(
            role_assignment(
                scope,
                "build-pipeline",
                subscription=foundation["account_id"],
                role=BuiltInRole.ACR_PUSH,  # its cluster builds images where the registry is private
                on=args["registry"]["image_repository_id"],
                principal=identity["pipeline_principal"],
            )
        )
    account = account_of(args["storage"]["artifacts_id"])
    for part, principal, access in (
        ("system-training", identity["training_principal"], BuiltInRole.BLOB_DATA_CONTRIBUTOR),
        ("system-pipeline", identity["pipeline_principal"], BuiltInRole.BLOB_DATA_CONTRIBUTOR),
        ("system-monitoring", identity["monitoring_principal"], BuiltInRole.BLOB_DATA_CONTRIBUTOR),
        ("system-serving", identity["serving_principal"], BuiltInRole.BLOB_DATA_READER),
    ):
        made.append(
            role_assignment(
                scope,
                part,
                subscription=foundation["account_id"],
                role=access,
                on=account,
                principal=principal,
                condition=only_containers(SYSTEM_CONTAINERS),
            )
        )
    return made
