"""Functions as a program meets them, through the engine and the SDK."""

from __future__ import annotations

from pathlib import Path

import pulumi
import pulumi_aws as aws
import pulumi_azure_native as azure
import pytest

from simulator.cloud import SimulatedCloud
from simulator.engine.deployment import Deployment
from simulator.engine.program import InlineProgram
from simulator.engine.state import StateFile
from simulator.store import Store

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def program() -> None:
    network = aws.ec2.Vpc("net", cidr_block="10.0.0.0/16")
    pulumi.export("cidr", aws.ec2.get_vpc_output(id=network.id).cidr_block)
    group = azure.resources.ResourceGroup("group")
    account = azure.storage.StorageAccount(
        "lake", resource_group_name=group.name, kind="StorageV2", sku=azure.storage.SkuArgs(name="Standard_LRS")
    )
    keys = azure.storage.list_storage_account_keys_output(account_name=account.name, resource_group_name=group.name)
    pulumi.export("key", keys.apply(lambda answer: answer.keys[0].value))


def test_a_program_looks_up_what_it_made_and_its_keys_stay_secret(tmp_path: Path) -> None:
    state = StateFile(tmp_path / "dev.json", "passphrase")
    config = {"aws:region": "eu-west-1", "azure-native:location": "westeurope"}
    cloud = SimulatedCloud(Store(tmp_path / "cloud.db"))
    done = Deployment("tripod", "dev", "acme", config, [], state, cloud).up(InlineProgram(program))
    assert done.ok, done.errors
    assert done.outputs["cidr"] == "10.0.0.0/16"
    key = done.outputs["key"]["value"]
    assert len(key) == 88
    assert key not in state.path.read_text()
