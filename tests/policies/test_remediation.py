"""Remediation: off unless asked for, only what is safe, secrets and unknowns untouched, by both engines."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from pulumi.runtime.proto import analyzer_pb2
from pulumi_policy import EnforcementLevel

from policies.native import pack
from policies.registry import controls
from policies.remediation import FLAGS, TAGS, apply, changes, types
from policies.run import judge_alone
from policies.settings import REMEDIABLE, Settings, SettingsError, settings_from
from policies.verdict import Verdict
from simulator.engine.policy import ResourceView
from tests.policies.dsl import UNKNOWN, res, secret, urn
from tests.policies.test_controls import BY_ID
from tripod.verdicts import Mender, PolicyAnalyzer

ON = replace(
    Settings.of("regulated"),
    remediate=frozenset(REMEDIABLE),
    tags={"owner": "Ml.Team@example.com", "cost-center": "growth", "environment": "prod", "data-class": "internal"},
)
S3, BLOCK = "aws:s3/bucket:Bucket", "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
BUCKET, ACCOUNT = "gcp:storage/bucket:Bucket", "azure-native:storage:StorageAccount"
ROLE = "aws:iam/role:Role"
FLAGGED = {"blockPublicAcls": True, "blockPublicPolicy": True, "ignorePublicAcls": True, "restrictPublicBuckets": True}


def mended(type_: str, inputs: dict[str, Any], settings: Settings = ON) -> dict[str, Any] | None:
    """The inputs after all remediations; None where there was none."""
    made = PolicyAnalyzer(settings).remediate(view(type_, inputs))
    return made[-1].inputs if made else None


def view(type_: str, inputs: dict[str, Any], custom: bool = True) -> ResourceView:
    return ResourceView(urn=urn(type_, "r"), type=type_, name="r", custom=custom, inputs=inputs, outputs={})


@pytest.mark.parametrize(
    ("type_", "given", "after"),
    [
        (BLOCK, {"bucket": "b", "blockPublicAcls": False}, {"bucket": "b", **FLAGGED}),
        (BLOCK, FLAGGED, None),
        (ROLE, {"tags": {"owner": "x", "cost-center": "y", "environment": "z"}}, None),
        (ROLE, {"tags": {"owner": "x"}}, {"tags": {"owner": "x", "cost-center": "growth", "environment": "prod"}}),
        (ROLE, {"tags": {"owner": " ", "cost-center": "y", "environment": "z"}}, {"tags": {
            "owner": "Ml.Team@example.com", "cost-center": "y", "environment": "z"}}),
        (ROLE, {"tags": {"owner": secret("s")}}, {"tags": {
            "owner": secret("s"), "cost-center": "growth", "environment": "prod"}}),
        (ROLE, {"tags": UNKNOWN}, None),
        (ROLE, {"tags": secret({"owner": "x"})}, None),
        (ROLE, {"tags": {"owner": UNKNOWN, "cost-center": "y", "environment": "z"}}, None),
        (ROLE, {"tags": "odd"}, None),
        (ROLE, {}, {"tags": {"owner": "Ml.Team@example.com", "cost-center": "growth", "environment": "prod"}}),
        (BUCKET, {"publicAccessPrevention": "Enforced", "labels": dict.fromkeys(ON.tags, "x")}, None),
        (BUCKET, {"publicAccessPrevention": UNKNOWN, "labels": dict.fromkeys(ON.tags, "x")}, None),
        (BUCKET, {"publicAccessPrevention": secret("inherited"), "labels": dict.fromkeys(ON.tags, "x")}, None),
        ("aws:kms/key:Alias", {}, None),
        ("new:never/seen:Type", {"tags": {}}, None),
    ],
)  # fmt: skip
def test_only_what_is_wrong_known_and_safe_is_changed(
    type_: str, given: dict[str, Any], after: dict[str, Any] | None
) -> None:
    before = repr(given)
    assert mended(type_, given) == after
    assert repr(given) == before


def test_labels_are_written_as_the_cloud_allows() -> None:
    assert mended(BUCKET, {"name": "b"}) == {
        "name": "b",
        "publicAccessPrevention": "enforced",
        "labels": {
            "owner": "ml_team_at_example_com",
            "cost-center": "growth",
            "environment": "prod",
            "data-class": "internal",
        },
    }


@pytest.mark.parametrize("type_", sorted({flag.type for flags in FLAGS.values() for flag in flags} | {ROLE, S3}))
def test_what_is_remediated_passes_its_control(type_: str) -> None:
    after = res(type_, "r", apply({}, changes(res(type_, "r"), ON)))
    found = judge_alone([BY_ID[c] for c in REMEDIABLE], after, "regulated", ON)
    assert [f.control for f in found if f.verdict is not Verdict.PASSED] == []
    assert changes(after, ON) == {}


def test_nothing_is_changed_unless_it_is_asked_for_by_name() -> None:
    assert Settings.of("regulated").remediate == frozenset()
    assert mended(BLOCK, {}, replace(ON, remediate=frozenset())) is None
    assert set(mended(BUCKET, {}, replace(ON, remediate=frozenset({TAGS}))) or {}) == {"labels"}
    assert PolicyAnalyzer(ON).remediate(view("tripod:index:Storage", {}, custom=False)) == []


def test_each_remediation_goes_by_the_name_of_its_control() -> None:
    made = PolicyAnalyzer(ON).remediate(view(BUCKET, {}))
    assert [(m.control, sorted(m.inputs or {})) for m in made] == [
        ("required-tags", ["labels"]),
        ("store-no-public-access", ["labels", "publicAccessPrevention"]),
    ]


def test_values_that_nobody_has_given_are_not_invented() -> None:
    poor = replace(ON, tags={"owner": "a@b.c"})
    assert mended(ROLE, {}, poor) == {"tags": {"owner": "a@b.c"}}


def test_a_stack_file_switches_it_on_for_controls_that_have_one() -> None:
    assert settings_from("standard", {"remediate": ["required-tags"]}, {}).remediate == frozenset({"required-tags"})
    with pytest.raises(SettingsError, match=r"required-tag has no remediation \(did you mean required-tags\?\)"):
        settings_from("standard", {"remediate": ["required-tag"]}, {})
    with pytest.raises(SettingsError, match="must be a list of control ids"):
        settings_from("standard", {"remediate": True}, {})


def test_a_crash_in_a_remediation_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: object, **__: object) -> None:
        raise RuntimeError("no")

    monkeypatch.setattr("tripod.verdicts.changes", crash)
    told = PolicyAnalyzer(ON).remediate(view(BLOCK, {}))
    assert [(m.control, m.inputs) for m in told] == [(c, None) for c in REMEDIABLE]
    assert told[0].message.startswith("the rule crashed with RuntimeError at test_remediation.py:")


def remediated(type_: str, props: dict[str, Any], settings: Settings) -> list[tuple[str, dict[str, Any]]]:
    """What the analyzer of pulumi_policy answers, secrets and unknowns on the wire."""
    from google.protobuf import json_format, struct_pb2

    made, servicer = pack(controls(), settings)
    analyzer: Any = servicer("tripod", "0.1.0", made, EnforcementLevel.ADVISORY)
    given = struct_pb2.Struct()
    given.update(props)
    request = analyzer_pb2.AnalyzeRequest(type=type_, urn=urn(type_, "r"), name="r", properties=given)
    answer = analyzer.Remediate(request, None)
    assert [r.diagnostic for r in answer.remediations if r.diagnostic] == []
    return [(r.policyName, json_format.MessageToDict(r.properties)) for r in answer.remediations]


def test_the_analyzer_of_the_cli_remediates_alike_and_keeps_secrets_and_unknowns() -> None:
    from pulumi_policy.proxy import UNKNOWN_STRING_VALUE

    given = {"name": UNKNOWN_STRING_VALUE, "labels": {"k": secret("s")}, "publicAccessPrevention": "inherited"}
    answers = remediated(BUCKET, given, ON)
    assert [name for name, _ in answers] == ["store-no-public-access", "required-tags"]
    last = answers[-1][1]
    assert (last["name"], last["publicAccessPrevention"]) == (UNKNOWN_STRING_VALUE, "enforced")
    assert last["labels"]["k"] == secret("s")
    assert last["labels"]["owner"] == "ml_team_at_example_com"
    assert remediated(BUCKET, given, replace(ON, remediate=frozenset())) == []


def test_every_remediation_is_on_a_policy_of_the_control() -> None:
    for control in REMEDIABLE:
        alone = BY_ID[control].part(linked=False)
        assert alone is not None
        made, _ = pack(controls(), ON)
        (policy,) = [p for p in made if p.name == control]
        assert policy.enforcement_level is EnforcementLevel.REMEDIATE
        assert types(control)


def test_a_plan_is_mended_as_the_update_will_be_and_judged_as_a_whole() -> None:
    bare = view(ROLE, {"assumeRolePolicy": "{}"})
    analyzer = PolicyAnalyzer(ON)
    assert [one.control for one in Mender(analyzer).remediate(bare)] == ["required-tags"]
    assert "required-tags" in {violation.control for violation in analyzer.analyze(bare)}
    assert Mender(analyzer).analyze(bare) == ()
