"""Data sets stand in a catalogue, described."""

from __future__ import annotations

from components.core.cloud import ByCloud
from policies.accept import (
    is_false,
    is_set,
)
from policies.checks import (
    Row,
)
from policies.control import Control, Group, Severity
from policies.tokens import aws, azure, gcp
from policies.verdict import Verdict

_AZURE = (
    azure("machinelearningservices.DataContainer"),
    azure("machinelearningservices.FeaturesetContainerEntity"),
    azure("machinelearningservices.FeaturestoreEntityContainerEntity"),
)
_GCP = (gcp("bigquery.Dataset"), gcp("vertex.AiFeatureGroup"))

CONTROL = Control(
    id="catalog-registration",
    group=Group.DATA_GOVERNANCE,
    title="Data sets and features are catalogued and described",
    severity=Severity.MEDIUM,
    why="Data that nobody can find is collected twice; data that nobody described is used wrongly.",
    remedy="Describe feature groups and entities in the blueprint; keep their table in the catalogue.",
    url="https://docs.aws.amazon.com/sagemaker/latest/dg/feature-store-create-feature-group.html",
    clauses=("iso42001:A.4.3", "iso27001:A.5.9", "soc2:C1.1", "gdpr:Art. 30", "eu-ai-act:Art. 10", "cis:1.1"),
    covers=(),
    rows=ByCloud(
        aws=(
            Row(
                type=aws("sagemaker.FeatureGroup"),
                path="offlineStoreConfig.disableGlueTableCreation",
                accept=is_false(),  # a table is made unless set
                if_missing=Verdict.PASSED,
            ),
            Row(type=aws("glue.CatalogDatabase"), path="description", accept=is_set(), if_missing=Verdict.FAILED),
        ),
        azure=tuple(
            Row(type=t, path="properties.description", accept=is_set(), if_missing=Verdict.FAILED) for t in _AZURE
        ),
        gcp=tuple(Row(type=t, path="description", accept=is_set(), if_missing=Verdict.FAILED) for t in _GCP),
    ),
)
