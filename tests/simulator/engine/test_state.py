"""The state file: its format, its secrets, its refusals."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pulumi
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pulumi import Output, ResourceOptions

from simulator.engine.errors import StateError
from simulator.engine.resource import CustomTimeouts, Resource
from simulator.engine.secrets import Crypter
from simulator.engine.state import Operation, Snapshot, StateFile, normalise
from simulator.engine.values import make_secret
from simulator.model import SECRET_SIG, SIG_KEY
from tests.simulator.engine.fake import Group, Thing
from tests.simulator.engine.harness import Bench

STACK = "urn:pulumi:dev::project::pulumi:pulumi:Stack::project-dev"


def full() -> Resource:
    return Resource(
        urn="urn:pulumi:dev::project::fake:index:Thing::one",
        type="fake:index:Thing",
        custom=True,
        id="id-1",
        inputs={"a": 1, "b": [None, True, 1.5], "password": make_secret({"deep": make_secret("x")})},
        outputs={"arn": "arn:1"},
        parent=STACK,
        protect=True,
        external=True,
        delete=True,
        dependencies=[STACK],
        property_dependencies={"a": [STACK]},
        provider="urn:pulumi:dev::project::pulumi:providers:fake::default::id-0",
        init_errors=["late"],
        additional_secret_outputs=["arn"],
        custom_timeouts=CustomTimeouts(create=60, delete=1.5),
        import_id="i",
        retain_on_delete=True,
        deleted_with=STACK,
        ignore_changes=["a.b"],
        replace_on_changes=["c"],
        hide_diff=["d[0]"],
        replacement_trigger=make_secret("t"),
        created="2026-01-01T00:00:00Z",
        modified="2026-01-02T00:00:00Z",
    )


def minimal() -> list[Resource]:
    provider = Resource(
        "urn:pulumi:dev::project::pulumi:providers:fake::default", "pulumi:providers:fake", True, id="id-0"
    )
    return [Resource(STACK, "pulumi:pulumi:Stack", False), provider]


def test_a_resource_survives_the_round_trip(tmp_path: Path) -> None:
    file = StateFile(tmp_path / "s.json", "p")
    file.save(Snapshot([*minimal(), full()], [Operation("creating", full())]))
    loaded = StateFile(file.path, "p").load()
    assert vars(loaded.resources[2]) == vars(full())
    assert [(item.type, vars(item.resource)) for item in loaded.operations] == [("creating", vars(full()))]


def test_the_document_is_a_deployment_of_version_3(tmp_path: Path) -> None:
    file = StateFile(tmp_path / "s.json", "p")
    file.save(Snapshot([*minimal(), full()]))
    document = json.loads(file.path.read_text())
    assert document.keys() == {"version", "deployment"}
    assert document["version"] == 3
    deployment = document["deployment"]
    assert deployment.keys() == {"manifest", "secrets_providers", "resources", "metadata"}
    manifest = deployment["manifest"]
    assert manifest["magic"] == hashlib.sha256(manifest["version"].encode()).hexdigest()
    assert deployment["secrets_providers"]["type"] == "passphrase"
    version, salt, proof = deployment["secrets_providers"]["state"]["salt"].split(":", 2)
    assert version == "v1"
    assert salt.endswith("=")
    assert proof.startswith("v1:")
    assert deployment["resources"][0] == {"urn": STACK, "custom": False, "type": "pulumi:pulumi:Stack"}
    one = deployment["resources"][2]
    assert one["inputs"]["password"].keys() == {SIG_KEY, "ciphertext"}
    assert one["inputs"]["password"][SIG_KEY] == SECRET_SIG
    assert one["customTimeouts"] == {"create": 60, "delete": 1.5}
    assert set(one) == {
        "urn",
        "type",
        "custom",
        "id",
        "inputs",
        "outputs",
        "parent",
        "protect",
        "external",
        "delete",
        "dependencies",
        "propertyDependencies",
        "provider",
        "initErrors",
        "additionalSecretOutputs",
        "customTimeouts",
        "importID",
        "retainOnDelete",
        "deletedWith",
        "ignoreChanges",
        "replaceOnChanges",
        "hideDiff",
        "replacementTrigger",
        "created",
        "modified",
    }


def test_features_raise_the_version(tmp_path: Path) -> None:
    file = StateFile(tmp_path / "s.json", "p")
    file.save(Snapshot([Resource(STACK, "pulumi:pulumi:Stack", False, replace_with=["x"], taint=True)]))
    document = json.loads(file.path.read_text())
    assert (document["version"], document["features"]) == (4, ["replaceWith", "taint"])
    assert file.load().resources[0].taint


def test_a_stack_that_never_was_is_empty(tmp_path: Path) -> None:
    file = StateFile(tmp_path / "absent" / "s.json", "p")
    assert file.load() == Snapshot()
    assert file.outputs() is None
    assert not (tmp_path / "absent").exists()


def test_a_salt_of_the_cli_is_understood() -> None:
    """The salt that pkg/secrets/passphrase/manager_test.go of the CLI uses, with its passphrase."""
    crypter = Crypter("password", "v1:fozI5u6B030=:v1:F+6ZduKKd8G0/V7L:PGMFeIzwobWRKmEAzUdaQHqC5mMRIQ==")
    assert crypter.decrypt(crypter.encrypt("text")) == "text"
    with pytest.raises(StateError, match="the passphrase is wrong"):
        Crypter("other", crypter.salt)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "is not JSON"),
        ("[]", "is no Pulumi deployment"),
        ('{"version": 5, "deployment": {}}', "is of version 5, newer than"),
        ('{"version": 1, "deployment": {}}', "is of version 1, older than"),
        ('{"version": 4, "features": ["views"], "deployment": {}}', "features this engine does not support: views"),
        ('{"version": 3, "deployment": {"secrets_providers": {"type": "cloud"}}}', "keeps its secrets with cloud"),
        ('{"version": 3, "deployment": {"secrets_providers": {"type": "passphrase"}}}', "holds no salt"),
        ('{"version": 3, "deployment": {"resources": [{"custom": true}]}}', "without urn or type"),
        (
            json.dumps({"version": 3, "deployment": {"resources": [{"urn": STACK, "type": "x", "viewOf": "y"}]}}),
            "uses resource views",
        ),
        (
            json.dumps({"version": 3, "deployment": {"resources": [{"urn": STACK, "type": "x", "parent": "y"}]}}),
            "the parent y of .* is missing",
        ),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_and_left_alone(bench: Bench, text: str, message: str) -> None:
    bench.state.path.write_text(text)
    with pytest.raises(StateError, match=message):
        bench.up(lambda: Thing("one", {}))
    assert bench.state.path.read_text() == text
    assert bench.cloud.calls == []


def document_of(bench: Bench) -> dict[str, Any]:
    """A state with something of everything."""

    def program() -> None:
        group = Group("group")
        one = Thing("one", {"name": "n", "password": pulumi.Output.secret("s3cret")}, ResourceOptions(parent=group))
        Thing("two", {"name": "m", "other": one.arn, "list": [1, {"a": None}]}, ResourceOptions(protect=True))

    bench.deploy(program)
    document: dict[str, Any] = json.loads(bench.state.path.read_text())
    return document


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (["resources", -1, "dependencies"], "x", "dependencies of .*two is no list"),
        (["resources", -1, "propertyDependencies"], {"other": "x"}, "propertyDependencies of .*two is no dict"),
        (["resources", -1, "protect"], "yes", "protect of .*two is no bool"),
        (["resources", -1, "inputs"], [], "inputs of .*two is no dict"),
        (["resources", -1, "urn"], "two", "'two' is no URN"),
        (["resources", -1, "provider"], "nonsense", "is corrupt .*'nonsense' is no provider reference"),
        (["resources", -1, "brandNew"], 1, "unknown fields in .*two: brandNew; a newer Pulumi CLI"),
        (["resources"], 5, "is corrupt"),
        (["pending_operations"], [{"type": "creating"}], "is corrupt"),
        (["extensions"], {"a": {}}, "has extensions, which this engine does not support"),
        (["metadata"], {"integrity_error": {"error": "x"}}, "pulumi state repair"),
    ],
)
def test_a_corrupt_state_says_where(bench: Bench, path: list[Any], value: Any, message: str) -> None:
    document = document_of(bench)
    place: Any = document["deployment"]
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = value
    bench.state.path.write_text(json.dumps(document))
    before = bench.state.path.read_bytes()
    with pytest.raises(StateError, match=message):
        bench.up(lambda: None)
    assert bench.state.path.read_bytes() == before
    assert bench.cloud.calls == []


def test_a_property_that_depends_on_nothing_may_be_null(bench: Bench) -> None:
    """As the CLI writes it."""
    document = document_of(bench)
    document["deployment"]["resources"][-1]["propertyDependencies"]["name"] = None
    bench.state.path.write_text(json.dumps(document))
    assert bench.resource("two").property_dependencies["name"] == []
    assert bench.deployment().refresh().ok


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_damage_is_a_state_error_or_harmless(bench: Bench, data: st.DataObject) -> None:
    if not hasattr(bench, "good"):
        bench.good = document_of(bench)  # type: ignore[attr-defined]
    document = json.loads(json.dumps(bench.good))  # type: ignore[attr-defined]
    place: Any = document
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = data.draw(st.sampled_from(keys))
        if isinstance(place[key], dict | list) and place[key] and data.draw(st.booleans()):
            place = place[key]
            continue
        if data.draw(st.booleans()):
            place[key] = data.draw(JSON)
        else:
            del place[key]
        break
    bench.state.path.write_text(json.dumps(document))
    try:
        snapshot = bench.state.load()
    except StateError:
        return
    bench.state.document(snapshot)


def test_a_wrong_passphrase_is_refused_and_nothing_is_changed(bench: Bench) -> None:
    bench.deploy(lambda: Thing("one", {"password": Output.secret("p")}))
    written = bench.state.path.read_bytes()
    deployment = bench.deployment()
    deployment.state = StateFile(bench.state.path, "wrong")
    with pytest.raises(StateError, match="the passphrase is wrong"):
        deployment.destroy()
    assert bench.state.path.read_bytes() == written


def test_a_file_in_plain_text_is_read_and_encrypted(bench: Bench) -> None:
    """As written by `pulumi stack export --show-secrets`."""
    bench.deploy(lambda: Thing("one", {"name": "n", "password": Output.secret("p")}))
    document = json.loads(bench.state.path.read_text())

    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            if value.get(SIG_KEY) == SECRET_SIG:
                return {SIG_KEY: SECRET_SIG, "plaintext": '"p"'}
            return {key: plain(item) for key, item in value.items()}
        return [plain(item) for item in value] if isinstance(value, list) else value

    bench.state.path.write_text(json.dumps(plain(document)))
    bench.deploy(lambda: Thing("one", {"name": "n", "password": Output.secret("p"), "size": 2}))
    assert bench.resource("one").inputs["password"] == make_secret("p")
    assert '"plaintext"' not in bench.state.path.read_text()


def test_resources_are_in_order_of_dependency(bench: Bench) -> None:
    def program() -> None:
        group = Group("group")
        one = Thing("one", {}, ResourceOptions(parent=group))
        Thing("two", {"other": one.arn}, ResourceOptions(parent=group))
        pulumi.export("x", 1)

    bench.deploy(program)
    seen: set[str] = set()
    for item in bench.state.load().resources:
        assert not item.parent or item.parent in seen
        assert set(item.needs()) <= seen
        seen.add(item.urn)
    assert len(seen) == 5


def test_normalise_renames_descendants() -> None:
    group = Resource("urn:pulumi:dev::p::g:i:New::n", "g:i:New", False, aliases=["urn:pulumi:dev::p::g:i:Old::o"])
    child = Resource(
        "urn:pulumi:dev::p::g:i:Old$t:i:T::c", "t:i:T", True, parent="urn:pulumi:dev::p::g:i:Old::o", id="1"
    )
    user = Resource("urn:pulumi:dev::p::t:i:T::u", "t:i:T", True, dependencies=[child.urn], id="2")
    renamed = normalise([group, child, user])
    assert [item.urn for item in renamed] == [
        "urn:pulumi:dev::p::g:i:New::n",
        "urn:pulumi:dev::p::g:i:New$t:i:T::c",
        "urn:pulumi:dev::p::t:i:T::u",
    ]
    assert renamed[1].parent == "urn:pulumi:dev::p::g:i:New::n"
    assert renamed[2].dependencies == ["urn:pulumi:dev::p::g:i:New$t:i:T::c"]
    assert renamed[0].aliases == []
