"""A stack in a directory, and what must be true of it: what is in its state is in the store, and nothing else."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from simulator.cloud import SimulatedCloud
from simulator.engine import urn as urns
from simulator.engine.deployment import Deployment
from simulator.engine.resource import Resource
from simulator.engine.state import Snapshot, StateFile
from simulator.records import State, Stored
from simulator.store import Store

PASSPHRASE = "evidence"
STACK = "dev"


class World:
    """One simulated world with one stack."""

    def __init__(self, directory: Path, config: Mapping[str, str]) -> None:
        self.store = directory / "cloud.db"
        self.state = StateFile(directory / f"{STACK}.json", PASSPHRASE)
        self.cloud = SimulatedCloud(Store(self.store))
        self._config = config

    def deployment(self, **options: Any) -> Deployment:
        """The stack, ready for an operation."""
        return Deployment(
            project="evidence",
            stack=STACK,
            organization="organization",
            config=self._config,
            secret_keys=(),
            state=self.state,
            providers=self.cloud,
            **options,
        )

    def snapshot(self) -> Snapshot:
        """The state on disk."""
        return self.state.load()

    def readable(self) -> list[Stored]:
        """What the clouds would show: the living, and what is kept for ever although deleted."""
        return [item for item in self.cloud.store.snapshot().all(None) if item.state is not State.DELETED]

    def difference(self, *, urns: bool = True) -> list[str]:
        """What is in the state or the store alone, or not the same in both; empty when all is well.

        Without ``urns``: a cloud does not hear of a resource that is only renamed in the program.
        """
        return compare(owned(self.snapshot().resources), self.readable(), urns=urns)


def owned(resources: Iterable[Resource]) -> list[Resource]:
    """The resources that stand for an object of a cloud."""
    return [
        item
        for item in resources
        if item.custom and not urns.is_provider(item.type) and not item.external and not item.pending_replacement
    ]


def compare(resources: Iterable[Resource], objects: Iterable[Stored], *, urns: bool) -> list[str]:
    """One line for each difference, named by URN and id."""
    state = {(item.type, item.id): item for item in resources}
    store = {(item.type, item.id): item for item in objects}
    return [
        *(f"{item.urn} ({item.id}) is in the state only" for key, item in state.items() if key not in store),
        *(f"{item.urn} ({item.id}) is in the store only" for key, item in store.items() if key not in state),
        *(
            f"{item.urn}: the store knows it as {store[key].urn}"
            for key, item in state.items()
            if urns and key in store and store[key].urn != item.urn
        ),
    ]
