"""Registering and finding models, against the API's own models (AWS) and stand-ins that keep what they were asked."""

import json
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from runtime import registry, registry_azure
from runtime.cli import main
from runtime.errors import InputError, Refused
from runtime.registry import Candidate
from runtime.registry_aws import SageMakerRegistry
from runtime.registry_azure import AzureRegistry
from runtime.registry_gcp import VertexRegistry
from tests.runtime.tables import write

GROUP = "arn:aws:sagemaker:eu-west-1:123456789012:model-package-group/churn-prod-churn"
PACKAGE = "arn:aws:sagemaker:eu-west-1:123456789012:model-package/churn-prod-churn/7"
PREFIX = "/subscriptions/0000/resourceGroups/churn/providers/Microsoft.MachineLearningServices"
CARD = {"task": "classification", "sha256": "abcdef" * 10}
CANDIDATE = Candidate(
    name="churn",
    uri="s3://artifacts/runs/1/model/model.tar.gz",
    report={"passed": True},
    report_uri="s3://artifacts/runs/1/evaluation/report.json",
    card=CARD,
    approval="pending",
    image="123456789012.dkr.ecr.eu-west-1.amazonaws.com/churn-prod/tripod-runtime:0.1.0",
)
LABELS = {"approval": "pending", "task": "classification", "sha256": "abcdefabcdefabcd"}


@pytest.fixture
def sagemaker() -> Any:
    return boto3.client("sagemaker", region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="x")


@pytest.mark.parametrize(
    ("registry_id", "kind", "where"),
    [
        (GROUP, SageMakerRegistry, "eu-west-1"),
        (
            f"{PREFIX}/registries/churnprod/models/churn",
            AzureRegistry,
            registry.AzurePlace("0000", "churn", "registries", "churnprod"),
        ),
        (
            f"{PREFIX}/workspaces/churn-prod",
            AzureRegistry,
            registry.AzurePlace("0000", "churn", "workspaces", "churn-prod"),
        ),
        ("projects/acme/locations/europe-west4/repositories/churn-pipelines", VertexRegistry, "europe-west4"),
        ("projects/acme/locations/europe-west4", VertexRegistry, "europe-west4"),
    ],
)
def test_the_shape_of_the_id_says_which(
    registry_id: str, kind: type, where: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place in ("aws", "azure", "gcp"):
        monkeypatch.setattr(f"runtime.registry_{place}._client", lambda given: given)
    found = registry.registry(registry_id)
    assert type(found) is kind
    assert found._client == where  # type: ignore[attr-defined]


def test_another_shape_is_bad_input() -> None:
    with pytest.raises(InputError, match="registry 'https://registry': expected the ARN"):
        registry.registry("https://registry")


def test_sagemaker_registers_as_pending(sagemaker: Any) -> None:
    report = {"ContentType": "application/json", "S3Uri": CANDIDATE.report_uri}
    expected = {
        "ModelPackageGroupName": GROUP,
        "ModelApprovalStatus": "PendingManualApproval",
        "InferenceSpecification": {
            "Containers": [{"Image": CANDIDATE.image, "ModelDataUrl": CANDIDATE.uri}],
            "SupportedContentTypes": ["application/json", "text/csv"],
            "SupportedResponseMIMETypes": ["application/json"],
        },
        "CustomerMetadataProperties": LABELS,
        "ModelMetrics": {"ModelQuality": {"Statistics": report}},
    }
    with Stubber(sagemaker) as stub:
        stub.add_response("create_model_package", {"ModelPackageArn": PACKAGE}, expected)
        assert SageMakerRegistry(GROUP, sagemaker).register(CANDIDATE) == PACKAGE


def test_sagemaker_finds_the_newest_approved(sagemaker: Any) -> None:
    asked = {
        "ModelPackageGroupName": "churn-prod-churn",
        "ModelApprovalStatus": "Approved",
        "SortBy": "CreationTime",
        "SortOrder": "Descending",
        "MaxResults": 1,
    }
    summary = {
        "ModelPackageArn": PACKAGE,
        "CreationTime": "2026-03-01T00:00:00Z",
        "ModelPackageStatus": "Completed",
    }
    with Stubber(sagemaker) as stub:
        stub.add_response("list_model_packages", {"ModelPackageSummaryList": [summary]}, asked)
        stub.add_response(
            "describe_model_package",
            {
                "ModelPackageName": "churn-prod-churn",
                "ModelPackageArn": PACKAGE,
                "CreationTime": "2026-03-01T00:00:00Z",
                "ModelPackageStatus": "Completed",
                "ModelPackageStatusDetails": {"ValidationStatuses": []},
                "InferenceSpecification": {"Containers": [{"Image": "i", "ModelDataUrl": CANDIDATE.uri}]},
            },
            {"ModelPackageName": PACKAGE},
        )
        with SageMakerRegistry(GROUP, sagemaker).newest_approved("churn-prod-churn") as found:
            assert found == (PACKAGE, CANDIDATE.uri)
        stub.add_response("list_model_packages", {"ModelPackageSummaryList": []}, asked)
        with (
            pytest.raises(Refused, match="no approved version"),
            SageMakerRegistry(GROUP, sagemaker).newest_approved("churn-prod-churn"),
        ):
            pass


class Models:
    """Vertex AI's model service."""

    def __init__(self, *versions: SimpleNamespace) -> None:
        self.versions, self.uploaded = list(versions), []

    def list_model_versions(self, request: dict[str, str]) -> list[SimpleNamespace]:
        assert request == {"name": "projects/acme/locations/europe-west4/models/churn"}
        if not self.versions:
            raise sys.modules["google.api_core.exceptions"].NotFound
        return self.versions

    def upload_model(self, request: dict[str, Any]) -> SimpleNamespace:
        self.uploaded.append(request)
        made = SimpleNamespace(
            model="projects/acme/locations/europe-west4/models/churn", model_version_id=str(len(self.versions) + 1)
        )
        return SimpleNamespace(result=lambda: made)


def version(number: int, **labels: str) -> SimpleNamespace:
    return SimpleNamespace(
        name="projects/acme/locations/europe-west4/models/churn",
        version_id=str(number),
        labels=labels,
        artifact_uri=f"gs://artifacts/runs/{number}/model",
    )


@pytest.fixture
def google(monkeypatch: pytest.MonkeyPatch) -> None:
    """The one class of Google's libraries that is needed, which only the image has."""
    module = ModuleType("google.api_core.exceptions")
    module.NotFound = type("NotFound", (Exception,), {})  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "google.api_core", ModuleType("google.api_core"))
    monkeypatch.setitem(sys.modules, "google.api_core.exceptions", module)


