"""The machines of workbenches boot and serve credentials safely."""

from __future__ import annotations

from components.core.cloud import ByCloud, Gap, GapKind
from policies.accept import (
    equals,
    is_set,
    is_true,
    matches,
)
from policies.checks import (
    Row,
)
from policies.control import Control, Group, Severity
from policies.tokens import aws, gcp
from policies.verdict import Verdict

_NOTEBOOK = aws("sagemaker.NotebookInstance")
_SHIELD = "gceSetup.shieldedInstanceConfig"

CONTROL = Control(
    id="workbench-host-hardening",
    group=Group.IDENTITY_LEAST_PRIVILEGE,
    title="Workbench machines are hardened",
    severity=Severity.MEDIUM,
    why="A web page opened in a notebook can ask an old metadata service for the credentials of its role.",
    remedy="Demand version 2 of the metadata service, a supported platform, a shielded machine and scheduled upgrades.",
    url="https://docs.aws.amazon.com/sagemaker/latest/dg/nbi-imds-compatibility.html",
    clauses=("iso27001:A.8.9", "soc2:CC6.8", "nist-800-53:CM-6", "cis:4.1"),
    covers=(
        "aws-config:sagemaker-notebook-instance-platform-version",
        "checkov:CKV_AWS_371",
        "cnspec:mondoo-aws-security-sagemaker-notebook-imdsv2",
        "cnspec:mondoo-gcp-security-vertexai-notebook-runtime-template-shielded-vm",
        "google-org-policy:constraints/ainotebooks.requireAutoUpgradeSchedule",
        "google-vai:VAI-CO-4.6",
        "prowler:vertexai_workbench_instance_auto_upgrade_enabled",
        "security-hub:SageMaker.8",
    ),
    rows=ByCloud(
        aws=(
            Row(
                type=_NOTEBOOK,
                path="instanceMetadataServiceConfiguration.minimumInstanceMetadataServiceVersion",
                accept=equals("2"),
                if_missing=Verdict.FAILED,
            ),
            Row(
                type=_NOTEBOOK,
                path="platformIdentifier",
                accept=matches(r"notebook-al2023-v\d+", "a supported platform (notebook-al2023-v1)"),
                if_missing=Verdict.FAILED,
            ),
        ),
        azure=Gap(
            kind=GapKind.UPSTREAM,
            reason="A compute instance has no property for its image or boot; Azure picks both when it is made.",
            url="https://learn.microsoft.com/azure/machine-learning/concept-vulnerability-management",
        ),
        gcp=(
            Row(
                type=gcp("workbench.Instance"),
                path=(f"{_SHIELD}.enableVtpm", f"{_SHIELD}.enableIntegrityMonitoring"),
                accept=is_true(),  # both are on unless set
                if_missing=Verdict.PASSED,
            ),
            Row(
                type=gcp("workbench.Instance"),
                path="gceSetup.metadata.{notebook-upgrade-schedule}",
                accept=is_set(),
                if_missing=Verdict.FAILED,
            ),
            Row(
                type=gcp("colab.RuntimeTemplate"),
                path="shieldedVmConfig.enableSecureBoot",
                accept=is_true(),
                if_missing=Verdict.FAILED,
            ),
        ),
    ),
)
