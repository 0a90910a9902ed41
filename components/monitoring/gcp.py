"""Monitoring on Google Cloud: channels, alert policies, dashboard, log bucket, and the drift → retraining loop.

A schedule starts the drift job; it writes a metric; an alert policy on the metric goes to people and, through a topic,
Eventarc and a workflow that keeps the cool-down, to the training workflow. Not here: Vertex AI Model Monitoring, whose
second version is a preview without a class and whose first is bound to one endpoint.
"""

import pulumi_gcp as gcp
from pulumi import Input, Output

from components.core.backend import Means, Support
from components.core.cloud import Gap
from components.core.scope import Scope
from components.monitoring.contract import MonitoringArgs, MonitoringOutputs, MonitoringSpec
from components.monitoring.gcp_alerts import service_alerts
from components.monitoring.gcp_dashboard import dashboard_json
from components.monitoring.gcp_drift import drift_alert, measure_drift
from components.monitoring.gcp_logs import make_logs
from components.monitoring.gcp_retrain import alert_topic, retraining

SUPPORT = Support(means=Means.COMPOSED, by="Cloud Monitoring, Cloud Logging, Cloud Run, Pub/Sub, Eventarc, Workflows")
GAPS: tuple[Gap, ...] = ()


def build(scope: Scope, spec: MonitoringSpec, args: MonitoringArgs) -> MonitoringOutputs:
    """Make channels, logs, alert policies and dashboard; with ``drift`` the loop."""
    project = args["foundation"]["account_id"]
    people = _channels(scope, spec, project)
    told: list[Input[str]] = [channel.id for channel in people]
    log_sink_id = make_logs(scope, args)
    service_alerts(scope, spec, args, told)
    drift_id = retrain_id = dashboard_id = Output.from_input("")
    if spec.drift is not None:
        loop = measure_drift(scope, spec.drift, args, told)
        drift_id = Output.from_input(loop.schedule.id)
        if spec.retrain_on_drift:
            topic, channel = alert_topic(scope, args)
            retrain_id = Output.from_input(retraining(scope, spec.cooldown_hours, args, topic, told).id)
            told = [*told, channel.id]
        drift_alert(scope, spec.drift, project, loop, told)
    if spec.dashboard:
        dashboard = gcp.monitoring.Dashboard(
            scope.label("dashboard"),
            project=project,
            dashboard_json=dashboard_json(scope, spec, args),
            opts=scope.options(),
        )
        dashboard_id = Output.from_input(dashboard.id)
    return MonitoringOutputs(
        channel_id=Output.from_input(people[0].id),
        log_sink_id=log_sink_id,
        dashboard_id=dashboard_id,
        drift_id=drift_id,
        retrain_id=retrain_id,
    )


def _channels(scope: Scope, spec: MonitoringSpec, project: Input[str]) -> list[gcp.monitoring.NotificationChannel]:
    return [
        gcp.monitoring.NotificationChannel(
            scope.label("channel", str(index)),
            project=project,
            type="email",
            display_name=f"{scope.prefix} {index}",
            description=f"Alarms of {scope.prefix}",
            labels={"email_address": address},
            user_labels=scope.tags(),
            opts=scope.options(),
        )
        for index, address in enumerate(spec.notify or (scope.spec.owner,), start=1)
    ]
