"""Nothing is granted to everybody."""

from __future__ import annotations

from collections.abc import Iterator

from components.core.cloud import ByCloud, Gap, GapKind
from policies import iam_bindings
from policies.accept import Accept, equals, not_equals
from policies.checks import PASSED, Outcome, Row, Rule, failed, undetermined
from policies.control import Control, Group, Severity
from policies.graph import Resource
from policies.iam_policy import KEY_POLICIES, Document, document_rule, label
from policies.settings import Settings
from policies.tokens import aws, gcp
from policies.verdict import MISSING, UNKNOWN, Verdict

_DOCUMENTS = {
    aws("iam.Role"): ("assumeRolePolicy",),
    aws("s3.BucketPolicy"): ("policy",),
    aws("sqs.QueuePolicy"): ("policy",),
    aws("sns.TopicPolicy"): ("policy",),
    aws("ecr.RepositoryPolicy"): ("policy",),
    aws("sagemaker.ModelPackageGroupPolicy"): ("resourcePolicy",),
    aws("secretsmanager.SecretPolicy"): ("policy",),
}
_IDENTITIES = (gcp("serviceaccount.Account"), gcp("projects.ServiceIdentity"))
_PERMISSION, _CALLERS = aws("lambda.Permission"), ("principalOrgId", "sourceAccount", "sourceArn")
_ALL = ("allUsers", "allAuthenticatedUsers")
_MEMBER = not_equals(*_ALL)
_MEMBERS = (
    "artifactregistry.RepositoryIamMember",
    "bigquery.DatasetIamMember",
    "cloudrunv2.JobIamMember",
    "cloudrunv2.ServiceIamMember",
    "projects.IAMMember",
    "pubsub.TopicIAMMember",
    "secretmanager.SecretIamMember",
    "serviceaccount.IAMMember",
    "storage.BucketIAMMember",
    "vertex.AiEndpointIamMember",
    "vertex.AiFeatureGroupIamMember",
    "vertex.AiFeatureOnlineStoreFeatureviewIamMember",
)
_BINDINGS = (
    "artifactregistry.RepositoryIamBinding",
    "bigquery.DatasetIamBinding",
    "cloudrunv2.JobIamBinding",
    "cloudrunv2.ServiceIamBinding",
    "projects.IAMBinding",
    "pubsub.TopicIAMBinding",
    "secretmanager.SecretIamBinding",
    "serviceaccount.IAMBinding",
    "storage.BucketIAMBinding",
    "vertex.AiEndpointIamBinding",
    "vertex.AiFeatureGroupIamBinding",
    "vertex.AiFeatureOnlineStoreFeatureviewIamBinding",
)
_POLICIES = (
    "artifactregistry.RepositoryIamPolicy",
    "bigquery.DatasetIamPolicy",
    "cloudrunv2.ServiceIamPolicy",
    "projects.IAMPolicy",
    "pubsub.TopicIAMPolicy",
    "secretmanager.SecretIamPolicy",
    "serviceaccount.IAMPolicy",
    "storage.BucketIAMPolicy",
    "vertex.AiEndpointIamPolicy",
)
"""The three ways in which pulumi-gcp grants access: one member, all members of a role, the whole policy."""
# Conditions that take the whole world back to somebody known.
_NARROWING = {
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:principalarn",
    "aws:principalaccount",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:sourceorgid",
    "sts:externalid",
}
_SERVICES = {
    **_DOCUMENTS,
    **KEY_POLICIES,
    aws("cloudwatch.LogResourcePolicy"): ("policyDocument",),
}


def _any_service(document: Document) -> Iterator[str]:
    for i, statement in enumerate(document.statements):
        if statement.allow and any(kind == "Service" and "*" in name for kind, name in statement.principals):
            yield f"{label(statement, i)} lets in every service, whoever asks it"


def _public(document: Document) -> Iterator[str]:
    for i, statement in enumerate(document.statements):
        narrowed = any(c.key.casefold() in _NARROWING for c in statement.conditions)
        if statement.allow and not narrowed and (statement.public or statement.not_principals):
            yield f"{label(statement, i)} is open to everybody"


def _policy(resource: Resource, _settings: Settings) -> Iterator[Outcome]:
    grants = iam_bindings.parse(resource.at("policyData"))
    if grants is UNKNOWN:
        yield undetermined("policyData is not known yet; it must name its members", "policyData")
    elif not isinstance(grants, tuple):
        yield failed("policyData is no IAM policy in JSON", "policyData")
    else:
        for grant in grants:
            if grant.member is UNKNOWN:
                yield undetermined(f"a member of {grant.role} is not known yet", "policyData")
            else:
                open_ = grant.member in _ALL
                yield failed(f"policyData grants {grant.role} to {grant.member}", "policyData") if open_ else PASSED


