"""Create, update, replace in both orders, and what a replacement drags along."""

from __future__ import annotations

import json

import pulumi
import pulumi_aws as aws
from pulumi import ResourceOptions

from tests.differential.case import case, destroy, up

TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "sagemaker.amazonaws.com"}}
        ],
    }
)
READ = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}]})


@case(up(1), up(1), up(2), up(3), destroy())
def create_update_delete(version: int) -> None:
    key = aws.kms.Key("key", description=f"version {min(version, 2)}", enable_key_rotation=True)
    if version < 3:
        aws.kms.Alias("alias", name="alias/acme", target_key_id=key.id)
    pulumi.export("arn", key.arn)


@case(up(1), up(2))
def replace_create_before_delete(version: int) -> None:
    vpc = aws.ec2.Vpc("net", cidr_block=f"10.{version}.0.0/16")
    pulumi.export("vpc", vpc.id)


@case(up(1), up(2))
def replace_with_an_automatic_name(version: int) -> None:
    role = aws.iam.Role("exec", path=f"/v{version}/", assume_role_policy=TRUST)
    pulumi.export("role", role.arn)


@case(up(1), up(2))
def replace_delete_before_create_because_of_the_name(version: int) -> None:
    role = aws.iam.Role("exec", name="exec", path=f"/v{version}/", assume_role_policy=TRUST)
    pulumi.export("role", role.arn)


@case(up(1), up(2), destroy())
def dependents_fall_with_a_delete_before_replace(version: int) -> None:
    role = aws.iam.Role("exec", name="exec", path=f"/v{version}/", assume_role_policy=TRUST)
    policy = aws.iam.RolePolicy("read", role=role.id, policy=READ)
    aws.iam.RolePolicyAttachment(
        "attached",
        role=role.name,
        policy_arn="arn:aws:iam::aws:policy/ReadOnlyAccess",
        opts=ResourceOptions(depends_on=policy),
    )
    aws.sns.Topic("bystander", tags={"role": role.arn})


@case(up(1), up(2))
def a_replacement_replaces_what_refers_to_it(version: int) -> None:
    vpc = aws.ec2.Vpc("net", cidr_block=f"10.{version}.0.0/16")
    subnet = aws.ec2.Subnet("a", vpc_id=vpc.id, cidr_block=f"10.{version}.0.0/24")
    aws.ec2.SecurityGroup("sg", vpc_id=vpc.id, name="sg" if version == 1 else None, tags={"subnet": subnet.id})


@case(up(1), up(2))
def replace_on_changes(version: int) -> None:
    aws.sns.Topic("plain", display_name=f"v{version}", opts=ResourceOptions(replace_on_changes=["displayName"]))
    aws.sns.Topic("globbed", tags={"a": f"{version}", "b": "same"}, opts=ResourceOptions(replace_on_changes=["tags.*"]))
    aws.sns.Topic("not", tags={"a": f"{version}"}, opts=ResourceOptions(replace_on_changes=["displayName"]))


@case(up(1), up(2), up(3))
def delete_before_replace_by_option(version: int) -> None:
    before = {1: None, 2: True, 3: False}[version]
    vpc = aws.ec2.Vpc("net", cidr_block=f"10.{version}.0.0/16", opts=ResourceOptions(delete_before_replace=before))
    aws.ec2.Subnet("a", vpc_id=vpc.id, cidr_block=f"10.{version}.0.0/24")
    aws.iam.Role(
        "named",
        name=f"named-{version}",
        path=f"/v{version}/",
        assume_role_policy=TRUST,
        opts=ResourceOptions(delete_before_replace=False),
    )


@case(up(1), up(2), up(2))
def replacement_trigger(version: int) -> None:
    aws.sns.Topic("one", opts=ResourceOptions(replacement_trigger={"version": version}))
    aws.sns.Topic("late", opts=ResourceOptions(replacement_trigger="x" if version == 2 else None))


@case(up(1), up(2))
def replace_with(version: int) -> None:
    vpc = aws.ec2.Vpc("net", cidr_block=f"10.{version}.0.0/16")
    aws.sns.Topic("follower", opts=ResourceOptions(replace_with=[vpc]))


@case(up(1), up(2), up(3))
def a_tag_never_replaces(version: int) -> None:
    tags: dict[str, str] = {1: {"a": "1"}, 2: {"a": "2", "b": "1"}, 3: {}}[version]
    aws.ec2.Vpc("net", cidr_block="10.0.0.0/16", tags=tags)
    aws.iam.Role("exec", name="exec", assume_role_policy=TRUST, tags=tags or None)
