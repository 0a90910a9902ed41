"""The audit trail is whole and cannot be forged unseen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from components.core.cloud import ByCloud
from policies.accept import is_true
from policies.checks import PASSED, Outcome, Row, Rule, failed, undetermined
from policies.control import Control, Group, Severity
from policies.graph import Resource
from policies.settings import Settings
from policies.tokens import aws, azure, gcp
from policies.verdict import UNKNOWN, Verdict, at, known

_TRAIL = aws("cloudtrail.Trail")
_MANAGEMENT = "eventSelectors[].includeManagementEvents"
_FIELDS = "advancedEventSelectors[].fieldSelectors[]"
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


def _data_only(trail: Resource) -> bool:
    """Whether a trail records reads and writes of data and leaves the management of the account to another."""
    fields = [hit.value for hit in at(trail.props, _FIELDS) if isinstance(hit.value, Mapping)]
    categories = [hit.value for f in fields if f.get("field") == "eventCategory" for hit in at(f, "equals[]")]
    classic = [hit.value for hit in at(trail.props, _MANAGEMENT)]
    return (bool(categories) and all(c == "Data" for c in categories)) or all(value is False for value in classic)


def _everywhere(trail: Resource, _settings: Settings) -> Iterator[Outcome]:
    """Who signs in and who changes rights is recorded where global services are."""
    services = trail.at("includeGlobalServiceEvents")  # on unless set
    if services is False and not _data_only(trail):
        yield failed("includeGlobalServiceEvents must be true", "includeGlobalServiceEvents")
    elif services is UNKNOWN:
        yield undetermined("includeGlobalServiceEvents is not known yet; it must be true", "includeGlobalServiceEvents")
    else:
        yield PASSED


def _regions(resource: Resource, _settings: Settings) -> Iterator[Outcome]:
    every = resource.at("isMultiRegionTrail")
    if every is True or _data_only(resource):
        yield PASSED  # data is in one region, and so is the trail of its events
    elif every is UNKNOWN:
        yield undetermined("isMultiRegionTrail is not known yet; it must be true", "isMultiRegionTrail")
    else:
        yield failed("isMultiRegionTrail must be true", "isMultiRegionTrail")


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
    covers=(
        "checkov:CKV2_GCP_5",
        "checkov:CKV_AWS_251",
        "checkov:CKV_AWS_36",
        "checkov:CKV_AWS_67",
        "security-hub:CloudTrail.1",
        "security-hub:CloudTrail.4",
    ),
    rows=ByCloud(
        aws=(
            Rule(
                types=(_TRAIL,),
                check=_regions,
                reads=tuple(
                    (_TRAIL, path)
                    for path in ("isMultiRegionTrail", _MANAGEMENT, f"{_FIELDS}.field", f"{_FIELDS}.equals")
                ),
            ),
            Rule(types=(_TRAIL,), check=_everywhere, reads=((_TRAIL, "includeGlobalServiceEvents"),)),
            Row(
                type=_TRAIL,
                path="enableLogFileValidation",
                accept=is_true(),
                if_missing=Verdict.FAILED,
            ),
            Row(
                type=_TRAIL,
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
