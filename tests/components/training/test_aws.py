"""Training on AWS: definitions that the API accepts, the guard, the domain, schedules."""

import json
from collections.abc import Iterator
from typing import Any

import botocore.session
import pytest
from botocore.validate import ParamValidator

from components.core.profile import Profile
from components.core.vocabulary import ComputeSize, Frequency
from components.training.aws import build as backend
from components.training.contract import TrainingSpec
from tests.components.aws_bench import Graph, build, build_with_outputs

MODELS_KEY = "arn:aws:kms:eu-west-1:123456789012:key/22222222-2222-2222-2222-222222222222"
LOGS_KEY = "arn:aws:kms:eu-west-1:123456789012:key/33333333-3333-3333-3333-333333333333"
SUBNETS = ["subnet-0a1b2c3d4e5f60718", "subnet-1a1b2c3d4e5f60718"]
GROUP = "sg-0a1b2c3d4e5f60718"
CALLS = {
    "Processing": ("CreateProcessingJob", {"ProcessingJobName": "job"}),
    "Training": ("CreateTrainingJob", {"TrainingJobName": "job"}),
    "RegisterModel": ("CreateModelPackage", {}),
}
"""Step type → API call that the service makes of its arguments, and what the service adds."""


def training(profile: Profile, *, without: tuple[str, ...] = (), **options: Any) -> Graph:
    return build(backend, "training", TrainingSpec(**options), profile, without=without)


def definition(graph: Graph, name: str = "training-retraining") -> dict[str, Any]:
    made: dict[str, Any] = json.loads(graph[name].inputs["pipelineDefinition"])
    return made


