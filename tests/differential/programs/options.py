"""Resource options, one at a time."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws
from pulumi import CustomTimeouts, ResourceOptions

from tests.differential.case import case, destroy, preview, up


@case(up(1), up(2), up(3))
def ignore_changes(version: int) -> None:
    aws.sns.Topic("path", display_name=f"v{version}", opts=ResourceOptions(ignore_changes=["displayName"]))
    aws.sns.Topic(
        "nested", tags={"a": f"{version}", "b": f"{version}"}, opts=ResourceOptions(ignore_changes=["tags.a"])
    )
    aws.sns.Topic("glob", tags={"a": f"{version}", "b": "x"}, opts=ResourceOptions(ignore_changes=["tags.*"]))
    aws.sns.Topic("all", display_name=f"v{version}", opts=ResourceOptions(ignore_changes=["*"]))
    aws.sns.Topic(
        "gone",
        display_name="there" if version < 3 else None,
        tags={"a": "1"} if version > 1 else None,
        opts=ResourceOptions(ignore_changes=["displayName", "tags"]),
    )


@case(up(1), up(2))
def ignore_changes_in_a_list(version: int) -> None:
    rules = [
        {"protocol": "tcp", "from_port": 80 + version, "to_port": 80 + version, "cidr_blocks": ["10.0.0.0/8"]},
        {"protocol": "tcp", "from_port": 443, "to_port": 443, "cidr_blocks": [f"10.{version}.0.0/16"]},
    ]
    vpc = aws.ec2.Vpc("net", cidr_block="10.0.0.0/16")
    aws.ec2.SecurityGroup(
        "sg",
        vpc_id=vpc.id,
        ingress=rules,
        opts=ResourceOptions(ignore_changes=["ingress[0].fromPort", "ingress[*].toPort", 'ingress[1]["cidrBlocks"]']),
    )


@case(
    up(1),
    up(2, fails=True, plan_fails=True, says=("protect",)),
    destroy(fails=True, says=("protect",)),
    up(3),
    up(4),
)
def protect_from_replacement(version: int) -> None:
    protect = version < 3
    aws.ec2.Vpc("net", cidr_block=f"10.{version}.0.0/16", opts=ResourceOptions(protect=protect))


@case(up(1), up(2, fails=True, plan_fails=True, says=("protect",)), up(1), up(3), up(2))
def protect_from_deletion(version: int) -> None:
    if version != 2:
        aws.sns.Topic("kept", opts=ResourceOptions(protect=version == 1))
    aws.sns.Topic("other")


@case(up(1), up(2), destroy())
def retain_on_delete(version: int) -> None:
    if version == 1:
        aws.sns.Topic("left", name="left", opts=ResourceOptions(retain_on_delete=True))
    aws.ec2.Vpc("net", cidr_block=f"10.{version}.0.0/16", opts=ResourceOptions(retain_on_delete=True))


@case(up(1), up(2), up(1), destroy())
def deleted_with(version: int) -> None:
    if version == 2:
        return
    bucket = aws.s3.Bucket("lake", bucket="acme-lake", force_destroy=True)
    aws.s3.BucketObjectv2("note", bucket=bucket.id, key="note", content="x", opts=ResourceOptions(deleted_with=bucket))
    aws.sns.Topic("with", opts=ResourceOptions(deleted_with=bucket, depends_on=[bucket]))


@case(up(1), up(2), destroy())
def custom_timeouts(version: int) -> None:
    limits = {1: CustomTimeouts(create="5m", delete="90s"), 2: CustomTimeouts(update="1h30m")}[version]
    aws.sns.Topic("one", opts=ResourceOptions(custom_timeouts=limits))


@case(up(1), up(2), up(3), destroy())
def depends_on(version: int) -> None:
    first = aws.sns.Topic("first")
    second = aws.sns.Topic("second", opts=ResourceOptions(depends_on=[first]))
    third = aws.sns.Topic("third", opts=ResourceOptions(depends_on={1: [second], 2: [first, second], 3: []}[version]))
    aws.sns.Topic("fourth", opts=ResourceOptions(depends_on=third))


@case(up(1), up(2), destroy())
def property_dependencies(version: int) -> None:
    one = aws.sns.Topic("one")
    two = aws.sns.Topic("two", tags={"one": one.arn})
    both = pulumi.Output.all(one.name, two.name).apply(" ".join)
    aws.sns.Topic("three", display_name=two.arn if version == 1 else both, tags={"a": one.name, "b": two.name})


@case(up(1), up(2))
def version_of_the_plugin(version: int) -> None:
    aws.sns.Topic("one", opts=ResourceOptions(version="7.51.1"))


@case(preview(1), up(1), up(2))
def unknowns_run_through_a_preview(version: int) -> None:
    vpc = aws.ec2.Vpc("net", cidr_block=f"10.{version}.0.0/16")
    name = vpc.id.apply(lambda id_: f"topic-{id_[-4:]}")
    topic = aws.sns.Topic("named", name=name)
    aws.sns.Topic("tagged", tags={"other": topic.arn, "plain": "x"})
    pulumi.export("name", topic.name)
    pulumi.export("nested", {"arn": topic.arn, "known": 1})


@case(up(1), up(2), up(3))
def hide_diffs(version: int) -> None:
    aws.sns.Topic("one", display_name=f"v{version}", opts=ResourceOptions(hide_diffs=["displayName"]))
