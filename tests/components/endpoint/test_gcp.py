"""The endpoint on Google Cloud: how it is reached, what it captures, what a release must use, and who releases."""

import hashlib
import json
from typing import Any

import pytest

from components.core.profile import Profile
from components.core.vocabulary import ComputeSize
from components.endpoint.contract import EndpointSpec, ModelVersion
from components.endpoint.gcp import build as backend
from runtime.release import parse
from tests.components.gcp_bench import AGENT, NUMBER, PROJECT, REGION, Graph, build

KEY = f"projects/{PROJECT}/locations/{REGION}/keyRings/churn-dev/cryptoKeys/models"
TABLE = f"bq://{PROJECT}.churn_dev_capture.churn_dev_requests"
ABOVE = (Profile.STANDARD, Profile.REGULATED)
MODEL = ModelVersion(name="churn", version="3")


def slot(profile: Profile = Profile.STANDARD, *, without: tuple[str, ...] = (), **options: Any) -> Graph:
    return build(backend, "endpoint", EndpointSpec(**options), profile, without=without)


def endpoint(graph: Graph) -> dict[str, Any]:
    return graph["endpoint-endpoint"].inputs


def manifest(graph: Graph) -> dict[str, Any]:
    text = graph["endpoint-manifest"].inputs["content"]
    found: dict[str, Any] = json.loads(text["value"] if isinstance(text, dict) else text)
    return found


def member(role: str) -> str:
    return f"serviceAccount:churn-dev-{role}@{PROJECT}.iam.gserviceaccount.com"


class TestEndpoint:
    def test_id_is_nine_digits_and_the_same_in_every_plan(self) -> None:
        name = endpoint(slot())["name"]
        assert name.isdigit()
        assert len(name) == 9
        assert name[0] != "0"
        assert endpoint(slot(Profile.REGULATED))["name"] == name
        other = build(backend, "endpoint", EndpointSpec(), generation=2)
        assert endpoint(other)["name"] != name

    def test_sandbox_answers_on_an_address_of_its_own(self) -> None:
        made = endpoint(slot(Profile.SANDBOX))
        assert made["dedicatedEndpointEnabled"] is True
        assert "privateServiceConnectConfig" not in made  # the two exclude each other

    @pytest.mark.parametrize("profile", ABOVE)
    def test_above_sandbox_it_is_reached_from_the_network_of_the_project_alone(self, profile: Profile) -> None:
        made = endpoint(slot(profile))
        assert "dedicatedEndpointEnabled" not in made
        assert "network" not in made  # peering: no TLS, no logging, no traffic split
        assert made["privateServiceConnectConfig"] == {
            "enablePrivateServiceConnect": True,
            "enableSecurePrivateServiceConnect": True,
            "projectAllowlists": [PROJECT],
            "pscAutomationConfigs": [
                {"projectId": PROJECT, "network": f"projects/{PROJECT}/global/networks/churn-dev"}
            ],
        }

    def test_without_a_network_it_is_private_all_the_same(self) -> None:
        private = endpoint(slot(without=("network",)))["privateServiceConnectConfig"]
        assert private["enablePrivateServiceConnect"] is True
        assert "pscAutomationConfigs" not in private

    @pytest.mark.parametrize("profile", Profile)
    def test_traffic_is_left_to_the_release(self, profile: Profile) -> None:
        assert "trafficSplit" not in endpoint(slot(profile, model=MODEL))

    @pytest.mark.parametrize(
        ("profile", "expected"), [(Profile.SANDBOX, None), (Profile.REGULATED, {"kmsKeyName": KEY})]
    )
    def test_key_follows_coverage(self, profile: Profile, expected: dict[str, str] | None) -> None:
        assert endpoint(slot(profile)).get("encryptionSpec") == expected

    @pytest.mark.parametrize("profile", Profile)
    def test_protected_above_sandbox(self, profile: Profile) -> None:
        made = slot(profile)["endpoint-endpoint"]
        assert made.protect is (profile is not Profile.SANDBOX)
        assert made.inputs["deletionPolicy"] == ("DELETE" if profile is Profile.SANDBOX else "PREVENT")

    def test_outputs_are_full_names(self) -> None:
        graph = slot()
        number = endpoint(graph)["name"]
        assert graph.outputs["endpoint_name"] == number
        assert graph.outputs["endpoint_id"] == f"projects/{PROJECT}/locations/{REGION}/endpoints/{number}"
        assert graph.outputs["instance_type"] == "n1-standard-2"
        assert graph.outputs["capture_uri"] == TABLE
        assert graph.outputs["invoke_url"].endswith(f"/v1/{graph.outputs['endpoint_id']}:predict")


