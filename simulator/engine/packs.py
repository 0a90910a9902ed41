"""Policy packs of anyone, run as the CLI runs them: a process that serves the analyzer protocol.

A pack is a directory with ``PulumiPolicy.yaml`` and a program that makes a ``pulumi_policy.PolicyPack``. It is started
as ``python -m pulumi.policy``, with the stack's name and configuration in its environment and without credentials of
the clouds. Packs in other languages, and published ones, are refused by name.
https://www.pulumi.com/docs/insights/policy/policy-packs/authoring/
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import grpc
import yaml
from google.protobuf import empty_pb2
from pulumi.runtime._grpc_settings import _GRPC_CHANNEL_OPTIONS
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc

from simulator.credentials import without
from simulator.engine import pack_config
from simulator.engine.errors import PackError
from simulator.engine.policy import Remediation, ResourceView, Violation
from simulator.engine.settings import Settings
from simulator.engine.values import from_struct, to_struct

START_TIMEOUT = 60.0
"""Seconds until a pack must have told its port: it may import a large SDK."""
CALL_TIMEOUT = 120.0
"""Seconds for one question to a pack."""
_SEVERITIES = {
    analyzer_pb2.POLICY_SEVERITY_LOW: "low",
    analyzer_pb2.POLICY_SEVERITY_MEDIUM: "medium",
    analyzer_pb2.POLICY_SEVERITY_HIGH: "high",
    analyzer_pb2.POLICY_SEVERITY_CRITICAL: "critical",
}
_LAST_LINES = 20


@dataclass(frozen=True)
class Pack:
    """A policy pack on disk, and the file that configures it."""

    directory: Path
    config: Path | None = None
    start_timeout: float = START_TIMEOUT
    call_timeout: float = CALL_TIMEOUT

    def python(self) -> str:
        """The interpreter that the pack asks for. Raises :class:`PackError` for a pack that cannot be run here."""
        manifest = self.directory / "PulumiPolicy.yaml"
        try:
            document = yaml.safe_load(manifest.read_text(encoding="utf-8"))
        except OSError as error:
            raise PackError(
                f"{manifest} cannot be read: {error.strerror}; a policy pack is a directory with it"
            ) from None
        except yaml.YAMLError as error:
            raise PackError(f"{manifest} is not YAML: {error}") from None
        runtime: Any = document.get("runtime") if isinstance(document, dict) else None
        options: Any = {}
        if isinstance(runtime, dict):
            runtime, options = runtime.get("name"), runtime.get("options") or {}
        if runtime != "python":
            raise PackError(f"{manifest}: policy packs for the runtime {runtime!r} are not supported; only python is")
        virtualenv = options.get("virtualenv") if isinstance(options, dict) else None
        if not virtualenv:
            return sys.executable
        found = self.directory.resolve() / str(virtualenv) / "bin" / "python"  # the process starts in the pack
        if not found.exists():
            raise PackError(f"{manifest}: the virtualenv {virtualenv!r} has no bin/python; make it, or leave it out")
        return str(found)

    @contextmanager
    def started(self, settings: Settings) -> Iterator[PackAnalyzer]:
        """Runs the pack for one operation on a stack. Raises :class:`PackError` when it does not start."""
        directory = self.directory.resolve()
        given = pack_config.read(self.config) if self.config else {}
        process = subprocess.Popen(
            [self.python(), "-u", "-m", "pulumi.policy", "127.0.0.1:0", str(directory)],
            cwd=directory,
            env=_environment(settings),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        output = _Output(process)
        try:
            port = output.port(self.start_timeout)
            if port is None:
                raise PackError(f"the policy pack {self.directory} did not start: {output.told()}")
            with grpc.insecure_channel(f"127.0.0.1:{port}", options=_GRPC_CHANNEL_OPTIONS) as channel:
                analyzer = PackAnalyzer(self, settings, analyzer_pb2_grpc.AnalyzerStub(channel), output)
                analyzer.configure(given)
                yield analyzer
        finally:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=5)
            process.kill()
            process.wait()
            output.join()


def _environment(settings: Settings) -> dict[str, str]:
    return {
        **without(os.environ),
        "PULUMI_ORGANIZATION": settings.organization,
        "PULUMI_PROJECT": settings.project,
        "PULUMI_STACK": settings.stack,
        "PULUMI_DRY_RUN": str(settings.preview).lower(),
        "PULUMI_CONFIG": json.dumps(dict(settings.config)),
    }


class _Output:
    """What the process of a pack prints: the port first."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._lines: deque[str] = deque(maxlen=_LAST_LINES)
        self._port: int | None = None
        self._settled = threading.Event()
        self._thread = threading.Thread(target=self._read, name="policy-pack-output", daemon=True)
        self._thread.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        stream: IO[str] = self._process.stdout
        for line in stream:
            text = line.strip()
            if self._port is None and text.isdigit():
                self._port = int(text)
                self._settled.set()
            elif text:
                self._lines.append(text)
        self._settled.set()

    def port(self, timeout: float) -> int | None:
        self._settled.wait(timeout)
        return self._port

    def told(self) -> str:
        """The last thing it said, or that it said nothing in time."""
        return self._lines[-1] if self._lines else "it said nothing in time"

    def join(self) -> None:
        self._thread.join(timeout=5)


