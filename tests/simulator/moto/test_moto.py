"""The platform of a development stack, executed against moto: a second opinion on shapes, names and references.

moto (https://docs.getmoto.org) stands in for AWS where it implements a call. boto3 checks every parameter against the
model of the API besides. Whatever moto checks of references, the simulator must answer with the same error code; where
moto checks nothing, the simulator is the stricter one, and the tables say so by name.
"""

import importlib.util
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.simulator.moto.evidence import Evidence

pytestmark = [
    pytest.mark.xdist_group("moto"),
    pytest.mark.skipif(importlib.util.find_spec("moto") is None, reason="moto is not installed: pip install moto"),
]

EXECUTED = {
    "appautoscaling/policy:Policy",
    "appautoscaling/target:Target",
    "cloudwatch/dashboard:Dashboard",
    "cloudwatch/eventRule:EventRule",
    "cloudwatch/eventTarget:EventTarget",
    "cloudwatch/logGroup:LogGroup",
    "cloudwatch/logResourcePolicy:LogResourcePolicy",
    "cloudwatch/metricAlarm:MetricAlarm",
    "ec2/eip:Eip",
    "ec2/flowLog:FlowLog",
    "ec2/internetGateway:InternetGateway",
    "ec2/natGateway:NatGateway",
    "ec2/route:Route",
    "ec2/routeTable:RouteTable",
    "ec2/routeTableAssociation:RouteTableAssociation",
    "ec2/securityGroup:SecurityGroup",
    "ec2/subnet:Subnet",
    "ec2/vpc:Vpc",
    "ec2/vpcEndpoint:VpcEndpoint",
    "ecr/lifecyclePolicy:LifecyclePolicy",
    "ecr/repository:Repository",
    "iam/openIdConnectProvider:OpenIdConnectProvider",
    "iam/policy:Policy",
    "iam/role:Role",
    "iam/rolePolicy:RolePolicy",
    "iam/rolePolicyAttachment:RolePolicyAttachment",
    "kms/alias:Alias",
    "kms/key:Key",
    "resourcegroups/group:Group",
    "s3/bucket:Bucket",
    "s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    "s3/bucketOwnershipControls:BucketOwnershipControls",
    "s3/bucketPolicy:BucketPolicy",
    "s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    "s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    "s3/bucketVersioning:BucketVersioning",
    "sagemaker/domain:Domain",
    "sagemaker/endpoint:Endpoint",
    "sagemaker/endpointConfiguration:EndpointConfiguration",
    "sagemaker/featureGroup:FeatureGroup",
    "sagemaker/model:Model",
    "sagemaker/modelPackageGroup:ModelPackageGroup",
    "sagemaker/pipeline:Pipeline",
    "scheduler/schedule:Schedule",
    "sfn/stateMachine:StateMachine",
    "sns/topic:Topic",
    "sns/topicPolicy:TopicPolicy",
    "sns/topicSubscription:TopicSubscription",
    "sqs/queue:Queue",
    "sqs/queuePolicy:QueuePolicy",
    "ssm/parameter:Parameter",
    "vpc/securityGroupEgressRule:SecurityGroupEgressRule",
    "vpc/securityGroupIngressRule:SecurityGroupIngressRule",
}
"""Types whose planned resources moto made; of the two kinds of security group rules all but that of protocol 50 (ESP),
which has no ports: moto 5.2 wants some."""

NOT_EXECUTED = {
    "ec2/defaultSecurityGroup:DefaultSecurityGroup": ("no call", "adopts what the VPC came with; nothing is created"),
    "s3/bucketLogging:BucketLogging": (
        "AttributeError",
        'moto 5.2 cannot read "Principal": "*" in the policy of the bucket that the logs go to',
    ),
    "sagemaker/mlflowApp:MlflowApp": ("NotImplementedError", "moto 5.2 does not implement CreateMlflowApp"),
}
"""Type -> what came of it, and why. A stack of profile regulated has two more types that are not executed here, because
it is another stack: the trail of data events and the object lock of a bucket."""

