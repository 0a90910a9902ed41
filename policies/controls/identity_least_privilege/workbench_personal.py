"""A workbench belongs to a person."""

from __future__ import annotations

from components.core.cloud import ByCloud
from policies.accept import (
    equals,
    is_set,
)
from policies.checks import (
    Row,
)
from policies.control import Control, Group, Severity
from policies.tokens import aws, azure, gcp
from policies.verdict import Verdict

CONTROL = Control(
    id="workbench-personal",
    group=Group.IDENTITY_LEAST_PRIVILEGE,
    title="Workbenches belong to named people",
    severity=Severity.MEDIUM,
    why="On a shared notebook everybody acts with the rights of everybody, and the log names nobody.",
    remedy="Assign each workbench to its user; give sessions the name of the user profile.",
    url="https://cloud.google.com/vertex-ai/docs/workbench/instances/manage-access-jupyterlab",
    clauses=("iso27001:A.5.16", "soc2:CC6.1", "nist-800-53:AC-6"),
    covers=(
        "google-org-policy:constraints/ainotebooks.accessMode",
        "google-vai:VAI-CO-4.1",
        "prowler:sagemaker_domain_sso_configured",
    ),
    rows=ByCloud(
        aws=(
            Row(
                type=aws("sagemaker.Domain"),
                path="domainSettings.executionRoleIdentityConfig",
                accept=equals("USER_PROFILE_NAME"),
                if_missing=Verdict.FAILED,
                unless=("authMode", equals("SSO")),
            ),
            Row(
                type=aws("sagemaker.Space"),
                path="spaceSharingSettings.sharingType",
                accept=equals("Private"),
                if_missing=Verdict.FAILED,
            ),
        ),
        azure=(
            Row(
                type=azure("machinelearningservices.Compute"),
                path="properties.properties.applicationSharingPolicy",
                accept=equals("Personal"),
                if_missing=Verdict.FAILED,
                when=("properties.computeType", equals("ComputeInstance")),
            ),
        ),
        gcp=(Row(type=gcp("workbench.Instance"), path="instanceOwners", accept=is_set(), if_missing=Verdict.FAILED),),
    ),
)
