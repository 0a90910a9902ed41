"""The audit trail is whole and cannot be forged unseen."""

from __future__ import annotations

from collections.abc import Iterator

from components.core.cloud import ByCloud
from policies.accept import is_true
from policies.checks import PASSED, Outcome, Row, Rule, failed, undetermined
from policies.control import Control, Group, Severity
from policies.graph import Resource
from policies.settings import Settings
from policies.tokens import aws, azure, gcp
from policies.verdict import UNKNOWN, Verdict, at, known

_WANTED = ("ADMIN_READ", "DATA_READ", "DATA_WRITE")


def _types(resource: Resource, _settings: Settings) -> Iterator[Outcome]:
    values = [hit.value for hit in at(resource.props, "auditLogConfigs[].logType")]
    missing = [word for word in _WANTED if not any(v == word for v in values if known(v))]
    if not missing:
        yield PASSED
    elif any(value is UNKNOWN for value in values):
        yield undetermined("the log types are not known yet", "auditLogConfigs")
    else:
        yield failed(f"auditLogConfigs does not record {', '.join(missing)}", "auditLogConfigs")


CONTROL = Control(
    id="audit-trail",
    group=Group.AUDIT_COMPLIANCE,
    title="Audit trails cover everything and prove their integrity",
    severity=Severity.CRITICAL,
    why="An attacker works in the region or the log type that nobody records.",
    remedy="Let the trail cover all regions and validate its files; record reads and writes of data.",
    url="https://docs.aws.amazon.com/awscloudtrail/latest/userguide/best-practices-security.html",
    clauses=(
        "iso42001:A.6.2.8",
        "iso27001:A.8.15",
        "soc2:CC7.2",
        "gdpr:Art. 32",
        "hipaa:164.312(b)",
        "eu-ai-act:Art. 12",
        "nist-800-53:AU-12",
        "cis:8.2",
    ),
    rows=ByCloud(
        aws=(
            Row(
                type=aws("cloudtrail.Trail"),
                path=("isMultiRegionTrail", "enableLogFileValidation"),
                accept=is_true(),
                if_missing=Verdict.FAILED,
            ),
            Row(
                type=aws("cloudtrail.Trail"),
                path="enableLogging",
                accept=is_true(),  # on unless set
                if_missing=Verdict.PASSED,
            ),
        ),
        azure=(
            Row(
                type=azure("monitor.SubscriptionDiagnosticSetting"),
                path="logs[].enabled",
                accept=is_true(),
                if_missing=Verdict.FAILED,
            ),
        ),
        gcp=(
            Rule(
                types=(gcp("projects.IAMAuditConfig"),),
                check=_types,
                reads=((gcp("projects.IAMAuditConfig"), "auditLogConfigs[].logType"),),
            ),
        ),
    ),
)
