"""Create, read, update, delete on the three clouds: ids, outputs, references, uniqueness, afterlife."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pulumi import _types as pulumi_types
from pulumi.runtime import rpc

from simulator.catalogue.shapes import shape_of
from simulator.catalogue.sources.sdk import resource_class
from simulator.model import UNKNOWN, CloudError
from tests.simulator.cloud.examples import CLOUDS, EXAMPLES, Stack, urn


@pytest.fixture(params=CLOUDS)
def stack(request: pytest.FixtureRequest, tmp_path: Path) -> Stack:
    return Stack.on(request.param, tmp_path / "cloud.db")


def test_examples_are_created_read_and_deleted_backwards(stack: Stack) -> None:
    stack.make_all()
    for name, (token, inputs, live) in stack.made.items():
        read = stack.provider.read(urn(token, name), token, live.id, inputs, live.outputs)
        assert read is not None
        assert (read.id, read.inputs, read.outputs) == (live.id, inputs, live.outputs)
    assert [one.urn.rsplit("::", 1)[1] for one in stack.cloud.inventory()] == list(stack.made)
    for name in reversed(stack.made):
        stack.delete(name)
    assert stack.cloud.inventory() == []


def test_outputs_are_read_by_the_typed_sdk_and_nothing_required_is_missing(stack: Stack) -> None:
    stack.make_all()
    for token, _, live in stack.made.values():
        shape = shape_of(token)
        types = pulumi_types.resource_types(resource_class(token)[0])
        for name, value in live.outputs.items():
            if not name.startswith("__"):
                rpc.translate_output_properties(value, lambda key: key, types.get(name), True)
        computed = {n for n, p in shape.outputs.items() if p.required and n in shape.computed}
        assert computed <= live.outputs.keys()


def test_a_preview_knows_inputs_and_not_what_is_computed(stack: Stack) -> None:
    token, name, inputs = EXAMPLES[stack.package][0]
    live = stack.provider.create(urn(token, name), token, inputs, preview=True, timeout=0)
    assert live.id == ""
    known = {"aws": "tagsAll", "azure-native": "tags", "gcp": "effectiveLabels"}[stack.package]
    hidden = {"aws": "arn", "azure-native": "type", "gcp": "selfLink"}[stack.package]
    assert live.outputs[hidden] == UNKNOWN
    assert live.outputs.get(known, {}) != UNKNOWN
    assert stack.cloud.inventory() == []


FORMATS = {
    "aws": {
        "net": r"vpc-[0-9a-f]{17}",
        "key": r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
        "Lake": r"lake-[0-9a-f]{7}",
        "exec": r"exec-[0-9a-f]{7}",
        "p": r"exec-[0-9a-f]{7}:p-[0-9a-f]{7}",
        "config": r"config-[0-9a-f]{7}",
        "endpoint": r"churn",
    },
    "azure-native": {
        "rg": r"/subscriptions/0{8}-0{4}-0{4}-0{4}-0{12}/resourceGroups/rg[0-9a-f]{8}",
        "stg": r"/subscriptions/.{36}/resourceGroups/rg\w{8}/providers/Microsoft.Storage/storageAccounts/stg\w{8}",
        "raw": r"/subscriptions/.*/storageAccounts/stg\w{8}/blobServices/default/containers/raw",
        "cpu": r"/subscriptions/.*/Microsoft.MachineLearningServices/workspaces/ws\w{8}/computes/cpu",
        "1": r"/subscriptions/.*/workspaces/ws\w{8}/data/customers/versions/1",
        "churn": r"/subscriptions/.*/workspaces/ws\w{8}/onlineEndpoints/churn[0-9a-f]{8}",
        "blue": r"/subscriptions/.*/onlineEndpoints/churn\w{8}/deployments/blue",
        "reader": r"/subscriptions/.*/stg\w{8}/providers/Microsoft.Authorization/roleAssignments/[0-9a-f-]{36}",
    },
    "gcp": {
        "net": r"projects/acme-ml-dev/global/networks/net-[0-9a-f]{7}",
        "sub": r"projects/acme-ml-dev/regions/europe-west4/subnetworks/sub-[0-9a-f]{7}",
        "ring": r"projects/acme-ml-dev/locations/europe-west4/keyRings/ml",
        "key": r"projects/acme-ml-dev/locations/europe-west4/keyRings/ml/cryptoKeys/data",
        "serving": r"projects/acme-ml-dev/serviceAccounts/ml-serving@acme-ml-dev.iam.gserviceaccount.com",
        "Lake": r"lake-[0-9a-f]{7}",
        "usage": r"projects/acme-ml-dev/datasets/features/tables/usage",
        "endpoint": r"projects/acme-ml-dev/locations/europe-west4/endpoints/123456789",
    },
}


def test_ids_have_the_form_of_their_cloud(stack: Stack) -> None:
    stack.make_all()
    for name, pattern in FORMATS[stack.package].items():
        assert re.fullmatch(pattern, stack.made[name][2].id), (name, stack.made[name][2].id)


def test_equal_histories_give_equal_ids_but_a_second_life_another(tmp_path: Path) -> None:
    one = Stack.on("aws", tmp_path / "cloud.db")
    first = one.make("aws:ec2/vpc:Vpc", "net", {"cidrBlock": "10.0.0.0/16"})
    one.delete("net")
    second = one.make("aws:ec2/vpc:Vpc", "net", {"cidrBlock": "10.0.0.0/16"})
    assert first.id != second.id
    assert first.outputs["arn"] == f"arn:aws:ec2:eu-west-1:123456789012:vpc/{first.id}"


def test_identities_are_a_list_of_ids_going_in_and_an_object_coming_out(tmp_path: Path) -> None:
    azure = Stack.on("azure-native", tmp_path / "cloud.db").make_all()
    identity = azure.made["uai"][2].id
    shown = azure.made["ws"][2].outputs["identity"]["userAssignedIdentities"]
    assert set(shown) == {identity}
    assert set(shown[identity]) == {"clientId", "principalId"}
    assert re.fullmatch(r"[0-9a-f-]{36}", azure.made["churn"][2].outputs["identity"]["principalId"])


def test_what_eventarc_makes_beside_a_trigger_stands_in_its_transport(tmp_path: Path) -> None:
    gcp = Stack.on("gcp", tmp_path / "cloud.db")
    topic = gcp.make("gcp:pubsub/topic:Topic", "drift", {"name": "drift"})
    account = gcp.make("gcp:serviceaccount/account:Account", "caller", {"accountId": "caller"})
    inputs = {
        "name": "retrain",
        "location": "europe-west4",
        "matchingCriterias": [{"attribute": "type", "value": "google.cloud.pubsub.topic.v1.messagePublished"}],
        "transport": {"pubsub": {"topic": topic.id}},
        "serviceAccount": account.outputs["email"],
        "destination": {"httpEndpoint": {"uri": "https://example.com"}},
    }
    made = gcp.make("gcp:eventarc/trigger:Trigger", "retrain", inputs)
    assert made.outputs["transport"]["pubsub"]["topic"] == topic.id
    subscription = made.outputs["transport"]["pubsub"]["subscription"]
    assert re.fullmatch(r"projects/acme-ml-dev/subscriptions/eventarc-europe-west4-retrain-sub-\d{3}", subscription)
    token = "gcp:eventarc/trigger:Trigger"
    planned = gcp.provider.create(urn(token, "other"), token, inputs, preview=True, timeout=0)
    assert planned.outputs["transport"] == inputs["transport"]


def test_an_update_changes_in_place_and_keeps_what_was_computed(tmp_path: Path) -> None:
    stack = Stack.on("aws", tmp_path / "cloud.db")
    token = "aws:kms/key:Key"
    old = stack.make(token, "key", {"description": "old", "tags": {"a": "1"}})
    inputs = stack.made["key"][1]
    new = stack.provider.update(
        urn(token, "key"), token, old.id, inputs, old.outputs, {"description": "new"}, (), preview=False, timeout=0
    )
    assert (new.id, new.outputs["arn"], new.outputs["keyId"]) == (old.id, old.outputs["arn"], old.outputs["keyId"])
    assert new.outputs["description"] == "new"
    assert "tags" not in new.outputs
    assert new.outputs["tagsAll"] == {}


def test_azure_refuses_the_update_of_a_create_only_field_that_the_provider_plans(tmp_path: Path) -> None:
    stack = Stack.on("azure-native", tmp_path / "cloud.db").make_all()
    token, inputs, live = stack.made["cpu"]
    properties = inputs["properties"]
    bigger = {**properties, "properties": {**properties["properties"], "vmSize": "Standard_DS4_v2"}}
    news = {**inputs, "properties": bigger}
    plan = stack.provider.diff(urn(token, "cpu"), token, live.id, inputs, live.outputs, news, ())
    assert plan.changes
    assert plan.replaces == ()
    with pytest.raises(CloudError, match=r"replace_on_changes=\['properties.properties.vmSize'\]") as caught:
        stack.provider.update(
            urn(token, "cpu"), token, live.id, inputs, live.outputs, news, (), preview=False, timeout=0
        )
    assert caught.value.code == "PropertyChangeNotAllowed"


def test_reset_forgets_everything(stack: Stack) -> None:
    stack.make_all()
    stack.cloud.add_fault("create", "X")
    stack.cloud.reset()
    assert (stack.cloud.inventory(), stack.cloud.graveyard(), stack.cloud.faults()) == ([], [], [])
    stack.make_all()


def test_other_packages_are_refused(stack: Stack) -> None:
    with pytest.raises(CloudError, match="'kubernetes' is not simulated"):
        stack.cloud("kubernetes", "4.0.0")
