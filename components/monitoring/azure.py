"""Monitoring on Azure: an action group, alerts, a workbook, the drift job, and the workflow that retrains.

Azure ML has model monitors; they are not used. They read data with account keys or SAS, which the storage refuses, and
need a serverless Spark pool (https://learn.microsoft.com/azure/machine-learning/concept-model-monitoring); the kit's
drift job runs as an identity like any other, and gives one metric on all clouds.

Retention of logs is that of the stack's log workspace. Not here: an alert on drift that is not measured, because a
metric alert needs data points to judge; a run of the drift job that fails is alerted on.
"""

import pulumi_azure_native as azure
from pulumi import Output

from components.core.backend import Means, Support
from components.core.cloud import Gap
from components.core.scope import Scope
from components.monitoring.azure_alerts import drift_alert, endpoint_alerts, failed_runs_alert, failed_workflow_alert
from components.monitoring.azure_dashboard import workbook
from components.monitoring.azure_drift import drift_schedule
from components.monitoring.azure_retrain import retrain_loop
from components.monitoring.contract import MonitoringArgs, MonitoringOutputs, MonitoringSpec

SUPPORT = Support(means=Means.COMPOSED, by="Azure Monitor, Azure ML schedules, Logic Apps")
GAPS: tuple[Gap, ...] = ()

SHORT_NAME = 12
"""Greatest length of an action group's short name, which e-mails begin with
(https://learn.microsoft.com/azure/azure-monitor/alerts/action-groups)."""


def build(scope: Scope, spec: MonitoringSpec, args: MonitoringArgs) -> MonitoringOutputs:
    """Make the channel, what tells it, and what acts by itself."""
    foundation = args["foundation"]
    channel = _channel(scope, spec, args)
    if "endpoint" in args:
        endpoint_alerts(scope, spec, args, args["endpoint"], channel.id)
    if "endpoint" not in args or spec.drift is not None:
        failed_runs_alert(scope, args, channel.id)
    empty = Output.from_input("")
    drift_id, retrain_id = empty, empty
    if spec.drift is not None:
        drift_id = Output.from_input(drift_schedule(scope, spec.drift, args).id)
        drift_alert(scope, spec.drift, args, channel.id)
        if spec.retrain_on_drift:
            loop = retrain_loop(scope, spec.drift, args, cooldown_hours=spec.cooldown_hours)
            failed_workflow_alert(scope, args, loop.id, channel.id)
            retrain_id = Output.from_input(loop.id)
    return MonitoringOutputs(
        channel_id=Output.from_input(channel.id),
        log_sink_id=Output.from_input(foundation["log_id"]),
        dashboard_id=Output.from_input(workbook(scope, spec, args).id) if spec.dashboard else empty,
        drift_id=drift_id,
        retrain_id=retrain_id,
    )


def _channel(scope: Scope, spec: MonitoringSpec, args: MonitoringArgs) -> azure.monitor.ActionGroup:
    addresses = list(spec.notify) or [scope.spec.owner]
    short = scope.spec.short_name or scope.spec.name.replace("-", "")[:SHORT_NAME]
    return azure.monitor.ActionGroup(
        scope.label("channel"),
        resource_group_name=args["foundation"]["group_name"],
        action_group_name=scope.name("action_group"),
        group_short_name=short,
        location="Global",
        enabled=True,
        email_receivers=[
            azure.monitor.MicrosoftCommonEmailReceiverArgs(
                name=f"mail-{index}", email_address=address, use_common_alert_schema=True
            )
            for index, address in enumerate(addresses, start=1)
        ],
        tags=scope.tags(),
        opts=scope.options(),
    )