@pytest.mark.usefixtures("google")
def test_vertex_uploads_the_first_and_the_next_version() -> None:
    candidate = replace(CANDIDATE, uri="gs://artifacts/runs/1/model/")
    models = Models()
    made = VertexRegistry("acme", "europe-west4", models).register(candidate)
    assert made == "projects/acme/locations/europe-west4/models/churn@1"
    first = models.uploaded[0]
    assert (first["parent"], first["model_id"]) == ("projects/acme/locations/europe-west4", "churn")
    assert first["model"]["artifact_uri"] == "gs://artifacts/runs/1/model"
    assert first["model"]["labels"] == LABELS
    assert first["model"]["container_spec"]["args"] == ["serve"]
    models.versions.append(version(1))
    VertexRegistry("acme", "europe-west4", models).register(candidate)
    second = models.uploaded[1]
    assert "model_id" not in second
    assert second["parent_model"] == "projects/acme/locations/europe-west4/models/churn"


@pytest.mark.usefixtures("google")
def test_vertex_finds_the_newest_approved() -> None:
    models = Models(
        version(2, approval="approved"),
        version(10, approval="approved"),
        version(11, approval="pending"),
        version(12, approval="rejected"),
    )
    with VertexRegistry("acme", "europe-west4", models).newest_approved("churn") as found:
        assert found == ("projects/acme/locations/europe-west4/models/churn@10", "gs://artifacts/runs/10/model")
    for without in (Models(), Models(version(1, approval="pending"))):
        with (
            pytest.raises(Refused, match="no version with label approval=approved"),
            VertexRegistry("acme", "europe-west4", without).newest_approved("churn"),
        ):
            pass


@pytest.mark.parametrize(
    ("changes", "message"),
    [({"uri": "gs://b/model"}, "s3://…/model.tar.gz only"), ({"image": ""}, "--image .or TRIPOD_IMAGE. is required")],
)
def test_sagemaker_says_what_it_cannot_take(sagemaker: Any, changes: dict[str, str], message: str) -> None:
    with pytest.raises(InputError, match=message):
        SageMakerRegistry(GROUP, sagemaker).register(replace(CANDIDATE, **changes))  # type: ignore[arg-type]


class AzureModels:
    """The model operations of Azure ML."""

    def __init__(self, *versions: str) -> None:
        self.versions = [SimpleNamespace(version=each, id=f"azureml:churn:{each}") for each in versions]
        self.made: list[Any] = []

    def list(self, name: str) -> list[SimpleNamespace]:
        assert name == "churn"
        if not self.versions:
            raise sys.modules["azure.core.exceptions"].ResourceNotFoundError
        return self.versions

    def create_or_update(self, made: Any) -> Any:
        self.made.append(made)
        return SimpleNamespace(id=f"azureml:{made.name}:{made.version}")

    def download(self, *, name: str, version: str, download_path: str) -> None:
        (Path(download_path) / name).mkdir()
        (Path(download_path) / name / "version").write_text(version)


