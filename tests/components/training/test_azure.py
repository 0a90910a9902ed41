"""Training on Azure: the workspace, who may do what in it, clusters that are remade, what a trigger runs."""

import functools
import json
import re
from typing import Any

import pytest

from components.clouds.azure import FACTS
from components.clouds.azure_ml_roles import REGISTER, RUN, START
from components.clouds.azure_roles import BuiltInRole
from components.core.cloud import Cloud
from components.core.profile import Profile
from components.core.vocabulary import Classification, ComputeSize, Frequency
from components.training import TrainingSpec, azure
from tests.components.azure_bench import ARM, Graph, build
from tests.conformance.wiring import REFS

IDENTITY = REFS[Cloud.AZURE]["identity"]
WORK = f"{ARM}/Microsoft.Storage/storageAccounts/churndevwsabcde"
WORKSPACE = "training-workspace-id"


@functools.cache
def plan(profile: Profile, **spec: Any) -> Graph:
    return build(azure.build, "training", TrainingSpec(**spec), profile)


def component(graph: Graph, name: str) -> dict[str, Any]:
    spec: dict[str, Any] = graph[f"training-component-{name}"].inputs["properties"]["componentSpec"]
    return spec


@pytest.mark.parametrize(
    ("profile", "access", "isolation"),
    [
        (Profile.SANDBOX, "Enabled", "Disabled"),
        (Profile.STANDARD, "Disabled", "AllowInternetOutbound"),
        (Profile.REGULATED, "Disabled", "AllowOnlyApprovedOutbound"),
    ],
)
def test_posture_chooses_the_managed_network(profile: Profile, access: str, isolation: str) -> None:
    workspace = plan(profile)["training-workspace"].inputs
    assert workspace["publicNetworkAccess"] == access
    assert workspace["managedNetwork"]["isolationMode"] == isolation
    assert workspace.get("provisionNetworkNow") == (True if profile is not Profile.SANDBOX else None)
    assert workspace["v1LegacyMode"] is False


def test_jobs_reach_the_lake_and_the_models_privately_and_no_host_by_name() -> None:
    rules = plan(Profile.REGULATED)["training-workspace"].inputs["managedNetwork"]["outboundRules"]
    assert {name: rule["destination"]["subresourceTarget"] for name, rule in rules.items()} == {
        "churndevlakeabcde-blob": "blob",
        "churndevlakeabcde-dfs": "dfs",
        "model-registry": "amlregistry",
    }
    assert {rule["type"] for rule in rules.values()} == {"PrivateEndpoint"}
    assert rules["model-registry"]["destination"]["serviceResourceId"].endswith("/registries/churn-dev-abcde")


def test_the_workspace_runs_as_an_identity_of_its_own() -> None:
    workspace = plan(Profile.SANDBOX)["training-workspace"].inputs
    assert workspace["primaryUserAssignedIdentity"] == "training-workspace-identity-id"
    assert workspace["identity"] == {
        "type": "UserAssigned",
        "userAssignedIdentities": ["training-workspace-identity-id"],
    }
    assert workspace["systemDatastoresAuthMode"] == "Identity"
    assert workspace["storageAccount"] == WORK
    assert workspace["keyVault"] == "training-vault-id"
    assert workspace["containerRegistry"].endswith("/Microsoft.ContainerRegistry/registries/churndevabcde")


def test_the_key_covers_the_workspace_where_the_posture_says_so() -> None:
    regulated = plan(Profile.REGULATED)["training-workspace"].inputs
    assert regulated["encryption"]["status"] == "Enabled"
    assert regulated["encryption"]["keyVaultProperties"]["keyIdentifier"].endswith("/keys/models")
    assert regulated["encryption"]["identity"]["userAssignedIdentity"].endswith("/churn-dev-encryption")
    assert regulated["identity"]["userAssignedIdentities"][1].endswith("/churn-dev-encryption")
    assert "encryption" not in plan(Profile.SANDBOX)["training-workspace"].inputs


def test_what_is_fixed_at_creation_is_replaced_and_not_updated() -> None:
    graph = plan(Profile.STANDARD)
    # in place, another isolation mode would delete clusters and endpoints behind Pulumi's back, or be refused
    assert {
        "storageAccount", "keyVault", "hbiWorkspace", "encryption.status", "managedNetwork.isolationMode",
    } <= set(graph["training-workspace"].options["replace_on_changes"])  # fmt: skip
    assert graph["training-workspace"].protect