class TestCapture:
    def test_share_goes_to_a_table_of_our_own(self) -> None:
        logging = endpoint(slot(capture_percent=20))["predictRequestResponseLoggingConfig"]
        assert logging == {"enabled": True, "samplingRate": 0.2, "bigqueryDestination": {"outputUri": TABLE}}

    def test_nothing_is_captured_at_zero(self) -> None:
        logging = endpoint(slot(capture_percent=0))["predictRequestResponseLoggingConfig"]
        assert logging["enabled"] is False
        assert "samplingRate" not in logging

    def test_columns_are_those_of_the_service(self) -> None:
        table = slot()["endpoint-capture-requests"].inputs
        assert {column["name"]: (column["type"], column["mode"]) for column in json.loads(table["schema"])} == {
            "endpoint": ("STRING", "NULLABLE"),
            "deployed_model_id": ("STRING", "NULLABLE"),
            "logging_time": ("TIMESTAMP", "NULLABLE"),
            "request_id": ("NUMERIC", "NULLABLE"),
            "request_payload": ("STRING", "REPEATED"),
            "response_payload": ("STRING", "REPEATED"),
            "model": ("STRING", "NULLABLE"),
            "model_version": ("STRING", "NULLABLE"),
            "api_method": ("STRING", "NULLABLE"),
            "full_request": ("JSON", "NULLABLE"),
            "full_response": ("JSON", "NULLABLE"),
            "metadata": ("JSON", "NULLABLE"),
            "otel_log": ("JSON", "NULLABLE"),
        }
        assert table["timePartitioning"] == {"type": "DAY", "field": "logging_time"}

    def test_columns_that_the_service_adds_are_no_change(self) -> None:
        assert slot()["endpoint-capture-requests"].options["ignore_changes"] == ["schema"]

    @pytest.mark.parametrize("profile", [Profile.SANDBOX, Profile.REGULATED])
    def test_regional_and_encrypted_by_coverage(self, profile: Profile) -> None:
        graph = slot(profile)
        expected = {"kmsKeyName": KEY} if profile is Profile.REGULATED else None
        assert graph["endpoint-capture"].inputs["location"] == REGION  # the default would be US
        assert graph["endpoint-capture"].inputs.get("defaultEncryptionConfiguration") == expected
        assert graph["endpoint-capture-requests"].inputs.get("encryptionConfiguration") == expected

    def test_the_service_writes_and_monitoring_reads(self) -> None:
        assert slot().grants("bigquery/datasetIamMember:DatasetIamMember", "datasetId") == {
            ("roles/bigquery.dataEditor", AGENT, "churn_dev_capture"),
            ("roles/bigquery.dataViewer", member("monitoring"), "churn_dev_capture"),
        }
        assert NUMBER in AGENT


