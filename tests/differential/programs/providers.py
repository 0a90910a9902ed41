"""Default and explicit providers, and what their change does to what they made."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws
from pulumi import ComponentResource, InvokeOptions, ResourceOptions

from tests.differential.case import case, destroy, up


@case(up(1), up(2), destroy())
def an_explicit_provider_moves(version: int) -> None:
    there = aws.Provider("there", region="us-east-1" if version == 1 else "eu-central-1")
    aws.sns.Topic("here")
    topic = aws.sns.Topic("there", opts=ResourceOptions(provider=there))
    pulumi.export("arn", topic.arn)
    pulumi.export("region", aws.get_region(opts=InvokeOptions(provider=there)).region)


@case(up(1), up(2), up(3), destroy())
def from_the_default_provider_to_an_explicit_one(version: int) -> None:
    same = aws.Provider("same", region="eu-west-1")
    other = aws.Provider("other", region="us-east-1")
    chosen = {1: None, 2: same, 3: other}[version]
    aws.sns.Topic("one", opts=ResourceOptions(provider=chosen))


@case(up(1), up(2), destroy())
def a_provider_changes_without_replacing(version: int) -> None:
    provider = aws.Provider("p", region="eu-west-1", max_retries=version)
    aws.sns.Topic("one", opts=ResourceOptions(provider=provider))


@case(up(1), up(2))
def components_hand_providers_down(version: int) -> None:
    provider = aws.Provider("p", region="us-east-1")
    group = ComponentResource("acme:index:Group", "g", {}, ResourceOptions(providers={"aws": provider}))
    inner = ComponentResource("acme:index:Inner", "i", {}, ResourceOptions(parent=group))
    aws.sns.Topic("inner", opts=ResourceOptions(parent=inner))
    aws.sns.Topic("outer")


@case(up(1), up(2), destroy())
def a_provider_configured_by_a_resource(version: int) -> None:
    source = aws.ssm.Parameter(
        "source", name="/region", type="String", value="us-east-1" if version == 1 else "eu-west-1"
    )
    provider = aws.Provider("p", region=source.value)
    aws.sns.Topic("one", opts=ResourceOptions(provider=provider))


@case(up(1, fails=True, plan_fails=True, says=("did you mean 'region'",)), config={"aws:regoin": "eu-west-1"})
def a_configuration_key_that_does_not_exist(version: int) -> None:
    aws.sns.Topic("one")


@case(up(1), up(2), destroy(), config={"aws:defaultTags": '{"tags": {"team": "ml"}}'})
def structured_provider_configuration(version: int) -> None:
    aws.sns.Topic("one", tags={"a": str(version)})


@case(
    up(1),
    up(2, fails=True, plan_fails=True, says=("Default provider for 'aws' disabled.", "must use an explicit provider")),
    config={"pulumi:disable-default-providers": '["aws"]', "aws:region": "eu-west-1"},
)
def a_default_provider_that_is_switched_off(version: int) -> None:
    if version == 1:
        aws.sns.Topic("one", opts=ResourceOptions(provider=aws.Provider("mine", region="us-east-1")))
    else:
        aws.sns.Topic("two")
