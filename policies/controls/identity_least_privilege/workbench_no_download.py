"""Data does not leave through the browser of a workbench."""

from __future__ import annotations

from components.core.cloud import ByCloud, Gap, GapKind
from policies.accept import (
    equals,
)
from policies.checks import (
    Row,
)
from policies.control import Control, Group, Severity
from policies.tokens import gcp
from policies.verdict import Verdict

_INSTANCE = gcp("workbench.Instance")

CONTROL = Control(
    id="workbench-no-download",
    group=Group.IDENTITY_LEAST_PRIVILEGE,
    title="Workbenches do not let files be downloaded",
    severity=Severity.MEDIUM,
    why="A download to a laptop is a copy of the data that nobody encrypts, logs or deletes.",
    remedy="Set notebook-disable-downloads and notebook-disable-terminal to true in the metadata of the instance.",
    url="https://cloud.google.com/vertex-ai/docs/workbench/instances/manage-metadata",
    clauses=("iso27001:A.8.12", "soc2:CC6.7", "nist-800-53:AC-4"),
    covers=(
        "google-org-policy:constraints/ainotebooks.disableFileDownloads",
        "google-org-policy:constraints/ainotebooks.disableTerminal",
        "google-vai:VAI-CO-4.2",
        "google-vai:VAI-CO-4.4",
        "prowler:vertexai_workbench_instance_file_download_disabled",
        "prowler:vertexai_workbench_instance_terminal_access_disabled",
    ),
    rows=ByCloud(
        aws=Gap(
            kind=GapKind.UPSTREAM,
            reason="Studio hides downloads by an extension of JupyterLab in its image, not by a property.",
            url="https://docs.aws.amazon.com/sagemaker/latest/dg/studio-updated-jl.html",
        ),
        azure=Gap(
            kind=GapKind.UPSTREAM,
            reason="Compute instances have no property that stops downloads; network rules stand in.",
            url="https://learn.microsoft.com/azure/machine-learning/how-to-prevent-data-loss-exfiltration",
        ),
        gcp=tuple(
            Row(
                type=_INSTANCE,
                path=f"gceSetup.metadata.{{{key}}}",
                accept=equals("true"),
                if_missing=Verdict.FAILED,
            )
            for key in ("notebook-disable-downloads", "notebook-disable-terminal")
        ),
    ),
)
