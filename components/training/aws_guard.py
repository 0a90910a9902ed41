"""The policy that bounds jobs: one outside the frame of the project is refused, whatever its definition says.

One denial per rule, because conditions inside a statement must hold together. Condition keys per action:
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemakerai.html
"""

from collections.abc import Iterator

import pulumi_aws as aws

from components.clouds.aws_iam import Effect, Statement, document
from components.clouds.aws_pipeline import Frame
from components.clouds.aws_sagemaker import takes_volume_key
from components.core.scope import Scope
from components.training.contract import TrainingArgs, TrainingSpec

TRAINING = ("sagemaker:CreateHyperParameterTuningJob", "sagemaker:CreateTrainingJob")
PROCESSING = ("sagemaker:CreateProcessingJob",)
TRANSFORM = ("sagemaker:CreateTransformJob",)
MODELS = ("sagemaker:CreateModel",)


def rules(frame: Frame) -> Iterator[Statement]:
    """What the frame asks of every job, as denials of its opposite."""
    yield Statement(
        sid="OtherMachines",
        effect=Effect.DENY,
        actions=(*TRAINING, *PROCESSING, *TRANSFORM),
        resources=("*",),
        conditions={"ForAnyValue:StringNotEquals": {"sagemaker:InstanceTypes": [frame.instance_type]}},
    )
    yield Statement(
        sid="TooLong",
        effect=Effect.DENY,
        actions=(*TRAINING, *PROCESSING),
        resources=("*",),
        conditions={"NumericGreaterThan": {"sagemaker:MaxRuntimeInSeconds": str(frame.max_runtime_seconds)}},
    )
    if frame.vpc is not None:
        yield Statement(
            sid="OutsideNetwork",
            effect=Effect.DENY,
            actions=(*TRAINING, *PROCESSING, *MODELS),
            resources=("*",),
            conditions={"Null": {"sagemaker:VpcSubnets": "true"}},
        )
    if frame.encrypt_traffic:
        yield Statement(
            sid="PlainTraffic",
            effect=Effect.DENY,
            actions=(*TRAINING, *PROCESSING),
            resources=("*",),
            conditions={"BoolIfExists": {"sagemaker:InterContainerTrafficEncryption": "false"}},
        )
    if frame.key_id is not None:
        yield from _keys(frame)
    if frame.isolated:
        # processing is left out: batch scoring asks the registry for the approved version, inside the network
        yield Statement(
            sid="NotIsolated",
            effect=Effect.DENY,
            actions=(*TRAINING, *MODELS),
            resources=("*",),
            conditions={"BoolIfExists": {"sagemaker:NetworkIsolation": "false"}},
        )


def _keys(frame: Frame) -> Iterator[Statement]:
    # the keys are documented without and served with the ending Arn: a job that carries either is let through
    kinds = {"Output": True, "Volume": takes_volume_key(frame.instance_type)}
    for kind, applies in kinds.items():
        if applies:
            yield Statement(
                sid=f"No{kind}Key",
                effect=Effect.DENY,
                actions=(*TRAINING, *PROCESSING, *TRANSFORM),
                resources=("*",),
                conditions={
                    "Null": {f"sagemaker:{kind}KmsKey": "true", f"sagemaker:{kind}KmsKeyArn": "true"},
                },
            )


def guard(scope: Scope, spec: TrainingSpec, args: TrainingArgs, frame: Frame) -> aws.iam.Policy:
    """Make the policy and attach it to whoever starts jobs: the pipeline and, through notebooks, training."""
    policy = aws.iam.Policy(
        scope.label("jobs"),
        name=scope.name("policy", "jobs"),
        description=f"Bounds of jobs of {scope.prefix}",
        policy=document(*rules(frame)),
        tags=scope.tags(),
        opts=scope.options(),
    )
    identity = args["identity"]
    for role, principal in (
        ("pipeline", identity["pipeline_principal"]),
        ("training", identity["training_principal"]),
    ):
        aws.iam.RolePolicyAttachment(
            scope.label("jobs", role), role=principal, policy_arn=policy.arn, opts=scope.options()
        )
    return policy
