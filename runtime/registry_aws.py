"""SageMaker Model Registry. The retraining pipeline registers by a step of its own; this serves every other caller."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from runtime.errors import InputError, Refused
from runtime.registry import APPROVED, Candidate

STATUS = {True: "Approved", False: "PendingManualApproval"}


class SageMakerRegistry:
    """Versions of a model package group."""

    def __init__(self, group_arn: str, client: Any = None) -> None:
        self._group_arn = group_arn
        self._client = client or _client(group_arn.split(":")[3])

    def register(self, candidate: Candidate) -> str:
        """Create a model package.

        Raises:
            InputError: where the model is not an archive in S3, or no image is named.
        """
        if not (candidate.uri.startswith("s3://") and candidate.uri.endswith(".tar.gz")):
            raise InputError(f"--model {candidate.uri}: SageMaker registers s3://…/model.tar.gz only")
        if not candidate.image:
            raise InputError("--image (or TRIPOD_IMAGE) is required: SageMaker registers the container with the model")
        arguments: dict[str, Any] = {
            "ModelPackageGroupName": self._group_arn,
            "ModelApprovalStatus": STATUS[candidate.approval == APPROVED],
            "InferenceSpecification": {
                "Containers": [{"Image": candidate.image, "ModelDataUrl": candidate.uri}],
                "SupportedContentTypes": ["application/json", "text/csv"],
                "SupportedResponseMIMETypes": ["application/json"],
            },
            "CustomerMetadataProperties": candidate.labels(),
        }
        if candidate.report_uri.startswith("s3://"):
            statistics = {"ContentType": "application/json", "S3Uri": candidate.report_uri}
            arguments["ModelMetrics"] = {"ModelQuality": {"Statistics": statistics}}
        return str(self._client.create_model_package(**arguments)["ModelPackageArn"])

    @contextmanager
    def newest_approved(self, name: str) -> Iterator[tuple[str, str]]:
        """Where the newest approved package of group ``name`` lies."""
        found = self._client.list_model_packages(
            ModelPackageGroupName=name,
            ModelApprovalStatus="Approved",
            SortBy="CreationTime",
            SortOrder="Descending",
            MaxResults=1,
        )["ModelPackageSummaryList"]
        if not found:
            raise Refused(f"model package group '{name}' has no approved version: approve one first")
        arn = found[0]["ModelPackageArn"]
        package = self._client.describe_model_package(ModelPackageName=arn)
        yield arn, package["InferenceSpecification"]["Containers"][0]["ModelDataUrl"]


def _client(region: str) -> Any:
    import boto3  # noqa: PLC0415

    return boto3.client("sagemaker", region_name=region)
