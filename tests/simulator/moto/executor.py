"""Executes planned resources against moto, in the order of the plan, with its ids in place of the simulated ones.

What the catalogue maps is sent as it maps it. A few types are not one call with the properties as members (attributes,
attachments): they have a row of their own.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore import xform_name
from botocore.client import BaseClient

from simulator.catalogue.shapes import shape_of
from tests.simulator.moto.requests import SOURCE, replaced, request

REGION = "eu-west-1"
Inputs = dict[str, Any]
Answer = dict[str, Any]


@dataclass
class Executor:
    """One account in moto."""

    names: dict[str, str] = field(default_factory=dict)
    """Simulated id or ARN -> moto's, where they differ."""
    _clients: dict[str, BaseClient] = field(default_factory=dict)

    def client(self, service: str) -> Any:
        """Return the client of a service."""
        if service not in self._clients:
            self._clients[service] = boto3.client(service, region_name=REGION)
        return self._clients[service]

    def create(self, token: str, inputs: Inputs) -> Answer:
        """Make one resource of inputs as the simulator has them; raises what boto3 raises."""
        given = replaced({name: value for name, value in inputs.items() if value is not None}, self.names)
        row = BY_HAND.get(token.split(":", 1)[1])
        if row is not None:
            return row(self, given)
        call, parameters = request(shape_of(token), given)
        parameters |= ALSO.get(token.split(":", 1)[1], lambda _: {})(given)
        answer: Answer = getattr(self.client(call.service), xform_name(call.operation))(**parameters)
        return answer

    def learn(self, token: str, id_: str, outputs: Inputs, answer: Answer) -> None:
        """Keep which id and ARN of moto stand for those of the simulator."""
        row = ANSWERS.get(token.split(":", 1)[1])
        if row is None:
            return
        for known, path in ((id_, row[0]), (str(outputs.get("arn", "")), row[1])):
            value: Any = answer
            for step in filter(None, path.split(".")):
                value = value[step]
            if known and path and value != known:
                self.names[known] = str(value)


ANSWERS = {
    "kms/key:Key": ("KeyMetadata.KeyId", "KeyMetadata.Arn"),
    "ec2/eip:Eip": ("AllocationId", ""),
    "ec2/internetGateway:InternetGateway": ("InternetGateway.InternetGatewayId", ""),
    "ec2/natGateway:NatGateway": ("NatGateway.NatGatewayId", ""),
    "ec2/routeTable:RouteTable": ("RouteTable.RouteTableId", ""),
    "ec2/securityGroup:SecurityGroup": ("GroupId", "SecurityGroupArn"),
    "ec2/subnet:Subnet": ("Subnet.SubnetId", "Subnet.SubnetArn"),
    "ec2/vpc:Vpc": ("Vpc.VpcId", ""),
    "ec2/vpcEndpoint:VpcEndpoint": ("VpcEndpoint.VpcEndpointId", ""),
    "sagemaker/domain:Domain": ("", "DomainArn"),
}
"""Type -> where the answer has the id and the ARN, of types whose ids are made up at random."""

ALSO: dict[str, Callable[[Inputs], dict[str, Any]]] = {
    "ec2/flowLog:FlowLog": lambda inputs: {
        "ResourceIds": [inputs["vpcId"]],
        "ResourceType": "VPC",
        "DeliverLogsPermissionArn": inputs["iamRoleArn"],
    },
    "s3/bucket:Bucket": lambda inputs: {
        "CreateBucketConfiguration": {"LocationConstraint": REGION},
        "ObjectLockEnabledForBucket": inputs.get("objectLockEnabled", False),
    },
    "sns/topic:Topic": lambda inputs: {
        "Attributes": {
            name: inputs[key]
            for key, name in (("displayName", "DisplayName"), ("kmsMasterKeyId", "KmsMasterKeyId"))
            if key in inputs
        }
    },
    "sqs/queue:Queue": lambda inputs: {
        "Attributes": {
            name: str(inputs[key])
            for key, name in (
                ("kmsMasterKeyId", "KmsMasterKeyId"),
                ("messageRetentionSeconds", "MessageRetentionPeriod"),
            )
            if key in inputs
        }
    },
    "ssm/parameter:Parameter": lambda inputs: {"Value": inputs["insecureValue"]},
}
"""Type -> parameters that the provider sends besides those the catalogue maps."""


