"""Registry on Google Cloud: repositories for images and pipelines, TensorBoard, and Cloud Deploy for approval.

Vertex AI's Model Registry needs no setting up, and its provider has no class for models: pipelines upload them. It has
no state of approval either, so a release goes through a delivery pipeline per model whose target waits for a person and
then runs the release job, which also wants the label ``approval=approved`` on the version. Who may approve and label is
in the approver's role (identity). Not here: the releases themselves; whoever makes one stages its source in zone
artifacts (``--gcs-source-staging-dir``), where the execution account reads.
"""

import pulumi_gcp as gcp
from pulumi import Input, Output

from components.clouds import gcp_grants
from components.clouds.gcp import RELEASE_MANIFEST
from components.core.backend import Means, Support
from components.core.cloud import Gap
from components.core.image import RUNTIME_IMAGE, RUNTIME_VERSION, runtime_command
from components.core.refs import IdentityRef
from components.core.scope import Scope
from components.core.vocabulary import DataClass
from components.registry.contract import RegistryArgs, RegistryOutputs, RegistrySpec

SUPPORT = Support(means=Means.COMPOSED, by="Vertex AI Model Registry, Artifact Registry, Cloud Deploy, TensorBoard")
GAPS: tuple[Gap, ...] = ()

READER = "roles/artifactregistry.reader"
WRITER = "roles/artifactregistry.writer"
EXECUTION: tuple[str, ...] = ("clouddeploy.config.get", "logging.logEntries.create")
"""What the execution account of Cloud Deploy needs besides its files. The role that Google has for it (Cloud Deploy
Runner) reads every bucket of the project besides
(https://cloud.google.com/iam/docs/roles-permissions/clouddeploy#clouddeploy.jobRunner)."""
DELIVERY = "deploy"
"""Prefix in zone artifacts of what Cloud Deploy renders and logs; its default is a bucket without our key."""
UNTAGGED_SECONDS = "604800s"
"""Seconds after which images that no tag names any more are deleted: 7 days."""


def build(scope: Scope, spec: RegistrySpec, args: RegistryArgs) -> RegistryOutputs:
    """Make the repositories, tracking, and one delivery pipeline per model."""
    project, identity = args["foundation"]["account_id"], args["identity"]
    key = args["keys"]["models_key_id"] if scope.covers(DataClass.MODELS) else None
    images = _images(scope, spec, project, key)
    if spec.image_scanning:
        _scan(scope, project)
    pipelines = _pipelines(scope, spec, project, key)
    _grant(scope, images, pipelines, identity=identity)
    host = Output.concat(scope.region, "-docker.pkg.dev/", project, "/", images.repository_id)
    approval = _delivery(scope, spec, args, host)
    tracking: Output[str] = Output.from_input("")
    if spec.tracking:
        tracking = _tracking(scope, project, key)
    return RegistryOutputs(
        # no resource of the stack: the first registration makes it
        registry_id=Output.concat("projects/", project, f"/locations/{scope.region}/models/{spec.models[0]}"),
        image_repository_id=Output.from_input(images.id),
        image_repository=host,
        tracking_uri=tracking,
        approval_id=approval,
    )


def _images(
    scope: Scope, spec: RegistrySpec, project: Input[str], key: Input[str] | None
) -> gcp.artifactregistry.Repository:
    policy = gcp.artifactregistry.RepositoryCleanupPolicyArgs
    return gcp.artifactregistry.Repository(
        scope.label("images"),
        project=project,
        location=scope.region,
        repository_id=scope.name("repository", "images"),
        description=f"Container images of {scope.prefix}",
        format="DOCKER",
        mode="STANDARD_REPOSITORY",
        kms_key_name=key,
        docker_config=gcp.artifactregistry.RepositoryDockerConfigArgs(immutable_tags=True),
        # what is not in a keep policy is deleted only where a delete policy names it
        cleanup_policies=[
            policy(
                id="keep-newest",
                action="KEEP",
                most_recent_versions=gcp.artifactregistry.RepositoryCleanupPolicyMostRecentVersionsArgs(
                    keep_count=spec.keep_images
                ),
            ),
            policy(
                id="delete-rest",
                action="DELETE",
                condition=gcp.artifactregistry.RepositoryCleanupPolicyConditionArgs(
                    tag_state="ANY", older_than=UNTAGGED_SECONDS
                ),
            ),
        ],
        cleanup_policy_dry_run=False,
        vulnerability_scanning_config=gcp.artifactregistry.RepositoryVulnerabilityScanningConfigArgs(
            enablement_config="INHERITED" if spec.image_scanning else "DISABLED"
        ),
        deletion_policy="PREVENT" if scope.posture.deletion_protection else "DELETE",
        labels=scope.tags(),
        opts=scope.options(stateful=True),
    )


def _scan(scope: Scope, project: Input[str]) -> None:
    """Scan what is pushed: repositories inherit it from this service, which costs per image."""
    gcp.projects.Service(
        scope.label("scanning"),
        project=project,
        service="containerscanning.googleapis.com",
        disable_on_destroy=False,  # other stacks of the project may use it
        opts=scope.options(),
    )


