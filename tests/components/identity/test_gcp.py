"""Identities on Google Cloud: who exists, what each may do on the project, whom continuous integration acts as."""

import json
import re
from importlib import import_module
from pathlib import Path

import pytest

from components.clouds import gcp_agents, gcp_grants
from components.core.cloud import Cloud
from components.core.errors import TripodError
from components.core.profile import Profile
from components.core.scope import Scope
from components.core.vocabulary import Provision, Role
from components.identity import gcp_permissions
from components.identity.contract import CiSpec, IdentitySpec
from components.identity.gcp import build as backend
from components.identity.gcp_ci import attribute_condition, grant_condition, subjects
from tests.components.gcp_bench import NUMBER, PROJECT, Graph, build
from tests.conformance import wiring

CI = CiSpec(repository="acme/churn", owner_id="4711", branch="main", environment="production")
SUBJECT = f"principal://iam.googleapis.com/projects/{NUMBER}/locations/global/workloadIdentityPools"
COMPONENTS = Path(__file__).parents[3] / "components"


def identity(**options: object) -> Graph:
    return build(backend, "identity", IdentitySpec.model_validate(options))


def email(role: str) -> str:
    return f"churn-dev-{role}@{PROJECT}.iam.gserviceaccount.com"


def member(role: str) -> str:
    return f"serviceAccount:{email(role)}"


def account(role: str) -> str:
    return f"projects/{PROJECT}/serviceAccounts/{email(role)}"


def test_each_workload_is_an_account_of_its_own() -> None:
    graph = identity()
    assert {item.inputs["accountId"] for item in graph.of("serviceaccount/account:Account").values()} == {
        "churn-dev-training",
        "churn-dev-pipeline",
        "churn-dev-serving",
        "churn-dev-monitoring",
    }
    assert graph.outputs["training_id"] == email("training")
    assert graph.outputs["training_principal"] == member("training")
    assert (graph.outputs["ci_preview_id"], graph.outputs["ci_apply_id"]) == ("", "")
    assert not graph.of("serviceaccount/key:Key")


def test_project_wide_roles_are_few_and_listed() -> None:
    granted = identity().grants("projects/iAMMember:IAMMember", "project")
    assert {(role.removeprefix("roles/"), who) for role, who, _ in granted} == {
        ("bigquery.jobUser", member("training")),
        ("bigquery.jobUser", member("pipeline")),
        ("logging.logWriter", member("serving")),
        ("bigquery.jobUser", member("monitoring")),
        ("logging.logWriter", member("monitoring")),
        ("monitoring.metricWriter", member("monitoring")),
    }


def test_acting_as_another_is_bound_to_single_accounts() -> None:
    granted = identity().grants("serviceaccount/iAMMember:IAMMember", "serviceAccountId")
    assert granted == {
        ("roles/iam.serviceAccountUser", member("pipeline"), account("serving")),
        ("roles/iam.serviceAccountUser", member("monitoring"), account("pipeline")),
    }


def test_no_two_components_hold_the_same_binding() -> None:
    """Taking one of them away would take the right away from both."""
    held: dict[tuple[str, ...], list[str]] = {}
    for capability in ("identity", "storage", "feature_store", "registry", "training", "endpoint", "monitoring"):
        leg = import_module(f"components.{capability}.gcp")
        graph = build(leg.build, capability, wiring.maximal(capability, Cloud.GCP), Profile.REGULATED)
        for name, item in graph.items():
            if "member" in item.inputs and not item.options["retain_on_delete"]:
                target = {key: value for key, value in item.inputs.items() if key != "condition"}
                held.setdefault((item.type, json.dumps(target, sort_keys=True)), []).append(name)
    assert {key: names for key, names in held.items() if len(names) > 1} == {}


def test_other_roles_are_refused_on_the_project() -> None:
    def widen(scope: Scope, *_: object) -> object:
        return gcp_grants.on_project(scope, "wide", PROJECT, "roles/editor", "user:a@example.com")

    with pytest.raises(TripodError, match="roles/editor may not be granted on the whole project"):
        build(widen, "identity", IdentitySpec())


