"""Tables and their catalogue are encrypted with a key of the customer."""

from __future__ import annotations

from components.core.cloud import ByCloud, Gap, GapKind
from policies.accept import (
    equals,
    is_set,
)
from policies.checks import (
    Row,
)
from policies.control import Control, Group, Severity
from policies.tokens import aws, gcp
from policies.verdict import Verdict

_CATALOG = "dataCatalogEncryptionSettings.encryptionAtRest"

CONTROL = Control(
    id="catalog-cmk",
    group=Group.DATA_PROTECTION_KEYS,
    title="Tables and data catalogues are encrypted with a customer-managed key",
    severity=Severity.MEDIUM,
    why="Column names, partitions and statistics tell much of the data, and warehouse tables are the data.",
    remedy="Let the feature store take the key of data class data; set a key on catalogues of your own.",
    url="https://cloud.google.com/bigquery/docs/customer-managed-encryption",
    clauses=("iso27001:A.8.24", "soc2:CC6.1", "gdpr:Art. 32", "nist-800-53:SC-28", "cis:3.11"),
    covers=(
        "checkov:CKV_AWS_94",
        "checkov:CKV_GCP_81",
    ),
    rows=ByCloud(
        aws=(
            Row(
                type=aws("glue.DataCatalogEncryptionSettings"),
                path=f"{_CATALOG}.catalogEncryptionMode",
                accept=equals("SSE-KMS", "SSE-KMS-WITH-SERVICE-ROLE"),
                if_missing=Verdict.FAILED,
            ),
            Row(
                type=aws("glue.DataCatalogEncryptionSettings"),
                path=f"{_CATALOG}.sseAwsKmsKeyId",
                accept=is_set(),
                if_missing=Verdict.FAILED,
                evidence=(aws("kms.Key"),),
            ),
        ),
        azure=Gap(
            kind=GapKind.UPSTREAM,
            reason="A Purview account takes no customer key through Azure Resource Manager.",
            url="https://learn.microsoft.com/purview/data-map-data-encryption",
        ),
        gcp=(
            Row(
                type=gcp("bigquery.Dataset"),
                path="defaultEncryptionConfiguration.kmsKeyName",
                accept=is_set(),
                if_missing=Verdict.FAILED,
                evidence=(gcp("kms.CryptoKey"),),
                unless=("externalDatasetReference.externalSource", is_set()),
            ),
        ),
    ),
)
