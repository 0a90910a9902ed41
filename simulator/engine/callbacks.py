"""Calls back into the program: transforms and hooks, which the program serves itself (the service ``Callbacks``)."""

from __future__ import annotations

import threading
from typing import Any

import grpc
from pulumi.runtime._grpc_settings import _GRPC_CHANNEL_OPTIONS
from pulumi.runtime.proto import callback_pb2, callback_pb2_grpc

from simulator.engine.errors import EngineError


class Callbacks:
    """The connections of one run to the programs that serve callbacks. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stubs: dict[str, Any] = {}

    def invoke(self, what: str, callback: Any, message: Any) -> bytes:
        """The answer to ``message``. Raises :class:`EngineError`, which begins with ``what``, when there is none."""
        with self._lock:
            if callback.target not in self._stubs:
                channel = grpc.insecure_channel(callback.target, options=_GRPC_CHANNEL_OPTIONS)
                self._stubs[callback.target] = callback_pb2_grpc.CallbacksStub(channel)
            stub = self._stubs[callback.target]
        try:
            request = callback_pb2.CallbackInvokeRequest(token=callback.token, request=message.SerializeToString())
            response: bytes = stub.Invoke(request).response
        except grpc.RpcError as error:
            raise EngineError(f"{what} failed: {error.details()}") from None
        return response
