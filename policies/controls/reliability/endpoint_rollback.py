"""A release that goes wrong goes back by itself."""

from __future__ import annotations

from components.core.cloud import ByCloud, Gap, GapKind
from policies.accept import is_set
from policies.checks import Row
from policies.control import Control, Group, Severity
from policies.tokens import aws
from policies.verdict import Verdict

CONTROL = Control(
    id="endpoint-rollback",
    group=Group.RELIABILITY,
    title="Endpoints roll back a failing release by themselves",
    severity=Severity.HIGH,
    why="Between a bad release and the engineer who sees it lie minutes in which every answer is wrong.",
    remedy="Keep the rollback alarms of the endpoint component.",
    url="https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails.html",
    clauses=(
        "nist-ai-rmf:MANAGE 2.4",
        "iso42001:A.6.2.5",
        "iso27001:A.8.32",
        "soc2:CC8.1",
        "eu-ai-act:Art. 15",
        "nist-800-53:CP-10",
    ),
    covers=(),
    rows=ByCloud(
        aws=(
            Row(
                type=aws("sagemaker.Endpoint"),
                path="deploymentConfig.autoRollbackConfiguration.alarms[].alarmName",
                accept=is_set(),
                if_missing=Verdict.FAILED,
                evidence=(aws("cloudwatch.MetricAlarm"),),
            ),
        ),
        azure=Gap(
            kind=GapKind.NEVER,
            reason="Managed online endpoints shift traffic when asked, never back by themselves.",
            url="https://learn.microsoft.com/azure/machine-learning/how-to-safely-rollout-online-endpoints",
        ),
        gcp=Gap(
            kind=GapKind.NEVER,
            reason="Vertex endpoints split traffic when asked, never back by themselves.",
            url="https://cloud.google.com/vertex-ai/docs/general/deployment",
        ),
    ),
)
