"""Identity on Azure: workloads, approvers, and CI that cannot raise itself."""

import functools
import pathlib
import re

import pytest

from components.clouds.azure_roles import BuiltInRole, assign_only, assignment_name
from components.core.profile import Profile
from components.identity import azure_ci
from components.identity.azure import APPROVE
from components.identity.azure import build as backend
from components.identity.azure_ci import APPLY_ML, HANDS_OUT, MANAGES
from components.identity.contract import CiSpec, IdentitySpec
from tests.components.azure_bench import Graph, build

GROUP = "/subscriptions/00000000-0000-0000-0000-000000000003/resourceGroups/churn-dev"
FORBIDDEN = {
    "8e3af657-a8ff-443c-a75c-2fe8c4bcb635": "Owner",
    "b24988ac-6180-42a0-ab88-20f7382dd24c": "Contributor",
    "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9": "User Access Administrator",
}
CI = CiSpec(repository="acme/churn", owner_id="4711")


@functools.cache
def _built(spec: str) -> Graph:
    return build(backend, "identity", IdentitySpec.model_validate_json(spec), Profile.STANDARD)


def identity(**options: object) -> Graph:
    return _built(IdentitySpec.model_validate(options).model_dump_json())


def test_one_identity_per_workload_and_no_grant() -> None:
    graph = identity()
    assert {item.inputs["resourceName"] for item in graph.of("managedidentity:UserAssignedIdentity")} == {
        "churn-dev-training",
        "churn-dev-pipeline",
        "churn-dev-serving",
        "churn-dev-monitoring",
    }
    assert graph.roles() == set()


class TestApprovers:
    def test_the_role_promotes_and_deploys_nothing(self) -> None:
        (permission,) = identity()["identity-approver-role"].inputs["permissions"]
        assert permission["actions"] == list(APPROVE.actions)
        assert "Microsoft.MachineLearningServices/workspaces/assets/stage/write" in APPROVE.actions
        assert not [action for action in APPROVE.actions if "*" in action or "Endpoints" in action]

    def test_every_group_gets_it_in_the_stacks_group(self) -> None:
        first, second = "99999999-0000-0000-0000-000000000001", "99999999-0000-0000-0000-000000000002"
        graph = identity(approvers=(first, second))
        role = graph["identity-approver-role"].inputs["roleDefinitionId"]
        assert graph.roles() == {(role, first, GROUP), (role, second, GROUP)}
        assert graph["identity-approvers-1"].inputs["principalType"] == "Group"


class TestCi:
    def test_subjects_carry_the_owners_number(self) -> None:
        graph = identity(ci=CI)
        subjects = {
            item.name: item.inputs["subject"] for item in graph.of("managedidentity:FederatedIdentityCredential")
        }
        who = "repository_owner_id:4711:repository:acme/churn"
        assert subjects == {
            "identity-ci-preview-pull-request": f"{who}:pull_request",
            "identity-ci-preview-ref": f"{who}:ref:refs/heads/main",
            "identity-ci-apply-environment": f"{who}:environment:production",
        }

    def test_credentials_of_an_identity_are_made_one_after_the_other(self) -> None:
        graph = identity(ci=CI)
        assert graph["identity-ci-preview-pull-request"].urn in graph["identity-ci-preview-ref"].dependencies

    def test_preview_only_reads(self) -> None:
        assert identity(ci=CI)["identity-ci-preview-role"].inputs["roleDefinitionId"].endswith(BuiltInRole.READER)

    def test_apply_manages_service_by_service(self) -> None:
        graph = identity(ci=CI)
        given = {role for role, _, _ in graph.roles()}
        assert given == {
            *MANAGES,
            BuiltInRole.READER,
            BuiltInRole.ROLE_BASED_ACCESS_CONTROL_ADMINISTRATOR,
            graph["identity-ci-apply-ml-role"].inputs["roleDefinitionId"],
        }
        assert not given & set(FORBIDDEN)

    def test_apply_hands_out_no_role_by_which_it_could_raise_itself(self) -> None:
        condition = identity(ci=CI)["identity-ci-apply-grants"].inputs["condition"]
        assert condition == assign_only(HANDS_OUT)
        assert BuiltInRole.BLOB_DATA_READER in condition
        assert BuiltInRole.ROLE_BASED_ACCESS_CONTROL_ADMINISTRATOR not in condition
        assert not [name for guid, name in FORBIDDEN.items() if guid in condition]
        assert not [action for action in APPLY_ML.actions if "Authorization" in action or "*" in action]

    def test_every_role_that_components_grant_can_be_handed_out(self) -> None:
        components = pathlib.Path(azure_ci.__file__).parents[1]
        granted = {
            BuiltInRole[name]
            for path in components.glob("*/azure*.py")
            if path.parent.name != "identity"
            for name in re.findall(r"BuiltInRole\.([A-Z_]+)", path.read_text(encoding="utf-8"))
        }
        assert BuiltInRole.BLOB_DATA_CONTRIBUTOR in granted
        assert granted <= set(HANDS_OUT), f"add {sorted(granted - set(HANDS_OUT))} to HANDS_OUT"

    def test_another_branch_and_environment_show(self) -> None:
        graph = identity(ci=CI.model_copy(update={"branch": "release", "environment": "live"}))
        assert graph["identity-ci-preview-ref"].inputs["subject"].endswith(":ref:refs/heads/release")
        assert graph["identity-ci-apply-environment"].inputs["subject"].endswith(":environment:live")


class TestAssignmentName:
    def test_case_does_not_matter_but_each_part_does(self) -> None:
        name = assignment_name("/subscriptions/A", "p", "r")
        assert name == assignment_name("/subscriptions/a", "P", "R")
        others = [assignment_name("/b", "p", "r"), assignment_name("/subscriptions/A", "q", "r")]
        assert name not in others

    def test_it_is_the_name_of_the_assignment(self) -> None:
        approver = "99999999-0000-0000-0000-000000000001"
        made = identity(approvers=(approver,))["identity-approvers-1"].inputs
        assert made["roleAssignmentName"] == assignment_name(GROUP, approver, made["roleDefinitionId"])


def test_the_condition_covers_write_and_delete() -> None:
    condition = assign_only(["b", "a"])
    for action, source in (("write", "@Request"), ("delete", "@Resource")):
        assert f"!(ActionMatches{{'Microsoft.Authorization/roleAssignments/{action}'}})" in condition
        assert f"{source}[Microsoft.Authorization/roleAssignments:RoleDefinitionId]" in condition
    assert condition.count("ForAnyOfAnyValues:GuidEquals {a, b}") == 2
    assert condition.count("ForAnyOfAnyValues:StringEqualsIgnoreCase {'ServicePrincipal'}") == 2


@pytest.mark.parametrize("role", list(BuiltInRole))
def test_built_in_roles_are_guids_and_none_is_general(role: BuiltInRole) -> None:
    assert len(role.value) == 36
    assert role.value not in FORBIDDEN
