"""Training on Google Cloud: the store before the runs, jobs in one frame, and who may do what with models."""

import json
from typing import Any

import pytest

from components.core.cloud import Cloud
from components.core.profile import Profile
from components.training.contract import TrainingSpec
from components.training.gcp import build as backend
from components.training.gcp_access import REGISTERING, RUNNING, permissions
from tests.components.gcp_bench import PROJECT, REGION, Graph, build
from tests.conformance import wiring

PARENT = f"projects/{PROJECT}/locations/{REGION}"
STORE, CAPACITY = "training-metadata", "training-capacity"


def training(profile: Profile = Profile.STANDARD, *, without: tuple[str, ...] = (), **options: object) -> Graph:
    return build(backend, "training", TrainingSpec.model_validate(options), profile, without=without)


def jobs(graph: Graph, workflow: str = "training-pipeline") -> dict[str, dict[str, Any]]:
    """Custom jobs that a workflow starts, by step."""
    source = json.loads(graph[workflow].inputs["sourceContents"])
    found = {}
    for step in source["main"]["steps"]:
        ((name, body),) = step.items()
        if body.get("call") == "run_job":
            found[name] = body["args"]["body"]["jobSpec"]
    return found


def flags(job: dict[str, Any]) -> dict[str, str]:
    """Flags of a job's step."""
    _, *rest = job["workerPoolSpecs"][0]["containerSpec"]["args"]
    return dict(zip(rest[::2], rest[1::2], strict=True))


def test_the_store_is_made_under_our_key_before_anything_runs() -> None:
    graph = training(schedule="weekly", batch_schedule="daily")
    store = graph[STORE].inputs
    assert store["name"] == "default"  # the only one that Vertex AI looks for
    assert store["encryptionSpec"]["kmsKeyName"].endswith("/cryptoKeys/models")
    for workflow in ("training-pipeline", "training-batch"):
        assert graph[STORE].urn in graph[workflow].dependencies


@pytest.mark.parametrize(("profile", "kept"), [(Profile.SANDBOX, False), (Profile.REGULATED, True)])
def test_what_is_kept_refuses_to_be_deleted(profile: Profile, kept: bool) -> None:
    graph = training(profile)
    assert graph[STORE].inputs["deletionPolicy"] == ("PREVENT" if kept else "DELETE")
    assert graph[STORE].protect is kept
    assert graph["training-pipeline"].inputs["deletionProtection"] is kept
    assert graph[CAPACITY].inputs["deletionPolicy"] == "DELETE"  # holds no data


def test_jobs_and_capacity_share_network_key_and_account() -> None:
    graph = training()
    capacity = graph[CAPACITY].inputs
    found = jobs(graph)
    assert list(found) == ["quality", "train", "evaluate", "register"]
    for job in found.values():
        assert job["persistentResourceId"] == capacity["name"]
        assert job["pscInterfaceConfig"] == capacity["pscInterfaceConfig"]
        assert job["serviceAccount"] == f"churn-dev-training@{PROJECT}.iam.gserviceaccount.com"
        assert job["scheduling"] == {"timeout": "86400s", "strategy": "STANDARD"}


def test_interruptible_jobs_take_capacity_of_the_region() -> None:
    graph = training(spot=True, max_runtime_hours=2)
    assert CAPACITY not in graph
    for job in jobs(graph).values():
        assert "persistentResourceId" not in job
        assert job["scheduling"] == {"timeout": "7200s", "strategy": "SPOT"}


@pytest.mark.parametrize(("profile", "without"), [(Profile.SANDBOX, ()), (Profile.STANDARD, ("network",))])
def test_without_a_closed_network_nothing_is_attached(profile: Profile, without: tuple[str, ...]) -> None:
    graph = training(profile, without=without)
    assert "pscInterfaceConfig" not in graph[CAPACITY].inputs
    assert not any("pscInterfaceConfig" in job for job in jobs(graph).values())


