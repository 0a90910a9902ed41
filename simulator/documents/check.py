"""Checks the documents of one resource."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from simulator.documents.table import Entry, documents_of
from simulator.model import CheckFailure, Props
from simulator.values import Path, is_asset, is_unknown, parse, plain, render

MAX_FAULTS = 20
"""Faults told of one document; the rest would only repeat them."""


def check_documents(type_: str, inputs: Props) -> Iterator[CheckFailure]:
    """Yield what is wrong inside the documents of a resource; ``property`` is the one that carries the document."""
    entries = documents_of(type_)
    if not entries:
        return
    known = plain(inputs)
    for entry in entries:
        for path, value in _at(known, parse(entry.path), ()):
            yield from _check(entry, path, value, known)


def _check(entry: Entry, path: Path, value: Any, inputs: Props) -> Iterator[CheckFailure]:
    document, refusal = entry.read(value, inputs)
    if refusal is not None:
        yield CheckFailure(render(path), f"{entry.name}: {refusal.render()}")
    if document is None:
        return
    for count, fault in enumerate(entry.grammar(document)):
        if count == MAX_FAULTS:
            yield CheckFailure(render(path), f"{entry.name}: there is more that is wrong with it")
            return
        if path:
            yield CheckFailure(render(path), f"{entry.name}: {fault.render()}")
        else:
            told = replace(fault, place=())
            yield CheckFailure(render(fault.place), f"{entry.name}: {told.render()}")


def _at(value: Any, pattern: Path, path: Path) -> Iterator[tuple[Path, Any]]:
    """Yield the known values at a path of wire names."""
    if value is None or is_unknown(value) or is_asset(value):
        return
    if not pattern:
        yield path, value
        return
    step, rest = pattern[0], pattern[1:]
    if step == "*":
        if isinstance(value, list):
            for index, item in enumerate(value):
                yield from _at(item, rest, (*path, index))
        elif isinstance(value, dict):
            for key, item in value.items():
                yield from _at(item, rest, (*path, key))
    elif isinstance(value, dict) and isinstance(step, str):
        yield from _at(value.get(step), rest, (*path, step))
