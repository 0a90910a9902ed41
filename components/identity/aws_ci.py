"""Keyless continuous integration on AWS: an OIDC provider and two roles.

Preview is for pull requests and the branch and reads settings, never data; apply is for runs of one protected
deployment environment. Subjects are exact: a wildcard in ``sub`` would let any branch of the repository in.
"""

from collections.abc import Sequence

import pulumi_aws as aws
from pulumi import Input, Output

from components.clouds.aws_arn import Arns
from components.clouds.aws_deploy import PREVIEW_POLICIES, deploy_documents, preview_statements
from components.clouds.aws_iam import CI_PATH, Statement, document, grant
from components.core.scope import Scope
from components.core.vocabulary import Provision
from components.identity.contract import CiSpec, IdentitySpec

AUDIENCE = "sts.amazonaws.com"
"""What the token must be made for
(https://docs.github.com/en/actions/how-tos/secure-your-work/security-harden-deployments/oidc-in-aws)."""


def ci_roles(scope: Scope, spec: IdentitySpec, names: Arns) -> tuple[Output[str], Output[str]]:
    """ARNs of the preview and the apply role; empty without ``ci``."""
    if spec.ci is None:
        return Output.from_input(""), Output.from_input("")
    ci = spec.ci
    provider = _provider(scope, ci, names)
    preview = _role(
        scope,
        spec,
        "ci-preview",
        _trust(ci, provider, (f"ref:refs/heads/{ci.branch}", "pull_request")),
    )
    grant(scope, "ci-preview-reads", preview.name, *preview_statements(names))
    apply = _role(scope, spec, "ci-apply", _trust(ci, provider, (f"environment:{ci.environment}",)))
    for part, role in (("ci-preview", preview), ("ci-apply", apply)):
        for policy in PREVIEW_POLICIES:
            aws.iam.RolePolicyAttachment(
                scope.label(part, policy.rsplit("/", 1)[-1]),
                role=role.name,
                policy_arn=names.managed_policy(policy),
                opts=scope.options(),
            )
    for part, statements in deploy_documents(scope, names, ci.issuer).items():
        policy_resource = aws.iam.Policy(
            scope.label("ci-apply", part),
            name=scope.name("policy", "ci-apply", part),
            path=CI_PATH,
            description=f"What applying {scope.prefix} needs: {part}",
            policy=document(*statements),
            tags=scope.tags(),
            opts=scope.options(),
        )
        aws.iam.RolePolicyAttachment(
            scope.label("ci-apply", part, "attachment"),
            role=apply.name,
            policy_arn=policy_resource.arn,
            opts=scope.options(),
        )
    return names.role(preview), names.role(apply)


def _provider(scope: Scope, ci: CiSpec, names: Arns) -> Input[str]:
    """ARN of the OIDC provider, which follows from the issuer; an account has at most one per issuer."""
    if ci.provider is Provision.EXISTING:
        return str(ci.provider_id)
    provider = aws.iam.OpenIdConnectProvider(
        scope.label("oidc"),
        url=ci.issuer,
        client_id_lists=[AUDIENCE],
        tags=scope.tags(),
        opts=scope.options(),
    )
    return names.iam(provider.url.apply(lambda url: f"oidc-provider/{url.removeprefix('https://')}"))


def _trust(ci: CiSpec, provider: Input[str], subjects: Sequence[str]) -> Output[str]:
    issuer = ci.issuer.removeprefix("https://")
    return document(
        Statement(
            sid="TokensOfTheRepository",
            actions=("sts:AssumeRoleWithWebIdentity",),
            principals={"Federated": (provider,)},
            conditions={
                "StringEquals": {
                    f"{issuer}:aud": AUDIENCE,
                    f"{issuer}:sub": [f"repo:{ci.repository}:{subject}" for subject in subjects],
                }
            },
        )
    )


def _role(scope: Scope, spec: IdentitySpec, part: str, trust: Output[str]) -> aws.iam.Role:
    return aws.iam.Role(
        scope.label(part),
        name=scope.name("role", part),
        path=CI_PATH,
        description=f"Continuous integration of {scope.prefix}: {part.removeprefix('ci-')}",
        assume_role_policy=trust,
        max_session_duration=spec.session_hours * 3600,
        tags=scope.tags(),
        opts=scope.options(),
    )
