"""Models are registered before they serve."""

from __future__ import annotations

from components.core.cloud import ByCloud, Gap, GapKind
from policies.accept import is_set
from policies.checks import Presence
from policies.control import Control, Group, Severity
from policies.tokens import aws, azure

CONTROL = Control(
    id="model-registered",
    group=Group.MODEL_GOVERNANCE,
    title="What trains or serves has a model registry",
    severity=Severity.HIGH,
    why="A model that no registry knows cannot be traced to its data, code and approval.",
    remedy="Keep the registry component in the blueprint.",
    url="https://docs.aws.amazon.com/sagemaker/latest/dg/model-registry.html",
    clauses=(
        "nist-ai-rmf:GOVERN 1.6",
        "iso42001:A.4.2",
        "iso27001:A.5.9",
        "eu-ai-act:Art. 11",
        "nist-800-53:CM-8",
        "cis:1.1",
    ),
    covers=("prowler:sagemaker_models_registry_in_use",),
    rows=ByCloud(
        aws=(
            Presence(
                types=(aws("sagemaker.Pipeline"),),
                needs=(aws("sagemaker.ModelPackageGroup"),),
                words="model package group",
                path="modelPackageGroupName",
                accept=is_set(),
            ),
        ),
        azure=(
            Presence(
                types=(azure("machinelearningservices.OnlineEndpoint"), azure("machinelearningservices.BatchEndpoint")),
                needs=tuple(
                    azure(f"machinelearningservices.{c}")
                    for c in ("Registry", "ModelContainer", "RegistryModelContainer", "ModelVersion")
                ),
                words="model registry or registered model",
                path="resourceGroupName",
                accept=is_set(),
                evidence=(azure("resources.ResourceGroup"),),
            ),
        ),
        gcp=Gap(
            kind=GapKind.UPSTREAM,
            reason="The provider has no class for a Vertex model; pipelines register models at run time.",
            url="https://cloud.google.com/vertex-ai/docs/model-registry/introduction",
        ),
    ),
)
