"""Who reaches the zones on AWS: denials in bucket policies, grants in the policies of the roles."""

from collections.abc import Mapping
from enum import IntEnum

import pulumi_aws as aws
from pulumi import Input, Output

from components.clouds.aws_arn import Arns
from components.clouds.aws_iam import WORKLOAD_PATH, Effect, Statement, grant
from components.core.refs import IdentityRef, KeysRef, NetworkRef
from components.core.scope import Scope
from components.core.vocabulary import ZONE_CLASS, DataClass, Role, Zone

OBJECT_ACTIONS = (
    "s3:DeleteObject",
    "s3:DeleteObjectVersion",
    "s3:GetObject",
    "s3:GetObjectVersion",
    "s3:PutObject",
)
"""Touching data. Settings and listing are left out of the network's denial: a deployment from outside needs them."""


class Access(IntEnum):
    """What a role does in a zone."""

    READ = 1
    WRITE = 2
    BOTH = 3


ZONE_ACCESS: Mapping[Role, Mapping[Zone, Access]] = {
    Role.TRAINING: {
        Zone.RAW: Access.READ,
        Zone.CURATED: Access.READ,
        Zone.FEATURES: Access.READ,
        Zone.ARTIFACTS: Access.BOTH,
        Zone.MONITORING: Access.WRITE,
    },
    Role.PIPELINE: {Zone.ARTIFACTS: Access.BOTH},
    Role.SERVING: {Zone.ARTIFACTS: Access.READ, Zone.MONITORING: Access.WRITE},
    Role.MONITORING: {
        Zone.CURATED: Access.READ,
        Zone.FEATURES: Access.READ,
        Zone.ARTIFACTS: Access.READ,
        Zone.MONITORING: Access.BOTH,
    },
    Role.APPROVER: {Zone.ARTIFACTS: Access.READ},
}
"""Training writes models, reports and baselines; features are written by the feature store's own role; serving writes
captures; approvers read evaluation reports."""


def zone_key(scope: Scope, zone: Zone, keys: KeysRef) -> Input[str] | None:
    """The customer key of a zone; None where the posture does not want one for its data class."""
    data_class = ZONE_CLASS[zone]
    if not scope.covers(data_class):
        return None
    return {
        DataClass.DATA: keys["data_key_id"],
        DataClass.MODELS: keys["models_key_id"],
        DataClass.LOGS: keys["logs_key_id"],
    }[data_class]


def transport_denials(bucket_arn: Input[str]) -> tuple[Statement, ...]:
    """Nobody without TLS 1.2 (https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html)."""
    everything = (bucket_arn, Output.concat(bucket_arn, "/*"))
    return (
        Statement(
            sid="DenyPlainText",
            effect=Effect.DENY,
            anyone=True,
            actions=("s3:*",),
            resources=everything,
            conditions={"Bool": {"aws:SecureTransport": "false"}},
        ),
        Statement(
            sid="DenyOldTls",
            effect=Effect.DENY,
            anyone=True,
            actions=("s3:*",),
            resources=everything,
            conditions={"NumericLessThan": {"s3:TlsVersion": "1.2"}},
        ),
    )


def key_denials(bucket_arn: Input[str], key_id: Input[str] | None) -> tuple[Statement, ...]:
    """No upload that asks for another key or for none; one that asks for nothing gets the bucket's key."""
    if key_id is None:
        return ()
    objects = (Output.concat(bucket_arn, "/*"),)
    wanted: tuple[tuple[str, str, Input[str]], ...] = (
        ("DenyOtherEncryption", "s3:x-amz-server-side-encryption", "aws:kms"),
        ("DenyOtherKey", "s3:x-amz-server-side-encryption-aws-kms-key-id", key_id),
    )
    return tuple(
        Statement(
            sid=sid,
            effect=Effect.DENY,
            anyone=True,
            actions=("s3:PutObject",),
            resources=objects,
            conditions={"Null": {header: "false"}, "StringNotEquals": {header: value}},
        )
        for sid, header, value in wanted
    )


def network_denials(
    scope: Scope, names: Arns, bucket_arn: Input[str], network: NetworkRef | None
) -> tuple[Statement, ...]:
    """No data to anybody outside the network, where the posture allows no public access.

    Left alone: AWS services, requests that a service makes on a caller's behalf, and workload roles, which nobody but
    SageMaker can assume and which it also uses from its own side (captures, offline features, pipeline steps).
    https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_data-perimeters.html
    """
    if network is None or scope.posture.public_access:
        return ()
    return (
        Statement(
            sid="DenyOutsideNetwork",
            effect=Effect.DENY,
            anyone=True,
            actions=OBJECT_ACTIONS,
            resources=(Output.concat(bucket_arn, "/*"),),
            conditions={
                "StringNotEquals": {"aws:SourceVpc": network["network_id"]},
                "BoolIfExists": {"aws:PrincipalIsAWSService": "false", "aws:ViaAWSService": "false"},
                "ArnNotLike": {
                    "aws:PrincipalArn": [
                        names.iam(f"role{WORKLOAD_PATH}*"),
                        names.iam("role/aws-service-role/*"),
                    ]
                },
            },
        ),
    )


def zone_statements(zone: Zone, arn: Input[str], access: Access) -> tuple[Statement, ...]:
    """What ``access`` to one zone means."""
    objects = (Output.concat(arn, "/*"),)
    name = zone.value.title()
    statements = [
        Statement(sid=f"List{name}", actions=("s3:GetBucketLocation", "s3:ListBucket"), resources=(arn,)),
    ]
    if access & Access.READ:
        statements.append(Statement(sid=f"Read{name}", actions=("s3:GetObject",), resources=objects))
    if access & Access.WRITE:
        statements.append(
            Statement(sid=f"Write{name}", actions=("s3:AbortMultipartUpload", "s3:PutObject"), resources=objects)
        )
    return tuple(statements)


def grant_zones(
    scope: Scope, arn: Mapping[Zone, Input[str]], identity: IdentityRef
) -> dict[Zone, list[aws.iam.RolePolicy]]:
    """Grant :data:`ZONE_ACCESS` to the roles, existing zones included; the grants on each zone."""
    principals: dict[Role, Input[str]] = {
        Role.TRAINING: identity["training_principal"],
        Role.PIPELINE: identity["pipeline_principal"],
        Role.SERVING: identity["serving_principal"],
        Role.MONITORING: identity["monitoring_principal"],
        Role.APPROVER: identity["approver_principal"],
    }
    granted: dict[Zone, list[aws.iam.RolePolicy]] = {zone: [] for zone in Zone}
    for role, zones in ZONE_ACCESS.items():
        statements = [
            statement for zone, access in zones.items() for statement in zone_statements(zone, arn[zone], access)
        ]
        made = grant(scope, f"{role.value}-zones", principals[role], *statements)
        for zone in zones:
            granted[zone].append(made)
    return granted
