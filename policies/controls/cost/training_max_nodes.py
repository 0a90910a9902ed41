"""Training cannot grow without bound."""

from __future__ import annotations

from components.core.cloud import ByCloud
from policies.accept import at_most, equals
from policies.checks import Row
from policies.control import Control, Group, Severity
from policies.tokens import aws, azure, gcp
from policies.verdict import Verdict

CONTROL = Control(
    id="training-max-nodes",
    group=Group.COST,
    title="Training compute has an upper bound of nodes",
    severity=Severity.MEDIUM,
    why="A wrong setting of one job must not be able to rent a data centre.",
    remedy="Lower training.max_nodes.",
    url="https://learn.microsoft.com/azure/machine-learning/how-to-manage-optimize-cost",
    clauses=(
        "iso42001:A.4.5",
        "iso27001:A.8.6",
    ),
    covers=(),
    rows=ByCloud(
        aws=(
            Row(
                type=aws("sagemaker.TrainingJob"),
                path="resourceConfig.instanceCount",
                accept=lambda s: at_most(s.limit("training_nodes")),
                if_missing=Verdict.FAILED,
            ),
        ),
        azure=(
            Row(
                type=azure("machinelearningservices.Compute"),
                path="properties.properties.scaleSettings.maxNodeCount",
                accept=lambda s: at_most(s.limit("training_nodes")),
                if_missing=Verdict.FAILED,
                when=("properties.computeType", equals("AmlCompute")),
            ),
        ),
        gcp=(
            Row(
                type=gcp("vertex.AiPersistentResource"),
                path="resourcePools[].autoscalingSpec.maxReplicaCount",
                accept=lambda s: at_most(s.limit("training_nodes")),
                if_missing=Verdict.NOT_APPLICABLE,
            ),
            Row(
                type=gcp("vertex.AiPersistentResource"),
                path="resourcePools[].replicaCount",
                accept=lambda s: at_most(s.limit("training_nodes")),
                if_missing=Verdict.NOT_APPLICABLE,
            ),
        ),
    ),
)
