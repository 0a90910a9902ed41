"""Values at the edge: nothing, much, large, files, and functions."""

from __future__ import annotations

import json

import pulumi
import pulumi_aws as aws
from pulumi import AssetArchive, Output, ResourceOptions, StackReference, StringAsset

from tests.differential.case import case, destroy, preview, up


@case(up(1), up(2), up(3), up(1))
def nothing_and_empty_collections(version: int) -> None:
    tags = {1: {}, 2: None, 3: {"a": ""}}[version]
    aws.sns.Topic("one", tags=tags, display_name={1: "", 2: None, 3: "x"}[version])
    vpc = aws.ec2.Vpc("net", cidr_block="10.0.0.0/16")
    aws.ec2.SecurityGroup("sg", vpc_id=vpc.id, ingress={1: [], 2: None, 3: []}[version])
    pulumi.export("empty", {"list": [], "map": {}, "none": None, "text": ""})


@case(up(1), up(2))
def numbers(version: int) -> None:
    aws.sqs.Queue("q", visibility_timeout_seconds=30 * version, message_retention_seconds=1209600)
    pulumi.export("large", 2**53 - 1)
    pulumi.export("larger", 12345678901234567890)
    pulumi.export("float", 0.1 + 0.2)
    pulumi.export("whole", 3.0)
    pulumi.export("tiny", 5e-324)
    pulumi.export("negative", -0.0 if version == 1 else -1.5e300)
    pulumi.export("bools", [True, False, 1, 0, 1.0])


@case(up(1), up(2), destroy())
def assets_and_archives(version: int) -> None:
    bucket = aws.s3.Bucket("lake", bucket="acme-lake")
    aws.s3.BucketObjectv2("text", bucket=bucket.id, key="text", source=StringAsset(f"hello {version}"))
    archive = AssetArchive({"a.txt": StringAsset("a"), "dir/b.txt": StringAsset(f"b{version}")})
    aws.s3.BucketObjectv2("zip", bucket=bucket.id, key="zip", source=archive)


@case(preview(1), up(1), up(2))
def functions(version: int) -> None:
    region = aws.get_region()
    who = aws.get_caller_identity_output()
    topic = aws.sns.Topic("one", tags={"region": region.region, "account": who.account_id})
    document = aws.iam.get_policy_document_output(
        statements=[{"actions": ["sns:Publish"], "resources": [topic.arn], "sid": f"V{version}"}]
    )
    pulumi.export("document", document.json)
    pulumi.export("account", who.account_id)


@case(up(1), up(2), up(3))
def outputs_of_the_stack(version: int) -> None:
    if version < 3:
        pulumi.export("kept", {"version": version, "list": [1, "two", None]})
    if version == 1:
        pulumi.export("gone", "x")
    pulumi.export("secret", Output.secret({"a": version}))
    pulumi.export("later", Output.from_input("y").apply(lambda text: text * version))


@case(up(1, stack="base"), up(1), up(2, stack="base"), up(2), destroy())
def stack_references(version: int) -> None:
    if pulumi.get_stack() == "base":
        pulumi.export("plain", {"version": version, "list": [1]})
        pulumi.export("secret", Output.secret(f"s{version}"))
        return
    base = StackReference("organization/differential/base")
    plain, secret = base.get_output("plain"), base.get_output("secret")
    aws.sns.Topic("one", display_name=secret, tags={"version": plain["version"].apply(str)})
    pulumi.export("absent", base.get_output("absent"))
    pulumi.export("secret", secret)


@case(up(1, fails=True, plan_fails=True))
def a_reference_to_a_stack_that_does_not_exist(version: int) -> None:
    pulumi.export("x", StackReference("organization/differential/nowhere").get_output("x"))


@case(up(1), up(2))
def json_documents(version: int) -> None:
    statement = {"Effect": "Allow", "Action": ["s3:GetObject", "s3:ListBucket"][:version], "Resource": "*"}
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    aws.iam.Policy("p", name="p", policy=Output.json_dumps(policy))
    pulumi.export("text", json.dumps(policy))


@case(up(1), up(2))
def a_long_list_of_resources(version: int) -> None:
    before: pulumi.Resource | None = None
    for number in range(30):
        before = aws.sns.Topic(
            f"t{number}",
            display_name=f"v{version}" if number % 7 == 0 else "x",
            opts=ResourceOptions(depends_on=[before] if before and number % 5 else []),
        )