def _pipelines(
    scope: Scope, spec: RegistrySpec, project: Input[str], key: Input[str] | None
) -> gcp.artifactregistry.Repository:
    return gcp.artifactregistry.Repository(
        scope.label("pipelines"),
        project=project,
        location=scope.region,
        repository_id=scope.name("repository", "pipelines"),
        description=f"Pipeline templates of {', '.join(spec.models)}",
        format="KFP",
        mode="STANDARD_REPOSITORY",
        kms_key_name=key,
        deletion_policy="PREVENT" if scope.posture.deletion_protection else "DELETE",
        labels=scope.tags(),
        opts=scope.options(stateful=True),
    )


def _grant(
    scope: Scope,
    images: gcp.artifactregistry.Repository,
    pipelines: gcp.artifactregistry.Repository,
    *,
    identity: IdentityRef,
) -> None:
    """Everyone who runs a container reads images; the pipeline alone publishes templates."""
    readers = {
        "training": identity["training_principal"],
        "pipeline": identity["pipeline_principal"],
        "serving": identity["serving_principal"],
        "monitoring": identity["monitoring_principal"],
    }
    for name, who in readers.items():
        _on_repository(scope, f"images-{name}", images, READER, who)
    _on_repository(scope, "pipelines-pipeline", pipelines, WRITER, identity["pipeline_principal"])


def _on_repository(
    scope: Scope, part: str, repository: gcp.artifactregistry.Repository, role: str, who: Input[str]
) -> gcp.artifactregistry.RepositoryIamMember:
    return gcp.artifactregistry.RepositoryIamMember(
        scope.label(part),
        project=repository.project,
        location=scope.region,
        repository=repository.repository_id,
        role=role,
        member=who,
        opts=scope.options(),
    )


def _tracking(scope: Scope, project: Input[str], key: Input[str] | None) -> Output[str]:
    board = gcp.vertex.AiTensorboard(
        scope.label("tracking"),
        project=project,
        region=scope.region,
        display_name=scope.prefix,
        description=f"Experiments of {scope.prefix}",
        # immutable: a key that is added later replaces the board and loses its experiments
        encryption_spec=gcp.vertex.AiTensorboardEncryptionSpecArgs(kms_key_name=key) if key is not None else None,
        deletion_policy="PREVENT" if scope.posture.deletion_protection else "DELETE",
        labels=scope.tags(),
        opts=scope.options(stateful=True),
    )
    return Output.from_input(board.name)


def _delivery(scope: Scope, spec: RegistrySpec, args: RegistryArgs, images: Output[str]) -> Output[str]:
    """One target that waits for a person where the posture asks for it, and one delivery pipeline per model."""
    project, identity = args["foundation"]["account_id"], args["identity"]
    image = Output.concat(images, f"/{RUNTIME_IMAGE}:{RUNTIME_VERSION}")
    release = gcp.clouddeploy.CustomTargetType(
        scope.label("release"),
        project=project,
        location=scope.region,
        name=scope.name("delivery", "release"),
        description="Deploys a model version to the endpoint of the product",
        tasks=gcp.clouddeploy.CustomTargetTypeTasksArgs(
            deploy=gcp.clouddeploy.CustomTargetTypeTasksDeployArgs(
                container=gcp.clouddeploy.CustomTargetTypeTasksDeployContainerArgs(
                    image=image,
                    commands=runtime_command("release")[:3],
                    args=[
                        "release",
                        "--manifest",
                        Output.concat(args["storage"]["artifacts_uri"], f"/{RELEASE_MANIFEST}"),
                    ],
                )
            )
        ),
        labels=scope.tags(),
        opts=scope.options(),
    )
    gcp_grants.by_permission(
        scope,
        "execution",
        project,
        EXECUTION,
        identity["pipeline_principal"],
        description="Renders and deploys for Cloud Deploy.",
    )
    target = gcp.clouddeploy.Target(
        scope.label("approval"),
        project=project,
        location=scope.region,
        name=scope.name("delivery", "approval"),
        description="Waits for a person, then releases" if scope.posture.require_approval else "Releases at once",
        require_approval=scope.posture.require_approval,
        custom_target=gcp.clouddeploy.TargetCustomTargetArgs(custom_target_type=release.id),
        execution_configs=[
            gcp.clouddeploy.TargetExecutionConfigArgs(
                usages=["RENDER", "DEPLOY"],
                service_account=identity["pipeline_id"],
                artifact_storage=Output.concat(args["storage"]["artifacts_uri"], f"/{DELIVERY}"),
            )
        ],
        labels=scope.tags(),
        opts=scope.options(),
    )
    for model in spec.models:
        gcp.clouddeploy.DeliveryPipeline(
            scope.label("delivery", model),
            project=project,
            location=scope.region,
            name=scope.name("delivery", model),
            description=f"Releases of model {model}",
            serial_pipeline=gcp.clouddeploy.DeliveryPipelineSerialPipelineArgs(
                stages=[gcp.clouddeploy.DeliveryPipelineSerialPipelineStageArgs(target_id=target.name)]
            ),
            labels=scope.tags(),
            opts=scope.options(),
        )
    return Output.from_input(target.id) if scope.posture.require_approval else Output.from_input("")
