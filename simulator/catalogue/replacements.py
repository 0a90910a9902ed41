"""Which changes force a replacement.

The Python SDKs do not carry this, so it is gathered here, weakest first: what holds for every type of a cloud; what the
facts of the catalogue say (create-only properties, calls without an update, words in the documentation); the rows per
type. Each row names its source and stands against the catalogue, because the create-only properties of CloudFormation
are not always what the provider replaces on. A change of tags or labels never replaces.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from simulator.catalogue import azure_paths, gcp_ids
from simulator.catalogue.constraints import changing_paths
from simulator.catalogue.facts import Confidence, Rule
from simulator.catalogue.shapes import Shape
from simulator.catalogue.templates import fields
from simulator.values import Path, covers, parse


@dataclass(frozen=True)
class Facts:
    """What forces a replacement of one type."""

    paths: tuple[str, ...] = ()
    source: str = ""
    confidence: Confidence = Confidence.PROVIDER
    everything_but: tuple[str, ...] | None = None
    """When set: all paths replace but these (and tags)."""


_TF = "terraform-provider-aws resource documentation (Forces new resource) and schema"
_MM = "GoogleCloudPlatform/magic-modules mmv1 (immutable: true)"
_FORCE_NEW = "pulumi-azure-native provider/pkg/gen/replacement.go"
_CFN = "CloudFormation createOnlyProperties"


def _only(*paths: str, source: str = _TF, confidence: Confidence = Confidence.PROVIDER) -> Facts:
    return Facts(paths, source, confidence)


def _all_but(*paths: str, source: str = _TF, confidence: Confidence = Confidence.PROVIDER) -> Facts:
    return Facts((), source, confidence, paths)


_FEATURE_GROUP = _all_but(
    "onlineStoreConfig.ttlDuration",
    "throughputConfig",
    source=f"{_CFN}; terraform-provider-aws internal/service/sagemaker/feature_group.go",
)

AWS: Final = MappingProxyType(
    {
        "sagemaker/model:Model": _all_but(),
        "sagemaker/endpointConfiguration:EndpointConfiguration": _all_but(source=f"{_CFN} (all but Tags)"),
        "sagemaker/dataQualityJobDefinition:DataQualityJobDefinition": _all_but(),
        "sagemaker/trainingJob:TrainingJob": _all_but(),
        "sagemaker/featureGroup:FeatureGroup": _FEATURE_GROUP,
        "sagemaker/endpoint:Endpoint": _only("name", "deploymentConfig.autoRollbackConfiguration"),
        "sagemaker/monitoringSchedule:MonitoringSchedule": _only("name"),
        "sagemaker/pipeline:Pipeline": _only("pipelineName"),
        "sagemaker/modelPackageGroup:ModelPackageGroup": _only("modelPackageGroupName", "modelPackageGroupDescription"),
        "sagemaker/modelPackageGroupPolicy:ModelPackageGroupPolicy": _only("modelPackageGroupName"),
        "sagemaker/modelCard:ModelCard": _only("modelCardName", "securityConfig"),
        "sagemaker/domain:Domain": _only(
            "domainName",
            "authMode",
            "vpcId",
            "subnetIds",
            "kmsKeyId",
            "appNetworkAccessType",
            "appSecurityGroupManagement",
            "retentionPolicy",
            "domainSettings.securityGroupIds",
        ),
        "sagemaker/userProfile:UserProfile": _only(
            "domainId", "userProfileName", "singleSignOnUserIdentifier", "singleSignOnUserValue"
        ),
        "sagemaker/space:Space": _only("domainId", "spaceName", "ownershipSettings", "spaceSharingSettings"),
        "sagemaker/mlflowTrackingServer:MlflowTrackingServer": _only("trackingServerName", "roleArn", "mlflowVersion"),
        "sagemaker/mlflowApp:MlflowApp": _only("roleArn"),
        "sagemaker/studioLifecycleConfig:StudioLifecycleConfig": _all_but(),
        "sagemaker/image:Image": _only("imageName"),
        "sagemaker/appImageConfig:AppImageConfig": _only("appImageConfigName"),
        "sagemaker/codeRepository:CodeRepository": _only("codeRepositoryName"),
        "sagemaker/notebookInstance:NotebookInstance": _only(
            "name", "subnetId", "securityGroups", "kmsKeyId", "directInternetAccess", "platformIdentifier"
        ),
        "s3/bucket:Bucket": _only("bucket", "bucketPrefix", "bucketNamespace", "objectLockEnabled"),
        "s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": _only("bucket", "expectedBucketOwner"),
        "kms/key:Key": _only("keyUsage", "customerMasterKeySpec", "multiRegion", "customKeyStoreId", "xksKeyId"),
        "kms/alias:Alias": _only("name", "namePrefix"),
        "kms/keyPolicy:KeyPolicy": _only("keyId"),
        "kms/grant:Grant": _all_but(),
        "iam/role:Role": _only("name", "namePrefix", "path"),
        "iam/policy:Policy": _only("name", "namePrefix", "path", "description"),
        "iam/rolePolicy:RolePolicy": _only("name", "namePrefix", "role"),
        "iam/rolePolicyAttachment:RolePolicyAttachment": _all_but(),
        "iam/openIdConnectProvider:OpenIdConnectProvider": _only("url"),
        "ec2/vpc:Vpc": _only("cidrBlock", "instanceTenancy", "ipv4IpamPoolId", "ipv4NetmaskLength"),
        "ec2/subnet:Subnet": _only(
            "vpcId", "cidrBlock", "availabilityZone", "availabilityZoneId", "ipv6Native", "outpostArn"
        ),
        "ec2/securityGroup:SecurityGroup": _only("name", "namePrefix", "description", "vpcId"),
        "ec2/routeTable:RouteTable": _only("vpcId"),
        "ec2/routeTableAssociation:RouteTableAssociation": _only("subnetId", "gatewayId"),
        "ec2/vpcEndpoint:VpcEndpoint": _only("vpcId", "serviceName", "vpcEndpointType", "serviceRegion"),
        "ec2/flowLog:FlowLog": _all_but(),
        "ec2/natGateway:NatGateway": _only("subnetId", "allocationId", "connectivityType", "privateIp"),
        "vpc/securityGroupIngressRule:SecurityGroupIngressRule": _only("securityGroupId"),
        "vpc/securityGroupEgressRule:SecurityGroupEgressRule": _only("securityGroupId"),
        "ecr/repository:Repository": _only("name", "encryptionConfigurations"),
        "ecr/lifecyclePolicy:LifecyclePolicy": _only("repository", "policy"),
        "ecr/repositoryPolicy:RepositoryPolicy": _only("repository"),
        "cloudwatch/logGroup:LogGroup": _only("name", "namePrefix", "logGroupClass"),
        "cloudwatch/logMetricFilter:LogMetricFilter": _only("name", "logGroupName"),
        "cloudwatch/metricAlarm:MetricAlarm": _only("name"),
        "cloudwatch/compositeAlarm:CompositeAlarm": _only("alarmName", "actionsEnabled"),
        "cloudwatch/dashboard:Dashboard": _only("dashboardName"),
        "cloudwatch/eventRule:EventRule": _only("name", "namePrefix", "eventBusName"),
        "cloudwatch/eventTarget:EventTarget": _only("rule", "targetId", "eventBusName"),
        "scheduler/schedule:Schedule": _only("name", "namePrefix", "groupName"),
        "scheduler/scheduleGroup:ScheduleGroup": _only("name", "namePrefix"),
        "sns/topic:Topic": _only("name", "namePrefix", "fifoTopic"),
        "sns/topicSubscription:TopicSubscription": _only("topic", "protocol", "endpoint"),
        "sns/topicPolicy:TopicPolicy": _only("arn"),
        "sqs/queue:Queue": _only("name", "namePrefix", "fifoQueue"),
        "sfn/stateMachine:StateMachine": _only("name", "namePrefix", "type"),
        "glue/catalogDatabase:CatalogDatabase": _only("name", "catalogId"),
        "glue/catalogTable:CatalogTable": _only("name", "databaseName", "catalogId"),
        "glue/crawler:Crawler": _only("name"),
        "glue/job:Job": _only("name"),
        "glue/dataQualityRuleset:DataQualityRuleset": _only("name", "targetTable"),
        "glue/securityConfiguration:SecurityConfiguration": _all_but(),
        "athena/workgroup:Workgroup": _only("name"),
        "lakeformation/permissions:Permissions": _all_but(),
        "appautoscaling/target:Target": _only("resourceId", "scalableDimension", "serviceNamespace"),
        "appautoscaling/policy:Policy": _only("name", "resourceId", "scalableDimension", "serviceNamespace"),
        "budgets/budget:Budget": _only("name", "namePrefix", "accountId", "budgetType"),
        "budgets/budgetAction:BudgetAction": _only("budgetName", "accountId", "actionType"),
        "cloudtrail/trail:Trail": _only("name"),
        "cfg/rule:Rule": _only("name"),
        "accessanalyzer/analyzer:Analyzer": _only("analyzerName", "type"),
        "lambda/function:Function": _only("name", "packageType"),
        "lambda/permission:Permission": _all_but(),
        "codebuild/project:Project": _only("name"),
    }
)
"""Type token without ``aws:`` -> facts."""

AZURE: Final = MappingProxyType(
    {
        "authorization:RoleAssignment": _only("principalId", "scope", source=_FORCE_NEW),
        "network:PrivateEndpoint": _only("subnet", source=_FORCE_NEW),
        "network:PublicIPAddress": _only("publicIPAddressVersion", "publicIPPrefix", "sku", source=_FORCE_NEW),
        "storage:StorageAccount": _only("isHnsEnabled", source=_FORCE_NEW),
        "web:WebApp": _only("kind", source=_FORCE_NEW),
    }
)
"""Type token without ``azure-native:`` -> facts. Fields of the path and ``location`` replace on every type; a
create-only field that the provider does not know is planned as an update, which Azure then refuses
(:mod:`simulator.catalogue.create_only`)."""

GCP: Final = MappingProxyType(
    {
        "compute/network:Network": _only("autoCreateSubnetworks", source=_MM),
        "compute/subnetwork:Subnetwork": _only("network", "purpose", source=_MM),
        "compute/networkAttachment:NetworkAttachment": _only("connectionPreference", source=_MM),
        "compute/globalAddress:GlobalAddress": _all_but("labels", source=_MM),
        "compute/firewall:Firewall": _only("network", "direction", source=_MM),
        "compute/router:Router": _only("network", "encryptedInterconnectRouter", source=_MM),
        "servicenetworking/connection:Connection": _only("network", "service", source=_MM),
        "networkconnectivity/serviceConnectionPolicy:ServiceConnectionPolicy": _only(
            "serviceClass", "network", source=_MM
        ),
        "kms/keyRing:KeyRing": _all_but(source=_MM),
        "kms/cryptoKey:CryptoKey": _only(
            "keyRing",
            "purpose",
            "versionTemplate.protectionLevel",
            "destroyScheduledDuration",
            "importOnly",
            "skipInitialVersionCreation",
            source=_MM,
        ),
        "storage/bucket:Bucket": _only("enableObjectRetention", "hierarchicalNamespace", source=_MM),
        "storage/bucketObject:BucketObject": _only("bucket", source=_MM),
        "bigquery/dataset:Dataset": _only("datasetId", source=_MM),
        "bigquery/table:Table": _only("datasetId", "tableId", "timePartitioning.type", "rangePartitioning", source=_MM),
        "dataplex/datascan:Datascan": _only("data", "dataScanId", "executionIdentity", source=_MM),
        "vertex/aiFeatureGroup:AiFeatureGroup": _only("bigQuery.bigQuerySource", source=_MM),
        "vertex/aiFeatureOnlineStoreFeatureview:AiFeatureOnlineStoreFeatureview": _only(
            "featureOnlineStore", "vectorSearchConfig", source=_MM
        ),
        "vertex/aiFeatureGroupFeature:AiFeatureGroupFeature": _only("featureGroup", source=_MM),
        "vertex/aiPersistentResource:AiPersistentResource": _all_but(
            "displayName", "labels", "resourcePools[*].replicaCount", source=_MM
        ),
        "vertex/aiTensorboard:AiTensorboard": _only("encryptionSpec", source=_MM),
        "vertex/aiMetadataStore:AiMetadataStore": _all_but(source=_MM),
        "vertex/aiEndpoint:AiEndpoint": _only("network", "encryptionSpec", source=_MM),
        "vertex/aiDeploymentResourcePool:AiDeploymentResourcePool": _all_but(source=_MM),
        "colab/schedule:Schedule": _only("createNotebookExecutionJobRequest", source=_MM),
        "artifactregistry/repository:Repository": _only("repositoryId", "format", "mode", "kmsKeyName", source=_MM),
        "eventarc/trigger:Trigger": _only("transports", "channel", source=_MM),
        "pubsub/subscription:Subscription": _only("topic", "filter", "enableMessageOrdering", source=_MM),
        "iam/workloadIdentityPool:WorkloadIdentityPool": _only("workloadIdentityPoolId", source=_MM),
        "iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider": _only(
            "workloadIdentityPoolId", "workloadIdentityPoolProviderId", source=_MM
        ),
        "serviceaccount/account:Account": _only("accountId", source=_MM),
        "projects/service:Service": _only("service", source=_MM),
        "workbench/instance:Instance": _only(
            "instanceOwners",
            "disableProxyAccess",
            "gceSetup.serviceAccounts",
            "gceSetup.networkInterfaces",
            "gceSetup.vmImage",
            "gceSetup.bootDisk.kmsKey",
            "gceSetup.dataDisks.kmsKey",
            source=_MM,
        ),
        "orgpolicy/policy:Policy": _only("parent", "name", source=_MM),
        "secretmanager/secret:Secret": _only("secretId", "replication", source=_MM),
        "dns/managedZone:ManagedZone": _only("dnsName", "visibility", source=_MM),
    }
)
"""Type token without ``gcp:`` -> facts. Name, project and place replace on every type."""

# The second line is what a provider keeps for itself: no API has these fields.
_NEVER: Final = frozenset(
    {"tags", "tagsAll", "labels", "annotations"}
    | {"deletionPolicy", "deletionProtection", "forceDestroy", "deleteContentsOnDestroy"}
)
_AWS_ALWAYS: Final = frozenset({"region"})
_GCP_ALWAYS: Final = frozenset({"name", "project", "location", "region", "zone"})


def forces_replacement(shape: Shape, path: Path) -> bool:
    """Tell whether a change at a path replaces the resource."""
    if path[0] in _NEVER:
        return False
    facts = _facts(shape)
    if facts.everything_but is not None:
        return not any(covers(pattern, path) for pattern in _parsed(facts.everything_but))
    return (
        path[0] in _always(shape)
        or any(covers(pattern, path) for pattern in _parsed(facts.paths))
        or (not facts.paths and _gathered(shape, path))
    )


def _facts(shape: Shape) -> Facts:
    table = {"aws": AWS, "azure-native": AZURE, "gcp": GCP}[shape.package]
    return table.get(shape.token.split(":", 1)[1], Facts())


@functools.cache
def _parsed(paths: tuple[str, ...]) -> tuple[Path, ...]:
    return tuple(parse(path) for path in paths)


@functools.cache
def _always(shape: Shape) -> frozenset[str]:
    match shape.package:
        case "azure-native":
            return frozenset(fields(azure_paths.path_of(shape.token, shape))) | {"location"}
        case "gcp":
            iam = {"role", "member", "condition"} if "Iam" in shape.token or "IAM" in shape.token else set()
            named = {name for name in fields(gcp_ids.id_of(shape.token, shape)) if name in shape.inputs}
            return _GCP_ALWAYS | iam | named
        case _:
            known = shape.token.split(":", 1)[1] in AWS
            bucket = {"bucket"} if shape.token.startswith("aws:s3/") else set()
            return _AWS_ALWAYS | bucket | (set() if known else {"name", "namePrefix"})


def _gathered(shape: Shape, path: Path) -> bool:
    """Tell what the sources of the catalogue say of a type that has no row here.

    Of the create-only fields of Resource Manager only those at the top of the inputs replace
    (:mod:`simulator.catalogue.create_only` says why).
    """
    wild = tuple("*" if isinstance(step, int) else step for step in path)
    if shape.package == "azure-native":
        top = (path for path in changing_paths(shape.token, Rule.CREATE_ONLY) if len(path) == 1)
        return any(covers(pattern, wild) for pattern in (*top, *changing_paths(shape.token, Rule.REPLACES)))
    return any(covers(pattern, wild) for pattern in changing_paths(shape.token, Rule.REPLACES))
