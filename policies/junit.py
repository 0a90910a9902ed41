"""Findings as JUnit XML, for the test view of a CI system.

One suite per group of controls, one case per finding. A failure is what failed or cannot be decided and blocks; an
error is a rule that crashed; skipped is what is waived, advised, decided later or does not apply, with the reason, so
that the numbers of a green run say how much of it was really judged. JUnit has no standard; this is the dialect of the
Ant task that GitLab, Jenkins, Azure Pipelines and GitHub's actions read (https://llg.cubic.org/docs/junit/).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final
from xml.etree import ElementTree as ET

from policies.report import Report, ranked
from policies.run import Finding
from policies.verdict import Verdict

_NO_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot hold."""


def to_junit(report: Report) -> str:
    """The report as a JUnit document."""
    root = ET.Element("testsuites", name=_clean(f"tripod {report.subject}"))
    groups: dict[str, list[Finding]] = {}
    for finding in ranked(report.findings):
        groups.setdefault(str(finding.group), []).append(finding)
    totals = dict.fromkeys(("tests", "failures", "errors", "skipped"), 0)
    if report.errors:
        suite = _suite(root, "judged whole", len(report.errors), errors=len(report.errors), totals=totals)
        for number, text in enumerate(report.errors, 1):
            case = ET.SubElement(suite, "testcase", classname="tripod", name=f"judged whole {number}", time="0")
            ET.SubElement(case, "error", message=_clean(text), type="incomplete")
    for group, findings in sorted(groups.items()):
        _group(root, group, findings, report, totals)
    for key, number in totals.items():
        root.set(key, str(number))
    root.set("time", "0")
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _suite(
    root: ET.Element,
    name: str,
    tests: int,
    *,
    failures: int = 0,
    errors: int = 0,
    skipped: int = 0,
    totals: dict[str, int],
) -> ET.Element:
    numbers = {"tests": tests, "failures": failures, "errors": errors, "skipped": skipped}
    for key, number in numbers.items():
        totals[key] += number
    return ET.SubElement(root, "testsuite", {"name": name, "time": "0", **{k: str(n) for k, n in numbers.items()}})


def _group(root: ET.Element, group: str, findings: Sequence[Finding], report: Report, totals: dict[str, int]) -> None:
    kinds = [_kind(f) for f in findings]
    suite = _suite(
        root,
        group,
        len(findings),
        failures=kinds.count("failure"),
        errors=kinds.count("error"),
        skipped=kinds.count("skipped"),
        totals=totals,
    )
    for finding, kind in zip(findings, kinds, strict=True):
        place = report.place(finding)
        extra = {"file": _clean(place.file), "line": str(place.line)} if place else {}
        subject = finding.urn or f"{finding.cloud or ''} {finding.name}".strip()
        name = _clean(f"{finding.control} {subject}")
        case = ET.SubElement(suite, "testcase", {"classname": group, "name": name, "time": "0", **extra})
        if kind == "skipped":
            ET.SubElement(case, "skipped", message=_clean(f"{finding.verdict}: {_why(finding)}"))
        elif kind:
            told = ET.SubElement(case, kind, message=_clean(finding.message), type=str(finding.verdict))
            told.text = _clean(f"{finding.message}\n{finding.remedy}\n{finding.url}")


def _kind(finding: Finding) -> str:
    """The element of a case; none where it passed."""
    if finding.verdict is Verdict.PASSED:
        return ""
    if finding.verdict is Verdict.ERROR:
        return "error"
    return "failure" if finding.blocking else "skipped"


def _why(finding: Finding) -> str:
    if finding.waiver is not None:
        waiver = finding.waiver
        return f"{finding.message} (until {waiver.expires}, {waiver.ticket}, {waiver.owner}: {waiver.reason})"
    return finding.message


def _clean(text: str) -> str:
    return _NO_XML.sub("\ufffd", text)