class TestRelease:
    def test_an_empty_slot_says_what_a_release_must_use(self) -> None:
        graph = slot(size=ComputeSize.LARGE, max_instances=6, target_utilization=70, canary_percent=25, bake_minutes=30)
        written = graph["endpoint-manifest"].inputs
        assert (written["bucket"], written["name"]) == ("churn-dev-artifacts-abcde", "release.json")
        assert manifest(graph) == {
            "accelerator_count": 0,
            "accelerator_type": "",
            "bake_minutes": 30,
            "canary_percent": 25,
            "endpoint": graph.outputs["endpoint_id"],
            "machine_type": "n1-standard-8",
            "max_replicas": 6,
            "min_replicas": 2,
            "model": "",
            "require_approval": True,
            "service_account": f"churn-dev-serving@{PROJECT}.iam.gserviceaccount.com",
            "target_utilization": 70,
        }
        assert "endpoint-release" not in graph

    def test_the_release_step_takes_the_manifest(self) -> None:
        """The step refuses what it does not know."""
        read = parse(manifest(slot(model=MODEL)), "release.json")
        assert read.model == f"projects/{PROJECT}/locations/{REGION}/models/churn@3"
        assert (read.min_replicas, read.max_replicas) == (2, 4)

    @pytest.mark.parametrize("profile", Profile)
    def test_only_approved_versions_where_the_posture_says_so(self, profile: Profile) -> None:
        read = parse(manifest(slot(profile, model=MODEL)), "release.json")
        assert read.require_approval is (profile is not Profile.SANDBOX)

    def test_gpu_brings_its_accelerator(self) -> None:
        written = manifest(slot(size=ComputeSize.GPU))
        assert (written["accelerator_type"], written["accelerator_count"]) == ("NVIDIA_TESLA_T4", 1)

    def test_least_replicas_are_those_of_the_posture(self) -> None:
        assert manifest(slot(Profile.SANDBOX))["min_replicas"] == 1
        assert manifest(slot(min_instances=1))["min_replicas"] == 2

    def test_a_model_is_released_by_a_job_that_the_update_waits_for(self) -> None:
        graph = slot(Profile.REGULATED, model=MODEL, bake_minutes=30)
        job = graph["endpoint-release"].inputs
        text = graph["endpoint-manifest"].inputs["content"]
        content = text["value"] if isinstance(text, dict) else text
        token = job["runExecutionToken"]
        assert hashlib.sha256(content.encode()).hexdigest().startswith(token)
        assert len(job["name"]) + len(token) < 63  # else Cloud Run refuses the token
        template = job["template"]["template"]
        container = template["containers"][0]
        assert container["commands"] == ["python", "-m", "runtime"]
        assert container["args"] == ["release", "--manifest", "gs://churn-dev-artifacts-abcde/release.json"]
        assert container["image"].endswith("/tripod-runtime:0.1.0")
        assert template["timeout"] == "9000s"  # two hours and the bake time
        assert template["maxRetries"] == 0
        assert template["encryptionKey"] == KEY
        assert "startExecutionToken" not in job  # would not wait for the end

    def test_another_version_runs_the_job_again(self) -> None:
        def token(version: str) -> str:
            graph = slot(model=ModelVersion(name="churn", version=version))
            return str(graph["endpoint-release"].inputs["runExecutionToken"])

        assert token("3") == token("3")
        assert token("3") != token("4")

    @pytest.mark.parametrize("profile", Profile)
    def test_the_job_stays_in_the_network_above_sandbox(self, profile: Profile) -> None:
        access = slot(profile, model=MODEL)["endpoint-release"].inputs["template"]["template"].get("vpcAccess")
        if profile is Profile.SANDBOX:
            assert access is None
            return
        assert access["egress"] == "ALL_TRAFFIC"
        assert access["networkInterfaces"][0]["network"] == f"projects/{PROJECT}/global/networks/churn-dev"

    @pytest.mark.parametrize("profile", Profile)
    def test_the_job_can_be_deleted_in_sandbox_alone(self, profile: Profile) -> None:
        job = slot(profile, model=MODEL)["endpoint-release"].inputs
        assert job["deletionProtection"] is (profile is not Profile.SANDBOX)  # true unless it is said

    def test_the_pipeline_account_releases_and_may_do_no_more(self) -> None:
        graph = slot(model=MODEL)
        assert (
            graph["endpoint-release"].inputs["template"]["template"]["serviceAccount"]
            == member("pipeline").split(":", 1)[1]
        )
        role = graph["endpoint-releaser-role"].inputs
        assert set(role["permissions"]) == {
            "aiplatform.endpoints.deploy",
            "aiplatform.endpoints.get",
            "aiplatform.endpoints.undeploy",
            "aiplatform.endpoints.update",
            "aiplatform.models.get",
            "monitoring.timeSeries.list",
        }
        assert "-" not in role["roleId"]
        grant = graph["endpoint-releaser"].inputs
        assert (grant["member"], grant["role"]) == (member("pipeline"), f"projects/{PROJECT}/roles/{role['roleId']}")
