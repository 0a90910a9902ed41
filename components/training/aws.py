"""Training on AWS: a SageMaker domain, a policy that bounds jobs, and the pipelines that schedules and drift start.

Jobs bring their own machines and release them when they end, so there is no cluster to keep. The pipeline checks the
data, trains, evaluates, and registers what passed. Not here: user profiles and apps of the domain, which people own.
"""

from collections.abc import Sequence

import pulumi_aws as aws
from pulumi import Output

from components.clouds.aws_arn import Arns, arns
from components.clouds.aws_iam import after, grant
from components.clouds.aws_pipeline import Frame
from components.clouds.aws_sagemaker import JOB_LOGS, attached, log_writer, network_user, pipeline_runner, vpc_config
from components.clouds.aws_schedule import schedule_pipeline
from components.core.backend import Means, Support
from components.core.cloud import Gap, GapKind
from components.core.image import RUNTIME_IMAGE, RUNTIME_VERSION
from components.core.scope import Scope
from components.core.vocabulary import DataClass
from components.training.aws_guard import guard
from components.training.aws_steps import batch_definition, retraining_definition
from components.training.contract import TrainingArgs, TrainingOutputs, TrainingSpec

SUPPORT = Support(means=Means.NATIVE, by="SageMaker Pipelines, Training and Processing, Studio domain")
GAPS: tuple[Gap, ...] = (
    Gap(
        kind=GapKind.NEVER,
        field="idle_minutes",
        reason="SageMaker releases the machines of a job when it ends; warm pools, which idle, have a quota of 0.",
        url="https://docs.aws.amazon.com/sagemaker/latest/dg/train-warm-pools.html",
    ),
)

IDLE_APP_MINUTES = 60
"""Minutes after which an idle notebook app is stopped; the least that SageMaker accepts
(https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_IdleSettings.html)."""


def build(scope: Scope, spec: TrainingSpec, args: TrainingArgs) -> TrainingOutputs:
    """Make the domain (with a network), the guard, the pipelines and their schedules."""
    arn = arns(scope, args["foundation"])
    frame = _frame(scope, spec, args)
    granted = _grants(scope, args, arn)
    bounds = guard(scope, spec, args, frame)
    pipeline = _pipeline(scope, spec, args, "retraining", retraining_definition(scope, args, frame), granted)
    queue_key = args["keys"]["logs_key_id"] if scope.covers(DataClass.LOGS) else None
    if spec.schedule is not None:
        schedule_pipeline(scope, "retraining", arns=arn, pipeline=pipeline, frequency=spec.schedule, key_id=queue_key)
    if spec.batch_schedule is not None:
        batch = _pipeline(scope, spec, args, "batch", batch_definition(scope, args, frame), granted)
        schedule_pipeline(scope, "batch", arns=arn, pipeline=batch, frequency=spec.batch_schedule, key_id=queue_key)
    return TrainingOutputs(
        workspace_id=_workspace(scope, args, arn, granted),
        compute_id=arn.iam(Output.concat("policy/", bounds.name)),
        pipeline_id=arn.pipeline(pipeline),
        job_defaults=_job_defaults(spec, frame),
    )


def _frame(scope: Scope, spec: TrainingSpec, args: TrainingArgs) -> Frame:
    """What every job uses; the guard refuses jobs that do not."""
    network = attached(scope, args.get("network"))
    image = spec.image or Output.concat(args["registry"]["image_repository"], f"/{RUNTIME_IMAGE}:{RUNTIME_VERSION}")
    return Frame(
        image=image,
        role_arn=args["identity"]["training_id"],
        instance_type=scope.facts.training_machines[spec.size],
        max_runtime_seconds=spec.max_runtime_hours * 3600,
        tags=scope.tags(),
        vpc=vpc_config(network) if network is not None else None,
        key_id=args["keys"]["models_key_id"] if scope.covers(DataClass.MODELS) else None,
        isolated=scope.posture.network_isolation,
        encrypt_traffic=network is not None,
        spot=spec.spot,
    )


