"""Drift of data and predictions is looked for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from components.core.cloud import ByCloud
from policies.checks import PASSED, Outcome, StackRow, failed, undetermined
from policies.control import Control, Group, Severity
from policies.graph import Graph, Resource
from policies.settings import Settings
from policies.tokens import aws, azure, cloud_of, gcp
from policies.verdict import MISSING, UNKNOWN, known

# SageMaker Model Monitor is closed to newcomers and Vertex has no class for a monitor, so a schedule counts that
# starts a job of its own and says by its name what for.
# https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-availability-change.html
_PURPOSE = re.compile(r"drift|monitor", re.IGNORECASE)
_OFF: Mapping[str, tuple[str, Any]] = {
    aws("scheduler.Schedule"): ("state", "DISABLED"),
    aws("sagemaker.MonitoringSchedule"): ("", None),
    azure("machinelearningservices.Schedule"): ("properties.isEnabled", False),
    gcp("colab.Schedule"): ("desiredState", "PAUSED"),
    gcp("cloudscheduler.Job"): ("paused", True),
}
"""Schedules of each cloud, with the property and the value that switch one off."""
_MONITORS = {
    aws("sagemaker.MonitoringSchedule"): "",
    azure("machinelearningservices.Schedule"): "properties.action.actionType",
}


def _is_monitor(schedule: Resource) -> bool | None:
    if schedule.type in _MONITORS:
        kind = schedule.at(_MONITORS[schedule.type]) if _MONITORS[schedule.type] else "CreateMonitor"
        if kind == "CreateMonitor":
            return True
        if kind is UNKNOWN and not _PURPOSE.search(schedule.name):
            return None
    return _PURPOSE.search(schedule.name) is not None


def _watched(resource: Resource, graph: Graph, _settings: Settings) -> Iterator[Outcome]:
    doubt = False
    for schedule in graph.of(*(t for t in _OFF if cloud_of(t) is resource.cloud)):
        path, off = _OFF[schedule.type]
        state = schedule.at(path) if path else MISSING
        answer = _is_monitor(schedule)
        if answer is False or (known(state) and state == off):
            continue
        if answer and state is not UNKNOWN:
            yield PASSED
            return
        doubt = True
    if doubt:
        yield undetermined("whether a schedule looks for drift is not known yet")
    else:
        yield failed("no schedule that is switched on looks for drift")


CONTROL = Control(
    id="drift-monitor",
    group=Group.MONITORING_OBSERVABILITY,
    title="Endpoints are watched for drift on a schedule",
    severity=Severity.HIGH,
    why="A model decays in silence: its answers stay fluent while the world moves on.",
    remedy="Set monitoring.drift in the blueprint.",
    url="https://docs.aws.amazon.com/wellarchitected/latest/machine-learning-lens/machine-learning-lens.html",
    clauses=(
        "nist-ai-rmf:MEASURE 2.4",
        "iso42001:A.6.2.6",
        "iso27001:A.8.16",
        "soc2:CC7.2",
        "eu-ai-act:Art. 72",
    ),
    covers=("prowler:sagemaker_models_monitor_enabled",),
    rows=ByCloud(
        aws=(
            StackRow(
                types=(aws("sagemaker.Endpoint"),),
                check=_watched,
                reads=(
                    (aws("scheduler.Schedule"), "target.arn"),
                    (aws("scheduler.Schedule"), "state"),
                    (aws("sagemaker.MonitoringSchedule"), "monitoringScheduleConfig"),
                ),
            ),
        ),
        azure=(
            StackRow(
                types=(azure("machinelearningservices.OnlineEndpoint"),),
                check=_watched,
                reads=(
                    (azure("machinelearningservices.Schedule"), "properties.action.actionType"),
                    (azure("machinelearningservices.Schedule"), "properties.isEnabled"),
                ),
            ),
        ),
        gcp=(
            StackRow(
                types=(gcp("vertex.AiEndpoint"),),
                check=_watched,
                reads=(
                    (gcp("colab.Schedule"), "createPipelineJobRequest.pipelineJob"),
                    (gcp("colab.Schedule"), "desiredState"),
                    (gcp("cloudscheduler.Job"), "paused"),
                    (gcp("cloudscheduler.Job"), "schedule"),
                ),
            ),
        ),
    ),
)