def test_approvers_get_a_role_that_approves_and_changes_labels_only() -> None:
    graph = identity(approvers=("group:ml-approvers@example.com", "user:risk@example.com"))
    role = graph["identity-approver"].inputs
    assert re.fullmatch(r"churn_dev_approver_[a-z0-9]{5}", role["roleId"])  # no hyphen allowed
    assert "clouddeploy.rollouts.approve" in role["permissions"]
    writing = {name for name in role["permissions"] if name.rpartition(".")[2] not in ("get", "list", "approve")}
    assert writing == {"aiplatform.models.update"}
    name = f"projects/{PROJECT}/roles/{role['roleId']}"
    bound = {
        item.inputs["member"]: item.inputs["role"]
        for item in (graph["identity-approver-1"], graph["identity-approver-2"])
    }
    assert bound == {"group:ml-approvers@example.com": name, "user:risk@example.com": name}
    assert graph.outputs["approver_id"] == name
    assert graph.outputs["approver_principal"] == "group:ml-approvers@example.com"


def test_tokens_are_accepted_by_owner_number_repository_and_subject() -> None:
    assert subjects(CI) == {
        Role.CI_PREVIEW: ("repo:acme/churn:pull_request", "repo:acme/churn:ref:refs/heads/main"),
        Role.CI_APPLY: ("repo:acme/churn:environment:production",),
    }
    provider = identity(ci=CI)["identity-ci-provider"].inputs
    assert provider["attributeCondition"] == (
        "assertion.repository_owner_id == '4711' && assertion.repository == 'acme/churn' && assertion.sub in ["
        "'repo:acme/churn:pull_request', 'repo:acme/churn:ref:refs/heads/main', "
        "'repo:acme/churn:environment:production']"
    )
    assert provider["attributeMapping"]["google.subject"] == "assertion.sub"
    assert provider["oidc"] == {"issuerUri": "https://token.actions.githubusercontent.com"}


def test_only_the_protected_environment_may_act_as_the_apply_account() -> None:
    graph = identity(ci=CI)
    pool = graph["identity-ci-pool"].inputs["workloadIdentityPoolId"]
    trusted = {
        (who.removeprefix(f"{SUBJECT}/{pool}/subject/"), target)
        for role, who, target in graph.grants("serviceaccount/iAMMember:IAMMember", "serviceAccountId")
        if role == "roles/iam.workloadIdentityUser"
    }
    assert trusted == {
        ("repo:acme/churn:pull_request", account("ci-preview")),
        ("repo:acme/churn:ref:refs/heads/main", account("ci-preview")),
        ("repo:acme/churn:environment:production", account("ci-apply")),
    }
    assert graph["identity-ci-provider"].urn in graph["identity-ci-apply-subject-1"].dependencies


def test_an_existing_provider_is_used() -> None:
    pool = f"projects/{NUMBER}/locations/global/workloadIdentityPools/company"
    graph = identity(
        ci=CI.model_copy(update={"provider": Provision.EXISTING, "provider_id": f"{pool}/providers/github"})
    )
    assert not graph.of("iam/workloadIdentityPool:WorkloadIdentityPool")
    assert graph["identity-ci-apply-subject-1"].inputs["member"] == (
        f"principal://iam.googleapis.com/{pool}/subject/repo:acme/churn:environment:production"
    )


def test_preview_reads_and_apply_cannot_widen_its_rights() -> None:
    graph = identity(ci=CI)
    preview = set(graph["identity-ci-preview-role"].inputs["permissions"])
    assert {name.rpartition(".")[2] for name in preview} == {"get", "list", "getIamPolicy"}
    assert not preview & {"storage.objects.get", "bigquery.tables.getData", "iam.serviceAccounts.getAccessToken"}
    every = preview.union(
        *(graph[f"identity-{part}-role"].inputs["permissions"] for part in ("ci-apply", "ci-grant", "ci-delegate"))
    )
    assert {name for name in every if name.startswith(("iam.", "cloudkms.cryptoKeyVersions"))} == {
        "cloudkms.cryptoKeyVersions.get",
        "cloudkms.cryptoKeyVersions.list",
        "iam.googleapis.com/workloadIdentityPoolProviders.get",
        "iam.googleapis.com/workloadIdentityPoolProviders.list",
        "iam.googleapis.com/workloadIdentityPools.get",
        "iam.googleapis.com/workloadIdentityPools.list",
        "iam.roles.get",
        "iam.roles.list",
        "iam.serviceAccounts.get",
        "iam.serviceAccounts.getIamPolicy",
        "iam.serviceAccounts.list",
    }
    assert not any("*" in name for name in every)


