"""Policy packs written with ``pulumi_policy``, unchanged, beside the engine."""

from __future__ import annotations

import json
import os
import sys
import textwrap
from pathlib import Path
from typing import Any

import pulumi
import pytest
from pulumi import ResourceOptions

from simulator.engine.errors import PackError
from simulator.engine.events import PolicyRemediation
from simulator.engine.packs import Pack
from tests.simulator.engine.fake import Group, Thing
from tests.simulator.engine.harness import Bench

PACK = """
    import os
    import pulumi
    from pulumi_policy import *

    def small(args, report):
        limit = (args.get_config() or {})["limit"]
        if args.resource_type == "fake:index:Thing" and args.props.get("size", 0) > limit:
            report(f"{args.name} is larger than {limit:g}, {args.opts.protect}, {args.opts.parent}")

    def tagged(args):
        if args.resource_type == "fake:index:Thing" and "tag" not in args.props:
            return {**args.props, "tag": "default"}

    def counted(args):
        if args.resource_type == "fake:index:Thing":
            return {**args.props, "tag": str(args.props["tag"]) + "!"}

    def secretive(args):
        if args.resource_type == "fake:index:Thing" and args.name == "secret":
            return {**args.props, "password": Secret("made up")}

    def known(args, report):
        if args.resource_type == "fake:index:Thing" and args.props["other"] == "":
            report("empty")

    def census(args, report):
        things = [item for item in args.resources if item.resource_type == "fake:index:Thing"]
        for item in things:
            if item.props.get("arn") and item.parent is not None and item.parent.resource_type == "fake:index:Group":
                report(f"{len(things)} things, one below {item.parent.name}", item.urn)

    def context(args, report):
        if args.resource_type == "fake:index:Thing" and args.name == "context":
            region = pulumi.Config().get("place")
            report(f"{pulumi.get_project()} {pulumi.get_stack()} {region} {pulumi.runtime.is_dry_run()} "
                   f"{'AWS_SECRET_ACCESS_KEY' in os.environ} {args.provider.resource_type}")

    FIX, OFF = EnforcementLevel.REMEDIATE, EnforcementLevel.DISABLED
    PolicyPack("pack", [
        ResourceValidationPolicy("small", "Small.", validate=small, enforcement_level=EnforcementLevel.MANDATORY,
            severity=Severity.HIGH,
            config_schema=PolicyConfigSchema(properties={"limit": {"type": "integer", "default": 3}})),
        ResourceValidationPolicy("tagged", "Tagged.", remediate=tagged, enforcement_level=FIX),
        ResourceValidationPolicy("counted", "Counted.", remediate=counted, enforcement_level=FIX),
        ResourceValidationPolicy("secretive", "Secret.", remediate=secretive, enforcement_level=OFF),
        ResourceValidationPolicy("known", "Known.", validate=known, enforcement_level=OFF),
        ResourceValidationPolicy("context", "Context.", validate=context),
        StackValidationPolicy("census", "Census.", validate=census),
    ])
"""


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    directory = tmp_path / "pack"
    directory.mkdir()
    (directory / "PulumiPolicy.yaml").write_text("runtime: python\nversion: 1.2.3\n")
    (directory / "__main__.py").write_text(textwrap.dedent(PACK))
    return directory


def configured(pack: Path, config: Any) -> Pack:
    path = pack.parent / "config.json"
    path.write_text(json.dumps(config))
    return Pack(pack, path)


def test_a_mandatory_rule_stops_the_resource(bench: Bench, pack: Path) -> None:
    def program() -> None:
        group = Group("group")
        Thing("large", {"size": 9}, ResourceOptions(parent=group, protect=True))

    result = bench.up(program, packs=[Pack(pack)])
    assert not result.ok
    [violation] = result.violations
    assert (violation.control, violation.level, violation.severity) == ("small", "mandatory", "high")
    group = next(step.urn for step in result.steps if step.name == "group")
    assert violation.message.endswith(f"large is larger than 3, True, {group}")
    assert violation.urn.endswith("::large")
    assert bench.cloud.made("create") == []