def test_restricted_data_makes_the_workspace_of_high_impact() -> None:
    plain = plan(Profile.STANDARD)["training-workspace"].inputs["hbiWorkspace"]
    secret = build(azure.build, "training", TrainingSpec(), Profile.STANDARD, classification=Classification.RESTRICTED)[
        "training-workspace"
    ].inputs["hbiWorkspace"]
    assert (plain, secret) == (False, True)


def test_clusters_have_no_door() -> None:
    for name in ("training-train-cluster", "training-register-cluster"):
        cluster = plan(Profile.STANDARD)[name].inputs["properties"]
        assert cluster["disableLocalAuth"] is True
        assert cluster["properties"]["enableNodePublicIp"] is False
        assert cluster["properties"]["remoteLoginPortPublicAccess"] == "Disabled"
        assert cluster["properties"]["scaleSettings"]["minNodeCount"] == 0
    # without a managed network Azure refuses nodes without an address
    assert plan(Profile.SANDBOX)["training-train-cluster"].inputs["properties"]["properties"]["enableNodePublicIp"]


def test_cluster_options() -> None:
    cluster = plan(Profile.SANDBOX, size=ComputeSize.LARGE, spot=True, max_nodes=7, idle_minutes=33)[
        "training-train-cluster"
    ].inputs["properties"]["properties"]
    assert cluster["vmSize"] == "Standard_D8s_v3"
    assert cluster["vmPriority"] == "LowPriority"
    assert cluster["scaleSettings"] == {
        "minNodeCount": 0,
        "maxNodeCount": 7,
        "nodeIdleTimeBeforeScaleDown": "PT33M",
    }


def test_a_cluster_that_must_be_remade_gets_another_name() -> None:
    """A cluster made again under its old name may keep its old machine."""

    def name(**spec: Any) -> str:
        return str(plan(Profile.SANDBOX, **spec)["training-train-cluster"].inputs["computeName"])

    names = {name(), name(size=ComputeSize.LARGE), name(spot=True)}
    assert len(names) == 3
    for found in names:
        assert re.fullmatch(FACTS.names["ml_compute"].pattern, found), found
    assert name(max_nodes=9, idle_minutes=60) == name()


def test_a_private_workspace_names_the_cluster_that_builds_its_images() -> None:
    graph = plan(Profile.STANDARD)
    builder = graph["training-workspace"].inputs["imageBuildCompute"]
    assert builder == graph["training-register-cluster"].inputs["computeName"]
    assert "imageBuildCompute" not in plan(Profile.SANDBOX)["training-workspace"].inputs


def test_what_trains_cannot_register() -> None:
    graph = plan(Profile.STANDARD)
    jobs = component(graph, "retrain")["jobs"]
    assert {name: job["computeId"] for name, job in jobs.items()} == {
        "quality": "training-train-cluster-id",
        "train": "training-train-cluster-id",
        "evaluate": "training-train-cluster-id",
        "register": "training-register-cluster-id",
    }
    runs_as = {
        name: graph[f"training-{name}-cluster"].inputs["identity"]["userAssignedIdentities"]
        for name in ("train", "register")
    }
    assert runs_as == {"train": [IDENTITY["training_id"]], "register": [IDENTITY["pipeline_id"]]}
    assert not [action for action in RUN.actions if "/models/" in action and action.endswith("/write")]
    assert [action for action in REGISTER.actions if action.endswith("/models/versions/write")]


def test_duties_name_single_actions_and_none_deploys() -> None:
    for duty in (RUN, REGISTER, START):
        assert not [action for action in duty.actions if "*" in action]
        assert not [action for action in duty.actions if "nlineEndpoints" in action or "computes/write" in action]


def test_grants_in_the_workspace() -> None:
    graph = plan(Profile.STANDARD)
    duty = {
        item.inputs["roleDefinitionId"]: item.name.removeprefix("training-").removesuffix("-role")
        for item in graph.of("authorization:RoleDefinition")
    }
    by_name = {
        name: item.inputs for name, item in graph.items() if item.type == "azure-native:authorization:RoleAssignment"
    }
    found = {
        (who, duty.get(str(item["roleDefinitionId"])[-36:], str(item["roleDefinitionId"])[-36:]))
        for item in by_name.values()
        for who in ("training", "pipeline", "serving", "monitoring")
        if item["scope"] == WORKSPACE and item.get("principalId") == IDENTITY[f"{who}_principal"]
    }
    assert found == {
        ("training", "runner"),
        ("monitoring", "runner"),
        ("pipeline", "registrar"),
        ("pipeline", "starter"),
        ("monitoring", "starter"),
        ("serving", BuiltInRole.ML_METRICS_WRITER),
        ("monitoring", BuiltInRole.MONITORING_METRICS_PUBLISHER),
    }


