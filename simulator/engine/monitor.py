"""The resource monitor and the engine service: what the Pulumi SDK talks to while a program runs.

An inline program calls :class:`Monitor` directly, another process through gRPC (:mod:`simulator.engine.server`); the
messages are the same. Errors are raised as :class:`RpcFailure`, which the SDK takes for a gRPC error.

Refused by name: remote components, calls of component methods, parameterised packages, state migrations. Source
positions are not recorded: they would put paths of this machine into the state.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import grpc
from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime.proto import engine_pb2, resource_pb2

from simulator.engine import refusals, requests
from simulator.engine import urn as urns
from simulator.engine.assets import with_hashes
from simulator.engine.errors import EngineError, Unsupported
from simulator.engine.events import Diagnostic
from simulator.engine.goal import Goal, ReadGoal
from simulator.engine.registry import with_plugin
from simulator.engine.resource import Resource
from simulator.engine.run import Outcome, Registered, Run, Stopped
from simulator.engine.transforms import Transforms
from simulator.engine.values import from_struct, from_value, has_unknown, to_struct
from simulator.model import UNKNOWN, CloudError, Props

R = TypeVar("R")

_FEATURES = (
    "SECRETS",
    "RESOURCE_REFERENCES",
    "OUTPUT_VALUES",
    "ALIAS_SPECS",
    "REPLACEMENT_TRIGGER",
    "DELETED_WITH",
    "REPLACE_WITH",
    "TRANSFORMS",
    "INVOKE_TRANSFORMS",
    "RESOURCE_HOOKS",
    "ERROR_HOOKS",
)
# The names of the older, textual probe.
_PROBES = {
    "secrets",
    "resourceReferences",
    "outputValues",
    "aliasSpecs",
    "deletedWith",
    "replaceWith",
    "transforms",
    "invokeTransforms",
    "resourceHooks",
    "errorHooks",
}
# Announced although they are refused: the refusal then comes from here, by name, and not as advice to update the CLI.
_REFUSED = ("PARAMETERIZATION", "STATE_MIGRATIONS")

_RESULTS = {
    Outcome.DONE: resource_pb2.Result.SUCCESS,
    Outcome.FAILED: resource_pb2.Result.FAIL,
    Outcome.SKIPPED: resource_pb2.Result.SUCCESS,  # with `unknown`: the program goes on without its outputs
}
_SEVERITIES = {
    engine_pb2.DEBUG: "debug",
    engine_pb2.INFO: "info",
    engine_pb2.WARNING: "warning",
    engine_pb2.ERROR: "error",
}


class RpcFailure(grpc.RpcError):  # type: ignore[misc]
    """A gRPC error that never saw a wire."""

    def __init__(self, code: grpc.StatusCode, details: str) -> None:
        super().__init__(details)
        self._code = code
        self._details = details

    def code(self) -> grpc.StatusCode:
        return self._code

    def details(self) -> str:
        return self._details


class Monitor:
    """The service ``ResourceMonitor`` over one run."""

    def __init__(self, run: Run, directory: Path) -> None:
        """``directory``: where the program runs, and relative paths of assets begin."""
        self._run = run
        self._directory = directory
        self._transforms = Transforms(run.callbacks)
        self._lock = threading.Lock()
        self._component_providers: dict[str, dict[str, str]] = {}

    # What the monitor can do.

    def GetDeploymentInfo(self, request: empty_pb2.Empty) -> resource_pb2.DeploymentInfo:
        settings = self._run.settings
        feature = resource_pb2.ResourceMonitorFeature
        return resource_pb2.DeploymentInfo(
            project=settings.project,
            stack=settings.stack,
            organization=settings.organization,
            config=dict(settings.config),
            configSecretKeys=list(settings.secret_keys),
            dryRun=settings.preview,
            parallel=settings.parallel,
            supportedFeatures=[feature.Value(f"RESOURCE_MONITOR_FEATURE_{name}") for name in (*_FEATURES, *_REFUSED)],
        )

    def SupportsFeature(self, request: resource_pb2.SupportsFeatureRequest) -> resource_pb2.SupportsFeatureResponse:
        return resource_pb2.SupportsFeatureResponse(hasSupport=request.id in _PROBES)

    def SignalAndWaitForShutdown(self, request: empty_pb2.Empty) -> empty_pb2.Empty:
        # The program is through, but must stay until its hooks have seen the deletions.
        self._run.registered.set()
        self._run.released.wait()
        return empty_pb2.Empty()

    # Resources.

    def RegisterResource(self, request: resource_pb2.RegisterResourceRequest) -> resource_pb2.RegisterResourceResponse:
        return self._answer(lambda: self._register(request))

    def _register(self, request: resource_pb2.RegisterResourceRequest) -> resource_pb2.RegisterResourceResponse:
        what = f"{request.type} {request.name!r}"
        if request.remote:
            raise refusals.REMOTE_COMPONENT.of(f"{what} is made by a component package")
        if request.packageRef:
            raise refusals.PARAMETERISED_PACKAGE.of(f"{what} names one")
        if request.state_migrations:
            raise refusals.STATE_MIGRATION.of(f"{what} has one")
        if request.pluginChecksums:
            raise refusals.PLUGIN_CHECKSUM.of(f"{what} has some")
        if request.snippetId:
            raise refusals.SNIPPET.of(f"{what} comes from one")
        if request.envVarMappings:
            raise refusals.ENV_VAR_MAPPING.of(f"{what} has some")
        if request.custom and request.type.count(":") != 2:
            raise EngineError(f"{request.type!r} is no type of a custom resource; expected package:module:name")
        goal, providers = self._goal(request)
        done = self._run.register(goal)
        with self._lock:
            if not request.custom:
                self._component_providers[done.urn] = providers
        self._transforms.remember(done.urn, request.parent, request.transforms)
        return self._registered(done, custom=request.custom)

    def _registered(self, done: Registered, *, custom: bool) -> resource_pb2.RegisterResourceResponse:
        response = resource_pb2.RegisterResourceResponse(
            urn=done.urn, result=_RESULTS[done.outcome], unknown=done.outcome is Outcome.SKIPPED
        )
        if done.state is not None:
            response.id = "" if done.state.id == UNKNOWN else done.state.id
            if custom:
                response.object.CopyFrom(to_struct(done.state.outputs))
        return response

    def _goal(self, request: resource_pb2.RegisterResourceRequest) -> tuple[Goal, dict[str, str]]:
        """The goal and the providers that the children of a component inherit."""
        package = urns.package_of(request.type)
        parent = self._run.goals.get(request.parent) if request.parent else None
        with self._lock:
            inherited = dict(self._component_providers.get(request.parent, {}))
        if not request.provider and request.custom:
            request.provider = (
                request.providers.get(package) or inherited.get(package) or _same_package(parent, package)
            )
        self._transforms.apply(request)
        providers = dict(request.providers)
        if not request.custom:
            providers = {**inherited, **providers}
        properties = with_hashes(from_struct(request.object), self._directory)
        provider = request.provider if request.custom else ""
        if urns.is_provider(request.type):
            properties = with_plugin(properties, request.version, request.pluginDownloadURL)
            provider = ""
        elif request.custom and not provider:
            provider = self._default_provider(request, self._run.urn(request.parent, request.type, request.name))
        goal = requests.goal(request, properties=properties, provider=provider, parent=parent)
        return goal, providers

    def _default_provider(self, request: Any, what: str) -> str:
        """The default provider for the type of a request; ``what`` is named where the stack has switched it off."""
        package = urns.package_of(request.type)
        return self._run.default_provider(package, request.version, request.pluginDownloadURL, what)

    def RegisterResourceOutputs(self, request: resource_pb2.RegisterResourceOutputsRequest) -> empty_pb2.Empty:
        def call() -> empty_pb2.Empty:
            self._run.register_outputs(request.urn, with_hashes(from_struct(request.outputs), self._directory))
            return empty_pb2.Empty()

        return self._answer(call)

    def ReadResource(self, request: resource_pb2.ReadResourceRequest) -> resource_pb2.ReadResourceResponse:
        return self._answer(lambda: self._read(request))

    def _read(self, request: resource_pb2.ReadResourceRequest) -> resource_pb2.ReadResourceResponse:
        if request.packageRef:
            raise refusals.PARAMETERISED_PACKAGE.of(f"{request.type} {request.name!r} names one")
        if request.pluginChecksums:
            raise refusals.PLUGIN_CHECKSUM.of(f"{request.type} {request.name!r} has some")
        package = urns.package_of(request.type)
        with self._lock:
            inherited = self._component_providers.get(request.parent, {})
        provider = request.provider or inherited.get(package, "")
        goal = ReadGoal(
            type=request.type,
            name=request.name,
            id=request.id,
            properties=with_hashes(from_struct(request.properties), self._directory),
            parent=request.parent,
            provider=provider or self._default_provider(request, request.type),
            dependencies=tuple(request.dependencies),
            additional_secret_outputs=tuple(request.additionalSecretOutputs),
        )
        done = self._run.read(goal)
        response = resource_pb2.ReadResourceResponse(
            urn=done.urn, result=_RESULTS[done.outcome], unknown=done.outcome is Outcome.SKIPPED
        )
        if done.state is not None:
            response.id = "" if done.state.id == UNKNOWN else done.state.id
            response.properties.CopyFrom(to_struct(done.state.outputs))
        return response

    def ExistsResource(self, request: resource_pb2.ExistsResourceRequest) -> resource_pb2.ExistsResourceResponse:
        return self._answer(lambda: self._exists(request))

    def _exists(self, request: resource_pb2.ExistsResourceRequest) -> resource_pb2.ExistsResourceResponse:
        if request.packageRef:
            raise refusals.PARAMETERISED_PACKAGE.of(f"{request.type} {request.id!r} names one")
        properties = from_struct(request.properties)
        if from_value(struct_pb2.Value(string_value=request.id)) == UNKNOWN or has_unknown(properties):
            return resource_pb2.ExistsResourceResponse(unknown=True)
        package = urns.package_of(request.type)
        with self._lock:
            inherited = self._component_providers.get(request.parent, {})
        provider = request.provider or inherited.get(package, "")
        reference = provider or self._default_provider(request, request.type)
        found = self._run.exists(request.type, request.id, request.parent, properties, reference)
        return resource_pb2.ExistsResourceResponse(exists=found)

    # Functions.

    def Invoke(self, request: resource_pb2.ResourceInvokeRequest) -> resource_pb2.ResourceInvokeResponse:
        return self._answer(lambda: self._invoke(request))

    def _invoke(self, request: resource_pb2.ResourceInvokeRequest) -> resource_pb2.ResourceInvokeResponse:
        if request.packageRef:
            raise refusals.PARAMETERISED_PACKAGE.of(f"the function {request.tok} names one")
        if request.pluginChecksums:
            raise refusals.PLUGIN_CHECKSUM.of(f"the function {request.tok} has some")
        if request.tok == "pulumi:pulumi:getResource":
            return _returned(to_struct(self._resource(request)))
        self._transforms.apply_to_invoke(request)
        result = self._run.invoke(
            request.tok, from_struct(request.args), request.provider, request.version, request.pluginDownloadURL
        )
        return _returned(to_struct(result))

    def _resource(self, request: resource_pb2.ResourceInvokeRequest) -> Props:
        """The state of a resource to which another one's property refers."""
        urn = from_struct(request.args).get("urn", "")
        state: Resource | None = self._run.state(urn)
        if state is None:
            raise EngineError(f"the resource {urn} is not part of this run")
        return {"urn": state.urn, "id": "" if state.id == UNKNOWN else state.id, "state": state.outputs}

    # Callbacks.

    def RegisterStackTransform(self, request: Any) -> empty_pb2.Empty:
        self._transforms.add_to_stack(request)
        return empty_pb2.Empty()

    def RegisterStackInvokeTransform(self, request: Any) -> empty_pb2.Empty:
        self._transforms.add_to_invokes(request)
        return empty_pb2.Empty()

    def RegisterResourceHook(self, request: resource_pb2.RegisterResourceHookRequest) -> empty_pb2.Empty:
        self._answer(lambda: self._run.hooks.register(request))
        return empty_pb2.Empty()

    def RegisterErrorHook(self, request: resource_pb2.RegisterErrorHookRequest) -> empty_pb2.Empty:
        self._answer(lambda: self._run.hooks.register_error(request))
        return empty_pb2.Empty()

    # What is refused.

    def Call(self, request: resource_pb2.ResourceCallRequest) -> NoReturn:
        self._refuse(refusals.COMPONENT_CALL.of(request.tok))

    def RegisterPackage(self, request: resource_pb2.RegisterPackageRequest) -> NoReturn:
        self._refuse(refusals.PARAMETERISED_PACKAGE.of(request.name))

    def _refuse(self, error: Unsupported) -> NoReturn:
        message = str(error)
        self._run.report(Diagnostic("error", message, source="unsupported"))
        raise RpcFailure(grpc.StatusCode.UNIMPLEMENTED, message)

    def _answer(self, call: Callable[[], R]) -> R:
        """The result of a call, its errors as those of a gRPC server."""
        try:
            return call()
        except Stopped:
            raise RpcFailure(grpc.StatusCode.UNAVAILABLE, "the run is ending") from None
        except Unsupported as error:
            self._refuse(error)
        except (CloudError, EngineError) as error:
            raise RpcFailure(grpc.StatusCode.UNKNOWN, str(error)) from error


