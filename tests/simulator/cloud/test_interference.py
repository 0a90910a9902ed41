"""Drift behind the back of a program, and arranged faults."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from simulator.model import CloudError, Live, PartialFailure
from simulator.records import Effect
from tests.simulator.cloud.examples import EXAMPLES, Stack, urn


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
    stack.cloud.add_fault("create", "AccessDenied", "no", type_glob="aws:kms/*", name_glob="k*", times=2)
    for _ in range(2):
        with pytest.raises(CloudError, match="no") as caught:
            stack.make("aws:kms/key:Key", "key", {})
        assert caught.value.code == "AccessDenied"
    stack.make("aws:kms/key:Key", "key", {})
    assert stack.cloud.faults() == []


THROTTLED = [
    ("aws", "aws:kms/key:Key", "key", "ThrottlingException", 25),
    ("azure-native", "azure-native:resources:ResourceGroup", "rg", "SubscriptionRequestsThrottled", 4),
    ("gcp", "gcp:kms/keyRing:KeyRing", "ring", "429", 124),
]
"""Requests that each provider sends before it gives up."""


@pytest.mark.parametrize(("package", "token", "name", "code", "attempts"), THROTTLED)
def test_a_provider_outlasts_throttling_until_its_attempts_are_used_up(
    tmp_path: Path, package: str, token: str, name: str, code: str, attempts: int
) -> None:
    inputs = next(given for kind, named, given in EXAMPLES[package] if (kind, named) == (token, name))
    stack = Stack.on(package, tmp_path / "cloud.db")
    stack.cloud.add_fault("create", code, "Rate exceeded", type_glob=token, times=attempts)
    with pytest.raises(CloudError, match=f"Rate exceeded .gave up after {attempts} attempts") as caught:
        stack.make(token, name, inputs)
    assert caught.value.code == code
    assert stack.cloud.faults() == []
    stack.cloud.add_fault("create", code, type_glob=token, times=attempts - 1)
    assert stack.make(token, name, inputs).id
    assert stack.cloud.faults() == []


def test_max_retries_of_the_configuration_and_a_short_timeout_leave_fewer_attempts(tmp_path: Path) -> None:
    stack = Stack.on("aws", tmp_path / "cloud.db")
    stack.provider.configure({"region": "eu-west-1", "maxRetries": 3})
    stack.cloud.add_fault("create", "Throttling", times=3)
    with pytest.raises(CloudError, match="after 3 attempts"):
        stack.make("aws:kms/key:Key", "key", {})
    stack.provider.configure({"region": "eu-west-1"})
    google = Stack.on("gcp", tmp_path / "google.db")
    google.cloud.add_fault("create", "503", times=4)
    token = "gcp:kms/keyRing:KeyRing"
    with pytest.raises(CloudError, match="after 4 attempts"):
        google.provider.create(
            urn(token, "ring"), token, {"name": "ml", "location": "europe-west4"}, preview=False, timeout=5
        )


IMPOSSIBLE = [
    ({"operation": "fly"}, "'fly' is no operation; use create, read, update, delete, *"),
    ({"operation": "create", "times": 0}, "use 1 or more"),
    ({"operation": "create", "latency": -1.0}, "out of range"),
    ({"operation": "delete", "effect": Effect.PARTIAL}, "a delete cannot be partial"),
    ({"operation": "*", "type_glob": "aws:sagemaker/endpont:Endpoint"}, "aws:sagemaker/endpoint:Endpoint"),
    ({"operation": "*", "type_glob": "aws:sagemakr/*"}, "no resource type of aws, azure-native, gcp matches"),
]


@pytest.mark.parametrize(("arguments", "words"), IMPOSSIBLE)
def test_a_fault_that_could_never_strike_is_refused(tmp_path: Path, arguments: dict[str, Any], words: str) -> None:
    stack = Stack.on("aws", tmp_path / "cloud.db")
    with pytest.raises(CloudError) as caught:
        stack.cloud.add_fault(**arguments)
    assert words in caught.value.message
    assert stack.cloud.faults() == []
    with pytest.raises(CloudError, match="there is no fault 7; arranged are none"):
        stack.cloud.drop_fault(7)


def test_a_fault_of_another_name_or_operation_does_not_strike(tmp_path: Path) -> None:
    stack = Stack.on("aws", tmp_path / "cloud.db")
    number = stack.cloud.add_fault("delete", "AccessDenied", "no", name_glob="other")
    stack.make("aws:kms/key:Key", "key", {})
    stack.delete("key")
    assert [one.number for one in stack.cloud.faults()] == [number]
    stack.cloud.drop_fault(number)
    assert stack.cloud.faults() == []


TOKEN = "aws:iam/role:Role"
ROLE = {"name": "exec", "assumeRolePolicy": "{}"}


def create(stack: Stack, timeout: float = 0) -> Live:
    """Create the role that the tests below disturb."""
    return stack.provider.create(urn(TOKEN, "role"), TOKEN, ROLE, preview=False, timeout=timeout)


@pytest.mark.parametrize("fault", [{"latency": 0.2}, {"effect": Effect.TIMEOUT}])
def test_an_operation_that_outlasts_its_timeout_goes_on_in_the_cloud(tmp_path: Path, fault: dict[str, Any]) -> None:
    stack = Stack.on("aws", tmp_path / "cloud.db")
    stack.cloud.add_fault("create", **fault)
    with pytest.raises(PartialFailure, match=r"longer than 0\.05 s; it goes on") as caught:
        create(stack, timeout=0.05)
    assert caught.value.code == "Timeout"
    assert [one.id for one in stack.cloud.inventory()] == [caught.value.live.id] == ["exec"]


def test_a_partial_failure_leaves_the_object_behind(tmp_path: Path) -> None:
    stack = Stack.on("aws", tmp_path / "cloud.db")
    stack.cloud.add_fault("create", "InternalFailure", "endpoint did not reach InService", effect=Effect.PARTIAL)
    with pytest.raises(PartialFailure, match="did not reach InService") as caught:
        create(stack)
    assert [one.id for one in stack.cloud.inventory()] == [caught.value.live.id]


def test_a_lost_answer_hides_an_object_that_the_next_creation_runs_into(tmp_path: Path) -> None:
    stack = Stack.on("aws", tmp_path / "cloud.db")
    stack.cloud.add_fault("create", effect=Effect.LOST)
    with pytest.raises(CloudError, match="connection reset by peer") as caught:
        create(stack)
    assert not isinstance(caught.value, PartialFailure)
    with pytest.raises(CloudError) as again:
        create(stack)
    assert again.value.code == "EntityAlreadyExists"


def test_a_lost_read_finds_nothing_once(tmp_path: Path) -> None:
    stack = Stack.on("aws", tmp_path / "cloud.db")
    live = create(stack)
    stack.cloud.add_fault("read", effect=Effect.LOST)
    assert stack.provider.read(urn(TOKEN, "role"), TOKEN, live.id, {}, {}) is None
    assert stack.provider.read(urn(TOKEN, "role"), TOKEN, live.id, {}, {}) == live


def test_a_lost_deletion_has_taken_place_and_its_repetition_finds_nothing_to_do(tmp_path: Path) -> None:
    stack = Stack.on("aws", tmp_path / "cloud.db")
    live = create(stack)
    stack.cloud.add_fault("delete", effect=Effect.LOST)
    with pytest.raises(CloudError, match="reset by peer"):
        stack.provider.delete(urn(TOKEN, "role"), TOKEN, live.id, ROLE, live.outputs, timeout=0)
    assert stack.cloud.inventory() == []
    stack.provider.delete(urn(TOKEN, "role"), TOKEN, live.id, ROLE, live.outputs, timeout=0)
