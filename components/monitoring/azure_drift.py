"""The drift job: a pipeline of one step on a cluster of its own, as the monitoring identity, at fixed times."""

import pulumi_azure_native as azure
from pulumi import Input, Output

from components.clouds.azure_ids import name_in
from components.clouds.azure_ml import cluster, datastore, runtime_image
from components.clouds.azure_pipeline import Frame, Step, environment_version, pipeline_component, place, schedule
from components.core.image import runtime_command
from components.core.scope import Scope
from components.core.vocabulary import ComputeSize, Zone
from components.monitoring.contract import DriftSpec, MonitoringArgs

MAX_RUNTIME_HOURS = 2
ENVIRONMENT = "tripod-drift"
"""Environment of the drift job: the kit's own image, whatever image a team trains with."""
RESOURCE_VARIABLE, REGION_VARIABLE = "TRIPOD_METRIC_RESOURCE", "TRIPOD_METRIC_REGION"
"""Where the job sends its metric: custom metrics belong to a resource and go to the address of its region
(https://learn.microsoft.com/azure/azure-monitor/metrics/metrics-custom-overview)."""


def drift_schedule(scope: Scope, drift: DriftSpec, args: MonitoringArgs) -> azure.machinelearningservices.Schedule:
    """Make cluster, environment, pipeline and schedule."""
    foundation, workspace_id = args["foundation"], args["training"]["workspace_id"]
    workspace_name = name_in(workspace_id, "workspaces")
    compute = cluster(
        scope,
        "drift",
        foundation=foundation,
        workspace_name=workspace_name,
        identity_id=args["identity"]["monitoring_id"],
        machine=scope.facts.training_machines[ComputeSize.SMALL],
    )
    environment = environment_version(
        scope,
        foundation=foundation,
        workspace_name=workspace_name,
        name=ENVIRONMENT,
        image=runtime_image(args["registry"]),
    )
    frame = Frame(
        foundation=foundation,
        workspace_name=workspace_name,
        environment_id=environment.id,
        max_runtime_hours=MAX_RUNTIME_HOURS,
    )
    step = Step(
        name="measure",
        command=runtime_command(
            "drift",
            captured=place("inputs", "captured"),
            baseline=place("inputs", "baseline"),
            report=f"{place('outputs', 'report')}/report.json",
            threshold=f"{drift.threshold:g}",
            project=scope.spec.name,
            environment=scope.spec.environment,
        ),
        compute_id=compute.id,
        inputs={"captured": _captured(args), "baseline": datastore(Zone.CURATED)},
        outputs={"report": datastore(Zone.MONITORING, "drift/${{name}}")},
        environment={RESOURCE_VARIABLE: workspace_id, REGION_VARIABLE: scope.region},
    )
    component = pipeline_component(scope, frame, "drift", [step])
    return schedule(scope, frame, "drift", frequency=drift.schedule, component=component)


def _captured(args: MonitoringArgs) -> Input[str]:
    """What the endpoint captured, or what batch scoring predicted where there is no endpoint."""
    endpoint = args.get("endpoint")
    if endpoint is None:
        return datastore(Zone.ARTIFACTS, "predictions")
    return Output.all(endpoint["capture_uri"], args["storage"]["monitoring_uri"]).apply(
        lambda uris: datastore(Zone.MONITORING, str(uris[0]).removeprefix(str(uris[1])).lstrip("/"))
    )
