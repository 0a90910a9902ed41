"""Requests and runs can be followed through the platform."""

from __future__ import annotations

from components.core.cloud import ByCloud, Gap, GapKind
from policies.accept import equals, is_true
from policies.checks import Row
from policies.control import Control, Group, Severity
from policies.tokens import aws, azure
from policies.verdict import Verdict

CONTROL = Control(
    id="traces-on",
    group=Group.MONITORING_OBSERVABILITY,
    title="Serving code and workflows send traces",
    severity=Severity.LOW,
    why="Latency that nobody can take apart is latency that nobody can mend.",
    remedy="Switch tracing on for functions and state machines, and Application Insights on for deployments.",
    url="https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html",
    clauses=(
        "iso42001:A.6.2.6",
        "iso27001:A.8.16",
        "soc2:CC7.2",
    ),
    covers=("cdk-nag:AwsSolutions-SF2", "checkov:CKV_AWS_284", "checkov:CKV_AWS_50"),
    rows=ByCloud(
        aws=(
            Row(
                type=aws("lambda.Function"),
                path="tracingConfig.mode",
                accept=equals("Active"),
                if_missing=Verdict.FAILED,
            ),
            Row(
                type=aws("sfn.StateMachine"),
                path="tracingConfiguration.enabled",
                accept=is_true(),
                if_missing=Verdict.FAILED,
            ),
        ),
        azure=(
            Row(
                type=azure("machinelearningservices.OnlineDeployment"),
                path="properties.appInsightsEnabled",
                accept=is_true(),
                if_missing=Verdict.FAILED,
            ),
        ),
        gcp=Gap(
            kind=GapKind.NEVER,
            reason="Traces on Google Cloud come from the code that serves, not from a property.",
            url="https://cloud.google.com/trace/docs/setup",
        ),
    ),
)
