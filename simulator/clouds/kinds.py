"""What a property may refer to: the kind of thing, and whether it must lie in the same place.

A row holds where property names say what they want (``roleArn``, ``kmsKeyId``, ``subnet.id``); where no row matches,
whatever exists will do. Only references into the simulated account are judged: what is somebody else's cannot be known.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True)
class Expectation:
    """What the properties of some names want."""

    paths: str
    """Regular expression for the whole path without indices (``vpcConfig.subnets``)."""
    kinds: str
    """Regular expression for what :func:`kind_of` says."""
    called: str
    types: str = ""
    """Regular expression for the type tokens this holds for; every type when empty."""
    same_place: str = ""
    """The page that says that it must lie in the region of the resource; empty where it need not."""

    def covers(self, token: str, path: str) -> bool:
        """Tell whether a property of a type is meant."""
        return re.fullmatch(self.paths, path) is not None and (
            not self.types or re.match(self.types, token) is not None
        )


_AWS_KMS: Final = "https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#key-id-key-ARN"
_AWS: Final = (
    Expectation(
        r"(.*\.)?(\w*[rR]oleArn|\w*[rR]oleArns|executionRole|defaultExecutionRole|iamRole)", "iam:role", "an IAM role"
    ),
    Expectation(r"(.*\.)?(policyArn|managedPolicyArns|permissionsBoundary)", "iam:policy", "an IAM policy"),
    Expectation(
        r"(.*\.)?\w*([rR]eplica|[dD]estination)\w*(\..*)?\w*[kK]msKey(Id|Arn|ID)?", "kms:(key|alias)", "a KMS key"
    ),
    Expectation(
        r"(.*\.)?(\w*[kK]msKey(Id|Arn|ID|Identifier)?|kmsMasterKeyId|kmsMasterKeyArn|securityKmsKeyId)",
        "kms:(key|alias)",
        "a KMS key",
        same_place=_AWS_KMS,
    ),
    Expectation(r"(.*\.)?(\w*[sS]ubnetIds?|subnets)", "ec2:subnet", "a subnet"),
    Expectation(r"(.*\.)?(\w*[sS]ecurityGroupIds?|securityGroups)", "ec2:(sg|security-group)", "a security group"),
    Expectation(r"(.*\.)?(vpcId|peerVpcId)", "ec2:vpc", "a VPC"),
    Expectation(r"(.*\.)?routeTableIds?", "ec2:(rtb|route-table)", "a route table"),
    Expectation(r"(.*\.)?\w*([sS]nsTopic|[tT]opic)Arns?", "sns:.*", "an SNS topic"),
    Expectation(r"(.*\.)?\w*[qQ]ueueArn", "sqs:.*", "an SQS queue"),
    Expectation(r"(.*\.)?(lambda)?[fF]unctionArn|(.*\.)?lambdaArn", "lambda:function", "a Lambda function"),
    Expectation(r"(.*\.)?stateMachineArn", "states:stateMachine", "a state machine"),
    Expectation(r"(.*\.)?(\w*[bB]ucketArn|s3BucketArn)", "s3:.*", "an S3 bucket"),
    Expectation(r"(.*\.)?(cloudWatchLogsGroupArn|\w*[lL]ogGroupArn)", "logs:log-group", "a log group"),
    Expectation(r"(.*\.)?\w*[cC]ertificateArn", "(acm:certificate|iam:server-certificate)", "a certificate"),
)

_NETWORK: Final = "https://learn.microsoft.com/azure/private-link/private-endpoint-overview#private-endpoint-properties"
_AZURE: Final = (
    Expectation(
        r"subnet\.id",
        r"microsoft\.network/virtualnetworks/subnets",
        "a subnet",
        types=r"azure-native:network:(PrivateEndpoint|NetworkInterface)",
        same_place=_NETWORK,
    ),
    Expectation(
        r"(.*\.)?(subnet\.id|\w*[sS]ubnet(Arm|Resource)?Id)", r"microsoft\.network/virtualnetworks/subnets", "a subnet"
    ),
    Expectation(
        r"(.*\.)?((remoteV|v)irtualNetwork\.id|vnetId|virtualNetworkId)",
        r"microsoft\.network/virtualnetworks",
        "a network",
    ),
    Expectation(
        r"networkSecurityGroup\.id",
        r"microsoft\.network/networksecuritygroups",
        "a network security group",
        types="azure-native:network:(Subnet|NetworkInterface)",
        same_place="https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview",
    ),
    Expectation(r"(.*\.)?routeTable\.id", r"microsoft\.network/routetables", "a route table"),
    Expectation(r"(.*\.)?natGateway\.id", r"microsoft\.network/natgateways", "a NAT gateway"),
    Expectation(r"(.*\.)?privateDnsZoneId", r"microsoft\.network/privatednszones", "a private DNS zone"),
    Expectation(
        r"storageAccountId",
        r"microsoft\.storage/storageaccounts",
        "a storage account",
        types="azure-native:monitor:DiagnosticSetting",
    ),
    Expectation(
        r"(.*\.)?(storageAccount|storageAccount(Arm|Resource)?Id)",
        r"microsoft\.(storage|classicstorage)/storageaccounts",
        "a storage account",
    ),
    Expectation(
        r"(.*\.)?(keyVault|keyVault(Arm|Resource)?Id)", r"microsoft\.keyvault/(vaults|managedhsms)", "a key vault"
    ),
    Expectation(
        r"(.*\.)?(containerRegistry|acr(Arm|Resource)?Id)",
        r"microsoft\.containerregistry/registries",
        "a container registry",
    ),
    Expectation(
        r"(.*\.)?(applicationInsights|appInsights(Arm|Resource)?Id)",
        r"microsoft\.insights/components",
        "an Application Insights component",
    ),
    Expectation(
        r"(.*\.)?(workspaceResourceId|logAnalyticsWorkspace\w*Id)",
        r"microsoft\.(operationalinsights|databricks|synapse)/workspaces",
        "a Log Analytics workspace",
    ),
    Expectation(
        r"(.*\.)?(userAssignedIdentities|primaryUserAssignedIdentity|userAssignedIdentity)",
        r"microsoft\.managedidentity/userassignedidentities",
        "a user-assigned identity",
    ),
    Expectation(r"(.*\.)?(actionGroups?|actionGroupIds?)", r"microsoft\.insights/actiongroups", "an action group"),
    Expectation(r"(.*\.)?roleDefinitionId", r"(.*/)?microsoft\.authorization/roledefinitions", "a role definition"),
    Expectation(
        r"(.*\.)?policyDefinitionId",
        r"microsoft\.authorization/policy(set)?definitions",
        "a policy definition",
    ),
    Expectation(r"(.*\.)?serverFarmId", r"microsoft\.web/serverfarms", "an App Service plan"),
)

_GCP_KEYS: Final = r"(.*\.)?(\w*[kK]msKey(Name|Id|Uri)?|cryptoKey(Name)?)"
_GCP: Final = (
    Expectation(
        _GCP_KEYS,
        "cryptoKeys(/cryptoKeyVersions)?",
        "a KMS key",
        types=r"gcp:(vertex|colab|workbench|notebooks)/",
        same_place="https://cloud.google.com/vertex-ai/docs/general/cmek#configure-cmek",
    ),
    Expectation(
        _GCP_KEYS,
        "cryptoKeys(/cryptoKeyVersions)?",
        "a KMS key",
        types=r"gcp:storage/bucket:Bucket",
        same_place="https://cloud.google.com/storage/docs/encryption/customer-managed-keys#key-restrictions",
    ),
    Expectation(
        _GCP_KEYS,
        "cryptoKeys(/cryptoKeyVersions)?",
        "a KMS key",
        types=r"gcp:bigquery/dataset:Dataset",
        same_place="https://cloud.google.com/bigquery/docs/customer-managed-encryption#location",
    ),
    Expectation(
        _GCP_KEYS,
        "cryptoKeys(/cryptoKeyVersions)?",
        "a KMS key",
        types=r"gcp:artifactregistry/repository:Repository",
        same_place="https://cloud.google.com/artifact-registry/docs/cmek#create-key",
    ),
    Expectation(
        _GCP_KEYS,
        "cryptoKeys(/cryptoKeyVersions)?",
        "a KMS key",
        types=r"gcp:(cloudrunv2|workflows)/",
        same_place="https://cloud.google.com/run/docs/securing/using-cmek",
    ),
    Expectation(_GCP_KEYS, "cryptoKeys(/cryptoKeyVersions)?", "a KMS key"),
    Expectation(r"(.*\.)?keyRing", "keyRings", "a key ring"),
    Expectation(r"(.*\.)?(network|networkUrl|\w+\.network)", "networks", "a network"),
    Expectation(
        r"(.*\.)?(subnetworks?)",
        "subnetworks",
        "a subnetwork",
        types=r"gcp:compute/(networkAttachment|forwardingRule|instance|serviceAttachment)",
        same_place="https://cloud.google.com/vpc/docs/subnets",
    ),
    Expectation(r"(.*\.)?(subnetworks?)", "subnetworks", "a subnetwork"),
    Expectation(r"(.*\.)?networkAttachment", "networkAttachments", "a network attachment"),
    Expectation(r"(.*\.)?serviceAccount(Email)?", "serviceAccounts|email", "a service account"),
    Expectation(r"(.*\.)?(topic|topicName|pubsubTopic|deadLetterTopic)", "topics", "a Pub/Sub topic"),
    Expectation(r"(.*\.)?tensorboard", "tensorboards", "a TensorBoard"),
    Expectation(r"(.*\.)?notificationChannels?", "notificationChannels", "a notification channel"),
    Expectation(r"(.*\.)?workflow", "workflows", "a workflow"),
)

EXPECTED: Final = MappingProxyType({"aws": _AWS, "azure-native": _AZURE, "gcp": _GCP})
"""Package -> what properties want. Source: the argument reference of each resource; on places, the page in the row."""


def expectation(package: str, token: str, path: str) -> Expectation | None:
    """Return what a property wants, None where anything will do; indices in the path do not matter."""
    bare = re.sub(r"\[[^\]]*\]", "", path)
    return next((one for one in EXPECTED[package] if one.covers(token, bare)), None)
