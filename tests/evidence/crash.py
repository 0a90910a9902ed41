"""Kill -9 of a deployment at any point, many times: ``python -m tests.evidence.crash --runs 200``.

Each run deploys version 1 or 2 of a small program, or destroys it, in a child process that is killed: at the k-th point
at which something durable happens (:mod:`tests.evidence.fuse`), or after a random time. Another child then looks at
what is left and goes on as a user would:

1. The store is whole, and the state file opens.
2. What is in the store without being in the state is the object of a creation that the state knows as pending; what is
   in the state without being in the store is being deleted. Nothing else.
3. The next `up` names every pending operation. Where an object was made, the remedy that it names is followed: it is
   imported. Every third run first goes on without the remedy: then either the name is refused as taken or, with an
   automatic name, a second object is made, and the first one is the very one that was named.
4. That `up` succeeds; state, store and program are the same; the next `up` and a refresh find nothing to do; no
   operation is pending any more.
5. `destroy` leaves nothing in the state, and in the store only what the vendors document as kept.

Children are forks of this process, which has loaded the SDKs and has one thread.
"""

import argparse
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simulator.engine import urn as urns
from simulator.engine.deployment import Result
from simulator.engine.events import Op
from simulator.engine.program import InlineProgram
from simulator.engine.secrets import Crypter
from simulator.records import State
from tests.evidence.fuse import Fuse
from tests.evidence.programs import PROGRAMS, SECRET, Small
from tests.evidence.world import PASSPHRASE, World, owned

PATIENCE = 120
"""Seconds after which a child counts as hanging."""

MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
"""Where worlds are kept: what a killed process has written is there whether or not it reached a disk."""

OPERATIONS = ("create", "change", "destroy")
"""What is killed: the first `up`, the `up` of version 2 over version 1, a `destroy` of version 1."""


@dataclass(frozen=True)
class Kill:
    """Where one run is killed."""

    cloud: str
    operation: str
    point: int = 0
    """The k-th durable point; 0: after ``delay`` seconds."""
    delay: float = 0.0
    heedless: bool = False
    """Go on once without the remedy."""


class Broken(Exception):
    """Something that must hold does not."""


def hold(condition: object, *said: object) -> None:
    """Raise :class:`Broken` unless the condition holds."""
    if not condition:
        raise Broken("; ".join(str(one) for one in said))


def child(body: Callable[[], Any], *, kill_after: float = 0.0) -> tuple[int, Any]:
    """Run ``body`` in a fork; answer the signal that ended it (0: none) and what it returned."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reader)
        signal.alarm(PATIENCE)
        try:
            answer = {"value": body()}
        except BaseException as error:
            told = str(error) if isinstance(error, Broken) else traceback.format_exc()
            answer = {"error": told}
        with os.fdopen(writer, "w") as handle:
            handle.write(json.dumps(answer))
        os._exit(0)
    os.close(writer)
    if kill_after:
        time.sleep(kill_after)
        os.kill(pid, signal.SIGKILL)
    with os.fdopen(reader) as handle:
        said = handle.read()
    _, status = os.waitpid(pid, 0)
    ended = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    hold(ended != signal.SIGALRM, f"a child hung for {PATIENCE} s")
    answer = json.loads(said) if said else {}
    hold("error" not in answer, answer.get("error"))
    return ended, answer.get("value")


def _up(world: World, small: Small, version: int, imports: dict[str, str] | None = None) -> Result:
    return world.deployment().up(InlineProgram(small.version(version, imports or {})))


def _must(result: Result, what: str) -> Result:
    hold(result.ok, f"{what} failed", *result.errors)
    return result


def _operate(directory: Path, small: Small, operation: str, fuse: Fuse | None) -> float:
    """Carry out an operation; answer its seconds."""
    world = World(directory, small.config)
    if fuse:
        fuse.lay()
    begun = time.monotonic()
    if operation == "destroy":
        _must(world.deployment().destroy(), "destroy")
    else:
        _must(_up(world, small, 2 if operation == "change" else 1), "up")
    return time.monotonic() - begun


class Bases:
    """Where runs begin: per cloud a world with version 1 in it, made once and copied.

    They are made in this process, so that every child finds all modules and catalogues loaded. The threads of that are
    over before the first fork.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        for cloud, small in PROGRAMS.items():
            for place, version in ((directory / cloud, 1), (directory / f"{cloud}-warm", 2)):
                place.mkdir()
                _must(_up(World(place, small.config), small, version), f"up of version {version}")
        hold(threading.active_count() == 1, f"threads are left: {threading.enumerate()}")

    def copy(self, cloud: str, operation: str, directory: Path) -> None:
        """Fill a directory with what an operation needs to be there."""
        if operation != "create":
            shutil.copytree(self._directory / cloud, directory, dirs_exist_ok=True)


