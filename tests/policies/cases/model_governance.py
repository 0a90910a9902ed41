"""Cases of the group model-governance."""

from __future__ import annotations

from collections.abc import Iterator

from policies.tokens import aws, azure, gcp
from tests.policies.dsl import UNKNOWN, Case, cells, res

MODEL, ONLINE = aws("sagemaker.Model"), azure("machinelearningservices.OnlineDeployment")
REPOSITORY = gcp("artifactregistry.Repository")
DIGEST = "1.dkr.ecr.eu-west-1.amazonaws.com/churn@sha256:" + "0" * 64


def cases() -> Iterator[Case]:
    yield from _registered()
    yield from _from_registry()
    a, z, g = cells("serving-image-pinned")
    tagged = "1.dkr.ecr.eu-west-1.amazonaws.com/churn:latest"
    yield from a.row(MODEL, {"primaryContainer": {"image": DIGEST}}, "primaryContainer.image", tagged, absent="skip")
    yield a.case("failing second", res(MODEL, "fail", {"containers": [{"image": DIGEST}, {"image": tagged}]}))
    environment = {"properties": {"environmentId": "/subscriptions/s/environments/serve/versions/3"}}
    yield from z.row(ONLINE, environment, "properties.environmentId", "azureml:serve:latest", absent="skip")
    garden = {"modelConfig": {"containerSpec": {"imageUri": DIGEST}}}
    path = "modelConfig.containerSpec.imageUri"
    yield from g.row(gcp("vertex.AiEndpointWithModelGardenDeployment"), garden, path, "europe/x:1", absent="skip")
    a, z, g = cells("image-scanning")
    scan = {"imageScanningConfiguration": {"scanOnPush": True}}
    yield from a.row(aws("ecr.Repository"), scan, "imageScanningConfiguration.scanOnPush", False)
    plan = {"pricingName": "Containers", "pricingTier": "Standard"}
    yield from z.row(azure("security.Pricing"), plan, "pricingTier", "Free")
    yield z.case("another plan", res(azure("security.Pricing"), "skip", {"pricingName": "Dns", "pricingTier": "Free"}))
    docker = {"format": "DOCKER", "vulnerabilityScanningConfig": {"enablementConfig": "INHERITED"}}
    yield from g.row(REPOSITORY, docker, "vulnerabilityScanningConfig.enablementConfig", "DISABLED")
    yield g.case("pipelines", res(REPOSITORY, "skip", {"format": "KFP"}))
    a, _, g = cells("image-tags-immutable")
    yield from a.row(aws("ecr.Repository"), {"imageTagMutability": "IMMUTABLE"}, "imageTagMutability", "MUTABLE")
    fixed = {"format": "DOCKER", "dockerConfig": {"immutableTags": True}}
    yield from g.row(REPOSITORY, fixed, "dockerConfig.immutableTags", False)
    yield g.case("unknown format", res(REPOSITORY, "open", {"format": UNKNOWN}))


def _registered() -> Iterator[Case]:
    a, z, _ = cells("model-registered")
    pipeline, group = aws("sagemaker.Pipeline"), aws("sagemaker.ModelPackageGroup")
    named = {"modelPackageGroupName": "churn"}
    yield a.case("passing", res(pipeline, "pass", {}), res(group, "group", named))
    yield a.case("failing", res(pipeline, "fail", {}), res(group, "group", {"modelPackageGroupName": ""}))
    yield a.case("absent", res(pipeline, "fail", {}), res(aws("ecr.Repository"), "images", {}))
    yield a.case("unknown", res(pipeline, "open", {}), res(group, "group", {"modelPackageGroupName": UNKNOWN}))
    group_of = azure("resources.ResourceGroup")
    endpoint, registry = azure("machinelearningservices.OnlineEndpoint"), azure("machinelearningservices.Registry")
    yield z.case("passing", res(endpoint, "pass", {}), res(registry, "registry", {"resourceGroupName": "rg"}))
    yield z.case("failing", res(endpoint, "fail", {}), res(registry, "registry", {"resourceGroupName": ""}))
    home = res(group_of, "group")
    late = res(registry, "registry", {"resourceGroupName": UNKNOWN}, of={"resourceGroupName": home})
    yield z.case("evidence", home, late, res(endpoint, "pass", {}))
    yield z.case("absent", res(endpoint, "fail", {}))
    yield z.case("unknown", res(endpoint, "open", {}), res(registry, "registry", {"resourceGroupName": UNKNOWN}))


def _from_registry() -> Iterator[Case]:
    a, z, _ = cells("deploy-from-registry")
    package = {"modelPackageName": "arn:aws:sagemaker:eu-west-1:1:model-package/churn/3"}
    yield from a.row(MODEL, {"primaryContainer": package}, "primaryContainer.modelPackageName", "")
    yield a.case(
        "a file", res(MODEL, "fail", {"primaryContainer": {"image": DIGEST, "modelDataUrl": "s3://b/m.tar.gz"}})
    )
    yield a.case("second container", res(MODEL, "fail", {"containers": [package, {"image": DIGEST}]}))
    yield a.case("no container", res(MODEL, "fail", {}))
    model = {"properties": {"model": "azureml://registries/acme/models/churn/versions/3"}}
    yield from z.row(ONLINE, model, "properties.model", "https://store/model.pkl")
    held = "/providers/Microsoft.Authorization/policyDefinitions/19539b54-c61e-4196-9a38-67598701be90"
    assigned = {"policyDefinitionId": held, "parameters": {"effect": {"value": "Deny"}}}
    assignment = azure("authorization.PolicyAssignment")
    yield from z.row(assignment, assigned, "parameters.effect.value", "Audit", label="policy")
    yield z.case("another policy", res(assignment, "skip", {**assigned, "policyDefinitionId": "/x"}))
    version = res(azure("machinelearningservices.ModelVersion"), "version")
    late = {"properties": {"model": UNKNOWN}}
    yield z.case("evidence", version, res(ONLINE, "pass", late, of={"properties": version}))
