"""Default and explicit providers, functions, reads and stack references."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest
from pulumi import InvokeOptions, Output, ResourceOptions

from simulator.engine.errors import ConfigError
from simulator.engine.values import make_secret
from simulator.model import UNKNOWN
from tests.simulator.engine.fake import Group, Provider, Thing
from tests.simulator.engine.harness import Bench


def test_a_default_provider_per_version_is_configured_from_the_stack(bench: Bench) -> None:
    bench.config = {"fake:region": "here", "other:region": "there"}

    def program() -> None:
        Thing("one", {})
        Thing("two", {}, ResourceOptions(version="7.51.1"))
        Thing("three", {}, ResourceOptions(version="7.51.1"))

    result = bench.deploy(program)
    providers = {item.name: item for item in bench.state.load().resources if item.type == "pulumi:providers:fake"}
    assert sorted(providers) == ["default", "default_7_51_1"]
    assert providers["default"].inputs == {"region": "here"}
    assert providers["default_7_51_1"].inputs == {"__internal": {}, "region": "here", "version": "7.51.1"}
    assert providers["default_7_51_1"].outputs == {"region": "here", "version": "7.51.1"}
    assert providers["default"].parent == ""
    assert bench.resource("three").provider == f"{providers['default_7_51_1'].urn}::{providers['default_7_51_1'].id}"
    assert not any("provider" in step.type for step in result.steps)
    assert sum(view.default_provider for view in result.resources) == 2


def test_a_changed_region_replaces_provider_and_resources(bench: Bench) -> None:
    bench.config = {"fake:region": "here"}
    bench.deploy(lambda: Thing("one", {}))
    bench.config = {"fake:region": "there"}
    result = bench.up(lambda: Thing("one", {}))
    assert result.ok, result.errors
    assert bench.ops(result) == ["create-replacement one", "replace one", "delete-replaced one"]
    assert [change.path for change in result.steps[-1].changes] == []
    providers = [item for item in bench.state.load().resources if item.type == "pulumi:providers:fake"]
    assert [item.inputs["region"] for item in providers] == ["there"]


def test_a_changed_setting_that_is_harmless_only_updates_the_provider(bench: Bench) -> None:
    bench.config = {"fake:retries": "1"}
    bench.deploy(lambda: Thing("one", {}))
    bench.config = {"fake:retries": "2"}
    result = bench.up(lambda: Thing("one", {}))
    assert bench.ops(result) == [], result.errors
    providers = [item for item in bench.state.load().resources if item.type == "pulumi:providers:fake"]
    assert [item.inputs["retries"] for item in providers] == ["2"]


def test_explicit_providers_reach_children_of_components(bench: Bench) -> None:
    def program() -> None:
        east = Provider("east", {"region": "east"})
        west = Provider("west", {"region": "west"})
        group = Group("group", opts=ResourceOptions(providers={"fake": west}))
        Thing("one", {}, ResourceOptions(provider=east))
        Thing("two", {}, ResourceOptions(parent=group))
        inner = Group("inner", opts=ResourceOptions(parent=group))
        Thing("three", {}, ResourceOptions(parent=inner))

    result = bench.deploy(program)
    assert [bench.resource(name).provider.rsplit("::", 2)[1] for name in ("one", "two", "three")] == [
        "east",
        "west",
        "west",
    ]
    assert sum(view.default_provider for view in result.resources) == 0
    destroyed = bench.deployment().destroy()
    assert destroyed.ok, destroyed.errors
    order = bench.ops(destroyed)
    assert order.index("delete west") > order.index("delete three")


def test_wrong_provider_configuration_is_a_fault(bench: Bench) -> None:
    bench.config = {"fake:bogus": "1"}
    result = bench.preview(lambda: Thing("one", {}))
    assert not result.ok
    assert "pulumi:providers:fake 'default': bogus: unknown key" in result.errors[0]


def test_an_unknown_package_is_a_fault(bench: Bench) -> None:
    class Other(pulumi.CustomResource):
        def __init__(self) -> None:
            super().__init__("other:index:Thing", "x", {})

    result = bench.preview(Other)
    assert not result.ok
    assert "other is no package of the fake cloud" in result.errors[0]


def test_a_provider_that_is_not_configured_in_a_preview(bench: Bench) -> None:
    def program() -> None:
        one = Thing("one", {})
        late = Provider("late", {"region": one.arn})
        two = Thing("two", {"size": 1}, ResourceOptions(provider=late))
        pulumi.export("arn", two.arn)

    preview = bench.preview(program)
    assert preview.ok, preview.errors
    assert preview.outputs == {"arn": UNKNOWN}
    assert bench.ops(preview) == ["create project-dev", "create one", "create late", "create two"]
    assert bench.up(program).outputs == {"arn": "arn:id-2"}


def test_functions(bench: Bench) -> None:
    bench.config = {"fake:region": "here"}
    seen: list[Any] = []

    def program() -> None:
        seen.append(pulumi.runtime.invoke("fake:index:echo", {"a": 1, "b": [True, None]}).value)
        east = Provider("east", {"region": "east"})
        pulumi.export(
            "region", pulumi.runtime.invoke_output("fake:index:echo", {}, InvokeOptions(provider=east))["region"]
        )
        secret = pulumi.runtime.invoke_output("fake:index:echo", {"x": Output.secret("s")})
        pulumi.export("secret", secret["echo"]["x"])

    result = bench.up(program)
    assert result.ok, result.errors
    assert seen == [{"echo": {"a": 1, "b": [True, None]}, "region": "here"}]
    assert result.outputs == {"region": "east", "secret": make_secret("s")}


def test_a_function_that_fails_names_itself(bench: Bench) -> None:
    result = bench.preview(lambda: pulumi.runtime.invoke("fake:index:fail", {}))
    assert not result.ok
    assert "invoke of fake:index:fail failed: Denied: the function was refused" in result.errors[0]


def test_get_reads_without_owning(bench: Bench) -> None:
    owner = Bench(bench.directory / "owner", bench.cloud)
    owner.deploy(lambda: Thing("one", {"name": "n", "size": 3}))

    class Read(pulumi.CustomResource):
        arn: Output[str]
        size: Output[int]

        def __init__(self) -> None:
            super().__init__("fake:index:Thing", "theirs", {"arn": None, "size": None}, ResourceOptions(id="id-1"))

    def program() -> None:
        read = Read()
        pulumi.export("size", read.size)
        Thing("mine", {"other": read.arn})

    assert bench.preview(program).outputs == {"size": 3}
    result = bench.up(program)
    assert result.ok, result.errors
    assert bench.ops(result) == ["create project-dev", "read theirs", "create mine"]
    assert bench.resource("theirs").external
    assert bench.resource("theirs").id == "id-1"
    assert bench.ops(bench.up(program)) == ["read theirs"]
    destroyed = bench.deployment().destroy()
    assert bench.ops(destroyed) == ["delete mine", "discard theirs", "delete project-dev"]
    assert sorted(bench.cloud.live) == ["id-1"]


def test_get_of_nothing_fails(bench: Bench) -> None:
    def program() -> None:
        pulumi.CustomResource("fake:index:Thing", "theirs", {}, ResourceOptions(id="id-9"))

    result = bench.preview(program)
    assert not result.ok
    assert "fake:index:Thing 'id-9' does not exist" in result.errors[0]


def test_a_stack_reference_reads_another_stack(bench: Bench) -> None:
    outputs = {"vpc": "vpc-1", "token": make_secret("s3cret"), "list": [1, 2]}
    asked: list[str] = []

    def stacks(name: str) -> dict[str, Any] | None:
        asked.append(name)
        return outputs if name == "acme/network/dev" else None

    def program() -> None:
        reference = pulumi.StackReference("acme/network/dev")
        pulumi.export("vpc", reference.require_output("vpc"))
        pulumi.export("token", reference.get_output("token"))
        pulumi.export("missing", reference.get_output("missing"))

    assert bench.preview(program, stacks=stacks).outputs["vpc"] == "vpc-1"
    result = bench.up(program, stacks=stacks)
    assert result.ok, result.errors
    assert result.outputs == {"vpc": "vpc-1", "token": make_secret("s3cret")}
    reference = bench.resource("acme/network/dev")
    assert (reference.type, reference.id, reference.external) == (
        "pulumi:pulumi:StackReference",
        "acme/network/dev",
        True,
    )
    assert "s3cret" not in bench.state.path.read_text()
    assert set(asked) == {"acme/network/dev"}


def test_an_unknown_stack_is_a_fault(bench: Bench) -> None:
    result = bench.preview(lambda: pulumi.StackReference("acme/network/prod"), stacks=lambda name: None)
    assert not result.ok
    assert "unknown stack 'acme/network/prod'" in result.errors[0]


DENIED = "Default provider for 'fake' disabled. '{}' must use an explicit provider."
URN = "urn:pulumi:dev::project::fake:index:Thing::one"


@pytest.mark.parametrize("value", ['["fake"]', '["other", " fake "]', '["*"]'])
def test_a_default_provider_that_is_switched_off(bench: Bench, value: str) -> None:
    bench.config = {"pulumi:disable-default-providers": value}
    for operation in (bench.preview, bench.up):
        result = operation(lambda: Thing("one", {}))
        assert not result.ok
        assert DENIED.format(URN) in "\n".join(result.errors)
    assert bench.cloud.made("create") == []


def test_an_explicit_provider_where_the_default_one_is_switched_off(bench: Bench) -> None:
    bench.config = {"pulumi:disable-default-providers": '["*"]'}

    def program() -> None:
        Thing("one", {}, ResourceOptions(provider=Provider("mine", {})))

    bench.deploy(program)
    assert [item.name for item in bench.state.load().resources if "providers" in item.type] == ["mine"]


def test_functions_and_reads_ask_for_the_default_provider_too(bench: Bench) -> None:
    bench.config = {"pulumi:disable-default-providers": '["fake"]'}
    result = bench.up(lambda: pulumi.runtime.invoke("fake:index:getThing", {}))
    assert DENIED.format("fake:index:getThing") in "\n".join(result.errors)
    result = bench.up(lambda: Thing("one", {}, ResourceOptions(id="id-1")))
    assert DENIED.format("fake:index:Thing") in "\n".join(result.errors)


@pytest.mark.parametrize("value", ["", '["other"]', "[]"])
def test_other_default_providers_stay(bench: Bench, value: str) -> None:
    bench.config = {"pulumi:disable-default-providers": value}
    bench.deploy(lambda: Thing("one", {}))


@pytest.mark.parametrize("value", ["fake", '{"fake": true}', "[1]", '["fake"'])
def test_a_list_of_default_providers_that_is_none(bench: Bench, value: str) -> None:
    bench.config = {"pulumi:disable-default-providers": value}
    with pytest.raises(ConfigError, match="write a list of packages"):
        bench.up(lambda: Thing("one", {}))
