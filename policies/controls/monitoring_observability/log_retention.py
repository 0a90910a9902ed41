"""Logs are kept as long as they may be asked for."""

from __future__ import annotations

from components.core.cloud import ByCloud
from policies.accept import at_least
from policies.checks import Row
from policies.control import Control, Group, Severity
from policies.tokens import aws, azure, gcp
from policies.verdict import Verdict

CONTROL = Control(
    id="log-retention",
    group=Group.MONITORING_OBSERVABILITY,
    title="Logs are kept for a set time",
    severity=Severity.MEDIUM,
    why="An incident is found months after it began; the logs must still be there.",
    remedy="Raise posture log_retention_days, or set the retention of your own log store.",
    url="https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Working-with-log-groups-and-streams.html",
    clauses=(
        "iso42001:A.6.2.8",
        "iso27001:A.8.15",
        "soc2:CC7.2",
        "eu-ai-act:Art. 19",
        "nist-800-53:AU-11",
        "cis:8.10",
    ),
    covers=(
        "checkov:CKV_AWS_338",
        "checkov:CKV_AWS_66",
    ),
    rows=ByCloud(
        aws=(
            Row(
                type=aws("cloudwatch.LogGroup"),
                path="retentionInDays",
                accept=lambda s: at_least(s.limit("log_retention_days")),
                if_missing=Verdict.FAILED,
            ),
        ),
        azure=(
            Row(
                type=azure("operationalinsights.Workspace"),
                path="retentionInDays",
                accept=lambda s: at_least(s.limit("log_retention_days")),
                if_missing=Verdict.FAILED,
            ),
        ),
        gcp=(
            Row(
                type=gcp("logging.ProjectBucketConfig"),
                path="retentionDays",
                accept=lambda s: at_least(s.limit("log_retention_days")),
                if_missing=Verdict.FAILED,
            ),
        ),
    ),
)
