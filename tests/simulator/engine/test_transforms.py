"""Transforms of resources and functions, and what is refused by name."""

from __future__ import annotations

from typing import Any

import pulumi
from pulumi import (
    InvokeTransformArgs,
    InvokeTransformResult,
    Output,
    ResourceOptions,
    ResourceTransformArgs,
    ResourceTransformResult,
)

from simulator.engine.values import make_secret
from tests.simulator.engine.fake import Group, Thing
from tests.simulator.engine.harness import Bench


def tagged(value: str) -> Any:
    def transform(args: ResourceTransformArgs) -> ResourceTransformResult | None:
        if args.type_ != "fake:index:Thing":
            return None
        tags = [*args.props.get("tags", []), value]
        return ResourceTransformResult(props={**args.props, "tags": tags}, opts=args.opts)

    return transform


def test_transforms_run_from_the_resource_outwards(bench: Bench) -> None:
    def program() -> None:
        pulumi.runtime.register_resource_transform(tagged("stack"))
        group = Group("group", opts=ResourceOptions(transforms=[tagged("group")]))
        Thing("one", {}, ResourceOptions(parent=group, transforms=[tagged("own")]))
        Thing("two", {"password": Output.secret("p")})

    result = bench.up(program)
    assert result.ok, result.errors
    assert bench.resource("one").inputs["tags"] == ["own", "group", "stack"]
    assert bench.resource("two").inputs["tags"] == ["stack"]
    assert bench.resource("two").inputs["password"] == make_secret("p")
    assert bench.up(program).counts == {"same": 4}


def test_a_transform_changes_options(bench: Bench) -> None:
    def transform(args: ResourceTransformArgs) -> ResourceTransformResult:
        options = ResourceOptions.merge(args.opts, ResourceOptions(protect=True, ignore_changes=["size"]))
        return ResourceTransformResult(props=args.props, opts=options)

    bench.deploy(lambda: Thing("one", {}, ResourceOptions(transforms=[transform])))
    assert bench.resource("one").protect
    assert bench.resource("one").ignore_changes == ["size"]


def test_a_transform_keeps_the_dependencies_of_what_it_passes_on(bench: Bench) -> None:
    kinds: list[type] = []

    def transform(args: ResourceTransformArgs) -> ResourceTransformResult:
        kinds.append(type(args.props["other"]))
        return ResourceTransformResult(props={**args.props, "size": 1}, opts=args.opts)

    def program() -> None:
        one = Thing("one", {})
        Thing("two", {"other": one.arn}, ResourceOptions(transforms=[transform]))

    bench.deploy(program)
    assert kinds == [Output]
    assert bench.resource("two").inputs["other"] == "arn:id-1"
    assert bench.resource("two").dependencies == [bench.resource("one").urn]
    assert bench.resource("two").property_dependencies == {"other": [bench.resource("one").urn], "size": []}


def test_a_transform_that_raises_is_reported(bench: Bench) -> None:
    def transform(args: ResourceTransformArgs) -> ResourceTransformResult:
        raise ValueError("not this one")

    result = bench.up(lambda: Thing("one", {}, ResourceOptions(transforms=[transform])))
    assert not result.ok
    assert "a transform failed" in result.errors[0]
    assert "not this one" in result.errors[0]


def test_invoke_transforms(bench: Bench) -> None:
    def transform(args: InvokeTransformArgs) -> InvokeTransformResult:
        return InvokeTransformResult(args={**args.args, "added": 1}, opts=args.opts)

    def program() -> None:
        pulumi.runtime.register_invoke_transform(transform)
        pulumi.export("echo", pulumi.runtime.invoke_output("fake:index:echo", {"a": 2})["echo"])

    result = bench.up(program)
    assert result.ok, result.errors
    assert result.outputs == {"echo": {"a": 2, "added": 1}}