def _permission(resource: Resource, _settings: Settings) -> Iterator[Outcome]:
    principal, callers = resource.at("principal"), [resource.at(path) for path in _CALLERS]
    if principal is UNKNOWN:
        yield undetermined("principal is not known yet; it must name who may call", "principal")
    elif principal == "*" and all(caller is MISSING for caller in callers):
        yield failed("everybody may call the function", "principal")
    else:
        yield PASSED


CONTROL = Control(
    id="iam-no-public-principal",
    group=Group.IDENTITY_LEAST_PRIVILEGE,
    title="Access is granted to named principals only",
    severity=Severity.CRITICAL,
    why="A grant to everybody is a grant to those who look for one.",
    remedy="Name the roles, accounts or groups that need access.",
    url="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-resources.html",
    clauses=(
        "iso27001:A.5.15",
        "soc2:CC6.1",
        "nist-800-53:AC-3",
        "cis:3.3",
    ),
    covers=(
        "aws-config:s3-bucket-public-read-prohibited",
        "aws-config:s3-bucket-public-write-prohibited",
        "cdk-nag:AwsSolutions-ECR1",
        "checkov:CKV2_GCP_9",
        "checkov:CKV_AWS_168",
        "checkov:CKV_AWS_169",
        "checkov:CKV_AWS_258",
        "checkov:CKV_AWS_301",
        "checkov:CKV_AWS_32",
        "checkov:CKV_AWS_387",
        "checkov:CKV_AWS_60",
        "checkov:CKV_AWS_70",
        "checkov:CKV_AWS_72",
        "checkov:CKV_GCP_101",
        "checkov:CKV_GCP_102",
        "checkov:CKV_GCP_15",
        "checkov:CKV_GCP_28",
        "checkov:CKV_GCP_99",
        "security-hub:Lambda.1",
        "security-hub:S3.3",
    ),
    rows=ByCloud(
        aws=(
            document_rule(_DOCUMENTS, _public, "it must name its principals"),
            document_rule(_SERVICES, _any_service, "it must name its services"),
            Rule(
                types=(_PERMISSION,),
                check=_permission,
                reads=tuple((_PERMISSION, path) for path in ("principal", *_CALLERS)),
            ),
            Row(
                type=aws("lambda.FunctionUrl"),
                path="authorizationType",
                accept=equals("AWS_IAM"),
                if_missing=Verdict.FAILED,
            ),
        ),
        azure=Gap(
            kind=GapKind.NEVER,
            reason="Azure role assignments name a directory object; there is no principal that stands for everybody.",
            url="https://learn.microsoft.com/azure/role-based-access-control/overview",
        ),
        gcp=(
            *(
                Row(type=gcp(t), path="member", accept=_MEMBER, if_missing=Verdict.FAILED, evidence=_IDENTITIES)
                for t in _MEMBERS
            ),
            *(
                Row(type=gcp(t), path="members[]", accept=_MEMBER, if_missing=Verdict.FAILED, evidence=_IDENTITIES)
                for t in _BINDINGS
            ),
            Rule(
                types=tuple(gcp(t) for t in _POLICIES),
                check=_policy,
                reads=tuple((gcp(t), "policyData") for t in _POLICIES),
            ),
            Row(type=gcp("storage.BucketAccessControl"), path="entity", accept=_MEMBER, if_missing=Verdict.FAILED),
            Row(
                type=gcp("storage.BucketACL"),
                path="roleEntities[]",
                accept=Accept("nobody but named people", lambda v: isinstance(v, str) and v.split(":")[-1] not in _ALL),
                if_missing=Verdict.PASSED,
            ),
            Row(
                type=gcp("storage.BucketACL"),
                path="predefinedAcl",
                accept=not_equals("publicRead", "publicReadWrite", "authenticatedRead"),
                if_missing=Verdict.PASSED,
            ),
            Row(
                type=gcp("bigquery.DatasetAccess"),
                path=("iamMember", "specialGroup"),
                accept=_MEMBER,
                if_missing=Verdict.PASSED,
            ),
            Row(
                type=gcp("bigquery.Dataset"),
                path=("accesses[].iamMember", "accesses[].specialGroup"),
                accept=_MEMBER,
                if_missing=Verdict.PASSED,
            ),
        ),
    ),
)
