"""The program of a stack: a function of this process, or a project directory run by a Python of its own."""

from __future__ import annotations

import asyncio
import contextvars
import json
import os
import subprocess
import sys
import threading
import traceback
from collections.abc import Awaitable, Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Protocol

import grpc
from pulumi import RunError
from pulumi.runtime import run_in_stack, set_all_config
from pulumi.runtime.settings import ROOT as _ROOT
from pulumi.runtime.settings import Settings, configure

from simulator.credentials import without
from simulator.engine.errors import ProgramError
from simulator.engine.events import Diagnostic
from simulator.engine.monitor import EngineService, Monitor
from simulator.engine.run import Run
from simulator.engine.server import serve
from simulator.engine.settle import settled

# How long, in seconds, a program may go on after a cancellation, at least.
_GRACE = 5.0


class Program(Protocol):
    """Something that registers resources with a run."""

    def execute(self, run: Run) -> bool:
        """Runs to the end; False when it failed, in which case the reason has been reported."""
        ...


@contextmanager
def running(program: Program, run: Run) -> Iterator[bool]:
    """Runs the program until it has registered everything; answers whether it got there.

    It stays alive, for its hooks, until the block ends. Raises :class:`ProgramError` when it cannot be started.
    """
    outcome: list[bool] = []
    raised: list[BaseException] = []

    def body() -> None:
        try:
            outcome.append(program.execute(run))
        except BaseException as error:
            raised.append(error)
        finally:
            run.registered.set()

    thread = threading.Thread(target=body, name="pulumi-program-runner")
    thread.start()
    try:
        run.registered.wait()
        if raised:
            raise raised[0]
        yield outcome[0] if outcome else True
    except BaseException:
        run.cancelled.set()
        run.stopping.set()
        raise
    finally:
        run.released.set()
        thread.join()
    if outcome and not outcome[0]:
        run.failed.set()


@dataclass(frozen=True)
class InlineProgram:
    """A function that declares resources, run in this process.

    It runs in a thread with an event loop and a copy of the context of its own; the settings of the Pulumi SDK are
    context variables, so nothing of a run is left behind for the next one. The environment is that of this process:
    unlike a project's, it keeps credentials of the clouds.
    """

    function: Callable[[], Awaitable[None] | None]

    def execute(self, run: Run) -> bool:
        result: list[bool] = []
        context = contextvars.copy_context()
        thread = threading.Thread(target=lambda: result.append(context.run(self._main, run)), name="pulumi-program")
        thread.start()
        thread.join()
        return bool(result and result[0])

    def _main(self, run: Run) -> bool:
        about = run.settings
        _ROOT.set(None)
        configure(
            Settings(
                project=about.project,
                stack=about.stack,
                organization=about.organization,
                monitor=Monitor(run, Path.cwd()),
                engine=EngineService(run),
                parallel=about.parallel,
                dry_run=about.preview,
                root_directory=str(Path.cwd()),
            )
        )
        set_all_config(dict(about.config), list(about.secret_keys))
        loop = asyncio.new_event_loop()
        # A program that fails leaves futures that nobody awaits; asyncio would complain about each, even later.
        loop.set_exception_handler(lambda loop, context: None)
        executor = ThreadPoolExecutor(max_workers=max(about.parallel, 1) * 4, thread_name_prefix="pulumi-rpc")
        loop.set_default_executor(executor)
        try:
            loop.run_until_complete(run_in_stack(settled(self.function)))
        except RunError as error:
            return self._failed(run, str(error))
        except grpc.RpcError as error:
            if error.code() == grpc.StatusCode.UNAVAILABLE:
                return False
            return self._failed(run, str(error.details()))
        except BaseException as error:
            return self._failed(run, f"{_told(error)}\n{_traceback(error)}")
        finally:
            for task in asyncio.all_tasks(loop):
                task.cancel()
                with suppress(asyncio.CancelledError, Exception):
                    loop.run_until_complete(task)
            executor.shutdown(wait=True)
            loop.close()
        return True

    def _failed(self, run: Run, message: str) -> bool:
        if not run.stopping.is_set():
            run.report(Diagnostic("error", message.rstrip(), source="program"))
        return False


def _told(error: BaseException) -> str:
    return f"the program failed with {type(error).__name__}: {error}"


def _traceback(error: BaseException) -> str:
    """The traceback without the frames of this engine and of the event loop."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if frame.filename != __file__ and "/asyncio/" not in frame.filename]
    return "".join(traceback.format_list(own or frames))


@dataclass(frozen=True)
class ProjectProgram:
    """A Pulumi project on disk, run as the Python language host of the CLI runs it.

    ``directory`` holds ``__main__.py`` (or is a Python file itself). Credentials of the clouds are taken out of its
    environment; ``environment`` adds to it. Anything the program prints becomes a diagnostic.
    """

    directory: Path
    environment: dict[str, str] = field(default_factory=dict)
    root: Path | None = None
    """The project root, where ``Pulumi.yaml`` lies; by default the directory."""
    python: str = sys.executable

    def execute(self, run: Run) -> bool:
        directory = self.directory.resolve()
        if not directory.exists() or (directory.is_dir() and not (directory / "__main__.py").exists()):
            raise ProgramError(f"{directory} holds no program: __main__.py is missing")
        about = run.settings
        with serve(run, directory if directory.is_dir() else directory.parent) as address:
            command = [
                self.python,
                "-u",
                "-m",
                "simulator.engine.exec",
                *("--monitor", address, "--engine", address),
                *("--project", about.project, "--stack", about.stack, "--organization", about.organization),
                *("--parallel", str(about.parallel), "--dry-run", str(about.preview).lower()),
                *("--root-directory", str((self.root or directory).resolve())),
                str(directory),
            ]
            process = subprocess.Popen(
                command,
                cwd=directory if directory.is_dir() else directory.parent,
                env=self._environment(run),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                start_new_session=True,  # an interrupt at the terminal is the engine's to deal with
            )
            assert process.stdout is not None and process.stderr is not None
            readers = [
                threading.Thread(target=_report_lines, args=(run, process.stdout, "stdout", "info")),
                threading.Thread(target=_report_lines, args=(run, process.stderr, "stderr", "info")),
            ]
            for reader in readers:
                reader.start()
            try:
                code = _wait(process, run)
            except BaseException:
                process.terminate()
                raise
            finally:
                for reader in readers:
                    reader.join()
        if code != 0 and not run.failed.is_set() and not run.stopping.is_set():
            run.report(Diagnostic("error", f"the program ended with exit code {code}", source="program"))
        return code == 0

    def _environment(self, run: Run) -> dict[str, str]:
        kept = without(os.environ)
        here = str(Path(__file__).resolve().parents[2])
        search = [here, *filter(None, [kept.get("PYTHONPATH")])]
        return {
            **kept,
            "PYTHONPATH": os.pathsep.join(search),
            "PULUMI_CONFIG": json.dumps(dict(run.settings.config)),
            "PULUMI_CONFIG_SECRET_KEYS": json.dumps(list(run.settings.secret_keys)),
            **self.environment,
        }


def _wait(process: subprocess.Popen[str], run: Run) -> int:
    """Waits for the program; one that does not end after a cancellation is ended."""
    while True:
        try:
            return process.wait(timeout=_GRACE)
        except subprocess.TimeoutExpired:
            if run.cancelled.is_set():
                process.terminate()


def _report_lines(run: Run, stream: IO[str], source: str, severity: str) -> None:
    lines: Iterable[str] = stream
    for line in lines:
        if line.strip():
            run.report(Diagnostic(severity, line.rstrip("\n"), source=source))
