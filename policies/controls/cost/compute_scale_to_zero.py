"""Machines that do nothing cost nothing."""

from __future__ import annotations

from components.core.cloud import ByCloud, Gap, GapKind
from policies.accept import (
    at_most,
    equals,
    is_set,
)
from policies.checks import (
    Row,
)
from policies.control import Control, Group, Severity
from policies.tokens import azure, gcp
from policies.verdict import Verdict

_COMPUTE = azure("machinelearningservices.Compute")
_POOLS = "resourcePools[]"

CONTROL = Control(
    id="compute-scale-to-zero",
    group=Group.COST,
    title="Training compute goes down when nobody trains",
    severity=Severity.MEDIUM,
    why="Idle accelerators are the largest item on most bills for machine learning.",
    remedy="Set training.min_nodes to 0.",
    url="https://learn.microsoft.com/azure/machine-learning/how-to-manage-optimize-cost",
    clauses=("nist-ai-rmf:MEASURE 2.12", "iso42001:A.4.5", "iso27001:A.8.6"),
    covers=("checkov:CKV_AZURE_150",),
    rows=ByCloud(
        aws=Gap(
            kind=GapKind.NEVER,
            reason="Machines of SageMaker jobs exist for the time of the job only.",
            url="https://docs.aws.amazon.com/sagemaker/latest/dg/how-it-works-training.html",
        ),
        azure=(
            Row(
                type=_COMPUTE,
                path="properties.properties.scaleSettings.minNodeCount",
                accept=at_most(0),  # zero unless set
                if_missing=Verdict.PASSED,
                when=("properties.computeType", equals("AmlCompute")),
            ),
        ),
        gcp=(
            Row(
                type=gcp("vertex.AiPersistentResource"),
                path=f"{_POOLS}.autoscalingSpec.minReplicaCount",
                accept=at_most(1),  # a persistent resource keeps one machine at least
                if_missing=Verdict.NOT_APPLICABLE,
            ),
            Row(
                type=gcp("colab.RuntimeTemplate"),
                path="idleShutdownConfig.idleTimeout",
                accept=is_set(),
                if_missing=Verdict.FAILED,
            ),
        ),
    ),
)
