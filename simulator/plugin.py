"""The simulated clouds as Pulumi provider plugins, for the real CLI: ``python -m simulator.plugin aws --store FILE``.

Serves ``pulumirpc.ResourceProvider`` (``proto/pulumi/provider.proto`` of https://github.com/pulumi/pulumi) over one
:class:`~simulator.cloud.SimulatedCloud`. The first line on standard output is the port, as the engine wants it; nothing
else is ever written there. Several processes may share one store.

Like the bridged providers and azure-native it accepts no secrets, resources or outputs: the engine takes the marks off
before a call and puts them on again after it. It does not claim to understand ``pulumi:autonaming`` either, so that the
CLI warns of that setting instead of the plugin ignoring it.

Deliberately absent, answered UNIMPLEMENTED: ``Construct``, ``Call`` and ``Parameterize`` (these packages have no
components and take no parameters here), ``GetSchema`` and ``GetMapping`` (the engine needs neither to run a program;
only code generation does, for which the schema of the real provider is the right one), ``List``.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import json
import os
import signal
import sqlite3
import sys
import threading
import traceback
from collections.abc import Callable
from concurrent import futures
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import grpc
from google.protobuf import any_pb2, empty_pb2
from pulumi.runtime._grpc_settings import _GRPC_CHANNEL_OPTIONS
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, plugin_pb2, provider_pb2, provider_pb2_grpc, status_pb2

from simulator import credentials
from simulator.catalogue.packages import PACKAGES
from simulator.cloud import SimulatedCloud
from simulator.engine import urn as urns
from simulator.engine.values import from_struct, to_struct, unwrap
from simulator.model import Checked, CloudError, Difference, PartialFailure
from simulator.store import Store

R = TypeVar("R")

_KINDS = {
    "add": (provider_pb2.PropertyDiff.ADD, provider_pb2.PropertyDiff.ADD_REPLACE),
    "delete": (provider_pb2.PropertyDiff.DELETE, provider_pb2.PropertyDiff.DELETE_REPLACE),
    "update": (provider_pb2.PropertyDiff.UPDATE, provider_pb2.PropertyDiff.UPDATE_REPLACE),
}
_DETAILS = "grpc-status-details-bin"
_WATCH_SECONDS = 2.0
_GRACE_SECONDS = 10.0
_LOG_SECONDS = 5.0


def sdk_version(package: str) -> str:
    """Return the plugin version that the installed SDK of a package asks the engine for.

    Raises :class:`CloudError` where the package is not simulated or its SDK is not installed.
    """
    spec = find_spec(PACKAGES[package]) if package in PACKAGES else None
    for directory in (spec.submodule_search_locations or ()) if spec else ():
        about = json.loads((Path(directory) / "pulumi-plugin.json").read_text(encoding="utf-8"))
        return str(about["version"])
    raise CloudError("UnknownPackage", f"package '{package}' is not simulated, or its SDK is not installed")


def answers(method: Callable[[Any, Any], R]) -> Callable[[Any, Any, Any], R]:
    """Make a method answer a gRPC call: the refusals of a cloud become a status with the words of the cloud."""

    @functools.wraps(method)
    def call(self: Any, request: Any, context: Any) -> R:
        try:
            return method(self, request)
        except PartialFailure as failure:
            _abort_partial(context, failure)
        except CloudError as error:
            context.abort(grpc.StatusCode.UNKNOWN, str(error))
        except Exception as error:
            traceback.print_exc(file=sys.stderr)
            context.abort(grpc.StatusCode.INTERNAL, f"internal error of the simulator: {type(error).__name__}: {error}")
        raise AssertionError("abort raises")

    return call


def _abort_partial(context: Any, failure: PartialFailure) -> NoReturn:
    """End a call with the error and the half-made resource, which the engine saves and later updates."""
    live = failure.live
    detail = any_pb2.Any()
    detail.Pack(
        provider_pb2.ErrorResourceInitFailed(
            id=live.id, properties=to_struct(live.outputs), inputs=to_struct(live.inputs), reasons=[failure.message]
        )
    )
    status = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=str(failure), details=[detail])
    context.set_trailing_metadata(((_DETAILS, status.SerializeToString()),))
    context.abort(grpc.StatusCode.UNKNOWN, str(failure))
    raise AssertionError("abort raises")


class Console:
    """Shows in the engine (``pulumirpc.Engine``) what a plugin has to say beside its answers; nothing without one."""

    def __init__(self, address: str) -> None:
        self._engine = None
        if address:
            channel = grpc.insecure_channel(address, options=_GRPC_CHANNEL_OPTIONS)
            self._engine = engine_pb2_grpc.EngineStub(channel)

    def warn(self, urn: str, message: str) -> None:
        """Show a warning with a resource; an engine that does not listen must not end the call."""
        if self._engine is not None:
            request = engine_pb2.LogRequest(severity=engine_pb2.WARNING, message=message, urn=urn)
            with contextlib.suppress(grpc.RpcError):
                self._engine.Log(request, timeout=_LOG_SECONDS)


class Plugin(provider_pb2_grpc.ResourceProviderServicer):
    """One provider process: one package, one configuration. Thread-safe once configured."""

    def __init__(self, package: str, cloud: SimulatedCloud, engine: str = "") -> None:
        self.package = package
        self.version = sdk_version(package)
        self._console = Console(engine)
        self._provider = cloud(package, self.version)

    # What the plugin is.

    @answers
    def Handshake(self, request: Any) -> Any:
        return provider_pb2.ProviderHandshakeResponse()

    @answers
    def Attach(self, request: Any) -> Any:
        self._console = Console(request.address)
        return empty_pb2.Empty()

    @answers
    def GetPluginInfo(self, request: Any) -> Any:
        return plugin_pb2.PluginInfo(version=f"{self.version}+simulated")

    @answers
    def Cancel(self, request: Any) -> Any:
        # Operations are short and whole: those under way end by themselves.
        return empty_pb2.Empty()

    # Its configuration.

    @answers
    def CheckConfig(self, request: Any) -> Any:
        return _checked(self._provider.check_config(unwrap(from_struct(request.news))))

    @answers
    def DiffConfig(self, request: Any) -> Any:
        olds = request.old_inputs if request.HasField("old_inputs") else request.olds
        return _difference(
            self._provider.diff_config(unwrap(from_struct(olds)), unwrap(from_struct(request.news))),
        )

    @answers
    def Configure(self, request: Any) -> Any:
        self._provider.configure(unwrap(from_struct(request.args)))
        return provider_pb2.ConfigureResponse(supportsPreview=True)

    # Resources.

    @answers
    def Check(self, request: Any) -> Any:
        checked = self._provider.check(
            request.urn, _type(request), from_struct(request.olds), from_struct(request.news), request.randomSeed
        )
        for warning in checked.warnings:
            where = f"{warning.property}: " if warning.property else ""
            self._console.warn(request.urn, f"{where}{warning.reason}")
        return _checked(checked)

    @answers
    def Diff(self, request: Any) -> Any:
        return _difference(
            self._provider.diff(
                request.urn,
                _type(request),
                request.id,
                from_struct(request.old_inputs),
                from_struct(request.olds),
                from_struct(request.news),
                tuple(request.ignoreChanges),
            )
        )

    @answers
    def Create(self, request: Any) -> Any:
        live = self._provider.create(
            request.urn,
            _type(request),
            from_struct(request.properties),
            preview=request.preview,
            timeout=request.timeout,
        )
        return provider_pb2.CreateResponse(id=live.id, properties=to_struct(live.outputs))

    @answers
    def Read(self, request: Any) -> Any:
        live = self._provider.read(
            request.urn, _type(request), request.id, from_struct(request.inputs), from_struct(request.properties)
        )
        if live is None:
            return provider_pb2.ReadResponse()
        return provider_pb2.ReadResponse(id=live.id, properties=to_struct(live.outputs), inputs=to_struct(live.inputs))

    @answers
    def Update(self, request: Any) -> Any:
        live = self._provider.update(
            request.urn,
            _type(request),
            request.id,
            from_struct(request.old_inputs),
            from_struct(request.olds),
            from_struct(request.news),
            tuple(request.ignoreChanges),
            preview=request.preview,
            timeout=request.timeout,
        )
        return provider_pb2.UpdateResponse(properties=to_struct(live.outputs))

    @answers
    def Delete(self, request: Any) -> Any:
        self._provider.delete(
            request.urn,
            _type(request),
            request.id,
            from_struct(request.old_inputs),
            from_struct(request.properties),
            timeout=request.timeout,
        )
        return empty_pb2.Empty()

    # Functions.

    @answers
    def Invoke(self, request: Any) -> Any:
        result = self._provider.invoke(request.tok, from_struct(request.args), preview=request.preview)
        response = provider_pb2.InvokeResponse()
        getattr(response, "return").CopyFrom(to_struct(result))
        return response


def _type(request: Any) -> str:
    """The type of a resource; engines before 3.134 say it only in the URN."""
    return str(request.type) or urns.type_of(request.urn)


def _checked(checked: Checked) -> Any:
    failures = [provider_pb2.CheckFailure(property=item.property, reason=item.reason) for item in checked.failures]
    return provider_pb2.CheckResponse(inputs=to_struct(checked.inputs), failures=failures)


def _difference(difference: Difference) -> Any:
    some = provider_pb2.DiffResponse.DIFF_SOME if difference.changes else provider_pb2.DiffResponse.DIFF_NONE
    return provider_pb2.DiffResponse(
        changes=some,
        replaces=difference.replaces,
        deleteBeforeReplace=difference.delete_before_replace,
        diffs=sorted({path.partition(".")[0].partition("[")[0] for path in difference.detailed}),
        detailedDiff={
            path: provider_pb2.PropertyDiff(kind=_KINDS[diff.kind][diff.replace], inputDiff=True)
            for path, diff in difference.detailed.items()
        },
        hasDetailedDiff=True,
    )


def start(package: str, store: Store, engine: str = "") -> tuple[grpc.Server, int]:
    """Start a server on a free port of the loopback interface; return it and its port.

    ``engine``: the address at which the engine listens.
    """
    server = grpc.server(futures.ThreadPoolExecutor(32, thread_name_prefix="rpc"), options=_GRPC_CHANNEL_OPTIONS)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Plugin(package, SimulatedCloud(store), engine), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    return server, port


def main(arguments: list[str] | None = None) -> int:
    """Serve until the engine ends or asks to; answer 2 for a store or package that cannot be served."""
    parser = argparse.ArgumentParser(prog="python -m simulator.plugin", description=__doc__.partition("\n")[0])
    parser.add_argument("package", choices=sorted(PACKAGES))
    parser.add_argument("--store", type=Path, required=True, help="the file that holds the simulated clouds")
    given, from_engine = parser.parse_known_args(arguments)  # an engine says its address, and may say more

    parent = os.getppid()
    port_line = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever a library prints must not be taken for the port
    credentials.clear()
    asked = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: asked.set())
    try:
        server, port = start(given.package, Store(given.store), from_engine[0] if from_engine else "")
    except (CloudError, OSError, sqlite3.Error) as error:
        print(f"{given.package}: {error}", file=sys.stderr)
        return 2
    print(port, file=port_line, flush=True)
    while not asked.wait(_WATCH_SECONDS):
        if from_engine and os.getppid() != parent:
            break  # the engine was killed
    server.stop(_GRACE_SECONDS).wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
