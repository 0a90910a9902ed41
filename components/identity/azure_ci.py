"""Keyless CI on Azure: two identities that trust the OIDC tokens of one repository, one to preview and one to apply.

Entra ID compares a token's subject as a whole, so the number of the repository's owner has to be part of it. GitHub
puts it there once the repository says so
(https://docs.github.com/actions/reference/security/oidc#customizing-the-subject-claims-for-a-repository)::

    gh api -X PUT repos/OWNER/REPO/actions/oidc/customization/sub -F use_default=false \\
      -f 'include_claim_keys[]=repository_owner_id' \\
      -f 'include_claim_keys[]=repository' -f 'include_claim_keys[]=context'

The identity that applies manages the stack's resource group, service by service, and hands out only the roles that the
kit hands out. It can neither write custom roles nor assign them, by which it could raise itself: whoever made the stack
first, a person, also applies changes of those, and of the flow log, which Azure keeps in a group of its own.
"""

from collections.abc import Sequence

import pulumi_azure_native as azure
from pulumi import Output

from components.clouds.azure_ids import group_id
from components.clouds.azure_ml_roles import Duty, custom_role
from components.clouds.azure_roles import BuiltInRole, assign_only, role_assignment
from components.core.refs import FoundationRef
from components.core.scope import Scope
from components.identity.contract import CiSpec

AUDIENCE = "api://AzureADTokenExchange"
"""Audience of tokens that Entra ID exchanges
(https://learn.microsoft.com/entra/workload-id/workload-identity-federation-create-trust-user-assigned-managed-identity)."""

MANAGES: tuple[BuiltInRole, ...] = (
    BuiltInRole.APP_INSIGHTS_COMPONENT_CONTRIBUTOR,
    BuiltInRole.CONTAINER_REGISTRY_CONTRIBUTOR,
    BuiltInRole.EVENT_GRID_CONTRIBUTOR,
    BuiltInRole.KEY_VAULT_CONTRIBUTOR,
    BuiltInRole.LOGIC_APP_CONTRIBUTOR,
    BuiltInRole.LOG_ANALYTICS_CONTRIBUTOR,
    BuiltInRole.MANAGED_IDENTITY_CONTRIBUTOR,
    BuiltInRole.MANAGED_IDENTITY_OPERATOR,
    BuiltInRole.MONITORING_CONTRIBUTOR,
    BuiltInRole.NETWORK_CONTRIBUTOR,
    BuiltInRole.PRIVATE_DNS_ZONE_CONTRIBUTOR,
    BuiltInRole.REDIS_CACHE_CONTRIBUTOR,
    BuiltInRole.RESOURCE_POLICY_CONTRIBUTOR,
    BuiltInRole.STORAGE_ACCOUNT_CONTRIBUTOR,
)
"""What applying a stack needs of each service, apart from Azure ML, which has no built-in role for it."""

HANDS_OUT: tuple[BuiltInRole, ...] = (
    BuiltInRole.ACR_DELETE,
    BuiltInRole.ACR_PULL,
    BuiltInRole.ACR_PUSH,
    BuiltInRole.AI_ADMINISTRATOR,
    BuiltInRole.AI_NETWORK_CONNECTION_APPROVER,
    BuiltInRole.APP_INSIGHTS_COMPONENT_CONTRIBUTOR,
    BuiltInRole.BLOB_DATA_CONTRIBUTOR,
    BuiltInRole.BLOB_DATA_READER,
    BuiltInRole.KEY_VAULT_CONTRIBUTOR,
    BuiltInRole.KEY_VAULT_CRYPTO_SERVICE_ENCRYPTION_USER,
    BuiltInRole.KEY_VAULT_SECRETS_OFFICER,
    BuiltInRole.MANAGED_IDENTITY_OPERATOR,
    BuiltInRole.ML_DATA_SCIENTIST,
    BuiltInRole.ML_METRICS_WRITER,
    BuiltInRole.ML_REGISTRY_USER,
    BuiltInRole.MONITORING_METRICS_PUBLISHER,
    BuiltInRole.READER,
    BuiltInRole.REDIS_CACHE_CONTRIBUTOR,
    BuiltInRole.STORAGE_ACCOUNT_CONTRIBUTOR,
    BuiltInRole.STORAGE_FILE_DATA_PRIVILEGED_CONTRIBUTOR,
)
"""Roles that components grant to workloads; a component that grants another one has to be added here."""

