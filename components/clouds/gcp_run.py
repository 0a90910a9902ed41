"""Google Cloud: Cloud Run jobs that run one step of the kit's own image.

A job is plugged into the stack's subnet wherever the posture closes public access: Google APIs are then reached through
the network's endpoint, and everything else goes nowhere. The subnet needs free addresses, two per running task
(https://cloud.google.com/run/docs/configuring/vpc-direct-vpc#ip-allocation).
"""

from collections.abc import Mapping, Sequence

import pulumi
import pulumi_gcp as gcp
from pulumi import Input, Output

from components.core.image import RUNTIME_IMAGE, RUNTIME_VERSION
from components.core.refs import FoundationRef, NetworkRef, RegistryRef
from components.core.scope import Scope

_Container = gcp.cloudrunv2.JobTemplateTemplateContainerArgs
_Env = gcp.cloudrunv2.JobTemplateTemplateContainerEnvArgs
_Interface = gcp.cloudrunv2.JobTemplateTemplateVpcAccessNetworkInterfaceArgs


def attached(scope: Scope, network: NetworkRef | None) -> NetworkRef | None:
    """The network that workloads plug into, or None where public access is allowed."""
    return None if scope.posture.public_access else network


def start_url(scope: Scope, project: Input[str], job: gcp.cloudrunv2.Job) -> Output[str]:
    """Where a POST starts an execution (https://cloud.google.com/run/docs/execute/jobs-on-schedule)."""
    return Output.concat(
        "https://run.googleapis.com/v2/projects/", project, f"/locations/{scope.region}/jobs/", job.name, ":run"
    )


def runtime_job(
    scope: Scope,
    part: str,
    *,
    foundation: FoundationRef,
    registry: RegistryRef,
    network: NetworkRef | None,
    service_account: Input[str],
    command: Sequence[Input[str]],
    environment: Mapping[str, Input[str]],
    timeout_seconds: int,
    key: Input[str] | None,
    run_token: Input[str] | None = None,
    depends_on: Sequence[pulumi.Resource] | None = None,
) -> gcp.cloudrunv2.Job:
    """Make a job of one task that is never retried: its steps are not idempotent, and a person should look.

    ``run_token`` starts an execution whenever it changes, and the update then waits for its success.
    """
    plugged = attached(scope, network)
    access = None
    if plugged is not None:
        subnet = Output.from_input(plugged["subnet_ids"]).apply(lambda ids: str(next(iter(ids))))
        access = gcp.cloudrunv2.JobTemplateTemplateVpcAccessArgs(
            egress="ALL_TRAFFIC", network_interfaces=[_Interface(network=plugged["network_id"], subnetwork=subnet)]
        )
    container = _Container(
        image=Output.concat(registry["image_repository"], f"/{RUNTIME_IMAGE}:{RUNTIME_VERSION}"),
        commands=list(command[:3]),
        args=list(command[3:]),
        envs=[_Env(name=name, value=value) for name, value in sorted(environment.items())],
        resources=gcp.cloudrunv2.JobTemplateTemplateContainerResourcesArgs(limits={"cpu": "2", "memory": "4Gi"}),
    )
    wait = pulumi.CustomTimeouts(create=f"{timeout_seconds + 1200}s", update=f"{timeout_seconds + 1200}s")
    return gcp.cloudrunv2.Job(
        scope.label(part),
        project=foundation["account_id"],
        location=scope.region,
        name=scope.name("run_job", part),
        template=gcp.cloudrunv2.JobTemplateArgs(
            task_count=1,
            parallelism=1,
            labels=scope.tags(),
            template=gcp.cloudrunv2.JobTemplateTemplateArgs(
                containers=[container],
                service_account=service_account,
                timeout=f"{timeout_seconds}s",
                max_retries=0,
                encryption_key=key,
                vpc_access=access,
                execution_environment="EXECUTION_ENVIRONMENT_GEN2",
            ),
        ),
        run_execution_token=run_token,
        deletion_protection=scope.posture.deletion_protection,  # on by default, and a destroy would then fail
        labels=scope.tags(),
        opts=pulumi.ResourceOptions.merge(
            scope.options(depends_on=depends_on), pulumi.ResourceOptions(custom_timeouts=wait)
        ),
    )