def _pipeline(
    scope: Scope,
    spec: TrainingSpec,
    args: TrainingArgs,
    part: str,
    definition: Output[str],
    granted: Sequence[aws.iam.RolePolicy],
) -> aws.sagemaker.Pipeline:
    name = scope.name("pipeline", part)
    return aws.sagemaker.Pipeline(
        scope.label(part),
        pipeline_name=name,
        pipeline_display_name=name,
        pipeline_description=f"Tripod {scope.prefix}: {part}",
        role_arn=args["identity"]["pipeline_id"],
        pipeline_definition=definition,
        # each step uses one node, so this bounds the nodes of an execution
        parallelism_configuration={"max_parallel_execution_steps": spec.max_nodes},
        tags=scope.tags(),
        opts=scope.options(depends_on=granted),
    )


def _grants(scope: Scope, args: TrainingArgs, arn: Arns) -> list[aws.iam.RolePolicy]:
    """Jobs write logs and metrics and plug in to the network; the pipeline starts jobs."""
    identity = args["identity"]
    groups = list(JOB_LOGS.values())
    network = attached(scope, args.get("network"))
    jobs = (*log_writer(arn, groups, groups), *network_user(arn, network))
    return [
        grant(scope, "run-jobs", identity["training_principal"], *jobs),
        grant(scope, "start-jobs", identity["pipeline_principal"], *pipeline_runner(arn, tuple(JOB_LOGS))),
    ]


def _workspace(scope: Scope, args: TrainingArgs, arn: Arns, granted: Sequence[aws.iam.RolePolicy]) -> Output[str]:
    """The domain where people look at pipelines and models; the resource group where there is no network for one."""
    network = args.get("network")
    if network is None:
        return arn.regional("resource-groups", Output.concat("group/", args["foundation"]["group_name"]))
    idle = aws.sagemaker.DomainDefaultUserSettingsJupyterLabAppSettingsAppLifecycleManagementArgs(
        idle_settings=aws.sagemaker.DomainDefaultUserSettingsJupyterLabAppSettingsAppLifecycleManagementIdleSettingsArgs(
            lifecycle_management="ENABLED", idle_timeout_in_minutes=IDLE_APP_MINUTES
        )
    )
    # almost every property replaces the domain and with it everybody's home directory: see the options
    domain = aws.sagemaker.Domain(
        scope.label("domain"),
        domain_name=scope.name("domain"),
        auth_mode="IAM",
        vpc_id=network["network_id"],
        subnet_ids=network["subnet_ids"],
        app_network_access_type="PublicInternetOnly" if scope.posture.public_access else "VpcOnly",
        kms_key_id=args["keys"]["models_key_id"] if scope.covers(DataClass.MODELS) else None,
        default_user_settings=aws.sagemaker.DomainDefaultUserSettingsArgs(
            execution_role=after(
                args["identity"]["training_id"],
                args["storage"]["artifacts_id"],
                args["registry"]["image_repository_id"],
            ),
            security_groups=[network["security_group_id"]],
            jupyter_lab_app_settings=aws.sagemaker.DomainDefaultUserSettingsJupyterLabAppSettingsArgs(
                app_lifecycle_management=idle
            ),
        ),
        domain_settings=aws.sagemaker.DomainDomainSettingsArgs(
            execution_role_identity_config="USER_PROFILE_NAME",  # CloudTrail then names the person
        ),
        # a kept file system keeps network interfaces, and they keep the VPC from being deleted
        retention_policy=aws.sagemaker.DomainRetentionPolicyArgs(
            home_efs_file_system="Retain" if scope.lasting else "Delete"  # a change would replace the domain
        ),
        tag_propagation="ENABLED",
        tags=scope.tags(),
        opts=scope.options(stateful=True, depends_on=granted),
    )
    return domain.arn


def _job_defaults(spec: TrainingSpec, frame: Frame) -> Output[str]:
    """What a job that is not started by the pipeline has to carry, in the terms of the SageMaker API."""
    return Output.json_dumps(
        {
            "EnableInterContainerTrafficEncryption": frame.encrypt_traffic,
            "EnableManagedSpotTraining": frame.spot,
            "EnableNetworkIsolation": frame.isolated,
            "Image": frame.image,
            "InstanceType": frame.instance_type,
            "MaxNodes": spec.max_nodes,
            "MaxRuntimeInSeconds": frame.max_runtime_seconds,
            "RoleArn": frame.role_arn,
            **frame.output_key(),
            **frame.volume_key(),
            **frame.vpc_config(),
        },
        sort_keys=True,
    )
