"""The kit's policy pack under the CLI, as `pulumi preview --policy-pack policies` starts it: the same verdicts."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from components.core.cloud import Cloud
from tests.differential.case import Case, preview, up
from tests.differential.engines import Cli, Embedded
from tests.differential.kit import ROOT, shipped
from tests.differential.story import pair

pytestmark = [
    pytest.mark.needs_pulumi,
    pytest.mark.skipif(shutil.which("pulumi") is None, reason="the Pulumi CLI is not on PATH"),
]

TAGS = {"owner": "ml", "cost-center": "42", "environment": "dev"}


def on_aws(version: int) -> None:
    import pulumi_aws as aws

    bucket = aws.s3.Bucket("open", tags=TAGS)
    blocked = version > 1
    aws.s3.BucketPublicAccessBlock("door", bucket=bucket.id, block_public_acls=blocked, restrict_public_buckets=blocked)


def on_azure(version: int) -> None:
    import pulumi_azure_native as azure

    group = azure.resources.ResourceGroup("group", tags=TAGS)
    azure.storage.StorageAccount(
        "open",
        resource_group_name=group.name,
        kind="StorageV2",
        sku={"name": "Standard_LRS"},
        allow_blob_public_access=version == 1,
        tags=TAGS,
    )


def on_gcp(version: int) -> None:
    import pulumi_gcp as gcp

    gcp.storage.Bucket("open", location="EU", public_access_prevention="inherited", labels=TAGS)


PROGRAMS = {
    Cloud.AWS: (on_aws, {"aws:region": "eu-west-1"}, ("store-no-public-access-links", "open")),
    Cloud.AZURE: (on_azure, {"azure-native:location": "westeurope"}, ("store-no-public-access", "open")),
    Cloud.GCP: (
        on_gcp,
        {"gcp:project": "acme-ml-dev", "gcp:region": "europe-west4"},
        ("store-no-public-access", "open"),
    ),
}
TYPES = {
    Cloud.AWS: "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    Cloud.AZURE: "azure-native:storage:StorageAccount",
    Cloud.GCP: "gcp:storage/bucket:Bucket",
}
"""What a mandatory rule speaks against is not made."""


def judged(case: Case, directory: Path) -> tuple[Embedded, Cli]:
    engines = pair(case, directory, hosted=True)
    for engine in engines:
        engine.pack = ROOT / "policies"
    return engines


@pytest.mark.parametrize("cloud", list(Cloud))
def test_both_engines_find_the_same_in_a_program_of_somebody_else(cloud: Cloud, tmp_path: Path) -> None:
    program, own, faulty = PROGRAMS[cloud]
    config = {**own, "tripod:cloud": cloud.value, "tripod:profile": "regulated"}
    embedded, cli = judged(Case(f"foreign-{cloud.value}", program, (), lambda _: config), tmp_path)
    for operation, action in (("preview", preview(1)), ("up", up(1, fails=True))):
        here, there = embedded.run(operation, action), cli.run(operation, action)
        assert here.violations == there.violations, operation
        assert (here.ok, there.ok) == (False, False), operation
        named = {(policy, urn.rsplit("::", 1)[-1]) for policy, level, urn in there.violations if level == "mandatory"}
        if operation == "preview":  # what stops an update at a resource leaves the stack unjudged
            assert faulty in named
    made = [
        {item.urn for item in engine.snapshot().resources if item.type == TYPES[cloud]} for engine in (embedded, cli)
    ]
    assert made == [set(), set()]


@pytest.mark.parametrize(
    "stack", [f"{cloud}-{kind}" for cloud in ("aws", "azure", "gcp") for kind in ("dev", "prod", "lake")]
)
def test_both_engines_let_the_shipped_stacks_pass(stack: str, tmp_path: Path) -> None:
    embedded, cli = judged(shipped(stack), tmp_path)
    action = preview(1, stack=stack)
    here, there = embedded.run("preview", action), cli.run("preview", action)
    assert here.ok and there.ok, there.said
    assert here.violations == there.violations
    assert {level for _, level, _ in there.violations} <= {"advisory"}
