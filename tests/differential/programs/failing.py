"""Refusals, half-done work, and going on from there."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws
from pulumi import CustomResource, ResourceOptions

from simulator.records import Effect
from tests.differential.case import case, destroy, refresh, up


@case(up(1, fails=True, says=("NotFound", "vpc-0123456789abcdef0")), up(2))
def the_refusal_of_a_provider(version: int) -> None:
    fine = aws.sns.Topic("fine")
    if version == 1:
        after = ResourceOptions(depends_on=[fine])
        aws.ec2.Subnet("a", vpc_id="vpc-0123456789abcdef0", cidr_block="10.0.0.0/24", opts=after)


@case(up(1, fails=True, plan_fails=True, says=("assumeRolePolicy",)), up(2))
def inputs_that_are_refused(version: int) -> None:
    fine = aws.sns.Topic("fine")
    if version == 1:
        CustomResource("aws:iam/role:Role", "r", {"naem": "x"}, ResourceOptions(depends_on=[fine]))


@case(up(1, fails=True, plan_fails=True))
def a_type_that_does_not_exist(version: int) -> None:
    CustomResource("aws:iam/nothing:Nothing", "r", {"name": "x"})


@case(
    up(
        1,
        fails=True,
        says=("AccessDenied", "not today"),
        before=lambda cloud: cloud.add_fault("create", "AccessDenied", "not today", name_glob="second"),
    ),
    up(1),
    destroy(),
)
def a_failure_half_way_and_a_second_try(version: int) -> None:
    first = aws.sns.Topic("first")
    second = aws.sns.Topic("second", tags={"first": first.arn})
    aws.sns.Topic("third", tags={"second": second.arn})
    pulumi.export("second", second.arn)


@case(
    up(
        1,
        fails=True,
        continue_on_error=True,
        before=lambda cloud: cloud.add_fault("create", "AccessDenied", "not today", name_glob="second"),
    ),
    up(1),
)
def going_on_after_an_error(version: int) -> None:
    first = aws.sns.Topic("first")
    second = aws.sns.Topic("second", tags={"first": first.arn})
    aws.sns.Topic("third", tags={"second": second.arn})
    aws.sns.Topic("other")
    pulumi.export("first", first.arn)


@case(
    up(
        1,
        fails=True,
        says=("half done",),
        before=lambda cloud: cloud.add_fault("create", "Failed", "half done", effect=Effect.PARTIAL),
    ),
    up(1),
    up(1),
)
def a_half_made_resource(version: int) -> None:
    aws.sns.Topic("one", display_name="d")


@case(
    up(1),
    up(
        2,
        fails=True,
        before=lambda cloud: cloud.add_fault("update", "Failed", "half done", effect=Effect.PARTIAL),
    ),
    up(2),
)
def a_half_done_update(version: int) -> None:
    aws.sns.Topic("one", display_name=f"v{version}")


@case(
    up(1),
    up(2, fails=True, before=lambda cloud: cloud.add_fault("delete", "AccessDenied", "not today", name_glob="net")),
    up(2),
    destroy(),
)
def the_old_half_of_a_replacement_stays_for_a_while(version: int) -> None:
    vpc = aws.ec2.Vpc("net", cidr_block=f"10.{version}.0.0/16")
    pulumi.export("id", vpc.id)


@case(
    up(1),
    up(
        2,
        fails=True,
        before=lambda cloud: cloud.add_fault("create", "AccessDenied", "not today", name_glob="net"),
    ),
    up(2),
    destroy(),
)
def the_new_half_of_a_replacement_fails_after_the_deletion(version: int) -> None:
    vpc = aws.ec2.Vpc("net", cidr_block=f"10.{version}.0.0/16", opts=ResourceOptions(delete_before_replace=True))
    aws.ec2.Subnet("a", vpc_id=vpc.id, cidr_block=f"10.{version}.0.0/24")


@case(
    up(1),
    destroy(fails=True, before=lambda cloud: cloud.add_fault("delete", "AccessDenied", "not today", name_glob="one")),
    destroy(),
)
def a_destruction_that_fails(version: int) -> None:
    one = aws.sns.Topic("one")
    aws.sns.Topic("two", tags={"one": one.arn})
    aws.sns.Topic("other")


@case(
    up(1),
    refresh(fails=True, before=lambda cloud: cloud.add_fault("read", "AccessDenied", "not today", name_glob="one")),
    refresh(),
)
def a_refresh_that_fails(version: int) -> None:
    aws.sns.Topic("one")
    aws.sns.Topic("two")


@case(up(1, fails=True, plan_fails=True, says=("on purpose",)), up(2))
def a_program_that_breaks(version: int) -> None:
    aws.sns.Topic("one")
    if version == 1:
        raise RuntimeError("on purpose")
    aws.sns.Topic("two")
