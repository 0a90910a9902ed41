"""What a release into the slot must use, and the job that makes one.

The job runs as the pipeline account, which may act as the serving account and which continuous integration may attach
to a job; an account of its own could be attached by an administrator only, and no pipeline could release.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import pulumi
import pulumi_gcp as gcp
from pulumi import Input, Output

from components.clouds import gcp_grants
from components.clouds.gcp import ACCELERATORS, RELEASE_MANIFEST
from components.clouds.gcp_run import runtime_job
from components.core.image import runtime_command
from components.core.scope import Scope
from components.core.vocabulary import DataClass
from components.endpoint.contract import EndpointArgs, EndpointSpec

PERMISSIONS: tuple[str, ...] = (
    "aiplatform.endpoints.deploy",
    "aiplatform.endpoints.get",
    "aiplatform.endpoints.undeploy",
    "aiplatform.endpoints.update",
    "aiplatform.models.get",
    "monitoring.timeSeries.list",
)
"""Deploying and undeploying, moving traffic, and watching errors and latency of the canary."""
DEPLOY_SECONDS = 2 * 3600
"""What deploying and undeploying may take in one release, without the bake time."""
_TOKEN = 12
"""Characters of the run token: with the name of the job it may have fewer than 63."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Release settings that a plan knows; ids are added as the manifest is written."""

    machine_type: str
    accelerator_type: str
    accelerator_count: int
    min_replicas: int
    max_replicas: int
    target_utilization: int
    """CPU, in percent."""
    canary_percent: int
    bake_minutes: int
    require_approval: bool


def settings(scope: Scope, spec: EndpointSpec) -> Settings:
    """The settings of ``spec``."""
    least, greatest = spec.replicas(scope.posture)
    accelerator, count = ACCELERATORS.get(spec.size, ("", 0))
    return Settings(
        machine_type=scope.facts.serving_machines[spec.size],
        accelerator_type=accelerator,
        accelerator_count=count,
        min_replicas=least,
        max_replicas=greatest,
        target_utilization=spec.target_utilization,
        canary_percent=spec.canary_percent,
        bake_minutes=spec.bake_minutes,
        require_approval=scope.posture.require_approval,
    )


def manifest_text(scope: Scope, spec: EndpointSpec, args: EndpointArgs, endpoint_id: Input[str]) -> Output[str]:
    """The manifest as JSON; ``model`` is empty in an empty slot, and a release names it then."""
    model: Input[str] = ""
    if spec.model is not None:
        project = args["foundation"]["account_id"]
        model = Output.concat(
            "projects/", project, f"/locations/{scope.region}/models/{spec.model.name}@{spec.model.version}"
        )
    return Output.json_dumps(
        {
            **asdict(settings(scope, spec)),
            "endpoint": endpoint_id,
            "model": model,
            "service_account": args["identity"]["serving_id"],
        },
        sort_keys=True,
    )


def write_manifest(scope: Scope, args: EndpointArgs, text: Output[str]) -> gcp.storage.BucketObject:
    """Write the manifest where every release finds it."""
    return gcp.storage.BucketObject(
        scope.label("manifest"),
        bucket=args["storage"]["artifacts_id"],
        name=RELEASE_MANIFEST,
        content=text,
        content_type="application/json",
        opts=scope.options(),
    )


def release_role(scope: Scope, args: EndpointArgs) -> gcp.projects.IAMMember:
    """Let the pipeline account release; Vertex AI takes no narrower resource than the project for it."""
    return gcp_grants.by_permission(
        scope,
        "releaser",
        args["foundation"]["account_id"],
        PERMISSIONS,
        args["identity"]["pipeline_principal"],
        description="Deploys models to the endpoint and watches them.",
    )


def release_step(
    scope: Scope,
    spec: EndpointSpec,
    args: EndpointArgs,
    *,
    text: Output[str],
    ready: Sequence[pulumi.Resource],
) -> gcp.cloudrunv2.Job:
    """Make the job; it runs whenever the manifest changes, and the update succeeds only when the release does.

    ``ready`` must exist first: the manifest, the rights to release.
    """
    token = text.apply(lambda manifest: hashlib.sha256(manifest.encode()).hexdigest()[:_TOKEN])
    command: list[Input[str]] = [
        *runtime_command("release"),
        "--manifest",
        Output.concat(args["storage"]["artifacts_uri"], f"/{RELEASE_MANIFEST}"),
    ]
    return runtime_job(
        scope,
        "release",
        foundation=args["foundation"],
        registry=args["registry"],
        network=args.get("network"),
        service_account=args["identity"]["pipeline_id"],
        command=command,
        environment={"GOOGLE_CLOUD_PROJECT": args["foundation"]["account_id"], "GOOGLE_CLOUD_REGION": scope.region},
        timeout_seconds=DEPLOY_SECONDS + spec.bake_minutes * 60,
        key=args["keys"]["models_key_id"] if scope.covers(DataClass.MODELS) else None,
        run_token=token,
        depends_on=ready,
    )
