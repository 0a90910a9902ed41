"""Renames, aliases, parents and components."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws
from pulumi import Alias, ComponentResource, ResourceOptions

from tests.differential.case import case, destroy, up


class Group(ComponentResource):
    """A component with one topic in it."""

    def __init__(
        self, name: str, opts: ResourceOptions | None = None, *, type_: str = "acme:index:Group", topic: str = ""
    ) -> None:
        super().__init__(type_, name, {}, opts)
        self.topic = aws.sns.Topic(topic or f"{name}-topic", opts=ResourceOptions(parent=self))
        self.register_outputs({"arn": self.topic.arn})


@case(up(1), up(2), up(3), up(3))
def alias_by_name(version: int) -> None:
    name = {1: "old", 2: "new", 3: "new"}[version]
    aliases = [Alias(name="old")] if version == 2 else []
    topic = aws.sns.Topic(name, name="acme", opts=ResourceOptions(aliases=aliases))
    aws.sns.Topic("user", tags={"topic": topic.arn}, opts=ResourceOptions(depends_on=[topic]))


@case(up(1), up(2), destroy())
def alias_by_urn(version: int) -> None:
    old = "urn:pulumi:dev::differential::aws:sns/topic:Topic::old"
    aws.sns.Topic("old" if version == 1 else "new", name="acme", opts=ResourceOptions(aliases=[old]))


@case(up(1), up(2), up(3))
def rename_without_an_alias(version: int) -> None:
    aws.sns.Topic(f"topic-{version}", display_name="x")


@case(up(1), up(2), up(3))
def alias_by_type_of_a_component(version: int) -> None:
    kind = "acme:index:Group" if version == 1 else "acme:index:Team"
    aliases = [Alias(type_="acme:index:Group")] if version == 2 else []
    Group("g", ResourceOptions(aliases=aliases), type_=kind, topic="t")


@case(up(1), up(2), up(3), destroy())
def alias_by_parent(version: int) -> None:
    group = Group("g")
    parent = {1: None, 2: group, 3: group}[version]
    aliases = [Alias(parent=pulumi.ROOT_STACK_RESOURCE)] if version == 2 else []
    aws.sns.Topic("moved", name="moved", opts=ResourceOptions(parent=parent, aliases=aliases))


@case(up(1), up(2), up(3), destroy())
def aliases_in_a_chain(version: int) -> None:
    name = {1: "a", 2: "b", 3: "c"}[version]
    aliases = {1: [], 2: [Alias(name="a")], 3: [Alias(name="b"), Alias(name="a")]}[version]
    topic = aws.sns.Topic(name, name="acme", opts=ResourceOptions(aliases=aliases))
    aws.sns.Topic("user", tags={"topic": topic.arn})


@case(up(1), up(2), up(3), destroy())
def a_renamed_parent_takes_its_children_along(version: int) -> None:
    name = "old" if version == 1 else "new"
    aliases = [Alias(name="old")] if version == 2 else []
    group = Group(name, ResourceOptions(aliases=aliases))
    aws.sns.Topic("inner", name="inner", opts=ResourceOptions(parent=group))


@case(up(1), up(2), destroy())
def components_nest(version: int) -> None:
    outer = ComponentResource("acme:index:Outer", "outer")
    inner = ComponentResource("acme:index:Inner", "inner", {}, ResourceOptions(parent=outer))
    topic = aws.sns.Topic("leaf", display_name=f"v{version}", opts=ResourceOptions(parent=inner))
    outer.register_outputs({"arn": topic.arn, "version": version})
    aws.sns.Topic("after", opts=ResourceOptions(depends_on=[outer]))
    pulumi.export("outer", topic.arn)


@case(up(1), up(2))
def options_of_a_component_reach_its_children(version: int) -> None:
    group = Group("g", ResourceOptions(protect=version == 1))
    aws.sns.Topic("child", opts=ResourceOptions(parent=group))
    aws.sns.Topic("own", opts=ResourceOptions(parent=group, protect=False))


@case(up(1), up(2), destroy())
def unicode_in_names(version: int) -> None:
    topic = aws.sns.Topic("größe 数据", name="plain", display_name=f"Grüße {version}")
    aws.ssm.Parameter("ключ", name="/acme/key", type="String", value="naïve ☃ \u2028 😀")
    pulumi.export("résumé", topic.display_name)


@case(up(1, fails=True, plan_fails=True, says=("uplicate resource URN",)), up(2))
def the_same_urn_twice(version: int) -> None:
    one = aws.sns.Topic("one")
    if version == 1:
        aws.sns.Topic("one", display_name="again", opts=ResourceOptions(depends_on=[one]))


@case(up(1), up(2, fails=True, plan_fails=True))
def two_resources_with_one_alias(version: int) -> None:
    if version == 1:
        aws.sns.Topic("old", name="old")
        return
    first = aws.sns.Topic("first", name="old", opts=ResourceOptions(aliases=[Alias(name="old")]))
    aws.sns.Topic("second", name="x", opts=ResourceOptions(aliases=[Alias(name="old")], depends_on=[first]))
