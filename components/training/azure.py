"""Training on Azure: an ML workspace, clusters without standing nodes, and the pipeline behind a batch endpoint.

The batch endpoint is the durable name of the pipeline: its default deployment holds the version that a trigger starts,
so people, continuous integration and the drift loop start the same thing. Not here: compute instances for people, and
VM quota, which is a request to Azure (https://learn.microsoft.com/azure/machine-learning/how-to-manage-quotas).
"""

import pulumi_azure_native as azure
from pulumi import Input, Output

from components.clouds.azure_arm import put_again
from components.clouds.azure_ml import API_VERSION, asset_version, cluster, datastore, runtime_image
from components.clouds.azure_pipeline import Frame, pipeline_component
from components.core.backend import Means, Support
from components.core.cloud import Gap
from components.core.image import RUNTIME_IMAGE
from components.core.refs import FoundationRef
from components.core.scope import Scope
from components.core.vocabulary import ComputeSize, DataClass, Frequency, Zone
from components.training.azure_access import grant_workspace
from components.training.azure_steps import Clusters, retraining_steps, scoring_steps
from components.training.azure_workspace import BUILDER, Workspace, workspace
from components.training.contract import TrainingArgs, TrainingOutputs, TrainingSpec

SUPPORT = Support(means=Means.NATIVE, by="Azure ML workspace, compute clusters, pipelines, batch endpoint, schedules")
GAPS: tuple[Gap, ...] = ()

DEPLOYMENT = "retrain"
"""Name of the batch endpoint's one deployment; the version of the pipeline in it changes, its name does not."""


def build(scope: Scope, spec: TrainingSpec, args: TrainingArgs) -> TrainingOutputs:
    """Make the workspace, the clusters, the pipelines and their schedules."""
    foundation, identity = args["foundation"], args["identity"]
    made = workspace(scope, args)
    grant_workspace(scope, args, made.id)
    machine = scope.facts.training_machines[spec.size]
    train = cluster(
        scope,
        "train",
        foundation=foundation,
        workspace_name=made.name,
        identity_id=identity["training_id"],
        machine=machine,
        max_nodes=spec.max_nodes,
        spot=spec.spot,
        idle_minutes=spec.idle_minutes,
    )
    register = cluster(
        scope,
        BUILDER,
        foundation=foundation,
        workspace_name=made.name,
        identity_id=identity["pipeline_id"],
        machine=scope.facts.training_machines[ComputeSize.SMALL],
        idle_minutes=spec.idle_minutes,
    )
    image = runtime_image(args["registry"], spec.image)
    environment = _environment(foundation, scope, made, image)
    frame = Frame(
        foundation=foundation,
        workspace_name=made.name,
        environment_id=environment.id,
        max_runtime_hours=spec.max_runtime_hours,
    )
    clusters = Clusters(train=train.id, register=register.id)
    retrain = pipeline_component(scope, frame, "retrain", retraining_steps(scope, args, clusters, made.id))
    endpoint = _batch_endpoint(scope, foundation, made, retrain, train)
    if spec.schedule is not None:
        _schedule(
            scope,
            foundation,
            made,
            "retrain",
            frequency=spec.schedule,
            component_id=retrain.id,
            compute_id=train.id,
        )
    if spec.batch_schedule is not None:
        score = pipeline_component(scope, frame, "score_batch", scoring_steps(args, clusters))
        _schedule(
            scope,
            foundation,
            made,
            "score",
            frequency=spec.batch_schedule,
            component_id=score.id,
            compute_id=train.id,
        )
    return TrainingOutputs(
        workspace_id=made.id,
        compute_id=Output.from_input(train.id),
        pipeline_id=endpoint,
        job_defaults=_job_defaults(scope, spec, args, image=image, environment_id=environment.id, compute=train),
    )


def _environment(
    foundation: FoundationRef, scope: Scope, made: Workspace, image: Output[str]
) -> azure.machinelearningservices.EnvironmentVersion:
    """The image as an environment. Versions are immutable and old runs refer to them: a new image is a new version."""
    ml = azure.machinelearningservices
    return ml.EnvironmentVersion(
        scope.label("environment"),
        resource_group_name=foundation["group_name"],
        workspace_name=made.name,
        name=RUNTIME_IMAGE,
        version=asset_version(image),
        properties=ml.EnvironmentVersionPropertiesArgs(
            image=image,
            os_type=ml.OperatingSystemType.LINUX,
            description=f"Pipeline steps of {scope.prefix}",
            is_anonymous=False,
        ),
        opts=scope.options(retain_on_delete=True, replace_on_changes=["properties.image", "version"]),
    )


