"""Role assignments in the simulated Azure: built-in and custom roles only."""

from pathlib import Path

import pytest

from simulator.documents.azure.built_in_roles import BUILT_IN_ROLES
from simulator.model import CloudError
from tests.simulator.cloud.examples import Stack

SCOPE = "/subscriptions/00000000-0000-0000-0000-000000000000"
GROUP = f"{SCOPE}/resourceGroups/churn"
READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
CUSTOM = "11111111-2222-5333-8444-555555555555"


def assign(stack: Stack, name: str, guid: str) -> None:
    """Assign a role to an invented principal."""
    stack.make(
        "azure-native:authorization:RoleAssignment",
        name,
        {
            "scope": GROUP,
            "roleAssignmentName": "aaaaaaaa-2222-5333-8444-555555555555",
            "roleDefinitionId": f"{SCOPE}/providers/Microsoft.Authorization/roleDefinitions/{guid}",
            "principalId": "bbbbbbbb-2222-5333-8444-555555555555",
            "principalType": "ServicePrincipal",
        },
    )


@pytest.fixture
def stack(tmp_path: Path) -> Stack:
    """A subscription with one resource group."""
    stack = Stack.on("azure-native", tmp_path / "cloud.db")
    stack.make("azure-native:resources:ResourceGroup", "rg", {"resourceGroupName": "churn", "location": "westeurope"})
    return stack


def test_names_the_roles_that_azure_has() -> None:
    assert BUILT_IN_ROLES[READER] == "Reader"
    assert BUILT_IN_ROLES["f6c7c914-8db3-469d-8ca1-694a8f32e121"] == "AzureML Data Scientist"
    assert BUILT_IN_ROLES["7f951dda-4ed3-4680-a7ca-43fe172d538d"] == "AcrPull"


def test_a_built_in_role_is_assigned(stack: Stack) -> None:
    assign(stack, "reader", READER)


def test_an_unknown_role_is_refused(stack: Stack) -> None:
    with pytest.raises(CloudError, match=f"RoleDefinitionDoesNotExist: .*'{CUSTOM}' does not exist"):
        assign(stack, "custom", CUSTOM)


def test_a_custom_role_is_assigned_once_it_is_made(stack: Stack) -> None:
    stack.make(
        "azure-native:authorization:RoleDefinition",
        "role",
        {
            "scope": GROUP,
            "roleDefinitionId": CUSTOM,
            "roleName": "churn approver",
            "assignableScopes": [GROUP],
            "permissions": [{"actions": ["Microsoft.MachineLearningServices/workspaces/models/read"]}],
        },
    )
    assign(stack, "custom", CUSTOM)
