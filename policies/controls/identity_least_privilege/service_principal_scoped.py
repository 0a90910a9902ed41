"""A service of the cloud comes only on behalf of named accounts or resources.

A trust policy is judged by whom it trusts: services that say for whom they come (AWS documents it per service) must be
asked for it, an EC2 instance gets its role inside its own account, and of any other service it is not known. Not judged
here: policies of CloudWatch Logs, for which the policy that EventBridge documents has no condition; the grant of each
names the log group (:mod:`policies.controls.identity_least_privilege.iam_resource_scoped`).
"""

from __future__ import annotations

from collections.abc import Iterator

from components.core.cloud import ByCloud, Gap, GapKind
from policies.checks import Outcome, Rule, undetermined
from policies.control import Control, Group, Severity
from policies.graph import Resource
from policies.iam_policy import KEY_POLICIES, Document, Statement, document_rule, label, parse
from policies.settings import Settings
from policies.tokens import aws

_ROLE = aws("iam.Role")
_STORES = {
    aws("s3.BucketPolicy"): ("policy",),
    aws("sqs.QueuePolicy"): ("policy",),
    aws("sns.TopicPolicy"): ("policy",),
}
# https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
_ASKERS = (
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
    "aws:sourceowner",
    "aws:principalorgid",
)
# A key also learns for which resource a service encrypts.
# https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-encryption-context
_CONTEXT = ("kms:encryptioncontext:", "kms:calleraccount")
_SAYING = (
    "airflow appstream autoscaling batch bedrock bedrock-agentcore cloudtrail codebuild codepipeline comprehend config "
    "databrew dms emr-serverless events firehose fis frauddetector glue imagebuilder iot kendra lex lexv2 logs "
    "personalize pipes rekognition sagemaker scheduler ssm states transcribe vpc-flow-logs"
)
"""Services whose guides say that they set aws:SourceAccount or aws:SourceArn when they assume a role
(*Cross-service confused deputy prevention* in each)."""
_AT_HOME = ("ec2",)
"""Services whose roles are attached inside the account and used by nobody else
(https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_switch-role-ec2.html)."""


def _services(statement: Statement) -> list[str]:
    """The services that a statement lets in, without `amazonaws.com` and the region."""
    return [name.split(".")[0] for kind, name in statement.principals if kind == "Service"]


def _scoped(statement: Statement, keys: tuple[str, ...]) -> bool:
    return any(c.key.casefold().startswith(keys) and c.binds for c in statement.conditions)


def _unscoped(document: Document, keys: tuple[str, ...]) -> Iterator[tuple[str, list[str]]]:
    """Each statement that lets services in without saying for whom, and the services."""
    for i, statement in enumerate(document.statements):
        if statement.allow and (services := _services(statement)) and not _scoped(statement, keys):
            yield label(statement, i), services


def _store(document: Document) -> Iterator[str]:
    for where, _ in _unscoped(document, _ASKERS):
        yield f"{where} lets a service in for any account (no aws:SourceAccount or aws:SourceArn)"


def _key(document: Document) -> Iterator[str]:
    for where, _ in _unscoped(document, (*_ASKERS, *_CONTEXT)):
        yield f"{where} lets a service use the key for any account (no aws:SourceAccount, no encryption context)"


def _trust(document: Document) -> Iterator[str]:
    for where, services in _unscoped(document, (*_ASKERS, "sts:externalid")):
        for service in (s for s in services if s in _SAYING.split()):
            yield f"{where} lets {service} take the role for any account (no aws:SourceAccount or aws:SourceArn)"


def _unheard_of(resource: Resource, _settings: Settings) -> Iterator[Outcome]:
    document = parse(resource.at("assumeRolePolicy"))
    if isinstance(document, Document):
        for where, services in _unscoped(document, (*_ASKERS, "sts:externalid")):
            for service in (s for s in services if s not in _SAYING.split() and s not in _AT_HOME):
                yield undetermined(
                    f"{where} trusts {service} for any account; whether it says for whom it comes is not known",
                    "assumeRolePolicy",
                )


_WORDS = "it must say for whom a service may come"

CONTROL = Control(
    id="service-principal-scoped",
    group=Group.IDENTITY_LEAST_PRIVILEGE,
    title="Services of the cloud act for named accounts or resources only",
    severity=Severity.HIGH,
    why="A service acts for whoever asks it: without a condition, a stranger's resource uses your role, key or queue.",
    remedy="Add aws:SourceAccount, and aws:SourceArn where the resource is known, to each statement for a service.",
    url="https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html",
    clauses=("iso27001:A.5.15", "soc2:CC6.3", "nist-800-53:AC-6", "cis:6.8"),
    rows=ByCloud(
        aws=(
            document_rule({_ROLE: ("assumeRolePolicy",)}, _trust, _WORDS),
            document_rule(_STORES, _store, _WORDS),
            document_rule(KEY_POLICIES, _key, _WORDS),
            Rule(types=(_ROLE,), check=_unheard_of, reads=((_ROLE, "assumeRolePolicy"),)),
        ),
        azure=Gap(
            kind=GapKind.NEVER,
            reason="A managed identity of Azure belongs to one resource of the tenant; no policy names a service.",
            url="https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/overview",
        ),
        gcp=Gap(
            kind=GapKind.NEVER,
            reason="A service agent of Google Cloud exists per project and acts for that project alone.",
            url="https://cloud.google.com/iam/docs/service-account-types#service-agents",
        ),
    ),
)
