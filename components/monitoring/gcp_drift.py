"""Drift on Google Cloud: a Cloud Run job on a schedule, its metric, and alert policies on drift and on failed runs."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass

import pulumi_gcp as gcp
from pulumi import Input, Output

from components.clouds.gcp_run import runtime_job, start_url
from components.core.image import runtime_command
from components.core.scope import Scope
from components.core.vocabulary import DataClass, Frequency
from components.monitoring.contract import DriftSpec, MonitoringArgs
from components.monitoring.gcp_alerts import above, absent, alert, logged
from components.monitoring.gcp_metrics import DRIFT_TYPE, drift_metric, job_metric

MAX_RUNTIME_SECONDS = 2 * 3600
MEASUREMENT_SECONDS = 900
"""Shorter than any schedule, and together with the closing time of incidents too: each measurement counts alone."""
RATE_LIMIT_SECONDS = 3600
SILENCE: dict[Frequency, int] = {Frequency.HOURLY: 3 * 3600}
"""Seconds without a measurement after which the heartbeat policy goes off.

Policies look back at most 23.5 hours, so slower schedules have none; a failed run and a start that failed go off
whatever the schedule (https://cloud.google.com/monitoring/alerts/policies-in-api#json-absence).
"""
REPORT = "drift/report.json"
"""The newest report, in zone monitoring; older ones are versions of the object. A job's arguments know no run."""
INVOKER = "roles/run.invoker"
_Label = gcp.monitoring.MetricDescriptorLabelArgs


@dataclass(frozen=True, kw_only=True)
class DriftLoop:
    """What measures drift."""

    schedule: gcp.cloudscheduler.Job
    descriptor: gcp.monitoring.MetricDescriptor


def measure_drift(scope: Scope, drift: DriftSpec, args: MonitoringArgs, channels: Sequence[Input[str]]) -> DriftLoop:
    """Make metric, job and schedule, and the policy on runs that failed."""
    project, identity = args["foundation"]["account_id"], args["identity"]
    descriptor = _descriptor(scope, project)
    job = _job(scope, drift, args)
    invoker = gcp.cloudrunv2.JobIamMember(
        scope.label("drift", "invoker"),
        project=project,
        location=scope.region,
        name=job.name,
        role=INVOKER,
        member=identity["monitoring_principal"],
        opts=scope.options(),
    )
    schedule = gcp.cloudscheduler.Job(
        scope.label("drift", "schedule"),
        project=project,
        region=scope.region,
        name=scope.name("scheduler_job", "drift"),
        description=f"Measures drift of {scope.prefix}",
        schedule=scope.facts.schedules[drift.schedule],
        time_zone="Etc/UTC",
        attempt_deadline="180s",
        retry_config=gcp.cloudscheduler.JobRetryConfigArgs(retry_count=3, min_backoff_duration="30s"),
        http_target=gcp.cloudscheduler.JobHttpTargetArgs(
            uri=start_url(scope, project, job),
            http_method="POST",
            body=b64encode(b"{}").decode(),
            headers={"Content-Type": "application/json"},
            oauth_token=gcp.cloudscheduler.JobHttpTargetOauthTokenArgs(service_account_email=identity["monitoring_id"]),
        ),
        opts=scope.options(depends_on=[invoker]),
    )
    _silence(scope, drift, project, channels, job=job, schedule=schedule, descriptor=descriptor)
    return DriftLoop(schedule=schedule, descriptor=descriptor)


def drift_alert(
    scope: Scope, drift: DriftSpec, project: Input[str], loop: DriftLoop, channels: Sequence[Input[str]]
) -> gcp.monitoring.AlertPolicy:
    """Make the policy on drift; each measurement above the share opens an incident of its own."""
    return alert(
        scope,
        "drift",
        [above("Share of drifted features", drift_metric(scope), drift.share, period=MEASUREMENT_SECONDS)],
        project=project,
        channels=channels,
        text=f"More than {drift.share:.0%} of the features have drifted.",
        tell_end=False,
        opts=scope.options(depends_on=[loop.descriptor]),
    )


def _silence(
    scope: Scope,
    drift: DriftSpec,
    project: Input[str],
    channels: Sequence[Input[str]],
    *,
    job: gcp.cloudrunv2.Job,
    schedule: gcp.cloudscheduler.Job,
    descriptor: gcp.monitoring.MetricDescriptor,
) -> None:
    """Policies on drift that is not measured: a failed run, a start that failed, no data in time."""
    alert(
        scope,
        "drift-failed",
        [above("Failed runs", job_metric(scope, job.name, "failed"), 0)],
        project=project,
        channels=channels,
        text="The drift job failed: see the logs of its execution.",
    )
    refused = Output.concat(
        'resource.type="cloud_scheduler_job" AND severity>=ERROR AND resource.labels.job_id="', schedule.name, '"'
    )
    alert(
        scope,
        "drift-not-started",
        [logged("Refused starts", refused)],
        project=project,
        channels=channels,
        text="The drift job could not be started: see the logs of its schedule.",
        tell_end=False,
        rate_limit=RATE_LIMIT_SECONDS,
    )
    if drift.schedule in SILENCE:
        alert(
            scope,
            "drift-heartbeat",
            [absent("No measurement", drift_metric(scope), SILENCE[drift.schedule])],
            project=project,
            channels=channels,
            text=f"Drift was not measured in time (schedule: {drift.schedule.value}).",
            opts=scope.options(depends_on=[descriptor]),
        )


def _descriptor(scope: Scope, project: Input[str]) -> gcp.monitoring.MetricDescriptor:
    return gcp.monitoring.MetricDescriptor(
        scope.label("drift", "metric"),
        project=project,
        type=DRIFT_TYPE,
        metric_kind="GAUGE",
        value_type="DOUBLE",
        unit="1",
        display_name="Share of drifted features",
        description="Share of features whose distribution has drifted, 0 to 1; one point per measurement.",
        labels=[
            _Label(key="environment", value_type="STRING", description="Environment of the stack."),
            _Label(key="project", value_type="STRING", description="Name of the ML product."),
        ],
        # all stacks of the project write to it, and deleting it deletes what they wrote
        deletion_policy="ABANDON",
        opts=scope.options(),
    )


def _job(scope: Scope, drift: DriftSpec, args: MonitoringArgs) -> gcp.cloudrunv2.Job:
    storage, endpoint = args["storage"], args.get("endpoint")
    captured = Output.concat(storage["artifacts_uri"], "/predictions") if endpoint is None else endpoint["capture_uri"]
    flags: dict[str, Input[str]] = {
        "captured": captured,
        "baseline": storage["curated_uri"],
        "report": Output.concat(storage["monitoring_uri"], f"/{REPORT}"),
    }
    command: list[Input[str]] = [*runtime_command("drift")]
    for flag, value in flags.items():
        command += [f"--{flag}", value]
    command += [
        "--threshold",
        f"{drift.threshold:g}",
        "--project",
        scope.spec.name,
        "--environment",
        scope.spec.environment,
    ]
    return runtime_job(
        scope,
        "drift",
        foundation=args["foundation"],
        registry=args["registry"],
        network=args.get("network"),
        service_account=args["identity"]["monitoring_id"],
        command=command,
        environment={"GOOGLE_CLOUD_PROJECT": args["foundation"]["account_id"], "GOOGLE_CLOUD_REGION": scope.region},
        timeout_seconds=MAX_RUNTIME_SECONDS,
        key=args["keys"]["models_key_id"] if scope.covers(DataClass.MODELS) else None,
    )
