"""Every call of the provider protocol, against launched plugins."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2

from simulator.cloud import SimulatedCloud
from simulator.engine.values import make_secret
from simulator.model import UNKNOWN, CloudError, PartialFailure
from simulator.plugin import sdk_version
from simulator.records import Effect
from simulator.store import Store
from tests.simulator.cloud.examples import CLOUDS, CONFIGS, EXAMPLES, Stack, urn
from tests.simulator.plugin.client import Client

KEY = "aws:kms/key:Key"
CONFIGURATION = "aws:sagemaker/endpointConfiguration:EndpointConfiguration"
BUCKET = "aws:s3/bucket:Bucket"


@pytest.fixture
def aws(tmp_path: Path) -> Iterator[Client]:
    with Client("aws", tmp_path / "cloud.db") as client:
        client.configure(dict(CONFIGS["aws"]))
        yield client


@pytest.mark.parametrize("package", CLOUDS)
def test_the_wire_changes_nothing_about_a_provider(package: str, tmp_path: Path) -> None:
    """Equal salt, equal calls: what comes back over gRPC is what the provider says in this process."""
    there, here = tmp_path / "there.db", tmp_path / "here.db"
    Store(there).close()
    here.write_bytes(there.read_bytes())
    direct = Stack.on(package, here)
    with Client(package, there) as client:
        client.configure(dict(CONFIGS[package]))
        remote = Stack(package, SimulatedCloud(Store(there)), client)  # type: ignore[arg-type]
        for token, name, inputs in EXAMPLES[package]:
            given = direct.filled(inputs)
            assert client.check(urn(token, name), token, {}, given, b"s") == direct.provider.check(
                urn(token, name), token, {}, given, b"s"
            )
            planned = client.create(urn(token, name), token, given, preview=True, timeout=0)
            assert (
                planned.outputs
                == direct.provider.create(urn(token, name), token, given, preview=True, timeout=0).outputs
            ), name
            remote.make(token, name, inputs)
            direct.make(token, name, inputs)
            assert remote.made[name][2].id == direct.made[name][2].id
            assert _timeless(remote.made[name][2].outputs) == _timeless(direct.made[name][2].outputs), name
        for name, (token, inputs, live) in remote.made.items():
            read = client.read(urn(token, name), token, live.id, inputs, live.outputs)
            assert read is not None
            assert (read.id, read.inputs, read.outputs) == (live.id, inputs, live.outputs)
        assert [one.urn for one in remote.cloud.inventory()] == [one.urn for one in direct.cloud.inventory()]
        for name in reversed(remote.made):
            remote.delete(name)
        assert remote.cloud.inventory() == []


def _timeless(outputs: dict[str, object]) -> dict[str, object]:
    """Outputs without moments: the two stacks are made one after the other."""
    return {key: value for key, value in outputs.items() if "time" not in key.lower() and "date" not in key.lower()}


def test_it_says_what_it_is_and_takes_no_marks(aws: Client) -> None:
    info = aws.stub.GetPluginInfo(empty_pb2.Empty(), timeout=30)
    assert info.version == f"{sdk_version('aws')}+simulated"
    hand = aws.stub.Handshake(provider_pb2.ProviderHandshakeRequest(engine_address="127.0.0.1:1"), timeout=30)
    assert not (hand.accept_secrets or hand.accept_resources or hand.accept_outputs)
    assert not hand.supports_autonaming_configuration
    configured = aws.stub.Configure(provider_pb2.ConfigureRequest(), timeout=30)
    assert configured.supportsPreview
    assert not (configured.acceptSecrets or configured.acceptResources or configured.acceptOutputs)
    assert aws.stub.Attach(plugin_pb2.PluginAttach(address="127.0.0.1:1"), timeout=30) == empty_pb2.Empty()
    assert aws.stub.Cancel(empty_pb2.Empty(), timeout=30) == empty_pb2.Empty()


@pytest.mark.parametrize(
    ("method", "request_"),
    [
        ("Construct", provider_pb2.ConstructRequest()),
        ("Call", provider_pb2.CallRequest()),
        ("Parameterize", provider_pb2.ParameterizeRequest()),
        ("GetSchema", provider_pb2.GetSchemaRequest()),
        ("GetMapping", provider_pb2.GetMappingRequest()),
    ],
)
def test_what_is_absent_is_unimplemented(aws: Client, method: str, request_: object) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        getattr(aws.stub, method)(request_, timeout=30)
    assert caught.value.code() is grpc.StatusCode.UNIMPLEMENTED


def test_the_configuration_is_checked_and_a_move_replaces(aws: Client) -> None:
    assert aws.check_config({"region": "eu-west-1", "version": "7.0.0"}).failures == ()
    [failure] = aws.check_config({"region": "eu-west-1", "regoin": "x"}).failures
    assert failure.property == "regoin"
    assert "did you mean 'region'?" in failure.reason
    difference = aws.diff_config({"region": "eu-west-1"}, {"region": "us-east-1"})
    assert difference.replaces == ("region",)
    secret = {"region": make_secret("eu-west-1")}
    assert aws.check_config(secret).inputs == {"region": "eu-west-1"}


def test_a_fault_of_an_input_names_the_path_and_unknowns_pass(aws: Client) -> None:
    where = urn(CONFIGURATION, "config")
    variant = {"modelName": UNKNOWN, "initialInstanceCount": "two", "instanceType": "ml.m5.large"}
    checked = aws.check(where, CONFIGURATION, {}, {"productionVariants": [variant]}, b"seed")
    assert [failure.property for failure in checked.failures] == ["productionVariants[0].initialInstanceCount"]
    assert checked.inputs["productionVariants"][0]["modelName"] == UNKNOWN


def test_a_preview_answers_unknowns_and_makes_nothing(aws: Client, tmp_path: Path) -> None:
    planned = aws.create(urn(KEY, "key"), KEY, {"enableKeyRotation": True}, preview=True, timeout=0)
    assert (planned.id, planned.outputs["arn"], planned.outputs["enableKeyRotation"]) == ("", UNKNOWN, True)
    live = aws.create(urn(KEY, "key"), KEY, {}, preview=False, timeout=0)
    aws.update(urn(KEY, "key"), KEY, live.id, {}, live.outputs, {"description": "x"}, (), preview=True, timeout=0)
    [stored] = SimulatedCloud(Store(tmp_path / "cloud.db")).inventory()
    assert (stored.id, "description" in stored.inputs) == (live.id, False)


def test_a_difference_says_what_replaces_and_in_which_order(aws: Client) -> None:
    where = urn(BUCKET, "b")
    old = {"bucket": "acme-raw", "tags": {"a": "1", "b": "2"}, "forceDestroy": False}
    new = {"bucket": "acme-new", "tags": {"a": "3"}, "forceDestroy": False, "objectLockEnabled": True}
    found = aws.diff(where, BUCKET, "acme-raw", old, old, new, ())
    assert {path: (diff.kind, diff.replace) for path, diff in found.detailed.items()} == {
        "bucket": ("update", True),
        "tags.a": ("update", False),
        "tags.b": ("delete", False),
        "objectLockEnabled": ("add", True),
    }
    assert not aws.diff(where, BUCKET, "acme-raw", old, old, new, tuple(new)).changes
    ring = {"name": "churn", "endpointConfigName": "a"}
    endpoint = "aws:sagemaker/endpoint:Endpoint"
    renamed = aws.diff(urn(endpoint, "e"), endpoint, "churn", ring, ring, {**ring, "endpointConfigName": "b"}, ())
    assert list(renamed.detailed) == ["endpointConfigName"]


def test_a_manual_name_that_stays_is_deleted_before_it_is_made_again(aws: Client) -> None:
    role = "aws:iam/role:Role"
    old = {"name": "exec", "assumeRolePolicy": "{}", "path": "/a/"}
    assert aws.diff(urn(role, "r"), role, "exec", old, old, {**old, "path": "/b/"}, ()).delete_before_replace


def test_the_refusal_of_a_cloud_comes_in_its_words(aws: Client) -> None:
    with pytest.raises(CloudError, match="vpc-0") as caught:
        aws.create(
            urn("aws:ec2/subnet:Subnet", "s"),
            "aws:ec2/subnet:Subnet",
            {"vpcId": "vpc-0123456789abcdef0", "cidrBlock": "10.0.0.0/24"},
            preview=False,
            timeout=0,
        )
    assert caught.value.code.startswith("Invalid")
    with pytest.raises(CloudError, match="not simulated"):
        aws.invoke("aws:nowhere/getNothing:getNothing", {}, preview=False)
    with pytest.raises(CloudError):
        aws.update(urn(KEY, "k"), KEY, "gone", {}, {}, {"description": "x"}, (), preview=False, timeout=0)


def test_a_fault_in_the_plugin_itself_is_internal_and_leaves_a_trace(aws: Client) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        aws.stub.Create(provider_pb2.CreateRequest(urn="no urn"), timeout=30)
    assert caught.value.code() is grpc.StatusCode.INTERNAL
    assert "internal error of the simulator: ValueError" in caught.value.details()
    assert "Traceback" in aws.close()[2]


def test_functions_answer(aws: Client) -> None:
    assert aws.invoke("aws:index/getRegion:getRegion", {}, preview=False)["region"] == "eu-west-1"


def test_a_half_made_resource_comes_with_its_state(aws: Client, tmp_path: Path) -> None:
    cloud = SimulatedCloud(Store(tmp_path / "cloud.db"))
    cloud.add_fault("create", "Throttled", "half done", effect=Effect.PARTIAL)
    with pytest.raises(PartialFailure, match="half done") as caught:
        aws.create(urn(KEY, "k"), KEY, {"description": "d"}, preview=False, timeout=0)
    live = caught.value.live
    assert live.outputs["arn"].endswith(live.id)
    assert live.inputs == {"description": "d"}
    assert [stored.id for stored in cloud.inventory()] == [live.id]


def test_a_read_of_what_is_gone_has_no_id_and_an_import_has_inputs(aws: Client) -> None:
    where = urn(KEY, "k")
    live = aws.create(where, KEY, {"description": "d"}, preview=False, timeout=0)
    imported = aws.read(where, KEY, live.id, {}, {})
    assert imported is not None
    assert imported.inputs["description"] == "d"
    assert aws.read(where, KEY, "00000000-0000-4000-8000-000000000000", {}, {}) is None
    answer = aws.stub.Read(provider_pb2.ReadRequest(urn=where, type=KEY, id="gone"), timeout=30)
    assert answer.id == ""


def test_a_large_message_passes(aws: Client) -> None:
    content = "x" * (8 * 1024 * 1024)
    token = "aws:s3/bucketObjectv2:BucketObjectv2"
    bucket = aws.create(urn(BUCKET, "b"), BUCKET, {"bucket": "acme-raw"}, preview=False, timeout=0)
    made = aws.create(
        urn(token, "o"), token, {"bucket": bucket.id, "key": "k", "content": content}, preview=False, timeout=0
    )
    assert made.outputs["content"] == content


def test_the_type_is_read_from_the_urn_when_an_engine_does_not_say_it(aws: Client) -> None:
    request = provider_pb2.CreateRequest(urn=f"urn:pulumi:dev::p::my:index:Group${KEY}::k")
    assert aws.stub.Create(request, timeout=30).id
