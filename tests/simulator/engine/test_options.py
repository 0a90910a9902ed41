"""Resource options."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest
from pulumi import ResourceOptions

from tests.simulator.engine.fake import Group, Thing
from tests.simulator.engine.harness import Bench


def test_protect_refuses_a_deletion_and_a_replacement(bench: Bench) -> None:
    protect = ResourceOptions(protect=True)
    bench.deploy(lambda: Thing("one", {"force": "a"}, protect))
    assert bench.resource("one").protect

    gone = bench.up(lambda: None)
    assert not gone.ok
    assert "is protected and cannot be deleted" in gone.errors[0]
    replaced = bench.up(lambda: Thing("one", {"force": "b"}, protect))
    assert not replaced.ok
    assert "is protected and cannot be replaced" in replaced.errors[0]
    destroyed = bench.deployment().destroy()
    assert not destroyed.ok
    assert bench.cloud.calls == []
    assert sorted(bench.cloud.live) == ["id-1"]

    bench.deploy(lambda: Thing("one", {"force": "a"}))
    assert bench.deployment().destroy().ok


def test_protect_is_inherited_from_the_parent(bench: Bench) -> None:
    def program() -> None:
        group = Group("group", opts=ResourceOptions(protect=True))
        Thing("one", {}, ResourceOptions(parent=group))
        Thing("two", {}, ResourceOptions(parent=group, protect=False))

    bench.deploy(program)
    assert (bench.resource("one").protect, bench.resource("two").protect) == (True, False)


def test_retain_on_delete_leaves_the_resource_in_the_cloud(bench: Bench) -> None:
    bench.deploy(lambda: Thing("one", {}, ResourceOptions(retain_on_delete=True)))
    result = bench.up(lambda: None)
    assert bench.ops(result) == ["delete one"]
    assert bench.cloud.calls == []
    assert sorted(bench.cloud.live) == ["id-1"]
    assert bench.names() == ["project-dev"]


def test_deleted_with_spares_the_call(bench: Bench) -> None:
    def program() -> None:
        first = Thing("one", {})
        Thing("two", {}, ResourceOptions(deleted_with=first))
        Thing("three", {})

    bench.deploy(program)
    assert bench.resource("two").deleted_with == bench.resource("one").urn
    result = bench.deployment().destroy()
    assert result.ok, result.errors
    assert set(bench.cloud.made("delete")) == {"one", "three"}
    assert "delete two" in bench.ops(result)


@pytest.mark.parametrize(
    ("paths", "value", "kept"),
    [
        (["size"], {"size": 9, "tags": {"a": "1"}}, {"size": 1, "tags": {"a": "1"}}),
        (["tags.a"], {"size": 1, "tags": {"a": "9"}}, {"size": 1, "tags": {"a": "1"}}),
        (['tags["a"]'], {"size": 1, "tags": {"a": "9"}}, {"size": 1, "tags": {"a": "1"}}),
        (["tags"], {"size": 1}, {"size": 1, "tags": {"a": "1"}}),
        (["extra"], {"size": 1, "tags": {"a": "1"}, "extra": 1}, {"size": 1, "tags": {"a": "1"}}),
    ],
)
def test_ignore_changes(bench: Bench, paths: list[str], value: dict[str, Any], kept: dict[str, Any]) -> None:
    bench.deploy(lambda: Thing("one", {"name": "n", "size": 1, "tags": {"a": "1"}}))
    result = bench.up(lambda: Thing("one", {"name": "n", **value}, ResourceOptions(ignore_changes=paths)))
    assert result.counts == {"same": 2}, result.errors
    assert bench.resource("one").inputs == {"name": "n", **kept}
    assert bench.resource("one").ignore_changes == paths


def test_ignore_changes_of_every_element(bench: Bench) -> None:
    bench.deploy(lambda: Thing("one", {"rules": [{"a": 1, "b": 1}, {"a": 2, "b": 2}]}))
    options = ResourceOptions(ignore_changes=["rules[*].a"])
    result = bench.up(lambda: Thing("one", {"rules": [{"a": 8, "b": 3}, {"a": 9, "b": 2}]}, options))
    assert bench.ops(result) == ["update one"]
    assert bench.resource("one").inputs["rules"] == [{"a": 1, "b": 3}, {"a": 2, "b": 2}]


def test_a_malformed_path_is_a_fault_of_the_resource(bench: Bench) -> None:
    bench.deploy(lambda: Thing("one", {}))
    result = bench.up(lambda: Thing("one", {}, ResourceOptions(ignore_changes=["a[b"])))
    assert not result.ok
    assert "ignoreChanges: 'a[b' is no property path" in result.errors[0]


def test_dependencies_are_recorded_by_property(bench: Bench) -> None:
    def program() -> None:
        first = Thing("one", {})
        second = Thing("two", {})
        Thing("three", {"a": first.arn, "b": "plain"}, ResourceOptions(depends_on=[second]))

    bench.deploy(program)
    one, two, three = (bench.resource(name).urn for name in ("one", "two", "three"))
    assert bench.resource("three").dependencies == sorted([one, two])
    assert bench.resource("three").property_dependencies["a"] == [one]
    assert three.endswith("::fake:index:Thing::three")


def test_depends_on_a_component_waits_for_its_children(bench: Bench) -> None:
    def program() -> None:
        group = Group("group")
        Thing("child", {}, ResourceOptions(parent=group))
        Thing("one", {}, ResourceOptions(depends_on=[group]))

    bench.deploy(program)
    assert bench.resource("child").urn in bench.resource("one").dependencies
    assert bench.deployment().destroy().ok
    assert bench.cloud.made("delete") == ["one", "child"]


def test_custom_timeouts_are_kept_in_seconds(bench: Bench) -> None:
    timeouts = pulumi.CustomTimeouts(create="1h30m", update="90s", delete="1.5m")
    bench.deploy(lambda: Thing("one", {}, ResourceOptions(custom_timeouts=timeouts)))
    kept = bench.resource("one").custom_timeouts
    assert (kept.create, kept.update, kept.delete, kept.read) == (5400, 90, 90, 0)


def test_a_timeout_that_is_no_duration_is_refused(bench: Bench) -> None:
    timeouts = pulumi.CustomTimeouts(create="soon")
    result = bench.up(lambda: Thing("one", {}, ResourceOptions(custom_timeouts=timeouts)))
    assert not result.ok
    assert "'soon' is no duration" in result.errors[0]


def test_import_takes_over_what_exists(bench: Bench) -> None:
    bench.deploy(lambda: Thing("one", {"name": "n", "size": 1}))
    other = Bench(bench.directory / "other", bench.cloud)
    options = ResourceOptions(import_="id-1")
    preview = other.preview(lambda: Thing("mine", {"name": "n", "size": 1}, options))
    assert other.ops(preview) == ["create project-dev", "import mine"]
    result = other.up(lambda: Thing("mine", {"name": "n", "size": 1}, options))
    assert result.ok, result.errors
    assert other.ops(result) == ["create project-dev", "import mine"]
    assert other.resource("mine").id == other.resource("mine").import_id == "id-1"
    assert other.up(lambda: Thing("mine", {"name": "n", "size": 1}, options)).counts == {"same": 2}
    assert sorted(bench.cloud.live) == ["id-1"]


def test_import_of_something_else_updates_it(bench: Bench) -> None:
    bench.deploy(lambda: Thing("one", {"name": "n", "size": 1}))
    other = Bench(bench.directory / "other", bench.cloud)
    result = other.up(lambda: Thing("mine", {"name": "n", "size": 2}, ResourceOptions(import_="id-1")))
    assert result.ok, result.errors
    assert other.ops(result) == ["create project-dev", "import mine", "update mine"]
    assert bench.cloud.live["id-1"].inputs["size"] == 2
    assert other.names() == ["project-dev", "mine"]


def test_import_of_nothing_fails(bench: Bench) -> None:
    result = bench.up(lambda: Thing("mine", {}, ResourceOptions(import_="id-9")))
    assert not result.ok
    assert "nothing with the id 'id-9' to import" in result.errors[0]


def test_two_resources_of_one_name_are_refused(bench: Bench) -> None:
    def program() -> None:
        Thing("one", {})
        Thing("one", {})

    result = bench.preview(program)
    assert not result.ok
    assert "duplicate resource URN" in result.errors[0]
