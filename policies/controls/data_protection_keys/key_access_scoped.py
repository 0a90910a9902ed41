"""Only named identities use a key."""

from __future__ import annotations

from collections.abc import Iterator

from components.core.cloud import ByCloud
from policies.accept import is_false, is_true, not_equals
from policies.checks import Row
from policies.control import Control, Group, Severity
from policies.iam_policy import KEY_POLICIES, Document, document_rule, label
from policies.tokens import azure, gcp
from policies.verdict import Verdict

_IDENTITIES = (gcp("serviceaccount.Account"), gcp("projects.ServiceIdentity"))


def _open(document: Document) -> Iterator[str]:
    for i, statement in enumerate(document.statements):
        narrowed = any(c.key.casefold() in _NARROWING for c in statement.conditions)
        if statement.allow and statement.public and not narrowed:
            yield f"{label(statement, i)} lets everybody use the key"


_NARROWING = {"kms:calleraccount", "kms:viaservice", "aws:principalorgid", "aws:principalarn", "aws:principalaccount"}


CONTROL = Control(
    id="key-access-scoped",
    group=Group.DATA_PROTECTION_KEYS,
    title="Keys are open to named identities only",
    severity=Severity.HIGH,
    why="A key that everybody may use protects nothing.",
    remedy="Grant a key to the roles that need it; use role-based access on vaults.",
    url="https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html",
    clauses=(
        "iso27001:A.5.15",
        "soc2:CC6.3",
        "nist-800-53:AC-6",
        "cis:6.8",
    ),
    covers=(
        "checkov:CKV2_GCP_6",
        "checkov:CKV2_GCP_8",
        "checkov:CKV_AWS_33",
        "checkov:CKV_GCP_112",
        "security-hub:KMS.5",
    ),
    rows=ByCloud(
        aws=(
            document_rule(
                KEY_POLICIES,
                _open,
                "it must name who may use the key",
            ),
        ),
        azure=(
            Row(
                type=azure("keyvault.Vault"),
                path="properties.enableRbacAuthorization",
                accept=is_true(),
                if_missing=Verdict.FAILED,
            ),
            Row(  # doors past its roles, for virtual machines and for templates
                type=azure("keyvault.Vault"),
                path=tuple(f"properties.enabledFor{w}" for w in ("Deployment", "TemplateDeployment", "DiskEncryption")),
                accept=is_false(),
                if_missing=Verdict.PASSED,
            ),
        ),
        gcp=(
            *(
                Row(
                    type=gcp(f"kms.{t}"),
                    path=path,
                    accept=not_equals("allUsers", "allAuthenticatedUsers"),
                    if_missing=Verdict.FAILED,
                    evidence=_IDENTITIES,
                )
                for t, path in (
                    ("CryptoKeyIAMBinding", "members[]"),
                    ("KeyRingIAMMember", "member"),
                    ("KeyRingIAMBinding", "members[]"),
                )
            ),
            Row(
                type=gcp("kms.CryptoKeyIAMMember"),
                path="member",
                accept=not_equals("allUsers", "allAuthenticatedUsers"),
                if_missing=Verdict.FAILED,
                evidence=_IDENTITIES,
            ),
            Row(
                type=gcp("kms.CryptoKeyIAMMember"),
                path="role",
                accept=not_equals("roles/owner", "roles/editor", "roles/cloudkms.admin"),
                if_missing=Verdict.FAILED,
            ),
        ),
    ),
)
