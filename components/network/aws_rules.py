"""Security groups on AWS: who may talk to whom.

Rules are resources of their own: inline rules fight with them, and an edit of one replaces nothing. Groups have no
explicit name and their descriptions never change, because either would replace a group that is in use.
"""

import pulumi_aws as aws
from pulumi import Input

from components.core.scope import Scope

AMONG_WORKLOADS = (
    ("tcp", 0, 65535, "distributed training"),
    ("udp", 500, 500, "key exchange of encrypted inter-container traffic"),
    ("50", None, None, "encrypted inter-container traffic (ESP)"),
)
"""Protocol, first port, last port, purpose. Without the last two, jobs with encrypted traffic hang
(https://docs.aws.amazon.com/sagemaker/latest/dg/train-encrypt.html)."""


def _group(scope: Scope, part: str, description: str, vpc_id: Input[str]) -> aws.ec2.SecurityGroup:
    return aws.ec2.SecurityGroup(
        scope.label(part),
        description=description,
        vpc_id=vpc_id,
        revoke_rules_on_delete=True,  # groups that refer to each other could not be deleted
        tags=scope.tags(Name=f"{scope.prefix}-{part}"),
        opts=scope.options(),
    )


def workload_group(scope: Scope, vpc_id: Input[str], s3_prefix_list_id: Input[str]) -> aws.ec2.SecurityGroup:
    """The group of training, serving and monitoring containers: they reach each other and S3."""
    group = _group(scope, "workload", "Containers of the ML platform", vpc_id)
    for protocol, first, last, purpose in AMONG_WORKLOADS:
        kind = {"50": "esp"}.get(protocol, protocol)
        aws.vpc.SecurityGroupIngressRule(
            scope.label("workload-in", kind),
            security_group_id=group.id,
            referenced_security_group_id=group.id,
            ip_protocol=protocol,
            from_port=first,
            to_port=last,
            description=purpose,
            tags=scope.tags(),
            opts=scope.options(),
        )
        aws.vpc.SecurityGroupEgressRule(
            scope.label("workload-out", kind),
            security_group_id=group.id,
            referenced_security_group_id=group.id,
            ip_protocol=protocol,
            from_port=first,
            to_port=last,
            description=purpose,
            tags=scope.tags(),
            opts=scope.options(),
        )
    aws.vpc.SecurityGroupEgressRule(
        scope.label("workload-out", "s3"),
        security_group_id=group.id,
        prefix_list_id=s3_prefix_list_id,
        ip_protocol="tcp",
        from_port=443,
        to_port=443,
        description="S3 through the gateway endpoint",
        tags=scope.tags(),
        opts=scope.options(),
    )
    return group


def endpoint_group(scope: Scope, vpc_id: Input[str], workload_id: Input[str]) -> aws.ec2.SecurityGroup:
    """The group of interface endpoints: workloads reach them by HTTPS, nobody else does."""
    group = _group(scope, "endpoints", "Interface endpoints of the ML platform", vpc_id)
    aws.vpc.SecurityGroupIngressRule(
        scope.label("endpoints-in", "https"),
        security_group_id=group.id,
        referenced_security_group_id=workload_id,
        ip_protocol="tcp",
        from_port=443,
        to_port=443,
        description="HTTPS from workloads",
        tags=scope.tags(),
        opts=scope.options(),
    )
    aws.vpc.SecurityGroupEgressRule(
        scope.label("workload-out", "endpoints"),
        security_group_id=workload_id,
        referenced_security_group_id=group.id,
        ip_protocol="tcp",
        from_port=443,
        to_port=443,
        description="HTTPS to interface endpoints",
        tags=scope.tags(),
        opts=scope.options(),
    )
    return group


def allow_internet(scope: Scope, workload_id: Input[str]) -> None:
    """Let workloads open HTTPS connections to anywhere."""
    aws.vpc.SecurityGroupEgressRule(
        scope.label("workload-out", "internet"),
        security_group_id=workload_id,
        cidr_ipv4="0.0.0.0/0",
        ip_protocol="tcp",
        from_port=443,
        to_port=443,
        description="HTTPS to the internet through address translation",
        tags=scope.tags(),
        opts=scope.options(),
    )
