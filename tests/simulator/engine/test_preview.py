"""Unknown values in a preview, and that a preview changes nothing."""

from __future__ import annotations

from typing import Any

import pulumi
from pulumi import Output

from simulator.engine.values import make_secret
from simulator.model import UNKNOWN
from tests.simulator.engine.fake import Thing
from tests.simulator.engine.harness import Bench


def test_computed_outputs_are_unknown_and_echoes_are_known(bench: Bench) -> None:
    calls: list[Any] = []

    def program() -> None:
        one = Thing("one", {"name": "n"})
        one.arn.apply(calls.append)
        one.name.apply(calls.append)
        Thing("two", {"id": one.id, "text": Output.concat("x-", one.arn), "deep": {"list": [one.arn, one.name]}})
        pulumi.export("arn", one.arn)
        pulumi.export("name", one.name)
        pulumi.export("secret", Output.secret(one.arn))

    result = bench.preview(program)
    assert result.ok, result.errors
    assert calls == ["n"]
    [two] = [view for view in result.resources if view.name == "two"]
    assert {key: value for key, value in two.inputs.items() if key != "name"} == {
        "id": UNKNOWN,
        "text": UNKNOWN,
        "deep": {"list": [UNKNOWN, "n"]},
    }
    assert two.property_dependencies["deep"] == (result.resources[2].urn,)
    assert result.outputs == {"arn": UNKNOWN, "name": "n", "secret": make_secret(UNKNOWN)}
    assert two.id == ""


def test_a_replacement_makes_computed_outputs_unknown(bench: Bench) -> None:
    def program(force: str) -> Any:
        def run() -> None:
            one = Thing("one", {"name": "n", "force": force})
            two = Thing("two", {"name": "m", "other": one.arn})
            Thing("three", {"name": "o", "other": two.arn})

        return run

    bench.deploy(program("a"))
    written = bench.state.path.read_bytes()
    result = bench.preview(program("b"))
    assert bench.ops(result) == ["create-replacement one", "replace one", "update two", "delete-replaced one"]
    views = {view.name: view for view in result.resources}
    assert views["two"].inputs["other"] == UNKNOWN
    assert views["three"].inputs["other"] == "arn:id-2"
    assert {call for call, _ in bench.cloud.calls} == {"preview-create", "preview-update"}
    assert bench.state.path.read_bytes() == written
    assert not bench.state.journal_path.exists()


def test_an_update_without_consequences_keeps_outputs_known(bench: Bench) -> None:
    def program(size: int) -> Any:
        def run() -> None:
            one = Thing("one", {"name": "n", "size": size})
            Thing("two", {"name": "m", "other": one.arn})

        return run

    bench.deploy(program(1))
    assert bench.ops(bench.preview(program(2))) == ["update one"]


def test_a_preview_leaves_no_file_at_all(bench: Bench) -> None:
    assert bench.preview(lambda: Thing("one", {})).ok
    assert list(bench.directory.iterdir()) == []


def test_the_program_knows_that_it_is_a_preview(bench: Bench) -> None:
    seen: list[tuple[bool, str, str, str]] = []

    def program() -> None:
        about = (pulumi.runtime.is_dry_run(), pulumi.get_organization(), pulumi.get_project(), pulumi.get_stack())
        seen.append(about)

    bench.preview(program)
    bench.up(program)
    assert seen == [(True, "acme", "project", "dev"), (False, "acme", "project", "dev")]


def test_a_seed_makes_names_repeatable(bench: Bench) -> None:
    def names(seed: bytes | None) -> list[Any]:
        result = bench.preview(lambda: Thing("one", {}), seed=seed)
        return [view.inputs["name"] for view in result.resources if view.name == "one"]

    assert names(b"a") == names(b"a")
    assert names(b"a") != names(b"b")
    assert names(None) != names(None)


def test_an_asynchronous_program(bench: Bench) -> None:
    async def program() -> None:
        one = Thing("one", {})
        pulumi.export("arn", one.arn)

    assert bench.up(program).outputs == {"arn": "arn:id-1"}


def test_the_settings_of_the_sdk_are_as_before(bench: Bench) -> None:
    before = (pulumi.get_project(), pulumi.get_stack(), pulumi.runtime.settings.get_monitor())
    bench.up(lambda: Thing("one", {}))
    assert (pulumi.get_project(), pulumi.get_stack(), pulumi.runtime.settings.get_monitor()) == before
