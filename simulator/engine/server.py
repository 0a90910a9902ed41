"""The monitor and the engine service over gRPC, for a program in another process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
from pulumi.runtime._grpc_settings import _GRPC_CHANNEL_OPTIONS
from pulumi.runtime.proto import engine_pb2_grpc, resource_pb2_grpc

from simulator.engine.monitor import EngineService, Monitor, RpcFailure
from simulator.engine.run import Run


class _Servicer:
    """Hands each call to ``target`` and turns :class:`RpcFailure` into the status of the call.

    A method that ``target`` does not have is answered UNIMPLEMENTED, as by an older engine.
    """

    def __init__(self, target: object) -> None:
        self._target = target

    @classmethod
    def of(cls, target: object) -> Any:
        """A servicer as the generated code wants it: the methods are looked up by name, so no base class says them."""
        return cls(target)

    def __getattr__(self, name: str) -> Callable[[Any, Any], Any]:
        method = getattr(self._target, name, None)

        def call(request: Any, context: Any) -> Any:
            try:
                if method is None:
                    raise RpcFailure(grpc.StatusCode.UNIMPLEMENTED, f"{name}: this engine does not support it")
                return method(request)
            except RpcFailure as failure:
                context.abort(failure.code(), failure.details())

        return call


@contextmanager
def serve(run: Run, directory: Path) -> Iterator[str]:
    """Serves a run on the loopback interface, for a program that runs in ``directory``; yields the address."""
    # Every registration holds a thread until its steps are done, and the SDK has at most this many under way.
    workers = ThreadPoolExecutor(max_workers=run.settings.parallel * 4 + 8, thread_name_prefix="monitor")
    server = grpc.server(workers, options=_GRPC_CHANNEL_OPTIONS)
    resource_pb2_grpc.add_ResourceMonitorServicer_to_server(_Servicer.of(Monitor(run, directory)), server)
    engine_pb2_grpc.add_EngineServicer_to_server(_Servicer.of(EngineService(run)), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        server.stop(grace=None).wait()
        workers.shutdown(wait=True)