def _internet_gateway(executor: Executor, inputs: Inputs) -> Answer:
    ec2 = executor.client("ec2")
    answer: Answer = ec2.create_internet_gateway()
    ec2.attach_internet_gateway(InternetGatewayId=answer["InternetGateway"]["InternetGatewayId"], VpcId=inputs["vpcId"])
    return answer


def _rule(direction: str) -> Callable[[Executor, Inputs], Answer]:
    def create(executor: Executor, inputs: Inputs) -> Answer:
        described = {"Description": inputs["description"]} if "description" in inputs else {}
        ports = {
            name: int(inputs[key]) for key, name in (("fromPort", "FromPort"), ("toPort", "ToPort")) if key in inputs
        }
        sources = {
            "cidrIpv4": ("IpRanges", "CidrIp"),
            "prefixListId": ("PrefixListIds", "PrefixListId"),
            "referencedSecurityGroupId": ("UserIdGroupPairs", "GroupId"),
        }
        (key,) = [key for key in sources if key in inputs]
        group, member = sources[key]
        permission = {"IpProtocol": inputs["ipProtocol"], **ports, group: [{member: inputs[key], **described}]}
        answer: Answer = getattr(executor.client("ec2"), f"authorize_security_group_{direction}")(
            GroupId=inputs["securityGroupId"], IpPermissions=[permission]
        )
        return answer

    return create


def _topic_policy(executor: Executor, inputs: Inputs) -> Answer:
    answer: Answer = executor.client("sns").set_topic_attributes(
        TopicArn=inputs["arn"], AttributeName="Policy", AttributeValue=inputs["policy"]
    )
    return answer


def _queue_policy(executor: Executor, inputs: Inputs) -> Answer:
    answer: Answer = executor.client("sqs").set_queue_attributes(
        QueueUrl=inputs["queueUrl"], Attributes={"Policy": inputs["policy"]}
    )
    return answer


BY_HAND: dict[str, Callable[[Executor, Inputs], Answer]] = {
    "ec2/internetGateway:InternetGateway": _internet_gateway,
    "sns/topicPolicy:TopicPolicy": _topic_policy,
    "sqs/queuePolicy:QueuePolicy": _queue_policy,
    "vpc/securityGroupEgressRule:SecurityGroupEgressRule": _rule("egress"),
    "vpc/securityGroupIngressRule:SecurityGroupIngressRule": _rule("ingress"),
}
"""Types that are not one call with their properties as its members."""


def undo(executor: Executor, token: str, inputs: Inputs, answer: Answer) -> None:
    """Take back what was made by a wrong reference and would stand in the way of the right one."""
    given = replaced(inputs, executor.names)
    match token:
        case "aws:ec2/flowLog:FlowLog":
            executor.client("ec2").delete_flow_logs(FlowLogIds=answer["FlowLogIds"])
        case "aws:ec2/route:Route":
            executor.client("ec2").delete_route(
                RouteTableId=given["routeTableId"], DestinationCidrBlock=given["destinationCidrBlock"]
            )
        case "aws:appautoscaling/target:Target":
            executor.client("application-autoscaling").deregister_scalable_target(
                ServiceNamespace=given["serviceNamespace"],
                ResourceId=given["resourceId"],
                ScalableDimension=given["scalableDimension"],
            )


def has_call(token: str) -> bool:
    """Tell whether a type is made by a call at all."""
    return token.split(":", 1)[1] in BY_HAND or bool(SOURCE.calls(shape_of(token)))
