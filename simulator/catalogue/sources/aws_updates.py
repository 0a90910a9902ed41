"""What an AWS API cannot change after creation, by what its update calls do not take.

Three rules, for types that a ``Create…`` call makes: what identifies the thing in its delete or describe call cannot
change, unless a call takes a new one; where there is an update call of the same name, what no call on the thing takes
cannot change; where no call changes the thing at all, nothing can. A type that is changed by calls of other names only
(attributes, policies) gets the first rule alone. Tags always change in place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from simulator.catalogue.shapes import Shape
from simulator.catalogue.sources.aws_calls import Call
from simulator.catalogue.sources.aws_model import Layout, Placed
from simulator.catalogue.sources.aws_names import fold, singular

_READS: Final = ("Describe", "List", "Get", "BatchGet", "Search", "Head", "Query", "Simulate", "Generate", "Test")
_ENDS: Final = ("Delete", "BatchDelete", "Deregister", "Remove", "Tag", "Untag", "Start", "Stop", "Copy", "Restore")
_UPDATES: Final = ("Update", "Modify")
_TAGS: Final = frozenset({"tags", "tagsAll"})
_DEPTH: Final = 2
"""Levels of the structures of update calls in which a member of the create call is looked for."""


def replacing(
    shape: Shape, layout: Layout, calls: tuple[Call, ...], model: Callable[[str], Any]
) -> Iterator[tuple[str, str]]:
    """Yield the paths that force a replacement and the place in the model that says so."""
    if not calls or not calls[0].operation.startswith("Create") or calls[0].at:
        return
    service, create = model(calls[0].service), calls[0].operation
    noun = create.removeprefix("Create")
    created = set(service.operation_model(create).input_shape.members)
    others = {name.removeprefix("Create") for name in service.operation_names if name.startswith("Create")}
    tops = [one for one in layout.placed if _is_top(one) and one.way[0] in created]
    changes = [name for name in service.operation_names if name != create and _changes(name, noun, others)]
    taken = {member for name in changes for member in _member_names(service.operation_model(name).input_shape)}
    update = next((f"{verb}{noun}" for verb in _UPDATES if f"{verb}{noun}" in service.operation_names), None)
    keys = _identifiers(service, noun, created)
    for one in tops:
        member = one.way[-1]
        if one.path in _TAGS:
            continue
        if member in keys and len(one.way) == 1:
            if not any(fold(f"new{member}") in (name, f"{fold(noun)}{name}") for name in taken):
                yield one.path, f"{calls[0].service} Delete{noun} ({member} identifies it)"
        elif not changes:
            yield one.path, f"{calls[0].service} {create} (no call changes it)"
        elif update is not None and not _takes(taken, singular(fold(member))):
            yield one.path, f"{calls[0].service} {update} (does not take {member})"


def _is_top(one: Placed) -> bool:
    return "." not in one.path and "[" not in one.path


def _changes(operation: str, noun: str, others: set[str]) -> bool:
    """Tell whether an operation changes what is called ``noun`` and not a thing of a longer name (``ModelCard``)."""
    if operation.startswith((*_READS, *_ENDS)) or noun.lower() not in operation.lower():
        return False
    longer = {name for name in others if noun in name and len(name) > len(noun) and name != f"{noun}Version"}
    return not any(name in operation for name in longer)


def _takes(taken: set[str], member: str) -> bool:
    """Tell whether update calls take a member, as it is or as the change of it."""
    return any(
        name in (member, f"new{member}")
        or (name.startswith(("add", "remove")) and name.endswith(member))
        or (name.startswith(member) and name.endswith(("update", "toadd", "todelete", "toremove")))
        for name in taken
    )


def _identifiers(service: Any, noun: str, created: set[str]) -> set[str]:
    for verb in ("Delete", "Describe", "Get"):
        if f"{verb}{noun}" in service.operation_names:
            shape = service.operation_model(f"{verb}{noun}").input_shape
            return created & set(getattr(shape, "required_members", ()))
    return set()


def _member_names(shape: Any, depth: int = 0) -> Iterator[str]:
    if shape is None or depth > _DEPTH:
        return
    for name, inner in getattr(shape, "members", {}).items():
        yield singular(fold(name))
        yield from _member_names(inner, depth + 1)
    element = getattr(shape, "member", None)
    if element is not None:
        yield from _member_names(element, depth)
