"""``tripod check`` and ``tripod waivers`` as a user meets them: formats, places, profiles, waivers, bad input."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from policies.environment import waivers_of
from policies.waivers import Waivers
from stacks.project import ROOT
from tests.policies.dsl import urn
from tripod import console, main, policy_input

BUCKET = "gcp:storage/bucket:Bucket"
STACK = "gcp-dev"
"""A sandbox, judged here as if it were regulated: that finds enough."""


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Done]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """The command line in this process, in a world of its own, on a fixed day."""
    monkeypatch.setenv("TRIPOD_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(console.out, "width", 220)
    monkeypatch.setattr(policy_input, "today", lambda: date(2026, 3, 1))

    def call(*arguments: str | Path) -> Done:
        monkeypatch.setattr("sys.argv", ["tripod", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main.run()
        told = capsys.readouterr()
        assert "Traceback" not in told.err
        return Done(int(ended.value.code or 0), told.out, told.err)

    return call


@pytest.fixture
def waived(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Put a file of waivers beside the stacks."""

    def write(text: str) -> None:
        (tmp_path / "stacks").mkdir(exist_ok=True)
        (tmp_path / "stacks" / "waivers.yaml").write_text(text, encoding="utf-8")

    def read(project: Path, today: date) -> Waivers:
        assert project == ROOT
        return waivers_of(tmp_path, today)

    monkeypatch.setattr("tripod.verdicts.waivers_of", read)
    monkeypatch.setattr("tripod.waivers.waivers_of", read)
    return write


def state(path: Path, *names: str, **props: Any) -> Path:
    entries = [
        {"urn": urn(BUCKET, name), "type": BUCKET, "custom": True, "id": name, "inputs": props} for name in names
    ]
    path.write_text(json.dumps({"version": 3, "deployment": {"resources": entries}}, indent=1), encoding="utf-8")
    return path


WAIVER = """waivers:
  - control: {control}
    resource: {resource}
    owner: data@example.com
    reason: The logs of a test.
    ticket: SEC-1
    granted: 2026-02-01
    expires: {expires}
"""


class TestStack:
    def test_one_plan_as_sarif_points_at_the_lines_that_caused_it(self, run: Run, tmp_path: Path) -> None:
        file = tmp_path / "report.sarif"
        done = run("check", STACK, "--profile", "regulated", "--format", "sarif", "--output", file)
        assert (done.code, done.err) == (1, "")
        assert f"report in {file}" in done.out
        results = json.loads(file.read_text(encoding="utf-8"))["runs"][0]["results"]
        places = {}
        for result in results:
            physical = result["locations"][0]["physicalLocation"]
            name = result["locations"][0]["logicalLocations"][0]["name"]
            uri = physical["artifactLocation"]["uri"]
            line = (ROOT / uri).read_text(encoding="utf-8").splitlines()[physical["region"]["startLine"] - 1]
            places[result["ruleId"], name] = (uri, line.strip())
        assert places["endpoint-private", "endpoint-endpoint"] == ("stacks/blueprints/churn.yaml", "endpoint:")
        assert places["audit-immutable", "monitoring-logs"] == ("stacks/blueprints/churn.yaml", "monitoring:")
        assert places["stateful-delete-guard", "storage-raw"] == (
            "stacks/Pulumi.gcp-dev.yaml",
            "tripod:blueprint: churn",
        )

    def test_a_waiver_holds_in_the_plan_and_its_faults_are_findings(
        self, run: Run, waived: Callable[[str], None]
    ) -> None:
        kind = "gcp:logging/projectBucketConfig:ProjectBucketConfig/monitoring-logs"
        good = WAIVER.format(control="audit-immutable", resource=kind, expires="2026-06-30")
        sound = WAIVER.format(control="required-tags", resource=f"{BUCKET}/storage-raw", expires="2026-06-30")
        waived(good + sound.removeprefix("waivers:\n"))
        done = run("check", STACK, "--profile", "regulated", "--json")
        found = {(f["control"], f["name"]): f for f in done.json["findings"]}
        assert found["audit-immutable", "monitoring-logs"]["verdict"] == "waived"
        assert found["audit-immutable", "monitoring-logs"]["waiver"]["ticket"] == "SEC-1"
        (unused,) = [f for f in done.json["findings"] if f["control"] == "waiver-unused"]
        assert (unused["file"], unused["line"]) == ("stacks/waivers.yaml", 9)

    def test_a_framework_is_told_clause_by_clause(self, run: Run) -> None:
        done = run("check", STACK, "--framework", "eu-ai-act")
        assert done.code == 0
        assert "not judged here" in done.out
        assert "The framework has 113 articles" in done.out
        assert "ai-risk-class" in done.out

    def test_a_looser_profile_is_refused(self, run: Run) -> None:
        done = run("check", "aws-prod", "--profile", "sandbox")
        assert done.code == 2
        assert "sandbox is looser than regulated, the stack's own" in done.err

    def test_a_broken_file_of_waivers_stops_everything(self, run: Run, waived: Callable[[str], None]) -> None:
        waived("waivers: [\n")
        for command in (("check", STACK), ("simulate", "preview", STACK), ("waivers",)):
            done = run(*command)
            assert done.code == 2
            assert "stacks/waivers.yaml:2" in done.err
            assert "broken YAML" in done.err


