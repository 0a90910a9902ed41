"""Cases of controls on training jobs, monitoring jobs and what they leave behind."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from policies.tokens import aws, azure, gcp
from tests.policies.dsl import UNKNOWN, Case, cells, res

JOB, QUALITY, PIPELINE = (aws(f"sagemaker.{name}") for name in ("TrainingJob", "DataQualityJobDefinition", "Pipeline"))
COMPUTE = azure("machinelearningservices.Compute")
KEY = "arn:aws:kms:eu-west-1:1:key/k"
VERTEX_KEY = "projects/p/locations/l/keyRings/r/cryptoKeys/k"


def pipeline(name: str, *steps: dict[str, Any] | str) -> Any:
    return res(PIPELINE, name, {"pipelineDefinition": json.dumps({"Steps": list(steps)})})


def step(type_: str, **arguments: Any) -> dict[str, Any]:
    return {"Name": f"Step{type_}", "Type": type_, "Arguments": arguments}


def cases() -> Iterator[Case]:
    yield from _runtime()
    yield from _keys()
    yield from _messaging()
    yield from _traffic()
    yield from _isolation()
    _, z, g = cells("compute-scale-to-zero")
    cluster = {"properties": {"computeType": "AmlCompute", "properties": {"scaleSettings": {"minNodeCount": 0}}}}
    path = "properties.properties.scaleSettings.minNodeCount"
    yield from z.row(COMPUTE, cluster, path, 1, absent="pass")
    yield z.case("another kind", res(COMPUTE, "skip", {"properties": {"computeType": "Kubernetes"}}))
    pools = {"resourcePools": [{"autoscalingSpec": {"minReplicaCount": 1}}]}
    path = "resourcePools[].autoscalingSpec.minReplicaCount"
    yield from g.row(gcp("vertex.AiPersistentResource"), pools, path, 4, absent="skip")
    runtime = {"idleShutdownConfig": {"idleTimeout": "3600s"}}
    yield from g.row(gcp("colab.RuntimeTemplate"), runtime, "idleShutdownConfig.idleTimeout", "", label="notebooks")


def _keys() -> Iterator[Case]:
    a, _, g = cells("ml-artifact-cmk")
    job = {"outputDataConfig": {"kmsKeyId": KEY}, "resourceConfig": {"volumeKmsKeyId": KEY}}
    yield from a.row(JOB, job, "outputDataConfig.kmsKeyId", "")
    yield from a.row(JOB, job, "resourceConfig.volumeKmsKeyId", "", label="of volume")
    disks = {"outputDataConfig": {"kmsKeyId": KEY}, "resourceConfig": {"instanceType": "ml.g5.xlarge"}}
    yield a.case("own disks", res(JOB, "pass", disks))
    quality = {
        "dataQualityJobOutputConfig": {"kmsKeyId": KEY},
        "jobResources": {"clusterConfig": {"volumeKmsKeyId": KEY}},
    }
    yield from a.row(QUALITY, quality, "jobResources.clusterConfig.volumeKmsKeyId", "", label="of monitoring")
    yield from a.row(QUALITY, quality, "dataQualityJobOutputConfig.kmsKeyId", "", label="of monitoring output")
    review = aws("sagemaker.FlowDefinition")
    yield from a.row(review, {"outputConfig": {"kmsKeyId": KEY}}, "outputConfig.kmsKeyId", "", label="of review")
    configuration = aws("sagemaker.EndpointConfiguration")
    capture = {"dataCaptureConfig": {"enableCapture": True, "kmsKeyId": KEY}}
    yield from a.row(configuration, capture, "dataCaptureConfig.kmsKeyId", "", label="of capture")
    volume, disked = {"ResourceConfig": {"VolumeKmsKeyId": KEY}}, {"ResourceConfig": {"InstanceType": "ml.g5.xlarge"}}
    cluster, secured = {"ClusterConfig": {"VolumeKmsKeyId": KEY}}, {"SecurityConfig": {"VolumeKmsKeyId": KEY}}
    yield a.case("no capture", res(configuration, "skip", {"dataCaptureConfig": {"enableCapture": False}}))
    yield a.case(
        "steps",
        pipeline("pass", step("Training", OutputDataConfig={"KmsKeyId": KEY}, **volume), step("Condition")),
        pipeline("pass own disks", step("Training", OutputDataConfig={"KmsKeyId": KEY}, **disked)),
        pipeline("pass automl", step("AutoML", OutputDataConfig={"KmsKeyId": KEY}, AutoMLJobConfig=secured)),
        pipeline("fail", step("Processing", ProcessingOutputConfig={"Outputs": []}, ProcessingResources=cluster)),
        pipeline("fail volume", step("Processing", ProcessingOutputConfig={"KmsKeyId": KEY})),
        pipeline("fail transform", step("Transform", TransformOutput={"KmsKeyId": KEY}, TransformResources={})),
        pipeline("skip", step("Fail")),
        res(PIPELINE, "open", {"pipelineDefinition": UNKNOWN}),
    )
    key = res(aws("kms.Key"), "key")
    late = {**job, "outputDataConfig": {"kmsKeyId": UNKNOWN}}
    yield a.case("evidence", key, res(JOB, "pass", late, of={"outputDataConfig": key}))
    for name in ("AiDataset", "AiMetadataStore", "AiTensorboard", "AiIndex", "AiIndexEndpoint", "AiFeatureStore"):
        yield from g.row(
            gcp(f"vertex.{name}"),
            {"encryptionSpec": {"kmsKeyName": VERTEX_KEY}},
            "encryptionSpec.kmsKeyName",
            "",
            label="" if name == "AiDataset" else name,
        )
    path = "createPipelineJobRequest.pipelineJob.encryptionSpec.kmsKeyName"
    run = {"createPipelineJobRequest": {"pipelineJob": {"encryptionSpec": {"kmsKeyName": VERTEX_KEY}}}}
    yield from g.row(gcp("colab.Schedule"), run, path, "", label="of schedule")


def _messaging() -> Iterator[Case]:
    a, z, g = cells("messaging-cmk")
    for short, path in (
        ("sqs.Queue", "kmsMasterKeyId"),
        ("sns.Topic", "kmsMasterKeyId"),
        ("cloudtrail.Trail", "kmsKeyId"),
        ("secretsmanager.Secret", "kmsKeyId"),
    ):
        yield from a.row(aws(short), {path: KEY}, path, "", label="" if short == "sqs.Queue" else short)
    images = {"encryptionConfigurations": [{"encryptionType": "KMS", "kmsKey": KEY}]}
    yield from a.row(aws("ecr.Repository"), images, "encryptionConfigurations[].kmsKey", "", label="key of images")
    path = "encryptionConfigurations[].encryptionType"
    yield from a.row(aws("ecr.Repository"), images, path, "AES256", label="images")
    own_key = {"keyIdentifier": "https://v.vault.azure.net/keys/images"}
    encrypted = {"encryption": {"status": "enabled", "keyVaultProperties": own_key}}
    path = "encryption.keyVaultProperties.keyIdentifier"
    yield from z.row(azure("containerregistry.Registry"), encrypted, path, "", label="key of images")
    yield from z.row(azure("containerregistry.Registry"), encrypted, "encryption.status", "disabled")
    yield from g.row(gcp("pubsub.Topic"), {"kmsKeyName": VERTEX_KEY}, "kmsKeyName", "")
    yield from g.row(gcp("artifactregistry.Repository"), {"kmsKeyName": VERTEX_KEY}, "kmsKeyName", "", label="images")


def _traffic() -> Iterator[Case]:
    a, _, _ = cells("training-traffic-encrypted")
    flag = "enableInterContainerTrafficEncryption"
    yield from a.row(JOB, {flag: True}, flag, False)
    yield from a.row(QUALITY, {"networkConfig": {flag: True}}, f"networkConfig.{flag}", False, label="of monitoring")
    word = "EnableInterContainerTrafficEncryption"
    yield a.case(
        "steps",
        pipeline("pass", step("Training", **{word: True}), step("Processing", NetworkConfig={word: True})),
        pipeline("fail", step("Training", **{word: True}), step("Processing", NetworkConfig={word: False})),
        pipeline("fail absent", step("Training")),
        pipeline("pass tuning", step("Tuning", TrainingJobDefinition={word: True})),
        pipeline("fail tuning", step("Tuning", TrainingJobDefinitions=[{word: True}, {word: False}])),
        pipeline("fail tuning of nothing", step("Tuning")),
        pipeline("fail check", step("QualityCheck", NetworkConfig={})),
        pipeline("open at start", step("Training", **{word: {"Get": "Parameters.Encrypted"}})),
        res(PIPELINE, "fail text", {"pipelineDefinition": "steps:"}),
        res(PIPELINE, "open", {"pipelineDefinition": UNKNOWN}),
    )


def _runtime() -> Iterator[Case]:
    a, _, _ = cells("training-max-runtime")

    def limits(run: Any = 3600, wait: Any = 7200) -> dict[str, Any]:
        return step("Training", StoppingCondition={"MaxRuntimeInSeconds": run, "MaxWaitTimeInSeconds": wait})

    checked = step("ClarifyCheck", StoppingCondition={"MaxRuntimeInSeconds": 3600})
    yield a.case(
        "steps",
        pipeline("pass", limits(), checked, step("Transform")),
        pipeline("fail", limits(run=3_600_000)),
        pipeline("fail waiting", limits(wait=3_600_000)),
        pipeline("fail absent", step("Processing")),
        pipeline("fail empty", step("Processing", StoppingCondition={})),
        pipeline("open at start", limits(run={"Get": "Parameters.Hours"})),
        res(PIPELINE, "open", {"pipelineDefinition": UNKNOWN}),
    )


def _isolation() -> Iterator[Case]:
    a, z, g = cells("job-network-isolation")
    yield from a.row(JOB, {"enableNetworkIsolation": True}, "enableNetworkIsolation", False)
    path = "networkConfig.enableNetworkIsolation"
    yield from a.row(QUALITY, {"networkConfig": {"enableNetworkIsolation": True}}, path, False, label="of monitoring")
    inside = {"VpcConfig": {"Subnets": ["subnet-1"]}}
    yield a.case(
        "steps",
        pipeline("pass", step("Training", EnableNetworkIsolation=True), step("Processing", NetworkConfig=inside)),
        pipeline("fail", step("Training", EnableNetworkIsolation=False, **inside)),
        pipeline("fail absent", step("Processing")),
        res(PIPELINE, "open", {"pipelineDefinition": UNKNOWN}),
    )
    cluster = {"properties": {"computeType": "AmlCompute", "properties": {"enableNodePublicIp": False}}}
    yield from z.row(COMPUTE, cluster, "properties.properties.enableNodePublicIp", True)
    template = gcp("colab.RuntimeTemplate")
    path = "networkSpec.enableInternetAccess"
    yield from g.row(template, {"networkSpec": {"enableInternetAccess": False}}, path, True)
    path = "template.template.vpcAccess.egress"
    run = {"template": {"template": {"vpcAccess": {"egress": "ALL_TRAFFIC"}}}}
    yield from g.row(gcp("cloudrunv2.Job"), run, path, "PRIVATE_RANGES_ONLY", label="of jobs")
