"""The three simulated clouds over one store: the entrance for engines, tests and the command line.

>>> cloud = SimulatedCloud(Store(path))
>>> aws = cloud("aws", "7.51.1")
>>> aws.configure({"region": "eu-west-1"})

Nothing real is reached: there is no network code here. What is deliberately not done: no request is evaluated against
IAM, no capacity is scarce, no job runs.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable
from types import MappingProxyType
from typing import Any, Final

from simulator import faults
from simulator.catalogue.packages import PACKAGES, package_of
from simulator.catalogue.shapes import shape_of
from simulator.check import check_inputs
from simulator.clouds.aws import Aws
from simulator.clouds.azure import Azure
from simulator.clouds.base import CloudRules
from simulator.clouds.gcp import Gcp
from simulator.model import CloudError, Live, Props
from simulator.provider import SimulatedProvider
from simulator.records import Effect, Fault, State, Stored
from simulator.store import Store
from simulator.values import parse, put

_RULES: Final[MappingProxyType[str, Callable[[], CloudRules]]] = MappingProxyType(
    {"aws": Aws, "azure-native": Azure, "gcp": Gcp}
)

_PLACED_CONFIG: Final = MappingProxyType(
    {
        "aws": {"region": "eu-west-1"},
        "azure-native": {"location": "westeurope"},
        "gcp": {"project": "tripod-sim", "region": "europe-west4"},
    }
)


class SimulatedCloud:
    """Fits :class:`simulator.model.Providers`: called with a package and a version it makes a provider."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def __call__(self, package: str, version: str) -> SimulatedProvider:
        """Make an unconfigured provider; raises :class:`CloudError` for a package that is not simulated.

        The version of the installed SDK is always the one simulated; ``version`` is what the program asked for.
        """
        if package not in _RULES:
            raise CloudError(
                "UnknownPackage", f"package '{package}' is not simulated; simulated are {', '.join(PACKAGES)}"
            )
        return SimulatedProvider(_RULES[package](), self.store)

    def inventory(self) -> list[Stored]:
        """Return the live objects of all clouds in the order they were made."""
        return self.store.snapshot().all()

    def graveyard(self) -> list[Stored]:
        """Return what is deleted but still holds its name."""
        snapshot = self.store.snapshot()
        return [*snapshot.all(State.DELETED), *snapshot.all(State.KEPT)]

    def place(self, type_: str, name: str, inputs: Props, config: Props | None = None) -> Live:
        """Put an object into the cloud that no program owns (a network or key that was there before).

        Raises :class:`CloudError` when its inputs are wrong, as a creation does.
        """
        package = package_of(type_)
        provider = self(package, "")
        provider.configure(config or _PLACED_CONFIG[package])
        urn = f"urn:pulumi:existing::existing::{type_}::{name}"
        checked = provider.check(urn, type_, {}, inputs, b"")
        if checked.failures:
            faults = "; ".join(f"{fault.property}: {fault.reason}" for fault in checked.failures)
            raise CloudError("InvalidInputs", f"{type_} '{name}': {faults}")
        return provider.create(urn, type_, checked.inputs, preview=False, timeout=0)

    def edit(self, urn_or_id: str, path: str, value: Any) -> Stored:
        """Change one property behind the back of the program that owns it; None removes it.

        Raises:
            CloudError: ``NotFound`` where there is no such live object, ``NoSuchProperty`` where its type has no such
                property, ``InvalidValue`` where the cloud could never hold the value.
        """
        with self.store.transaction() as transaction:
            stored = self._one(urn_or_id)
            shape = shape_of(stored.type)
            where = f"of {stored.type} '{stored.id}'"
            try:
                steps = parse(path)
                outputs = put(stored.outputs, steps, value)
                inputs = put(stored.inputs, steps, value) if steps[0] in shape.inputs else stored.inputs
            except (KeyError, ValueError) as error:
                raise CloudError("NoSuchProperty", f"'{path}' is no property {where}") from error
            if steps[0] not in shape.inputs and steps[0] not in shape.outputs:
                known = shape.inputs.keys() | shape.outputs.keys()
                near = difflib.get_close_matches(str(steps[0]), known, n=1)
                hint = f"; did you mean '{near[0]}'?" if near else ""
                raise CloudError("NoSuchProperty", f"'{steps[0]}' is no property {where}{hint}")
            faults_before = set(check_inputs(shape, stored.inputs))
            found = [one for one in check_inputs(shape, inputs) if one not in faults_before]
            if found:
                told = "; ".join(f"{one.property}: {one.reason}" for one in found)
                raise CloudError("InvalidValue", f"{told} ({where.removeprefix('of ')})")
            transaction.update(stored.number, inputs, outputs)
        return self._one(urn_or_id)

    def remove(self, urn_or_id: str) -> None:
        """Delete an object behind the back of its owner, without any of the checks of a deletion."""
        with self.store.transaction() as transaction:
            transaction.remove(self._one(urn_or_id).number)

    def fill(self, urn_or_id: str, filled: bool = True) -> None:
        """Say that an object holds data, so that its deletion is refused unless forced."""
        with self.store.transaction() as transaction:
            transaction.fill(self._one(urn_or_id).number, filled)

    def purge(self, id_: str) -> None:
        """Free the name of a soft-deleted object, as the purge command of the cloud does.

        Raises :class:`CloudError` when nothing of that id is deleted, or what is can never be purged.
        """
        with self.store.transaction() as transaction:
            dead = [one for one in transaction.by_id(id_) if one.state is not State.LIVE]
            if not dead:
                raise CloudError("NotDeleted", f"nothing with the id '{id_}' waits to be purged")
            if dead[0].state is State.KEPT:
                raise CloudError("NeverDeleted", f"{dead[0].type} '{id_}' can never be purged; import it instead")
            properties = dead[0].inputs.get("properties")
            if isinstance(properties, dict) and properties.get("enablePurgeProtection") is True:
                raise CloudError("PurgeProtected", f"'{id_}' is under purge protection; wait until its retention ends")
            transaction.remove(dead[0].number)

    def add_fault(
        self,
        operation: str,
        code: str = "",
        message: str = "",
        *,
        type_glob: str = "*",
        name_glob: str = "*",
        times: int = 1,
        latency: float = 0.0,
        effect: Effect = Effect.ERROR,
    ) -> int:
        """Arrange an error (or, without a code, only ``latency`` seconds of delay) for the next matching operations.

        ``operation`` is create, read, update, delete or ``*``; ``times`` counts requests, so a provider that tries
        again outlasts a few throttles (:data:`simulator.faults.RETRIES`). Returns a number for :meth:`drop_fault`.

        Raises:
            CloudError: ``InvalidFault`` for one that could never strike, such as on a type that does not exist.
        """
        said = message or "simulated fault"
        fault = faults.validated(Fault(type_glob, name_glob, operation, code, said, times, latency, effect))
        with self.store.transaction() as transaction:
            return transaction.add_fault(fault)

    def drop_fault(self, number: int) -> None:
        """Take back a fault; raises :class:`CloudError` ``NoSuchFault`` where there is none of that number."""
        with self.store.transaction() as transaction:
            if not transaction.remove_fault(number):
                known = ", ".join(str(one.number) for one in transaction.faults()) or "none"
                raise CloudError("NoSuchFault", f"there is no fault {number}; arranged are {known}")

    def faults(self) -> list[Fault]:
        """Return the faults that are still to come."""
        return self.store.snapshot().faults()

    def reset(self) -> None:
        """Forget every object, deleted or not, and every fault."""
        with self.store.transaction() as transaction:
            transaction.clear()

    def _one(self, urn_or_id: str) -> Stored:
        snapshot = self.store.snapshot()
        found = snapshot.by_urn(urn_or_id) or snapshot.by_id(urn_or_id) or snapshot.named(urn_or_id)
        live = [one for one in found if one.state is not State.DELETED]
        if not live:
            raise CloudError("NotFound", f"the simulated clouds hold nothing with the URN or id '{urn_or_id}'")
        return live[-1]
