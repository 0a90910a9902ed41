"""The shape of a resource type: its inputs and outputs by wire name, from the catalogue; no SDK is imported."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from types import MappingProxyType

from simulator.catalogue import files, packages
from simulator.catalogue.codec import decode_properties
from simulator.catalogue.types import Kind, Property


@dataclass(frozen=True, eq=False)
class Shape:
    """One resource type of an SDK."""

    token: str
    package: str
    version: str
    """Of the SDK."""
    inputs: MappingProxyType[str, Property]
    outputs: MappingProxyType[str, Property]
    secrets: frozenset[str] = frozenset()
    """Inputs and outputs that the SDK marks secret, by wire name."""
    api_version: str | None = None
    """The Azure REST API version of an azure-native type."""
    id_template: str | None = None
    """How the Import section of the documentation writes the id, as :mod:`simulator.catalogue.templates` fills it."""
    arn_template: str | None = None
    """Of an AWS type: what follows ``arn:aws:``."""
    doc: str = ""
    """The documentation; only while a catalogue is built, empty at run time."""

    @functools.cached_property
    def computed(self) -> frozenset[str]:
        """Outputs that can never be inputs."""
        return frozenset(self.outputs) - frozenset(self.inputs)

    def accepts(self, name: str, kind: Kind = Kind.STRING) -> bool:
        """Tell whether there is an input of this name and kind."""
        return name in self.inputs and self.inputs[name].type.kind is kind


@functools.cache
def shape_of(token: str) -> Shape:
    """Return the shape of a type token.

    Raises :class:`simulator.model.CloudError`: ``UnknownPackage`` and ``UnknownType`` for what the catalogue does not
    have, ``StaleCatalogue`` when it was built from another version of the SDK.
    """
    return shape_from(files.of(packages.package_of(token)), token)


def shape_from(catalogue: files.CatalogueFile, token: str) -> Shape:
    """Read the shape of a type token from a file; raises :class:`simulator.model.CloudError` as :func:`shape_of`."""
    body = catalogue.type(token)
    return Shape(
        token=token,
        package=catalogue.package,
        version=catalogue.version,
        inputs=decode_properties(body["inputs"], catalogue.object_type),
        outputs=decode_properties(body["outputs"], catalogue.object_type),
        secrets=frozenset(body.get("secrets", ())),
        api_version=body.get("apiVersion"),
        id_template=body.get("id"),
        arn_template=body.get("arn"),
    )
