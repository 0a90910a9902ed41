"""Replacements that were interrupted, and resources that change hands."""

from __future__ import annotations

from typing import Any

import pulumi
from pulumi import ResourceOptions

from simulator.model import UNKNOWN
from tests.simulator.engine.fake import Thing
from tests.simulator.engine.harness import Bench

BEFORE = ResourceOptions(delete_before_replace=True)


def thing(force: str, **more: Any) -> Any:
    return lambda: Thing("one", {"name": "n", "force": force, **more}, BEFORE)


def test_a_deleted_resource_whose_replacement_failed_is_made_by_the_next_run(bench: Bench) -> None:
    bench.deploy(thing("a"))
    failed = bench.up(thing("b", fail="create"))
    assert not failed.ok
    assert bench.cloud.live == {}
    assert bench.resource("one").pending_replacement

    bench.cloud.calls.clear()
    result = bench.up(thing("b"))
    assert result.ok, result.errors
    assert bench.ops(result) == ["replace one", "create-replacement one"]
    assert bench.cloud.calls == [("create", "one")]
    assert not bench.resource("one").pending_replacement


def test_what_needed_a_deleted_resource_is_made_after_it_by_the_next_run(bench: Bench) -> None:
    def both(force: str, **more: Any) -> Any:
        def program() -> None:
            one = Thing("one", {"name": "n", "force": force, **more}, BEFORE)
            Thing("two", {"name": "m", "force": one.arn})

        return program

    bench.deploy(both("a"))
    assert not bench.up(both("b", fail="create")).ok
    assert bench.resource("two").pending_replacement
    result = bench.up(both("b"))
    assert result.ok, result.errors
    ops = bench.ops(result)
    assert ops.index("delete-replaced two") < ops.index("create-replacement one") < ops.index("create-replacement two")
    assert [item.name for item in bench.state.load().resources if item.pending_replacement] == []


def test_a_deleted_resource_that_left_the_program_is_only_forgotten(bench: Bench) -> None:
    bench.deploy(thing("a"))
    bench.up(thing("b", fail="create"))
    bench.cloud.calls.clear()
    result = bench.up(lambda: None)
    assert bench.ops(result) == ["remove-pending-replace one"]
    assert bench.cloud.calls == []
    assert bench.names() == ["project-dev"]


def test_destroy_forgets_a_deleted_resource(bench: Bench) -> None:
    bench.deploy(thing("a"))
    bench.up(thing("b", fail="create"))
    bench.cloud.calls.clear()
    assert bench.deployment().destroy().ok
    assert bench.cloud.calls == []
    assert bench.state.load().resources == []


def test_refresh_leaves_a_deleted_resource_alone(bench: Bench) -> None:
    bench.deploy(thing("a"))
    bench.up(thing("b", fail="create"))
    assert bench.deployment().refresh().ok
    assert bench.resource("one").pending_replacement


def test_a_tainted_resource_is_replaced(bench: Bench) -> None:
    bench.deploy(lambda: Thing("one", {"name": "n"}))
    snapshot = bench.state.load()
    snapshot.resources[-1].taint = True
    bench.state.save(snapshot)
    result = bench.up(lambda: Thing("one", {"name": "n"}))
    assert bench.ops(result) == ["create-replacement one", "replace one", "delete-replaced one"]
    assert not bench.resource("one").taint


def read(id_: Any) -> Any:
    return lambda: pulumi.CustomResource("fake:index:Thing", "one", {"arn": None}, ResourceOptions(id=id_))


def test_a_resource_that_was_read_is_made_when_the_program_wants_to_own_it(bench: Bench) -> None:
    owner = Bench(bench.directory / "owner", bench.cloud)
    owner.deploy(lambda: Thing("theirs", {"name": "n"}))
    bench.deploy(read("id-1"))
    result = bench.up(lambda: Thing("one", {"name": "m"}))
    assert result.ok, result.errors
    assert bench.ops(result) == ["create-replacement one", "replace one", "discard-replaced one"]
    assert bench.cloud.made("delete") == []
    assert sorted(bench.cloud.live) == ["id-1", "id-2"]


def test_an_owned_resource_gives_way_to_one_that_is_read(bench: Bench) -> None:
    owner = Bench(bench.directory / "owner", bench.cloud)
    owner.deploy(lambda: Thing("theirs", {"name": "n"}))
    bench.deploy(lambda: Thing("one", {"name": "m"}))
    result = bench.up(read("id-1"))
    assert result.ok, result.errors
    assert bench.ops(result) == ["read-replacement one", "replace one", "delete-replaced one"]
    assert sorted(bench.cloud.live) == ["id-1"]


def test_reading_what_is_owned_gives_it_up(bench: Bench) -> None:
    bench.deploy(lambda: Thing("one", {"name": "m"}))
    result = bench.up(read("id-1"))
    assert result.ok, result.errors
    assert bench.ops(result) == ["read one"]
    assert bench.resource("one").external
    assert bench.deployment().destroy().ok
    assert sorted(bench.cloud.live) == ["id-1"]


def test_importing_in_place_of_an_owned_resource_replaces_it(bench: Bench) -> None:
    owner = Bench(bench.directory / "owner", bench.cloud)
    owner.deploy(lambda: Thing("theirs", {"name": "n"}))
    bench.deploy(lambda: Thing("one", {"name": "n"}))
    result = bench.up(lambda: Thing("one", {"name": "n"}, ResourceOptions(import_="id-1")))
    assert result.ok, result.errors
    assert bench.ops(result) == ["import-replacement one", "replace one", "delete-replaced one"]
    assert sorted(bench.cloud.live) == ["id-1"]
    assert bench.resource("one").id == "id-1"


def test_an_id_that_is_not_known_yet_is_read_as_unknown_in_a_preview(bench: Bench) -> None:
    def program() -> None:
        one = Thing("first", {"name": "n"})
        pulumi.export("arn", Read(one.id).arn)

    class Read(pulumi.CustomResource):
        arn: pulumi.Output[str]

        def __init__(self, id_: Any) -> None:
            super().__init__("fake:index:Thing", "read", {"arn": None}, ResourceOptions(id=id_))

    preview = bench.preview(program)
    assert preview.ok, preview.errors
    assert preview.outputs == {"arn": UNKNOWN}
    assert bench.up(program).outputs == {"arn": "arn:id-1"}
