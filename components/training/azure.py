"""Training on Azure: an ML workspace, clusters without standing nodes, and the pipeline behind a batch endpoint.

The batch endpoint is the durable name of the pipeline: its default deployment holds the version that a trigger starts,
so people, continuous integration and the drift loop start the same thing. Not here: compute instances for people, and
VM quota, which is a request to Azure (https://learn.microsoft.com/azure/machine-learning/how-to-manage-quotas).
"""

import pulumi_azure_native as azure
from pulumi import Input, Output

from components.clouds.azure_arm import put_again
from components.clouds.azure_ml import API_VERSION, cluster, datastore, runtime_image
from components.clouds.azure_pipeline import Frame, environment_version, pipeline_component, schedule
from components.core.backend import Means, Support
from components.core.cloud import Gap
from components.core.image import RUNTIME_IMAGE
from components.core.refs import FoundationRef
from components.core.scope import Scope
from components.core.vocabulary import ComputeSize, DataClass, Zone
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
    granted = grant_workspace(scope, args, made.id)
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
    environment = environment_version(
        scope, foundation=foundation, workspace_name=made.name, name=RUNTIME_IMAGE, image=image
    )
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
        schedule(scope, frame, "retrain", frequency=spec.schedule, component=retrain)
    if spec.batch_schedule is not None:
        score = pipeline_component(scope, frame, "score_batch", scoring_steps(args, clusters))
        schedule(scope, frame, "score", frequency=spec.batch_schedule, component=score)
    return TrainingOutputs(
        # an endpoint is refused whose identity cannot read the workspace's storage yet, and captures to a datastore
        workspace_id=Output.all(made.id, *(resource.id for resource in (*granted, *made.datastores))).apply(
            lambda known: str(known[0])
        ),
        compute_id=Output.from_input(train.id),
        pipeline_id=endpoint,
        job_defaults=_job_defaults(scope, spec, args, image=image, environment_id=environment.id, compute=train),
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
