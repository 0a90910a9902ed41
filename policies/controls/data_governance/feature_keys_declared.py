"""Features say what they describe and from when."""

from __future__ import annotations

from components.core.cloud import ByCloud
from policies.accept import (
    is_set,
)
from policies.checks import (
    Row,
)
from policies.control import Control, Group, Severity
from policies.tokens import aws, azure, gcp
from policies.verdict import Verdict

_GROUP = aws("sagemaker.FeatureGroup")

CONTROL = Control(
    id="feature-keys-declared",
    group=Group.DATA_GOVERNANCE,
    title="Features declare their entity and their time",
    severity=Severity.MEDIUM,
    why="Without entity and event time a training set is joined by guess, and tomorrow leaks into yesterday.",
    remedy="Name entity keys and event time of each feature group in the blueprint.",
    url="https://docs.aws.amazon.com/sagemaker/latest/dg/feature-store-getting-started.html",
    clauses=("iso42001:A.7.4", "iso42001:A.7.5", "eu-ai-act:Art. 10", "soc2:PI1.2"),
    covers=(),
    rows=ByCloud(
        aws=(
            Row(
                type=_GROUP,
                path=("recordIdentifierFeatureName", "eventTimeFeatureName"),
                accept=is_set(),
                if_missing=Verdict.FAILED,
            ),
        ),
        azure=(
            Row(
                type=azure("machinelearningservices.FeaturesetVersion"),
                path="properties.entities",
                accept=is_set(),
                if_missing=Verdict.FAILED,
            ),
            Row(
                type=azure("machinelearningservices.FeaturestoreEntityVersion"),
                path="properties.indexColumns[].columnName",
                accept=is_set(),
                if_missing=Verdict.FAILED,
            ),
        ),
        gcp=(
            Row(
                type=gcp("vertex.AiFeatureGroup"),
                path="bigQuery.entityIdColumns",
                accept=is_set(),
                if_missing=Verdict.FAILED,
            ),
        ),
    ),
)
