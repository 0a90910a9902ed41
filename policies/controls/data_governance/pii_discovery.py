"""Personal data is looked for."""

from __future__ import annotations

from components.core.cloud import ByCloud
from policies.accept import (
    equals,
    is_set,
    is_true,
)
from policies.checks import (
    Row,
)
from policies.control import Control, Group, Severity
from policies.tokens import aws, azure, gcp
from policies.verdict import Verdict

CONTROL = Control(
    id="pii-discovery",
    group=Group.DATA_GOVERNANCE,
    title="Discovery of personal data is switched on and running",
    severity=Severity.HIGH,
    why="Personal data arrives where nobody expected it, and stays until somebody looks.",
    remedy="Enable discovery on the stores that hold training data, and keep its jobs running.",
    url="https://docs.aws.amazon.com/macie/latest/user/discovery-asdd.html",
    clauses=("nist-ai-rmf:MEASURE 2.10", "iso42001:A.7.4", "iso27001:A.8.12", "soc2:C1.1", "gdpr:Art. 35", "cis:3.7"),
    covers=(),
    rows=ByCloud(
        aws=(
            Row(
                type=aws("macie2.Account"),
                path="status",
                accept=equals("ENABLED"),  # on unless set
                if_missing=Verdict.PASSED,
            ),
            Row(
                type=aws("macie2.ClassificationJob"),
                path="jobStatus",
                accept=equals("RUNNING", "IDLE", "COMPLETE"),
                if_missing=Verdict.PASSED,
            ),
            Row(
                type=aws("macie2.ClassificationJob"),
                path="s3JobDefinition.bucketDefinitions[].buckets",
                accept=is_set(),
                if_missing=Verdict.FAILED,
                unless=("s3JobDefinition.bucketCriteria.includes", is_set()),
                evidence=(aws("s3.Bucket"),),
            ),
        ),
        azure=(
            Row(
                type=azure("security.DefenderForStorage"),
                path="properties.sensitiveDataDiscovery.isEnabled",
                accept=is_true(),
                if_missing=Verdict.FAILED,
            ),
        ),
        gcp=(
            Row(
                type=gcp("dataloss.PreventionJobTrigger"),
                path="status",
                accept=equals("HEALTHY"),  # running unless set
                if_missing=Verdict.PASSED,
            ),
            Row(
                type=gcp("dataloss.PreventionJobTrigger"),
                path="triggers[].schedule.recurrencePeriodDuration",
                accept=is_set(),
                if_missing=Verdict.FAILED,
            ),
        ),
    ),
)
