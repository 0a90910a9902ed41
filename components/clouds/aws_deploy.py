"""What continuous integration may do on AWS: read settings for a preview, make and change the kit's own resources.

Written out action by action, since ``AdministratorAccess`` in a pipeline is the shortest way to lose an account. Names
bound what can be named (roles, buckets, aliases); the rest is bound by region and account. Not here: a permissions
boundary on the roles that CI makes, which is the account owner's to set.
"""

from collections.abc import Mapping, Sequence

from pulumi import Input, Output

from components.clouds.aws_arn import Arns
from components.clouds.aws_iam import Effect, Statement
from components.core.scope import Scope

PREVIEW_POLICIES = ("SecurityAudit", "job-function/ViewOnlyAccess")
"""Policies of AWS that read settings and never data
(https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_job-functions.html)."""

_READS: Mapping[str, Sequence[str]] = {
    "application-autoscaling": ("ListTagsForResource",),
    "cloudtrail": ("GetEventSelectors", "GetTrail", "GetTrailStatus", "ListTags"),
    "cloudwatch": ("DescribeAlarms", "GetDashboard", "ListTagsForResource"),
    "ecr": (
        "DescribeRepositories",
        "GetLifecyclePolicy",
        "GetRepositoryPolicy",
        "ListTagsForResource",
    ),
    "events": ("DescribeRule", "ListTagsForResource", "ListTargetsByRule"),
    "glue": ("GetDatabase", "GetTags"),
    "logs": ("ListTagsForResource",),
    "resource-groups": ("GetGroup", "GetGroupConfiguration", "GetGroupQuery", "GetTags"),
    "sagemaker": (
        "DescribeDomain",
        "DescribeEndpoint",
        "DescribeEndpointConfig",
        "DescribeFeatureGroup",
        "DescribeMlflowApp",
        "DescribeModel",
        "DescribeModelPackage",
        "DescribeModelPackageGroup",
        "DescribePipeline",
        "GetModelPackageGroupPolicy",
        "ListTags",
    ),
    "scheduler": ("GetSchedule", "ListTagsForResource"),
    "sns": ("GetSubscriptionAttributes", "GetTopicAttributes", "ListTagsForResource"),
    "sqs": ("GetQueueAttributes", "ListQueueTags"),
    "ssm": ("GetParameter", "ListTagsForResource"),
    "states": ("DescribeStateMachine", "ListStateMachineVersions", "ListTagsForResource"),
}
"""Reads of the provider's refresh, besides what :data:`PREVIEW_POLICIES` have. All are settings."""

_READS_WITHOUT_RESOURCE = (
    "application-autoscaling:DescribeScalableTargets",
    "application-autoscaling:DescribeScalingPolicies",
    "cloudtrail:DescribeTrails",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "ssm:DescribeParameters",
    "states:ValidateStateMachineDefinition",
)
"""Reads that IAM cannot bind to a resource
(https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html)."""

_NETWORK = {
    "ec2": (
        "AllocateAddress",
        "AssociateRouteTable",
        "AttachInternetGateway",
        "AuthorizeSecurityGroupEgress",
        "AuthorizeSecurityGroupIngress",
        "CreateFlowLogs",
        "CreateInternetGateway",
        "CreateNatGateway",
        "CreateRoute",
        "CreateRouteTable",
        "CreateSecurityGroup",
        "CreateSubnet",
        "CreateTags",
        "CreateVpc",
        "CreateVpcEndpoint",
        "DeleteFlowLogs",
        "DeleteInternetGateway",
        "DeleteNatGateway",
        "DeleteRoute",
        "DeleteRouteTable",
        "DeleteSecurityGroup",
        "DeleteSubnet",
        "DeleteTags",
        "DeleteVpc",
        "DeleteVpcEndpoints",
        "DetachInternetGateway",
        "DisassociateAddress",
        "DisassociateRouteTable",
        "ModifySecurityGroupRules",
        "ModifySubnetAttribute",
        "ModifyVpcAttribute",
        "ModifyVpcEndpoint",
        "ReleaseAddress",
        "ReplaceRoute",
        "RevokeSecurityGroupEgress",
        "RevokeSecurityGroupIngress",
        "UpdateSecurityGroupRuleDescriptionsEgress",
        "UpdateSecurityGroupRuleDescriptionsIngress",
    ),
}

