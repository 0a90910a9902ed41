"""Runs a command and measures it: wall-clock seconds, and the peak memory of it and all its children.

Memory is the proportional set size (Linux, ``/proc/PID/smaps_rollup``), summed over the tree of processes and sampled
ten times a second: pages that processes share count once. Elsewhere it is the largest resident set of one process.
"""

import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

INTERVAL = 0.1
PROC = Path("/proc")


class CommandFailed(Exception):
    """A command that is measured did not succeed, or took too long."""


@dataclass(frozen=True)
class Measured:
    """What a command took."""

    seconds: float
    mebibytes: float
    """Peak of the whole tree."""
    root: float
    """Peak of the process itself, MiB; 0 where only one figure is known."""
    output: str


def _children() -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            try:
                after = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue  # ended meanwhile
            found.setdefault(int(after[1]), []).append(int(entry.name))
    return found


def _kibibytes(pid: int) -> int:
    try:
        for line in (PROC / str(pid) / "smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    except OSError:
        pass
    return 0


def _tree(pid: int) -> list[int]:
    below, found = _children(), [pid]
    for one in found:
        found.extend(below.get(one, ()))
    return found


def run(
    command: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    seconds: float,
    codes: Sequence[int] = (0,),
) -> Measured:
    """Run a command to its end.

    Raises:
        CommandFailed: with the end of what it printed, when its exit code is none of ``codes`` or it takes longer than
            ``seconds``.
    """
    peaks = {"tree": 0, "root": 0}
    over = threading.Event()
    with tempfile.TemporaryFile("w+") as printed:
        begun = time.monotonic()
        process = subprocess.Popen(
            command,
            cwd=cwd,
            env=dict(env or os.environ),
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

        def watch() -> None:
            while not over.wait(INTERVAL):
                sizes = [_kibibytes(pid) for pid in _tree(process.pid)]
                peaks["tree"] = max(peaks["tree"], sum(sizes))
                peaks["root"] = max(peaks["root"], sizes[0])

        watcher = threading.Thread(target=watch, daemon=True)
        if PROC.exists():
            watcher.start()
        try:
            code = process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)
            process.wait()
            raise CommandFailed(f"{' '.join(command)}: took longer than {seconds:g} s") from None
        finally:
            over.set()
        took = time.monotonic() - begun
        printed.seek(0)
        output = printed.read()
    if code not in codes:
        raise CommandFailed(f"{' '.join(command)}: exit code {code}\n{output[-3000:]}")
    largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / (1024 if sys.platform != "darwin" else 1 << 20)
    return Measured(took, peaks["tree"] / 1024 or largest, peaks["root"] / 1024, output)