def test_workloads_reach_only_the_containers_that_the_workspace_makes() -> None:
    graph = plan(Profile.STANDARD)
    for name in ("system-training", "system-pipeline", "system-monitoring", "system-serving"):
        grant = graph[f"training-{name}"].inputs
        assert grant["scope"] == WORK
        assert grant["conditionVersion"] == "2.0"
        assert grant["condition"].endswith("containers:name] StringLike 'azureml*'))")
        assert (
            "!(ActionMatches{'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read'})"
            in (grant["condition"])
        )


def test_roles_of_the_workspace_identity() -> None:
    def roles(profile: Profile) -> set[str]:
        return {
            str(item.inputs["roleDefinitionId"])[-36:]
            for name, item in plan(profile).items()
            if name.startswith("training-workspace-") and item.type.endswith(":RoleAssignment")
        }

    least = {
        BuiltInRole.STORAGE_ACCOUNT_CONTRIBUTOR,
        BuiltInRole.BLOB_DATA_CONTRIBUTOR,
        BuiltInRole.STORAGE_FILE_DATA_PRIVILEGED_CONTRIBUTOR,
        BuiltInRole.KEY_VAULT_CONTRIBUTOR,
        BuiltInRole.KEY_VAULT_SECRETS_OFFICER,
        BuiltInRole.APP_INSIGHTS_COMPONENT_CONTRIBUTOR,
        BuiltInRole.ACR_PUSH,
        BuiltInRole.READER,
        BuiltInRole.AI_ADMINISTRATOR,
    }
    assert roles(Profile.SANDBOX) == least
    assert roles(Profile.STANDARD) == least | {BuiltInRole.AI_NETWORK_CONNECTION_APPROVER}
    itself = plan(Profile.STANDARD)["training-workspace-itself"].inputs
    assert (itself["scope"], itself["roleDefinitionId"][-36:]) == (WORKSPACE, BuiltInRole.AI_ADMINISTRATOR)


def test_datastores_hold_no_credentials() -> None:
    stores = {
        item.inputs["name"]: item.inputs for item in plan(Profile.STANDARD).of("machinelearningservices:Datastore")
    }
    assert sorted(stores) == ["artifacts", "curated", "features", "monitoring", "raw"]
    for zone, store in stores.items():
        assert store["properties"]["credentials"] == {"credentialsType": "None"}
        assert store["properties"]["containerName"] == zone
    assert stores["raw"]["properties"]["accountName"] == "churndevlakeabcde"
    assert stores["monitoring"]["properties"]["accountName"] == "churndevwsabcde"


@pytest.mark.parametrize(
    ("profile", "target"),
    [
        (Profile.SANDBOX, f"{ARM}/Microsoft.MachineLearningServices/registries/churn-dev-abcde"),
        (Profile.STANDARD, WORKSPACE),
    ],
)
def test_candidates_stay_in_the_workspace_until_somebody_approves(profile: Profile, target: str) -> None:
    command = component(plan(profile), "register")["command"]
    assert command == (
        "python -m runtime register --model ${{inputs.model}} --report ${{inputs.report}}/report.json "
        f"--name model --registry {target}"
    )


def test_the_registry_says_which_model_is_registered() -> None:
    registry = {
        **REFS[Cloud.AZURE]["registry"],
        "registry_id": f"{ARM}/Microsoft.MachineLearningServices/registries/churn-dev-abcde/models/churn",
    }
    graph = build(azure.build, "training", TrainingSpec(), given={"registry": registry})
    assert "--name churn --registry " in component(graph, "register")["command"]


