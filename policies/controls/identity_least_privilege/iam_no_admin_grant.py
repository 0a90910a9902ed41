"""Nobody is given an administrator role."""

from __future__ import annotations

import re
from collections.abc import Iterator

from components.core.cloud import ByCloud
from policies import iam_bindings
from policies.accept import Accept
from policies.checks import PASSED, Outcome, Row, Rule, failed, undetermined
from policies.control import Control, Group, Severity
from policies.graph import Resource
from policies.settings import Settings
from policies.tokens import aws, azure, gcp
from policies.verdict import MISSING, UNKNOWN, Verdict

# AWS's own policies that hand out a service, or all of them.
_AWS = Accept(
    "no administrator or full-access policy",
    lambda v: (
        isinstance(v, str) and not re.search(r":iam::aws:policy/(\S*/)?(Administrator|PowerUser|\w*Full)Access$", v)
    ),
)
_GCP_ROLES = {
    "roles/owner",
    "roles/editor",
    "roles/iam.securityAdmin",
    "roles/iam.serviceAccountTokenCreator",
    "roles/resourcemanager.projectIamAdmin",
    "roles/resourcemanager.organizationAdmin",
}
_GCP = Accept(
    "neither roles/owner nor roles/editor nor an administrator of access",
    lambda v: isinstance(v, str) and v not in _GCP_ROLES,
    shows=True,
)
_GRANTS = tuple(
    f"{scope}.IAM{kind}" for scope in ("projects", "folder", "organizations") for kind in ("Member", "Binding")
)
_BASIC = Accept(
    "neither roles/owner nor roles/editor", lambda v: isinstance(v, str) and v not in ("roles/owner", "roles/editor")
)
"""On one resource; who administers its access is named there and no further."""
_ON_RESOURCES = tuple(
    f"{stem}{kind}"
    for stem in (
        "artifactregistry.RepositoryIam",
        "bigquery.DatasetIam",
        "cloudrunv2.JobIam",
        "cloudrunv2.ServiceIam",
        "pubsub.TopicIAM",
        "secretmanager.SecretIam",
        "serviceaccount.IAM",
        "storage.BucketIAM",
        "vertex.AiEndpointIam",
        "vertex.AiFeatureGroupIam",
        "vertex.AiFeatureOnlineStoreFeatureviewIam",
    )
    for kind in ("Member", "Binding")
)
_POLICIES = tuple(f"{scope}.IAMPolicy" for scope in ("projects", "folder", "organizations"))

_ASSIGNMENT = azure("authorization.RoleAssignment")
# https://learn.microsoft.com/azure/role-based-access-control/built-in-roles
_REFUSED = {
    "8e3af657-a8ff-443c-a75c-2fe8c4bcb635": "Owner",
    "b24988ac-6180-42a0-ab88-20f7382dd24c": "Contributor",
    "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9": "User Access Administrator",
}
_RBAC_ADMINISTRATOR = "f58310d9-a9f6-439a-9e8d-f62e7b41a168"


def _assignment(resource: Resource, _settings: Settings) -> Iterator[Outcome]:
    role = resource.at("roleDefinitionId")
    if role is UNKNOWN:
        yield undetermined("roleDefinitionId is not known yet; it must not be an administrator", "roleDefinitionId")
        return
    guid = role.rpartition("/")[2].casefold() if isinstance(role, str) else ""
    if not guid:
        yield failed("roleDefinitionId is not set", "roleDefinitionId")
    elif guid in _REFUSED:
        yield failed(f"roleDefinitionId is {_REFUSED[guid]}", "roleDefinitionId")
    elif guid == _RBAC_ADMINISTRATOR and resource.at("condition") is MISSING:
        yield failed("a Role Based Access Control Administrator needs a condition on what it may assign", "condition")
    else:
        yield PASSED


def _policy(resource: Resource, _settings: Settings) -> Iterator[Outcome]:
    grants = iam_bindings.parse(resource.at("policyData"))
    if grants is UNKNOWN:
        yield undetermined("policyData is not known yet; it must grant no administrator role", "policyData")
    elif not isinstance(grants, tuple):
        yield failed("policyData is no IAM policy in JSON", "policyData")
    else:
        for role in dict.fromkeys(grant.role for grant in grants):
            yield PASSED if _GCP(role) else failed(f"policyData grants {role}", "policyData")


CONTROL = Control(
    id="iam-no-admin-grant",
    group=Group.IDENTITY_LEAST_PRIVILEGE,
    title="Administrator roles are not granted",
    severity=Severity.CRITICAL,
    why="A platform role that administers the account is the account, once it is taken over.",
    remedy="Grant the narrower role that the component makes.",
    url="https://cloud.google.com/iam/docs/using-iam-securely",
    clauses=(
        "iso27001:A.8.2",
        "soc2:CC6.3",
        "nist-800-53:AC-6",
        "cis:5.4",
    ),
    covers=(
        "checkov:CKV2_AWS_56",
        "checkov:CKV_AWS_274",
        "checkov:CKV_GCP_115",
        "checkov:CKV_GCP_116",
        "checkov:CKV_GCP_117",
        "checkov:CKV_GCP_42",
        "prowler:bedrock_full_access_policy_attached",
        "security-hub:IAM.1",
    ),
    rows=ByCloud(
        aws=(
            *(
                Row(
                    type=aws(f"iam.{t}"),
                    path="policyArn",
                    accept=_AWS,
                    if_missing=Verdict.FAILED,
                    evidence=(aws("iam.Policy"),),
                )
                for t in ("RolePolicyAttachment", "UserPolicyAttachment", "GroupPolicyAttachment", "PolicyAttachment")
            ),
            Row(
                type=aws("iam.Role"),
                path="managedPolicyArns[]",
                accept=_AWS,  # none attached
                if_missing=Verdict.PASSED,
                evidence=(aws("iam.Policy"),),
            ),
        ),
        azure=(
            Rule(
                types=(_ASSIGNMENT,),
                check=_assignment,
                reads=tuple((_ASSIGNMENT, p) for p in ("roleDefinitionId", "condition")),
            ),
        ),
        gcp=(
            *(Row(type=gcp(t), path="role", accept=_GCP, if_missing=Verdict.FAILED) for t in _GRANTS),
            *(Row(type=gcp(t), path="role", accept=_BASIC, if_missing=Verdict.FAILED) for t in _ON_RESOURCES),
            Rule(
                types=tuple(gcp(t) for t in _POLICIES),
                check=_policy,
                reads=tuple((gcp(t), "policyData") for t in _POLICIES),
            ),
        ),
    ),
)