def _same_package(parent: Goal | None, package: str) -> str:
    """The provider of a parent of the same package, which its children inherit."""
    if parent is None or not parent.provider or urns.package_of(parent.type) != package:
        return ""
    return parent.provider


class EngineService:
    """The service ``Engine``: log messages, and the root resource."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._root = ""

    def Log(self, request: engine_pb2.LogRequest) -> empty_pb2.Empty:
        severity = _SEVERITIES.get(request.severity, "info")
        # When a run stops, the SDK complains that the monitor is gone: the reason has been reported already.
        stopped = self._run.stopping.is_set() and "Resource monitor has terminated" in request.message
        if severity != "debug" and not stopped:
            self._run.report(Diagnostic(severity, request.message, request.urn, "program"))
        return empty_pb2.Empty()

    def GetRootResource(self, request: engine_pb2.GetRootResourceRequest) -> engine_pb2.GetRootResourceResponse:
        return engine_pb2.GetRootResourceResponse(urn=self._root)

    def SetRootResource(self, request: engine_pb2.SetRootResourceRequest) -> engine_pb2.SetRootResourceResponse:
        self._root = request.urn
        return engine_pb2.SetRootResourceResponse()


def _returned(value: struct_pb2.Struct) -> resource_pb2.ResourceInvokeResponse:
    """The answer of a function; its field is called ``return``, which no Python keyword argument can be."""
    response = resource_pb2.ResourceInvokeResponse()
    getattr(response, "return").CopyFrom(value)
    return response
