"""The reference rule: what an input refers to must exist, be of a plausible kind, be usable, and lie where it has to.

Only references into the simulated account are judged: whatever names another account, subscription or project passes.
Values that are not known yet are judged when they are.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import Final

from simulator.catalogue import lifecycle
from simulator.catalogue.shapes import Shape
from simulator.clouds.base import CloudRules, Reference
from simulator.clouds.kinds import Expectation, expectation
from simulator.model import CloudError, Props
from simulator.records import State, Stored
from simulator.store import Transaction

_WRONG: Final = MappingProxyType(
    {"aws": "ValidationException", "azure-native": "InvalidResourceReference", "gcp": "400"}
)
"""Package -> what the cloud answers when a reference is of the wrong kind or lies elsewhere."""


def resolve(
    rules: CloudRules,
    transaction: Transaction,
    shape: Shape,
    inputs: Props,
    parents: tuple[str, ...],
    config: Props,
) -> tuple[tuple[str, str], ...]:
    """Return (path, name) of what the inputs refer to; raises :class:`CloudError` for the first that cannot be."""
    place = rules.place(shape, inputs, config)
    uses: list[tuple[str, str]] = []
    for parent in parents:
        uses += _use(rules, transaction, shape, Reference("", parent, parent), place)
    for reference in rules.references(shape, inputs, config):
        wanted = expectation(shape.package, shape.token, reference.path)
        if wanted is not None:
            _refuse_kind(rules, shape, reference, wanted)
        uses += _use(rules, transaction, shape, reference, place)
        if wanted is not None and wanted.same_place:
            _refuse_place(rules, transaction, shape, reference, wanted, place)
    return tuple(uses)


def _use(
    rules: CloudRules, transaction: Transaction, shape: Shape, reference: Reference, place: str | None
) -> tuple[tuple[str, str], ...]:
    found = transaction.named(reference.name)
    if found:
        if rules.out_of_sight(reference, found, place):
            raise rules.not_found(shape, reference)
        _refuse_unusable(shape, reference, found)
        return ((reference.path, reference.name),)
    if rules.built_in(reference.name):
        return ()
    for ancestor in rules.ancestors(reference.name):
        if transaction.named(ancestor):
            return ((reference.path, ancestor),)
    buried = transaction.buried(reference.name)
    if buried and reference.required:
        raise _dead(shape, reference, buried[0])
    if reference.required:
        raise rules.not_found(shape, reference)
    return ()


def _refuse_kind(rules: CloudRules, shape: Shape, reference: Reference, wanted: Expectation) -> None:
    kind = rules.kind(reference)
    if kind is not None and re.fullmatch(wanted.kinds, kind) is None:
        raise CloudError(
            _WRONG[shape.package],
            f"{reference.path} of {shape.token} wants {wanted.called}, but '{reference.text}' is of the kind {kind}",
        )


def _refuse_place(
    rules: CloudRules,
    transaction: Transaction,
    shape: Shape,
    reference: Reference,
    wanted: Expectation,
    place: str | None,
) -> None:
    other = rules.place_of(reference, transaction)
    if place is not None and other is not None and other != place:
        raise CloudError(
            _WRONG[shape.package],
            f"{reference.path} of {shape.token} refers to '{reference.text}' in {other}, but the resource is in "
            f"{place}; {wanted.called} must lie in the same place ({wanted.same_place})",
        )


def _refuse_unusable(shape: Shape, reference: Reference, found: list[Stored]) -> None:
    """A thing that its cloud keeps for ever may be good for nothing (a Google key whose versions are destroyed)."""
    kept = next((one for one in found if one.state is State.KEPT), None)
    if kept is None or len(found) > 1 or reference.path == "":
        return
    reason = lifecycle.USELESS_WHEN_KEPT.get(kept.type)
    if reason is not None and shape.token.split("/")[0] != kept.type.split("/")[0]:
        raise CloudError("400", f"Error 400: {reason} ('{reference.text}' in {reference.path} of {shape.token})")


def _dead(shape: Shape, reference: Reference, buried: Stored) -> CloudError:
    after = lifecycle.AFTERLIFE[buried.type]
    remedy = after.remedy_for(buried.id, buried.inputs)
    where = f"{reference.path or 'parent'} of {shape.token}"
    return CloudError(
        after.used_code or after.code,
        f"{where} refers to '{reference.text}', which is {after.called}; remedy: {remedy} ({after.source})",
    )
