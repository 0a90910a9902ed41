"""The cloud is not what the state says: refresh, import, read."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws
from pulumi import ResourceOptions

from tests.differential.case import case, destroy, refresh, up

TOPIC = "urn:pulumi:dev::differential::aws:sns/topic:Topic"
THERE = "arn:aws:sns:eu-west-1:123456789012:there"


@case(
    up(1),
    refresh(before=lambda cloud: cloud.edit(f"{TOPIC}::one", "displayName", "drift")),
    up(1),
    up(2, before=lambda cloud: cloud.edit(f"{TOPIC}::one", "displayName", "again")),
    refresh(),
)
def drift_is_refreshed_and_mended(version: int) -> None:
    one = aws.sns.Topic("one", display_name=f"v{version}", tags={"a": "b"})
    aws.sns.Topic("two", display_name=one.display_name)
    pulumi.export("name", one.display_name)


@case(
    up(1),
    refresh(before=lambda cloud: cloud.remove(f"{TOPIC}::gone")),
    up(1),
    destroy(before=lambda cloud: cloud.remove(f"{TOPIC}::gone")),
)
def a_resource_is_gone(version: int) -> None:
    gone = aws.sns.Topic("gone", name="gone")
    aws.sns.Topic("user", tags={"arn": gone.arn}, opts=ResourceOptions(depends_on=[gone]))


@case(
    up(1),
    up(2),
    up(3),
    destroy(),
    place=lambda cloud: cloud.place("aws:sns/topic:Topic", "there", {"name": "there", "displayName": "d"}),
)
def an_import_that_fits(version: int) -> None:
    import_ = THERE if version < 3 else None
    aws.sns.Topic(
        "mine", name="there", display_name="d" if version < 2 else "changed", opts=ResourceOptions(import_=import_)
    )


@case(
    up(1),
    up(1),
    place=lambda cloud: cloud.place("aws:sns/topic:Topic", "there", {"name": "there", "displayName": "d"}),
)
def an_import_that_does_not_fit_is_updated(version: int) -> None:
    aws.sns.Topic("mine", name="there", display_name="other", opts=ResourceOptions(import_=THERE))


@case(
    up(1, fails=True, plan_fails=True),
    differs={
        "steps/urn:pulumi:dev::differential::aws:sns/topic:Topic::mine": "the embedded engine reads what it imports "
        "when it plans, so a failed import is an error of the resource and not a failed step"
    },
)
def an_import_of_nothing(version: int) -> None:
    aws.sns.Topic("mine", name="there", opts=ResourceOptions(import_=THERE))


@case(
    up(1),
    up(2),
    destroy(),
    place=lambda cloud: cloud.place("aws:sns/topic:Topic", "there", {"name": "there", "displayName": "d"}),
)
def a_look_at_a_resource_of_others(version: int) -> None:
    there = aws.sns.Topic.get("there", THERE)
    if version == 2:
        aws.sns.Topic("user", display_name=there.display_name, opts=ResourceOptions(depends_on=[there]))
    pulumi.export("name", there.display_name)


@case(up(1, fails=True, plan_fails=True))
def a_look_at_nothing(version: int) -> None:
    aws.sns.Topic.get("there", THERE)
