"""Where the simulated clouds and the states of their stacks are kept. Imports no component and no SDK."""

import os
from pathlib import Path

from simulator.cloud import SimulatedCloud
from simulator.engine.state import StateFile
from simulator.model import Props
from simulator.store import Store
from stacks.project import PROJECT, ROOT

DEFAULT_PASSPHRASE = "tripod-simulated"
"""Encrypts secrets of simulated stacks unless PULUMI_CONFIG_PASSPHRASE is set."""


def home() -> Path:
    """Where simulated stacks live: ``TRIPOD_HOME``, or ``.tripod`` in the project."""
    given = os.environ.get("TRIPOD_HOME")
    return Path(given).resolve() if given else ROOT / ".tripod"


def passphrase() -> str:
    """Passphrase of states and secret configuration."""
    return os.environ.get("PULUMI_CONFIG_PASSPHRASE") or DEFAULT_PASSPHRASE


def state_file(stack: str, secret: str | None = None) -> StateFile:
    """State of a stack, whether it exists or not."""
    return StateFile(home() / "stacks" / f"{stack}.json", secret or passphrase())


def store_file() -> Path:
    """Where the simulated clouds are kept."""
    return home() / "cloud.db"


def open_cloud(*, writes: bool = False) -> SimulatedCloud:
    """The simulated clouds, shared by all stacks of the project.

    Raises :class:`simulator.database.StoreError` where the store cannot be used (or, for what ``writes``, is locked).
    """
    store = Store(store_file())
    store.verify(writes=writes)
    return SimulatedCloud(store)


def stack_outputs(name: str, secret: str | None = None) -> Props | None:
    """Outputs of another stack by plain or qualified name; None where there is no such stack."""
    parts = name.split("/")
    if len(parts) > 1 and parts[-2] != PROJECT:
        return None
    return state_file(parts[-1], secret).outputs()
