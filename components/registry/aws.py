"""Registry on AWS: model package groups, an ECR repository, an MLflow App, and approval by one role only.

SageMaker itself refuses to deploy a package that is not approved. Added here: nobody but the approver can approve,
neither by an update nor by registering a version as approved, and each approval waits in a queue for the release.

Not here: sharing groups with other accounts, which needs policies on group, key and bucket of all of them.
"""

import json

import pulumi_aws as aws
from pulumi import Input, Output

from components.clouds.aws_arn import Arns, arns
from components.clouds.aws_iam import WORKLOAD_PATH, Effect, Statement, after, grant, service_role
from components.clouds.aws_queue import accept, queue
from components.core.backend import Means, Support
from components.core.cloud import Gap
from components.core.image import RUNTIME_IMAGE
from components.core.scope import Scope
from components.core.vocabulary import DataClass
from components.registry.contract import RegistryArgs, RegistryOutputs, RegistrySpec

SUPPORT = Support(means=Means.NATIVE, by="SageMaker Model Registry, Elastic Container Registry, MLflow App")
GAPS: tuple[Gap, ...] = ()

UNTAGGED_DAYS = 7
"""Days after which layers that no tag names any more are deleted."""


def build(scope: Scope, spec: RegistrySpec, args: RegistryArgs) -> RegistryOutputs:
    """Make groups, repository, approval and tracking."""
    arn = arns(scope, args["foundation"])
    groups = [_group(scope, model) for model in spec.models]
    repository = _repository(scope, spec, args)
    pulls = _grant_pulls(scope, args, _repository_arn(arn, repository))
    registering = _grant_groups(scope, args, arn, groups)
    approval: Output[str] = Output.from_input("")
    if scope.posture.require_approval:
        approval = _approval(scope, args, arn, groups)
    tracking: Output[str] = Output.from_input("")
    if spec.tracking:
        tracking = _tracking(scope, args, arn)
    return RegistryOutputs(
        registry_id=after(_group_arn(arn, groups[0]), *registering),
        image_repository_id=after(_repository_arn(arn, repository), *pulls),
        image_repository=after(_host(arn, repository), *pulls),
        tracking_uri=tracking,
        approval_id=approval,
    )


def _group(scope: Scope, model: str) -> aws.sagemaker.ModelPackageGroup:
    # name and description replace the group, and a group that holds versions cannot be deleted: fixed texts, retained
    return aws.sagemaker.ModelPackageGroup(
        scope.label("group", model),
        model_package_group_name=scope.name("model_group", model),
        model_package_group_description=f"Versions of model {model}",
        tags=scope.tags(),
        opts=scope.options(stateful=True, retain_on_delete=scope.posture.deletion_protection),
    )


def _group_arn(arn: Arns, group: aws.sagemaker.ModelPackageGroup) -> Output[str]:
    return arn.regional("sagemaker", Output.concat("model-package-group/", group.model_package_group_name))


def _versions(arn: Arns, group: aws.sagemaker.ModelPackageGroup) -> Output[str]:
    """ARN pattern of the versions of a group."""
    return arn.regional("sagemaker", Output.concat("model-package/", group.model_package_group_name, "/*"))


def _repository_arn(arn: Arns, repository: aws.ecr.Repository) -> Output[str]:
    return arn.regional("ecr", Output.concat("repository/", repository.name))


def _host(arn: Arns, repository: aws.ecr.Repository) -> Output[str]:
    """What references to images begin with, known in a preview
    (https://docs.aws.amazon.com/AmazonECR/latest/userguide/Registries.html)."""
    namespace = repository.name.apply(lambda name: name.removesuffix(f"/{RUNTIME_IMAGE}"))
    suffix = aws.get_partition_output().dns_suffix
    return Output.concat(arn.account, f".dkr.ecr.{arn.region}.", suffix, "/", namespace)


