"""Ids and ARNs of AWS types.

Source of ids: the Import section of each resource of pulumi-aws, of which the generic rule below reads the rest; of
ARNs: the Service Authorization Reference (docs.aws.amazon.com/service-authorization, "Resource types defined by …").
``arn`` of a row is what follows ``arn:aws:``; ``id`` may use ``{arn}``.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from simulator.catalogue.shapes import Shape


@dataclass(frozen=True)
class AwsId:
    """How one type is named."""

    id: str
    arn: str | None = None


def _row(id_: str, arn: str | None = None) -> AwsId:
    return AwsId(id_, arn)


def _ec2(prefix: str, kind: str) -> AwsId:
    return AwsId(f"{prefix}-{{hex:17}}", f"ec2:{{region}}:{{account}}:{kind}/{{id}}")


_HERE = "{region}:{account}"

TABLE: Final = MappingProxyType(
    {
        # Network
        "ec2/vpc:Vpc": _ec2("vpc", "vpc"),
        "ec2/subnet:Subnet": _ec2("subnet", "subnet"),
        "ec2/securityGroup:SecurityGroup": _ec2("sg", "security-group"),
        "ec2/defaultSecurityGroup:DefaultSecurityGroup": _ec2("sg", "security-group"),
        "ec2/routeTable:RouteTable": _ec2("rtb", "route-table"),
        "ec2/defaultRouteTable:DefaultRouteTable": _row("{defaultRouteTableId}", f"ec2:{_HERE}:route-table/{{id}}"),
        "ec2/internetGateway:InternetGateway": _ec2("igw", "internet-gateway"),
        "ec2/egressOnlyInternetGateway:EgressOnlyInternetGateway": _ec2("eigw", "egress-only-internet-gateway"),
        "ec2/natGateway:NatGateway": _ec2("nat", "natgateway"),
        "ec2/eip:Eip": _ec2("eipalloc", "elastic-ip"),
        "ec2/vpcEndpoint:VpcEndpoint": _ec2("vpce", "vpc-endpoint"),
        "ec2/flowLog:FlowLog": _ec2("fl", "vpc-flow-log"),
        "ec2/networkAcl:NetworkAcl": _ec2("acl", "network-acl"),
        "ec2/networkInterface:NetworkInterface": _ec2("eni", "network-interface"),
        "ec2/managedPrefixList:ManagedPrefixList": _ec2("pl", "prefix-list"),
        "ec2/routeTableAssociation:RouteTableAssociation": _row("rtbassoc-{hex:17}"),
        "ec2/route:Route": _row("r-{routeTableId}{digits:10}"),
        "ec2/securityGroupRule:SecurityGroupRule": _row("sgrule-{digits:10}"),
        "ec2/vpcEndpointRouteTableAssociation:VpcEndpointRouteTableAssociation": _row("a-{vpcEndpointId}{digits:10}"),
        "vpc/securityGroupIngressRule:SecurityGroupIngressRule": _ec2("sgr", "security-group-rule"),
        "vpc/securityGroupEgressRule:SecurityGroupEgressRule": _ec2("sgr", "security-group-rule"),
        # Keys and identities
        "kms/key:Key": _row("{guid}", f"kms:{_HERE}:key/{{id}}"),
        "kms/alias:Alias": _row("{name}", f"kms:{_HERE}:{{name}}"),
        "kms/keyPolicy:KeyPolicy": _row("{keyId}"),
        "kms/grant:Grant": _row("{keyId}:{hex:64}"),
        "iam/role:Role": _row("{name}", "iam::{account}:role{path|/}{name}"),
        "iam/user:User": _row("{name}", "iam::{account}:user{path|/}{name}"),
        "iam/group:Group": _row("{name}", "iam::{account}:group{path|/}{name}"),
        "iam/policy:Policy": _row("{arn}", "iam::{account}:policy{path|/}{name}"),
        "iam/instanceProfile:InstanceProfile": _row("{name}", "iam::{account}:instance-profile{path|/}{name}"),
        "iam/rolePolicy:RolePolicy": _row("{role}:{name}"),
        "iam/rolePolicyAttachment:RolePolicyAttachment": _row("{role}/{policyArn}"),
        "iam/openIdConnectProvider:OpenIdConnectProvider": _row("{arn}", "iam::{account}:oidc-provider/{host}"),
        "secretsmanager/secret:Secret": _row("{arn}", f"secretsmanager:{_HERE}:secret:{{name}}-{{letters:6}}"),
        "ssm/parameter:Parameter": _row("{name}", f"ssm:{_HERE}:parameter/{{bareName}}"),
        # Storage and data
        "s3/bucket:Bucket": _row("{bucket}", "s3:::{bucket}"),
        "s3/bucketObject:BucketObject": _row("{bucket}/{key}", "s3:::{bucket}/{key}"),
        "s3/bucketObjectv2:BucketObjectv2": _row("{bucket}/{key}", "s3:::{bucket}/{key}"),
        "glue/catalogDatabase:CatalogDatabase": _row("{account}:{name}", f"glue:{_HERE}:database/{{name}}"),
        "glue/catalogTable:CatalogTable": _row(
            "{account}:{databaseName}:{name}", f"glue:{_HERE}:table/{{databaseName}}/{{name}}"
        ),
        "glue/crawler:Crawler": _row("{name}", f"glue:{_HERE}:crawler/{{name}}"),
        "glue/job:Job": _row("{name}", f"glue:{_HERE}:job/{{name}}"),
        "glue/dataQualityRuleset:DataQualityRuleset": _row("{name}", f"glue:{_HERE}:dataQualityRuleset/{{name}}"),
        "glue/dataCatalogEncryptionSettings:DataCatalogEncryptionSettings": _row("{account}"),
        "lakeformation/resource:Resource": _row("{arn}"),
        "lakeformation/dataLakeSettings:DataLakeSettings": _row("{account}"),
        "athena/workgroup:Workgroup": _row("{name}", f"athena:{_HERE}:workgroup/{{name}}"),
        # Machine learning
        "sagemaker/endpoint:Endpoint": _row("{name}", f"sagemaker:{_HERE}:endpoint/{{lowerName}}"),
        "sagemaker/endpointConfiguration:EndpointConfiguration": _row(
            "{name}", f"sagemaker:{_HERE}:endpoint-config/{{lowerName}}"
        ),
        "sagemaker/model:Model": _row("{name}", f"sagemaker:{_HERE}:model/{{lowerName}}"),
        "sagemaker/domain:Domain": _row("d-{letters:12}", f"sagemaker:{_HERE}:domain/{{id}}"),
        "sagemaker/userProfile:UserProfile": _row(
            "{arn}", f"sagemaker:{_HERE}:user-profile/{{domainId}}/{{userProfileName}}"
        ),
        "sagemaker/space:Space": _row("{arn}", f"sagemaker:{_HERE}:space/{{domainId}}/{{spaceName}}"),
        "sagemaker/featureGroup:FeatureGroup": _row(
            "{featureGroupName}", f"sagemaker:{_HERE}:feature-group/{{lowerName}}"
        ),
        "sagemaker/pipeline:Pipeline": _row("{pipelineName}", f"sagemaker:{_HERE}:pipeline/{{lowerName}}"),
        "sagemaker/modelPackageGroup:ModelPackageGroup": _row(
            "{modelPackageGroupName}", f"sagemaker:{_HERE}:model-package-group/{{modelPackageGroupName}}"
        ),
        "sagemaker/modelPackageGroupPolicy:ModelPackageGroupPolicy": _row("{modelPackageGroupName}"),
        "sagemaker/modelCard:ModelCard": _row("{modelCardName}", f"sagemaker:{_HERE}:model-card/{{modelCardName}}"),
        "sagemaker/mlflowApp:MlflowApp": _row("{arn}", f"sagemaker:{_HERE}:mlflow-app/app-{{letters:12}}"),
        "sagemaker/mlflowTrackingServer:MlflowTrackingServer": _row(
            "{trackingServerName}", f"sagemaker:{_HERE}:mlflow-tracking-server/{{trackingServerName}}"
        ),
        "sagemaker/monitoringSchedule:MonitoringSchedule": _row(
            "{name}", f"sagemaker:{_HERE}:monitoring-schedule/{{lowerName}}"
        ),
        "sagemaker/dataQualityJobDefinition:DataQualityJobDefinition": _row(
            "{name}", f"sagemaker:{_HERE}:data-quality-job-definition/{{lowerName}}"
        ),
        "sagemaker/studioLifecycleConfig:StudioLifecycleConfig": _row(
            "{studioLifecycleConfigName}", f"sagemaker:{_HERE}:studio-lifecycle-config/{{studioLifecycleConfigName}}"
        ),
        "sagemaker/appImageConfig:AppImageConfig": _row(
            "{appImageConfigName}", f"sagemaker:{_HERE}:app-image-config/{{appImageConfigName}}"
        ),
        "sagemaker/image:Image": _row("{imageName}", f"sagemaker:{_HERE}:image/{{imageName}}"),
        "sagemaker/codeRepository:CodeRepository": _row(
            "{codeRepositoryName}", f"sagemaker:{_HERE}:code-repository/{{codeRepositoryName}}"
        ),
        "sagemaker/notebookInstance:NotebookInstance": _row(
            "{name}", f"sagemaker:{_HERE}:notebook-instance/{{lowerName}}"
        ),
        "ecr/repository:Repository": _row("{name}", f"ecr:{_HERE}:repository/{{name}}"),
        "ecr/lifecyclePolicy:LifecyclePolicy": _row("{repository}"),
        "ecr/repositoryPolicy:RepositoryPolicy": _row("{repository}"),
        # Events, functions, observability
        "lambda/function:Function": _row("{name}", f"lambda:{_HERE}:function:{{name}}"),
        "lambda/permission:Permission": _row("{statementId}"),
        "sfn/stateMachine:StateMachine": _row("{arn}", f"states:{_HERE}:stateMachine:{{name}}"),
        "scheduler/schedule:Schedule": _row(
            "{groupName|default}/{name}", f"scheduler:{_HERE}:schedule/{{groupName|default}}/{{name}}"
        ),
        "scheduler/scheduleGroup:ScheduleGroup": _row("{name}", f"scheduler:{_HERE}:schedule-group/{{name}}"),
        "sns/topic:Topic": _row("{arn}", f"sns:{_HERE}:{{name}}"),
        "sns/topicPolicy:TopicPolicy": _row("{arn}"),
        "sns/topicSubscription:TopicSubscription": _row("{topic}:{guid}"),
        "sqs/queue:Queue": _row("https://sqs.{region}.amazonaws.com/{account}/{name}", f"sqs:{_HERE}:{{name}}"),
        "sqs/queuePolicy:QueuePolicy": _row("{queueUrl}"),
        "cloudwatch/logGroup:LogGroup": _row("{name}", f"logs:{_HERE}:log-group:{{name}}"),
        "cloudwatch/logMetricFilter:LogMetricFilter": _row("{name}"),
        "cloudwatch/metricAlarm:MetricAlarm": _row("{name}", f"cloudwatch:{_HERE}:alarm:{{name}}"),
        "cloudwatch/compositeAlarm:CompositeAlarm": _row("{alarmName}", f"cloudwatch:{_HERE}:alarm:{{alarmName}}"),
        "cloudwatch/dashboard:Dashboard": _row("{dashboardName}", "cloudwatch::{account}:dashboard/{dashboardName}"),
        "cloudwatch/eventRule:EventRule": _row("{busAndName}", f"events:{_HERE}:rule/{{busAndName}}"),
        "cloudwatch/eventBus:EventBus": _row("{name}", f"events:{_HERE}:event-bus/{{name}}"),
        "cloudwatch/eventTarget:EventTarget": _row("{rule}-{targetId}"),
        "appautoscaling/target:Target": _row(
            "{resourceId}", f"application-autoscaling:{_HERE}:scalable-target/{{hex:32}}"
        ),
        "appautoscaling/policy:Policy": _row(
            "{name}",
            f"autoscaling:{_HERE}:scalingPolicy:{{guid}}:resource/{{serviceNamespace}}/{{resourceId}}:policyName/{{name}}",
        ),
        "appautoscaling/scheduledAction:ScheduledAction": _row(
            "{name}-{serviceNamespace}-{resourceId}",
            f"autoscaling:{_HERE}:scheduledAction:{{guid}}:resource/{{serviceNamespace}}/{{resourceId}}:scheduledActionName/{{name}}",
        ),
        "codebuild/project:Project": _row("{arn}", f"codebuild:{_HERE}:project/{{name}}"),
        # Governance
        "budgets/budget:Budget": _row("{account}:{name}", "budgets::{account}:budget/{name}"),
        "budgets/budgetAction:BudgetAction": _row(
            "{account}:{guid}:{budgetName}", "budgets::{account}:budget/{budgetName}/action/{guid}"
        ),
        "cloudtrail/trail:Trail": _row("{arn}", f"cloudtrail:{_HERE}:trail/{{name}}"),
        "cloudtrail/eventDataStore:EventDataStore": _row("{arn}", f"cloudtrail:{_HERE}:eventdatastore/{{guid}}"),
        "cfg/rule:Rule": _row("{name}", f"config:{_HERE}:config-rule/config-rule-{{letters:6}}"),
        "accessanalyzer/analyzer:Analyzer": _row(
            "{analyzerName}", f"access-analyzer:{_HERE}:analyzer/{{analyzerName}}"
        ),
        "guardduty/detector:Detector": _row("{hex:32}", f"guardduty:{_HERE}:detector/{{id}}"),
        "costexplorer/anomalyMonitor:AnomalyMonitor": _row("{arn}", "ce::{account}:anomalymonitor/{guid}"),
        "costexplorer/anomalySubscription:AnomalySubscription": _row(
            "{arn}", "ce::{account}:anomalysubscription/{guid}"
        ),
    }
)
"""Type token without ``aws:`` -> id and ARN."""

SERVICES: Final = MappingProxyType(
    {
        "alb": "elasticloadbalancing",
        "cfg": "config",
        "cloudwatch": "cloudwatch",
        "docdb": "rds",
        "ec2": "ec2",
        "lb": "elasticloadbalancing",
        "msk": "kafka",
        "sesv2": "ses",
        "sfn": "states",
        "vpc": "ec2",
        "ebs": "ec2",
    }
)
"""SDK module -> service in ARNs, where they differ."""

_EXAMPLE = re.compile(r"pulumi import \S+ \S+ [\"']?(\S+?)[\"']?\s*$", re.MULTILINE)
_USING = re.compile(r"\busing\b(.*?)(?:For example|```)", re.DOTALL)
_SETTING = re.compile(
    r"(Policy|Configuration|Settings?|Versioning|Block|Controls|Logging|Acl|Notification|Config)(V2)?$"
)
_CODE = re.compile(r"`([^`]+)`")
_HEX_ID = re.compile(r"([a-z][a-z-]*)-[0-9a-f]{8,17}$", re.IGNORECASE)
_GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$", re.IGNORECASE)


@functools.cache
def id_of(token: str, shape: Shape) -> AwsId:
    """Return how a type is named: its row, or what the Import section of its documentation says."""
    row = TABLE.get(token.split(":", 1)[1])
    if row is not None:
        return row
    return AwsId(shape.id_template or "{letters:12}", shape.arn_template)


def documented(shape: Shape) -> AwsId:
    """Read the Import section of the documentation; for the builder of the catalogue."""
    module = shape.token.split(":")[1].split("/")[0]
    service = SERVICES.get(module, module)
    kind = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", shape.token.rsplit(":", 1)[-1]).lower()
    own = own_name(shape)
    name = f"{{{own}}}" if own else "{letters:12}"
    arn = f"{service}:{_HERE}:{kind}/{name}" if "arn" in shape.outputs else None
    found = _EXAMPLE.search(shape.doc)
    example = found.group(1) if found else ""
    using = _USING.search(shape.doc[shape.doc.find("## Import") :])
    named = [_wire(code, shape) for code in _CODE.findall(using.group(1))] if using else []
    names = [wire for wire in named if wire is not None]
    if example.startswith("arn:") or names[:1] == ["arn"]:
        return AwsId("{arn}", arn or f"{service}:{_HERE}:{kind}/{{letters:12}}")
    if len(names) > 1 and len(separators := {sep for sep in "/:,|" if sep in example}) == 1:
        return AwsId(separators.pop().join(f"{{{wire}}}" for wire in names), arn)
    # A single name of a parent is the id of a setting of that parent, not of one child among many.
    if names and names[0] in shape.inputs and (names[0] == own or _SETTING.search(shape.token)):
        return AwsId(f"{{{names[0]}}}", arn)
    if hexadecimal := _HEX_ID.match(example):
        return AwsId(f"{hexadecimal.group(1).lower()}-{{hex:17}}", f"{service}:{_HERE}:{kind}/{{id}}" if arn else None)
    if _GUID.match(example):
        return AwsId("{guid}", f"{service}:{_HERE}:{kind}/{{id}}" if arn else None)
    return AwsId(name, arn)


def own_name(shape: Shape) -> str | None:
    """Return the input that names the object itself."""
    leaf = shape.token.rsplit(":", 1)[-1]
    candidates = ("name", f"{leaf[:1].lower()}{leaf[1:]}Name", f"{leaf[:1].lower()}{leaf[1:]}", "identifier")
    return next((wire for wire in candidates if shape.accepts(wire)), None)


def _wire(code: str, shape: Shape) -> str | None:
    snake = code.strip().lower().replace("-", "_")
    camel = re.sub(r"_(\w)", lambda m: m.group(1).upper(), snake)
    return camel if camel in shape.inputs or camel == "arn" else None
