"""Drift behind the back of a program, and arranged faults."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.model import CloudError, PartialFailure
from tests.simulator.cloud.examples import Stack, urn


def test_an_edit_behind_the_back_shows_as_drift(tmp_path: Path) -> None:
    stack = Stack.on("aws", tmp_path / "cloud.db").make_all()
    token, inputs, live = stack.made["v"]
    stack.cloud.edit(urn(token, "v"), "versioningConfiguration.status", "Suspended")
    now = stack.provider.read(urn(token, "v"), token, live.id, inputs, live.outputs)
    assert now is not None
    assert now.outputs["versioningConfiguration"]["status"] == "Suspended"
    drift = stack.provider.diff(urn(token, "v"), token, live.id, now.inputs, now.outputs, inputs, ())
    assert set(drift.detailed) == {"versioningConfiguration.status"}
    stack.cloud.remove(live.id)
    assert stack.provider.read(urn(token, "v"), token, live.id, inputs, live.outputs) is None


def test_an_edit_of_what_is_not_there_is_refused(tmp_path: Path) -> None:
    stack = Stack.on("aws", tmp_path / "cloud.db").make_all()
    with pytest.raises(CloudError, match="hold nothing"):
        stack.cloud.edit("urn:nothing", "tags", {})
    with pytest.raises(CloudError, match=r"'tags\[3\]' is no property"):
        stack.cloud.edit(stack.made["net"][2].id, "tags[3]", "x")


def test_faults_strike_as_often_as_arranged(tmp_path: Path) -> None:
    stack = Stack.on("aws", tmp_path / "cloud.db")
    stack.cloud.add_fault(
        "create", "ThrottlingException", "Rate exceeded", type_glob="aws:kms/*", name_glob="k*", times=2
    )
    for _ in range(2):
        with pytest.raises(CloudError, match="Rate exceeded") as caught:
            stack.make("aws:kms/key:Key", "key", {})
        assert caught.value.code == "ThrottlingException"
    stack.make("aws:kms/key:Key", "key", {})
    assert stack.cloud.faults() == []


def test_a_fault_of_another_name_or_operation_does_not_strike(tmp_path: Path) -> None:
    stack = Stack.on("aws", tmp_path / "cloud.db")
    number = stack.cloud.add_fault("delete", "AccessDenied", "no", name_glob="other")
    stack.make("aws:kms/key:Key", "key", {})
    stack.delete("key")
    assert [one.number for one in stack.cloud.faults()] == [number]
    stack.cloud.drop_fault(number)
    assert stack.cloud.faults() == []


def test_a_slow_operation_meets_its_timeout(tmp_path: Path) -> None:
    stack = Stack.on("aws", tmp_path / "cloud.db")
    stack.cloud.add_fault("create", latency=0.2)
    token = "aws:kms/key:Key"
    with pytest.raises(CloudError, match=r"longer than 0\.05 s") as caught:
        stack.provider.create(urn(token, "key"), token, {}, preview=False, timeout=0.05)
    assert caught.value.code == "Timeout"


def test_a_partial_failure_leaves_the_object_behind(tmp_path: Path) -> None:
    stack = Stack.on("aws", tmp_path / "cloud.db")
    stack.cloud.add_fault("create", "InternalFailure", "endpoint did not reach InService", partial=True)
    token = "aws:kms/key:Key"
    with pytest.raises(PartialFailure) as caught:
        stack.provider.create(urn(token, "key"), token, {}, preview=False, timeout=0)
    assert [one.id for one in stack.cloud.inventory()] == [caught.value.live.id]