def test_steps_wait_for_what_they_need() -> None:
    jobs = component(plan(Profile.SANDBOX), "retrain")["jobs"]
    assert jobs["train"]["inputs"]["checked"]["value"] == "${{parent.jobs.quality.outputs.report}}"
    assert jobs["evaluate"]["inputs"]["model"]["value"] == "${{parent.jobs.train.outputs.model}}"
    assert jobs["register"]["inputs"]["report"]["value"] == "${{parent.jobs.evaluate.outputs.report}}"
    assert jobs["train"]["outputs"]["model"]["uri"] == "azureml://datastores/artifacts/paths/runs/${{name}}/model"
    assert {job["limits"]["timeout"] for job in jobs.values()} == {"PT24H"}


@pytest.mark.parametrize("step", ["train", "evaluate", "score"])
def test_whatever_looks_at_a_model_joins_the_features_that_it_was_trained_with(step: str) -> None:
    spec = TrainingSpec(batch_schedule=Frequency.DAILY)
    with_store = build(azure.build, "training", spec)
    command = component(with_store, step)
    assert " --features ${{inputs.features}}" in command["command"]
    assert command["inputs"]["features"] == {"type": "uri_folder"}
    pipeline = component(with_store, "score_batch" if step == "score" else "retrain")
    assert pipeline["jobs"][step]["inputs"]["features"] == {
        "job_input_type": "uri_folder",
        "uri": REFS[Cloud.AZURE]["feature_store"]["offline_uri"],
        "mode": "ReadOnlyMount",
    }
    without = component(build(azure.build, "training", spec, without=("feature_store",)), step)
    assert "features" not in json.dumps(without)


def test_versions_follow_content_and_old_ones_stay() -> None:
    def version(name: str, **spec: Any) -> str:
        item = plan(Profile.SANDBOX, **spec)[name]
        assert item.options["retain_on_delete"] is True
        return str(item.inputs["version"])

    assert version("training-environment") != version("training-environment", image="registry.example.com/steps:2")
    changed = version("training-component-retrain", max_runtime_hours=3)
    assert version("training-component-retrain") != changed
    assert version("training-component-train") == version("training-component-train", max_runtime_hours=3)


def test_a_trigger_starts_the_default_deployment() -> None:
    graph = plan(Profile.STANDARD)
    deployment = graph["training-retrain-deployment"].inputs
    configuration = deployment["properties"]["deploymentConfiguration"]
    assert configuration["componentId"] == {"assetId": "training-component-retrain-id", "referenceType": "Id"}
    assert configuration["deploymentConfigurationType"] == "PipelineComponent"
    assert graph.outputs["pipeline_id"] == "training-retrain-id"
    (second,) = graph["training-retrain-default-put"].inputs["properties"]["template"]["resources"]
    assert second["properties"].pop("defaults") == {"deploymentName": deployment["deploymentName"]}
    first = graph["training-retrain"]
    assert second["properties"] == first.inputs["properties"]
    assert second["tags"] == first.inputs["tags"]
    assert first.inputs["properties"]["authMode"] == "AADToken"
    assert first.options["ignore_changes"] == ["properties.defaults"]


def test_schedules_are_made_when_asked_for() -> None:
    graph = plan(Profile.SANDBOX, schedule=Frequency.WEEKLY, batch_schedule=Frequency.HOURLY)
    found = {
        item.name: (
            item.inputs["properties"]["trigger"]["expression"],
            item.inputs["properties"]["action"]["jobDefinition"]["componentId"],
        )
        for item in graph.of("machinelearningservices:Schedule")
    }
    assert found == {
        "training-retrain-schedule": ("0 2 * * 1", "training-component-retrain-id"),
        "training-score-schedule": ("0 * * * *", "training-component-score_batch-id"),
    }
    schedule = graph["training-retrain-schedule"]
    assert schedule.inputs["properties"]["trigger"]["timeZone"] == "UTC"
    assert schedule.options["replace_on_changes"] == ["properties.action"]
    assert schedule.options["delete_before_replace"] is True
    assert not plan(Profile.SANDBOX).of("machinelearningservices:Schedule")


def test_job_defaults() -> None:
    defaults = json.loads(plan(Profile.REGULATED, spot=True).outputs["job_defaults"])
    assert defaults["image"] == "churndevabcde.azurecr.io/tripod-runtime:0.1.0"
    assert defaults["vmPriority"] == "LowPriority"
    assert defaults["workspaceKey"].endswith("/keys/models")
    assert defaults["identity"] == IDENTITY["training_id"]
    assert defaults["network"].endswith("/virtualNetworks/churn-dev")
