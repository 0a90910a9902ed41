"""Only agreed machine types are rented."""

from __future__ import annotations

from components.core.cloud import ByCloud
from policies.accept import Accept, equals
from policies.checks import Row
from policies.control import Control, Group, Severity
from policies.settings import Settings
from policies.tokens import aws, azure, gcp
from policies.verdict import Verdict


def _listed(settings: Settings) -> Accept:
    allowed = settings.instance_types
    if allowed is None:
        return Accept("any machine type", lambda v: isinstance(v, str))
    return equals(*sorted(allowed))


CONTROL = Control(
    id="instance-allowlist",
    group=Group.COST,
    title="Serving machines are of an agreed type",
    severity=Severity.MEDIUM,
    why="An accelerator costs a hundred times what a small machine costs, and is one word away.",
    remedy="Choose an endpoint size whose machine type is listed under tripod:policy instance_types.",
    url="https://docs.aws.amazon.com/sagemaker/latest/dg/security_iam_service-with-iam.html",
    clauses=(
        "iso42001:A.4.5",
        "iso27001:A.8.6",
        "nist-800-53:CM-7",
    ),
    covers=(),
    rows=ByCloud(
        aws=(
            Row(
                type=aws("sagemaker.EndpointConfiguration"),
                path="productionVariants[].instanceType",
                accept=_listed,
                if_missing=Verdict.NOT_APPLICABLE,
            ),
        ),
        azure=(
            Row(
                type=azure("machinelearningservices.OnlineDeployment"),
                path="properties.instanceType",
                accept=_listed,
                if_missing=Verdict.FAILED,
            ),
            Row(
                type=azure("machinelearningservices.Compute"),
                path="properties.properties.vmSize",
                accept=_listed,
                if_missing=Verdict.FAILED,
                when=("properties.computeType", equals("AmlCompute", "ComputeInstance")),
            ),
        ),
        gcp=(
            Row(
                type=gcp("vertex.AiDeploymentResourcePool"),
                path="dedicatedResources.machineSpec.machineType",
                accept=_listed,
                if_missing=Verdict.FAILED,
            ),
            Row(
                type=gcp("vertex.AiPersistentResource"),
                path="resourcePools[].machineSpec.machineType",
                accept=_listed,
                if_missing=Verdict.FAILED,
            ),
        ),
    ),
)