class TestState:
    def test_a_state_is_judged_without_its_program(self, run: Run, tmp_path: Path) -> None:
        file = state(tmp_path / "s.json", "raw", publicAccessPrevention="inherited")
        done = run("check", "--state", file, "--json")
        assert (done.code, done.err) == (1, "")
        found = {(f["control"], f["name"]): f for f in done.json["findings"] if f["urn"]}
        failed = found["store-no-public-access", "raw"]
        assert (failed["verdict"], failed["file"], failed["line"]) == ("failed", str(file), 5)
        assert done.json["profile"] == "standard"

    @pytest.mark.parametrize("form", ["terminal", "json", "markdown", "sarif", "junit"])
    def test_every_format_names_the_finding(self, run: Run, tmp_path: Path, form: str) -> None:
        file = state(tmp_path / "s.json", "wide-open", publicAccessPrevention="inherited")
        done = run("check", "--state", file, "--format", form)
        assert done.code == 1
        assert "wide-open" in done.out
        assert "publicAccessPrevention is inherited" in done.out
        if form in ("json", "sarif"):
            assert done.json
        if form == "junit":
            assert ET.fromstring(done.out).tag == "testsuites"

    def test_waivers_hold_where_they_are_named(self, run: Run, tmp_path: Path) -> None:
        file = state(tmp_path / "s.json", "raw", publicAccessPrevention="inherited")
        waivers = tmp_path / "w.yaml"
        text = WAIVER.format(control="store-no-public-access", resource=f"{BUCKET}/raw", expires="2026-06-30")
        waivers.write_text(text, encoding="utf-8")
        document = run("check", "--state", file, "--waivers", waivers, "--json").json
        found = {f["control"]: f["verdict"] for f in document["findings"] if f["name"] == "raw"}
        assert found["store-no-public-access"] == "waived"
        missing = run("check", "--state", file, "--waivers", tmp_path / "none.yaml")
        assert (missing.code, "there is no such file" in missing.err) == (2, True)

    def test_what_is_unknown_stays_so_and_fails_only_when_strict(self, run: Run, tmp_path: Path) -> None:
        cipher = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "v1:x"}
        file = state(tmp_path / "s.json", "raw", publicAccessPrevention=cipher)
        arguments = ("check", "--state", file, "--framework", "nist-800-53", "--json")
        for strict, blocking in (((), False), (("--strict",), True)):
            (one,) = [f for f in run(*arguments, *strict).json["findings"] if f["control"] == "store-no-public-access"]
            assert (one["verdict"], one["blocking"], one["deferred"]) == ("undetermined", blocking, False)

    def test_types_that_no_control_knows_are_listed(self, run: Run, tmp_path: Path) -> None:
        file = state(tmp_path / "s.json", "raw")
        document = json.loads(file.read_text(encoding="utf-8"))
        strange = "aws:quantum/leap:Leap"
        entry = {"urn": urn(strange, "q"), "type": strange, "custom": True, "inputs": {"a": [1, {"b": None}]}}
        document["deployment"]["resources"].append(entry)
        file.write_text(json.dumps(document), encoding="utf-8")
        assert run("check", "--state", file, "--json").json["not_judged"] == {strange: 1}
        assert f"no control stands on 1 {strange}" in run("check", "--state", file, "--all").out

    def test_standard_input_is_read(self, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        file = state(tmp_path / "s.json", "raw", publicAccessPrevention="inherited")
        with file.open(encoding="utf-8") as stream:
            monkeypatch.setattr("sys.stdin", stream)
            done = run("check", "--state", "-", "--json")
        assert (done.code, done.json["subject"]) == (1, "standard input")

    def test_what_cannot_be_read_is_told_and_the_rest_is_judged(self, run: Run, tmp_path: Path) -> None:
        file = state(tmp_path / "s.json", "raw", publicAccessPrevention="inherited")
        document = json.loads(file.read_text(encoding="utf-8"))
        document["deployment"]["resources"].insert(0, {"urn": 7})
        file.write_text(json.dumps(document), encoding="utf-8")
        done = run("check", "--state", file)
        assert done.code == 2
        assert "resource 1: urn is no text; type is no text" in done.err
        assert "publicAccessPrevention is inherited" in done.out

    def test_nothing_judged_is_no_success(self, run: Run, tmp_path: Path) -> None:
        done = run("check", "--state", state(tmp_path / "s.json"))
        assert done.code == 1
        assert "holds no resource of a cloud; nothing was judged" in done.err


def test_a_state_needs_no_sdk(tmp_path: Path) -> None:
    """Nor do waivers: both start at once."""
    file = state(tmp_path / "s.json", "raw")
    program = """
import sys
from tripod.main import run
sys.argv[1:] = sys.orig_argv[3:]
try:
    run()
except SystemExit:
    pass
print(sorted({"pulumi_aws", "pulumi_gcp", "pulumi_azure_native", "components.storage"} & set(sys.modules)))
"""
    for arguments in (["check", "--state", str(file)], ["waivers"]):
        command = [sys.executable, "-c", program, *arguments]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
        assert (done.stdout.splitlines()[-1], done.stderr) == ("[]", "")


def _bad(tmp_path: Path) -> dict[str, tuple[tuple[str | Path, ...], str]]:
    good = state(tmp_path / "good.json", "raw")
    cut = tmp_path / "cut.json"
    cut.write_text(good.read_text(encoding="utf-8")[:-9], encoding="utf-8")
    old = tmp_path / "old.json"
    old.write_text('{"version": 1, "deployment": {}}', encoding="utf-8")
    binary = tmp_path / "binary.json"
    binary.write_bytes(b"\xff\xfe\x00")
    pack = tmp_path / "pack.json"
    pack.write_text('{"key-rotate": "mandatory"}', encoding="utf-8")
    check = ("check", "--state", good)
    return {
        "neither": (("check",), "name a stack or --state FILE"),
        "both": (("check", STACK, "--state", good), "name a stack or --state FILE"),
        "no file": (("check", "--state", tmp_path / "none.json"), "the state cannot be read: No such file"),
        "a folder": (("check", "--state", tmp_path), "the state cannot be read"),
        "cut": (("check", "--state", cut), "the file ends too early"),
        "old": (("check", "--state", old), "version 1 of the state cannot be read; allowed are 3 and 4"),
        "binary": (("check", "--state", binary), "the state is not UTF-8 text"),
        "framework": ((*check, "--framework", "iso4200"), "no framework is called 'iso4200' (did you mean iso42001?)"),
        "format": ((*check, "--format", "pdf"), "'pdf' is not one of"),
        "profile": ((*check, "--profile", "lax"), "'lax' is not one of"),
        "json and sarif": ((*check, "--json", "--format", "sarif"), "contradicts --format sarif"),
        "output alone": ((*check, "--output", tmp_path / "x"), "no format is named"),
        "output": ((*check, "--json", "--output", tmp_path / "no" / "x"), "cannot be written: No such file"),
        "pack": ((*check, "--policy-pack-config", pack), "called key-rotate (did you mean key-rotation?)"),
        "no pack": ((*check, "--policy-pack-config", tmp_path / "nope"), "cannot be read"),
        "waivers": (("check", STACK, "--waivers", tmp_path / "w.yaml"), "a stack has its waivers beside it"),
    }


def test_bad_input_is_one_message_and_exit_2(run: Run, tmp_path: Path) -> None:
    for name, (arguments, words) in _bad(tmp_path).items():
        done = run(*arguments)
        assert (name, done.code) == (name, 2)
        assert words in done.err, name
        assert not (tmp_path / "home").exists(), name


class TestWaivers:
    def test_all_are_listed_with_the_days_left(self, run: Run, waived: Callable[[str], None]) -> None:
        parts = [
            WAIVER.format(control="required-tags", resource=f"{BUCKET}/raw", expires="2026-06-30"),
            WAIVER.format(control="store-versioning", resource=f"{BUCKET}/raw", expires="2026-03-11"),
            WAIVER.format(control="required-tags", resource=f"{BUCKET}/old", expires="2026-02-28"),
            WAIVER.format(control="required-tags", resource=f"{BUCKET}/*", expires="2026-06-30"),
            WAIVER.format(control="required-tag", resource=f"{BUCKET}/raw", expires="2026-06-30"),
        ]
        waived("waivers:\n" + "".join(part.removeprefix("waivers:\n") for part in parts))
        done = run("waivers", "--json")
        assert done.code == 1
        rows = [(r["status"], r.get("resource"), r.get("days_left")) for r in done.json["waivers"]]
        assert rows == [
            ("expired", f"{BUCKET}/old", -1),
            ("in force", f"{BUCKET}/raw", 10),
            ("in force", f"{BUCKET}/raw", 121),
            ("over-broad", f"{BUCKET}/*", 121),
            ("malformed", None, None),
        ]
        text = run("waivers").out
        assert "did you mean required-tags?" in text
        assert "SEC-1" in text

    def test_none_and_good_ones_are_a_success(self, run: Run, waived: Callable[[str], None]) -> None:
        assert run("waivers").out.strip() == "no waivers (stacks/waivers.yaml)"
        waived(WAIVER.format(control="required-tags", resource=f"{BUCKET}/raw", expires="2026-06-30"))
        assert run("waivers").code == 0
