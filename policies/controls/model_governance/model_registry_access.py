"""Registries of models and images are not open to strangers."""

from __future__ import annotations

from collections.abc import Iterator

from components.core.cloud import ByCloud
from policies.accept import (
    equals,
    is_false,
    not_equals,
)
from policies.checks import (
    Row,
)
from policies.control import Control, Group, Severity
from policies.iam_policy import Document, document_rule, label
from policies.tokens import aws, azure, gcp
from policies.verdict import Verdict

_IDENTITIES = (gcp("serviceaccount.Account"), gcp("projects.ServiceIdentity"))
_ACR = azure("containerregistry.Registry")
_REPOSITORY = gcp("artifactregistry.RepositoryIamMember")
_WRITES = not_equals("roles/owner", "roles/editor", "roles/artifactregistry.admin", "roles/artifactregistry.repoAdmin")
# Actions with which another account could put a version behind an approval.
_WRITE = ("sagemaker:CreateModelPackage", "sagemaker:UpdateModelPackage", "sagemaker:DeleteModelPackage")


def _shared(document: Document) -> Iterator[str]:
    for i, statement in enumerate(document.statements):
        if statement.allow and any(statement.covers(action) for action in _WRITE):
            yield f"{label(statement, i)} lets others write model versions"


CONTROL = Control(
    id="model-registry-access",
    group=Group.MODEL_GOVERNANCE,
    title="Model and image registries are written by their owners only",
    severity=Severity.HIGH,
    why="Whoever can write to a registry can put a model of theirs where an approved one is expected.",
    remedy="Share registries for reading; keep the admin user and anonymous pulls off.",
    url="https://docs.aws.amazon.com/sagemaker/latest/dg/model-registry-deploy-xaccount.html",
    clauses=("iso42001:A.6.2.5", "iso27001:A.8.3", "soc2:CC6.3", "nist-800-53:AC-3", "cis:3.3"),
    covers=(
        "checkov:CKV_AZURE_137",
        "checkov:CKV_AZURE_138",
        "checkov:CKV_AZURE_139",
    ),
    rows=ByCloud(
        aws=(
            document_rule(
                {aws("sagemaker.ModelPackageGroupPolicy"): ("resourcePolicy",)},
                _shared,
                "it must not let others write model versions",
            ),
        ),
        azure=(
            Row(type=_ACR, path="adminUserEnabled", accept=is_false(), if_missing=Verdict.PASSED),
            Row(type=_ACR, path="anonymousPullEnabled", accept=is_false(), if_missing=Verdict.PASSED),
            Row(type=_ACR, path="publicNetworkAccess", accept=equals("Disabled"), if_missing=Verdict.FAILED),
            Row(  # https://learn.microsoft.com/azure/container-registry/data-loss-prevention; a closed registry only
                type=_ACR,
                path="policies.exportPolicy.status",
                accept=equals("disabled"),
                if_missing=Verdict.FAILED,
                when=("publicNetworkAccess", equals("Disabled")),
            ),
            Row(
                type=azure("machinelearningservices.Registry"),
                path="publicNetworkAccess",
                accept=equals("Disabled"),
                if_missing=Verdict.FAILED,
            ),
        ),
        gcp=(
            Row(
                type=_REPOSITORY,
                path="member",
                accept=not_equals("allUsers", "allAuthenticatedUsers"),
                if_missing=Verdict.FAILED,
                evidence=_IDENTITIES,
            ),
            Row(type=_REPOSITORY, path="role", accept=_WRITES, if_missing=Verdict.FAILED),
        ),
    ),
)
