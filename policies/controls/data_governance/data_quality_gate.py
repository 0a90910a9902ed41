"""Rules on the quality of data can fail."""

from __future__ import annotations

from collections.abc import Mapping

from components.core.cloud import ByCloud
from policies.accept import (
    Accept,
    equals,
    is_set,
    matches,
)
from policies.checks import (
    Row,
)
from policies.control import Control, Group, Severity
from policies.tokens import aws, azure, gcp
from policies.verdict import Verdict

_SCAN = gcp("dataplex.Datascan")
_RULESET = aws("glue.DataQualityRuleset")

CONTROL = Control(
    id="data-quality-gate",
    group=Group.DATA_GOVERNANCE,
    title="Data quality checks have rules that can fail",
    severity=Severity.MEDIUM,
    why="A check without rules is green whatever happened to the data.",
    remedy="Give the ruleset, the signal or the scan at least one rule with a threshold.",
    url="https://docs.aws.amazon.com/glue/latest/dg/glue-data-quality.html",
    clauses=("nist-ai-rmf:MEASURE 2.5", "iso42001:A.7.4", "soc2:PI1.2", "gdpr:Art. 5(1)(d)", "eu-ai-act:Art. 10"),
    covers=(),
    rows=ByCloud(
        aws=(
            Row(
                type=_RULESET,
                path="ruleset",
                accept=matches(r"(?s)\s*(Rules|Analyzers)\s*=\s*\[\s*[^\s\]].*", "a list of rules that is not empty"),
                if_missing=Verdict.FAILED,
            ),
            Row(
                type=aws("sagemaker.DataQualityJobDefinition"),
                path="dataQualityBaselineConfig.constraintsResource.s3Uri",
                accept=is_set(),
                if_missing=Verdict.FAILED,
                evidence=(aws("s3.Bucket"),),
            ),
        ),
        azure=(
            Row(
                type=azure("machinelearningservices.Schedule"),
                path="properties.action.monitorDefinition.signals.{}.metricThresholds",
                accept=is_set(),
                if_missing=Verdict.FAILED,
                when=("properties.action.actionType", equals("CreateMonitor")),
            ),
        ),
        gcp=(
            Row(
                type=_SCAN,
                path="dataQualitySpec.rules",
                accept=is_set(),
                if_missing=Verdict.FAILED,
                unless=("dataProfileSpec", Accept("set", lambda v: isinstance(v, Mapping))),
            ),
        ),
    ),
)
