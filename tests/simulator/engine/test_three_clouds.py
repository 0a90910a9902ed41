"""The engine over the simulated clouds, with the SDKs that users write against."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pulumi
import pulumi_aws as aws
import pulumi_azure_native as azure
import pulumi_gcp as gcp
import pytest

from simulator.cloud import SimulatedCloud
from simulator.engine.deployment import Deployment
from simulator.engine.program import InlineProgram
from simulator.engine.state import StateFile
from simulator.model import UNKNOWN
from simulator.store import Store

# Importing the SDK of AWS walks over its own deprecated modules.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

CONFIG = {
    "aws:region": "eu-west-1",
    "azure-native:location": "westeurope",
    "gcp:project": "tripod-sim",
    "gcp:region": "europe-west4",
}


def program(owner: str) -> Callable[[], None]:
    def run() -> None:
        lake = aws.s3.Bucket("lake", tags={"owner": owner})
        aws.s3.BucketPublicAccessBlock("closed", bucket=lake.id, block_public_acls=True)
        group = azure.resources.ResourceGroup("group", tags={"owner": owner})
        account = azure.storage.StorageAccount(
            "lake",
            resource_group_name=group.name,
            kind="StorageV2",
            sku=azure.storage.SkuArgs(name="Standard_LRS"),
        )
        bucket = gcp.storage.Bucket("lake", location="EU", labels={"owner": owner})
        pulumi.export("aws", lake.arn)
        pulumi.export("azure", account.id)
        pulumi.export("gcp", bucket.url)
        pulumi.export("account", aws.get_caller_identity_output().account_id)

    return run


def test_a_program_over_three_clouds_lives_and_dies(tmp_path: Path) -> None:
    def stack() -> Deployment:
        cloud = SimulatedCloud(Store(tmp_path / "cloud.db"))
        state = StateFile(tmp_path / "dev.json", "passphrase")
        return Deployment("tripod", "dev", "acme", CONFIG, [], state, cloud)

    preview = stack().preview(InlineProgram(program("a")))
    assert preview.ok, preview.errors
    assert preview.outputs["azure"] == UNKNOWN
    assert preview.counts == {"create": 6}
    assert SimulatedCloud(Store(tmp_path / "cloud.db")).inventory() == []

    up = stack().up(InlineProgram(program("a")))
    assert up.ok, up.errors
    assert up.outputs["aws"].startswith("arn:aws:s3:::lake-")
    assert up.outputs["gcp"].startswith("gs://lake-")
    assert "/providers/Microsoft.Storage/storageAccounts/lake" in up.outputs["azure"]
    assert up.outputs["account"] == "123456789012"
    assert stack().up(InlineProgram(program("a"))).counts == {"same": 6}

    changed = stack().up(InlineProgram(program("b")))
    assert changed.ok, changed.errors
    assert changed.counts == {"same": 3, "update": 3}
    assert stack().refresh().counts == {"same": 6}

    destroyed = stack().destroy()
    assert destroyed.ok, destroyed.errors
    assert SimulatedCloud(Store(tmp_path / "cloud.db")).inventory() == []
