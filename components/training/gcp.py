"""Training on Google Cloud: the metadata store, capacity, and the training pipeline as a workflow of custom jobs.

A pipeline is a workflow, because a trigger can start it with an argument, it takes part in approval and retry, and each
step can say its machine, its limit of time and whether it may be interrupted, none of which a container of a Vertex AI
pipeline can. Capacity is a persistent resource, kept warm; interruptible jobs cannot run on one and take capacity from
the region. Not here: Vertex AI pipelines of the project's own, which run in the same metadata store.
"""

import json
from base64 import b64encode

import pulumi_gcp as gcp
from pulumi import Input, Output

from components.clouds.gcp import ACCELERATORS
from components.core.backend import Means, Support
from components.core.cloud import Gap, GapKind
from components.core.image import RUNTIME_IMAGE, RUNTIME_VERSION
from components.core.scope import Scope
from components.core.vocabulary import DataClass, Frequency
from components.training.contract import TrainingArgs, TrainingOutputs, TrainingSpec
from components.training.gcp_access import grant
from components.training.gcp_jobs import Frame, batch, retraining

SUPPORT = Support(means=Means.COMPOSED, by="Vertex AI custom jobs, persistent resources and metadata, Workflows")
GAPS: tuple[Gap, ...] = (
    Gap(
        kind=GapKind.NEVER,
        field="idle_minutes",
        reason="Custom jobs release their nodes when they end, and a persistent resource keeps its least ones.",
        url="https://cloud.google.com/vertex-ai/docs/training/persistent-resource-overview",
    ),
)


def build(scope: Scope, spec: TrainingSpec, args: TrainingArgs) -> TrainingOutputs:
    """Make metadata store, capacity, the workflows and their schedules."""
    project = args["foundation"]["account_id"]
    key = args["keys"]["models_key_id"] if scope.covers(DataClass.MODELS) else None
    store = _metadata(scope, project, key)
    frame = Frame(
        parent=Output.concat("projects/", project, "/locations/", scope.region),
        region=scope.region,
        image=_image(spec, args),
        machine=scope.facts.training_machines[spec.size],
        accelerator=ACCELERATORS.get(spec.size),
        nodes=spec.max_nodes,
        timeout_seconds=spec.max_runtime_hours * 3600,
        service_account=args["identity"]["training_id"],
        key=key,
        attachment=_attachment(scope, args),
        spot=spec.spot,
        labels=scope.tags(),
    )
    capacity = frame.parent
    if not spec.spot:
        capacity = Output.from_input(_capacity(scope, args, frame, project).id)
        frame = frame.on(scope.name("persistent_resource", "training"))
    grant(scope, args)
    pipeline = _workflow(scope, args, "pipeline", retraining(scope, args, frame), key=key, after=store)
    if spec.schedule is not None:
        _schedule(scope, args, "retraining", pipeline, spec.schedule)
    if spec.batch_schedule is not None:
        scoring = _workflow(scope, args, "batch", batch(args, frame), key=key, after=store)
        _schedule(scope, args, "scoring", scoring, spec.batch_schedule)
    return TrainingOutputs(
        workspace_id=Output.from_input(store.id),
        compute_id=capacity,
        pipeline_id=Output.from_input(pipeline.id),
        job_defaults=Output.json_dumps(frame.defaults(), sort_keys=True),
    )


def _image(spec: TrainingSpec, args: TrainingArgs) -> Input[str]:
    return spec.image or Output.concat(args["registry"]["image_repository"], f"/{RUNTIME_IMAGE}:{RUNTIME_VERSION}")


def _attachment(scope: Scope, args: TrainingArgs) -> Input[str] | None:
    network = args.get("network")
    return None if network is None or scope.posture.public_access else network["attachment_id"]


def _metadata(scope: Scope, project: Input[str], key: Input[str] | None) -> gcp.vertex.AiMetadataStore:
    # the first run would make the store 'default' without our key, so it is made before any workflow or schedule
    return gcp.vertex.AiMetadataStore(
        scope.label("metadata"),
        project=project,
        region=scope.region,
        name="default",
        description=f"Lineage of {scope.prefix}",
        encryption_spec=gcp.vertex.AiMetadataStoreEncryptionSpecArgs(kms_key_name=key) if key is not None else None,
        deletion_policy="PREVENT" if scope.posture.deletion_protection else "DELETE",
        opts=scope.options(stateful=True),
    )


