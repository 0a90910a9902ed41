"""One configured provider of a simulated cloud."""

from __future__ import annotations

import json
import time

from simulator import config as configuration
from simulator import diff as differ
from simulator import faults, places, quotas, references
from simulator import outputs as writer
from simulator.catalogue import create_only, lifecycle
from simulator.catalogue.shapes import Shape, shape_of
from simulator.check import judge
from simulator.clouds.base import Birth, CloudRules, Identity, Naming
from simulator.dice import Dice
from simulator.documents.check import check_documents
from simulator.model import Checked, CheckFailure, CloudError, Difference, Live, PartialFailure, Props
from simulator.records import Effect, Fault, NewObject, State, Stored
from simulator.store import Store, Transaction
from simulator.values import parse, pick, plain, render, without_nulls


class SimulatedProvider:
    """Implements :class:`simulator.model.Provider` over the store and the rules of one cloud."""

    def __init__(self, rules: CloudRules, store: Store) -> None:
        self._rules = rules
        self._store = store
        self._config: Props = {}

    def check_config(self, news: Props) -> Checked:
        """Refuse unknown keys and a missing region, location or project."""
        return configuration.check(self._rules, news)

    def diff_config(self, olds: Props, news: Props) -> Difference:
        """Say which configuration changes replace the provider, and so all it made."""
        return configuration.diff(self._rules, olds, news)

    def configure(self, config: Props) -> None:
        """Take the configuration; values that are not text may come as JSON, as the engine sends them."""
        known = configuration.known_keys(self._rules.package)
        read: Props = {}
        for key, value in plain(without_nulls(config)).items():
            if known.get(key) and isinstance(value, str):
                try:
                    read[key] = json.loads(value)
                except ValueError:
                    read[key] = value
            else:
                read[key] = value
        self._config = read

    def check(self, urn: str, type_: str, olds: Props, news: Props, seed: bytes) -> Checked:
        """Fill in defaults and the automatic name, then compare with the shape of the type."""
        try:
            shape = shape_of(type_)
        except CloudError as error:
            return Checked(news, (CheckFailure("", str(error)),))
        question = Naming(
            shape=shape,
            urn=urn,
            olds=olds,
            news=without_nulls(news),
            dice=Dice.of(seed.hex() if seed else self._store.salt, urn),
            config=self._config,
            store=self._store.snapshot(),
        )
        inputs = self._rules.complete(question)
        verdict = judge(shape, inputs)
        return Checked(
            inputs, (*verdict.failures, *places.judge(shape, inputs), *check_documents(type_, inputs)), verdict.warnings
        )

    def diff(
        self,
        urn: str,
        type_: str,
        id_: str,
        old_inputs: Props,
        old_outputs: Props,
        news: Props,
        ignore: tuple[str, ...],
    ) -> Difference:
        """Compare old inputs with new ones."""
        return differ.compare(self._rules, shape_of(type_), old_inputs, news, ignore)

    def create(self, urn: str, type_: str, inputs: Props, *, preview: bool, timeout: float) -> Live:
        """Make an object, or say what is known of it before it is made."""
        shape = shape_of(type_)
        given = without_nulls(inputs)
        if preview:
            return Live("", writer.planned(self._rules, self._birth(urn, shape, given, 0)), given)
        fault = self._meet_fault(type_, urn, "create", timeout)
        with self._store.transaction() as transaction:
            transaction.expire()
            birth = self._birth(urn, shape, plain(given), transaction.births(urn))
            identity = self._rules.identity(birth)
            self._refuse_taken(transaction, birth, identity)
            self._refuse_values(shape, birth.inputs)
            uses = references.resolve(self._rules, transaction, shape, birth.inputs, identity.parents, self._config)
            outputs = writer.born(self._rules, birth, identity)
            names = identity.names | self._implied(transaction, birth, outputs)
            existing = self._find(transaction, shape, identity.id, birth.inputs)
            if existing is None:
                place = self._rules.place(shape, birth.inputs, self._config)
                region = str(self._config.get("region") or self._config.get("location") or "")
                quotas.refuse_excess(transaction, type_, birth.inputs, place, region)
            if existing is not None:
                transaction.update(existing.number, birth.inputs, outputs, names=names, uses=uses, urn=urn)
            else:
                transaction.insert(
                    NewObject(
                        type=type_,
                        id=identity.id,
                        namespace=self._rules.namespace(shape, birth.inputs, self._config),
                        urn=urn,
                        inputs=birth.inputs,
                        outputs=outputs,
                        names=names,
                        claims=identity.claims,
                        uses=uses,
                    )
                )
        return _answer(Live(identity.id, outputs, given), fault, type_, urn, "create", timeout)

    def read(self, urn: str, type_: str, id_: str, inputs: Props, outputs: Props) -> Live | None:
        """Return the object as it is now, with any drift in its inputs; None when it is gone."""
        shape = shape_of(type_)
        fault = self._meet_fault(type_, urn, "read", 0)
        if fault is not None and fault.effect is Effect.LOST:
            return None
        if fault is not None:
            raise faults.late(fault, type_, urn.rsplit("::", 1)[-1], "read", 0)
        stored = self._find(self._store.snapshot(), shape, id_, inputs)
        if stored is None or stored.state is State.DELETED:
            return None
        return Live(stored.id, stored.outputs, stored.inputs)

    def update(
        self,
        urn: str,
        type_: str,
        id_: str,
        old_inputs: Props,
        old_outputs: Props,
        news: Props,
        ignore: tuple[str, ...],
        *,
        preview: bool,
        timeout: float,
    ) -> Live:
        """Change an object in place."""
        shape = shape_of(type_)
        given = without_nulls(news)
        birth = self._birth(urn, shape, plain(given), 0)
        if preview:
            return Live(id_, writer.replanned(self._rules, birth, old_inputs, old_outputs), given)
        fault = self._meet_fault(type_, urn, "update", timeout)
        with self._store.transaction() as transaction:
            stored = self._find(transaction, shape, id_, old_inputs)
            if stored is None or stored.state is State.DELETED:
                raise self._rules.gone(shape, id_)
            self._refuse_values(shape, birth.inputs)
            self._refuse_change(shape, stored, birth.inputs)
            parents = self._rules.identity(birth).parents
            uses = references.resolve(self._rules, transaction, shape, birth.inputs, parents, self._config)
            outputs = writer.changed(self._rules, birth, stored)
            transaction.update(stored.number, birth.inputs, outputs, uses=uses, urn=urn)
        return _answer(Live(stored.id, outputs, given), fault, type_, urn, "update", timeout)

    def delete(self, urn: str, type_: str, id_: str, inputs: Props, outputs: Props, *, timeout: float) -> None:
        """Delete an object; nothing happens when it is gone already."""
        shape = shape_of(type_)
        fault = self._meet_fault(type_, urn, "delete", timeout)
        with self._store.transaction() as transaction:
            stored = self._find(transaction, shape, id_, inputs)
            if stored is None or stored.state is not State.LIVE:
                return
            inside = self._inside(transaction, stored)
            self._refuse_delete(transaction, stored, inside)
            for one in (*inside, stored):
                _bury(transaction, one)
        if fault is not None:
            raise faults.late(fault, type_, urn.rsplit("::", 1)[-1], "delete", timeout)

    def invoke(self, token: str, args: Props, *, preview: bool) -> Props:
        """Answer a function; one that is not simulated is refused by name."""
        return self._rules.invoke(token, without_nulls(args), self._config, self._store.snapshot())

    def _birth(self, urn: str, shape: Shape, inputs: Props, count: int) -> Birth:
        dice = Dice.of(self._store.salt, urn, count)
        return Birth(shape, inputs, urn.rsplit("::", 1)[-1], dice, self._config)

    def _find(self, transaction: Transaction, shape: Shape, id_: str, inputs: Props) -> Stored | None:
        found = transaction.find(shape.token, id_, self._rules.namespace(shape, inputs, self._config))
        if found is None and self._rules.package == "azure-native":
            same = [one for one in transaction.named(id_.lower()) if one.type == shape.token]
            return same[0] if same else None
        return found

    def _refuse_taken(self, transaction: Transaction, birth: Birth, identity: Identity) -> None:
        shape = birth.shape
        taken = self._find(transaction, shape, identity.id, birth.inputs)
        if taken is not None and taken.state is State.LIVE and not lifecycle.overwrites(shape.token):
            raise self._rules.conflict(shape, identity.id)
        holders = [taken, *(transaction.holder(claim) for claim in identity.claims)]
        for holder in holders:
            if holder is None:
                continue
            if holder.state is not State.LIVE:
                raise self._still_taken(shape, holder)
            if not lifecycle.overwrites(shape.token):
                raise self._rules.conflict(shape, identity.claims[0].rsplit(":", 1)[-1])

    def _still_taken(self, shape: Shape, holder: Stored) -> CloudError:
        after = lifecycle.AFTERLIFE[shape.token]
        remedy = after.remedy_for(holder.id, holder.inputs)
        until = ""
        if holder.until is not None:
            until = time.strftime(" until %Y-%m-%d", time.gmtime(holder.until))
        state = "still exists" if after.kept else f"is soft-deleted and its name is taken{until}"
        return CloudError(after.code, f"{shape.token} '{holder.id}' {state}; remedy: {remedy} ({after.source})")

    def _implied(self, transaction: Transaction, birth: Birth, outputs: Props) -> frozenset[str]:
        """Return the ids of what came with a new object (the default security group of a VPC)."""
        computed = {key: value for key, value in outputs.items() if key not in birth.inputs}
        found = self._rules.references(birth.shape, computed, self._config)
        return frozenset(one.name for one in found if one.required and not transaction.named(one.name))

    def _refuse_values(self, shape: Shape, inputs: Props) -> None:
        if shape.package != "azure-native":
            return
        for refused in create_only.REFUSED_VALUES.get(shape.token.split(":", 1)[1], ()):
            if pick(inputs, parse(refused.path)) is refused.value:
                raise CloudError("BadRequest", refused.reason)

    def _refuse_change(self, shape: Shape, stored: Stored, news: Props) -> None:
        if shape.package != "azure-native":
            return
        for path, *_ in differ.differences(stored.inputs, news):
            if create_only.is_create_only(shape.token, path):
                raise CloudError(
                    "PropertyChangeNotAllowed",
                    f"changing property '{render(path)}' of '{stored.id}' is not allowed after creation; "
                    f"set replace_on_changes=['{render(path)}'] on the resource to have it replaced",
                )

    def _refuse_delete(self, transaction: Transaction, stored: Stored, inside: list[Stored]) -> None:
        protection = lifecycle.PROTECTED.get(stored.type)
        if protection is not None and stored.inputs.get(protection, True) is not False:
            raise CloudError(
                "DeletionProtection",
                f"cannot delete {stored.type} '{stored.id}' without setting {protection}=false and applying it first",
            )
        full = lifecycle.EMPTY_BEFORE_DELETE.get(stored.type)
        if full is not None and stored.filled and not (full[0] and stored.inputs.get(full[0]) is True):
            remedy = f"; set {full[0]} to delete it with its content" if full[0] else ""
            raise CloudError(full[1], f"{full[2]} ({stored.id}){remedy}")
        forced = lifecycle.FORCE.get(stored.type, "")
        force = forced is None or (forced != "" and stored.inputs.get(forced) is True)
        gone = {stored.number, *(one.number for one in inside)}
        allowed = lifecycle.HOLDERS.get(stored.type)
        for one in (stored, *inside):
            for user, path, _ in transaction.users(transaction.names_of(one.number), one.number):
                tolerated = user.number in gone or (force and one is stored)
                if one is stored and allowed is not None:
                    tolerated = tolerated or user.type not in allowed
                elif path != "":
                    tolerated = tolerated or one.type in lifecycle.TOLERATED
                if not tolerated:
                    where = f" in {path}" if path else " as its parent"
                    raise self._rules.in_use(shape_of(one.type), one.id, f"{user.type} '{user.id}' refers to it{where}")

    def _inside(self, transaction: Transaction, stored: Stored) -> list[Stored]:
        """Return what is deleted with an object: Azure takes all children along, the others only when told to."""
        if self._rules.package == "azure-native":
            if stored.type in lifecycle.CASCADES_NOT:
                return []
            return transaction.below(f"{stored.id}/", stored.number)
        force = lifecycle.FORCE.get(stored.type, "")
        if force is not None and (force == "" or stored.inputs.get(force) is not True):
            return []
        users = transaction.users(transaction.names_of(stored.number), stored.number)
        kinds = lifecycle.HOLDERS.get(stored.type, frozenset())
        return list({user.number: user for user, path, _ in users if path == "" or user.type in kinds}.values())

    def _meet_fault(self, type_: str, urn: str, operation: str, timeout: float) -> Fault | None:
        """Raise the fault that prevents an operation; return one that is to strike after it."""
        return faults.strike(self._store, type_, urn.rsplit("::", 1)[-1], operation, timeout, self._config)


def _bury(transaction: Transaction, stored: Stored) -> None:
    """Remove an object, or leave its name taken where the cloud does."""
    after = lifecycle.AFTERLIFE.get(stored.type)
    if after is None:
        transaction.remove(stored.number)
        return
    chosen = pick(stored.inputs, parse(after.days_input)) if after.days_input else None
    days = chosen if isinstance(chosen, int | float) and not isinstance(chosen, bool) else after.days
    state = State.KEPT if after.kept else State.DELETED
    transaction.retire(stored.number, state, None if days is None else time.time() + days * lifecycle.DAY)


def _answer(live: Live, fault: Fault | None, type_: str, urn: str, operation: str, timeout: float) -> Live:
    """Return a new or changed object, or raise what struck after the operation."""
    if fault is None:
        return live
    error = faults.late(fault, type_, urn.rsplit("::", 1)[-1], operation, timeout)
    if fault.effect is Effect.LOST:
        raise error
    raise PartialFailure(error.code, error.message, live)
