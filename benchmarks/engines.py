"""The embedded engine and the Pulumi CLI on the same program over the same simulated clouds, in turn."""

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from benchmarks.embedded import PASSPHRASE, PROGRAM
from benchmarks.measure import Measured, run

ROOT = Path(__file__).resolve().parents[1]
OPERATIONS = ("preview", "up", "no-op up", "destroy")
_PATIENCE = 1800.0


@dataclass(frozen=True)
class Sample:
    """One operation, once."""

    engine: str
    size: int
    operation: str
    seconds: float
    mebibytes: float
    root: float


class Engine(Protocol):
    """One of the two, over a world of its own."""

    name: str

    def run(self, operation: str) -> Measured:
        """Carry out an operation in fresh processes."""
        ...


class Embedded:
    """The engine of the simulator."""

    name = "embedded"

    def __init__(self, directory: Path, size: int) -> None:
        self._directory, self._size = directory, size

    def run(self, operation: str) -> Measured:
        command = [sys.executable, "-m", "benchmarks.embedded", operation, str(self._size), str(self._directory)]
        return run(command, cwd=ROOT, seconds=_PATIENCE)


class Cli:
    """The Pulumi CLI with the simulated providers as plugins."""

    name = "pulumi"

    def __init__(self, directory: Path, size: int) -> None:
        from tripod.environment import Environment  # noqa: PLC0415 - brings the whole kit along

        self._project = directory / "project"
        shutil.copytree(PROGRAM, self._project, ignore=shutil.ignore_patterns("__pycache__"))
        options = {"name": "python", "options": {"toolchain": "pip", "virtualenv": sys.prefix}}
        (self._project / "Pulumi.yaml").write_text(json.dumps({"name": "bench", "runtime": options}))
        environment = Environment(directory)
        environment.write(self._project)
        self._env = {**environment.applied_to(os.environ), "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE}
        self._do("stack", "init", "organization/bench/dev")
        self._do("config", "set", "aws:region", "eu-west-1")
        self._do("config", "set", "bench:size", str(size))

    def _do(self, *arguments: str) -> Measured:
        command = ["pulumi", *arguments, "--non-interactive", "--color", "never"]
        return run(command, cwd=self._project, env=self._env, seconds=_PATIENCE)

    def run(self, operation: str) -> Measured:
        return self._do(
            operation, *(() if operation == "preview" else ("--yes", "--skip-preview")), "--suppress-outputs"
        )


def cli_version() -> str:
    """The version of the Pulumi CLI; empty where it is not on PATH."""
    if shutil.which("pulumi") is None:
        return ""
    said = run(["pulumi", "version"], cwd=ROOT, seconds=60).output.strip()
    return said or "built from source, no version set"


@contextmanager
def _world(engine: type[Embedded] | type[Cli], size: int) -> Iterator[Engine]:
    with tempfile.TemporaryDirectory(prefix="tripod-bench-") as name:
        yield engine(Path(name), size)


def compare(sizes: Sequence[int], rounds: int, *, cli_up_to: int) -> list[Sample]:
    """Time every operation at every size, ``rounds`` times, the engines in turn.

    The CLI takes part where it is on PATH, up to a size: it takes minutes beyond.
    """
    samples = []
    for size in sizes:
        engines: list[type[Embedded] | type[Cli]] = [Embedded]
        if cli_version() and size <= cli_up_to:
            engines.append(Cli)
        for number in range(rounds):
            for engine in engines if number % 2 == 0 else reversed(engines):
                with _world(engine, size) as world:
                    for operation in OPERATIONS:
                        done = world.run("up" if operation == "no-op up" else operation)
                        samples.append(Sample(world.name, size, operation, done.seconds, done.mebibytes, done.root))
                        print(f"{world.name} {size} {operation}: {done.seconds:.1f} s", file=sys.stderr, flush=True)
    return samples