def test_neither_pipeline_nor_training_may_approve_or_deploy() -> None:
    graph = training()
    roles = {part: set(graph[f"training-{part}-role"].inputs["permissions"]) for part in ("jobs", "tracking")}
    assert roles == {"jobs": set(permissions(RUNNING)), "tracking": set(permissions(REGISTERING))}
    every = roles["jobs"] | roles["tracking"]
    assert {name for name in every if name.startswith("aiplatform.models.")} == {
        "aiplatform.models.get",
        "aiplatform.models.list",
        "aiplatform.models.upload",
    }
    assert "aiplatform.models.upload" not in roles["jobs"]
    assert "aiplatform.customJobs.create" not in roles["tracking"]
    assert not {name for name in every if ".endpoints." in name or name.endswith((".delete", "etIamPolicy"))}


def test_grants_on_the_project_are_those_of_two_accounts() -> None:
    graph = training()

    def member(role: str) -> str:
        return f"serviceAccount:churn-dev-{role}@{PROJECT}.iam.gserviceaccount.com"

    def custom(part: str) -> str:
        return f"projects/{PROJECT}/roles/{graph[f'training-{part}-role'].inputs['roleId']}"

    granted = graph.grants("projects/iAMMember:IAMMember", "project")
    assert {(role, who) for role, who, _ in granted} == {
        (custom("jobs"), member("pipeline")),
        (custom("tracking"), member("training")),
        ("roles/workflows.invoker", member("pipeline")),
        ("roles/logging.logWriter", member("pipeline")),
        ("roles/logging.logWriter", member("training")),
    }


def test_a_model_that_did_not_pass_is_not_registered() -> None:
    source = json.loads(training()["training-pipeline"].inputs["sourceContents"])
    steps = {name: body for step in source["main"]["steps"] for name, body in step.items()}
    assert steps["gate"] == {
        "switch": [{"condition": "${evaluation.body.passed}", "next": "register"}],
        "next": "rejected",
    }
    assert "raise" in steps["rejected"]


@pytest.mark.parametrize("without", [(), ("feature_store",)])
def test_steps_that_use_the_model_get_the_features_that_it_was_trained_on(without: tuple[str, ...]) -> None:
    graph = training(batch_schedule="daily", without=without)
    found = jobs(graph) | jobs(graph, "training-batch")
    uris = {name: flags(job).get("--features") for name, job in found.items()}
    uri = None if without else "bq://acme-ml-dev.churn_dev_features"
    assert uris == {"quality": None, "train": uri, "evaluate": uri, "register": None, "score": uri}


def test_versions_are_registered_and_scored_under_the_first_model_of_the_registry() -> None:
    given = {"registry": {**wiring.REFS[Cloud.GCP]["registry"], "registry_id": f"{PARENT}/models/attrition"}}
    spec = TrainingSpec.model_validate({"batch_schedule": "daily"})
    graph = build(backend, "training", spec, Profile.STANDARD, given=given)
    for job in (jobs(graph)["register"], jobs(graph, "training-batch")["score"]):
        assert flags(job)["--name"] == "attrition"
        assert flags(job)["--registry"] == f"{PARENT}/models/attrition"


@pytest.mark.parametrize(
    ("profile", "state"),
    [(Profile.SANDBOX, "approved"), (Profile.STANDARD, "pending"), (Profile.REGULATED, "pending")],
)
def test_versions_wait_for_a_person_where_the_posture_says_so(profile: Profile, state: str) -> None:
    assert flags(jobs(training(profile))["register"])["--approval"] == state


def test_schedules_start_workflows_as_the_pipeline() -> None:
    job = training(schedule="monthly")["training-retraining"].inputs
    assert (job["schedule"], job["timeZone"]) == ("0 2 1 * *", "Etc/UTC")
    target = job["httpTarget"]
    assert target["uri"] == "https://workflowexecutions.googleapis.com/v1/training-pipeline-id/executions"
    assert target["oauthToken"] == {"serviceAccountEmail": f"churn-dev-pipeline@{PROJECT}.iam.gserviceaccount.com"}