def _repository(scope: Scope, spec: RegistrySpec, args: RegistryArgs) -> aws.ecr.Repository:
    customer_key = scope.covers(DataClass.MODELS)
    repository = aws.ecr.Repository(
        scope.label("images"),
        name=f"{scope.name('ecr_namespace')}/{RUNTIME_IMAGE}",
        image_tag_mutability="IMMUTABLE",
        image_scanning_configuration={"scan_on_push": spec.image_scanning},
        encryption_configurations=[
            {"encryption_type": "KMS", "kms_key": args["keys"]["models_key_id"]}
            if customer_key
            else {"encryption_type": "AES256"}
        ],
        force_delete=not scope.posture.deletion_protection,
        tags=scope.tags(),
        opts=scope.options(stateful=True),
    )
    rules = [
        _expiry(1, {"tagStatus": "untagged", "countType": "sinceImagePushed", "countUnit": "days"}, UNTAGGED_DAYS),
        _expiry(
            2, {"tagStatus": "tagged", "tagPatternList": ["*"], "countType": "imageCountMoreThan"}, spec.keep_images
        ),
    ]
    aws.ecr.LifecyclePolicy(
        scope.label("images", "lifecycle"),
        repository=repository.name,
        policy=json.dumps({"rules": rules}, sort_keys=True),
        opts=scope.options(),
    )
    return repository


def _grant_pulls(scope: Scope, args: RegistryArgs, repository_arn: Input[str]) -> list[aws.iam.RolePolicy]:
    identity = args["identity"]
    principals = {
        "pipeline": identity["pipeline_principal"],  # registering a version looks up the digest of its image
        "training": identity["training_principal"],
        "serving": identity["serving_principal"],
        "monitoring": identity["monitoring_principal"],
    }
    return [grant(scope, f"pull-{role}", principal, *_pull(repository_arn)) for role, principal in principals.items()]


def _expiry(priority: int, selection: dict[str, object], count: int) -> dict[str, object]:
    """One rule (https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html)."""
    return {"rulePriority": priority, "selection": {**selection, "countNumber": count}, "action": {"type": "expire"}}


def _pull(repository: Input[str]) -> tuple[Statement, ...]:
    return (
        Statement(
            sid="PullImages",
            actions=("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"),
            resources=(repository,),
        ),
        # a token for the account's registry: the action knows no resources
        Statement(sid="SignInToRegistry", actions=("ecr:GetAuthorizationToken",), resources=("*",)),
    )


def _grant_groups(
    scope: Scope, args: RegistryArgs, arn: Arns, groups: list[aws.sagemaker.ModelPackageGroup]
) -> list[aws.iam.RolePolicy]:
    """The pipeline registers, batch scoring reads the model that is served, the approver reads and approves."""
    group_arns = [_group_arn(arn, group) for group in groups]
    version_arns = [_versions(arn, group) for group in groups]
    resources = (*group_arns, *version_arns)
    reading = ("sagemaker:DescribeModelPackage", "sagemaker:DescribeModelPackageGroup", "sagemaker:ListModelPackages")
    writing = ("sagemaker:AddTags", "sagemaker:CreateModelPackage")
    identity = args["identity"]
    read = Statement(sid="ReadVersions", actions=reading, resources=resources)
    served = Statement(sid="ReadVersions", actions=reading, resources=(group_arns[0], version_arns[0]))
    write = Statement(sid="RegisterVersions", actions=(*reading, *writing), resources=resources)
    approve = Statement(sid="ApproveVersions", actions=("sagemaker:UpdateModelPackage",), resources=version_arns)
    return [
        grant(scope, "register", identity["pipeline_principal"], write),
        grant(scope, "read-versions", identity["training_principal"], served),
        grant(scope, "approve", identity["approver_principal"], read, approve),
    ]