def test_apply_grants_only_what_the_kit_grants() -> None:
    graph = identity(ci=CI)
    assert graph["identity-ci-delegate-role"].inputs["permissions"] == ["resourcemanager.projects.setIamPolicy"]
    delegated = graph["identity-ci-delegate"].inputs["condition"]["expression"]
    assert set(re.findall(r"'(roles/[\w.]+)'", delegated)) == {*gcp_grants.PROJECT_ROLES, *gcp_agents.ROLES}
    local = graph["identity-ci-grant"].inputs["condition"]["expression"]
    assert set(re.findall(r"'(roles/[\w.]+)'", local)) == set(gcp_grants.RESOURCE_ROLES)
    assert "condition" not in graph["identity-ci-apply"].inputs
    assert {
        target
        for role, who, target in graph.grants("serviceaccount/iAMMember:IAMMember", "serviceAccountId")
        if who == member("ci-apply")
    } == {account(role.value) for role in gcp_grants.WORKLOADS}


def test_apply_reaches_no_object_but_the_release_manifest() -> None:
    graph = identity(ci=CI)
    assert set(graph["identity-ci-manifest-role"].inputs["permissions"]) == {
        f"storage.objects.{verb}" for verb in ("create", "delete", "get", "update")
    }
    assert graph["identity-ci-manifest"].inputs["condition"]["expression"] == (
        "resource.type == 'storage.googleapis.com/Object' && resource.name.endsWith('/objects/release.json')"
    )
    assert not any(name.startswith("storage.objects") for name in graph["identity-ci-apply-role"].inputs["permissions"])


def test_a_condition_names_at_most_ten_roles_at_a_time() -> None:
    first, second = grant_condition([f"roles/r{number}" for number in range(12)]).split(" || ")
    assert re.findall(r"roles/r\d+", first) == [f"roles/r{number}" for number in range(10)]
    assert second == (
        "api.getAttribute('iam.googleapis.com/modifiedGrantsByRole', []).hasOnly(['roles/r10', 'roles/r11'])"
    )


def test_every_role_that_a_backend_names_may_be_granted_by_continuous_integration() -> None:
    known = {*gcp_grants.PROJECT_ROLES, *gcp_grants.RESOURCE_ROLES, *gcp_agents.ROLES}
    personal = {gcp_grants.ACT_AS, gcp_grants.FEDERATED_USER}  # on service accounts, which a person changes
    named = {
        (path.relative_to(COMPONENTS).as_posix(), role)
        for path in COMPONENTS.glob("*/gcp*.py")
        for role in re.findall(r'"(roles/[\w.]+)"', path.read_text(encoding="utf-8"))
    }
    assert {item for item in named if item[1] not in known | personal} == set()


def test_nothing_broad_is_in_the_lists() -> None:
    broad = re.compile(r"roles/(owner|editor|viewer)$|[aA]dmin$")
    roles = {*gcp_grants.PROJECT_ROLES, *gcp_grants.RESOURCE_ROLES, *gcp_agents.ROLES}
    assert {role for role in roles if broad.search(role)} == set()


def test_permissions_are_split_without_overlap() -> None:
    change, grant = set(gcp_permissions.to_change()), set(gcp_permissions.to_grant())
    assert set(gcp_permissions.to_read()) <= change
    assert not change & grant
    assert "storage.buckets.setIamPolicy" in grant
    assert "resourcemanager.projects.setIamPolicy" not in change | grant


def test_another_issuer_changes_the_provider_and_not_the_condition() -> None:
    host = CI.model_copy(update={"issuer": "https://github.example.com/_services/token"})
    assert identity(ci=host)["identity-ci-provider"].inputs["oidc"] == {"issuerUri": host.issuer}
    assert attribute_condition(host) == attribute_condition(CI)
