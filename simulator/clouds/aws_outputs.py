"""Plausible values of the string outputs that Amazon Web Services computes."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

SAME: Final = MappingProxyType({"mainRouteTableId": "defaultRouteTableId"})
"""Outputs that show the same thing under two names."""

COMPUTED: Final = MappingProxyType(
    {
        "accountId": "{account}",
        "ownerId": "{account}",
        "registryId": "{account}",
        "catalogId": "{account}",
        "uniqueId": "AROA{upper:17}",
        "createDate": "2026-01-01T00:00:00Z",
        "creationDate": "2026-01-01T00:00:00Z",
        "lastModified": "2026-01-01T00:00:00Z",
        "lastUpdatedDate": "2026-01-01T00:00:00Z",
        "versionId": "{letters:32}",
        "keyId": "{id}",
        "status": "ACTIVE",
        "state": "available",
        "repositoryUrl": "{account}.dkr.ecr.{region}.amazonaws.com/{name}",
        "bucketDomainName": "{bucket}.s3.amazonaws.com",
        "bucketRegionalDomainName": "{bucket}.s3.{region}.amazonaws.com",
        "bucketRegion": "{region}",
        "homeRegion": "{region}",
        "availabilityZone": "{region}a",
        "homeEfsFileSystemId": "fs-{hex:17}",
        "homeEfsFileSystemUid": "200005",
        "securityGroupId": "sg-{hex:17}",
        "defaultSecurityGroupId": "sg-{hex:17}",
        "defaultNetworkAclId": "acl-{hex:17}",
        "defaultRouteTableId": "rtb-{hex:17}",
        "dhcpOptionsId": "dopt-{hex:17}",
        "networkInterfaceId": "eni-{hex:17}",
        "prefixListId": "pl-{hex:8}",
        "publicIp": "203.0.113.10",
        "privateIp": "10.0.0.10",
        "aws:s3/bucket:Bucket.hostedZoneId": "Z1BKCTXD74EZPE",
        "aws:sagemaker/domain:Domain.url": "https://{id}.studio.{region}.sagemaker.aws",
        "aws:sagemaker/domain:Domain.securityGroupIdForDomainBoundary": "sg-{hex:17}",
        "aws:sagemaker/mlflowTrackingServer:MlflowTrackingServer.trackingServerUrl": (
            "https://t-{letters:12}.{region}.experiments.sagemaker.aws"
        ),
        "aws:sagemaker/notebookInstance:NotebookInstance.url": "{name}.notebook.{region}.sagemaker.aws",
        "aws:kms/alias:Alias.targetKeyArn": "arn:aws:kms:{region}:{account}:key/{targetKeyId}",
        "aws:lambda/function:Function.qualifiedArn": "{arn}:$LATEST",
        "aws:lambda/function:Function.version": "$LATEST",
        "aws:lambda/function:Function.invokeArn": (
            "arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/{arn}/invocations"
        ),
        "aws:sqs/queue:Queue.url": "{id}",
    }
)
"""Computed output, alone or after its type -> template."""