def measure(cloud: str, operation: str, bases: Bases) -> tuple[int, float]:
    """How many durable points an operation passes, and its seconds."""
    with tempfile.TemporaryDirectory(prefix="tripod-crash-", dir=MEMORY) as name:
        directory = Path(name)
        bases.copy(cloud, operation, directory)

        def body() -> tuple[int, float]:
            fuse = Fuse()
            seconds = _operate(directory, PROGRAMS[cloud], operation, fuse)
            return fuse.burnt, seconds

        points, seconds = child(body)[1]
        return points, seconds


def _pending(world: World) -> dict[str, str]:
    """URN -> kind of the operations that the state knows as begun; checks that they explain every difference."""
    snapshot = world.snapshot()
    pending = {item.resource.urn: item.type for item in snapshot.operations}
    state = {(item.type, item.id): item for item in owned(snapshot.resources)}
    store = {(item.type, item.id): item for item in world.readable()}
    for key, item in store.items():
        hold(
            key in state or pending.get(item.urn) == "creating" or item.state is State.KEPT,
            f"{item.urn} ({item.id}) is in the store, unknown to the state",
        )
    for key, lost in state.items():
        hold(
            key in store or pending.get(lost.urn) == "deleting",
            f"{lost.urn} is in the state, not in the store, and nothing says that it was being deleted",
        )
    return pending


def _orphans(world: World) -> dict[str, str]:
    """URN -> id of what is in the store only."""
    known = {(item.type, item.id) for item in owned(world.snapshot().resources)}
    return {item.urn: item.id for item in world.readable() if (item.type, item.id) not in known}


def _heedless(world: World, small: Small, version: int, orphans: dict[str, str]) -> str:
    """Go on without the remedy: the user was told, and loses nothing."""
    result = _up(world, small, version)
    if not result.ok:
        failed = {step.urn for step in result.steps if step.error}
        hold(failed <= orphans.keys() and failed, "up failed elsewhere than where it was warned of", *result.errors)
        return "refused"
    left = {item.urn: item.id for item in world.cloud.inventory() if item.id in orphans.values()}
    for urn, id_ in _orphans(world).items():
        hold(orphans.get(urn) == id_, f"{urn} ({id_}) has lost its owner, and no warning named it")
        world.cloud.remove(id_)
    return "doubled" if left else "went on"


def recover(directory: Path, kill: Kill) -> dict[str, Any]:
    """Go on after a crash; answer what was found. Raises :class:`Broken`."""
    small = PROGRAMS[kill.cloud]
    world = World(directory, small.config)
    version = 2 if kill.operation == "change" else 1
    world.cloud.store.verify(writes=True)
    pending = _pending(world)
    orphans = _orphans(world)
    found: dict[str, Any] = {"pending": sorted(pending.values()), "orphans": len(orphans), "heedless": ""}
    preview = world.deployment().preview(InlineProgram(small.version(version, {})))
    told = {item.urn for item in preview.diagnostics if item.severity == "warning" and "interrupted" in item.message}
    hold(told == pending.keys(), f"pending are {sorted(pending)}, told of are {sorted(told)}")
    hold(sorted(pending) == sorted(_pending(world)), "a preview changed the state")
    if kill.heedless and orphans and kill.operation != "destroy":
        found["heedless"] = _heedless(world, small, version, orphans)
        orphans = _orphans(world)
    if kill.operation == "destroy":
        _must(world.deployment().refresh(), "refresh")  # what was being deleted may be gone
        for item in world.cloud.graveyard():
            if item.type == "azure-native:keyvault:Vault":
                world.cloud.purge(item.id)  # its name is taken until then
    imports = {urns.name_of(urn): id_ for urn, id_ in orphans.items()}
    result = _must(_up(world, small, version, imports), f"up with imports {imports}")
    imported = {step.name for step in result.steps if step.op in (Op.IMPORT, Op.IMPORT_REPLACEMENT)}
    hold(imported == imports.keys(), f"imported {sorted(imported)} instead of {sorted(imports)}")
    hold(not world.difference(), *world.difference())
    again = _must(_up(world, small, version), "the second up")
    hold(again.counts.keys() == {"same"}, f"the second up did {dict(again.counts)}")
    hold(not world.snapshot().operations, "still pending", *[item.resource.urn for item in world.snapshot().operations])
    hold(again.outputs["token"]["value"] == SECRET, "a secret output was lost")
    hold(SECRET not in world.state.path.read_text(), "a secret is in the state file in plain text")
    looked = _must(world.deployment().refresh(preview=True), "refresh")
    hold(looked.counts.keys() == {"same"}, f"refresh found {dict(looked.counts)}")
    _must(world.deployment().destroy(), "destroy")
    left = world.snapshot()
    hold(not left.resources and not left.operations, "destroy left in the state", *[one.urn for one in left.resources])
    remains = [item for item in world.cloud.store.snapshot().all(None) if item.type not in small.kept]
    hold(not remains, "destroy left in the store", *[f"{one.urn} ({one.state})" for one in remains])
    live = [item.urn for item in world.cloud.inventory() if item.state is State.LIVE]
    hold(not live, "destroy left alive", *live)
    hold(not world.state.journal_path.exists(), "the journal is left")
    return found


