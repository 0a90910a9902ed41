"""Nothing is granted to everybody."""

from __future__ import annotations

from collections.abc import Iterator

from components.core.cloud import ByCloud, Gap, GapKind
from policies.accept import not_equals
from policies.checks import Row
from policies.control import Control, Group, Severity
from policies.iam_policy import Document, document_rule, label
from policies.tokens import aws, gcp
from policies.verdict import Verdict

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
_MEMBER = not_equals("allUsers", "allAuthenticatedUsers")
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


def _public(document: Document) -> Iterator[str]:
    for i, statement in enumerate(document.statements):
        narrowed = any(c.key.casefold() in _NARROWING for c in statement.conditions)
        if statement.allow and not narrowed and (statement.public or statement.not_principals):
            yield f"{label(statement, i)} is open to everybody"


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
    rows=ByCloud(
        aws=(document_rule(_DOCUMENTS, _public, "it must name its principals"),),
        azure=Gap(
            kind=GapKind.NEVER,
            reason="Azure role assignments name a directory object; there is no principal that stands for everybody.",
            url="https://learn.microsoft.com/azure/role-based-access-control/overview",
        ),
        gcp=(
            Row(
                type=gcp("projects.IAMMember"),
                path="member",
                accept=_MEMBER,
                if_missing=Verdict.FAILED,
                evidence=_IDENTITIES,
            ),
            Row(
                type=gcp("storage.BucketIAMMember"),
                path="member",
                accept=_MEMBER,
                if_missing=Verdict.FAILED,
                evidence=_IDENTITIES,
            ),
            Row(
                type=gcp("bigquery.DatasetIamMember"),
                path="member",
                accept=_MEMBER,
                if_missing=Verdict.FAILED,
                evidence=_IDENTITIES,
            ),
            Row(
                type=gcp("artifactregistry.RepositoryIamMember"),
                path="member",
                accept=_MEMBER,
                if_missing=Verdict.FAILED,
                evidence=_IDENTITIES,
            ),
            Row(
                type=gcp("pubsub.TopicIAMMember"),
                path="member",
                accept=_MEMBER,
                if_missing=Verdict.FAILED,
                evidence=_IDENTITIES,
            ),
            Row(
                type=gcp("cloudrunv2.ServiceIamMember"),
                path="member",
                accept=_MEMBER,
                if_missing=Verdict.FAILED,
                evidence=_IDENTITIES,
            ),
            Row(
                type=gcp("secretmanager.SecretIamMember"),
                path="member",
                accept=_MEMBER,
                if_missing=Verdict.FAILED,
                evidence=_IDENTITIES,
            ),
        ),
    ),
)
