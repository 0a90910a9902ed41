"""Nobody is root on a notebook, nobody logs in from the internet."""

from __future__ import annotations

from components.core.cloud import ByCloud
from policies import workflow_definition
from policies.accept import equals
from policies.checks import Row
from policies.control import Control, Group, Severity
from policies.tokens import aws, azure, gcp
from policies.verdict import UNKNOWN, Mark, Verdict


def _job(job: workflow_definition.Job) -> str | Mark:
    """The web shell of a custom job is a shell as root in its container, off where nothing is said.

    https://cloud.google.com/vertex-ai/docs/training/monitor-debug-interactive-shell
    """
    shell = job.at("jobSpec.enableWebAccess")
    return shell if shell is UNKNOWN else "has jobSpec.enableWebAccess" if shell is True else ""


CONTROL = Control(
    id="workbench-no-root-ssh",
    group=Group.IDENTITY_LEAST_PRIVILEGE,
    title="Workbenches refuse root and public SSH",
    severity=Severity.MEDIUM,
    why="Root can undo every guard of the machine, and an open SSH port invites the whole internet to try.",
    remedy="Leave root access and SSH off; install packages through an environment or an image.",
    url="https://docs.aws.amazon.com/sagemaker/latest/dg/nbi-root-access.html",
    clauses=(
        "iso27001:A.8.2",
        "soc2:CC6.3",
        "nist-800-53:AC-6",
        "cis:5.4",
    ),
    covers=(
        "aws-config:sagemaker-notebook-instance-root-access-check",
        "checkov:CKV_AWS_307",
        "cnspec:mondoo-aws-security-sagemaker-notebook-no-root-access",
        "cnspec:mondoo-gcp-security-vertexai-custom-job-web-access-disabled",
        "google-org-policy:constraints/ainotebooks.disableRootAccess",
        "google-vai:VAI-CO-4.3",
        "prowler:sagemaker_notebook_instance_root_access_disabled",
        "prowler:vertexai_workbench_instance_root_access_disabled",
        "security-hub:SageMaker.3",
    ),
    rows=ByCloud(
        aws=(
            Row(
                type=aws("sagemaker.NotebookInstance"),
                path="rootAccess",
                accept=equals("Disabled"),
                if_missing=Verdict.FAILED,
            ),
        ),
        azure=(
            Row(
                type=azure("machinelearningservices.Compute"),
                path="properties.properties.sshSettings.sshPublicAccess",
                accept=equals("Disabled"),
                if_missing=Verdict.PASSED,
                when=("properties.computeType", equals("ComputeInstance")),
            ),
            Row(
                type=azure("machinelearningservices.Compute"),
                path="properties.properties.remoteLoginPortPublicAccess",
                accept=equals("Disabled"),
                if_missing=Verdict.FAILED,
                when=("properties.computeType", equals("AmlCompute")),
            ),
        ),
        gcp=(
            workflow_definition.job_rule(_job, "its jobs must open no web shell"),
            Row(
                type=gcp("workbench.Instance"),
                path="gceSetup.metadata.{notebook-disable-root}",
                accept=equals("true"),
                if_missing=Verdict.FAILED,
            ),
        ),
    ),
)
