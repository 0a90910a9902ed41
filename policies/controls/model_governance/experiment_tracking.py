"""What was tried is on record."""

from __future__ import annotations

from components.core.cloud import ByCloud
from policies.accept import (
    equals,
    is_set,
)
from policies.checks import (
    Presence,
    Row,
)
from policies.control import Control, Group, Severity
from policies.tokens import aws, azure, gcp
from policies.verdict import Verdict

_TRACKERS = (aws("sagemaker.MlflowApp"), aws("sagemaker.MlflowTrackingServer"))

CONTROL = Control(
    id="experiment-tracking",
    group=Group.MODEL_GOVERNANCE,
    title="Training keeps its experiments and lineage",
    severity=Severity.MEDIUM,
    why="A model whose runs nobody kept can be neither explained nor made again.",
    remedy="Keep tracking of the registry component.",
    url="https://docs.aws.amazon.com/sagemaker/latest/dg/mlflow.html",
    clauses=(
        "nist-ai-rmf:MEASURE 2.3",
        "nist-ai-rmf:MEASURE 2.8",
        "iso42001:A.6.2.3",
        "iso42001:A.7.5",
        "eu-ai-act:Art. 12",
    ),
    covers=(),
    rows=ByCloud(
        aws=(
            Presence(
                types=(aws("sagemaker.ModelPackageGroup"),),
                needs=_TRACKERS,
                words="experiment tracking",
                path="artifactStoreUri",
                accept=is_set(),
                evidence=(aws("s3.Bucket"),),
            ),
        ),
        azure=(
            Row(
                type=azure("machinelearningservices.Workspace"),
                path="storageAccount",
                accept=is_set(),
                if_missing=Verdict.FAILED,
                evidence=(azure("storage.StorageAccount"),),
                unless=("kind", equals("FeatureStore", "Project")),
            ),
        ),
        gcp=(
            Presence(
                types=(gcp("vertex.AiPersistentResource"), gcp("vertex.AiEndpoint")),
                needs=(gcp("vertex.AiTensorboard"),),
                words="Tensorboard",
                path="displayName",
                accept=is_set(),
            ),
        ),
    ),
)