BOTH_REFUSE = {
    "cloudwatch/eventTarget:EventTarget": {"rule": "ResourceNotFoundException"},
    "ec2/flowLog:FlowLog": {"vpcId": "InvalidVpcID.NotFound"},
    "ec2/internetGateway:InternetGateway": {"vpcId": "InvalidVpcID.NotFound"},
    "ec2/natGateway:NatGateway": {
        "allocationId": "InvalidAllocationID.NotFound",
        "subnetId": "InvalidSubnetID.NotFound",
    },
    "ec2/route:Route": {
        "gatewayId": "InvalidInternetGatewayID.NotFound",
        "routeTableId": "InvalidRouteTableID.NotFound",
    },
    "ec2/routeTable:RouteTable": {"vpcId": "InvalidVpcID.NotFound"},
    "ec2/routeTableAssociation:RouteTableAssociation": {
        "routeTableId": "InvalidRouteTableID.NotFound",
        "subnetId": "InvalidSubnetID.NotFound",
    },
    "ec2/subnet:Subnet": {"vpcId": "InvalidVpcID.NotFound"},
    "ec2/vpcEndpoint:VpcEndpoint": {
        "routeTableIds[*]": "InvalidRouteTableID.NotFound",
        "vpcId": "InvalidVpcID.NotFound",
    },
    "ecr/lifecyclePolicy:LifecyclePolicy": {"repository": "RepositoryNotFoundException"},
    "iam/rolePolicy:RolePolicy": {"role": "NoSuchEntity"},
    "iam/rolePolicyAttachment:RolePolicyAttachment": {"policyArn": "NoSuchEntity", "role": "NoSuchEntity"},
    "kms/alias:Alias": {"targetKeyId": "NotFoundException"},
    "s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": {"bucket": "NoSuchBucket"},
    "s3/bucketLogging:BucketLogging": {"bucket": "NoSuchBucket"},
    "s3/bucketOwnershipControls:BucketOwnershipControls": {"bucket": "NoSuchBucket"},
    "s3/bucketPolicy:BucketPolicy": {"bucket": "NoSuchBucket"},
    "s3/bucketPublicAccessBlock:BucketPublicAccessBlock": {"bucket": "NoSuchBucket"},
    "s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": {"bucket": "NoSuchBucket"},
    "s3/bucketVersioning:BucketVersioning": {"bucket": "NoSuchBucket"},
    "sagemaker/endpoint:Endpoint": {"endpointConfigName": "ValidationException"},
    "sagemaker/endpointConfiguration:EndpointConfiguration": {"productionVariants[*].modelName": "ValidationException"},
    "sns/topicPolicy:TopicPolicy": {"arn": "NotFound"},
    "sns/topicSubscription:TopicSubscription": {"topic": "NotFound"},
    "sqs/queuePolicy:QueuePolicy": {"queueUrl": "AWS.SimpleQueueService.NonExistentQueue"},
    "vpc/securityGroupEgressRule:SecurityGroupEgressRule": {
        "referencedSecurityGroupId": "InvalidGroup.NotFound",
        "securityGroupId": "InvalidGroup.NotFound",
    },
    "vpc/securityGroupIngressRule:SecurityGroupIngressRule": {
        "referencedSecurityGroupId": "InvalidGroup.NotFound",
        "securityGroupId": "InvalidGroup.NotFound",
    },
}
"""Type -> reference -> error code that moto and the simulator both give when it points nowhere."""

