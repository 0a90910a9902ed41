"""Images that nobody uses go after a while."""

from __future__ import annotations

from components.core.cloud import ByCloud
from policies.accept import equals, is_set
from policies.checks import Attached, Row
from policies.control import Control, Group, Severity
from policies.tokens import aws, azure, gcp
from policies.verdict import Verdict

CONTROL = Control(
    id="image-retention",
    group=Group.MODEL_GOVERNANCE,
    title="Registries of images remove what is no longer used",
    severity=Severity.LOW,
    why="Old images are never patched, and whoever can deploy can deploy them.",
    remedy="Keep the lifecycle rules of the images component.",
    url="https://learn.microsoft.com/azure/container-registry/container-registry-retention-policy",
    clauses=("iso27001:A.8.8", "soc2:CC7.1", "nist-800-53:RA-5"),
    covers=("checkov:CKV_AZURE_167", "security-hub:ECR.3"),
    rows=ByCloud(
        aws=(
            Attached(
                type=aws("ecr.Repository"),
                companion=aws("ecr.LifecyclePolicy"),
                link="repository",
                tests=(("policy", is_set()),),
                words="lifecycle policy",
            ),
        ),
        azure=(
            Row(
                type=azure("containerregistry.Registry"),
                path="policies.retentionPolicy.status",
                accept=equals("enabled"),
                if_missing=Verdict.FAILED,
            ),
        ),
        gcp=(
            Row(
                type=gcp("artifactregistry.Repository"),
                path="cleanupPolicies[].action",
                accept=equals("DELETE"),
                if_missing=Verdict.FAILED,
                any=True,
                when=("format", equals("DOCKER")),
            ),
        ),
    ),
)