def steps(body: dict[str, Any]) -> dict[str, dict[str, Any]]:
    def walk(listed: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        for step in listed:
            yield step
            if step["Type"] == "Condition":
                yield from walk([*step["Arguments"]["IfSteps"], *step["Arguments"]["ElseSteps"]])

    return {step["Name"]: step for step in walk(body["Steps"])}


def resolved(value: Any) -> Any:
    """``value`` with a text in place of what is known only when the pipeline runs."""
    if isinstance(value, dict):
        if "Get" in value or "Std:Join" in value:
            return "s3://bucket/prefix"
        return {key: resolved(item) for key, item in value.items()}
    return [resolved(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("profile", list(Profile))
@pytest.mark.parametrize("name", ["training-retraining", "training-batch"])
def test_every_step_is_a_request_that_the_api_accepts(profile: Profile, name: str) -> None:
    graph = training(profile, spot=True, batch_schedule=Frequency.DAILY)
    model = botocore.session.get_session().get_service_model("sagemaker")
    checked = []
    for step in steps(definition(graph, name)).values():
        if step["Type"] in CALLS:
            operation, added = CALLS[step["Type"]]
            shape = model.operation_model(operation).input_shape
            report = ParamValidator().validate(resolved(step["Arguments"]) | added, shape)
            assert not report.has_errors(), report.generate_report()
            checked.append(step["Name"])
    expected = ["quality", "train", "evaluate", "register"] if name == "training-retraining" else ["score"]
    assert checked == expected


class TestRetraining:
    def test_order_and_gate(self) -> None:
        body = definition(training(Profile.STANDARD))
        assert body["Version"] == "2020-12-01"
        assert [step["Name"] for step in body["Steps"]] == ["quality", "train", "evaluate", "passed"]
        made = steps(body)
        assert made["train"]["DependsOn"] == ["quality"]
        gate = made["passed"]["Arguments"]
        assert gate["Conditions"] == [
            {
                "Type": "Equals",
                "LeftValue": {
                    "Std:JsonGet": {"PropertyFile": {"Get": "Steps.evaluate.PropertyFiles.report"}, "Path": "passed"}
                },
                "RightValue": True,
            }
        ]
        assert [step["Name"] for step in gate["IfSteps"]] == ["register"]
        assert [step["Type"] for step in gate["ElseSteps"]] == ["Fail"]
        assert made["evaluate"]["PropertyFiles"] == [
            {"PropertyFileName": "report", "OutputName": "report", "FilePath": "report.json"}
        ]

    @pytest.mark.parametrize(
        ("profile", "status"),
        [(Profile.SANDBOX, "Approved"), (Profile.STANDARD, "PendingManualApproval")],
    )
    def test_versions_wait_for_a_person_where_the_posture_says_so(self, profile: Profile, status: str) -> None:
        register = steps(definition(training(profile)))["register"]["Arguments"]
        assert register["ModelApprovalStatus"] == status
        assert register["ModelPackageGroupName"] == "churn-dev-churn"

    def test_sandbox_jobs_are_plain(self) -> None:
        train = steps(definition(training(Profile.SANDBOX)))["train"]["Arguments"]
        assert "VpcConfig" not in train
        assert "VolumeKmsKeyId" not in train["ResourceConfig"]
        assert train["EnableNetworkIsolation"] is False

    def test_regulated_jobs_are_private_encrypted_and_isolated(self) -> None:
        made = steps(definition(training(Profile.REGULATED)))
        train = made["train"]["Arguments"]
        assert train["VpcConfig"] == {"Subnets": SUBNETS, "SecurityGroupIds": [GROUP]}
        assert train["ResourceConfig"]["VolumeKmsKeyId"] == MODELS_KEY
        assert train["OutputDataConfig"]["KmsKeyId"] == MODELS_KEY
        assert train["EnableInterContainerTrafficEncryption"] is True
        for name in ("quality", "evaluate"):
            arguments = made[name]["Arguments"]
            assert arguments["NetworkConfig"] == {
                "EnableNetworkIsolation": True,
                "EnableInterContainerTrafficEncryption": True,
                "VpcConfig": {"Subnets": SUBNETS, "SecurityGroupIds": [GROUP]},
            }
            assert arguments["ProcessingResources"]["ClusterConfig"]["VolumeKmsKeyId"] == MODELS_KEY
            assert arguments["ProcessingOutputConfig"]["KmsKeyId"] == MODELS_KEY

    def test_machines_with_local_disks_get_no_volume_key(self) -> None:
        graph = training(Profile.REGULATED, size=ComputeSize.GPU)
        train = steps(definition(graph))["train"]["Arguments"]
        assert train["ResourceConfig"]["InstanceType"] == "ml.g4dn.xlarge"
        assert "VolumeKmsKeyId" not in train["ResourceConfig"], "refused by the API"
        assert train["OutputDataConfig"]["KmsKeyId"] == MODELS_KEY
        assert "NoVolumeKey" not in graph.statements("training-jobs"), "the guard must not ask for what is refused"
        assert "NoOutputKey" in graph.statements("training-jobs")

    def test_spot_waits_longer_than_it_runs(self) -> None:
        train = steps(definition(training(Profile.STANDARD, spot=True, max_runtime_hours=6)))["train"]["Arguments"]
        assert train["EnableManagedSpotTraining"] is True
        assert train["StoppingCondition"] == {"MaxRuntimeInSeconds": 21_600, "MaxWaitTimeInSeconds": 43_200}
        steady = steps(definition(training(Profile.STANDARD)))["train"]["Arguments"]
        assert steady["StoppingCondition"] == {"MaxRuntimeInSeconds": 86_400}

    def test_features_are_staged_where_there_is_a_store(self) -> None:
        channels = {
            without: [
                channel["ChannelName"]
                for channel in steps(definition(training(Profile.SANDBOX, without=without)))["train"]["Arguments"][
                    "InputDataConfig"
                ]
            ]
            for without in ((), ("feature_store",))
        }
        assert channels == {(): ["train", "features"], ("feature_store",): ["train"]}

    @pytest.mark.parametrize("without", [(), ("feature_store",)])
    def test_steps_that_use_the_model_get_the_features_too(self, without: tuple[str, ...]) -> None:
        graph = training(Profile.SANDBOX, without=without, batch_schedule=Frequency.DAILY)
        made = steps(definition(graph)) | steps(definition(graph, "training-batch"))
        for name, others in (("evaluate", ["model", "data"]), ("score", ["data"])):
            arguments = made[name]["Arguments"]
            staged = {each["InputName"]: each["S3Input"] for each in arguments["ProcessingInputs"]}
            command = arguments["AppSpecification"]["ContainerEntrypoint"]
            assert list(staged) == [*others, *([] if without else ["features"])]
            assert ("--features" in command) is (not without)
            if not without:
                assert staged["features"]["LocalPath"] == command[command.index("--features") + 1]
                train = made["train"]["Arguments"]["InputDataConfig"][1]
                assert staged["features"]["S3Uri"] == train["DataSource"]["S3DataSource"]["S3Uri"]

    def test_jobs_carry_the_tags_because_the_pipelines_do_not_reach_them(self) -> None:
        for step in steps(definition(training(Profile.STANDARD))).values():
            if step["Type"] in {"Processing", "Training"}:
                assert {"Key": "cost-center", "Value": "growth"} in step["Arguments"]["Tags"]

    def test_nodes_of_an_execution_are_bounded(self) -> None:
        pipeline = training(Profile.STANDARD, max_nodes=7)["training-retraining"].inputs
        assert pipeline["parallelismConfiguration"] == {"maxParallelExecutionSteps": 7}

    def test_image_of_the_users_choice(self) -> None:
        train = steps(definition(training(Profile.STANDARD, image="example.com/train:1")))["train"]["Arguments"]
        assert train["AlgorithmSpecification"]["TrainingImage"] == "example.com/train:1"


class TestGuard:
    def test_sandbox_bounds_machine_and_time_only(self) -> None:
        denied = training(Profile.SANDBOX).statements("training-jobs")
        assert set(denied) == {"OtherMachines", "TooLong"}
        assert denied["OtherMachines"]["Condition"] == {
            "ForAnyValue:StringNotEquals": {"sagemaker:InstanceTypes": ["ml.m5.xlarge"]}
        }
        assert denied["TooLong"]["Condition"] == {"NumericGreaterThan": {"sagemaker:MaxRuntimeInSeconds": "86400"}}

    def test_regulated_refuses_jobs_that_leave_the_frame(self) -> None:
        denied = training(Profile.REGULATED).statements("training-jobs")
        assert {statement["Effect"] for statement in denied.values()} == {"Deny"}
        assert denied["OutsideNetwork"]["Condition"] == {"Null": {"sagemaker:VpcSubnets": "true"}}
        assert denied["NotIsolated"]["Condition"] == {"BoolIfExists": {"sagemaker:NetworkIsolation": "false"}}
        assert "sagemaker:CreateTrainingJob" in denied["NotIsolated"]["Action"]
        assert "sagemaker:CreateProcessingJob" not in denied["NotIsolated"]["Action"], "batch scoring asks the registry"
        assert denied["NoVolumeKey"]["Condition"] == {
            "Null": {"sagemaker:VolumeKmsKey": "true", "sagemaker:VolumeKmsKeyArn": "true"}
        }

    def test_binds_whoever_starts_jobs(self) -> None:
        graph, outputs = build_with_outputs(backend, "training", TrainingSpec(), Profile.STANDARD)
        assert outputs["compute_id"] == "arn:aws:iam::123456789012:policy/churn-dev-jobs"
        bound = {item.inputs["role"] for item in graph.of("iam/rolePolicyAttachment:RolePolicyAttachment")}
        assert bound == {"churn-dev-pipeline", "churn-dev-training"}

    def test_the_pipelines_own_jobs_pass_it(self) -> None:
        """What the definitions ask for is what the guard lets through."""
        graph = training(Profile.REGULATED, batch_schedule=Frequency.DAILY)
        machines = {
            resources["InstanceType"]
            for name in ("training-retraining", "training-batch")
            for step in steps(definition(graph, name)).values()
            if step["Type"] in {"Processing", "Training"}
            for resources in [
                step["Arguments"].get("ResourceConfig") or step["Arguments"]["ProcessingResources"]["ClusterConfig"]
            ]
        }
        allowed = graph.statements("training-jobs")["OtherMachines"]["Condition"]
        assert allowed == {"ForAnyValue:StringNotEquals": {"sagemaker:InstanceTypes": sorted(machines)}}


class TestGrants:
    def test_the_pipeline_starts_its_own_jobs_only(self) -> None:
        allowed = training(Profile.STANDARD).allowed("training-start-jobs")
        resources = {resource for _, resource in allowed}
        assert resources == {
            "arn:aws:sagemaker:eu-west-1:123456789012:training-job/pipelines-*",
            "arn:aws:sagemaker:eu-west-1:123456789012:processing-job/pipelines-*",
        }

    def test_jobs_attach_to_this_network_only(self) -> None:
        attach = training(Profile.STANDARD).statements("training-run-jobs")["AttachToNetwork"]
        assert attach["Condition"] == {
            "ArnEqualsIfExists": {"ec2:Vpc": "arn:aws:ec2:eu-west-1:123456789012:vpc/vpc-0a1b2c3d4e5f60718"}
        }
        assert "AttachToNetwork" not in training(Profile.SANDBOX).statements("training-run-jobs")

    def test_metrics_are_bound_to_the_namespaces_of_jobs(self) -> None:
        write = training(Profile.STANDARD).statements("training-run-jobs")["WriteMetrics"]
        assert write["Condition"] == {
            "StringEquals": {"cloudwatch:namespace": ["/aws/sagemaker/TrainingJobs", "/aws/sagemaker/ProcessingJobs"]}
        }


class TestWorkspace:
    def test_regulated_domain(self) -> None:
        domain = training(Profile.REGULATED)["training-domain"]
        assert domain.protect
        assert domain.inputs["appNetworkAccessType"] == "VpcOnly"
        assert domain.inputs["kmsKeyId"] == MODELS_KEY
        assert domain.inputs["retentionPolicy"] == {"homeEfsFileSystem": "Retain"}
        assert domain.inputs["domainSettings"] == {"executionRoleIdentityConfig": "USER_PROFILE_NAME"}
        idle = domain.inputs["defaultUserSettings"]["jupyterLabAppSettings"]["appLifecycleManagement"]
        assert idle == {"idleSettings": {"lifecycleManagement": "ENABLED", "idleTimeoutInMinutes": 60}}

    def test_sandbox_domain_goes_with_its_files(self) -> None:
        domain = training(Profile.SANDBOX)["training-domain"]
        assert not domain.protect
        assert domain.inputs["retentionPolicy"] == {"homeEfsFileSystem": "Delete"}
        assert domain.inputs["appNetworkAccessType"] == "PublicInternetOnly"

    def test_resource_group_without_a_network(self) -> None:
        graph, outputs = build_with_outputs(backend, "training", TrainingSpec(), Profile.SANDBOX, without=("network",))
        assert "training-domain" not in graph
        assert outputs["workspace_id"] == "arn:aws:resource-groups:eu-west-1:123456789012:group/churn-dev"


class TestSchedules:
    def test_starts_with_retries_and_keeps_what_failed(self) -> None:
        graph = training(Profile.REGULATED, schedule=Frequency.WEEKLY)
        schedule = graph["training-retraining-schedule"].inputs
        assert schedule["scheduleExpression"] == "cron(0 2 ? * MON *)"
        assert schedule["scheduleExpressionTimezone"] == "UTC"
        assert schedule["target"]["retryPolicy"] == {"maximumEventAgeInSeconds": 3600, "maximumRetryAttempts": 3}
        assert set(schedule["target"]) == {"arn", "roleArn", "deadLetterConfig", "retryPolicy"}
        assert graph["training-retraining-dead-letters"].inputs["kmsMasterKeyId"] == LOGS_KEY
        queue = "arn:aws:sqs:eu-west-1:123456789012:churn-dev-training-retraining-dead-letters"
        pipeline = "arn:aws:sagemaker:eu-west-1:123456789012:pipeline/churn-dev-retraining"
        assert graph.allowed("training-retraining-start") == {
            ("sagemaker:StartPipelineExecution", pipeline),
            ("sqs:SendMessage", queue),
            ("kms:Decrypt", LOGS_KEY),
            ("kms:GenerateDataKey", LOGS_KEY),
        }
        trust = graph.statements("training-retraining-starter", "assumeRolePolicy")["ServiceOfThisAccount"]
        assert trust["Condition"] == {
            "StringEquals": {"aws:SourceAccount": "123456789012"},
            "ArnLike": {"aws:SourceArn": "arn:aws:scheduler:eu-west-1:123456789012:schedule-group/default"},
        }

    def test_batch_scores_with_the_network_and_without_isolation(self) -> None:
        graph = training(Profile.REGULATED, batch_schedule=Frequency.DAILY)
        score = steps(definition(graph, "training-batch"))["score"]["Arguments"]
        assert score["NetworkConfig"]["EnableNetworkIsolation"] is False
        assert score["NetworkConfig"]["VpcConfig"]["Subnets"] == SUBNETS
        assert score["AppSpecification"]["ContainerEntrypoint"][-6:-2] == [
            "--name",
            "churn-dev-churn",
            "--registry",
            "arn:aws:sagemaker:eu-west-1:123456789012:model-package-group/churn-dev-churn",
        ]
        assert graph["training-batch-schedule"].inputs["scheduleExpression"] == "cron(0 2 * * ? *)"

    def test_none_unless_asked_for(self) -> None:
        assert not training(Profile.STANDARD).of("scheduler/schedule:Schedule")


def test_job_defaults_say_what_the_guard_asks_for() -> None:
    _, outputs = build_with_outputs(backend, "training", TrainingSpec(), Profile.REGULATED)
    defaults = json.loads(outputs["job_defaults"])
    assert defaults["InstanceType"] == "ml.m5.xlarge"
    assert defaults["VpcConfig"] == {"Subnets": SUBNETS, "SecurityGroupIds": [GROUP]}
    assert defaults["KmsKeyId"] == defaults["VolumeKmsKeyId"] == MODELS_KEY
    assert defaults["EnableNetworkIsolation"] is True
    assert defaults["Image"] == "123456789012.dkr.ecr.eu-west-1.amazonaws.com/churn-dev/tripod-runtime:0.1.0"
