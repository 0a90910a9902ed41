"""Going on after an error, and what a failure still forbids."""

from __future__ import annotations

from typing import Any

import pulumi
from pulumi import ResourceOptions

from simulator.engine.deployment import Deployment
from simulator.engine.program import InlineProgram
from tests.simulator.engine.fake import FakeProvider, Thing
from tests.simulator.engine.harness import Bench


def test_deletions_go_on_but_for_what_a_failed_step_needs(bench: Bench) -> None:
    def before() -> None:
        base = Thing("base", {"name": "b"})
        Thing("bad", {"name": "x", "other": base.arn})
        Thing("old", {"name": "o"})

    bench.deploy(before)
    result = bench.up(lambda: Thing("bad", {"name": "x", "fail": "update"}), continue_on_error=True)
    assert not result.ok
    assert bench.ops(result) == ["update bad", "delete old"]
    assert {"base", "bad"} <= set(bench.names())
    assert "old" not in bench.names()


def test_without_it_nothing_is_deleted(bench: Bench) -> None:
    bench.deploy(lambda: (Thing("bad", {"name": "x"}), Thing("old", {})))
    result = bench.up(lambda: Thing("bad", {"name": "x", "fail": "update"}))
    assert bench.ops(result) == ["update bad"]
    assert "old" in bench.names()


def test_destroy_goes_on_with_independent_resources(bench: Bench) -> None:
    def program() -> None:
        one = Thing("one", {})
        Thing("two", {"fail": "delete", "other": one.arn})
        three = Thing("three", {})
        Thing("four", {"other": three.arn})

    bench.deploy(program)
    result = bench.deployment(continue_on_error=True).destroy()
    assert not result.ok
    assert sorted(bench.cloud.made("delete")) == ["four", "three", "two"]
    assert sorted(bench.names()) == ["one", "project-dev", "two"]

    bench.cloud.relent = True
    assert bench.deployment().destroy().ok
    assert bench.names() == []


def test_a_check_that_fails_stops_the_run_all_the_same(bench: Bench) -> None:
    """As in the CLI: only what fails while it is applied lets the rest go on."""

    def program() -> None:
        bad = Thing("bad", {"invalid": 1})
        Thing("after", {}, ResourceOptions(depends_on=[bad]))

    result = bench.up(program, continue_on_error=True)
    assert not result.ok
    assert result.errors == ("fake:index:Thing 'bad': invalid: is not allowed",)
    assert bench.names() == ["project-dev"]


def test_a_protected_resource_keeps_what_it_needs_and_nothing_else(bench: Bench) -> None:
    def program() -> None:
        base = Thing("base", {})
        kept = Thing("kept", {"other": base.arn}, ResourceOptions(protect=True))
        Thing("above", {"other": kept.arn})
        Thing("free", {})

    bench.deploy(program)
    result = bench.deployment().destroy()
    assert not result.ok
    assert len(result.errors) == 1
    assert result.errors[0].startswith(f"{bench.resource('kept').urn} is protected and cannot be deleted")
    assert sorted(bench.cloud.made("delete")) == ["above", "free"]
    assert sorted(bench.names()) == ["base", "kept", "project-dev"]


def test_custom_timeouts_reach_the_provider(bench: Bench) -> None:
    seen: list[tuple[str, float]] = []

    class Watched(FakeProvider):
        def create(self, *args: Any, timeout: float, **more: Any) -> Any:
            seen.append(("create", timeout))
            return super().create(*args, timeout=timeout, **more)

        def update(self, *args: Any, timeout: float, **more: Any) -> Any:
            seen.append(("update", timeout))
            return super().update(*args, timeout=timeout, **more)

        def delete(self, *args: Any, timeout: float, **more: Any) -> None:
            seen.append(("delete", timeout))
            super().delete(*args, timeout=timeout, **more)

    def deployment() -> Deployment:
        result = bench.deployment()
        result.providers = lambda package, version: Watched(bench.cloud)
        return result

    options = ResourceOptions(custom_timeouts=pulumi.CustomTimeouts(create="1m", update="2m", delete="1h"))
    for size in (1, 2):
        inputs = {"name": "n", "size": size}
        assert deployment().up(InlineProgram(lambda inputs=inputs: Thing("one", inputs, options) and None)).ok
    assert deployment().destroy().ok
    assert seen == [("create", 60), ("update", 120), ("delete", 3600)]
