"""The pack's own configuration: as a file, and as the Pulumi CLI hands it to the analyzer. Tightening only."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from google.protobuf import struct_pb2
from pulumi.runtime.proto import analyzer_pb2

from policies.bad_input import SettingsError
from policies.native import UNDETERMINED_GUARD, WAIVED_LIST, pack
from policies.pack_config import LINKS, SETTINGS_POLICY, configured, parse
from policies.packs import level_of
from policies.registry import controls
from policies.settings import Level, Profile, Settings, Unknowns, settings_from, stricter
from policies.waiver_checks import BUILT_IN
from policies.waivers import Waiver, Waivers
from tests.policies.dsl import res
from tests.policies.test_controls import BY_ID
from tests.policies.test_native import _struct

IDS = [c.id for c in controls()]
STANDARD = Settings.of("standard")
BUCKET = "gcp:storage/bucket:Bucket"
Enforcement = analyzer_pb2.EnforcementLevel


def read(given: dict[str, Any], settings: Settings = STANDARD) -> Settings:
    return configured(settings, given, IDS, [*BUILT_IN, UNDETERMINED_GUARD], "pack.json")


def test_levels_and_settings_tighten() -> None:
    chosen = read(
        {
            "endpoint-cmk": "mandatory",
            "required-tags": {"enforcementLevel": "remediate"},
            SETTINGS_POLICY: {"log_retention_days": 400, "unknowns": "fail", "tags": {"owner": "a@b.c"}},
        }
    )
    assert level_of("endpoint-cmk", chosen) is Level.MANDATORY
    assert chosen.remediate == frozenset({"required-tags"})
    assert (chosen.limit("log_retention_days"), chosen.unknowns) == (400, Unknowns.FAIL)
    assert chosen.tags == {"owner": "a@b.c"}


def test_all_raises_every_control() -> None:
    chosen = read({"all": "mandatory"})
    assert {level_of(c, chosen) for c in IDS} == {Level.MANDATORY}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"key-rotations": "mandatory"}, "no control or policy is called key-rotations (did you mean key-rotation?)"),
        (
            {"key-rotation": "advisory"},
            "key-rotation as advisory is looser than mandatory of profile standard; use a w",
        ),
        ({"key-rotation": "hard"}, "the level 'hard'; allowed are disabled, advisory, mandatory, remediate"),
        ({"key-rotation": "remediate"}, "has no remediation; allowed is remediate for required-tags, store-no-public"),
        ({"key-rotation": {"days": 3}}, "key-rotation takes no days; settings go under pack-settings"),
        ({"key-rotation": 3}, "the level '3'"),
        ({"all": "advisory"}, "all as advisory is looser than what"),
        ({"all": "remediate"}, "all cannot be remediate; name controls out of required-tags"),
        ({"waiver-expired": "advisory"}, "waiver-expired is always on; remove the line"),
        ({SETTINGS_POLICY: {"log_retention_days": 3}}, "log_retention_days: 3 is looser than profile standard"),
        ({SETTINGS_POLICY: {"log_retention_day": 3}}, "unknown setting (did you mean log_retention_days?)"),
        ({SETTINGS_POLICY: {"tags": {"owner": 1}}}, "tags: must map names of tags to texts"),
    ],
)
def test_what_is_wrong_or_looser_is_refused_by_name(given: dict[str, Any], words: str) -> None:
    with pytest.raises(SettingsError) as error:
        read(given)
    assert [words in fault for fault in error.value.faults] == [True]
    assert str(error.value).startswith("pack.json: ")


def test_a_file_that_is_no_mapping_is_refused() -> None:
    for text in ("{", "[1]", "3"):
        with pytest.raises(SettingsError, match=r"pack\.json(:1)?: (the configuration is not JSON|must map names)"):
            parse(text, "pack.json")


def test_a_second_source_only_tightens_what_the_first_has_set() -> None:
    stack = settings_from("standard", {"log_retention_days": 400, "regions": ["a", "b"]}, {})
    assert read({SETTINGS_POLICY: {"regions": ["a"]}}, stack).regions == frozenset({"a"})
    for given, words in (
        ({"log_retention_days": 300}, "allowed is at least 400"),
        ({"regions": ["a", "c"]}, "c is looser than what holds; allowed are a, b"),
    ):
        with pytest.raises(SettingsError, match=words):
            read({SETTINGS_POLICY: given}, stack)


def test_the_stricter_of_two_settings_holds_what_either_holds() -> None:
    own = settings_from("standard", {"log_retention_days": 500, "regions": ["a"], "unknowns": "fail"}, {})
    both = stricter(own, Settings.of("regulated"))
    assert (both.profile, both.unknowns, both.regions) == (Profile.REGULATED, Unknowns.FAIL, frozenset({"a"}))
    assert both.limit("log_retention_days") == 500
    assert both.limit("audit_lock_days") == Settings.of("regulated").limit("audit_lock_days")


class Analyzer:
    """The pack as the CLI talks to it: told of its policies, then configured with all of them."""

    def __init__(self, settings: Settings) -> None:
        made, servicer = pack(controls(), settings)
        from pulumi_policy import EnforcementLevel

        self.servicer = servicer("tripod", "0.1.0", made, EnforcementLevel.ADVISORY)
        self.told = {p.name: p.enforcementLevel for p in self.servicer.GetAnalyzerInfo(None, None).policies}

    def configure(self, levels: dict[str, str], settings: dict[str, Any] | None = None) -> None:
        request = analyzer_pb2.ConfigureAnalyzerRequest()
        for name, level in self.told.items():
            given = levels.get(name)
            request.policyConfig[name].enforcementLevel = Enforcement.Value(given.upper()) if given else level
        request.policyConfig[SETTINGS_POLICY].properties.CopyFrom(struct_pb2.Struct())
        request.policyConfig[SETTINGS_POLICY].properties.update(settings or {})
        self.servicer.Configure(request, None)

    def analyze(self, type_: str, props: dict[str, Any]) -> dict[str, str]:
        resource = res(type_, "r", props)
        request = analyzer_pb2.AnalyzeRequest(type=type_, urn=resource.urn, name="r", properties=_struct(resource))
        found = self.servicer.Analyze(request, None).diagnostics
        return {d.policyName: Enforcement.Name(d.enforcementLevel) for d in found}

    def stack(self, *given: Any) -> list[tuple[str, str, str]]:
        request = analyzer_pb2.AnalyzeStackRequest()
        for r in given:
            request.resources.add(type=r.type, urn=r.urn, name=r.name, properties=_struct(r))
        found = self.servicer.AnalyzeStack(request, None).diagnostics
        return [(d.policyName, Enforcement.Name(d.enforcementLevel), d.message.split("\n")[-1]) for d in found]


LOG = "aws:cloudwatch/logGroup:LogGroup"


def test_the_analyzer_takes_what_is_stricter() -> None:
    analyzer = Analyzer(Settings.of("sandbox"))
    analyzer.configure({})
    assert analyzer.analyze(LOG, {"retentionInDays": 60}).get("log-retention") is None
    analyzer.configure({"log-retention": "mandatory"}, {"log_retention_days": 90})
    assert analyzer.analyze(LOG, {"retentionInDays": 60})["log-retention"] == "MANDATORY"
    assert analyzer.analyze(LOG, {"retentionInDays": 90}).get("log-retention") is None


def test_the_analyzer_refuses_what_is_looser_and_keeps_its_levels() -> None:
    analyzer = Analyzer(Settings.of("regulated"))
    for levels, settings, words in (
        ({"log-retention": "advisory"}, {}, "log-retention as advisory is looser than mandatory of profile regulated"),
        ({}, {"log_retention_days": 30}, "log_retention_days: 30 is looser than profile regulated"),
        ({"waiver-unused": "disabled"}, {}, "waiver-unused is always on"),
    ):
        with pytest.raises(SettingsError, match=words):
            analyzer.configure(levels, settings)
    analyzer.configure({})
    assert analyzer.analyze(LOG, {"retentionInDays": 30})["log-retention"] == "MANDATORY"


def test_a_refusal_reaches_the_cli_as_an_error_of_the_call() -> None:
    class Context:
        def abort(self, code: Any, details: str) -> None:
            raise ConnectionAbortedError(f"{code.name}: {details}")

    analyzer = Analyzer(Settings.of("regulated"))
    request = analyzer_pb2.ConfigureAnalyzerRequest()
    request.policyConfig["log-retention"].enforcementLevel = Enforcement.Value("ADVISORY")
    with pytest.raises(
        ConnectionAbortedError, match="INVALID_ARGUMENT: --policy-pack-config: log-retention as advisory"
    ):
        analyzer.servicer.Configure(request, Context())


def test_the_two_policies_of_a_control_have_one_level() -> None:
    both = next(c.id for c in controls() if c.part(linked=True) and c.part(linked=False))
    analyzer = Analyzer(settings_from("sandbox", {}, {}))
    analyzer.configure({both: "mandatory"})
    levels = {
        p: analyzer.servicer._get_enforcement_level(p).value
        for p in analyzer.servicer._PolicyAnalyzerServicer__policies
    }
    assert {p.name: level for p, level in levels.items() if p.name.removesuffix(LINKS) == both} == {
        both: "mandatory",
        both + LINKS: "mandatory",
    }


def test_waivers_hold_in_the_pack_and_stay_in_sight() -> None:
    control = BY_ID["store-no-public-access"]
    waiver = Waiver(
        control=control.id,
        resource=f"{BUCKET}/r",
        owner="o@example.com",
        reason="Open data.",
        ticket="SEC-1",
        expires=date(2026, 5, 1),
        place="stacks/waivers.yaml:2",
    )
    held = Waivers(entries=(waiver,), today=date(2026, 3, 1))
    analyzer = Analyzer(replace(Settings.of("regulated"), waivers=held))
    wrong, right = {"publicAccessPrevention": "inherited"}, {"publicAccessPrevention": "enforced"}
    assert control.id not in analyzer.analyze(BUCKET, wrong)
    about = {WAIVED_LIST, *BUILT_IN}
    words = "until 2026-05-01 by o@example.com (SEC-1): publicAccessPrevention is inherited; it must be enforced"
    assert [d for d in analyzer.stack(res(BUCKET, "r", wrong)) if d[0] in about] == [
        (WAIVED_LIST, "ADVISORY", f"WAIVED {control.id} {words}")
    ]
    assert control.id not in analyzer.analyze(BUCKET, right)  # an engine asks about each resource before the stack
    (unused,) = [d for d in analyzer.stack(res(BUCKET, "r", right)) if d[0] in about]
    assert unused[:2] == ("waiver-unused", "MANDATORY")
    late = Analyzer(replace(Settings.of("regulated"), waivers=replace(held, today=date(2026, 5, 2))))
    assert late.analyze(BUCKET, wrong)[control.id] == "MANDATORY"
    assert "waiver-expired" in {d[0] for d in late.stack(res(BUCKET, "r", wrong))}
