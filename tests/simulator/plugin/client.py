"""A plugin process, and what an engine says to it over gRPC: fits :class:`simulator.model.Provider`."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import Any

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime._grpc_settings import _GRPC_CHANNEL_OPTIONS
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc, status_pb2

from simulator.engine.values import from_struct, to_struct
from simulator.model import Checked, CheckFailure, CloudError, Difference, Live, PartialFailure, PropertyDiff, Props

SECONDS = 60.0
"""After which any call or process counts as hanging."""

_KINDS = {0: ("add", False), 1: ("add", True), 2: ("delete", False), 3: ("delete", True), 4: ("update", False)}


class Client:
    """Launches ``python -m simulator.plugin`` as the engine does and calls it."""

    def __init__(self, package: str, store: Path, environment: dict[str, str] | None = None) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "simulator.plugin", package, "--store", str(store), "127.0.0.1:1"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
        )
        assert self.process.stdout is not None
        lines: list[str] = []
        reader = threading.Thread(target=lambda out: lines.append(out.readline()), args=(self.process.stdout,))
        reader.start()
        reader.join(SECONDS)
        if not lines or not lines[0].strip().isdigit():
            self.process.kill()
            raise AssertionError(f"no port but {lines}: {self.process.communicate(timeout=SECONDS)[1]}")
        self.port = int(lines[0])
        self.channel = grpc.insecure_channel(f"127.0.0.1:{self.port}", options=_GRPC_CHANNEL_OPTIONS)
        self.stub = provider_pb2_grpc.ResourceProviderStub(self.channel)

    def __enter__(self) -> Client:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.channel.close()
        self.close()

    def close(self) -> tuple[int, str, str]:
        """End the process; answer its exit code and what it wrote after the port."""
        if self.process.poll() is None:
            self.process.terminate()
        try:
            out, err = self.process.communicate(timeout=SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        except ValueError:  # closed before
            out = err = ""
        return self.process.returncode, out, err

    def call(self, method: str, request: Any) -> Any:
        """Call a method; a refusal comes back as the error that the cloud raised."""
        try:
            return getattr(self.stub, method)(request, timeout=SECONDS)
        except grpc.RpcError as error:
            if error.code() is not grpc.StatusCode.UNKNOWN:
                raise
            code, _, message = str(error.details()).partition(": ")
            for key, value in error.trailing_metadata() or ():
                if key == "grpc-status-details-bin":
                    detail = provider_pb2.ErrorResourceInitFailed()
                    assert status_pb2.Status.FromString(value).details[0].Unpack(detail)
                    live = Live(detail.id, from_struct(detail.properties), from_struct(detail.inputs))
                    raise PartialFailure(code, detail.reasons[0], live) from None
            raise CloudError(code, message) from None

    # The methods of a provider.

    def check_config(self, news: Props) -> Checked:
        return _checked(self.call("CheckConfig", provider_pb2.CheckRequest(news=to_struct(news))))

    def diff_config(self, olds: Props, news: Props) -> Difference:
        request = provider_pb2.DiffRequest(old_inputs=to_struct(olds), news=to_struct(news))
        return _difference(self.call("DiffConfig", request))

    def configure(self, config: Props) -> None:
        self.call("Configure", provider_pb2.ConfigureRequest(args=to_struct(config), acceptSecrets=True))

    def check(self, urn: str, type_: str, olds: Props, news: Props, seed: bytes) -> Checked:
        request = provider_pb2.CheckRequest(
            urn=urn, type=type_, olds=to_struct(olds), news=to_struct(news), randomSeed=seed
        )
        return _checked(self.call("Check", request))

    def diff(
        self,
        urn: str,
        type_: str,
        id_: str,
        old_inputs: Props,
        old_outputs: Props,
        news: Props,
        ignore: tuple[str, ...],
    ) -> Difference:
        request = provider_pb2.DiffRequest(
            urn=urn,
            type=type_,
            id=id_,
            old_inputs=to_struct(old_inputs),
            olds=to_struct(old_outputs),
            news=to_struct(news),
            ignoreChanges=ignore,
        )
        return _difference(self.call("Diff", request))

    def create(self, urn: str, type_: str, inputs: Props, *, preview: bool, timeout: float) -> Live:
        request = provider_pb2.CreateRequest(
            urn=urn, type=type_, properties=to_struct(inputs), preview=preview, timeout=timeout
        )
        answer = self.call("Create", request)
        return Live(answer.id, from_struct(answer.properties), inputs)

    def read(self, urn: str, type_: str, id_: str, inputs: Props, outputs: Props) -> Live | None:
        request = provider_pb2.ReadRequest(
            urn=urn, type=type_, id=id_, inputs=to_struct(inputs), properties=to_struct(outputs)
        )
        answer = self.call("Read", request)
        return Live(answer.id, from_struct(answer.properties), from_struct(answer.inputs)) if answer.id else None

    def update(
        self,
        urn: str,
        type_: str,
        id_: str,
        old_inputs: Props,
        old_outputs: Props,
        news: Props,
        ignore: tuple[str, ...],
        *,
        preview: bool,
        timeout: float,
    ) -> Live:
        request = provider_pb2.UpdateRequest(
            urn=urn,
            type=type_,
            id=id_,
            old_inputs=to_struct(old_inputs),
            olds=to_struct(old_outputs),
            news=to_struct(news),
            ignoreChanges=ignore,
            preview=preview,
            timeout=timeout,
        )
        return Live(id_, from_struct(self.call("Update", request).properties), news)

    def delete(self, urn: str, type_: str, id_: str, inputs: Props, outputs: Props, *, timeout: float) -> None:
        request = provider_pb2.DeleteRequest(
            urn=urn,
            type=type_,
            id=id_,
            old_inputs=to_struct(inputs),
            properties=to_struct(outputs),
            timeout=timeout,
        )
        assert self.call("Delete", request) == empty_pb2.Empty()

    def invoke(self, token: str, args: Props, *, preview: bool) -> Props:
        request = provider_pb2.InvokeRequest(tok=token, args=to_struct(args), preview=preview)
        return from_struct(getattr(self.call("Invoke", request), "return"))


def _checked(answer: Any) -> Checked:
    failures = tuple(CheckFailure(item.property, item.reason) for item in answer.failures)
    return Checked(from_struct(answer.inputs), failures)


def _difference(answer: Any) -> Difference:
    assert answer.hasDetailedDiff
    detailed = {}
    for path, diff in answer.detailedDiff.items():
        assert diff.inputDiff
        detailed[path] = PropertyDiff(*_KINDS.get(diff.kind, ("update", True)))
    difference = Difference(detailed, answer.deleteBeforeReplace)
    assert set(answer.replaces) == set(difference.replaces)
    assert answer.changes == (2 if difference.changes else 1)
    return difference
