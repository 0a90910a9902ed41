"""No role may do everything a service can."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from components.core.cloud import ByCloud
from policies.checks import PASSED, Outcome, Rule, StackRow, failed, undetermined
from policies.control import Control, Group, Severity
from policies.graph import Graph, Resource
from policies.iam_policy import IDENTITY_POLICIES, KEY_POLICIES, Document, Statement, document_rule, label
from policies.settings import Settings
from policies.tokens import aws, azure, gcp
from policies.verdict import UNKNOWN, at

# What lets others in, on the resource itself.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_identity-vs-resource.html
_RESOURCES = {
    aws("iam.Role"): ("assumeRolePolicy",),
    aws("s3.BucketPolicy"): ("policy",),
    aws("sqs.QueuePolicy"): ("policy",),
    aws("sns.TopicPolicy"): ("policy",),
    aws("ecr.RepositoryPolicy"): ("policy",),
    aws("secretsmanager.SecretPolicy"): ("policy",),
    aws("cloudwatch.LogResourcePolicy"): ("policyDocument",),
}
_ACCOUNT = re.compile(r"\d{12}|arn:aws[\w-]*:iam::\d+:root")
_DEFINITION = azure("authorization.RoleDefinition")
_CUSTOM = (gcp("projects.IAMCustomRole"), gcp("organizations.IAMCustomRole"))
_BINDINGS = (gcp("projects.IAMMember"), gcp("projects.IAMBinding"))
# With one of these a role can give itself the rest of the project.
# https://cloud.google.com/iam/docs/best-practices-service-accounts
_ESCALATING = re.compile(
    r"(resourcemanager\.(projects|folders|organizations)|iam\.serviceAccounts)\.setIamPolicy|"
    r"iam\.serviceAccountKeys\.create|iam\.serviceAccounts\.(getAccessToken|signBlob|signJwt)|iam\.roles\.update|\*"
)
# A binding that says which roles may be granted takes the sting out of setIamPolicy.
# https://cloud.google.com/iam/docs/setting-limits-on-granting-roles
_LIMITED = "iam.googleapis.com/modifiedGrantsByRole"


def _wildcards(document: Document) -> Iterator[str]:
    for i, statement in enumerate(document.statements):
        if not statement.allow:
            continue
        if statement.not_actions:
            yield f"{label(statement, i)} allows all but a few actions (NotAction)"
        for action in statement.actions:
            _, _, name = action.rpartition(":")
            if name == "*":
                yield f"{label(statement, i)} allows {action}"


def _key_wildcards(document: Document) -> Iterator[str]:
    """Wildcards in the policy of a key, which may leave everything to the IAM of an account, as AWS makes it.

    https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
    """
    kept = [replace(s, actions=()) if _delegates(s) else s for s in document.statements]
    yield from _wildcards(Document(tuple(kept)))


def _delegates(statement: Statement) -> bool:
    accounts = [kind == "AWS" and bool(_ACCOUNT.fullmatch(name)) for kind, name in statement.principals]
    return bool(accounts) and all(accounts)


def _definition(resource: Resource, _settings: Settings) -> Iterator[Outcome]:
    for path in ("permissions[].actions[]", "permissions[].dataActions[]"):
        for hit in at(resource.props, path):
            if hit.value is UNKNOWN:
                yield undetermined(f"{hit.path} is not known yet; it must not be a wildcard", hit.path)
            # `*` is everything, `Provider/*` everything of a provider; `…/read` at its end narrows either.
            elif isinstance(hit.value, str) and re.fullmatch(r"\*|[\w.]+/\*", hit.value):
                yield failed(f"{hit.path} is {hit.value}", hit.path)
            else:
                yield PASSED


def _custom_role(resource: Resource, graph: Graph, _settings: Settings) -> Iterator[Outcome]:
    for hit in at(resource.props, "permissions[]"):
        if hit.value is UNKNOWN:
            yield undetermined(f"{hit.path} is not known yet; it must not let the role raise itself", hit.path)
        elif not (isinstance(hit.value, str) and _ESCALATING.fullmatch(hit.value)):
            yield PASSED
        elif hit.value.endswith(".setIamPolicy"):
            yield _limited(resource, graph, hit.path, hit.value)
        else:
            yield failed(f"{hit.path} is {hit.value}, with which the role can raise itself", hit.path)


def _limited(role: Resource, graph: Graph, path: str, permission: str) -> Outcome:
    """Whether every binding of the role limits which roles it may grant."""
    bindings, maybe = graph.referring(role, _BINDINGS, "role")
    conditions = [binding.at("condition.expression") for binding in bindings]
    if maybe or any(c is UNKNOWN for c in conditions):
        return undetermined(f"whether bindings limit {path} ({permission}) is not known yet", path)
    if conditions and all(isinstance(c, str) and _LIMITED in c for c in conditions):
        return PASSED
    return failed(f"{path} is {permission}, bound without a limit on the roles that may be granted", path)


CONTROL = Control(
    id="iam-no-wildcard",
    group=Group.IDENTITY_LEAST_PRIVILEGE,
    title="Roles list their actions without wildcards",
    severity=Severity.CRITICAL,
    why="A wildcard grants what a service learns to do tomorrow, and what nobody thought of today.",
    remedy="List the actions that the workload calls.",
    url="https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html",
    clauses=(
        "iso27001:A.8.2",
        "soc2:CC6.3",
        "hipaa:164.308(a)(4)",
        "nist-800-53:AC-6",
        "cis:6.8",
    ),
    covers=(
        "cdk-nag:AwsSolutions-IAM5",
        "checkov:CKV2_AWS_40",
        "checkov:CKV2_AWS_68",
        "checkov:CKV_AWS_62",
        "checkov:CKV_AWS_63",
        "checkov:CKV_AZURE_39",
        "prowler:bedrock_agent_role_least_privilege",
    ),
    rows=ByCloud(
        aws=(
            document_rule(IDENTITY_POLICIES, _wildcards, "it must list actions without wildcards"),
            document_rule(_RESOURCES, _wildcards, "it must list actions without wildcards"),
            document_rule(KEY_POLICIES, _key_wildcards, "it must list actions without wildcards"),
        ),
        azure=(
            Rule(
                types=(_DEFINITION,),
                check=_definition,
                reads=((_DEFINITION, "permissions[].actions[]"), (_DEFINITION, "permissions[].dataActions[]")),
            ),
        ),
        gcp=(
            StackRow(
                types=_CUSTOM,
                check=_custom_role,
                reads=(
                    *((t, "permissions[]") for t in _CUSTOM),
                    *((t, "condition.expression") for t in _BINDINGS),
                    *((t, "role") for t in _BINDINGS),
                ),
            ),
        ),
    ),
)
