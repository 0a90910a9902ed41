"""Findings as SARIF 2.1.0 (https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html), for code scanning.

In it stand failures, crashes of rules, waived findings (as suppressions) and what could not be decided where that
blocks. Passed and inapplicable verdicts stay out, because viewers show every result as an alert; verdicts that are
decided later, before each resource is made, are counted in a notification. The other reports name them all.

A fingerprint is made of the control and the URN: it survives changes of the message, of the line and of physical names,
which hold random parts. Rules carry the ``security-severity`` that GitHub sorts by
(https://docs.github.com/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from policies.control import Control, Severity
from policies.frameworks import FRAMEWORKS
from policies.report import Place, Report, exit_code, ranked
from policies.run import Finding
from policies.settings import Level
from policies.verdict import Verdict
from policies.waiver_checks import BUILT_IN

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
ROOT: Final = "PROJECTROOT"
"""Name of the base that places are relative to."""
FINGERPRINT: Final = "tripodControlAndUrn/v1"

_LEVELS: Final[Mapping[Severity, str]] = {
    Severity.LOW: "note",
    Severity.MEDIUM: "warning",
    Severity.HIGH: "error",
    Severity.CRITICAL: "error",
}
_SCORES: Final[Mapping[Severity, str]] = {
    # GitHub: over 9.0 critical, 7.0 to 8.9 high, 4.0 to 6.9 medium, 0.1 to 3.9 low
    Severity.LOW: "3.0",
    Severity.MEDIUM: "5.5",
    Severity.HIGH: "8.0",
    Severity.CRITICAL: "9.5",
}


def to_sarif(report: Report, *, version: str) -> str:
    """The report as a SARIF log of one run; ``version`` is that of the pack."""
    told = [f for f in ranked(report.findings) if _told(f)]
    rules = [*report.controls, *(BUILT_IN[i] for i in dict.fromkeys(f.control for f in told) if i in BUILT_IN)]
    index = {control.id: number for number, control in enumerate(rules)}
    frameworks = [name for name in FRAMEWORKS if any(_clauses(c, name) for c in rules)]
    run = {
        "tool": {
            "driver": {
                "name": "Tripod",
                "semanticVersion": version,
                "informationUri": "https://www.pulumi.com/docs/insights/policy/",
                "rules": [_rule(control, frameworks) for control in rules],
                "supportedTaxonomies": [{"name": name, "index": i} for i, name in enumerate(frameworks)],
            }
        },
        "automationDetails": {"id": f"tripod/{report.subject}/{report.profile}/"},
        "columnKind": "unicodeCodePoints",
        "invocations": [
            {
                "executionSuccessful": not report.errors,
                "exitCode": int(not report.ok),
                "toolExecutionNotifications": [
                    *({"level": "error", "message": {"text": text}} for text in report.errors),
                    *({"level": "note", "message": {"text": text}} for text in _notes(report)),
                ],
            }
        ],
        "taxonomies": [_taxonomy(name, rules) for name in frameworks],
        "results": [_result(f, index[f.control], report.place(f)) for f in told],
        "properties": {"profile": str(report.profile), "blocked": bool(exit_code(report.findings))},
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, sort_keys=True) + "\n"


def _told(finding: Finding) -> bool:
    if finding.verdict is Verdict.UNDETERMINED:
        return finding.blocking or not finding.deferred
    return finding.verdict in (Verdict.FAILED, Verdict.ERROR, Verdict.WAIVED)


def _notes(report: Report) -> list[str]:
    later = sum(f.verdict is Verdict.UNDETERMINED and not _told(f) for f in report.findings)
    waiting = [f"{later} verdicts need values that exist only later: each is decided before its resource is made"]
    unseen = sum(report.not_judged.values())
    blind = [f"no control stands on {unseen} resources of {len(report.not_judged)} types"]
    return [*report.notes, *(waiting if later else ()), *(blind if unseen else ())]


def _rule(control: Control, frameworks: Sequence[str]) -> dict[str, Any]:
    name = "".join(word.capitalize() for word in control.id.split("-"))
    return {
        "id": control.id,
        "name": name,
        "shortDescription": {"text": f"{control.title}."},
        "fullDescription": {"text": control.why},
        "help": {"text": control.remedy, "markdown": f"{control.remedy}\n\n[Why]({control.url}): {control.why}"},
        "helpUri": control.url,
        "defaultConfiguration": {"level": _LEVELS[control.severity]},
        "properties": {
            "tags": ["security", control.group.value, *control.clauses],
            "precision": "high",
            "security-severity": _SCORES[control.severity],
        },
        "relationships": [
            {
                "target": {"id": ident, "toolComponent": {"name": name, "index": i}},
                "kinds": ["relevant"],
            }
            for i, name in enumerate(frameworks)
            for ident in _clauses(control, name)
        ],
    }


def _clauses(control: Control, framework: str) -> list[str]:
    return [ident for name, _, ident in (r.partition(":") for r in control.clauses) if name == framework]


def _taxonomy(name: str, rules: Sequence[Control]) -> dict[str, Any]:
    framework = FRAMEWORKS[name]
    used = {ident for control in rules for ident in _clauses(control, name)}
    return {
        "name": name,
        "fullName": framework.title,
        "version": framework.version,
        "informationUri": framework.url,
        "taxa": [
            {"id": ident, "shortDescription": {"text": title}}
            for ident, title in framework.clauses.items()
            if ident in used
        ],
    }


def fingerprint(finding: Finding) -> str:
    """The same for the same control on the same resource, whatever else changes."""
    subject = finding.urn or f"{finding.cloud or ''}:{finding.name}"
    return hashlib.sha256(f"{finding.control}\n{subject}".encode()).hexdigest()


def _result(finding: Finding, index: int, place: Place | None) -> dict[str, Any]:
    level = _LEVELS[finding.severity]
    if finding.level is Level.ADVISORY and level == "error":
        level = "warning"
    where: dict[str, Any] = {}
    if place is not None:
        where["physicalLocation"] = {
            "artifactLocation": _artifact(place.file),
            "region": {"startLine": place.line},
        }
    if finding.urn:
        where["logicalLocations"] = [
            {"name": finding.name, "fullyQualifiedName": finding.urn, "kind": "resource"},
        ]
    result: dict[str, Any] = {
        "ruleId": finding.control,
        "ruleIndex": index,
        "level": level,
        "message": {"text": _words(finding)},
        "partialFingerprints": {FINGERPRINT: fingerprint(finding)},
        "properties": {
            "verdict": str(finding.verdict),
            "level": str(finding.level),
            "blocking": finding.blocking,
            "paths": list(finding.paths),
            "remedy": finding.remedy,
        },
    }
    if where:
        result["locations"] = [where]
    if finding.waiver is not None:
        waiver = finding.waiver
        result["suppressions"] = [
            {
                "kind": "external",
                "status": "accepted",
                "justification": f"{waiver.reason} ({waiver.ticket}, {waiver.owner}, until {waiver.expires})",
                "properties": {"expires": str(waiver.expires), "place": waiver.place},
            }
        ]
    return result


def _words(finding: Finding) -> str:
    what = {Verdict.UNDETERMINED: "Undetermined: ", Verdict.ERROR: "Error: "}.get(finding.verdict, "")
    return f"{what}{finding.name}: {finding.message or finding.title}. {finding.remedy}"


def _artifact(file: str) -> dict[str, str]:
    path = Path(file)
    if path.is_absolute():
        return {"uri": path.as_uri()}
    return {"uri": quote(path.as_posix()), "uriBaseId": ROOT}
