"""What the engine refuses: one row per refusal, and nothing of the SDK that is in neither table."""

from __future__ import annotations

import inspect
import json
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pulumi
import pytest
from pulumi import ResourceOptions
from pulumi.runtime.proto import resource_pb2
from pulumi.runtime.settings import get_monitor

from simulator.engine import refusals
from simulator.engine.errors import StateError, Unsupported
from simulator.engine.refusals import REFUSALS, Refusal
from simulator.engine.support import FIELDS, OPTIONS, tables
from tests.simulator.engine.fake import Provider, Thing
from tests.simulator.engine.harness import Bench

DOCS = Path(__file__).resolve().parents[3] / "docs" / "engine.md"


class Remote(pulumi.ComponentResource):
    def __init__(self) -> None:
        super().__init__("fake:index:Remote", "remote", {}, None, True)


def raw(**fields: Any) -> Callable[[], Any]:
    """A registration with fields that this SDK does not send."""

    def program() -> None:
        request = resource_pb2.RegisterResourceRequest(type="fake:index:Thing", name="one", custom=True, **fields)
        get_monitor().RegisterResource(request)  # type: ignore[union-attr]

    return program


def call() -> None:
    get_monitor().Call(resource_pb2.ResourceCallRequest(tok="fake:index:Thing/grow"))  # type: ignore[union-attr]


def migrated() -> None:
    Thing("one", {}, ResourceOptions(state_migrations=[lambda args: None]))


def invoke() -> None:
    pulumi.runtime.invoke("pulumi:pulumi:getSecret", {})


def test_every_refusal_has_a_row() -> None:
    tested = {refusal.feature for _, refusal in (*PROGRAMS, *((None, row[0]) for row in (*STATES, *CONFIGS)))}
    assert tested == {refusal.feature for refusal in REFUSALS}


PROGRAMS: list[tuple[Callable[[], Any], Refusal]] = [
    (Remote, refusals.REMOTE_COMPONENT),
    (call, refusals.COMPONENT_CALL),
    (raw(packageRef="ref"), refusals.PARAMETERISED_PACKAGE),
    (migrated, refusals.STATE_MIGRATION),
    (lambda: Provider("p", {}, ResourceOptions(env_var_mappings={"NEW": "OLD"})), refusals.ENV_VAR_MAPPING),
    (raw(pluginChecksums={"linux": b"1"}), refusals.PLUGIN_CHECKSUM),
    (raw(snippetId="1"), refusals.SNIPPET),
    (lambda: Thing("one", {"code": pulumi.RemoteAsset("https://example.com")}), refusals.REMOTE_ASSET),
    (lambda: pulumi.CustomResource("pulumi:pulumi:Stash", "one", {}), refusals.BUILTIN_RESOURCE),
    (invoke, refusals.BUILTIN_FUNCTION),
]


@pytest.mark.parametrize(("program", "refusal"), PROGRAMS, ids=[refusal.feature for _, refusal in PROGRAMS])
def test_a_program_is_refused_by_name(bench: Bench, program: Callable[[], Any], refusal: Refusal) -> None:
    result = bench.up(program)
    assert not result.ok
    told = [item.message for item in result.diagnostics if item.source == "unsupported"]
    assert told
    assert told[0].startswith(f"{refusal.feature}: ")
    assert told[0].endswith(f"; this engine does not support them; {refusal.remedy}")
    assert bench.cloud.made("create") == []


CONFIGS: list[tuple[Refusal, dict[str, str]]] = [
    (refusals.AUTONAMING, {"pulumi:autonaming": '{"pattern": "${name}-${hex(4)}"}'}),
]


@pytest.mark.parametrize(("refusal", "config"), CONFIGS, ids=[refusal.feature for refusal, _ in CONFIGS])
@pytest.mark.parametrize("operation", ["preview", "up"])
def test_a_configuration_is_refused_by_name(
    bench: Bench, operation: str, refusal: Refusal, config: dict[str, str]
) -> None:
    bench.config = config
    with pytest.raises(Unsupported) as caught:
        getattr(bench, operation)(lambda: Thing("one", {}))
    [key] = config
    assert str(caught.value) == (
        f"{refusal.feature}: the stack sets {key}; this engine does not support them; {refusal.remedy}"
    )
    assert bench.cloud.made("create") == []
    assert not bench.state.path.exists()


