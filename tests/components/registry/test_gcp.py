"""Registry on Google Cloud: images, scanning, approval before a release, and what Cloud Deploy may do."""

import json

import pytest

from components.core.profile import Profile
from components.endpoint.contract import EndpointSpec, ModelVersion
from components.endpoint.gcp import build as endpoint
from components.registry.contract import RegistrySpec
from components.registry.gcp import build as backend
from tests.components.gcp_bench import PROJECT, REGION, Graph, build

PIPELINE = f"serviceAccount:churn-dev-pipeline@{PROJECT}.iam.gserviceaccount.com"
PROJECT_MEMBER = "projects/iAMMember:IAMMember"


def registry(profile: Profile = Profile.STANDARD, **options: object) -> Graph:
    return build(backend, "registry", RegistrySpec.model_validate({"models": ["churn"], **options}), profile)


def test_the_registry_is_where_the_endpoint_looks_for_the_model() -> None:
    graph = registry(models=["attrition", "churn"])
    slot = EndpointSpec(model=ModelVersion(name="attrition", version="3"))
    content = build(endpoint, "endpoint", slot, Profile.STANDARD)["endpoint-manifest"].inputs["content"]
    manifest = content["value"] if isinstance(content, dict) else content  # secret
    assert graph.outputs["registry_id"] == f"projects/{PROJECT}/locations/{REGION}/models/attrition"
    assert json.loads(manifest)["model"] == f"{graph.outputs['registry_id']}@3"


@pytest.mark.parametrize(("profile", "waits"), [(Profile.SANDBOX, False), (Profile.STANDARD, True)])
def test_a_release_waits_for_a_person_where_the_posture_asks(profile: Profile, waits: bool) -> None:
    graph = registry(profile)
    target = graph["registry-approval"].inputs
    assert target["requireApproval"] is waits
    assert graph.outputs["approval_id"] == ("registry-approval-id" if waits else "")
    stages = graph["registry-delivery-churn"].inputs["serialPipeline"]["stages"]
    assert [stage["targetId"] for stage in stages] == [target["name"]]


def test_cloud_deploy_keeps_what_it_makes_under_our_key_and_reads_no_other_bucket() -> None:
    graph = registry()
    (execution,) = graph["registry-approval"].inputs["executionConfigs"]
    assert execution["usages"] == ["RENDER", "DEPLOY"]
    assert execution["serviceAccount"] == f"churn-dev-pipeline@{PROJECT}.iam.gserviceaccount.com"
    assert execution["artifactStorage"].startswith("gs://churn-dev-artifacts-")
    assert execution["artifactStorage"].endswith("/deploy")
    role = graph["registry-execution-role"].inputs
    assert role["permissions"] == ["clouddeploy.config.get", "logging.logEntries.create"]
    assert graph.grants(PROJECT_MEMBER, "project") == {
        (f"projects/{PROJECT}/roles/{role['roleId']}", PIPELINE, PROJECT)
    }


def test_the_release_step_runs_over_the_manifest() -> None:
    container = registry()["registry-release"].inputs["tasks"]["deploy"]["container"]
    assert container["commands"] == ["python", "-m", "runtime"]
    step, flag, manifest = container["args"]
    assert (step, flag) == ("release", "--manifest")
    assert manifest.startswith("gs://churn-dev-artifacts-")
    assert manifest.endswith("/release.json")


def test_scanning_enables_the_service_that_repositories_inherit_it_from() -> None:
    scanned, bare = registry(), registry(image_scanning=False)
    assert scanned["registry-scanning"].inputs["service"] == "containerscanning.googleapis.com"
    assert scanned["registry-scanning"].inputs["disableOnDestroy"] is False
    config = "vulnerabilityScanningConfig"
    assert scanned["registry-images"].inputs[config] == {"enablementConfig": "INHERITED"}
    assert bare["registry-images"].inputs[config] == {"enablementConfig": "DISABLED"}
    assert "registry-scanning" not in bare


def test_images_cannot_be_overwritten_and_are_kept_by_number() -> None:
    images = registry(keep_images=7)["registry-images"]
    assert images.inputs["dockerConfig"] == {"immutableTags": True}
    keep, rest = images.inputs["cleanupPolicies"]
    assert (keep["action"], keep["mostRecentVersions"]) == ("KEEP", {"keepCount": 7})
    assert (rest["action"], rest["condition"]) == ("DELETE", {"tagState": "ANY", "olderThan": "604800s"})
    assert images.inputs["deletionPolicy"] == "PREVENT"
    assert images.protect


def test_everyone_who_runs_reads_images_and_only_the_pipeline_publishes() -> None:
    granted = registry().grants("artifactregistry/repositoryIamMember:RepositoryIamMember", "repository")

    def member(role: str) -> str:
        return f"serviceAccount:churn-dev-{role}@{PROJECT}.iam.gserviceaccount.com"

    assert granted == {
        *(
            ("roles/artifactregistry.reader", member(role), "churn-dev-images")
            for role in ("training", "pipeline", "serving", "monitoring")
        ),
        ("roles/artifactregistry.writer", PIPELINE, "churn-dev-pipelines"),
    }