@pytest.fixture
def azure(monkeypatch: pytest.MonkeyPatch) -> None:
    """The classes of Azure's libraries that are needed, which only the image has."""
    names = ("azure", "azure.core", "azure.core.exceptions", "azure.ai", "azure.ai.ml", "azure.ai.ml.constants")
    modules = {name: ModuleType(name) for name in (*names, "azure.ai.ml.entities")}
    modules["azure.core.exceptions"].ResourceNotFoundError = type("Missing", (Exception,), {})  # type: ignore[attr-defined]
    modules["azure.ai.ml.constants"].AssetTypes = SimpleNamespace(MLFLOW_MODEL="mlflow_model")  # type: ignore[attr-defined]
    modules["azure.ai.ml.entities"].Model = SimpleNamespace  # type: ignore[attr-defined]
    for name, module in modules.items():
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.setattr(registry_azure, "as_mlflow", lambda uri, folder: folder.mkdir())


@pytest.mark.usefixtures("azure")
@pytest.mark.parametrize(("versions", "expected"), [((), "1"), (("2", "10", "draft"), "11")])
def test_azure_counts_versions(versions: tuple[str, ...], expected: str) -> None:
    models = AzureModels(*versions)
    place = registry.AzurePlace("0000", "churn", "workspaces", "churn-prod")
    made = AzureRegistry(place, SimpleNamespace(models=models)).register(CANDIDATE)
    assert made == f"azureml:churn:{expected}"
    assert (models.made[0].type, models.made[0].tags["sha256"]) == ("mlflow_model", "abcdefabcdefabcd")


@pytest.mark.usefixtures("azure")
def test_azure_downloads_the_newest() -> None:
    place = registry.AzurePlace("0000", "churn", "registries", "churnprod")
    client = SimpleNamespace(models=AzureModels("9", "10"))
    with AzureRegistry(place, client).newest_approved("churn") as (found, folder):
        assert found == "azureml:churn:10"
        assert (Path(folder) / "churn" / "version").read_text() == "10"
    with (
        pytest.raises(Refused, match="registries/churnprod has no version of model 'churn'"),
        AzureRegistry(place, SimpleNamespace(models=AzureModels())).newest_approved("churn"),
    ):
        pass


class Shelf:
    """A registry in memory."""

    def __init__(self) -> None:
        self.kept: list[Candidate] = []

    def __call__(self, registry_id: str) -> "Shelf":
        return self

    def register(self, candidate: Candidate) -> str:
        self.kept.append(candidate)
        return str(len(self.kept))

    def newest_approved(self, name: str) -> Any:
        from contextlib import nullcontext

        return nullcontext((name, self.kept[-1].uri))


def test_only_what_passed_is_registered_and_then_scores(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = Shelf()
    monkeypatch.setattr("runtime.register.registry", shelf)
    monkeypatch.setattr("runtime.score.registry", shelf)
    data, made, report = write(tmp_path / "data"), str(tmp_path / "model"), tmp_path / "report.json"
    assert main(["train", "--input", str(data), "--model", made]) == 0
    flags = ["--model", made, "--report", str(report), "--name", "churn", "--registry", "r"]
    assert main(["evaluate", "--model", made, "--input", str(data), "--report", str(report), "--min-skill", "2"]) == 0
    assert main(["register", *flags]) == 1
    assert main(["evaluate", "--model", made, "--input", str(data), "--report", str(report)]) == 0
    assert main(["register", *flags]) == 0
    assert [(each.name, each.approval) for each in shelf.kept] == [("churn", "pending")]

    assert main(["train", "--input", str(data), "--model", made, "--seed", "2", "--target", "plan"]) == 0
    assert main(["register", *flags]) == 2  # the report is that of the model before

    assert main(["train", "--input", str(data), "--model", made]) == 0
    scores = ["score", "--input", str(data), "--output", str(tmp_path / "out"), "--name", "churn", "--registry", "r"]
    assert main(scores) == 0
    assert main(scores) == 0
    assert len(list((tmp_path / "out").glob("*.parquet"))) == 2
    drift = ["drift", "--captured", str(tmp_path / "out"), "--baseline", str(data), "--report", str(report)]
    assert main([*drift, "--project", "churn", "--environment", "dev", "--metrics", "log"]) == 0
    content = json.loads(report.read_text())
    assert (content["rows"], content["drifted_share"], content["predictions"]["drifted"]) == (800, 0, False)