class PackAnalyzer:
    """The rules of a running pack. Every method raises :class:`PackError` when the pack fails or is too slow."""

    def __init__(self, pack: Pack, settings: Settings, stub: Any, output: _Output) -> None:
        self._pack = pack
        self._settings = settings
        self._stub = stub
        self._output = output
        self._severities: dict[str, str] = {}
        self.name = pack.directory.name

    def configure(self, given: dict[str, pack_config.PolicyConfig]) -> None:
        """Tells the pack about the stack and its configuration."""
        settings = self._settings
        self._call(
            "ConfigureStack",
            analyzer_pb2.AnalyzerStackConfigureRequest(
                stack=settings.stack,
                project=settings.project,
                organization=settings.organization,
                dry_run=settings.preview,
                config=dict(settings.config),
                config_secret_keys=list(settings.secret_keys),
            ),
            optional=True,
        )
        info = self._call("GetAnalyzerInfo", empty_pb2.Empty())
        self.name = info.name
        self._severities = {item.name: _SEVERITIES.get(item.severity, "") for item in info.policies}
        where = str(self._pack.config or self._pack.directory)
        unknown = sorted(set(given) - {item.name for item in info.policies} - {"all"})
        if unknown:
            names = ", ".join(item.name for item in info.policies)
            raise PackError(f"{where}: {', '.join(unknown)}: no such policy in the pack {self.name}; it has {names}")
        config = pack_config.reconcile(info, given, where)
        request = analyzer_pb2.ConfigureAnalyzerRequest()
        for name, item in config.items():
            request.policyConfig[name].CopyFrom(item.message())
        self._call("Configure", request)

    def remediate(self, resource: ResourceView) -> Sequence[Remediation]:
        question = self._question(resource)
        # With the keys of the provider's own: what comes back takes the place of all inputs.
        question.properties.CopyFrom(to_struct(resource.inputs))
        answer = self._call("Remediate", question, optional=True)
        if answer is None:
            return ()
        return [
            Remediation(item.policyName, None if item.diagnostic else from_struct(item.properties), item.diagnostic)
            for item in answer.remediations
        ]

    def analyze(self, resource: ResourceView) -> Sequence[Violation]:
        answer = self._call("Analyze", self._question(resource))
        return self._violations(answer)

    def analyze_stack(self, resources: Sequence[ResourceView]) -> Sequence[Violation]:
        request = analyzer_pb2.AnalyzeStackRequest()
        for view in resources:
            item = request.resources.add()
            _fill(item, view, view.outputs)
            item.parent = view.parent
            item.dependencies.extend(view.dependencies)
            for key, urns in view.property_dependencies.items():
                if urns:
                    item.propertyDependencies[key].urns.extend(urns)
        answer = self._call("AnalyzeStack", request, optional=True)
        return [] if answer is None else self._violations(answer)

    def _question(self, view: ResourceView) -> analyzer_pb2.AnalyzeRequest:
        request = analyzer_pb2.AnalyzeRequest()
        _fill(request, view, view.inputs)
        return request

    def _violations(self, answer: analyzer_pb2.AnalyzeResponse) -> list[Violation]:
        return [
            Violation(
                control=item.policyName,
                level=pack_config.LEVELS[item.enforcementLevel],
                severity=_SEVERITIES.get(item.severity) or self._severities.get(item.policyName, ""),
                message=item.message,
                urn=item.urn,
            )
            for item in answer.diagnostics
            if item.enforcementLevel != analyzer_pb2.DISABLED
        ]

    def _call(self, method: str, request: Any, *, optional: bool = False) -> Any:
        """The answer of the pack; None when it does not know an ``optional`` method."""
        try:
            return getattr(self._stub, method)(request, timeout=self._pack.call_timeout)
        except grpc.RpcError as error:
            if optional and error.code() is grpc.StatusCode.UNIMPLEMENTED:
                return None
            what = f"the policy pack {self.name}"
            if error.code() is grpc.StatusCode.DEADLINE_EXCEEDED:
                raise PackError(f"{what} did not answer {method} within {self._pack.call_timeout:g} seconds") from None
            if error.code() is grpc.StatusCode.UNAVAILABLE:
                raise PackError(f"{what} ended: {self._output.told()}") from None
            raise PackError(f"{what} failed: {error.details()}") from None


def _fill(message: Any, view: ResourceView, properties: dict[str, Any]) -> None:
    """Writes what both kinds of question say about a resource."""
    message.urn, message.type, message.name = view.urn, view.type, view.name
    message.properties.CopyFrom(to_struct(_public(properties)))
    options, given = message.options, view.options
    options.protect = view.protect
    options.ignoreChanges.extend(given.ignore_changes)
    options.deleteBeforeReplace = bool(given.delete_before_replace)
    options.deleteBeforeReplaceDefined = given.delete_before_replace is not None
    options.additionalSecretOutputs.extend(given.additional_secret_outputs)
    options.aliases.extend(given.aliases)
    limits = given.custom_timeouts
    for name in ("create", "update", "delete", "read"):
        setattr(options.customTimeouts, name, getattr(limits, name))
    options.parent = view.parent
    if view.provider:
        provider = message.provider
        provider.urn = view.provider
        provider.type, provider.name = view.provider.split("::")[2].rpartition("$")[2], view.provider.split("::", 3)[3]
        provider.properties.CopyFrom(to_struct(_public(view.provider_inputs)))


def _public(properties: dict[str, Any]) -> dict[str, Any]:
    """The properties without those of the engine's own."""
    return {key: value for key, value in properties.items() if not key.startswith("__")}
