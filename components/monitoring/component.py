"""The public component, and the table of its three legs."""

import pulumi
from pulumi import Output

from components.capability import Capability, Leg
from components.core.cloud import ByCloud, Gap
from components.monitoring import aws, azure, gcp
from components.monitoring.contract import MonitoringArgs, MonitoringOutputs, MonitoringSpec

LEGS: ByCloud[Leg[MonitoringSpec, MonitoringArgs, MonitoringOutputs] | Gap] = ByCloud(
    aws=Leg(build=aws.build, support=aws.SUPPORT, gaps=aws.GAPS),
    azure=Leg(build=azure.build, support=azure.SUPPORT, gaps=azure.GAPS),
    gcp=Leg(build=gcp.build, support=gcp.SUPPORT, gaps=gcp.GAPS),
)


class Monitoring(Capability):
    """Log retention, service alarms, the notification channel, the dashboard, and the drift → retraining loop."""

    channel_id: Output[str]
    log_sink_id: Output[str]
    dashboard_id: Output[str]
    drift_id: Output[str]
    retrain_id: Output[str]

    def __init__(self, name: str, args: MonitoringArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._stand(LEGS, MonitoringSpec, args)