def _approval(
    scope: Scope, args: RegistryArgs, arn: Arns, groups: list[aws.sagemaker.ModelPackageGroup]
) -> Output[str]:
    """Deny approval to workloads, and announce approvals by people."""
    # every group of the account: a denial may be wide, and short, for the policies of a role together are bounded
    version_arns = (arn.regional("sagemaker", "model-package/*"),)
    group_arns = (arn.regional("sagemaker", "model-package-group/*"),)
    denials = (
        Statement(
            sid="NeverApprove",
            effect=Effect.DENY,
            actions=("sagemaker:UpdateModelPackage",),
            resources=version_arns,
        ),
        Statement(
            sid="NeverRegisterAsApproved",
            effect=Effect.DENY,
            actions=("sagemaker:CreateModelPackage",),
            resources=(*group_arns, *version_arns),
            conditions={"StringEquals": {"sagemaker:ModelApprovalStatus": "Approved"}},
        ),
    )
    identity = args["identity"]
    grant(scope, "no-approval-pipeline", identity["pipeline_principal"], *denials)
    grant(scope, "no-approval-training", identity["training_principal"], *denials)
    pattern = {
        "source": ["aws.sagemaker"],
        "detail-type": ["SageMaker Model Package State Change"],
        "detail": {
            "ModelApprovalStatus": ["Approved"],
            "ModelPackageGroupName": [group.model_package_group_name for group in groups],
        },
    }
    rule = aws.cloudwatch.EventRule(
        scope.label("approved"),
        name=scope.name("event_rule", "approved"),
        description=f"A model version of {scope.prefix} was approved",
        event_pattern=Output.json_dumps(pattern, sort_keys=True),
        tags=scope.tags(),
        opts=scope.options(),
    )
    key_id = args["keys"]["logs_key_id"] if scope.covers(DataClass.LOGS) else None
    waiting = queue(scope, "approved-versions", key_id)
    lost = queue(scope, "approved-dead-letters", key_id)
    accepted = [
        accept(scope, "approved-versions", arn, waiting, rule),
        accept(scope, "approved-dead-letters", arn, lost, rule),
    ]
    aws.cloudwatch.EventTarget(
        scope.label("approved", "target"),
        rule=rule.name,
        target_id="approved-versions",
        arn=waiting.arn,
        dead_letter_config={"arn": lost.arn},
        retry_policy={"maximum_event_age_in_seconds": 24 * 3600, "maximum_retry_attempts": 185},
        opts=scope.options(depends_on=accepted),
    )
    return arn.rule(rule)


def _tracking(scope: Scope, args: RegistryArgs, arn: Arns) -> Output[str]:
    """An MLflow App. It registers no models by itself: versions come from the pipeline, past its gate."""
    storage, keys, identity = args["storage"], args["keys"], args["identity"]
    role = service_role(
        scope,
        "tracking",
        f"Keeps experiments of {scope.prefix}",
        "sagemaker.amazonaws.com",
        arn.account,
        path=WORKLOAD_PATH,
    )
    objects = Output.concat(storage["artifacts_id"], "/mlflow/*")
    statements = [
        Statement(
            sid="KeepArtifacts", actions=("s3:GetObject", "s3:PutObject", "s3:DeleteObject"), resources=(objects,)
        ),
        Statement(
            sid="ListArtifacts",
            actions=("s3:ListBucket",),
            resources=(storage["artifacts_id"],),
            conditions={"StringLike": {"s3:prefix": ["mlflow", "mlflow/*"]}},
        ),
    ]
    if scope.covers(DataClass.MODELS):
        statements.append(
            Statement(sid="UseKey", actions=("kms:Decrypt", "kms:GenerateDataKey"), resources=(keys["models_key_id"],))
        )
    granted = grant(scope, "tracking-artifacts", role.name, *statements)
    app = aws.sagemaker.MlflowApp(
        scope.label("mlflow"),
        artifact_store_uri=Output.concat(storage["artifacts_uri"], "/mlflow"),
        role_arn=role.arn,
        model_registration_mode="AutoModelRegistrationDisabled",
        account_default_status="DISABLED",  # one app per account may be the default: not for a stack to take
        tags=scope.tags(),
        opts=scope.options(stateful=True, depends_on=[granted]),
    )
    track = Statement(
        sid="TrackExperiments",
        actions=("sagemaker:CallMlflowAppApi", "sagemaker:DescribeMlflowApp"),
        resources=(app.arn,),
    )
    grant(scope, "track-training", identity["training_principal"], track)
    grant(scope, "track-monitoring", identity["monitoring_principal"], track)
    return app.arn
