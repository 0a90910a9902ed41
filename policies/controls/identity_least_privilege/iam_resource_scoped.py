"""What a role may do, it may do to named resources.

An action that IAM can bind to a resource must be bound to one (:mod:`policies.aws_actions`), unless a condition on the
resource's tags, account or kind does the same. Deliberately not done: how narrow a named pattern is (`churn-*` passes);
bucket, queue and topic policies, which speak of their own resource whatever they name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from components.core.cloud import ByCloud, Gap, GapKind
from policies.aws_actions import meant
from policies.checks import Outcome, Rule, undetermined
from policies.control import Control, Group, Severity
from policies.graph import Resource
from policies.iam_policy import IDENTITY_POLICIES, Document, Statement, document_rule, label, parse
from policies.settings import Settings
from policies.tokens import aws
from policies.verdict import at

_DOCUMENTS = {**IDENTITY_POLICIES, aws("cloudwatch.LogResourcePolicy"): ("policyDocument",)}
_WORDS = "it must name the resources of each action"
# Keys that narrow the resource as its name would: tags on it, whose it is, where it lies, the namespace of a metric.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/access_tags.html
_NARROWING = re.compile(
    r"(aws|[a-z0-9-]+):(resource|request)tag/.+|aws:resource(account|orgid|orgpaths)|cloudwatch:namespace"
    r"|kms:resourcealiases|kms:requestalias|ec2:(vpc|subnet|parentsnapshot)|lakeformation:.+|ram:resourcearn"
    r"|iam:awsservicename",
    re.IGNORECASE,
)


def _narrowed(statement: Statement) -> bool:
    return any(_NARROWING.fullmatch(c.key) and c.requires for c in statement.conditions)


def _unbound(document: Document) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Name of the statement, action and what it stands for, of each action that is allowed on anything."""
    for i, statement in enumerate(document.statements):
        if statement.allow and statement.anywhere and not _narrowed(statement):
            yield from ((label(statement, i), action, meant(action).bound) for action in statement.actions)


def _named(document: Document) -> Iterator[str]:
    for where, action, bound in _unbound(document):
        if bound:
            shown = "" if action.casefold() == bound[0].casefold() else f" (such as {bound[0]})"
            yield f"{where} allows {action} on every resource{shown}"


def _unheard_of(resource: Resource, _settings: Settings) -> Iterator[Outcome]:
    """Actions on anything of which the reference does not say whether they can be bound."""
    for path in _DOCUMENTS[resource.type]:
        for hit in at(resource.props, path):
            document = parse(hit.value)
            if not isinstance(document, Document):
                continue
            for where, action, _ in _unbound(document):
                if not meant(action).known:
                    yield undetermined(
                        f"{hit.path}: {where} allows {action} on every resource; whether it can be bound is not known",
                        hit.path,
                    )


_READS = tuple((type_, path) for type_, paths in _DOCUMENTS.items() for path in paths)

CONTROL = Control(
    id="iam-resource-scoped",
    group=Group.IDENTITY_LEAST_PRIVILEGE,
    title="Actions that can be bound to resources are bound to some",
    severity=Severity.HIGH,
    why="A role that may act on every resource of the account acts on those of other teams as well.",
    remedy="Name the resources, or bind them by a condition on aws:ResourceTag.",
    url="https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege",
    clauses=(
        "iso27001:A.5.15",
        "soc2:CC6.3",
        "hipaa:164.308(a)(4)",
        "nist-800-53:AC-6",
        "cis:6.8",
    ),
    covers=("cdk-nag:AwsSolutions-IAM5", "checkov:CKV_AWS_355"),
    rows=ByCloud(
        aws=(
            document_rule(_DOCUMENTS, _named, _WORDS),
            Rule(types=tuple(_DOCUMENTS), check=_unheard_of, reads=_READS),
        ),
        azure=Gap(
            kind=GapKind.NEVER,
            reason="A role definition of Azure names no resources: each assignment has one scope, and cannot lack it.",
            url="https://learn.microsoft.com/azure/role-based-access-control/scope-overview",
        ),
        gcp=Gap(
            kind=GapKind.NEVER,
            reason="A grant of Google Cloud stands on one resource, and covers that one and what lies below it.",
            url="https://cloud.google.com/iam/docs/resource-hierarchy-access-control",
        ),
    ),
)