def _batch_endpoint(
    scope: Scope,
    foundation: FoundationRef,
    made: Workspace,
    pipeline: azure.machinelearningservices.ComponentVersion,
    compute: azure.machinelearningservices.Compute,
) -> Output[str]:
    """The endpoint, its deployment, and the second PUT that makes the deployment the default one."""
    ml = azure.machinelearningservices
    name, tags = scope.name("ml_endpoint", "retrain"), scope.tags()
    description = f"Starts the retraining pipeline of {scope.prefix}"
    endpoint = ml.BatchEndpoint(
        scope.label("retrain"),
        resource_group_name=foundation["group_name"],
        workspace_name=made.name,
        endpoint_name=name,
        location=scope.region,
        properties=ml.BatchEndpointPropertiesArgs(auth_mode=ml.EndpointAuthMode.AAD_TOKEN, description=description),
        tags=tags,
        opts=scope.options(
            stateful=True, ignore_changes=["properties.defaults"], replace_on_changes=["properties.authMode"]
        ),
    )
    deployment = ml.BatchDeployment(
        scope.label("retrain", "deployment"),
        resource_group_name=foundation["group_name"],
        workspace_name=made.name,
        endpoint_name=endpoint.name,
        deployment_name=DEPLOYMENT,
        location=scope.region,
        properties=ml.BatchDeploymentPropertiesArgs(
            description=description,
            deployment_configuration=ml.BatchPipelineComponentDeploymentConfigurationArgs(
                deployment_configuration_type="PipelineComponent",
                component_id=ml.IdAssetReferenceArgs(reference_type="Id", asset_id=pipeline.id),
                settings={
                    "default_compute": compute.name.apply(str),
                    "default_datastore": Zone.ARTIFACTS.value,
                    "continue_on_step_failure": "false",
                },
            ),
        ),
        tags=tags,
        opts=scope.options(),
    )
    put_again(
        scope,
        "retrain-default",
        foundation=foundation,
        type_="Microsoft.MachineLearningServices/workspaces/batchEndpoints",
        api_version=API_VERSION,
        name=Output.concat(made.name, "/", name),
        body={
            "location": scope.region,
            "tags": tags,
            "properties": {
                "authMode": ml.EndpointAuthMode.AAD_TOKEN.value,
                "description": description,
                "defaults": {"deploymentName": DEPLOYMENT},
            },
        },
        depends_on=[deployment],
    )
    return Output.from_input(endpoint.id)


def _schedule(
    scope: Scope,
    foundation: FoundationRef,
    made: Workspace,
    part: str,
    *,
    frequency: Frequency,
    component_id: Input[str],
    compute_id: Input[str],
) -> None:
    """Run a pipeline component at fixed times, UTC."""
    ml = azure.machinelearningservices
    ml.Schedule(
        scope.label(part, "schedule"),
        resource_group_name=foundation["group_name"],
        workspace_name=made.name,
        name=scope.name("ml_asset", part),
        properties=ml.SchedulePropertiesArgs(
            display_name=f"{scope.prefix}: {part}",
            is_enabled=True,
            trigger=ml.CronTriggerArgs(
                trigger_type="Cron", expression=scope.facts.schedules[frequency], time_zone="UTC"
            ),
            action=ml.JobScheduleActionArgs(
                action_type="CreateJob",
                job_definition=ml.PipelineJobArgs(
                    job_type="Pipeline",
                    component_id=component_id,
                    experiment_name=part,
                    display_name=part,
                    settings={
                        "_source": "REMOTE.WORKSPACE.JOB",
                        "default_compute": compute_id,
                        "default_datastore": Zone.ARTIFACTS.value,
                        "continue_on_step_failure": False,
                    },
                    tags=scope.tags(started_by="schedule"),
                ),
            ),
            tags=scope.tags(),
        ),
        # the body of a job is fixed once the schedule exists; the provider does not know
        opts=scope.options(replace_on_changes=["properties.action"], delete_before_replace=True),
    )


def _job_defaults(
    scope: Scope,
    spec: TrainingSpec,
    args: TrainingArgs,
    *,
    image: Output[str],
    environment_id: Input[str],
    compute: azure.machinelearningservices.Compute,
) -> Output[str]:
    """What a job that is not started by the pipeline has to carry, in the terms of the Azure ML API."""
    key = args["keys"]["models_key_id"] if scope.covers(DataClass.MODELS) else None
    return Output.json_dumps(
        {
            "computeId": compute.id,
            "defaultDatastore": datastore(Zone.ARTIFACTS),
            "environmentId": environment_id,
            "identity": args["identity"]["training_id"],
            "image": image,
            "limits": {"timeout": f"PT{spec.max_runtime_hours}H"},
            "maxNodes": spec.max_nodes,
            "network": args["network"]["network_id"] if "network" in args else None,
            "vmPriority": "LowPriority" if spec.spot else "Dedicated",
            "vmSize": scope.facts.training_machines[spec.size],
            "workspaceKey": key,
        },
        sort_keys=True,
    )
