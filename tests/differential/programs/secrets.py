"""What is secret stays secret, on its whole way through the state."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws
from pulumi import Output, ResourceOptions

from tests.differential.case import case, destroy, up


@case(up(1), up(2), destroy())
def additional_secret_outputs(version: int) -> None:
    names = {1: ["arn", "displayName"], 2: ["arn"]}[version]
    topic = aws.sns.Topic("one", display_name="d", opts=ResourceOptions(additional_secret_outputs=names))
    aws.sns.Topic("two", tags={"one": topic.arn, "name": topic.display_name.apply(lambda text: text or "none")})


@case(up(1), up(2), secret_config={"differential:token": "s3cret", "differential:other": "x"})
def secret_configuration(version: int) -> None:
    config = pulumi.Config()
    token = config.require_secret("token")
    aws.ssm.Parameter("p", name="/p", type="SecureString", value=token, description=config.require("other"))
    pulumi.export("token", token)
    pulumi.export("length", token.apply(len))
    pulumi.export("plain", config.require("token") if version == 2 else "")


@case(up(1), up(2), up(3))
def secrets_through_apply(version: int) -> None:
    secret = Output.secret(f"v{min(version, 2)}")
    mixed = Output.all(secret, "plain").apply("-".join)
    topic = aws.sns.Topic("one", display_name=mixed, tags={"plain": "x", "secret": secret})
    aws.sns.Topic("two", display_name=topic.display_name.apply(lambda text: f"{text}!"))
    pulumi.export("mixed", mixed)
    pulumi.export("nested", {"a": [1, secret], "b": "plain"})
    pulumi.export("revealed", Output.unsecret(mixed) if version == 3 else None)


@case(up(1), up(2), up(1))
def a_value_becomes_secret_and_plain_again(version: int) -> None:
    value = Output.secret("same") if version == 2 else "same"
    aws.sns.Topic("one", display_name=value, tags={"t": value})
    pulumi.export("value", value)


@case(up(1), up(2))
def a_secret_in_a_list_of_objects(version: int) -> None:
    secret = Output.secret(f"10.{version}.0.0/16")
    vpc = aws.ec2.Vpc("net", cidr_block="10.0.0.0/8" if version == 0 else "10.0.0.0/16")
    aws.ec2.SecurityGroup(
        "sg",
        vpc_id=vpc.id,
        ingress=[
            {"protocol": "tcp", "from_port": 80, "to_port": 80, "cidr_blocks": [secret]},
            {"protocol": "tcp", "from_port": 81, "to_port": 81, "cidr_blocks": ["10.0.0.0/8"]},
        ],
    )
