"""Which call of which AWS service creates what a type token stands for.

By rule: the module names the service, the type the operation (``Create``, ``Put``, ``Register`` … and the type). What
the rule does not find, or finds wrongly, is a row of the tables; a type of several calls has a row for each.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from simulator.catalogue.sources.aws_names import fold, singular

VERBS: Final = ("Create", "Put", "Register", "Run", "Allocate", "Request", "Set", "Add", "Attach", "Associate")
"""Of operations that make something, in the order in which they are tried."""

SERVICES: Final = MappingProxyType(
    {
        "appautoscaling": ("application-autoscaling",),
        "cfg": ("config",),
        "cloudwatch": ("cloudwatch", "events", "logs"),
        "codestarconnections": ("codestar-connections",),
        "costexplorer": ("ce",),
        "emrserverless": ("emr-serverless",),
        "redshiftserverless": ("redshift-serverless",),
        "resourcegroups": ("resource-groups",),
        "route53": ("route53", "route53resolver"),
        "sfn": ("stepfunctions",),
        "vpc": ("ec2",),
    }
)
"""Module of the SDK -> services, where the names differ."""

_PREFIXES: Final = MappingProxyType({"events": "event", "logs": "log", "route53resolver": "resolver"})
"""Service -> word before the names of its types that its operations do without."""


@dataclass(frozen=True)
class Call:
    """A call and what it takes of the type."""

    service: str
    operation: str
    at: str = ""
    """Dotted way to the structure that holds the properties; the input itself when empty."""
    only: frozenset[str] | None = None
    """Members that are taken, all when None."""


def _call(service: str, operation: str, at: str = "", only: str | None = None) -> Call:
    return Call(service, operation, at, frozenset(only.split()) if only is not None else None)


CALLS: Final[Mapping[str, tuple[Call, ...]]] = MappingProxyType(
    {
        "appautoscaling/policy:Policy": (_call("application-autoscaling", "PutScalingPolicy"),),
        "appautoscaling/scheduledAction:ScheduledAction": (_call("application-autoscaling", "PutScheduledAction"),),
        "appautoscaling/target:Target": (_call("application-autoscaling", "RegisterScalableTarget"),),
        "athena/workgroup:Workgroup": (_call("athena", "CreateWorkGroup"),),
        "cfg/aggregateAuthorization:AggregateAuthorization": (_call("config", "PutAggregationAuthorization"),),
        "cfg/recorder:Recorder": (_call("config", "PutConfigurationRecorder", "ConfigurationRecorder"),),
        "cfg/rule:Rule": (_call("config", "PutConfigRule", "ConfigRule"), _call("config", "PutConfigRule", only="")),
        "cloudwatch/eventPermission:EventPermission": (_call("events", "PutPermission"),),
        "cloudwatch/eventTarget:EventTarget": (
            _call("events", "PutTargets", only="Rule EventBusName"),
            _call("events", "PutTargets", "Targets"),
        ),
        "cloudwatch/logGroup:LogGroup": (
            _call("logs", "CreateLogGroup"),
            _call("logs", "PutRetentionPolicy", only="retentionInDays"),
        ),
        "cloudwatch/logMetricFilter:LogMetricFilter": (_call("logs", "PutMetricFilter"),),
        "cloudwatch/logResourcePolicy:LogResourcePolicy": (_call("logs", "PutResourcePolicy"),),
        "cloudwatch/logSubscriptionFilter:LogSubscriptionFilter": (_call("logs", "PutSubscriptionFilter"),),
        "dynamodb/tableItem:TableItem": (),
        "ec2/defaultSecurityGroup:DefaultSecurityGroup": (),
        "ec2/eip:Eip": (_call("ec2", "AllocateAddress"),),
        "ec2/flowLog:FlowLog": (_call("ec2", "CreateFlowLogs"),),
        "ec2/instance:Instance": (_call("ec2", "RunInstances"),),
        "ec2/vpcDhcpOptions:VpcDhcpOptions": (),
        "ec2/vpcEndpointService:VpcEndpointService": (_call("ec2", "CreateVpcEndpointServiceConfiguration"),),
        "ecr/lifecyclePolicy:LifecyclePolicy": (_call("ecr", "PutLifecyclePolicy"),),
        "ecr/repositoryPolicy:RepositoryPolicy": (_call("ecr", "SetRepositoryPolicy"),),
        "efs/backupPolicy:BackupPolicy": (_call("efs", "PutBackupPolicy"),),
        "efs/fileSystemPolicy:FileSystemPolicy": (_call("efs", "PutFileSystemPolicy"),),
        "glue/catalogDatabase:CatalogDatabase": (_call("glue", "CreateDatabase"),),
        "glue/catalogTable:CatalogTable": (_call("glue", "CreateTable"),),
        "iam/rolePolicyAttachment:RolePolicyAttachment": (_call("iam", "AttachRolePolicy"),),
        "iam/openIdConnectProvider:OpenIdConnectProvider": (_call("iam", "CreateOpenIDConnectProvider"),),
        "kms/key:Key": (
            _call("kms", "CreateKey"),
            _call("kms", "EnableKeyRotation", only="RotationPeriodInDays"),
            _call("kms", "ScheduleKeyDeletion", only="PendingWindowInDays"),
        ),
        "kms/externalKey:ExternalKey": (
            _call("kms", "CreateKey", only="Policy Description BypassPolicyLockoutSafetyCheck MultiRegion Tags"),
        ),
        "lambda/function:Function": (
            _call("lambda", "CreateFunction"),
            _call("lambda", "PutFunctionConcurrency", only="ReservedConcurrentExecutions"),
        ),
        "lambda/permission:Permission": (_call("lambda", "AddPermission"),),
        "lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig": (
            _call("lambda", "PutProvisionedConcurrencyConfig"),
        ),
        "lambda/invocation:Invocation": (),
        "lambda/layerVersion:LayerVersion": (_call("lambda", "PublishLayerVersion"),),
        "lambda/functionUrl:FunctionUrl": (_call("lambda", "CreateFunctionUrlConfig"),),
        "lakeformation/permissions:Permissions": (_call("lakeformation", "GrantPermissions"),),
        "resourcegroups/group:Group": (_call("resource-groups", "CreateGroup"),),
        "ec2/routeTableAssociation:RouteTableAssociation": (_call("ec2", "AssociateRouteTable"),),
        "s3/bucket:Bucket": (_call("s3", "CreateBucket", only="Bucket"),),
        "s3/bucketObject:BucketObject": (),
        "s3/bucketObjectv2:BucketObjectv2": (),
        "s3/bucketOwnershipControls:BucketOwnershipControls": (
            _call("s3", "PutBucketOwnershipControls", only="Bucket"),
            _call("s3", "PutBucketOwnershipControls", "OwnershipControls"),
        ),
        "s3/bucketPublicAccessBlock:BucketPublicAccessBlock": (
            _call("s3", "PutPublicAccessBlock", only="Bucket"),
            _call("s3", "PutPublicAccessBlock", "PublicAccessBlockConfiguration"),
        ),
        "s3/bucketLogging:BucketLogging": (
            _call("s3", "PutBucketLogging", only="Bucket"),
            _call("s3", "PutBucketLogging", "BucketLoggingStatus.LoggingEnabled"),
        ),
        "s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": (
            _call("s3", "PutBucketEncryption", only="Bucket"),
            _call("s3", "PutBucketEncryption", "ServerSideEncryptionConfiguration"),
        ),
        "s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": (
            _call("s3", "PutBucketLifecycleConfiguration", only="Bucket"),
            _call("s3", "PutBucketLifecycleConfiguration", "LifecycleConfiguration"),
        ),
        "s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": (
            _call("s3", "PutObjectLockConfiguration", only="Bucket"),
            _call("s3", "PutObjectLockConfiguration", "ObjectLockConfiguration"),
        ),
        "s3/bucketCorsConfiguration:BucketCorsConfiguration": (
            _call("s3", "PutBucketCors", only="Bucket"),
            _call("s3", "PutBucketCors", "CORSConfiguration"),
        ),
        "s3/bucketNotification:BucketNotification": (_call("s3", "PutBucketNotificationConfiguration", only="Bucket"),),
        "sagemaker/domain:Domain": (
            _call("sagemaker", "CreateDomain"),
            _call("sagemaker", "DeleteDomain", only="RetentionPolicy"),
        ),
        "secretsmanager/secretPolicy:SecretPolicy": (_call("secretsmanager", "PutResourcePolicy"),),
        "secretsmanager/secretVersion:SecretVersion": (_call("secretsmanager", "PutSecretValue"),),
        "secretsmanager/secretRotation:SecretRotation": (_call("secretsmanager", "RotateSecret"),),
        "sns/topicPolicy:TopicPolicy": (),
        "sns/topicSubscription:TopicSubscription": (_call("sns", "Subscribe"),),
        "sqs/queuePolicy:QueuePolicy": (),
        "sqs/queue:Queue": (_call("sqs", "CreateQueue", only="QueueName tags"),),
        "vpc/securityGroupEgressRule:SecurityGroupEgressRule": (
            _call("ec2", "AuthorizeSecurityGroupEgress", only="GroupId"),
            _call("ec2", "AuthorizeSecurityGroupEgress", "IpPermissions"),
        ),
        "vpc/securityGroupIngressRule:SecurityGroupIngressRule": (
            _call("ec2", "AuthorizeSecurityGroupIngress", only="GroupId"),
            _call("ec2", "AuthorizeSecurityGroupIngress", "IpPermissions"),
        ),
    }
)
"""Type token without ``aws:`` -> its calls; an empty row for a type that no call stands behind as it is."""

NAMES: Final[Mapping[str, Mapping[str, str | None]]] = MappingProxyType(
    {
        "cloudwatch/eventTarget:EventTarget": {"inputTransformer.inputPaths": "InputPathsMap"},
        "cloudwatch/metricAlarm:MetricAlarm": {
            "metricQueries": "Metrics",
            "metricQueries[*].metric": "MetricStat",
            "metricQueries[*].metric.dimensions": "Metric.Dimensions",
            "metricQueries[*].metric.metricName": "Metric.MetricName",
            "metricQueries[*].metric.namespace": "Metric.Namespace",
        },
        "ec2/securityGroup:SecurityGroup": {"name": "GroupName"},
        "ecr/lifecyclePolicy:LifecyclePolicy": {"policy": "lifecyclePolicyText"},
        "ecr/repositoryPolicy:RepositoryPolicy": {"policy": "policyText"},
        "sfn/stateMachine:StateMachine": {
            "loggingConfiguration.logDestination": "destinations.cloudWatchLogsLogGroup.logGroupArn"
        },
        "kms/key:Key": {
            "deletionWindowInDays": "PendingWindowInDays",
            "customerMasterKeySpec": "KeySpec",
            "rotationPeriodInDays": "RotationPeriodInDays",
        },
        "sagemaker/appImageConfig:AppImageConfig": {"jupyterLabImageConfig": "JupyterLabAppImageConfig"},
        "sagemaker/notebookInstance:NotebookInstance": {"volumeSize": "VolumeSizeInGB"},
    }
)
"""Type token without ``aws:`` -> path of the SDK -> way in the call, None where nothing stands for it."""


def service_of(token: str, known: frozenset[str]) -> tuple[str, ...]:
    """Return the services in which a type may be, the likeliest first."""
    module = token.split(":")[1].split("/", maxsplit=1)[0]
    return tuple(name for name in SERVICES.get(module, (module,)) if name in known)


def nouns_of(token: str, service: str = "") -> tuple[str, ...]:
    """Return what the API may call a type, the fullest name first."""
    leaf = token.rsplit(":", 1)[-1]
    prefix = _PREFIXES.get(service, "")
    shorter = leaf[len(prefix) :] if prefix and leaf.lower().startswith(prefix) and len(leaf) > len(prefix) else ""
    names = [leaf, shorter]
    module = token.split(":")[1].split("/", maxsplit=1)[0]
    if leaf.lower().startswith(module) and len(leaf) > len(module):
        names.append(leaf[len(module) :])
    words = ("Configuration", "Config", "Collection")
    names += [name.removesuffix(word) for name in (leaf, shorter) for word in words if name.endswith(word)]
    return tuple(dict.fromkeys(name for name in names if name))


def prefixes_of(token: str) -> tuple[str, ...]:
    """Return what members of the API may begin with in a type: its name and the words at the end of it."""
    leaf = token.rsplit(":", 1)[-1]
    starts = [index for index, letter in enumerate(leaf) if letter.isupper() and index]
    return (leaf, *(leaf[index:] for index in starts))


def find_calls(token: str, operations: Mapping[str, tuple[str, ...]]) -> tuple[Call, ...]:
    """Return the calls behind a type token; empty for a type of which none is known.

    ``operations`` are the names of the operations by service.
    """
    row = CALLS.get(token.split(":", 1)[1])
    if row is not None:
        return row
    for service in service_of(token, frozenset(operations)):
        for noun in nouns_of(token, service):
            for operation in _makers(noun, operations[service]):
                return (Call(service, operation),)
    return ()


def _makers(noun: str, operations: tuple[str, ...]) -> Iterator[str]:
    wanted = singular(fold(noun))
    for verb in VERBS:
        for operation in operations:
            if operation.startswith(verb) and singular(fold(operation.removeprefix(verb))) == wanted:
                yield operation