_KEY_ACTIONS = (
    "CancelKeyDeletion",
    "CreateAlias",
    "DeleteAlias",
    "DescribeKey",
    "EnableKey",
    "EnableKeyRotation",
    "ListGrants",
    "PutKeyPolicy",
    "RetireGrant",
    "RevokeGrant",
    "ScheduleKeyDeletion",
    "TagResource",
    "UntagResource",
    "UpdateAlias",
    "UpdateKeyDescription",
)
_ROLE_ACTIONS = (
    "CreateRole",
    "DeleteRole",
    "DeleteRolePolicy",
    "PutRolePolicy",
    "TagRole",
    "UntagRole",
    "UpdateAssumeRolePolicy",
    "UpdateRole",
)
_POLICY_ACTIONS = (
    "CreatePolicy",
    "CreatePolicyVersion",
    "DeletePolicy",
    "DeletePolicyVersion",
    "SetDefaultPolicyVersion",
    "TagPolicy",
    "UntagPolicy",
)
_PROVIDER_ACTIONS = (
    "AddClientIDToOpenIDConnectProvider",
    "CreateOpenIDConnectProvider",
    "DeleteOpenIDConnectProvider",
    "RemoveClientIDFromOpenIDConnectProvider",
    "TagOpenIDConnectProvider",
    "UntagOpenIDConnectProvider",
    "UpdateOpenIDConnectProviderThumbprint",
)
_BUCKET_ACTIONS = (
    "CreateBucket",
    "DeleteBucket",
    "DeleteBucketPolicy",
    "GetAccelerateConfiguration",
    "GetBucketCORS",
    "GetBucketRequestPayment",
    "GetBucketWebsite",
    "GetLifecycleConfiguration",
    "GetReplicationConfiguration",
    "ListBucket",
    "ListBucketVersions",
    "PutBucketLogging",
    "PutBucketObjectLockConfiguration",
    "PutBucketOwnershipControls",
    "PutBucketPolicy",
    "PutBucketPublicAccessBlock",
    "PutBucketTagging",
    "PutBucketVersioning",
    "PutEncryptionConfiguration",
    "PutLifecycleConfiguration",
)
"""IAM's names, which for S3 are not those of the API
(https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html)."""

_ML = {
    "application-autoscaling": (
        "DeleteScalingPolicy",
        "DeregisterScalableTarget",
        "PutScalingPolicy",
        "RegisterScalableTarget",
        "TagResource",
        "UntagResource",
    ),
    "ecr": (
        "CreateRepository",
        "DeleteLifecyclePolicy",
        "DeleteRepository",
        "DeleteRepositoryPolicy",
        "PutImageScanningConfiguration",
        "PutImageTagMutability",
        "PutLifecyclePolicy",
        "SetRepositoryPolicy",
        "TagResource",
        "UntagResource",
    ),
    "sagemaker": (
        "AddTags",
        "CreateDomain",
        "CreateEndpoint",
        "CreateEndpointConfig",
        "CreateFeatureGroup",
        "CreateMlflowApp",
        "CreateModel",
        "CreateModelPackageGroup",
        "CreatePipeline",
        "DeleteDomain",
        "DeleteEndpoint",
        "DeleteEndpointConfig",
        "DeleteFeatureGroup",
        "DeleteMlflowApp",
        "DeleteModel",
        "DeleteModelPackageGroup",
        "DeleteModelPackageGroupPolicy",
        "DeletePipeline",
        "DeleteTags",
        "PutModelPackageGroupPolicy",
        "UpdateDomain",
        "UpdateEndpoint",
        "UpdateFeatureGroup",
        "UpdateMlflowApp",
        "UpdatePipeline",
    ),
}

