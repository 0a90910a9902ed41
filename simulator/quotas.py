"""How many of a thing an account may have: default quotas of the vendors, counted over the live objects of a scope.

The table holds what a page states as one number for every new account; quotas that depend on the offer, on the age of
the account or on capacity (instances by type, cores, GPUs) are in no row, so they never refuse. A user sets other
numbers with ``tripod simulate quota --set NAME=VALUE``; they are kept in the store.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from simulator.model import CloudError, Props
from simulator.store import Transaction

_VPC: Final = "https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html"
_ENDPOINTS: Final = "https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-limits-endpoints.html"
_IAM: Final = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"
_ML: Final = "https://learn.microsoft.com/azure/machine-learning/how-to-manage-quotas"
_AZURE: Final = "https://learn.microsoft.com/azure/azure-resource-manager/management/azure-subscription-service-limits"
_GOOGLE_IAM: Final = "https://cloud.google.com/iam/quotas"


@dataclass(frozen=True)
class Quota:
    """How many objects of some types one scope may hold."""

    name: str
    types: tuple[str, ...]
    limit: int
    scope: str
    """``account`` (or subscription, project), ``region``, or the input that names what it is counted in."""
    code: str
    words: str
    """What the cloud says, with ``{limit}`` and ``{scope}``."""
    source: str
    only: tuple[str, object] | None = None
    """(input, value): objects of other values are not counted."""


def _ec2(name: str, type_: str, limit: int, scope: str, code: str) -> Quota:
    return Quota(
        name,
        (type_,),
        limit,
        scope,
        code,
        "The maximum number of " + name.removeprefix("aws:ec2/") + " has been reached ({limit} in {scope})",
        _VPC,
    )


def _iam(name: str, type_: str, limit: int, scope: str = "account") -> Quota:
    return Quota(
        f"aws:iam/{name}", (type_,), limit, scope, "LimitExceeded", f"Cannot exceed quota for {name}: {{limit}}", _IAM
    )


def _ml(name: str, types: tuple[str, ...], limit: int, scope: str) -> Quota:
    tokens = tuple(f"azure-native:machinelearningservices:{one}" for one in types)
    return Quota(
        f"azure:ml/{name}",
        tokens,
        limit,
        scope,
        "QuotaExceeded",
        f"{name} exceed the limit of {{limit}} in {{scope}}; ask for more through Azure support",
        _ML,
    )


QUOTAS: Final = (
    _ec2("aws:ec2/VPCs", "aws:ec2/vpc:Vpc", 5, "region", "VpcLimitExceeded"),
    _ec2("aws:ec2/subnets per VPC", "aws:ec2/subnet:Subnet", 200, "vpcId", "SubnetLimitExceeded"),
    _ec2("aws:ec2/route tables per VPC", "aws:ec2/routeTable:RouteTable", 200, "vpcId", "RouteTableLimitExceeded"),
    _ec2("aws:ec2/addresses", "aws:ec2/eip:Eip", 5, "region", "AddressLimitExceeded"),
    _ec2(
        "aws:ec2/internet gateways",
        "aws:ec2/internetGateway:InternetGateway",
        5,
        "region",
        "InternetGatewayLimitExceeded",
    ),
    _ec2(
        "aws:ec2/security groups",
        "aws:ec2/securityGroup:SecurityGroup",
        2500,
        "region",
        "SecurityGroupLimitExceeded",
    ),
    Quota(
        "aws:ec2/interface endpoints per VPC",
        ("aws:ec2/vpcEndpoint:VpcEndpoint",),
        50,
        "vpcId",
        "VpcEndpointLimitExceeded",
        "The maximum number of interface VPC endpoints has been reached ({limit} in {scope})",
        _ENDPOINTS,
        only=("vpcEndpointType", "Interface"),
    ),
    Quota(
        "aws:ec2/gateway endpoints",
        ("aws:ec2/vpcEndpoint:VpcEndpoint",),
        20,
        "region",
        "VpcEndpointLimitExceeded",
        "The maximum number of gateway VPC endpoints has been reached ({limit} in {scope})",
        _ENDPOINTS,
        only=("vpcEndpointType", "Gateway"),
    ),
    _iam("RolesPerAccount", "aws:iam/role:Role", 1000),
    _iam("PoliciesPerAccount", "aws:iam/policy:Policy", 1500),
    _iam("InstanceProfilesPerAccount", "aws:iam/instanceProfile:InstanceProfile", 1000),
    _iam("GroupsPerAccount", "aws:iam/group:Group", 300),
    _iam("AttachedPoliciesPerRole", "aws:iam/rolePolicyAttachment:RolePolicyAttachment", 10, "role"),
    Quota(
        "aws:sagemaker/feature groups",
        ("aws:sagemaker/featureGroup:FeatureGroup",),
        100,
        "account",
        "ResourceLimitExceeded",
        "The account-level service limit 'Maximum number of feature groups' is {limit}",
        "https://docs.aws.amazon.com/sagemaker/latest/dg/feature-store-quotas.html",
    ),
    Quota(
        "aws:cloudtrail/trails",
        ("aws:cloudtrail/trail:Trail",),
        5,
        "region",
        "MaximumNumberOfTrailsExceededException",
        "User has already created the maximum number of trails ({limit} in {scope})",
        "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/WhatIsCloudTrail-Limits.html",
    ),
    _ml("workspaces per resource group", ("Workspace",), 800, "resourceGroupName"),
    _ml("computes and deployments per region", ("Compute", "OnlineDeployment"), 500, "region"),
    _ml("endpoints per region", ("OnlineEndpoint", "BatchEndpoint"), 100, "region"),
    _ml("deployments per endpoint", ("OnlineDeployment", "BatchDeployment"), 20, "endpointName"),
    Quota(
        "azure:storage/accounts per region",
        ("azure-native:storage:StorageAccount",),
        250,
        "region",
        "MaxStorageAccountsCountPerSubscriptionExceeded",
        "Subscription already contains {limit} storage accounts in location {scope} and the maximum is {limit}",
        _AZURE,
    ),
    Quota(
        "azure:resources/resource groups",
        ("azure-native:resources:ResourceGroup",),
        980,
        "account",
        "ResourceGroupQuotaExceeded",
        "Creating the resource group would exceed the quota of {limit} per subscription",
        _AZURE,
    ),
    Quota(
        "azure:authorization/role assignments",
        ("azure-native:authorization:RoleAssignment",),
        4000,
        "account",
        "RoleAssignmentLimitExceeded",
        "The role assignment limit for the subscription ({limit}) has been reached; no more can be created",
        _AZURE,
    ),
    Quota(
        "azure:managedidentity/federated credentials per identity",
        ("azure-native:managedidentity:FederatedIdentityCredential",),
        20,
        "resourceName",
        "QuotaExceeded",
        "No more than {limit} federated identity credentials can be added to an identity ({scope})",
        "https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations",
    ),
    Quota(
        "azure:monitor/diagnostic settings per resource",
        ("azure-native:monitor:DiagnosticSetting",),
        5,
        "resourceUri",
        "BadRequest",
        "Maximum number of diagnostic settings ({limit}) exceeded for {scope}",
        "https://learn.microsoft.com/azure/azure-monitor/platform/diagnostic-settings",
    ),
    Quota(
        "gcp:iam/service accounts",
        ("gcp:serviceaccount/account:Account",),
        100,
        "account",
        "429",
        "Error 429: Maximum number of service accounts on project reached ({limit}), rateLimitExceeded",
        _GOOGLE_IAM,
    ),
    Quota(
        "gcp:iam/custom roles",
        ("gcp:projects/iAMCustomRole:IAMCustomRole",),
        300,
        "account",
        "429",
        "Error 429: Maximum number of custom roles in the project reached ({limit}), RESOURCE_EXHAUSTED",
        _GOOGLE_IAM,
    ),
)
"""As the pages stated them in January 2026."""

BY_NAME: Final = MappingProxyType({one.name: one for one in QUOTAS})
_SETTING: Final = "quota:"


def limit_of(store: Transaction, quota: Quota) -> int:
    """Return the number in force: the default, unless the user has set another."""
    chosen = store.setting(f"{_SETTING}{quota.name}")
    return quota.limit if chosen is None else int(chosen)


def set_limit(store: Transaction, name: str, limit: int | None) -> None:
    """Put another number in force, or the default again with None; raises :class:`CloudError` for an unknown quota."""
    if name not in BY_NAME:
        raise CloudError("NoSuchQuota", f"there is no quota '{name}'; known are {', '.join(BY_NAME)}")
    if limit is not None and limit < 0:
        raise CloudError("InvalidQuota", f"a quota of {limit} cannot be; use 0 or more")
    store.set(f"{_SETTING}{name}", None if limit is None else str(limit))


def refuse_excess(store: Transaction, token: str, inputs: Props, place: str | None, region: str) -> None:
    """Raise the error of the cloud when one more object of a type would exceed a quota.

    ``place`` is where the object lies; ``region`` where those lie that do not say.
    """
    for quota in QUOTAS:
        if token not in quota.types or not _counted(quota, inputs):
            continue
        limit = limit_of(store, quota)
        if not store.at_least(quota.types, limit):
            continue
        scope = _scope(quota, inputs, place or region)
        alike = [
            one
            for one in store.of_types(quota.types)
            if _counted(quota, one.inputs)
            and _scope(quota, one.inputs, _place(one.inputs, one.outputs, region)) == scope
        ]
        if len(alike) >= limit:
            words = quota.words.format(limit=limit, scope=scope[0])
            raise CloudError(
                quota.code,
                f"{words}; ask the cloud for more, or set another with "
                f"`tripod simulate quota --set '{quota.name}=…'` ({quota.source})",
            )


def _counted(quota: Quota, inputs: Props) -> bool:
    return quota.only is None or inputs.get(quota.only[0], "Gateway") == quota.only[1]


def _scope(quota: Quota, inputs: Props, place: str) -> tuple[str, ...]:
    match quota.scope:
        case "account":
            return ("this account",)
        case "region":
            return (place.replace(" ", "").lower(),)
        case "endpointName":
            return tuple(
                str(inputs.get(key, "")).lower() for key in ("endpointName", "workspaceName", "resourceGroupName")
            )
        case key:
            return (str(inputs.get(key, "")).lower(), str(inputs.get("resourceGroupName", "")).lower())


def _place(inputs: Props, outputs: Props, region: str) -> str:
    return str(inputs.get("region") or inputs.get("location") or outputs.get("region") or region)
