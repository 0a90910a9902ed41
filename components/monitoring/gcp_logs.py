"""Logs of the platform on Google Cloud: a bucket with retention and key, and the sink that fills it."""

import pulumi_gcp as gcp
from pulumi import Input, Output

from components.core.scope import Scope
from components.core.vocabulary import DataClass
from components.monitoring.contract import MonitoringArgs
from components.monitoring.gcp_metrics import ENDPOINT, WORKFLOW

JOBS = ("cloud_run_job", "ml_job", "cloud_scheduler_job")
"""Monitored resources of jobs: Cloud Run, custom jobs of Vertex AI, schedules."""


def make_logs(scope: Scope, args: MonitoringArgs) -> Output[str]:
    """Make bucket and sink; returns the bucket's id."""
    project = args["foundation"]["account_id"]
    key = args["keys"]["logs_key_id"] if scope.covers(DataClass.LOGS) else None
    bucket = gcp.logging.ProjectBucketConfig(
        scope.label("logs"),
        project=project,
        location=scope.region,
        bucket_id=scope.name("log_bucket", "platform"),
        description=f"Logs of {scope.prefix}",
        retention_days=scope.posture.log_retention_days,
        locked=scope.posture.immutable_logs,  # cannot be undone, and the bucket cannot be deleted while it holds logs
        cmek_settings=gcp.logging.ProjectBucketConfigCmekSettingsArgs(kms_key_name=key) if key is not None else None,
        deletion_policy="PREVENT" if scope.posture.deletion_protection else "DELETE",
        opts=scope.options(stateful=True),
    )
    # a bucket of the sink's own project takes entries without a grant
    gcp.logging.ProjectSink(
        scope.label("logs", "sink"),
        project=project,
        name=scope.name("log_sink", "platform"),
        description=f"Logs of {scope.prefix}",
        destination=Output.concat("logging.googleapis.com/", bucket.id),
        filter=_filter(args),
        unique_writer_identity=True,
        opts=scope.options(),
    )
    return Output.from_input(bucket.id)


def _filter(args: MonitoringArgs) -> Output[str]:
    """What the platform writes, in the query language of Cloud Logging."""
    terms: list[Input[str]] = [f'resource.type="{kind}"' for kind in (*JOBS, WORKFLOW)]
    endpoint = args.get("endpoint")
    if endpoint is not None:
        terms.append(
            Output.concat(
                f'(resource.type="{ENDPOINT}" AND resource.labels.endpoint_id="', endpoint["endpoint_name"], '")'
            )
        )
    return Output.all(*terms).apply(lambda found: " OR ".join(str(term) for term in found))
