"""Monitoring: log retention, service alarms, the notification channel, the dashboard, and the drift → retraining loop.

The loop: a schedule runs the drift job over captured requests; it writes a metric; an alarm on the metric notifies
people and, where ``retrain_on_drift`` is set, starts the training pipeline once per cool-down. A new version still
waits for approval.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NotRequired, TypedDict

from pulumi import Output
from pydantic import Field, model_validator

from components.core.refs import (
    EndpointRef,
    FoundationRef,
    IdentityRef,
    KeysRef,
    NetworkRef,
    RegistryRef,
    StorageRef,
    TrainingRef,
)
from components.core.scope import ScopeSpec
from components.core.spec import Spec
from components.core.vocabulary import Frequency


class DriftSpec(Spec):
    """When captured data counts as drifted."""

    schedule: Frequency = Frequency.DAILY
    """Optional. How often drift is measured."""
    threshold: float = Field(0.2, gt=0, le=10)
    """Optional. Population stability index above which a feature has drifted (0.1 moderate, 0.2 large)."""
    share: float = Field(0.3, gt=0, le=1)
    """Optional. Share of drifted features above which the alarm goes off."""


class MonitoringSpec(Spec):
    """Options of monitoring."""

    notify: Sequence[str] = ()
    """Optional. E-mail addresses that alarms are sent to; the owner by default."""
    latency_ms: int = Field(1000, ge=1, le=60000)
    """Optional. 95th percentile of model latency, in milliseconds, above which the alarm goes off."""
    error_percent: float = Field(1.0, gt=0, le=100)
    """Optional. Share of failed requests, in percent, above which the alarm goes off."""
    saturation_percent: int = Field(85, ge=10, le=100)
    """Optional. CPU utilisation, in percent, above which the alarm goes off."""
    dashboard: bool = True
    """Optional. Whether a dashboard is made."""
    drift: DriftSpec | None = None
    """Optional. Drift detection."""
    retrain_on_drift: bool = False
    """Optional. Whether the drift alarm starts the training pipeline. Needs ``drift``."""
    cooldown_hours: int = Field(24, ge=1, le=720)
    """Optional. Least number of hours between two retrainings started by drift."""

    @model_validator(mode="after")
    def _loop_is_whole(self) -> "MonitoringSpec":
        if self.retrain_on_drift and self.drift is None:
            raise ValueError("retrain_on_drift needs drift: add a 'drift' block, or set retrain_on_drift to false")
        return self


class MonitoringArgs(TypedDict):
    """Arguments of :class:`components.monitoring.Monitoring`."""

    scope: ScopeSpec
    spec: NotRequired[MonitoringSpec]
    foundation: FoundationRef
    keys: KeysRef
    storage: StorageRef
    identity: IdentityRef
    registry: RegistryRef
    training: TrainingRef
    endpoint: NotRequired[EndpointRef]
    """Left out by batch products: service alarms then watch the pipeline instead."""
    network: NotRequired[NetworkRef]


@dataclass(frozen=True, kw_only=True)
class MonitoringOutputs:
    """Ids for runbooks and other stacks."""

    channel_id: Output[str]
    """Topic ARN, action group ARM id, notification channel id of the first address."""
    log_sink_id: Output[str]
    """Log group ARN, Log Analytics workspace ARM id, log bucket id."""
    dashboard_id: Output[str]
    """Empty without ``dashboard``."""
    drift_id: Output[str]
    """The schedule that measures drift; empty without ``drift``."""
    retrain_id: Output[str]
    """The trigger that starts retraining; empty without ``retrain_on_drift``."""
