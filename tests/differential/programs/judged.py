"""Policy packs: what they find, forbid and mend."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws
from pulumi import Output, ResourceOptions

from tests.differential.case import case, destroy, up

PACK = """
from pulumi_policy import EnforcementLevel, PolicyPack, ResourceValidationPolicy, StackValidationPolicy

TOPIC = "aws:sns/topic:Topic"

def described(args, report):
    if args.resource_type == TOPIC and not args.props.get("displayName"):
        report("a topic needs a display name")

def allowed(args, report):
    if args.resource_type == TOPIC and args.props.get("displayName") == "forbidden":
        report("this display name is forbidden")

def tagged(args):
    if args.resource_type == TOPIC and "owner" not in (args.props.get("tags") or {}):
        return {**args.props, "tags": {**(args.props.get("tags") or {}), "owner": "pack"}}

def few(args, report):
    if sum(1 for resource in args.resources if resource.resource_type == TOPIC) > 2:
        report("more than two topics")

PolicyPack("rules", [
    ResourceValidationPolicy("described", "Topics are described.", described, EnforcementLevel.ADVISORY),
    ResourceValidationPolicy("allowed", "Display names are allowed.", allowed, EnforcementLevel.MANDATORY),
    ResourceValidationPolicy("tagged", "Topics are owned.", remediate=tagged,
                             enforcement_level=EnforcementLevel.REMEDIATE),
    StackValidationPolicy("few", "There are few topics.", few, EnforcementLevel.MANDATORY),
])
"""


@case(up(1), up(2), destroy(), pack=PACK)
def advice_and_remediation(version: int) -> None:
    plain = aws.sns.Topic("plain")
    aws.sns.Topic("owned", display_name=f"v{version}", tags={"owner": "us"}, opts=ResourceOptions(depends_on=[plain]))


@case(up(1, fails=True, plan_fails=True, says=("forbidden",)), up(2), up(3, fails=True, plan_fails=True), pack=PACK)
def what_a_policy_forbids(version: int) -> None:
    first = aws.sns.Topic("first", display_name="fine")
    if version == 1:
        aws.sns.Topic("second", display_name="forbidden", opts=ResourceOptions(depends_on=[first]))
    if version == 3:
        aws.sns.Topic("second", display_name=Output.secret("x"), opts=ResourceOptions(depends_on=[first]))
        aws.sns.Topic("third", display_name=first.arn.apply(len).apply(str))
    if version == 2:
        pulumi.export("arn", first.arn)
