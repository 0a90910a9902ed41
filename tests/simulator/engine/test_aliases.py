"""Renames without replacement."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest
from pulumi import Alias, ResourceOptions

from tests.simulator.engine.fake import Group, Thing
from tests.simulator.engine.harness import Bench


def test_an_alias_by_name(bench: Bench) -> None:
    bench.deploy(lambda: Thing("old", {"name": "n"}))
    result = bench.up(lambda: Thing("new", {"name": "n"}, ResourceOptions(aliases=[Alias(name="old")])))
    assert result.counts == {"same": 2}, result.errors
    assert bench.names() == ["project-dev", "new"]
    assert bench.resource("new").id == "id-1"
    assert bench.resource("new").aliases == []


def test_an_alias_by_urn(bench: Bench) -> None:
    bench.deploy(lambda: Thing("old", {"name": "n"}))
    urn = bench.resource("old").urn
    result = bench.up(lambda: Thing("new", {"name": "n"}, ResourceOptions(aliases=[urn])))
    assert result.counts == {"same": 2}, result.errors


@pytest.mark.parametrize(
    "alias",
    [
        Alias(parent=None),
        Alias(parent=pulumi.ROOT_STACK_RESOURCE),
    ],
    ids=["no parent", "root stack"],
)
def test_a_resource_moves_under_a_component(bench: Bench, alias: Any) -> None:
    bench.deploy(lambda: Thing("one", {"name": "n"}))

    def program() -> None:
        group = Group("group")
        Thing("one", {"name": "n"}, ResourceOptions(parent=group, aliases=[alias]))

    result = bench.up(program)
    assert bench.ops(result) == ["create group"], result.errors
    assert bench.resource("one").parent == bench.resource("group").urn
    assert bench.cloud.calls == []


def test_children_inherit_the_alias_of_their_parent(bench: Bench) -> None:
    def program(name: str, aliases: list[Any]) -> Any:
        def run() -> None:
            group = Group(name, opts=ResourceOptions(aliases=aliases))
            child = Thing(f"{name}-child", {"name": "c"}, ResourceOptions(parent=group))
            Thing("user", {"name": "u", "other": child.arn})

        return run

    bench.deploy(program("old", []))
    result = bench.up(program("new", [Alias(name="old")]))
    assert result.counts == {"same": 4}, result.errors
    assert bench.resource("new-child").parent == bench.resource("new").urn
    assert bench.resource("user").dependencies == [bench.resource("new-child").urn]


def test_an_alias_by_type(bench: Bench) -> None:
    bench.deploy(lambda: Thing("one", {"name": "n"}))

    class Other(pulumi.CustomResource):
        def __init__(self) -> None:
            options = ResourceOptions(aliases=[Alias(type_="fake:index:Thing")])
            super().__init__("fake:index:Other", "one", {"name": "n"}, options)

    result = bench.up(Other)
    assert result.counts == {"same": 2}, result.errors
    assert bench.resource("one").type == "fake:index:Other"


def test_an_alias_from_another_stack_and_project(bench: Bench) -> None:
    bench.deploy(lambda: Thing("one", {"name": "n"}))
    moved = bench.state.path.read_text().replace("urn:pulumi:dev::project::", "urn:pulumi:prod::former::")
    bench.state.path.write_text(moved)
    alias = Alias(stack="prod", project="former")
    result = bench.up(lambda: Thing("one", {"name": "n"}, ResourceOptions(aliases=[alias])))
    assert "create one" not in bench.ops(result)
    assert "delete one" not in bench.ops(result)
    assert bench.cloud.calls == []


def test_two_claims_on_one_alias_are_refused(bench: Bench) -> None:
    bench.deploy(lambda: Thing("old", {"name": "n"}))

    def program() -> None:
        first = Thing("a", {"name": "n"}, ResourceOptions(aliases=[Alias(name="old")]))
        Thing("b", {"name": "n", "x": first.arn}, ResourceOptions(aliases=[Alias(name="old")]))

    result = bench.preview(program)
    assert not result.ok
    assert "has too" in result.errors[0]


def test_a_renamed_parent_is_renamed_for_untouched_children_after_a_failure(bench: Bench) -> None:
    def before() -> None:
        group = Group("old")
        Thing("one", {"name": "1"}, ResourceOptions(parent=group))

    bench.deploy(before)

    def after() -> None:
        Group("new", opts=ResourceOptions(aliases=[Alias(name="old")]))
        raise RuntimeError("stop here")

    result = bench.up(after)
    assert not result.ok
    assert bench.resource("one").parent == bench.resource("new").urn
