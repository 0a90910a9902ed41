"""Builds the catalogue: the shapes of the installed SDKs and the facts of every source, one file per cloud."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from simulator.catalogue import files
from simulator.catalogue.codec import encode_properties
from simulator.catalogue.constraints import encode_facts
from simulator.catalogue.files import Line
from simulator.catalogue.gather import Gathered, gather, missing, sources_of
from simulator.catalogue.shapes import Shape
from simulator.catalogue.sources import sdk
from simulator.catalogue.types import ObjectType, Property, WireType
from simulator.catalogue.width import wanted
from simulator.model import CloudError


def shapes_of(package: str) -> tuple[Shape, ...]:
    """Read the shapes of every type that the catalogue is to hold from the installed SDK, in order of tokens."""
    return tuple(sdk.sdk_shape(token) for token in wanted(package, tuple(sdk.resource_index(package))))


def lines(package: str) -> Iterator[Line]:
    """Yield the lines of the file of a package.

    Raises :class:`simulator.model.CloudError` ``SourcesMissing`` where a source of facts is not installed: without it
    the file would lose facts without a word.
    """
    absent = missing(package)
    if absent:
        raise CloudError(
            "SourcesMissing",
            f"the catalogue of {package} needs {', '.join(absent)}; `{files.REBUILD}` installs them in a virtual "
            "environment of their own",
        )
    shapes = shapes_of(package)
    sources = sources_of(package)
    gathered = {shape.token: gather(shape, sources) for shape in shapes}
    stated = sorted({fact.source for found in gathered.values() for fact in found.facts})
    numbers = {source: number for number, source in enumerate(stated)}
    yield "header", package, {"format": files.FORMAT, "sdk": shapes[0].version, "sources": stated}
    yield "config", package, sdk.config_keys(package)
    yield from shape_lines(shapes)
    for token, found in gathered.items():
        if found.facts:
            yield "facts", token, encode_facts(found.facts, numbers)
        if told := _told(found):
            yield "gathered", token, told


def _told(found: Gathered) -> dict[str, Any]:
    """Write what the report says of one type: how far each source knew it, and what was not taken."""
    mappings = {one.source: [len(one.mapped), len(one.unmapped)] for one in found.mappings}
    skipped = {reason: count for reason, count in found.skipped.items() if count}
    unused = sorted({text for one in found.mappings for text in one.skipped})
    told = {"mapped": mappings, "skipped": skipped, "unused": unused}
    return {name: body for name, body in told.items() if body}


def shape_lines(shapes: tuple[Shape, ...]) -> Iterator[Line]:
    """Yield the lines of types and of the objects in them."""
    for shape in shapes:
        yield "type", shape.token, encode_shape(shape)
    for entry in objects_in(shapes):
        yield "object", entry.name, encode_properties(entry.properties)


def encode_shape(shape: Shape) -> dict[str, Any]:
    """Write one resource type."""
    further = {
        "secrets": sorted(shape.secrets),
        "apiVersion": shape.api_version,
        "id": shape.id_template,
        "arn": shape.arn_template,
    }
    return {
        "inputs": encode_properties(shape.inputs),
        "outputs": encode_properties(shape.outputs),
        **{name: value for name, value in further.items() if value},
    }


def objects_in(shapes: tuple[Shape, ...]) -> Iterator[ObjectType]:
    """Yield every object type that inputs or outputs reach, once."""
    met: set[str] = set()
    waiting: list[Property] = [prop for shape in shapes for prop in (*shape.inputs.values(), *shape.outputs.values())]
    while waiting:
        for entry in _objects(waiting.pop().type):
            if entry.name not in met:
                met.add(entry.name)
                yield entry
                waiting += entry.properties.values()


def _objects(type_: WireType) -> Iterator[ObjectType]:
    if type_.cls is not None:
        yield type_.cls
    for inner in (*type_.members, *((type_.element,) if type_.element is not None else ())):
        yield from _objects(inner)


def write(package: str, packed: bytes) -> None:
    """Put a file in its place, whole or not at all."""
    path = files.path_of(package)
    path.parent.mkdir(exist_ok=True)
    temporary = path.with_suffix(".new")
    temporary.write_bytes(packed)
    temporary.replace(path)
