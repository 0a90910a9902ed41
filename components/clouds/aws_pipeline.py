"""SageMaker pipeline definitions as typed data: jobs, steps, conditions, parameters.

Steps carry the arguments of the API calls that they make, so a step can be held against the API's own model. The format
is version 2020-12-01 (https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps.html).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pulumi import Input, Output

from components.clouds.aws_sagemaker import VpcConfig, takes_volume_key

INPUT = "/opt/ml/processing/input"
"""Where a processing job finds its inputs, one directory each
(https://docs.aws.amazon.com/sagemaker/latest/dg/build-your-own-processing-container.html)."""
OUTPUT = "/opt/ml/processing/output"
"""Where a processing job leaves its outputs, one directory each."""
CHANNELS = "/opt/ml/input/data"
"""Where a training job finds its channels
(https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo-running-container.html)."""
MODEL = "/opt/ml/model"
"""Where a training job leaves the model, and a serving container finds it."""
Step = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Frame:
    """What every job of a pipeline shares: image, role, machine, network, keys, bounds."""

    image: Input[str]
    role_arn: Input[str]
    instance_type: str
    max_runtime_seconds: int
    tags: Mapping[str, str]
    """On the jobs, because tags of the pipeline do not reach what it starts."""
    vpc: VpcConfig | None = None
    key_id: Input[str] | None = None
    """Customer key of volumes and outputs."""
    isolated: bool = False
    """Whether containers are cut off from every network; their data is staged for them."""
    encrypt_traffic: bool = False
    spot: bool = False
    volume_gb: int = 30

    def volume_key(self) -> dict[str, Input[str]]:
        """The key of the storage volume, where the machine takes one."""
        if self.key_id is None or not takes_volume_key(self.instance_type):
            return {}
        return {"VolumeKmsKeyId": self.key_id}

    def output_key(self) -> dict[str, Input[str]]:
        """The key of what the job writes."""
        return {} if self.key_id is None else {"KmsKeyId": self.key_id}

    def vpc_config(self) -> dict[str, Any]:
        """The network that the job plugs in to."""
        if self.vpc is None:
            return {}
        return {"VpcConfig": {"Subnets": self.vpc["subnets"], "SecurityGroupIds": self.vpc["security_group_ids"]}}

    def tag_list(self) -> list[dict[str, str]]:
        """Tags as the API spells them."""
        return [{"Key": key, "Value": value} for key, value in sorted(self.tags.items())]


def get(path: str) -> dict[str, str]:
    """A value that is known when the pipeline runs: ``Parameters.Name``, ``Steps.name.Property``, ``Execution.…``."""
    return {"Get": path}


def join(*parts: Any) -> dict[str, Any]:
    """``parts`` with slashes between them."""
    return {"Std:Join": {"On": "/", "Values": list(parts)}}


def of_run(base: Input[str], *parts: str) -> dict[str, Any]:
    """``parts`` below the prefix of one execution below ``base``, so that no run writes over another."""
    return join(base, get("Execution.PipelineExecutionId"), *parts)


def text_parameter(name: str, default: Input[str]) -> dict[str, Any]:
    """A parameter that whoever starts the pipeline may set."""
    return {"Name": name, "Type": "String", "DefaultValue": default}


def processing(
    name: str,
    frame: Frame,
    command: Sequence[Any],
    *,
    inputs: Mapping[str, Any],
    outputs: Mapping[str, Any],
    reports: Mapping[str, str] | None = None,
    environment: Mapping[str, Input[str]] | None = None,
    depends_on: Sequence[str] = (),
) -> Step:
    """A step that runs ``command`` over staged inputs.

    Args:
        inputs: Name → S3 prefix, staged below ``INPUT``. An empty prefix fails the job.
        outputs: Name → S3 prefix to which ``OUTPUT``/name is uploaded when the job ends.
        reports: Output name → file in it that conditions read.
    """
    arguments: dict[str, Any] = {
        "AppSpecification": {"ImageUri": frame.image, "ContainerEntrypoint": list(command)},
        "RoleArn": frame.role_arn,
        "ProcessingResources": {
            "ClusterConfig": {
                "InstanceType": frame.instance_type,
                "InstanceCount": 1,
                "VolumeSizeInGB": frame.volume_gb,
                **frame.volume_key(),
            }
        },
        "ProcessingInputs": [
            {
                "InputName": key,
                "AppManaged": False,
                "S3Input": {
                    "S3Uri": uri,
                    "LocalPath": f"{INPUT}/{key}",
                    "S3DataType": "S3Prefix",
                    "S3InputMode": "File",
                    "S3DataDistributionType": "FullyReplicated",
                    "S3CompressionType": "None",
                },
            }
            for key, uri in inputs.items()
        ],
        "ProcessingOutputConfig": {
            "Outputs": [
                {
                    "OutputName": key,
                    "AppManaged": False,
                    "S3Output": {"S3Uri": uri, "LocalPath": f"{OUTPUT}/{key}", "S3UploadMode": "EndOfJob"},
                }
                for key, uri in outputs.items()
            ],
            **frame.output_key(),
        },
        "NetworkConfig": {
            "EnableNetworkIsolation": frame.isolated,
            "EnableInterContainerTrafficEncryption": frame.encrypt_traffic,
            **frame.vpc_config(),
        },
        "StoppingCondition": {"MaxRuntimeInSeconds": frame.max_runtime_seconds},
        "Tags": frame.tag_list(),
    }
    if environment:
        arguments["Environment"] = dict(environment)
    step = _step(name, "Processing", arguments, depends_on)
    if reports:
        step["PropertyFiles"] = [
            {"PropertyFileName": output, "OutputName": output, "FilePath": path} for output, path in reports.items()
        ]
    return step


def training(
    name: str,
    frame: Frame,
    command: Sequence[Any],
    *,
    channels: Mapping[str, Any],
    output: Any,
    depends_on: Sequence[str] = (),
) -> Step:
    """A step that trains.

    Args:
        channels: Name → S3 prefix, staged below ``CHANNELS``. An empty prefix fails the job.
        output: S3 prefix below which the contents of ``MODEL`` are kept as ``model.tar.gz``.
    """
    stopping: dict[str, int] = {"MaxRuntimeInSeconds": frame.max_runtime_seconds}
    if frame.spot:
        # waiting for capacity counts in it, so it must be more than the run itself
        stopping["MaxWaitTimeInSeconds"] = 2 * frame.max_runtime_seconds
    arguments: dict[str, Any] = {
        "AlgorithmSpecification": {
            "TrainingImage": frame.image,
            "TrainingInputMode": "File",
            "ContainerEntrypoint": list(command),
        },
        "RoleArn": frame.role_arn,
        "ResourceConfig": {
            "InstanceType": frame.instance_type,
            "InstanceCount": 1,
            "VolumeSizeInGB": frame.volume_gb,
            **frame.volume_key(),
        },
        "InputDataConfig": [
            {
                "ChannelName": key,
                "DataSource": {
                    "S3DataSource": {
                        "S3DataType": "S3Prefix",
                        "S3Uri": uri,
                        "S3DataDistributionType": "FullyReplicated",
                    }
                },
                "CompressionType": "None",
                "RecordWrapperType": "None",
            }
            for key, uri in channels.items()
        ],
        "OutputDataConfig": {"S3OutputPath": output, **frame.output_key()},
        "EnableNetworkIsolation": frame.isolated,
        "EnableInterContainerTrafficEncryption": frame.encrypt_traffic,
        "EnableManagedSpotTraining": frame.spot,
        "StoppingCondition": stopping,
        "Tags": frame.tag_list(),
        **frame.vpc_config(),
    }
    return _step(name, "Training", arguments, depends_on)


def condition(name: str, conditions: Sequence[Step], then: Sequence[Step], otherwise: Sequence[Step]) -> Step:
    """A step that goes one way where all ``conditions`` hold and the other way where one does not."""
    arguments = {"Conditions": list(conditions), "IfSteps": list(then), "ElseSteps": list(otherwise)}
    return _step(name, "Condition", arguments, ())


def equals(left: Any, right: Any) -> Step:
    """A condition."""
    return {"Type": "Equals", "LeftValue": left, "RightValue": right}


def reported(step: str, report: str, path: str) -> dict[str, Any]:
    """The value at ``path`` of a report that ``step`` wrote."""
    return {"Std:JsonGet": {"PropertyFile": {"Get": f"Steps.{step}.PropertyFiles.{report}"}, "Path": path}}


def register(
    name: str,
    *,
    group: Input[str],
    image: Input[str],
    model_data: Any,
    quality_report: Any,
    approval: str,
    instance_types: Sequence[str],
) -> Step:
    """A step that adds a version to a model package group."""
    arguments: dict[str, Any] = {
        "ModelPackageGroupName": group,
        "ModelApprovalStatus": approval,
        "InferenceSpecification": {
            "Containers": [{"Image": image, "ModelDataUrl": model_data}],
            "SupportedContentTypes": ["application/json", "text/csv"],
            "SupportedResponseMIMETypes": ["application/json"],
            "SupportedRealtimeInferenceInstanceTypes": list(instance_types),
            "SupportedTransformInstanceTypes": list(instance_types),
        },
        "ModelMetrics": {
            "ModelQuality": {"Statistics": {"ContentType": "application/json", "S3Uri": quality_report}},
        },
    }
    return _step(name, "RegisterModel", arguments, ())


def fail(name: str, message: str) -> Step:
    """A step that ends the execution as failed."""
    return _step(name, "Fail", {"ErrorMessage": message}, ())


def definition(parameters: Sequence[dict[str, Any]], steps: Sequence[Step]) -> Output[str]:
    """The definition as JSON with sorted keys. The API takes at most 1 MiB."""
    body = {"Version": "2020-12-01", "Metadata": {}, "Parameters": list(parameters), "Steps": list(steps)}
    return Output.json_dumps(body, sort_keys=True)


def _step(name: str, kind: str, arguments: dict[str, Any], depends_on: Sequence[str]) -> Step:
    step: Step = {"Name": name, "Type": kind, "Arguments": arguments}
    if depends_on:
        step["DependsOn"] = list(depends_on)
    return step
