"""Pipelines prove who they are by token, for one repository."""

from __future__ import annotations

import re
from collections.abc import Iterator

from components.core.cloud import ByCloud
from policies.accept import contains, matches
from policies.checks import Row
from policies.control import Control, Group, Severity
from policies.iam_policy import Document, document_rule, label
from policies.tokens import aws, azure, gcp
from policies.verdict import Verdict

# A condition that compares a claim of the token with something, not one that is always true.
_CONDITION = matches(
    r"(?s).*\b(assertion|attribute|google)\.[\w.]+.*(==|in|startsWith).*", "a condition on a claim of the token"
)


def _trust(document: Document) -> Iterator[str]:
    for i, statement in enumerate(document.statements):
        web = any(
            "oidc-provider/" in name or name.endswith(".com")
            for kind, name in statement.principals
            if kind == "Federated"
        )
        if not (statement.allow and web):
            continue
        subjects = [v for c in statement.conditions if c.key.casefold().endswith(":sub") for v in c.values]
        if not subjects:
            yield f"{label(statement, i)} lets every subject of the provider assume the role"
        for subject in subjects:
            # `repo:owner/name:*` is one repository; a star before that is many.
            owner = re.split(r"[:/]", subject)[:3]
            if any("*" in part for part in owner) or len(owner) < 2:
                yield f"{label(statement, i)} has a subject that many repositories match"
        if not any(c.key.casefold().endswith(":aud") for c in statement.conditions):
            yield f"{label(statement, i)} does not check the audience of the token"


CONTROL = Control(
    id="ci-federated-identity",
    group=Group.IDENTITY_LEAST_PRIVILEGE,
    title="CI federates for named repositories only",
    severity=Severity.HIGH,
    why="A trust that any repository can use lets any repository deploy.",
    remedy="Name repository and environment in the identity component; do not widen the subject.",
    url="https://docs.github.com/actions/security-for-github-actions/security-hardening-your-deployments/about-security-hardening-with-openid-connect",
    clauses=(
        "iso27001:A.8.5",
        "soc2:CC6.1",
        "nist-800-53:IA-5",
    ),
    covers=("checkov:CKV_AWS_393",),
    rows=ByCloud(
        aws=(
            Row(
                type=aws("iam.OpenIdConnectProvider"),
                path="clientIdLists",
                accept=contains("sts.amazonaws.com"),
                if_missing=Verdict.FAILED,
            ),
            document_rule(
                {aws("iam.Role"): ("assumeRolePolicy",)}, _trust, "it must name the subject that may assume the role"
            ),
        ),
        azure=(
            Row(
                type=azure("managedidentity.FederatedIdentityCredential"),
                path="subject",
                accept=matches(r"[^*?\s]+", "one subject without wildcards"),
                if_missing=Verdict.FAILED,
            ),
            Row(
                type=azure("managedidentity.FederatedIdentityCredential"),
                path="issuer",
                accept=matches(r"https://\S+", "an https address"),
                if_missing=Verdict.FAILED,
            ),
        ),
        gcp=(
            Row(
                type=gcp("iam.WorkloadIdentityPoolProvider"),
                path="attributeCondition",
                accept=_CONDITION,
                if_missing=Verdict.FAILED,
            ),
        ),
    ),
)
