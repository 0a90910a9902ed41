"""Secrets: encrypted in the file, stripped before the cloud, marked again after it."""

from __future__ import annotations

import pulumi
from pulumi import Output, ResourceOptions

from simulator.engine.events import Change
from simulator.engine.values import make_secret
from tests.simulator.engine.fake import Thing
from tests.simulator.engine.harness import Bench

PASSWORD = "correct horse battery staple"


def program(size: int = 1) -> None:
    one = Thing(
        "one", {"name": "n", "password": Output.secret(PASSWORD), "nested": {"token": Output.secret("tok"), "a": 1}}
    )
    Thing("two", {"name": "m", "copy": one.password, "size": size})
    pulumi.export("password", one.password)
    pulumi.export("plain", one.name)


def test_secrets_never_reach_the_file_in_plain_text(bench: Bench) -> None:
    result = bench.deploy(program)
    text = bench.state.path.read_text()
    assert PASSWORD not in text
    assert '"tok"' not in text
    one = bench.resource("one")
    assert one.inputs["password"] == make_secret(PASSWORD)
    assert one.inputs["nested"]["a"] == 1
    assert one.outputs["password"] == make_secret(PASSWORD)
    assert bench.resource("two").inputs["copy"] == make_secret(PASSWORD)
    assert result.outputs == {"password": make_secret(PASSWORD), "plain": "n"}
    assert bench.state.outputs() == result.outputs


def test_the_cloud_gets_plain_values(bench: Bench) -> None:
    bench.deploy(program)
    assert bench.cloud.live["id-1"].inputs["password"] == PASSWORD
    assert bench.cloud.live["id-1"].inputs["nested"] == {"token": "tok", "a": 1}


def test_an_unchanged_secret_keeps_its_ciphertext(bench: Bench) -> None:
    bench.deploy(program)
    before = bench.state.path.read_bytes()
    assert bench.up(program).counts == {"same": 3}
    assert bench.state.path.read_bytes() == before
    bench.deploy(lambda: program(size=2))
    lines = [line for line in before.decode().splitlines() if "ciphertext" in line]
    after = bench.state.path.read_text()
    assert len(lines) == 7  # two inputs and outputs of one, one each of two, one of the stack
    assert all(line in after for line in lines)


def test_changes_are_masked(bench: Bench) -> None:
    bench.deploy(lambda: Thing("one", {"name": "n", "password": Output.secret("a")}))
    bench.events.clear()
    result = bench.up(lambda: Thing("one", {"name": "n", "password": Output.secret("b")}))
    [step] = [step for step in result.steps if step.op == "update"]
    assert step.changes == (Change("password", "update", "[secret]", "[secret]"),)


def test_additional_secret_outputs(bench: Bench) -> None:
    bench.deploy(lambda: Thing("one", {"name": "n"}, ResourceOptions(additional_secret_outputs=["arn"])))
    assert bench.resource("one").outputs["arn"] == make_secret("arn:id-1")
    assert "arn:id-1" not in bench.state.path.read_text()


def test_secret_config_is_secret_in_the_program_and_in_the_provider(bench: Bench) -> None:
    bench.config = {"fake:region": "here", "fake:token": "s3cret", "project:key": "k3y"}
    bench.secret_keys = ["fake:token", "project:key"]

    def configured() -> None:
        pulumi.export("key", pulumi.Config().require_secret("key"))
        Thing("one", {})

    result = bench.deploy(configured)
    assert result.outputs == {"key": make_secret("k3y")}
    assert bench.cloud.configs == [{"region": "here", "token": "s3cret"}]
    text = bench.state.path.read_text()
    assert "s3cret" not in text
    assert "k3y" not in text
