"""What serves comes from the registry, by version."""

from __future__ import annotations

from collections.abc import Iterator

from components.core.cloud import ByCloud, Gap, GapKind
from policies.accept import equals, is_set, matches
from policies.checks import PASSED, Outcome, Row, Rule, failed, undetermined
from policies.control import Control, Group, Severity
from policies.graph import Resource
from policies.settings import Settings
from policies.tokens import aws, azure
from policies.verdict import MISSING, UNKNOWN, Verdict, at, first

_MODEL = aws("sagemaker.Model")
_CONTAINERS = ("primaryContainer", "containers[]")


def _model(resource: Resource, _settings: Settings) -> Iterator[Outcome]:
    found = False
    for path in _CONTAINERS:
        for hit in at(resource.props, path):
            if hit.value is MISSING:
                continue
            found = True
            package = hit.value if hit.value is UNKNOWN else first(hit.value, "modelPackageName")
            if package is UNKNOWN:
                yield undetermined(f"{hit.path}.modelPackageName is not known yet", f"{hit.path}.modelPackageName")
            elif package is MISSING or not is_set()(package):
                yield failed(f"{hit.path}.modelPackageName is not set; the model is not from the registry", hit.path)
            else:
                yield PASSED
    if not found:
        yield failed("the model has no container with a modelPackageName", "primaryContainer")


_ONLY_ALLOWED = "19539b54-c61e-4196-9a38-67598701be90"

CONTROL = Control(
    id="deploy-from-registry",
    group=Group.MODEL_GOVERNANCE,
    title="Endpoints serve registered model versions",
    severity=Severity.HIGH,
    why="A file put beside the registry serves without evaluation, card or approval.",
    remedy="Release by model version: tripod release.",
    url="https://docs.aws.amazon.com/sagemaker/latest/dg/model-registry-deploy.html",
    clauses=(
        "iso42001:A.6.2.5",
        "iso27001:A.8.32",
        "soc2:CC8.1",
        "eu-ai-act:Art. 17",
        "nist-800-53:CM-3",
    ),
    covers=(),
    rows=ByCloud(
        aws=(
            Rule(
                types=(_MODEL,),
                check=_model,
                reads=tuple((_MODEL, f"{c}.{k}") for c in _CONTAINERS for k in ("modelPackageName", "modelDataUrl")),
            ),
        ),
        azure=(
            Row(  # the built-in policy that lets only models of one registry be deployed
                type=azure("authorization.PolicyAssignment"),
                path="parameters.{effect}.value",
                accept=equals("Deny"),
                if_missing=Verdict.FAILED,
                when=("policyDefinitionId", matches(rf".*/{_ONLY_ALLOWED}", "that policy")),
            ),
            Row(
                type=azure("machinelearningservices.OnlineDeployment"),
                path="properties.model",
                accept=matches(
                    r"azureml://.+/versions/[^/]+|/subscriptions/.+/models/[^/]+/versions/[^/]+|azureml:[^:]+:[^:]+",
                    "a registered model with its version",
                ),
                if_missing=Verdict.FAILED,
                evidence=(azure("machinelearningservices.ModelVersion"),),
            ),
        ),
        gcp=Gap(
            kind=GapKind.UPSTREAM,
            reason="Deploying a model to a Vertex endpoint is an API call without a class in the provider.",
            url="https://cloud.google.com/vertex-ai/docs/general/deployment",
        ),
    ),
)