SIMULATOR_REFUSES = {
    "appautoscaling/policy:Policy": {"resourceId"},
    "appautoscaling/target:Target": {"resourceId"},
    "cloudwatch/eventTarget:EventTarget": {"arn", "deadLetterConfig.arn", "roleArn"},
    "cloudwatch/logResourcePolicy:LogResourcePolicy": {"resourceArn"},
    "cloudwatch/metricAlarm:MetricAlarm": {"alarmActions[*]", "okActions[*]"},
    "ec2/defaultSecurityGroup:DefaultSecurityGroup": {"vpcId"},
    "ec2/flowLog:FlowLog": {"iamRoleArn", "logDestination"},
    "ec2/route:Route": {"natGatewayId"},
    "ec2/securityGroup:SecurityGroup": {"vpcId"},
    "s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": {
        "rules[*].applyServerSideEncryptionByDefault.kmsMasterKeyId"
    },
    "sagemaker/domain:Domain": {
        "defaultUserSettings.executionRole",
        "defaultUserSettings.securityGroups[*]",
        "subnetIds[*]",
        "vpcId",
    },
    "sagemaker/featureGroup:FeatureGroup": {
        "offlineStoreConfig.s3StorageConfig.kmsKeyId",
        "onlineStoreConfig.securityConfig.kmsKeyId",
        "roleArn",
    },
    "sagemaker/mlflowApp:MlflowApp": {"roleArn"},
    "sagemaker/model:Model": {"executionRoleArn", "primaryContainer.modelPackageName"},
    "sagemaker/pipeline:Pipeline": {"roleArn"},
    "scheduler/schedule:Schedule": {"target.arn", "target.deadLetterConfig.arn", "target.roleArn"},
    "sfn/stateMachine:StateMachine": {"roleArn"},
}
"""Type -> references that moto does not check and the simulator does."""


@pytest.fixture(scope="module")
def evidence() -> "Evidence":
    """What both say, gathered once."""
    from tests.simulator.moto.evidence import gathered

    return gathered()


def _short(token: str) -> str:
    return token.removeprefix("aws:")


def test_types_that_moto_made(evidence: "Evidence") -> None:
    made = {_short(type_) for type_, codes in evidence.made.items() if "" in codes}
    glue = {"glue/catalogDatabase:CatalogDatabase"} if importlib.util.find_spec("pyparsing") else set()
    assert made == EXECUTED | glue


def test_what_moto_did_not_make_and_why(evidence: "Evidence") -> None:
    other = {_short(type_): codes - {""} for type_, codes in evidence.made.items() if codes != {""}}
    rules = {f"vpc/securityGroup{way}Rule:SecurityGroup{way}Rule" for way in ("Egress", "Ingress")}
    assert {type_: other.pop(type_) for type_ in rules} == {type_: {"TypeError"} for type_ in rules}
    if not importlib.util.find_spec("pyparsing"):
        assert other.pop("glue/catalogDatabase:CatalogDatabase") == {"ModuleNotFoundError"}
    assert other == {type_: {code} for type_, (code, _) in NOT_EXECUTED.items()}


def test_the_simulator_makes_each_of_them_again(evidence: "Evidence") -> None:
    assert {type_: codes for type_, codes in evidence.kept.items() if codes != {""}} == {}
    assert {_short(type_) for type_ in evidence.kept} >= EXECUTED | set(NOT_EXECUTED)


def test_what_moto_refuses_the_simulator_refuses_with_the_same_code(evidence: "Evidence") -> None:
    found: dict[str, dict[str, str]] = {}
    for (type_, path), codes in evidence.moto.items():
        if codes != {""}:
            assert evidence.simulator[type_, path] == codes, f"{type_} {path}"
            found.setdefault(_short(type_), {})[path] = "/".join(sorted(codes))
    assert found == BOTH_REFUSE


def test_what_the_simulator_alone_refuses(evidence: "Evidence") -> None:
    found: dict[str, set[str]] = {}
    for (type_, path), codes in evidence.simulator.items():
        if evidence.moto.get((type_, path), {""}) == {""}:
            if "" in codes:  # neither of the two looks whether it is there
                continue
            found.setdefault(_short(type_), set()).add(path)
    assert found == SIMULATOR_REFUSES
