"""Where AWS inputs name another resource by a plain name or id, and what AWS answers when it is not there.

Source: the argument reference of each resource of the AWS provider; error codes from the API reference of each service.
ARNs, EC2 ids and queue URLs need no row: they are recognised anywhere by their form.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

ROLE = "aws:iam/role:Role"
BUCKET = "aws:s3/bucket:Bucket"

LINKS: Final = MappingProxyType(
    {
        "aws:sagemaker/endpoint:Endpoint": {
            "endpointConfigName": "aws:sagemaker/endpointConfiguration:EndpointConfiguration"
        },
        "aws:sagemaker/endpointConfiguration:EndpointConfiguration": {
            "productionVariants[*].modelName": "aws:sagemaker/model:Model",
            "shadowProductionVariants[*].modelName": "aws:sagemaker/model:Model",
        },
        "aws:sagemaker/userProfile:UserProfile": {"domainId": "aws:sagemaker/domain:Domain"},
        "aws:sagemaker/space:Space": {"domainId": "aws:sagemaker/domain:Domain"},
        "aws:sagemaker/app:App": {"domainId": "aws:sagemaker/domain:Domain"},
        "aws:sagemaker/modelPackageGroupPolicy:ModelPackageGroupPolicy": {
            "modelPackageGroupName": "aws:sagemaker/modelPackageGroup:ModelPackageGroup"
        },
        "aws:sagemaker/imageVersion:ImageVersion": {"imageName": "aws:sagemaker/image:Image"},
        "aws:iam/rolePolicy:RolePolicy": {"role": ROLE},
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment": {"role": ROLE},
        "aws:iam/instanceProfile:InstanceProfile": {"role": ROLE},
        "aws:iam/groupPolicyAttachment:GroupPolicyAttachment": {"group": "aws:iam/group:Group"},
        "aws:iam/userPolicyAttachment:UserPolicyAttachment": {"user": "aws:iam/user:User"},
        "aws:kms/alias:Alias": {"targetKeyId": "aws:kms/key:Key"},
        "aws:kms/keyPolicy:KeyPolicy": {"keyId": "aws:kms/key:Key"},
        "aws:kms/grant:Grant": {"keyId": "aws:kms/key:Key"},
        "aws:ecr/lifecyclePolicy:LifecyclePolicy": {"repository": "aws:ecr/repository:Repository"},
        "aws:ecr/repositoryPolicy:RepositoryPolicy": {"repository": "aws:ecr/repository:Repository"},
        "aws:glue/catalogTable:CatalogTable": {"databaseName": "aws:glue/catalogDatabase:CatalogDatabase"},
        "aws:glue/crawler:Crawler": {"databaseName": "aws:glue/catalogDatabase:CatalogDatabase"},
        "aws:cloudwatch/eventTarget:EventTarget": {"rule": "aws:cloudwatch/eventRule:EventRule"},
        "aws:cloudwatch/logMetricFilter:LogMetricFilter": {"logGroupName": "aws:cloudwatch/logGroup:LogGroup"},
        "aws:cloudwatch/logStream:LogStream": {"logGroupName": "aws:cloudwatch/logGroup:LogGroup"},
        "aws:lambda/permission:Permission": {"function": "aws:lambda/function:Function"},
        "aws:cloudtrail/trail:Trail": {"s3BucketName": BUCKET},
        "aws:budgets/budgetAction:BudgetAction": {"budgetName": "aws:budgets/budget:Budget"},
        "aws:athena/database:Database": {"bucket": BUCKET},
    }
)
"""Type -> path -> type of what is named there. Every ``aws:s3/*`` type names its bucket in ``bucket`` besides."""

BUILT_IN: Final = (
    ":alias/aws/",
    ":event-bus/default",
    ":workgroup/primary",
    ":schedule-group/default",
    ":role/aws-service-role/",
    ":role/service-role/AWSServiceRole",
    ":root",
    ":catalog",
    ":oidc-provider/",
)
"""Parts of ARNs of things every account has, or that are asserted rather than looked up (federation issuers)."""

NOT_FOUND: Final = MappingProxyType(
    {
        "ec2": "InvalidParameterValue",
        "iam": "NoSuchEntity",
        "s3": "NoSuchBucket",
        "kms": "NotFoundException",
        "sagemaker": "ValidationException",
        "sns": "NotFound",
        "sqs": "AWS.SimpleQueueService.NonExistentQueue",
        "glue": "EntityNotFoundException",
        "ecr": "RepositoryNotFoundException",
        "budgets": "NotFoundException",
    }
)
"""Service -> error code for something that is not there; the others say ResourceNotFoundException."""

EC2_NOT_FOUND: Final = MappingProxyType(
    {
        "vpc": ("InvalidVpcID.NotFound", "vpc ID"),
        "subnet": ("InvalidSubnetID.NotFound", "subnet ID"),
        "sg": ("InvalidGroup.NotFound", "security group"),
        "rtb": ("InvalidRouteTableID.NotFound", "routeTable ID"),
        "igw": ("InvalidInternetGatewayID.NotFound", "internetGateway ID"),
        "nat": ("NatGatewayNotFound", "natGateway ID"),
        "eipalloc": ("InvalidAllocationID.NotFound", "allocation ID"),
        "vpce": ("InvalidVpcEndpointId.NotFound", "Vpc Endpoint Id"),
        "eni": ("InvalidNetworkInterfaceID.NotFound", "networkInterface ID"),
        "acl": ("InvalidNetworkAclID.NotFound", "networkAcl ID"),
    }
)
"""Prefix of an EC2 id -> error code and what EC2 calls it. Other ids (``pl-``, ``ami-``) may be Amazon's."""

CONFLICT: Final = MappingProxyType(
    {
        "iam": "EntityAlreadyExists",
        "s3": "BucketAlreadyOwnedByYou",
        "kms": "AlreadyExistsException",
        "glue": "AlreadyExistsException",
        "ecr": "RepositoryAlreadyExistsException",
        "sagemaker": "ResourceInUse",
        "ec2": "InvalidParameterValue",
        "sqs": "QueueAlreadyExists",
        "scheduler": "ConflictException",
        "lambda": "ResourceConflictException",
        "budgets": "DuplicateRecordException",
        "cloudtrail": "TrailAlreadyExistsException",
        "athena": "InvalidRequestException",
    }
)
"""Service -> error code for a name that is taken; the others say ResourceAlreadyExistsException."""

IN_USE: Final = MappingProxyType(
    {"ec2": "DependencyViolation", "iam": "DeleteConflict", "s3": "BucketNotEmpty", "sagemaker": "ResourceInUse"}
)
"""Service -> error code for the deletion of what others use; the others say ResourceInUseException."""
