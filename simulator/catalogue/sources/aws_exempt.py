"""Where the provider accepts what the models of AWS do not, or means something else by a name.

Each row says why. What the provider does is read in its documentation and its source (``ForceNew`` in
``internal/service`` of terraform-provider-aws).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from simulator.catalogue.facts import Rule
from simulator.catalogue.sources.aws_model import Exempt

_REPLACES: Final = frozenset({Rule.REPLACES})
_TOGETHER: Final = frozenset({Rule.EXACTLY_ONE_OF, Rule.CONFLICTS, Rule.REQUIRES})
_TEXT: Final = frozenset({Rule.PATTERN, Rule.MIN_LENGTH, Rule.MAX_LENGTH})

EXEMPT: Final = (
    Exempt(
        "aws:lambda/eventSourceMapping:*",
        "selfManagedEventSource.endpoints",
        _TEXT,
        "one text of servers with commas, which the provider splits",
    ),
    Exempt("aws:s3/accessPoint:*", "name", _TEXT, "of a directory bucket it ends in --xa-s3, which is another API"),
    # what CloudFormation replaces and the provider, by a call of the API, does not
    Exempt("aws:glue/catalogTable:*", "openTableFormatInput", _REPLACES, "the provider updates what is in it"),
    Exempt("aws:glue/schema:Schema", "schemaDefinition", _REPLACES, "RegisterSchemaVersion"),
    Exempt("aws:glue/trigger:Trigger", "startOnCreation", _REPLACES, "only read at creation; the provider keeps it"),
    Exempt("aws:iam/group:Group", "name", _REPLACES, "UpdateGroup takes a new name"),
    Exempt("aws:iam/user:User", "name", _REPLACES, "UpdateUser takes a new name"),
    Exempt("aws:iam/role:Role", "assumeRolePolicy", _REPLACES, "UpdateAssumeRolePolicy"),
    Exempt("aws:iam/serviceLinkedRole:*", "description", _REPLACES, "UpdateRoleDescription"),
    Exempt("aws:ec2/routeTableAssociation:*", "routeTableId", _REPLACES, "ReplaceRouteTableAssociation"),
    *(
        Exempt("aws:vpc/securityGroup*Rule:*", path, _REPLACES, "ModifySecurityGroupRules")
        for path in ("cidrIpv?", "fromPort", "ipProtocol", "prefixListId", "referencedSecurityGroupId", "toPort")
    ),
    *(
        Exempt("aws:ec2/instance:Instance", path, _REPLACES, "only parts of it replace, or it is changed while stopped")
        for path in ("cpuOptions", "launchTemplate", "ipv6*", "networkInterfaces")
    ),
    Exempt("aws:eks/cluster:Cluster", "encryptionConfig*", _REPLACES, "AssociateEncryptionConfig"),
    *(
        Exempt("aws:ecr/pullThroughCacheRule:*", path, _REPLACES, "UpdatePullThroughCacheRule")
        for path in ("credentialArn", "customRoleArn")
    ),
    Exempt("aws:sagemaker/mlflowApp:MlflowApp", "name", _REPLACES, "UpdateMlflowApp takes a new name"),
    Exempt("aws:sagemaker/project:Project", "projectDescription", _REPLACES, "UpdateProject"),
    Exempt("aws:sagemaker/domain:Domain", "domainSettings.rStudio*", _REPLACES, "UpdateDomain"),
    Exempt("aws:sagemaker/userProfile:*", "userSettings.rStudio*", _REPLACES, "the provider plans an update"),
    # what cfn-lint forbids and EC2 takes: a block cut from a pool, and a pool with a default length
    *(
        Exempt(
            "aws:ec2/*",
            "",
            _TOGETHER,
            "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVpc.html",
            among,
        )
        for among in (frozenset({"ipv4IpamPoolId"}), frozenset({"ipv6IpamPoolId"}))
    ),
    Exempt("aws:ec2/securityGroup:*", "", _TOGETHER, "without a VPC the default one is taken", frozenset({"vpcId"})),
)


FURTHER: Final[Mapping[tuple[str, str], tuple[str | int, ...]]] = MappingProxyType(
    {
        ("aws:cloudwatch/logGroup:LogGroup", "retentionInDays"): (0,),  # kept for ever: nothing is called
        ("aws:glue/connection:Connection", "connectionType"): ("SNOWFLAKE",),  # in the documentation of the provider
        ("aws:s3/bucketVersioning:BucketVersioning", "versioningConfiguration.status"): ("Disabled",),  # likewise
    }
)
"""Type and path -> values that the provider takes besides those of the models."""


def exempt(token: str, path: str, rule: Rule, value: Any = None) -> bool:
    """Tell whether a fact is to be left out."""
    return any(row.covers(token, path, rule, value) for row in EXEMPT)


def widened(token: str, path: str, rule: Rule, value: Any) -> Any:
    """Return the value of a fact with what the provider takes besides."""
    return [*value, *FURTHER.get((token, path), ())] if rule is Rule.ENUM else value
