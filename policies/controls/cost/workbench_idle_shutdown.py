"""Notebooks that nobody uses stop."""

from __future__ import annotations

from components.core.cloud import ByCloud
from policies.accept import between, equals, iso_between
from policies.checks import Row
from policies.control import Control, Group, Severity
from policies.tokens import aws, azure, gcp
from policies.verdict import Verdict

_IDLE = "jupyterLabAppSettings.appLifecycleManagement.idleSettings"
# From an hour on, as AWS takes it; one that is not said is not said by the vendor either.
# https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_IdleSettings.html
_IDLE_TIMES = tuple(
    Row(
        type=aws(f"sagemaker.{kind}"),
        path=f"{settings}.{_IDLE}.idleTimeoutInMinutes",
        accept=lambda s: between(60, max(60, s.limit("idle_minutes"))),
        if_missing=Verdict.FAILED,
        when=(f"{settings}.{_IDLE}.lifecycleManagement", equals("ENABLED")),
    )
    for kind, settings in (
        ("Domain", "defaultUserSettings"),
        ("Domain", "defaultSpaceSettings"),
        ("UserProfile", "userSettings"),
    )
)

CONTROL = Control(
    id="workbench-idle-shutdown",
    group=Group.COST,
    title="Idle workbenches shut down",
    severity=Severity.MEDIUM,
    why="A forgotten notebook costs as much as a used one, and is watched by nobody.",
    remedy="Set an idle time on the workbench.",
    url="https://docs.aws.amazon.com/sagemaker/latest/dg/studio-updated-idle-shutdown.html",
    clauses=(
        "nist-ai-rmf:MEASURE 2.12",
        "iso42001:A.4.5",
        "iso27001:A.8.6",
    ),
    covers=("azure-policy:679ddf89-ab8f-48a5-9029-e76054077449",),
    rows=ByCloud(
        aws=(
            Row(
                type=aws("sagemaker.Domain"),
                path="defaultUserSettings.jupyterLabAppSettings.appLifecycleManagement.idleSettings.lifecycleManagement",
                accept=equals("ENABLED"),
                if_missing=Verdict.FAILED,
            ),
            *_IDLE_TIMES,
        ),
        azure=(
            Row(
                type=azure("machinelearningservices.Compute"),
                path="properties.properties.idleTimeBeforeShutdown",
                accept=lambda s: iso_between(
                    900, s.limit("idle_minutes") * 60, f"PT15M to {s.limit('idle_minutes'):g} minutes"
                ),
                if_missing=Verdict.FAILED,
                when=("properties.computeType", equals("ComputeInstance")),
            ),
        ),
        gcp=(
            Row(
                type=gcp("workbench.Instance"),
                path="gceSetup.metadata.{idle-timeout-seconds}",
                accept=lambda s: between(1, s.limit("idle_minutes") * 60),
                if_missing=Verdict.FAILED,
            ),
        ),
    ),
)
