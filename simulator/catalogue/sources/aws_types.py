"""Which CloudFormation type is which type of the SDK, by rule and by table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from simulator.catalogue.sources.aws_calls import nouns_of
from simulator.catalogue.sources.aws_names import fold, singular


@dataclass(frozen=True)
class Described:
    """A CloudFormation type and where in its properties the SDK's type lies."""

    name: str
    at: str = ""
    """Dotted way to the property; the resource itself when empty."""


SERVICES: Final = MappingProxyType(
    {
        "appautoscaling": ("ApplicationAutoScaling",),
        "cfg": ("Config",),
        "cloudwatch": ("CloudWatch", "Events", "Logs"),
        "costexplorer": ("CE",),
        "inspector2": ("InspectorV2",),
        "kinesis": ("Kinesis", "KinesisFirehose"),
        "macie2": ("Macie",),
        "route53": ("Route53", "Route53Resolver"),
        "sfn": ("StepFunctions",),
        "vpc": ("EC2",),
    }
)
"""Module of the SDK -> services of CloudFormation, where the names differ."""

_PREFIXES: Final = MappingProxyType({"Events": "events", "Logs": "logs", "Route53Resolver": "route53resolver"})
"""Service -> what :func:`nouns_of` calls it."""

TYPES: Final[Mapping[str, Described | None]] = MappingProxyType(
    {
        "appautoscaling/policy:Policy": Described("AWS::ApplicationAutoScaling::ScalingPolicy"),
        "appautoscaling/target:Target": Described("AWS::ApplicationAutoScaling::ScalableTarget"),
        "budgets/budget:Budget": Described("AWS::Budgets::Budget", "Budget"),
        "budgets/budgetAction:BudgetAction": Described("AWS::Budgets::BudgetsAction"),
        "cfg/recorder:Recorder": Described("AWS::Config::ConfigurationRecorder"),
        "cfg/rule:Rule": Described("AWS::Config::ConfigRule"),
        "cloudwatch/eventPermission:EventPermission": None,
        "cloudwatch/eventTarget:EventTarget": Described("AWS::Events::Rule", "Targets"),
        "cloudwatch/metricAlarm:MetricAlarm": Described("AWS::CloudWatch::Alarm"),
        "codestarconnections/connection:Connection": Described("AWS::CodeStarConnections::Connection"),
        "ec2/defaultSecurityGroup:DefaultSecurityGroup": None,
        "ec2/eip:Eip": Described("AWS::EC2::EIP"),
        "ec2/routeTableAssociation:RouteTableAssociation": Described("AWS::EC2::SubnetRouteTableAssociation"),
        "ec2/vpcDhcpOptions:VpcDhcpOptions": Described("AWS::EC2::DHCPOptions"),
        "ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation": Described("AWS::EC2::VPCCidrBlock"),
        "glue/catalogDatabase:CatalogDatabase": Described("AWS::Glue::Database"),
        "glue/catalogTable:CatalogTable": Described("AWS::Glue::Table"),
        "iam/openIdConnectProvider:OpenIdConnectProvider": Described("AWS::IAM::OIDCProvider"),
        "iam/policy:Policy": Described("AWS::IAM::ManagedPolicy"),
        "iam/policyAttachment:PolicyAttachment": None,
        "iam/virtualMfaDevice:VirtualMfaDevice": Described("AWS::IAM::VirtualMFADevice"),
        "kinesis/firehoseDeliveryStream:FirehoseDeliveryStream": Described("AWS::KinesisFirehose::DeliveryStream"),
        "lakeformation/permissions:Permissions": None,
        "lambda/functionUrl:FunctionUrl": Described("AWS::Lambda::Url"),
        "s3/accessPoint:AccessPoint": Described("AWS::S3::AccessPoint"),
        "s3/bucket:Bucket": None,
        "s3/bucketOwnershipControls:BucketOwnershipControls": Described("AWS::S3::Bucket", "OwnershipControls"),
        "s3/bucketVersioning:BucketVersioning": None,
        "secretsmanager/secretPolicy:SecretPolicy": Described("AWS::SecretsManager::ResourcePolicy"),
        "secretsmanager/secretRotation:SecretRotation": Described("AWS::SecretsManager::RotationSchedule"),
        "sfn/alias:Alias": Described("AWS::StepFunctions::StateMachineAlias"),
        "sns/topicPolicy:TopicPolicy": None,
        "sns/topicSubscription:TopicSubscription": Described("AWS::SNS::Subscription"),
        "sqs/queuePolicy:QueuePolicy": None,
        "vpc/securityGroupEgressRule:SecurityGroupEgressRule": Described("AWS::EC2::SecurityGroupEgress"),
        "vpc/securityGroupIngressRule:SecurityGroupIngressRule": Described("AWS::EC2::SecurityGroupIngress"),
    }
)
"""Type token without ``aws:`` -> what describes it; None where the type of that name is another thing."""

NAMES: Final[Mapping[str, Mapping[str, str | None]]] = MappingProxyType(
    {
        "cloudwatch/metricAlarm:MetricAlarm": {"metricQueries": "Metrics"},
        "sfn/stateMachine:StateMachine": {"name": "StateMachineName", "definition": "DefinitionString"},
        "kms/key:Key": {
            "deletionWindowInDays": "PendingWindowInDays",
            "customerMasterKeySpec": "KeySpec",
            "isEnabled": "Enabled",
            "policy": "KeyPolicy",
        },
        "sagemaker/appImageConfig:AppImageConfig": {"jupyterLabImageConfig": "JupyterLabAppImageConfig"},
        "sagemaker/notebookInstance:NotebookInstance": {"volumeSize": "VolumeSizeInGB"},
        "vpc/securityGroupEgressRule:SecurityGroupEgressRule": {
            "cidrIpv4": "CidrIp",
            "prefixListId": "DestinationPrefixListId",
            "referencedSecurityGroupId": "DestinationSecurityGroupId",
            "securityGroupId": "GroupId",
        },
        "vpc/securityGroupIngressRule:SecurityGroupIngressRule": {
            "cidrIpv4": "CidrIp",
            "prefixListId": "SourcePrefixListId",
            "referencedSecurityGroupId": "SourceSecurityGroupId",
            "securityGroupId": "GroupId",
        },
    }
)
"""Type token without ``aws:`` -> path of the SDK -> way in the properties, None where nothing stands for it."""


def describing(token: str, known: Iterable[str]) -> Described | None:
    """Return the CloudFormation type behind a type token, of those that are known; None where there is none."""
    short = token.split(":", 1)[1]
    if short in TYPES:
        return TYPES[short]
    module = short.split("/", 1)[0]
    by_key: dict[tuple[str, str], str] = {}
    for name in known:
        if name.count("::") == 2:
            _, service, leaf = name.split("::")
            by_key.setdefault((service.lower(), singular(fold(leaf))), name)
    for service in SERVICES.get(module, (module,)):
        for noun in nouns_of(token, _PREFIXES.get(service, "")):
            found = by_key.get((service.lower(), singular(fold(noun))))
            if found is not None:
                return Described(found)
    return None
