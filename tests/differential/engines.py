"""The two engines behind one face: each has a project, a state and a simulated cloud of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import grpc
from pulumi.automation._server import LanguageServer
from pulumi.runtime._grpc_settings import _GRPC_CHANNEL_OPTIONS
from pulumi.runtime.proto import language_pb2_grpc

from simulator.cloud import SimulatedCloud
from simulator.engine.deployment import Deployment, Result
from simulator.engine.packs import Pack
from simulator.engine.program import InlineProgram
from simulator.engine.secrets import Crypter
from simulator.engine.state import Snapshot, StateFile
from simulator.engine.targets import selection
from simulator.store import Store
from tests.differential.case import STACK, Action, Case
from tripod.environment import Environment

PASSPHRASE = "differential"
ROOT = Path(__file__).resolve().parents[2]
SECONDS = 240.0
"""After which a run of the CLI counts as hanging."""

_MAIN = """\
import os, sys
sys.path.insert(0, {root!r})
from {module} import {name}
{name}(int(os.environ["DIFFERENTIAL_VERSION"]))
"""


@dataclass(frozen=True)
class Done:
    """One step that ended."""

    op: str
    urn: str
    failed: bool
    changes: tuple[tuple[str, str, bool], ...] = ()
    """(path, kind, replaces) as shown to the user."""


@dataclass
class Outcome:
    """What one operation came to."""

    ok: bool
    steps: list[Done]
    said: str
    """All errors and warnings."""
    violations: frozenset[tuple[str, str, str]] = field(default_factory=frozenset)
    """(policy, level, URN)."""


class Engine(Protocol):
    """One of the two."""

    store: Path

    def meddle(self, action: Action) -> None:
        """Let happen to the cloud what comes before the action."""
        ...

    def run(self, operation: str, action: Action) -> Outcome:
        """Carry out ``preview``, ``up``, ``refresh``, ``destroy``."""
        ...

    def snapshot(self, stack: str = STACK) -> Snapshot: ...


def _selected(action: Action) -> dict[str, Any]:
    return {key: value for key, value in action.options.items() if key != "continue_on_error"}


def _pack(case: Case, directory: Path) -> Path | None:
    """Write the policy pack of a case."""
    if not case.pack:
        return None
    pack = directory / "pack"
    pack.mkdir()
    runtime = {"name": "python", "options": {"toolchain": "pip", "virtualenv": sys.prefix}}
    (pack / "PulumiPolicy.yaml").write_text(json.dumps({"runtime": runtime, "version": "1.0.0"}))
    (pack / "__main__.py").write_text(case.pack)
    return pack


def _meddle(store: Path, action: Action) -> None:
    if action.before:
        action.before(SimulatedCloud(Store(store)))


class Embedded:
    """The engine of the simulator, in this process."""

    name = "embedded"

    def __init__(self, case: Case, directory: Path, salted: Path) -> None:
        self.case = case
        self.directory = directory
        directory.mkdir()
        self.pack = _pack(case, directory)
        self.store = directory / "cloud.db"
        self.store.write_bytes(salted.read_bytes())
        if case.place:
            case.place(SimulatedCloud(Store(self.store)))

    def state(self, stack: str = STACK) -> StateFile:
        """The state of a stack."""
        return StateFile(self.directory / f"{stack}.json", PASSPHRASE)

    def meddle(self, action: Action) -> None:
        _meddle(self.store, action)

    def run(self, operation: str, action: Action) -> Outcome:
        deployment = Deployment(
            project=self.case.project,
            stack=action.stack,
            organization="organization",
            config={**self.case.config(action.stack), **self.case.secret_config},
            secret_keys=sorted(self.case.secret_config),
            state=self.state(action.stack),
            providers=SimulatedCloud(Store(self.store)),
            stacks=lambda name: self.state(name.rsplit("/", 1)[-1]).outputs(),
            selection=selection(**_selected(action)),
            continue_on_error=bool(action.options.get("continue_on_error")),
            packs=[Pack(self.pack)] if self.pack else [],
        )
        if operation in ("preview", "up"):
            program = InlineProgram(lambda: self.case.program(action.version))
            result: Result = getattr(deployment, operation)(program)
        else:
            result = getattr(deployment, operation)()
        steps = [
            Done(
                step.op.value,
                step.urn,
                bool(step.error),
                tuple(sorted((change.path, change.kind, change.replace) for change in step.changes)),
            )
            for step in result.steps
        ]
        told = [item.message for item in result.diagnostics if item.severity in ("error", "warning")]
        said = "\n".join([*told, *(item.message for item in result.violations)])
        found = frozenset((item.control, item.level, item.urn) for item in result.violations)
        return Outcome(result.ok, steps, said, found)

    def snapshot(self, stack: str = STACK) -> Snapshot:
        return self.state(stack).load()


@contextmanager
def _language_server(program: Callable[[], None]) -> Iterator[str]:
    """Serve a program to the CLI; the address."""
    server = grpc.server(ThreadPoolExecutor(max_workers=8), options=_GRPC_CHANNEL_OPTIONS)
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(LanguageServer(program), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        server.stop(0)


class Cli:
    """The Pulumi CLI over launched plugins.

    ``hosted``: the program is run by the Python language host, as for a user. Otherwise by a language server in this
    process, as the Automation API does, which saves two thirds of the time.
    """

    name = "cli"

    def __init__(self, case: Case, directory: Path, salted: Path, *, hosted: bool) -> None:
        self.case = case
        self.hosted = hosted
        self.project = directory / "project"
        self.project.mkdir(parents=True)
        self.environment = Environment(directory)
        self.environment.write(self.project)
        self.pack = _pack(case, directory)
        self.extra: dict[str, str] = {}
        """More variables of the environment."""
        self.store = directory / "cloud.db"
        self.store.write_bytes(salted.read_bytes())
        if case.place:
            case.place(SimulatedCloud(Store(self.store)))
        runtime = {"name": "python", "options": {"toolchain": "pip", "virtualenv": str(Path(sys.prefix))}}
        (self.project / "Pulumi.yaml").write_text(json.dumps({"name": case.project, "runtime": runtime}))
        (self.project / "__main__.py").write_text(
            _MAIN.format(root=str(ROOT), module=case.program.__module__, name=case.program.__name__)
        )

    def init(self, stack: str) -> None:
        """Make a stack, unless there is one."""
        path = self.project / f"Pulumi.{stack}.yaml"
        if path.exists():
            return
        crypter = Crypter(PASSPHRASE)
        config: dict[str, Any] = {
            **self.case.config(stack),
            **{key: {"secure": crypter.encrypt(value)} for key, value in self.case.secret_config.items()},
        }
        path.write_text(json.dumps({"encryptionsalt": crypter.salt, "config": config}))
        self("stack", "init", f"organization/{self.case.project}/{stack}")

    def __call__(self, *arguments: str, version: int = 0, check: bool = True) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            ["pulumi", *arguments, "--non-interactive", "--color", "never"],
            cwd=self.project,
            env={
                **self.environment.applied_to(os.environ),
                "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
                "PULUMI_DEBUG_COMMANDS": "true",
                "DIFFERENTIAL_VERSION": str(version),
                **self.extra,
            },
            check=False,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            stdin=subprocess.DEVNULL,
        )
        assert done.returncode == 0 or not check, f"pulumi {arguments}: {done.stdout}{done.stderr}"
        return done

    def meddle(self, action: Action) -> None:
        _meddle(self.store, action)

    def run(self, operation: str, action: Action) -> Outcome:
        self.init(action.stack)
        log = self.project.parent / "events.json"
        log.unlink(missing_ok=True)
        words = [operation, "--stack", f"organization/{self.case.project}/{action.stack}", "--event-log", str(log)]
        words += ["--diff"] if operation == "preview" else ["--yes", "--skip-preview"]
        for key, value in _selected(action).items():
            option = f"--{key.replace('_', '-')}"
            words += [option] if value is True else [text for one in value for text in (option, one)]
        if action.options.get("continue_on_error") and operation != "preview":
            words += ["--continue-on-error"]
        if self.pack and operation in ("preview", "up"):
            words += ["--policy-pack", str(self.pack)]
        if self.hosted or operation not in ("preview", "up"):
            done = self(*words, version=action.version, check=False)
        else:
            with _language_server(lambda: self.case.program(action.version)) as address:
                done = self(*words, f"--client={address}", "--exec-kind", "auto.inline", check=False)
        events = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
        return _outcome(done, events)

    def snapshot(self, stack: str = STACK) -> Snapshot:
        """What `pulumi stack export` prints, read at its source: a run of the CLI costs more."""
        kept = self.environment.backend / ".pulumi" / "stacks" / self.case.project / f"{stack}.json"
        document = json.loads(kept.read_text())
        exported = self.project.parent / "exported.json"
        exported.write_text(
            json.dumps({"version": document["version"], "deployment": document["checkpoint"].get("latest") or {}})
        )
        return StateFile(exported, PASSPHRASE).load()


def _outcome(done: subprocess.CompletedProcess[str], events: list[dict[str, Any]]) -> Outcome:
    steps: dict[tuple[str, str], Done] = {}
    said: list[str] = []
    violations = set()
    for event in events:
        for kind in ("resourcePreEvent", "resOutputsEvent", "resOpFailedEvent"):
            if kind not in event:
                continue
            about = event[kind]["metadata"]
            key = (about["op"], about["urn"])
            if kind == "resourcePreEvent" and (
                about["op"] == "refresh" or (about["new"] or about["old"]).get("custom")
            ):
                continue  # a component ends as it begins, and is only heard of again if it registers outputs
            if "::pulumi:providers:" in about["urn"] and "::default" in about["urn"]:
                continue  # the embedded engine does not show these
            if key not in steps:
                steps[key] = Done(*key, kind == "resOpFailedEvent", _changes(about))
        if "diagnosticEvent" in event and event["diagnosticEvent"]["severity"] in ("error", "warning"):
            said.append(event["diagnosticEvent"]["message"])
        if "policyEvent" in event:
            about = event["policyEvent"]
            violations.add((about["policyName"], about["enforcementLevel"], about.get("resourceUrn", "")))
    text = "\n".join([*said, done.stderr, *([] if done.returncode == 0 else [done.stdout])])
    return Outcome(done.returncode == 0, list(steps.values()), text, frozenset(violations))


def _changes(about: dict[str, Any]) -> tuple[tuple[str, str, bool], ...]:
    found = []
    for path, diff in (about.get("detailedDiff") or {}).items():
        kind, _, replace = diff["diffKind"].partition("-")
        found.append((path, kind, replace == "replace"))
    return tuple(sorted(found))
