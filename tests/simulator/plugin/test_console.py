"""What a plugin shows in the engine beside its answers, with a stand-in for the engine."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent import futures
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, plugin_pb2, provider_pb2, provider_pb2_grpc

from simulator import plugin
from simulator.engine.values import to_struct
from simulator.store import Store

TOKEN = "gcp:artifactregistry/repository:Repository"
URN = f"urn:pulumi:dev::kit::{TOKEN}::images"
PLACE = "vulnerabilityScanningConfig.enablementState"
SECONDS = 60.0


class Engine(engine_pb2_grpc.EngineServicer):
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[Any] = []

    def Log(self, request: Any, context: Any) -> Any:
        self.told.append(request)
        return empty_pb2.Empty()


@contextmanager
def listening(engine: Engine) -> Iterator[str]:
    server = grpc.server(futures.ThreadPoolExecutor(2))
    engine_pb2_grpc.add_EngineServicer_to_server(engine, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        server.stop(0).wait(SECONDS)


def checked(store: Path, engine: str, attached: str = "") -> Any:
    """The answer of a plugin to inputs that only the vendor's words speak against."""
    server, port = plugin.start("gcp", Store(store), engine)
    try:
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            stub = provider_pb2_grpc.ResourceProviderStub(channel)
            if attached:
                stub.Attach(plugin_pb2.PluginAttach(address=attached), timeout=SECONDS)
            config = to_struct({"project": "acme", "region": "europe-west4"})
            stub.Configure(provider_pb2.ConfigureRequest(args=config), timeout=SECONDS)
            scanning = {"enablementState": "SCANNING_ACTIVE"}
            inputs = {"repositoryId": "images", "format": "DOCKER", "vulnerabilityScanningConfig": scanning}
            request = provider_pb2.CheckRequest(urn=URN, type=TOKEN, news=to_struct(inputs), randomSeed=b"seed")
            return stub.Check(request, timeout=SECONDS)
    finally:
        server.stop(0).wait(SECONDS)


@pytest.mark.parametrize("attach", [False, True], ids=["launched", "attached"])
def test_a_doubt_is_shown_in_the_engine_and_refuses_nothing(tmp_path: Path, attach: bool) -> None:
    engine = Engine()
    with listening(engine) as address:
        addresses = ("", address) if attach else (address, "")
        answer = checked(tmp_path / "cloud.db", *addresses)
    assert list(answer.failures) == []
    [told] = engine.told
    assert (told.severity, told.urn) == (engine_pb2.WARNING, URN)
    assert told.message.startswith(f"{PLACE}: ")


@pytest.mark.parametrize("engine", ["", "127.0.0.1:1"], ids=["none", "deaf"])
def test_without_an_engine_that_listens_the_answer_is_the_same(tmp_path: Path, engine: str) -> None:
    assert list(checked(tmp_path / "cloud.db", engine).failures) == []