_OPERATIONS = {
    "cloudtrail": (
        "AddTags",
        "CreateTrail",
        "DeleteTrail",
        "PutEventSelectors",
        "RemoveTags",
        "StartLogging",
        "StopLogging",
        "UpdateTrail",
    ),
    "cloudwatch": ("DeleteAlarms", "PutMetricAlarm", "TagResource", "UntagResource"),
    "events": ("DeleteRule", "PutRule", "PutTargets", "RemoveTargets", "TagResource", "UntagResource"),
    "logs": (
        "AssociateKmsKey",
        "CreateLogGroup",
        "DeleteLogGroup",
        "DisassociateKmsKey",
        "PutRetentionPolicy",
        "TagResource",
        "UntagResource",
    ),
    "resource-groups": ("DeleteGroup", "Tag", "Untag", "UpdateGroup", "UpdateGroupQuery"),
    "scheduler": ("CreateSchedule", "DeleteSchedule", "UpdateSchedule"),
    "sns": (
        "CreateTopic",
        "DeleteTopic",
        "SetSubscriptionAttributes",
        "SetTopicAttributes",
        "Subscribe",
        "TagResource",
        "Unsubscribe",
        "UntagResource",
    ),
    "sqs": ("CreateQueue", "DeleteQueue", "SetQueueAttributes", "TagQueue", "UntagQueue"),
    "ssm": ("AddTagsToResource", "DeleteParameter", "PutParameter", "RemoveTagsFromResource"),
    "states": ("CreateStateMachine", "DeleteStateMachine", "TagResource", "UntagResource", "UpdateStateMachine"),
}

_WITHOUT_RESOURCE = (
    "logs:DeleteResourcePolicy",
    "logs:PutResourcePolicy",
    "resource-groups:CreateGroup",
)
"""Actions of operations that IAM cannot bind to a resource."""

_PASSED_TO = (
    "events.amazonaws.com",
    "sagemaker.amazonaws.com",
    "scheduler.amazonaws.com",
    "states.amazonaws.com",
    "vpc-flow-logs.amazonaws.com",
)
_GLUE_ACTIONS = ("CreateDatabase", "DeleteDatabase", "TagResource", "UntagResource", "UpdateDatabase")


def _named(service: str, actions: Sequence[str]) -> list[str]:
    return [f"{service}:{action}" for action in actions]


def _read_statements(names: Arns) -> tuple[Statement, ...]:
    """Reads of settings in the region and account, and those that know no resource."""
    reads = [action for service, actions in _READS.items() for action in _named(service, actions)]
    dashboards = Output.concat("arn:", names.partition, ":cloudwatch::", names.account, ":dashboard/*")
    everything = [*(names.regional(service, "*") for service in _READS), dashboards]
    return (
        Statement(sid="ReadSettings", actions=reads, resources=everything),
        Statement(sid="ReadWithoutResource", actions=_READS_WITHOUT_RESOURCE, resources=("*",)),
    )


def preview_statements(names: Arns) -> tuple[Statement, ...]:
    """What a preview reads besides :data:`PREVIEW_POLICIES`, and a denial of every way to data."""
    return (
        *_read_statements(names),
        Statement(
            sid="NeverReadData",
            actions=("kms:Decrypt", "s3:GetObject", "s3:GetObjectVersion", "sagemaker:GetRecord"),
            resources=("*",),
            effect=Effect.DENY,
        ),
    )


def _regional(names: Arns, table: Mapping[str, Sequence[str]], sid: str = "") -> tuple[Statement, ...]:
    """One statement per service, on everything of it in the region and account."""
    return tuple(
        Statement(
            sid=sid + "".join(word.title() for word in service.split("-")),
            actions=_named(service, actions),
            resources=(names.regional(service, "*"),),
        )
        for service, actions in table.items()
    )


