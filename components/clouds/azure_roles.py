"""Built-in roles of Azure and role assignments.

GUIDs and what they allow: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles. Owner,
Contributor and User Access Administrator are absent on purpose: nothing in the kit needs them.
"""

from collections.abc import Sequence
from enum import StrEnum
from uuid import UUID, uuid5

import pulumi
import pulumi_azure_native as azure
from pulumi import Input, Output

from components.core.scope import Scope

_NAMESPACE = UUID("6d2f1f0e-0d0a-5d0e-9c39-0d8c1f4a7b11")
"""Fixed, so that the same assignment has the same name in every plan."""


class BuiltInRole(StrEnum):
    """Built-in roles that the kit assigns, by GUID."""

    ACR_DELETE = "c2f4ef07-c644-48eb-af81-4b1b4947fb11"
    ACR_PULL = "7f951dda-4ed3-4680-a7ca-43fe172d538d"
    ACR_PUSH = "8311e382-0749-4cb8-b61a-304f252e45ec"
    AI_ADMINISTRATOR = "b78c5d69-af96-48a3-bf8d-a8b4d589de94"
    AI_NETWORK_CONNECTION_APPROVER = "b556d68e-0be0-4f35-a333-ad7ee1ce17ea"
    APP_INSIGHTS_COMPONENT_CONTRIBUTOR = "ae349356-3a1b-4a5e-921d-050484c6347e"
    BLOB_DATA_CONTRIBUTOR = "ba92f5b4-2d11-453d-a403-e96b0029c9fe"
    BLOB_DATA_READER = "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"
    CONTAINER_REGISTRY_CONTRIBUTOR = "3bc748fc-213d-45c1-8d91-9da5725539b9"
    EVENT_GRID_CONTRIBUTOR = "1e241071-0855-49ea-94dc-649edcd759de"
    KEY_VAULT_CONTRIBUTOR = "f25e0fa2-a7c8-4377-a976-54943a77a395"
    KEY_VAULT_CRYPTO_SERVICE_ENCRYPTION_USER = "e147488a-f6f5-4113-8e2d-b22465e65bf6"
    KEY_VAULT_SECRETS_OFFICER = "b86a8fe4-44ce-4948-aee5-eccb2c155cd7"
    LOGIC_APP_CONTRIBUTOR = "87a39d53-fc1b-424a-814c-f7e04687dc9e"
    LOG_ANALYTICS_CONTRIBUTOR = "92aaf0da-9dab-42b6-94a3-d43ce8d16293"
    LOG_ANALYTICS_READER = "73c42c96-874c-492b-b04d-ab87d138a893"
    MANAGED_IDENTITY_CONTRIBUTOR = "e40ec5ca-96e0-45a2-b4ff-59039f2c2b59"
    MANAGED_IDENTITY_OPERATOR = "f1a07417-d97a-45cb-824c-7a7467783830"
    ML_COMPUTE_OPERATOR = "e503ece1-11d0-4e8e-8e2c-7a6c3bf38815"
    ML_DATA_SCIENTIST = "f6c7c914-8db3-469d-8ca1-694a8f32e121"
    ML_METRICS_WRITER = "635dd51f-9968-44d3-b7fb-6d9a6bd613ae"
    ML_REGISTRY_USER = "1823dd4f-9b8c-4ab6-ab4e-7397a3684615"
    MONITORING_CONTRIBUTOR = "749f88d5-cbae-40b8-bcfc-e573ddc772fa"
    MONITORING_METRICS_PUBLISHER = "3913510d-42f4-4e42-8a64-420c390055eb"
    NETWORK_CONTRIBUTOR = "4d97b98b-1d4f-4787-a291-c67834d212e7"
    PRIVATE_DNS_ZONE_CONTRIBUTOR = "b12aa53e-6015-4669-85d0-8515ebb3ae7f"
    READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
    REDIS_CACHE_CONTRIBUTOR = "e0f68234-74aa-48ed-b826-c38b57376e17"
    RESOURCE_POLICY_CONTRIBUTOR = "36243c78-bf99-498c-9df9-86d9f8d28608"
    ROLE_BASED_ACCESS_CONTROL_ADMINISTRATOR = "f58310d9-a9f6-439a-9e8d-f62e7b41a168"
    STORAGE_ACCOUNT_CONTRIBUTOR = "17d1049b-9a84-46fb-8f53-869881c3d3ab"
    STORAGE_FILE_DATA_PRIVILEGED_CONTRIBUTOR = "69566ab7-960f-475b-8e7c-b3118f30c6bd"


def role_id(subscription: Input[str], role: BuiltInRole) -> Output[str]:
    """ARM id of a built-in role in a subscription, in the spelling that Azure returns: others show as a change."""
    return Output.concat("/subscriptions/", subscription, "/providers/Microsoft.Authorization/roleDefinitions/", role)


def assignment_name(on: str, principal: str, role: str) -> str:
    """GUID of an assignment: the same for the same scope, principal and role, whatever their case."""
    return str(uuid5(_NAMESPACE, "|".join((on, principal, role)).lower()))


def role_assignment(
    scope: Scope,
    part: str,
    *,
    subscription: Input[str],
    role: BuiltInRole | Output[str],
    on: Input[str],
    principal: Input[str],
    principal_type: azure.authorization.PrincipalType = azure.authorization.PrincipalType.SERVICE_PRINCIPAL,
    condition: str | None = None,
    depends_on: Sequence[pulumi.Resource] | None = None,
) -> azure.authorization.RoleAssignment:
    """Give ``principal`` (object id) the ``role`` (built-in, or ARM id of a definition) ``on`` an ARM id.

    The name is a GUID of scope, principal and role: left to the provider it is random, and two programs that grant the
    same would race into RoleAssignmentExists. The principal's type is always sent: without it Azure looks a fresh
    identity up in a directory that does not know it yet (PrincipalNotFound).
    """
    definition = role_id(subscription, role) if isinstance(role, BuiltInRole) else role
    name = Output.all(on, principal, definition).apply(lambda known: assignment_name(*(str(value) for value in known)))
    return azure.authorization.RoleAssignment(
        scope.label(part),
        role_assignment_name=name,
        scope=on,
        role_definition_id=definition,
        principal_id=principal,
        principal_type=principal_type,
        condition=condition,
        condition_version="2.0" if condition is not None else None,
        opts=scope.options(depends_on=depends_on),
    )


def assign_only(roles: Sequence[str]) -> str:
    """Condition that lets its holder assign and remove no roles but ``roles`` (GUIDs), and to service principals only.

    Grammar: https://learn.microsoft.com/azure/role-based-access-control/delegate-role-assignments-examples.
    """
    guids = ", ".join(sorted(roles))

    def guarded(action: str, *tests: str) -> str:
        return f"(!(ActionMatches{{'Microsoft.Authorization/roleAssignments/{action}'}}) OR ({' AND '.join(tests)}))"

    def about(source: str, attribute: str, test: str) -> str:
        return f"@{source}[Microsoft.Authorization/roleAssignments:{attribute}] {test}"

    known = f"ForAnyOfAnyValues:GuidEquals {{{guids}}}"
    principals = "ForAnyOfAnyValues:StringEqualsIgnoreCase {'ServicePrincipal'}"
    return " AND ".join(
        (
            guarded(
                "write", about("Request", "RoleDefinitionId", known), about("Request", "PrincipalType", principals)
            ),
            guarded(
                "delete", about("Resource", "RoleDefinitionId", known), about("Resource", "PrincipalType", principals)
            ),
        )
    )