def run(kill: Kill, bases: Bases) -> dict[str, Any]:
    """One crash and the recovery from it."""
    with tempfile.TemporaryDirectory(prefix="tripod-crash-", dir=MEMORY) as name:
        directory = Path(name)
        small = PROGRAMS[kill.cloud]
        bases.copy(kill.cloud, kill.operation, directory)
        fuse = Fuse(kill.point) if kill.point else None
        ended, _ = child(lambda: _operate(directory, small, kill.operation, fuse), kill_after=kill.delay)
        found = child(lambda: recover(directory, kill))[1]
        return {"killed": ended == signal.SIGKILL, **found}


def plan(runs: int, seed: int, bases: Bases) -> list[Kill]:
    """Where to kill: clouds and operations in turn, three runs in four at a durable point, the others at a time."""
    dice = random.Random(seed)
    cells = [(cloud, operation) for operation in OPERATIONS for cloud in PROGRAMS]
    sizes = {cell: measure(*cell, bases) for cell in cells[:runs]}
    kills = []
    for number in range(runs):
        cell = cells[number % len(cells)]
        points, seconds = sizes[cell]
        heedless = dice.random() < 1 / 3
        if dice.random() < 1 / 4:
            kills.append(Kill(*cell, delay=dice.uniform(0.01, max(0.02, seconds)), heedless=heedless))
        else:
            kills.append(Kill(*cell, point=dice.randint(1, points), heedless=heedless))
    return kills


def main() -> int:
    """Run, print one JSON line per run and a summary; the exit code tells whether all converged."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=None, help="default: another one each time; it is printed")
    chosen = parser.parse_args()
    seed = random.SystemRandom().randint(0, 2**32) if chosen.seed is None else chosen.seed
    Crypter(PASSPHRASE)  # the key is derived once, for all children
    begun = time.monotonic()
    counts: Counter[str] = Counter()
    home = tempfile.TemporaryDirectory(prefix="tripod-crash-", dir=MEMORY)
    bases = Bases(Path(home.name))
    for number, kill in enumerate(plan(chosen.runs, seed, bases)):
        line: dict[str, Any] = {"run": number, **vars(kill)}
        try:
            line |= run(kill, bases)
        except Broken as error:
            line["broken"] = str(error)
        counts.update(
            {
                "runs": 1,
                "killed": line.get("killed", False),
                "broken": "broken" in line,
                "pending": bool(line.get("pending")),
                "orphans": bool(line.get("orphans")),
                **({f"heedless: {line['heedless']}": 1} if line.get("heedless") else {}),
            }
        )
        print(json.dumps(line), flush=True)
    home.cleanup()
    seconds = round(time.monotonic() - begun, 1)
    print(json.dumps({"seed": seed, "seconds": seconds, **counts}), flush=True)
    return 1 if counts["broken"] else 0


if __name__ == "__main__":
    sys.exit(main())
