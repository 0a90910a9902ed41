"""Cases of the group cost."""

from __future__ import annotations

from collections.abc import Iterator

from policies.tokens import aws, azure, gcp
from tests.policies.dsl import UNKNOWN, Case, cells, put, res

COMPUTE, JOB = azure("machinelearningservices.Compute"), azure("machinelearningservices.Job")


def cases() -> Iterator[Case]:
    a, z, g = cells("budget-alert")
    budget = {"notifications": [{"threshold": 100}, {"threshold": 80}]}
    yield a.case("passing", res(aws("budgets.Budget"), "pass", budget))
    yield a.case("failing", res(aws("budgets.Budget"), "fail", {"notifications": [{"threshold": 100}]}))
    yield a.case("absent", res(aws("budgets.Budget"), "fail", {}))
    yield a.case("unknown", res(aws("budgets.Budget"), "open", put(budget, "notifications[].threshold", UNKNOWN)))
    told = {"notifications": {"early": {"threshold": 50}, "late": {"threshold": 100}}}
    yield z.case("passing", res(azure("consumption.Budget"), "pass", told))
    yield z.case("failing", res(azure("consumption.Budget"), "fail", {"notifications": {"late": {"threshold": 100}}}))
    yield z.case("absent", res(azure("consumption.Budget"), "fail", {}))
    yield z.case("unknown", res(azure("consumption.Budget"), "open", {"notifications": UNKNOWN}))
    rules = {"thresholdRules": [{"thresholdPercent": 0.5}]}
    yield from g.row(gcp("billing.Budget"), rules, "thresholdRules[].thresholdPercent", 1.0)
    yield from _idle()
    yield from _training()
    a, z, g = cells("instance-allowlist")
    allowed = {"instance_types": ["ml.m5.large", "Standard_DS3_v2", "n1-standard-4"]}
    variants = {"productionVariants": [{"instanceType": "ml.m5.large"}]}
    path = "productionVariants[].instanceType"
    config, pool = aws("sagemaker.EndpointConfiguration"), gcp("vertex.AiDeploymentResourcePool")
    yield from a.row(config, variants, path, "ml.p4d.24xlarge", absent="skip", settings=allowed)
    yield a.case("no list", res(config, "pass", put(variants, path, "ml.p4d.24xlarge")))
    deployment = azure("machinelearningservices.OnlineDeployment")
    serving = {"properties": {"instanceType": "Standard_DS3_v2"}}
    yield from z.row(deployment, serving, "properties.instanceType", "Standard_ND96", settings=allowed)
    machine = {"dedicatedResources": {"machineSpec": {"machineType": "n1-standard-4"}}}
    yield from g.row(pool, machine, "dedicatedResources.machineSpec.machineType", "a3-highgpu-8g", settings=allowed)


def _idle() -> Iterator[Case]:
    a, z, g = cells("workbench-idle-shutdown")
    management = {"appLifecycleManagement": {"idleSettings": {"lifecycleManagement": "ENABLED"}}}
    domain = {"defaultUserSettings": {"jupyterLabAppSettings": management}}
    path = "defaultUserSettings.jupyterLabAppSettings.appLifecycleManagement.idleSettings.lifecycleManagement"
    after = "defaultUserSettings.jupyterLabAppSettings.appLifecycleManagement.idleSettings.idleTimeoutInMinutes"
    timed = put(domain, after, 60)
    yield from a.row(aws("sagemaker.Domain"), timed, path, "DISABLED")
    yield from a.row(aws("sagemaker.Domain"), timed, after, 525600, label="time")
    instance = {"properties": {"computeType": "ComputeInstance", "properties": {"idleTimeBeforeShutdown": "PT30M"}}}
    yield from z.row(COMPUTE, instance, "properties.properties.idleTimeBeforeShutdown", "P3D")
    yield z.case("cluster", res(COMPUTE, "skip", {"properties": {"computeType": "AmlCompute"}}))
    metadata = {"gceSetup": {"metadata": {"idle-timeout-seconds": "3600"}}}
    yield from g.row(gcp("workbench.Instance"), metadata, "gceSetup.metadata.idle-timeout-seconds", "86400")


def _training() -> Iterator[Case]:
    a, z, g = cells("training-max-nodes")
    training, persistent = aws("sagemaker.TrainingJob"), gcp("vertex.AiPersistentResource")
    yield from a.row(training, {"resourceConfig": {"instanceCount": 4}}, "resourceConfig.instanceCount", 64)
    cluster = {"properties": {"computeType": "AmlCompute", "properties": {"scaleSettings": {"maxNodeCount": 4}}}}
    yield from z.row(COMPUTE, cluster, "properties.properties.scaleSettings.maxNodeCount", 64)
    pools = {"resourcePools": [{"autoscalingSpec": {"maxReplicaCount": "4"}}]}
    yield from g.row(persistent, pools, "resourcePools[].autoscalingSpec.maxReplicaCount", "64", absent="skip")
    a, z, _ = cells("training-max-runtime")
    stopping = {"stoppingCondition": {"maxRuntimeInSeconds": 3600}}
    yield from a.row(training, stopping, "stoppingCondition.maxRuntimeInSeconds", 432001)
    job = {"properties": {"jobType": "Command", "limits": {"timeout": "PT1H"}}}
    yield from z.row(JOB, job, "properties.limits.timeout", "P30D")
    yield z.case("pipeline", res(JOB, "skip", {"properties": {"jobType": "Pipeline"}}))
