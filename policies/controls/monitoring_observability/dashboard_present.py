"""Those on call see the endpoint at a glance."""

from __future__ import annotations

from components.core.cloud import ByCloud
from policies.accept import (
    is_set,
)
from policies.checks import (
    Presence,
)
from policies.control import Control, Group, Severity
from policies.tokens import aws, azure, gcp

CONTROL = Control(
    id="dashboard-present",
    group=Group.MONITORING_OBSERVABILITY,
    title="Endpoints have a dashboard",
    severity=Severity.LOW,
    why="At three in the morning nobody remembers which metric to ask for.",
    remedy="Keep the dashboard of the monitoring component.",
    url="https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Dashboards.html",
    clauses=("nist-ai-rmf:MANAGE 4.1", "iso42001:A.6.2.6", "iso27001:A.8.16", "soc2:CC7.2"),
    covers=(),
    rows=ByCloud(
        aws=(
            Presence(
                types=(aws("sagemaker.Endpoint"),),
                needs=(aws("cloudwatch.Dashboard"),),
                words="dashboard",
                path="dashboardBody",
                accept=is_set(),
                evidence=(aws("sagemaker.Endpoint"),),
            ),
        ),
        azure=(
            Presence(
                types=(azure("machinelearningservices.OnlineEndpoint"),),
                needs=(azure("portal.Dashboard"), azure("applicationinsights.Workbook")),
                words="dashboard or workbook",
                path="resourceGroupName",
                accept=is_set(),
                evidence=(azure("resources.ResourceGroup"),),
            ),
        ),
        gcp=(
            Presence(
                types=(gcp("vertex.AiEndpoint"),),
                needs=(gcp("monitoring.Dashboard"),),
                words="dashboard",
                path="dashboardJson",
                accept=is_set(),
                evidence=(gcp("vertex.AiEndpoint"), gcp("workflows.Workflow"), gcp("cloudrunv2.Job")),
            ),
        ),
    ),
)
