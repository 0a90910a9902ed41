"""One operation of the embedded engine, in a process of its own: ``python -m benchmarks.embedded up 1000 DIRECTORY``.

Prints one JSON line with the counts of steps. The program runs in a process below, as under the CLI.
"""

import json
import sys
from pathlib import Path

from simulator.cloud import SimulatedCloud
from simulator.engine.deployment import Deployment
from simulator.engine.program import ProjectProgram
from simulator.engine.state import StateFile
from simulator.store import Store

PROGRAM = Path(__file__).parent / "program"
PASSPHRASE = "bench"


def main(operation: str, size: int, directory: Path) -> int:
    """Carry out ``preview``, ``up`` or ``destroy``; answer the exit code."""
    deployment = Deployment(
        project="bench",
        stack="dev",
        organization="organization",
        config={"aws:region": "eu-west-1", "bench:size": str(size)},
        secret_keys=(),
        state=StateFile(directory / "dev.json", PASSPHRASE),
        providers=SimulatedCloud(Store(directory / "cloud.db")),
        parallel=16,  # what the CLI does by default on most machines
    )
    program = [] if operation == "destroy" else [ProjectProgram(PROGRAM)]
    result = getattr(deployment, operation)(*program)
    print(json.dumps({"ok": result.ok, "counts": result.counts, "errors": result.errors[:3]}))
    return 0 if result.ok else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])))
