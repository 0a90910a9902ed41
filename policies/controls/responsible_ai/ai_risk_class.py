"""Every AI system has a risk class under the EU AI Act."""

from __future__ import annotations

from components.core.cloud import ByCloud
from policies.accept import equals
from policies.checks import Row
from policies.control import Control, Group, Severity
from policies.tokens import aws, azure, gcp
from policies.verdict import Verdict

_RISK = equals("minimal", "limited", "high")

CONTROL = Control(
    id="ai-risk-class",
    group=Group.RESPONSIBLE_AI,
    title="Endpoints carry the risk class of their AI system",
    severity=Severity.CRITICAL,
    why="Which duties apply to a system depends on its class; an endpoint without one has duties that nobody knows.",
    remedy="Set risk in the blueprint: minimal, limited or high. A prohibited practice must not be deployed.",
    url="https://eur-lex.europa.eu/eli/reg/2024/1689/oj",
    clauses=(
        "nist-ai-rmf:MAP 1.1",
        "iso42001:A.5.2",
        "eu-ai-act:Art. 6",
    ),
    covers=(),
    rows=ByCloud(
        aws=(
            Row(type=aws("sagemaker.Endpoint"), path="tags.{ai-risk-class}", accept=_RISK, if_missing=Verdict.FAILED),
        ),
        azure=(
            Row(
                type=azure("machinelearningservices.OnlineEndpoint"),
                path="tags.{ai-risk-class}",
                accept=_RISK,
                if_missing=Verdict.FAILED,
            ),
            Row(
                type=azure("machinelearningservices.BatchEndpoint"),
                path="tags.{ai-risk-class}",
                accept=_RISK,
                if_missing=Verdict.FAILED,
            ),
        ),
        gcp=(
            Row(type=gcp("vertex.AiEndpoint"), path="labels.{ai-risk-class}", accept=_RISK, if_missing=Verdict.FAILED),
        ),
    ),
)
