"""From drift to retraining: a workflow that looks at the drift metric and starts the pipeline once per cool-down.

It looks every hour instead of waiting for an event. An event would come in through a public address with a signature,
and would have to be taken exactly once; a look needs neither, and one that is missed is made up for by the next. It
starts the job through Azure Resource Manager, not through the batch endpoint's own address, which a private workspace
closes to everything outside its network.
"""

import pulumi_azure_native as azure
from pulumi import Input, Output

from components.clouds.azure_ml import API_VERSION
from components.clouds.azure_pipeline import JOB_SETTINGS
from components.clouds.azure_workflow import (
    MANAGEMENT,
    Action,
    Unit,
    all_of,
    any_of,
    call,
    choose,
    fail,
    metric_uri,
    metric_value,
    select,
    workflow,
)
from components.core.image import DRIFT_METRIC, METRIC_NAMESPACE
from components.core.scope import Scope
from components.core.vocabulary import Frequency
from components.monitoring.contract import DriftSpec, MonitoringArgs

LOOK_BACK_HOURS: dict[Frequency, int] = {
    Frequency.HOURLY: 2,
    Frequency.DAILY: 24,
    Frequency.WEEKLY: 24,
    Frequency.MONTHLY: 24,
}
"""How old a measurement may be, and least time between two starts: one measurement starts one retraining."""
MARK = "tripod-retrain"
"""Tag of jobs that the loop started; the cool-down counts these alone."""


def retrain_loop(scope: Scope, drift: DriftSpec, args: MonitoringArgs, *, cooldown_hours: int) -> azure.logic.Workflow:
    """Make the workflow; training granted its identity what it does."""
    identity_id = args["identity"]["monitoring_id"]
    return workflow(
        scope,
        "retrain",
        foundation=args["foundation"],
        identity_id=identity_id,
        unit=Unit.HOUR,
        interval=1,
        steps=_steps(scope, drift, args, identity_id, cooldown_hours),
    )


def _steps(
    scope: Scope, drift: DriftSpec, args: MonitoringArgs, identity_id: Input[str], cooldown_hours: int
) -> list[Action]:
    """Measure, look for a start within the cool-down, and start."""
    workspace_id, look_back = args["training"]["workspace_id"], LOOK_BACK_HOURS[drift.schedule]
    measured = call(
        "Measure",
        "GET",
        metric_uri(
            workspace_id,
            DRIFT_METRIC,
            namespace=METRIC_NAMESPACE,
            aggregation="Maximum",
            past=f"addHours(utcNow(),-{look_back})",
            where=f"project eq '{scope.spec.name}' and environment eq '{scope.spec.environment}'",
        ),
        identity_id=identity_id,
    )
    jobs = call(
        "Jobs",
        "GET",
        Output.concat(MANAGEMENT, workspace_id, f"/jobs?api-version={API_VERSION}&listViewType=All&tag={MARK}"),
        identity_id=identity_id,
    )
    quiet = max(cooldown_hours, look_back)
    recent = select(
        "Recent",
        "@coalesce(body('Jobs')?['value'],json('[]'))",
        f"@greater(ticks(item()?['systemData']?['createdAt']),ticks(addHours(utcNow(),-{quiet})))",
        after=("Jobs",),
    )
    decide = choose(
        "Drifted",
        all_of(
            {"greater": [f"@{metric_value('Measure', 'maximum')}", drift.share]},
            {"equals": ["@length(body('Recent'))", 0]},
        ),
        then=_start(scope, args, identity_id),
        otherwise=[],
        after=(),
    )
    status = "@outputs('Measure')?['statusCode']"
    act = choose(
        "Known",
        # 400: the metric has no data point yet, so nothing has drifted
        any_of({"equals": [status, 200]}, {"equals": [status, 400]}),
        then=[decide],
        otherwise=[fail("Blind", "DriftUnknown", "The drift metric could not be read: see action Measure.")],
        after=("Recent",),
        whatever=("Measure",),
    )
    return [measured, jobs, recent, act]


def _start(scope: Scope, args: MonitoringArgs, identity_id: Input[str]) -> list[Action]:
    """Run the pipeline that the default deployment of the batch endpoint holds."""
    pipeline_id, workspace_id = args["training"]["pipeline_id"], args["training"]["workspace_id"]
    version = f"?api-version={API_VERSION}"
    endpoint = call("Endpoint", "GET", Output.concat(MANAGEMENT, pipeline_id, version), identity_id=identity_id)
    default = "@{body('Endpoint')?['properties']?['defaults']?['deploymentName']}"
    deployment = call(
        "Deployment",
        "GET",
        Output.concat(MANAGEMENT, pipeline_id, "/deployments/", default, version),
        identity_id=identity_id,
        after=("Endpoint",),
    )
    component = "@body('Deployment')?['properties']?['deploymentConfiguration']?['componentId']?['assetId']"
    job = {
        "properties": {
            "jobType": "Pipeline",
            "componentId": component,
            "displayName": "retrain",
            "experimentName": "retrain",
            "settings": JOB_SETTINGS,
            "tags": scope.tags(**{MARK.replace("-", "_"): "drift"}),
        }
    }
    start = call(
        "Start",
        "PUT",
        # the hour in the name: a second start of the same hour is refused
        Output.concat(MANAGEMENT, workspace_id, "/jobs/drift-@{utcNow('yyyyMMddHH')}", version),
        identity_id=identity_id,
        body=job,
        after=("Deployment",),
    )
    return [endpoint, deployment, start]