def test_remediations_change_the_inputs_in_order(bench: Bench, pack: Path) -> None:
    def program() -> None:
        Thing("one", {"name": "n", "size": 1})

    preview = bench.preview(program, packs=[Pack(pack)])
    result = bench.up(program, packs=[Pack(pack)])
    assert preview.ok
    assert result.ok, result.errors
    for run in (preview, result):
        assert [(item.control, item.urn.rsplit("::", 1)[1]) for item in run.remediations] == [
            ("tagged", "one"),
            ("counted", "one"),
        ]
        assert [[(c.path, c.kind, c.old, c.new) for c in item.changes] for item in run.remediations] == [
            [("tag", "add", None, "default")],
            [("tag", "update", "default", "default!")],
        ]
    assert bench.cloud.live["id-1"].inputs == {"name": "n", "size": 1, "tag": "default!"}
    assert bench.resource("one").inputs == {"name": "n", "size": 1, "tag": "default!"}
    assert any(isinstance(event, PolicyRemediation) for event in bench.events)
    assert bench.up(program, packs=[Pack(pack)]).counts == {"same": 2}


def test_a_remediation_keeps_what_the_provider_notes_beside_the_inputs(bench: Bench, pack: Path) -> None:
    result = bench.up(lambda: Thing("one", {"name": "n", "__defaults": ["name"]}), packs=[Pack(pack)])
    assert result.ok, result.errors
    assert bench.resource("one").inputs == {"name": "n", "__defaults": ["name"], "tag": "default!"}


def test_levels_and_settings_come_from_a_file(bench: Bench, pack: Path) -> None:
    config = {
        "small": {"enforcementLevel": "advisory", "limit": 5},
        "tagged": "disabled",
        "counted": "disabled",
        "secretive": "remediate",
    }

    def program() -> None:
        Thing("medium", {"name": "m", "size": 5})
        Thing("large", {"name": "l", "size": 6})
        Thing("secret", {"name": "s"})

    result = bench.up(program, packs=[configured(pack, config)])
    assert result.ok, result.errors
    assert [(item.control, item.level) for item in result.violations] == [("small", "advisory")]
    assert "large is larger than 5" in result.violations[0].message
    assert [item.control for item in result.remediations] == ["secretive"]
    assert bench.resource("medium").inputs == {"name": "m", "size": 5}
    assert "made up" not in bench.state.path.read_text()
    assert bench.cloud.live[bench.resource("secret").id].inputs["password"] == "made up"


def test_all_sets_every_level(bench: Bench, pack: Path) -> None:
    result = bench.up(lambda: Thing("large", {"size": 9}), packs=[configured(pack, {"all": "disabled"})])
    assert result.ok
    assert (result.violations, result.remediations) == ((), ())


def test_unknown_values_are_told_in_a_preview(bench: Bench, pack: Path) -> None:
    def program() -> None:
        one = Thing("one", {"other": "x"})
        Thing("two", {"other": one.arn})

    config = {"all": "disabled", "known": "mandatory"}
    preview = bench.preview(program, packs=[configured(pack, config)])
    assert preview.ok
    [violation] = preview.violations
    assert (violation.control, violation.level) == ("known", "advisory")
    assert "can't run policy 'known' from policy pack 'pack@v0.0.1' during preview" in violation.message
    assert bench.up(program, packs=[configured(pack, config)]).violations == ()


def test_stack_rules_see_outputs_and_parents(bench: Bench, pack: Path) -> None:
    def program() -> None:
        Thing("child", {}, ResourceOptions(parent=Group("group")))
        Thing("free", {})

    result = bench.up(program, packs=[Pack(pack)])
    assert result.ok, result.errors
    [violation] = result.violations
    assert (violation.control, violation.level) == ("census", "advisory")
    assert violation.message.endswith("2 things, one below group")
    assert violation.urn.endswith("::child")


