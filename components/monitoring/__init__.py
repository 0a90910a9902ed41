"""Log retention, service alarms, the notification channel, the dashboard, and the drift → retraining loop."""

from components.monitoring.component import LEGS, Monitoring
from components.monitoring.contract import MonitoringArgs, MonitoringOutputs, MonitoringSpec

__all__ = ["LEGS", "Monitoring", "MonitoringArgs", "MonitoringOutputs", "MonitoringSpec"]