_ML = "Microsoft.MachineLearningServices"
_ML_MANAGED = (
    "registries",
    "workspaces",
    "workspaces/batchEndpoints",
    "workspaces/batchEndpoints/deployments",
    "workspaces/components",
    "workspaces/components/versions",
    "workspaces/computes",
    "workspaces/connections",
    "workspaces/data",
    "workspaces/data/versions",
    "workspaces/datastores",
    "workspaces/environments/versions",
    "workspaces/eventGridFilters",
    "workspaces/featuresets",
    "workspaces/featurestoreentities",
    "workspaces/models",
    "workspaces/models/versions",
    "workspaces/onlineEndpoints",
    "workspaces/onlineEndpoints/deployments",
    "workspaces/privateEndpointConnections",
    "workspaces/schedules",
)
APPLY_ML = Duty(
    description="Applies the Azure ML resources of a stack",
    actions=(
        "Microsoft.Resources/deployments/delete",
        "Microsoft.Resources/deployments/operationstatuses/read",
        "Microsoft.Resources/deployments/read",
        "Microsoft.Resources/deployments/validate/action",
        "Microsoft.Resources/deployments/write",
        "Microsoft.Resources/subscriptions/resourceGroups/read",
        "Microsoft.Resources/subscriptions/resourceGroups/write",
        *(f"{_ML}/{kind}/{verb}" for kind in _ML_MANAGED for verb in ("delete", "read", "write")),
        f"{_ML}/locations/mfeOperationResults/read",
        f"{_ML}/locations/mfeOperationsStatus/read",
        f"{_ML}/locations/workspaceOperationsStatus/read",
        f"{_ML}/registries/privateEndpointConnectionsApproval/action",
        f"{_ML}/workspaces/environments/read",
        f"{_ML}/workspaces/environments/write",
        f"{_ML}/workspaces/privateEndpointConnectionsApproval/action",
        f"{_ML}/workspaces/provisionManagedNetwork/action",
    ),
)
"""Operations: https://learn.microsoft.com/azure/role-based-access-control/permissions/ai-machine-learning."""


def ci_identities(scope: Scope, foundation: FoundationRef, ci: CiSpec) -> tuple[Output[str], Output[str]]:
    """Make the two identities; their client ids, for preview and for apply."""
    group = group_id(foundation["account_id"], foundation["group_name"])
    preview = _identity(scope, "ci-preview", foundation, ci, ("pull_request", f"ref:refs/heads/{ci.branch}"))
    role_assignment(
        scope,
        "ci-preview-role",
        subscription=foundation["account_id"],
        role=BuiltInRole.READER,
        on=group,
        principal=preview.principal_id,
    )
    apply = _identity(scope, "ci-apply", foundation, ci, (f"environment:{ci.environment}",))
    for role in MANAGES:
        role_assignment(
            scope,
            f"ci-apply-{role.name.lower().replace('_', '-')}",
            subscription=foundation["account_id"],
            role=role,
            on=group,
            principal=apply.principal_id,
        )
    role_assignment(
        scope,
        "ci-apply-ml",
        subscription=foundation["account_id"],
        role=custom_role(scope, "ci-apply-ml", foundation=foundation, duty=APPLY_ML),
        on=group,
        principal=apply.principal_id,
    )
    role_assignment(
        scope,
        "ci-apply-grants",
        subscription=foundation["account_id"],
        role=BuiltInRole.ROLE_BASED_ACCESS_CONTROL_ADMINISTRATOR,
        on=group,
        principal=apply.principal_id,
        condition=assign_only(HANDS_OUT),
    )
    return Output.from_input(preview.client_id), Output.from_input(apply.client_id)


def subject(ci: CiSpec, context: str) -> str:
    """``sub`` of a token whose template names owner id, repository and context."""
    return f"repository_owner_id:{ci.owner_id}:repository:{ci.repository}:{context}"


def _identity(
    scope: Scope, part: str, foundation: FoundationRef, ci: CiSpec, contexts: Sequence[str]
) -> azure.managedidentity.UserAssignedIdentity:
    """One identity and its credentials, one after the other: Azure refuses them at the same time."""
    made = azure.managedidentity.UserAssignedIdentity(
        scope.label(part),
        resource_name_=scope.name("user_identity", part),
        resource_group_name=foundation["group_name"],
        location=scope.region,
        tags=scope.tags(),
        opts=scope.options(),
    )
    previous: list[azure.managedidentity.FederatedIdentityCredential] = []
    for context in contexts:
        kind = context.partition(":")[0].replace("_", "-")
        previous.append(
            azure.managedidentity.FederatedIdentityCredential(
                scope.label(part, kind),
                federated_identity_credential_resource_name=scope.name("federated_credential", kind),
                resource_name_=made.name,
                resource_group_name=foundation["group_name"],
                issuer=ci.issuer,
                subject=subject(ci, context),
                audiences=[AUDIENCE],
                opts=scope.options(depends_on=previous[-1:]),
            )
        )
    return made