def test_a_pack_knows_the_stack_but_no_credentials(bench: Bench, pack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "real")
    bench.config["project:place"] = "here"
    result = bench.up(lambda: Thing("context", {}), packs=[Pack(pack)])
    assert [item.message.splitlines()[-1] for item in result.violations if item.control == "context"] == [
        "project dev here False False pulumi:providers:fake"
    ]


@pytest.mark.parametrize(
    ("config", "message"),
    [
        (
            {"small": "fatal"},
            "small: 'fatal' is no enforcement level; allowed are advisory, mandatory, remediate, disabled",
        ),
        ({"smal": "advisory"}, "smal: no such policy in the pack pack; it has small, tagged"),
        ({"small": {"limit": "many"}}, "small: limit: 'many' is not of type 'integer'"),
        ({"environments": ["x"]}, "environments are a service of Pulumi Cloud"),
        ([], "expected an object from policy name"),
    ],
)
def test_a_wrong_configuration_is_refused_before_anything_happens(
    bench: Bench, pack: Path, config: Any, message: str
) -> None:
    with pytest.raises(PackError, match=r"config\.json") as caught:
        bench.up(lambda: Thing("one", {}), packs=[configured(pack, config)])
    assert message in str(caught.value)
    assert bench.cloud.calls == []
    assert not bench.state.journal_path.exists()


def test_a_pack_with_an_environment_of_its_own_is_named_from_where_the_user_stands(
    bench: Bench, pack: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = {"name": "python", "options": {"virtualenv": os.path.relpath(sys.prefix, pack)}}
    (pack / "PulumiPolicy.yaml").write_text(json.dumps({"runtime": own}))
    monkeypatch.chdir(pack.parent)
    result = bench.up(lambda: Thing("large", {"size": 9}), packs=[Pack(Path("pack"))])
    assert [item.control for item in result.violations] == ["small"]


@pytest.mark.parametrize(
    ("manifest", "program", "message"),
    [
        ("runtime: nodejs", "", "policy packs for the runtime 'nodejs' are not supported; only python is"),
        ("runtime: {name: python, options: {virtualenv: nowhere}}", "", "the virtualenv 'nowhere' has no bin/python"),
        ("runtime: [", "", "is not YAML"),
        ("runtime: python", "raise ValueError('broken rules')", "did not start: ValueError: broken rules"),
        ("runtime: python", "import time; time.sleep(60)", "did not start: it said nothing in time"),
    ],
)
def test_a_pack_that_does_not_start_is_told(
    bench: Bench, pack: Path, manifest: str, program: str, message: str
) -> None:
    (pack / "PulumiPolicy.yaml").write_text(manifest)
    (pack / "__main__.py").write_text(program)
    patience = 1.0 if "sleep" in program else 30.0
    with pytest.raises(PackError) as caught:
        bench.up(lambda: Thing("one", {}), packs=[Pack(pack, start_timeout=patience)])
    assert message in str(caught.value)
    assert bench.cloud.calls == []


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("time.sleep(60)", "the policy pack slow did not answer Analyze within 0.5 seconds"),
        ("os._exit(3)", "the policy pack slow ended"),
        ("raise KeyError('bug')", "the policy pack slow failed"),
    ],
)
def test_a_pack_that_hangs_or_dies_fails_the_resource(bench: Bench, pack: Path, rule: str, message: str) -> None:
    (pack / "__main__.py").write_text(
        textwrap.dedent(
            f"""
            import os, time
            from pulumi_policy import *

            def rule(args, report):
                if args.name == "one":
                    {rule}

            PolicyPack("slow", [ResourceValidationPolicy("slow", "Slow.", validate=rule)])
            """
        )
    )
    result = bench.up(lambda: pulumi.export("arn", Thing("one", {}).arn), packs=[Pack(pack, call_timeout=0.5)])
    assert not result.ok
    assert message in result.errors[0]
    assert bench.cloud.made("create") == []