def _capacity(scope: Scope, args: TrainingArgs, frame: Frame, project: Input[str]) -> gcp.vertex.AiPersistentResource:
    pool = gcp.vertex.AiPersistentResourceResourcePoolArgs(
        id="nodes",
        machine_spec=gcp.vertex.AiPersistentResourceResourcePoolMachineSpecArgs(
            machine_type=frame.machine,
            accelerator_type=frame.accelerator[0] if frame.accelerator else None,
            accelerator_count=frame.accelerator[1] if frame.accelerator else None,
        ),
        autoscaling_spec=gcp.vertex.AiPersistentResourceResourcePoolAutoscalingSpecArgs(
            min_replica_count="1",  # the least that the service allows
            max_replica_count=str(frame.nodes),
        ),
    )
    return gcp.vertex.AiPersistentResource(
        scope.label("capacity"),
        project=project,
        location=scope.region,
        name=scope.name("persistent_resource", "training"),
        display_name=f"{scope.prefix} training",
        resource_pools=[pool],
        resource_runtime_spec=gcp.vertex.AiPersistentResourceResourceRuntimeSpecArgs(
            service_account_spec=gcp.vertex.AiPersistentResourceResourceRuntimeSpecServiceAccountSpecArgs(
                enable_custom_service_account=True  # each job names its own
            )
        ),
        psc_interface_config=gcp.vertex.AiPersistentResourcePscInterfaceConfigArgs(network_attachment=frame.attachment)
        if frame.attachment is not None
        else None,
        encryption_spec=gcp.vertex.AiPersistentResourceEncryptionSpecArgs(kms_key_name=frame.key)
        if frame.key is not None
        else None,
        deletion_policy="DELETE",  # holds no data
        labels=scope.tags(),
        opts=scope.options(),
    )


def _workflow(
    scope: Scope,
    args: TrainingArgs,
    part: str,
    text: Output[str],
    *,
    key: Input[str] | None,
    after: gcp.vertex.AiMetadataStore,
) -> gcp.workflows.Workflow:
    return gcp.workflows.Workflow(
        scope.label(part),
        project=args["foundation"]["account_id"],
        region=scope.region,
        name=scope.name("workflow", part),
        description=f"{part.capitalize()} of {scope.prefix}",
        service_account=args["identity"]["pipeline_id"],
        source_contents=text,
        call_log_level="LOG_ERRORS_ONLY",
        crypto_key_name=key,
        deletion_protection=scope.posture.deletion_protection,
        labels=scope.tags(),
        opts=scope.options(depends_on=[after]),
    )


def _schedule(
    scope: Scope, args: TrainingArgs, part: str, workflow: gcp.workflows.Workflow, frequency: Frequency
) -> None:
    uri = Output.concat("https://workflowexecutions.googleapis.com/v1/", workflow.id, "/executions")
    argument = {"argument": json.dumps({"reason": f"schedule {frequency.value}"})}
    gcp.cloudscheduler.Job(
        scope.label(part),
        project=args["foundation"]["account_id"],
        region=scope.region,
        name=scope.name("scheduler_job", part),
        description=f"Starts {part} of {scope.prefix}",
        schedule=scope.facts.schedules[frequency],
        time_zone="Etc/UTC",
        attempt_deadline="180s",
        retry_config=gcp.cloudscheduler.JobRetryConfigArgs(retry_count=3, min_backoff_duration="30s"),
        http_target=gcp.cloudscheduler.JobHttpTargetArgs(
            uri=uri,
            http_method="POST",
            body=b64encode(json.dumps(argument, sort_keys=True).encode()).decode(),
            headers={"Content-Type": "application/json"},
            oauth_token=gcp.cloudscheduler.JobHttpTargetOauthTokenArgs(
                service_account_email=args["identity"]["pipeline_id"]
            ),
        ),
        opts=scope.options(),
    )