def deploy_documents(scope: Scope, names: Arns, issuer: str) -> dict[str, tuple[Statement, ...]]:
    """Policies of the apply role, by name. Each fits into the 6,144 characters of a managed policy
    (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html)."""
    stack = f"{scope.spec.name}-{scope.spec.environment}"
    short = f"{scope.spec.short_name or scope.spec.name.replace('-', '')[:8]}-{scope.spec.environment}"
    prefixes = sorted({stack, short})
    roles: list[Input[str]] = [names.iam(f"role/tripod/*/{prefix}-*") for prefix in prefixes]
    buckets: list[Input[str]] = [names.s3(f"{prefix}-*") for prefix in prefixes]
    aliases: list[Input[str]] = [names.regional("kms", f"alias/{prefix}-*") for prefix in prefixes]
    policies: list[Output[str]] = [
        names.iam(f"policy/{path}{prefix}-*") for prefix in prefixes for path in ("", "tripod/*/")
    ]
    database = [
        names.regional("glue", "catalog"),
        *(
            names.regional("glue", f"{kind}/{prefix.replace('-', '_')}*")
            for prefix in prefixes
            for kind in ("database",)
        ),
    ]
    return {
        "network": _regional(names, _NETWORK),
        "identity": (
            Statement(
                sid="MakeKeys",
                actions=("kms:CreateKey", "kms:ListAliases"),  # neither knows a resource
                resources=("*",),
            ),
            Statement(
                sid="ManageKeys",
                actions=_named("kms", _KEY_ACTIONS),
                resources=(names.regional("kms", "key/*"), *aliases),
            ),
            Statement(  # services that encrypt with a key keep it by a grant
                # https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-grant-is-for-aws-resource
                sid="GrantKeysToServices",
                actions=("kms:CreateGrant",),
                resources=(names.regional("kms", "key/*"),),
                conditions={"Bool": {"kms:GrantIsForAWSResource": "true"}},
            ),
            Statement(  # https://docs.aws.amazon.com/sagemaker/latest/dg/feature-store-security.html
                sid="UseKeysForFeatureGroups",
                actions=_named("kms", ("Decrypt", "Encrypt", "GenerateDataKey", "ReEncryptFrom", "ReEncryptTo")),
                resources=(names.regional("kms", "key/*"),),
                conditions={"StringEquals": {"kms:ViaService": f"sagemaker.{names.region}.amazonaws.com"}},
            ),
            Statement(sid="ManageRoles", actions=_named("iam", _ROLE_ACTIONS), resources=roles),
            Statement(
                sid="AttachKnownPolicies",
                actions=("iam:AttachRolePolicy", "iam:DetachRolePolicy"),
                resources=roles,
                conditions={
                    "ArnLike": {
                        "iam:PolicyARN": [*(names.managed_policy(name) for name in PREVIEW_POLICIES), *policies]
                    }
                },
            ),
            Statement(sid="ManagePolicies", actions=_named("iam", _POLICY_ACTIONS), resources=policies),
            Statement(
                sid="ManageTokenIssuer",
                actions=_named("iam", _PROVIDER_ACTIONS),
                resources=(names.iam(f"oidc-provider/{issuer.removeprefix('https://')}"),),
            ),
            Statement(
                sid="PassRoles",
                actions=("iam:PassRole",),
                resources=roles,
                conditions={"StringEquals": {"iam:PassedToService": list(_PASSED_TO)}},
            ),
            Statement(
                sid="MakeServiceRoles",
                actions=("iam:CreateServiceLinkedRole",),
                resources=(names.iam("role/aws-service-role/*"),),
                conditions={
                    "StringEquals": {
                        "iam:AWSServiceName": [
                            "sagemaker.amazonaws.com",
                            "sagemaker.application-autoscaling.amazonaws.com",
                        ]
                    }
                },
            ),
        ),
        "data": (
            Statement(sid="ManageBuckets", actions=_named("s3", _BUCKET_ACTIONS), resources=buckets),
            Statement(sid="ManageCatalogue", actions=_named("glue", _GLUE_ACTIONS), resources=database),
            *_read_statements(names),
        ),
        "ml": _regional(names, _ML),
        "operations": (
            *_regional(names, _OPERATIONS),
            Statement(
                sid="Dashboards",
                actions=("cloudwatch:DeleteDashboards", "cloudwatch:PutDashboard"),
                resources=[
                    Output.concat("arn:", names.partition, ":cloudwatch::", names.account, f":dashboard/{prefix}*")
                    for prefix in prefixes
                ],
            ),
            Statement(sid="WithoutResource", actions=_WITHOUT_RESOURCE, resources=("*",)),
        ),
    }
