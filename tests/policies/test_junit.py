"""JUnit XML: the cases, their kinds, and text that XML cannot hold."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree as ET

from policies.junit import to_junit
from policies.report import Place, Report
from policies.run import judge
from policies.settings import Profile
from tests.policies.crash import CRASHING
from tests.policies.dsl import UNKNOWN, res
from tests.policies.test_controls import BY_ID
from tests.policies.test_sarif import CONTROL, GRAPH, SETTINGS

BUCKET = "gcp:storage/bucket:Bucket"


def tree(report: Report) -> ET.Element:
    return ET.fromstring(to_junit(report))


def made() -> Report:
    findings = judge([CONTROL, CRASHING], GRAPH, "regulated", SETTINGS)
    place = Place(file="stacks/blueprints/churn.yaml", line=7)
    return Report(subject="gcp-prod", profile=Profile.REGULATED, findings=findings, place=lambda f: place)


def test_every_finding_is_a_case_of_its_kind() -> None:
    kinds = {
        (case.get("name", "").split("::")[-1], case.get("name", "").split()[0]): [child.tag for child in case]
        for case in tree(made()).iter("testcase")
    }
    assert kinds == {
        ("open", CONTROL.id): ["failure"],
        ("known", CONTROL.id): ["skipped"],
        ("later", CONTROL.id): ["skipped"],
        ("sound", CONTROL.id): [],
        **{(name, CRASHING.id): ["error"] for name in ("open", "known", "later", "sound")},
    }


def test_the_numbers_add_up() -> None:
    root = tree(made())
    assert {k: root.get(k) for k in ("tests", "failures", "errors", "skipped")} == {
        "tests": "8",
        "failures": "1",
        "errors": "4",
        "skipped": "2",
    }
    for suite in root:
        for key, tag in (("tests", "testcase"), ("failures", "testcase/failure"), ("errors", "testcase/error")):
            assert int(suite.get(key, "")) == len(suite.findall(tag))


def test_a_case_says_why_and_where() -> None:
    cases = {c.get("name", ""): c for c in tree(made()).iter("testcase") if CONTROL.id in c.get("name", "")}
    waived = next(case for name, case in cases.items() if name.endswith("::known"))
    assert (waived.get("file"), waived.get("line")) == ("stacks/blueprints/churn.yaml", "7")
    told = waived[0].get("message", "")
    assert told.startswith("waived: publicAccessPrevention is inherited")
    assert "until 2026-05-01, SEC-1, data@example.com: Open data." in told
    failed = next(case for name, case in cases.items() if name.endswith("::open"))
    assert CONTROL.url in (failed[0].text or "")


def test_text_that_xml_cannot_hold_is_replaced() -> None:
    bad = res(BUCKET, "a\x00<&>\x1b\ud800b", {"publicAccessPrevention": UNKNOWN})
    report = Report(subject="x\x01", profile=Profile.SANDBOX, findings=judge([CONTROL], [bad], "sandbox"))
    (case,) = tree(report).iter("testcase")
    assert case.get("name", "").endswith("::a\ufffd<&>\ufffd\ufffdb")


def test_a_subject_that_was_not_judged_whole_has_an_error() -> None:
    root = tree(replace(made(), errors=["the plan failed"]))
    case = root.find("testsuite[@name='judged whole']/testcase/error")
    assert case is not None
    assert case.get("message") == "the plan failed"
    assert root.get("errors") == "5"


def test_advice_is_no_failure() -> None:
    domain = res("aws:s3/bucket:Bucket", "raw", {})
    findings = judge([BY_ID["store-versioning"]], [domain], "standard")
    advised = [replace(f, blocking=False) for f in findings]
    (case,) = tree(Report(subject="s", profile=Profile.STANDARD, findings=advised)).iter("testcase")
    assert [child.tag for child in case] == ["skipped"]
