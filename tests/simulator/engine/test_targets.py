"""Targets, exclusions and requested replacements: the steps are those of the CLI."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pulumi
import pytest
from pulumi import ResourceOptions

from simulator.engine.deployment import Result
from simulator.engine.targets import Patterns, TargetError, selection
from tests.simulator.engine.fake import Group, Provider, Thing
from tests.simulator.engine.harness import Bench

PREFIX = "urn:pulumi:dev::project::"


def urn(name: str, type_: str = "fake:index:Thing") -> str:
    return f"{PREFIX}{type_}::{name}"


def steps(result: Result) -> list[str]:
    """All steps as ``operation name``, those that did nothing included."""
    return [f"{step.op} {step.name}" for step in result.steps]


def chain(size: int) -> Callable[[], None]:
    """``b`` needs ``a``, ``c`` needs ``b``, and ``free`` needs nothing."""

    def program() -> None:
        a = Thing("a", {"name": "a", "size": size})
        b = Thing("b", {"name": "b", "size": size, "other": a.arn})
        Thing("c", {"name": "c", "size": size, "other": b.arn})
        Thing("free", {"name": "free", "size": size})

    return program


@pytest.mark.parametrize(
    ("pattern", "matched"),
    [
        (urn("a"), True),
        (urn("b"), False),
        (f"{PREFIX}fake:index:Thing::*", True),
        ("*::a", False),  # one asterisk does not cross a colon
        ("**::a", True),
        ("**Thing**", True),
        ("urn:pulumi:*::project::**", True),
        ("**.a", False),  # a dot is a dot
    ],
)
def test_patterns(pattern: str, matched: bool) -> None:
    assert Patterns((pattern,)).match(urn("a")) is matched


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"target": ["a"], "exclude": ["b"]}, "--target and --exclude cannot be used together"),
        ({"target_dependents": True}, "--target-dependents needs a --target"),
        ({"exclude_dependents": True}, "--exclude-dependents needs an --exclude"),
    ],
)
def test_contradictions_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(TargetError, match=message):
        selection(**options)


@pytest.mark.parametrize(
    ("options", "touched"),
    [
        ({"target": [urn("a")]}, ["update a"]),
        ({"target": [urn("b"), urn("free")]}, ["update b", "update free"]),
        ({"target": [urn("b")], "target_dependents": True}, ["update b", "update c"]),
        ({"target": ["**::a", "**::fr*"]}, ["update a", "update free"]),
        ({"exclude": [urn("b")]}, ["update a", "update c", "update free"]),
        ({"exclude": [urn("a")], "exclude_dependents": True}, ["update free"]),
        ({"exclude": ["**Thing::*"]}, []),
    ],
)
@pytest.mark.parametrize("preview", [True, False])
def test_what_takes_part(bench: Bench, options: dict[str, Any], touched: list[str], preview: bool) -> None:
    bench.deploy(chain(1))
    run = bench.preview if preview else bench.up
    result = run(chain(2), selection=selection(**options))
    assert result.ok, result.errors
    assert sorted(bench.ops(result)) == touched
    assert sorted(steps(result)) == sorted(
        touched + [f"same {n}" for n in ("a", "b", "c", "free", "project-dev") if f"update {n}" not in touched]
    )
    changed = {item.removeprefix("update ") for item in touched} if not preview else set()
    assert {name: bench.resource(name).inputs["size"] for name in ("a", "b", "c", "free")} == {
        name: 2 if name in changed else 1 for name in ("a", "b", "c", "free")
    }


def test_what_is_left_out_keeps_its_old_state_whole(bench: Bench) -> None:
    bench.deploy(lambda: Thing("a", {"name": "a"}, ResourceOptions(protect=True, ignore_changes=["x"])))
    before = vars(bench.resource("a"))
    result = bench.up(lambda: (Thing("a", {"name": "z"}), Thing("b", {})), selection=selection(target=[urn("b")]))
    assert result.ok, result.errors
    assert vars(bench.resource("a")) == before
    assert bench.cloud.made("update") == []


def test_a_target_creates_only_itself(bench: Bench) -> None:
    result = bench.up(chain(1), selection=selection(target=[urn("free")]))
    assert result.ok, result.errors
    assert steps(result)[0] == "create project-dev"
    assert sorted(steps(result)[1:]) == ["create free", "same a", "same b", "same c"]
    assert bench.names() == ["project-dev", "free"]
    assert bench.cloud.made("create") == ["free"]


def test_a_target_that_needs_a_resource_that_is_not_created_is_an_error(bench: Bench) -> None:
    result = bench.up(chain(1), selection=selection(target=[urn("b")]))
    assert not result.ok
    assert result.errors == (
        f"{urn('b')} depends on {urn('a')}, which was not specified in the --target list; add it to the list",
    )
    assert bench.cloud.made("create") == []

    preview = bench.preview(chain(1), selection=selection(target=[urn("b")]))
    assert preview.errors == result.errors
    assert "create b" in bench.ops(preview)


def test_an_unknown_target_is_one_error(bench: Bench) -> None:
    bench.deploy(chain(1))
    result = bench.up(chain(2), selection=selection(target=[urn("a"), urn("nobody")]))
    assert not result.ok
    assert result.errors == (
        f"target {urn('nobody')!r} could not be found in the stack; did you forget to escape $ in your shell?",
    )
    assert bench.ops(result) == ["update a"]  # as in the CLI, which checks when the program has ended


def test_a_target_may_be_new_or_have_left_the_program(bench: Bench) -> None:
    bench.deploy(lambda: (Thing("old", {}), Thing("kept", {})))
    result = bench.up(
        lambda: (Thing("new", {}), Thing("kept", {"size": 2})), selection=selection(target=[urn("old"), urn("new")])
    )
    assert result.ok, result.errors
    assert bench.ops(result) == ["create new", "delete old"]


def test_what_left_the_program_stays_unless_it_is_a_target(bench: Bench) -> None:
    bench.deploy(lambda: (Thing("old", {}), Thing("a", {"size": 1})))
    result = bench.up(lambda: Thing("a", {"size": 2}), selection=selection(target=[urn("a")]))
    assert result.ok, result.errors
    assert bench.ops(result) == ["update a"]
    assert "same old" in steps(result)
    assert "old" in bench.names()

    assert bench.ops(bench.up(lambda: None, selection=selection(exclude=[urn("a")]))) == ["delete old"]


def test_dependencies_that_left_the_program_come_first_in_the_state(bench: Bench) -> None:
    def before() -> None:
        group = Group("group")
        gone = Thing("gone", {}, ResourceOptions(parent=group))
        Thing("a", {"other": gone.arn})

    bench.deploy(before)
    result = bench.up(lambda: (Thing("a", {}), Thing("b", {})), selection=selection(target=[urn("b")]))
    assert result.ok, result.errors
    names = bench.names()
    assert names.index("group") < names.index("gone") < names.index("a")
    assert bench.ops(result) == ["create b"]


def test_outputs_of_what_is_not_created_are_unknown(bench: Bench) -> None:
    seen: list[str] = []

    def program() -> None:
        a = Thing("a", {})
        a.arn.apply(seen.append)
        Thing("free", {})

    assert bench.up(program, selection=selection(target=[urn("free")])).ok
    assert seen == []


def test_a_changed_default_provider_of_what_is_left_out_is_an_error(bench: Bench) -> None:
    def program(version: str) -> Callable[[], None]:
        def declare() -> None:
            Thing("a", {}, ResourceOptions(version=version))
            Thing("b", {"size": version}, ResourceOptions(version="1.0.0"))

        return declare

    bench.deploy(program("1.0.0"))
    result = bench.up(program("2.0.0"), selection=selection(exclude=[urn("b")]))
    assert result.ok, result.errors

    bench.deploy(program("1.0.0"))
    result = bench.up(lambda: Thing("a", {}, ResourceOptions(version="2.0.0")), selection=selection(exclude=[urn("a")]))
    assert not result.ok
    assert "is not registered: it changes while --target or --exclude leaves the resource out" in result.errors[0]


def test_explicit_providers_always_take_part(bench: Bench) -> None:
    def program(region: str, size: int) -> Callable[[], None]:
        def declare() -> None:
            provider = Provider("east", {"zone": region})
            Thing("a", {"size": size}, ResourceOptions(provider=provider))
            Thing("b", {"size": size}, ResourceOptions(provider=provider))

        return declare

    bench.deploy(program("1", 1))
    result = bench.up(program("2", 2), selection=selection(target=[urn("a")]))
    assert result.ok, result.errors
    assert bench.ops(result) == ["update east", "update a"]


def test_destroy_of_a_target_takes_only_what_was_asked_for(bench: Bench) -> None:
    bench.deploy(chain(1))
    refused = bench.deployment(selection=selection(target=[urn("b")])).destroy()
    assert not refused.ok
    [error] = refused.errors
    assert error.startswith(f"{urn('c')} will be destroyed but was not specified in the --target list; ")
    assert error.endswith("either add it to the list or pass --target-dependents")
    assert bench.cloud.made("delete") == []

    result = bench.deployment(selection=selection(target=[urn("b")], target_dependents=True)).destroy()
    assert result.ok, result.errors
    assert bench.ops(result) == ["delete c", "delete b"]
    assert sorted(bench.names()) == ["a", "free", "project-dev"]


def test_destroy_with_an_exclusion_keeps_what_it_needs(bench: Bench) -> None:
    bench.deploy(chain(1))
    result = bench.deployment(selection=selection(exclude=[urn("b")])).destroy()
    assert result.ok, result.errors
    assert sorted(bench.ops(result)) == ["delete c", "delete free"]
    assert sorted(bench.names()) == ["a", "b", "project-dev"]


def test_destroy_with_an_exclusion_and_its_dependents(bench: Bench) -> None:
    bench.deploy(chain(1))
    chosen = selection(exclude=[urn("b")], exclude_dependents=True)
    result = bench.deployment(selection=chosen).destroy()
    # What an exclusion needs is excluded, too, the root stack among it, and everything depends on the root stack.
    assert bench.ops(result) == []
    assert sorted(bench.names()) == ["a", "b", "c", "free", "project-dev"]


@pytest.mark.parametrize("option", ["target", "exclude"])
@pytest.mark.parametrize("operation", ["destroy", "refresh"])
def test_destroy_and_refresh_check_the_names_first(bench: Bench, option: str, operation: str) -> None:
    bench.deploy(chain(1))
    deployment = bench.deployment(selection=selection(**{option: ["urn:nobody$"]}))
    with pytest.raises(TargetError, match=r"target 'urn:nobody\$' could not be found in the stack$"):
        getattr(deployment, operation)()
    assert bench.cloud.calls == []


@pytest.mark.parametrize(
    ("options", "read"),
    [
        ({"target": [urn("a")]}, ["a"]),
        ({"target": [urn("a")], "target_dependents": True}, ["a", "b", "c"]),
        ({"exclude": [urn("b")]}, ["a", "c", "free"]),
        ({"exclude": [urn("b")], "exclude_dependents": True}, ["a", "free"]),
    ],
)
def test_refresh_reads_what_takes_part(bench: Bench, options: dict[str, Any], read: list[str]) -> None:
    bench.deploy(chain(1))
    result = bench.deployment(selection=selection(**options)).refresh()
    assert result.ok, result.errors
    assert sorted(bench.cloud.made("read")) == read
    assert sorted(step.name for step in result.steps if step.name in "abc free") == read


def test_replace_makes_a_resource_anew(bench: Bench) -> None:
    bench.deploy(chain(1))
    result = bench.up(chain(1), selection=selection(replace=[urn("b")]))
    assert result.ok, result.errors
    assert bench.ops(result) == [
        "create-replacement b",
        "replace b",
        "update c",
        "delete-replaced b",
    ]
    replaced = next(step for step in result.steps if step.op == "replace")
    assert [(change.path, change.replace) for change in replaced.changes] == [("id", True)]


def test_target_replace_touches_nothing_else(bench: Bench) -> None:
    bench.deploy(chain(1))
    result = bench.up(chain(2), selection=selection(target_replace=[urn("a")]))
    assert result.ok, result.errors
    assert bench.ops(result) == ["create-replacement a", "replace a", "delete-replaced a"]


def test_an_unknown_replacement_is_refused_before_the_program_runs(bench: Bench) -> None:
    bench.deploy(chain(1))
    with pytest.raises(TargetError, match="'urn:nobody' could not be found in the stack"):
        bench.up(lambda: pulumi.log.error("never"), selection=selection(replace=["urn:nobody"]))
    assert not any(getattr(event, "message", "") == "never" for event in bench.events)


def test_a_renamed_resource_that_is_left_out_keeps_its_old_name(bench: Bench) -> None:
    bench.deploy(lambda: Thing("old", {}))
    options = ResourceOptions(aliases=[pulumi.Alias(name="old")])

    def program() -> None:
        Thing("new", {"size": 2}, options)
        Thing("b", {})

    result = bench.up(program, selection=selection(target=[urn("b")]))
    assert result.ok, result.errors
    assert bench.ops(result) == ["create b"]
    assert sorted(bench.names()) == ["b", "old", "project-dev"]
    assert bench.ops(bench.up(program)) == ["update new"]
