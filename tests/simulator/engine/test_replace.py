"""Updates, replacements in both orders, and deletions."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from pulumi import ResourceOptions

from simulator.engine.events import Change
from tests.simulator.engine.fake import Group, Thing
from tests.simulator.engine.harness import Bench


def chain(**one: Any) -> Any:
    """``one`` <- ``two`` (must be replaced with it) and ``one`` <- ``three`` (can be updated)."""

    def program() -> None:
        first = Thing("one", {"name": "one", **one})
        Thing("two", {"name": "two", "force": first.arn})
        Thing("three", {"name": "three", "other": first.arn})

    return program


def test_a_changed_input_is_an_update_in_place(bench: Bench) -> None:
    bench.deploy(lambda: Thing("one", {"size": 1, "tags": {"a": "b"}}))
    result = bench.up(lambda: Thing("one", {"size": 2, "tags": {"a": "b"}}))
    assert bench.ops(result) == ["update one"]
    [step] = [step for step in result.steps if step.op == "update"]
    assert step.changes == (Change("size", "update", 1, 2),)
    assert bench.resource("one").id == "id-1"
    assert bench.cloud.live["id-1"].inputs["size"] == 2


def test_a_name_that_was_made_up_is_kept(bench: Bench) -> None:
    bench.deploy(lambda: Thing("one", {"size": 1}))
    name = bench.resource("one").inputs["name"]
    bench.deploy(lambda: Thing("one", {"size": 2}))
    assert bench.resource("one").inputs["name"] == name
    assert name.startswith("one-")


def test_a_replacement_creates_first_and_deletes_last(bench: Bench) -> None:
    def program(force: str) -> Any:
        def run() -> None:
            first = Thing("one", {"force": force})
            Thing("two", {"other": first.arn})

        return run

    bench.deploy(program("a"))
    name = bench.resource("one").inputs["name"]
    result = bench.up(program("b"))
    assert result.ok, result.errors
    assert bench.ops(result) == ["create-replacement one", "replace one", "update two", "delete-replaced one"]
    assert bench.cloud.calls == [("create", "one"), ("update", "two"), ("delete", "one")]
    assert result.counts == {"replace": 1, "update": 1, "same": 1}
    assert bench.resource("one").id == "id-3"
    assert bench.resource("one").inputs["name"] != name
    assert bench.resource("two").inputs["other"] == "arn:id-3"


@pytest.mark.parametrize("how", ["option", "provider"])
def test_delete_before_replace_takes_the_dependents_that_must_follow(bench: Bench, how: str) -> None:
    bench.deploy(chain(force="a"))
    if how == "provider":
        bench.cloud.delete_before_replace = True

    def program() -> None:
        options = ResourceOptions(delete_before_replace=True) if how == "option" else None
        first = Thing("one", {"name": "one", "force": "b"}, options)
        Thing("two", {"name": "two", "force": first.arn})
        Thing("three", {"name": "three", "other": first.arn})

    preview = bench.preview(program)
    assert bench.ops(preview)[:4] == [
        "delete-replaced two",
        "delete-replaced one",
        "replace one",
        "create-replacement one",
    ]
    assert set(bench.ops(preview)[4:]) == {"replace two", "create-replacement two", "update three"}
    assert bench.cloud.made("delete") == []
    bench.cloud.calls.clear()

    result = bench.up(program)
    assert result.ok, result.errors
    assert bench.cloud.calls[:3] == [("delete", "two"), ("delete", "one"), ("create", "one")]
    assert set(bench.cloud.calls[3:]) == {("create", "two"), ("update", "three")}
    assert result.counts == {"replace": 2, "update": 1, "same": 1}
    assert sorted(bench.cloud.live) == ["id-3", "id-4", "id-5"]


def test_the_option_overrules_the_provider(bench: Bench) -> None:
    bench.cloud.delete_before_replace = True
    bench.deploy(lambda: Thing("one", {"force": "a"}))
    result = bench.up(lambda: Thing("one", {"force": "b"}, ResourceOptions(delete_before_replace=False)))
    assert bench.ops(result) == ["create-replacement one", "replace one", "delete-replaced one"]


def test_a_condemned_dependent_that_left_the_program_is_forgotten(bench: Bench) -> None:
    bench.deploy(chain(force="a"))
    result = bench.up(lambda: Thing("one", {"name": "one", "force": "b"}, ResourceOptions(delete_before_replace=True)))
    assert result.ok, result.errors
    assert "remove-pending-replace two" in bench.ops(result)
    assert bench.cloud.made("delete") == ["two", "one", "three"]
    assert bench.names() == ["project-dev", "one"]


def test_what_left_the_program_is_deleted_in_reverse_order_after_the_creations(bench: Bench) -> None:
    def before() -> None:
        group = Group("group")
        first = Thing("one", {}, ResourceOptions(parent=group))
        second = Thing("two", {"other": first.arn})
        Thing("three", {}, ResourceOptions(depends_on=[second]))

    bench.deploy(before)
    result = bench.up(lambda: Thing("four", {}))
    assert result.ok, result.errors
    assert bench.ops(result) == ["create four", "delete three", "delete two", "delete one", "delete group"]
    assert bench.names() == ["project-dev", "four"]


def test_replace_on_changes_makes_a_replacement_of_an_update(bench: Bench) -> None:
    bench.deploy(lambda: Thing("one", {"rules": [{"port": 1, "note": "x"}]}))
    options = ResourceOptions(replace_on_changes=["rules[*].port"])
    bench.deploy(lambda: Thing("one", {"rules": [{"port": 1, "note": "x"}]}, options))
    result = bench.up(
        lambda: Thing("one", {"rules": [{"port": 2, "note": "x"}]}, ResourceOptions(replace_on_changes=["rules"]))
    )
    assert "replace one" in bench.ops(result)
    [step] = [step for step in result.steps if step.op == "replace"]
    assert [(change.path, change.replace) for change in step.changes] == [("rules", True)]


def test_the_replacement_trigger_replaces_when_it_changes(bench: Bench) -> None:
    bench.deploy(lambda: Thing("one", {}, ResourceOptions(replacement_trigger="a")))
    assert bench.up(lambda: Thing("one", {}, ResourceOptions(replacement_trigger="a"))).counts == {"same": 2}
    result = bench.up(lambda: Thing("one", {}, ResourceOptions(replacement_trigger="b")))
    assert bench.ops(result) == ["create-replacement one", "replace one", "delete-replaced one"]


def test_replace_with_follows_another_resource(bench: Bench) -> None:
    def program(force: str) -> Any:
        def run() -> None:
            first = Thing("one", {"force": force})
            Thing("two", {}, ResourceOptions(replace_with=[first], depends_on=[first]))

        return run

    bench.deploy(program("a"))
    result = bench.up(program("b"))
    assert result.ok, result.errors
    assert result.counts == {"replace": 2, "same": 1}
    assert bench.state.load().resources[-1].replace_with == [bench.resource("one").urn]


def test_a_component_that_changes_is_an_update_without_calls(bench: Bench) -> None:
    bench.deploy(lambda: Group("group", {"size": 1}))
    result = bench.up(lambda: Group("group", {"size": 2}))
    assert bench.ops(result) == ["update group"]
    assert bench.cloud.calls == []
    assert bench.resource("group").inputs == {"size": 2}


def test_a_replaced_resource_that_resists_deletion_is_tried_again(bench: Bench) -> None:
    bench.deploy(lambda: Thing("one", {"force": "a", "fail": "delete"}))
    failed = bench.up(lambda: Thing("one", {"force": "b"}))
    assert not failed.ok
    assert [item.delete for item in bench.state.load().resources if item.name == "one"] == [False, True]
    old = next(item for item in bench.state.load().resources if item.delete)
    bench.cloud.calls.clear()
    again = bench.up(lambda: Thing("one", {"force": "b"}))
    assert not again.ok
    assert bench.cloud.calls == [("delete", "one")]
    assert sorted(bench.cloud.live) == [old.id, "id-2"]


def test_what_is_deleted_for_another_is_made_anew_only_when_it_is_gone(bench: Bench) -> None:
    """The program may register it, no longer dependent, while its deletion is under way."""

    def before() -> None:
        base = Thing("base", {"name": "b", "force": "x"}, ResourceOptions(delete_before_replace=True))
        Thing("user", {"name": "u", "forced": base.arn})

    def after() -> None:
        Thing("base", {"name": "b", "force": "y"}, ResourceOptions(delete_before_replace=True))
        Thing("user", {"name": "u", "forced": "none"})

    bench.deploy(before)
    original = bench.cloud.note

    def note(call: str, urn: str) -> None:
        if call == "delete":
            threading.Event().wait(0.1)
        original(call, urn)

    bench.cloud.note = note  # type: ignore[method-assign]
    result = bench.up(after)
    assert result.ok, result.errors
    if "delete-replaced user" in bench.ops(result):  # unless the program registered the user first
        assert bench.cloud.calls.index(("delete", "user")) < bench.cloud.calls.index(("create", "user"))
    assert sorted(bench.names()) == ["base", "project-dev", "user"]
    assert sorted(item.id for item in bench.state.load().resources if item.custom and "Thing" in item.type) == sorted(
        bench.cloud.live
    )