def test_what_is_there_can_be_destroyed_whatever_the_names_were_to_be(bench: Bench) -> None:
    bench.deploy(lambda: Thing("one", {}))
    bench.config = {"pulumi:autonaming": '{"mode": "verbatim"}'}
    assert bench.deployment().destroy().ok
    assert bench.cloud.live == {}


def viewed(document: dict[str, Any]) -> None:
    document["deployment"]["resources"][-1]["viewOf"] = "urn:pulumi:dev::project::fake:index:Thing::x"


def prototype(document: dict[str, Any]) -> None:
    document.update(version=4, features=["snippets-prototype"])


def elsewhere(document: dict[str, Any]) -> None:
    document["deployment"]["secrets_providers"] = {"type": "cloud", "state": {"url": "awskms://alias/x"}}


STATES: list[tuple[Refusal, Callable[[dict[str, Any]], None], str]] = [
    (refusals.STATE_FEATURE, viewed, "resource views"),
    (refusals.STATE_FEATURE, prototype, "snippets-prototype"),
    (refusals.SECRETS_PROVIDER, elsewhere, "keeps its secrets with cloud"),
]


@pytest.mark.parametrize(("refusal", "spoil", "words"), STATES, ids=[words for _, _, words in STATES])
def test_a_state_is_refused_by_name_and_left_alone(
    bench: Bench, refusal: Refusal, spoil: Callable[[dict[str, Any]], None], words: str
) -> None:
    bench.deploy(lambda: Thing("one", {}))
    document = json.loads(bench.state.path.read_text())
    spoil(document)
    bench.state.path.write_text(json.dumps(document))
    before = bench.state.path.read_bytes()
    with pytest.raises(StateError, match=words) as caught:
        bench.up(lambda: None)
    assert str(caught.value).endswith(refusal.remedy)
    assert bench.state.path.read_bytes() == before


def test_every_resource_option_is_done_or_refused() -> None:
    options = set(inspect.signature(ResourceOptions.__init__).parameters) - {"self"}
    assert options == set(OPTIONS)


def test_every_field_of_a_registration_is_done_or_refused() -> None:
    assert {item.name for item in resource_pb2.RegisterResourceRequest.DESCRIPTOR.fields} == set(FIELDS)


def test_the_documentation_shows_the_tables() -> None:
    text = DOCS.read_text(encoding="utf-8")
    assert textwrap.dedent(tables()) in text, (
        "paste the output of python -m simulator.engine.support into docs/engine.md"
    )


def test_hidden_differences_show_no_values(bench: Bench) -> None:
    options = ResourceOptions(hide_diffs=["tags", "size"])
    bench.deploy(lambda: Thing("one", {"name": "n", "size": 1, "kept": 1}, options))
    result = bench.up(lambda: Thing("one", {"name": "n", "size": 2, "kept": 2}, options))
    [step] = [item for item in result.steps if item.op == "update"]
    assert [(c.path, c.old, c.new) for c in step.changes] == [("kept", 1, 2), ("size", "[hidden]", "[hidden]")]
    assert bench.resource("one").hide_diff == ["tags", "size"]


def test_whether_something_exists(bench: Bench) -> None:
    bench.deploy(lambda: Thing("one", {"name": "n"}))

    def program() -> None:
        Thing("one", {"name": "n"})
        for id_ in ("id-1", "id-2"):
            request = resource_pb2.ExistsResourceRequest(type="fake:index:Thing", id=id_)
            pulumi.export(id_, get_monitor().ExistsResource(request).exists)  # type: ignore[union-attr]

    assert bench.up(program).outputs == {"id-1": True, "id-2": False}
