"""Which role uses which key on AWS, and through which services.

``kms:ViaService`` keeps a role from decrypting by calling KMS itself: only S3 and SageMaker may ask on its behalf.
"""

from collections.abc import Mapping
from enum import IntEnum

from components.clouds.aws_iam import Statement
from components.clouds.aws_kms import CRYPT
from components.core.refs import KeysRef
from components.core.scope import Scope
from components.core.vocabulary import DataClass, Role


class Use(IntEnum):
    """What a role does with a key; each includes the ones before."""

    READ = 1
    """Decrypts."""
    WRITE = 2
    """Also encrypts."""
    ATTACH = 3
    """Also lets SageMaker use the key for volumes and endpoint storage, by a grant."""


KEY_USE: Mapping[Role, Mapping[DataClass, Use]] = {
    Role.TRAINING: {DataClass.DATA: Use.WRITE, DataClass.MODELS: Use.ATTACH},
    Role.PIPELINE: {DataClass.MODELS: Use.ATTACH},
    Role.SERVING: {DataClass.DATA: Use.READ, DataClass.MODELS: Use.ATTACH},
    Role.MONITORING: {DataClass.DATA: Use.READ, DataClass.MODELS: Use.ATTACH},
    Role.APPROVER: {DataClass.MODELS: Use.READ},
}
"""Training writes features; serving reads online features; approvers read evaluation reports. Nobody uses the logs key:
services write logs under their own name."""


def key_use(scope: Scope, role: Role, keys: KeysRef) -> tuple[Statement, ...]:
    """The statements that let ``role`` use the keys of the classes that the posture covers."""
    arn = {DataClass.DATA: keys["data_key_id"], DataClass.MODELS: keys["models_key_id"]}
    through = [f"{service}.{scope.region}.amazonaws.com" for service in ("s3", "sagemaker")]
    statements: list[Statement] = []
    for data_class, use in KEY_USE[role].items():
        if not scope.covers(data_class):
            continue
        name = data_class.value.title()
        statements.append(
            Statement(
                sid=f"Use{name}Key",
                actions=CRYPT if use >= Use.WRITE else CRYPT[:1],
                resources=(arn[data_class],),
                conditions={"StringEquals": {"kms:ViaService": through}},
            )
        )
        if use >= Use.ATTACH:
            # https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html
            statements += [
                Statement(sid=f"Find{name}Key", actions=("kms:DescribeKey",), resources=(arn[data_class],)),
                Statement(
                    sid=f"Attach{name}Key",
                    actions=("kms:CreateGrant",),
                    resources=(arn[data_class],),
                    conditions={"Bool": {"kms:GrantIsForAWSResource": "true"}},
                ),
            ]
    return tuple(statements)
