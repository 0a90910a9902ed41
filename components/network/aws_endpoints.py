"""Private endpoints on AWS: the gateway to S3 and interface endpoints.

Not here: a policy per interface endpoint. Who may call is said by the security group, what they may do by the callers'
own IAM policies; the gateway has a policy because it is the way by which data would leave.
"""

from collections.abc import Sequence

import pulumi_aws as aws
from pulumi import Input

from components.clouds.aws_arn import Arns
from components.clouds.aws_iam import Statement, document
from components.core.scope import Scope
from components.network.aws_rules import endpoint_group

INTERFACE_SERVICES = {
    "athena": "queries of the offline store",
    "ecr.api": "image manifests",
    "ecr.dkr": "image pulls",
    "events": "pipeline and approval events",
    "glue": "data catalogue",
    "kms": "data keys",
    "logs": "container logs",
    "monitoring": "metrics",
    "sagemaker.api": "jobs, models, registry",
    "sagemaker.featurestore-runtime": "online features",
    "sagemaker.runtime": "predictions",
    "sts": "role credentials",
    "studio": "the domain's Studio",
}
"""Services that workloads call and why, by the end of ``<prefix>.<region>.<service>``
(https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html)."""
OTHER_PREFIXES = {"studio": "aws.sagemaker"}
"""Prefix of services that are not called ``com.amazonaws.…``
(https://docs.aws.amazon.com/sagemaker/latest/dg/studio-interface-endpoint.html)."""

OBJECT_ACTIONS = (
    "s3:AbortMultipartUpload",
    "s3:DeleteObject",
    "s3:GetBucketAcl",
    "s3:GetBucketLocation",
    "s3:GetObject",
    "s3:GetObjectTagging",
    "s3:GetObjectVersion",
    "s3:ListBucket",
    "s3:ListBucketMultipartUploads",
    "s3:ListBucketVersions",
    "s3:ListMultipartUploadParts",
    "s3:PutObject",
    "s3:PutObjectTagging",
)
"""What workloads may do with objects through the gateway, as far as their own policies allow it."""


def gateway_policy(names: Arns) -> tuple[Statement, ...]:
    """Own buckets, buckets of the own organisation, and the bucket from which ECR serves image layers.

    A stolen credential of another account cannot carry data out through the gateway: the account or organisation of the
    bucket must be ours (https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html#ecr-setting-up-s3-gateway).
    """
    return (
        Statement(
            sid="BucketsOfTheAccount",
            actions=OBJECT_ACTIONS,
            anyone=True,
            resources=("*",),
            conditions={"StringEquals": {"aws:ResourceAccount": names.account, "aws:PrincipalAccount": names.account}},
        ),
        Statement(
            sid="BucketsOfTheOrganization",
            actions=OBJECT_ACTIONS,
            anyone=True,
            resources=("*",),
            conditions={
                "StringEquals": {
                    "aws:ResourceOrgID": "${aws:PrincipalOrgID}",
                    "aws:PrincipalAccount": names.account,
                }
            },
        ),
        Statement(
            sid="ImageLayers",
            actions=("s3:GetObject",),
            anyone=True,
            resources=(names.s3(f"prod-{names.region}-starport-layer-bucket/*"),),
        ),
    )


def s3_gateway(
    scope: Scope, names: Arns, vpc_id: Input[str], route_table_ids: Sequence[Input[str]]
) -> aws.ec2.VpcEndpoint:
    """The gateway endpoint of S3: free, on every profile."""
    return aws.ec2.VpcEndpoint(
        scope.label("s3"),
        vpc_id=vpc_id,
        service_name=f"com.amazonaws.{scope.region}.s3",
        vpc_endpoint_type="Gateway",
        route_table_ids=route_table_ids,
        policy=document(*gateway_policy(names)),
        tags=scope.tags(Name=f"{scope.prefix}-s3"),
        opts=scope.options(),
    )


def interface_endpoints(
    scope: Scope, vpc_id: Input[str], subnet_ids: Sequence[Input[str]], workload_id: Input[str]
) -> None:
    """Interface endpoints in every private subnet, with private names, for workloads only."""
    group = endpoint_group(scope, vpc_id, workload_id)
    for service in INTERFACE_SERVICES:
        part = service.replace(".", "-")
        aws.ec2.VpcEndpoint(
            scope.label(part),
            vpc_id=vpc_id,
            service_name=f"{OTHER_PREFIXES.get(service, 'com.amazonaws')}.{scope.region}.{service}",
            vpc_endpoint_type="Interface",
            private_dns_enabled=True,
            subnet_ids=subnet_ids,
            security_group_ids=[group.id],
            tags=scope.tags(Name=f"{scope.prefix}-{part}"),
            opts=scope.options(),
        )
