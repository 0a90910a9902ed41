"""Functions of the program that the engine calls: transforms and hooks."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws
from pulumi import (
    ComponentResource,
    InvokeTransformArgs,
    InvokeTransformResult,
    ResourceHook,
    ResourceHookArgs,
    ResourceHookBinding,
    ResourceOptions,
    ResourceTransformArgs,
    ResourceTransformResult,
)

from tests.differential.case import case, destroy, up


def _tagged(args: ResourceTransformArgs) -> ResourceTransformResult | None:
    if args.type_ != "aws:sns/topic:Topic":
        return None
    tags = {**(args.props.get("tags") or {}), "transformed": "yes"}
    return ResourceTransformResult({**args.props, "tags": tags}, args.opts)


def _protected(args: ResourceTransformArgs) -> ResourceTransformResult:
    return ResourceTransformResult(
        args.props, ResourceOptions.merge(args.opts, ResourceOptions(ignore_changes=["displayName"]))
    )


@case(up(1), up(2))
def transforms_of_a_resource(version: int) -> None:
    aws.sns.Topic("one", tags={"a": "b"}, opts=ResourceOptions(transforms=[_tagged]))
    aws.sns.Topic("two", display_name=f"v{version}", opts=ResourceOptions(transforms=[_tagged, _protected]))
    group = ComponentResource("acme:index:Group", "g", {}, ResourceOptions(transforms=[_tagged]))
    aws.sns.Topic("child", opts=ResourceOptions(parent=group))


@case(up(1), up(2))
def transforms_of_the_stack(version: int) -> None:
    pulumi.runtime.register_resource_transform(_tagged)
    if version == 2:
        pulumi.runtime.register_resource_transform(_protected)
    aws.sns.Topic("one", display_name=f"v{version}")
    aws.ec2.Vpc("net", cidr_block="10.0.0.0/16")


def _other_region(args: InvokeTransformArgs) -> InvokeTransformResult:
    assert args.token
    return InvokeTransformResult({**args.args, "state": "available"}, args.opts)


@case(up(1))
def transforms_of_functions(version: int) -> None:
    pulumi.runtime.register_invoke_transform(_other_region)
    zones = aws.get_availability_zones_output()
    pulumi.export("state", zones.state)


@case(up(1), up(2), up(3), destroy())
def hooks(version: int) -> None:
    def called(args: ResourceHookArgs) -> None:
        pulumi.log.info(f"hook for {args.name}")

    binding = ResourceHookBinding(
        before_create=[ResourceHook("bc", called)],
        after_create=[ResourceHook("ac", called)],
        after_update=[ResourceHook("au", called)],
    )
    aws.sns.Topic("one", display_name=f"v{version}", opts=ResourceOptions(hooks=binding))


@case(up(1, fails=True, says=("hooked off",)), up(2))
def a_hook_that_refuses(version: int) -> None:
    def refuse(args: ResourceHookArgs) -> None:
        if version == 1:
            raise RuntimeError("hooked off")

    binding = ResourceHookBinding(before_create=[ResourceHook("no", refuse)])
    aws.sns.Topic("one", opts=ResourceOptions(hooks=binding))
