"""The shape of a resource type: its inputs and outputs by wire name, read from the installed SDK on first use."""

from __future__ import annotations

import functools
import inspect
import re
import typing
from dataclasses import dataclass
from types import MappingProxyType

from pulumi import _types as pulumi_types

from simulator.catalogue import packages
from simulator.catalogue.types import Kind, Property, properties_of

_SECRETS = re.compile(r"additional_secret_outputs=\[([^\]]*)\]")
_SECRET_INPUT = re.compile(r'__props__\.__dict__\["(\w+)"\] = None if \w+ is None else pulumi\.Output\.secret')
_API_VERSION = re.compile(r"Uses Azure REST API version (\S+?)\.\s")


@dataclass(frozen=True, eq=False)
class Shape:
    """One resource type of an installed SDK."""

    token: str
    package: str
    version: str
    """Of the SDK."""
    cls: type
    inputs: MappingProxyType[str, Property]
    outputs: MappingProxyType[str, Property]

    @functools.cached_property
    def doc(self) -> str:
        """The documentation of the type, with its Import section; empty when Python strips docstrings."""
        for overload in typing.get_overloads(self.cls.__init__):  # type: ignore[misc]
            if overload.__doc__:
                return str(overload.__doc__)
        return ""

    @functools.cached_property
    def computed(self) -> frozenset[str]:
        """Outputs that can never be inputs."""
        return frozenset(self.outputs) - frozenset(self.inputs)

    @functools.cached_property
    def secrets(self) -> frozenset[str]:
        """Inputs and outputs that the SDK marks secret, by wire name."""
        source = inspect.getsource(self.cls._internal_init)  # type: ignore[attr-defined]
        listed = {name.strip().strip("\"'") for text in _SECRETS.findall(source) for name in text.split(",")}
        python = set(_SECRET_INPUT.findall(source))
        return frozenset(listed - {""}) | {p.name for p in self.inputs.values() if p.python_name in python}

    @functools.cached_property
    def api_version(self) -> str | None:
        """The Azure REST API version of an azure-native type."""
        found = _API_VERSION.search(self.doc)
        return found.group(1) if found else None

    def accepts(self, name: str, kind: Kind = Kind.STRING) -> bool:
        """Tell whether there is an input of this name and kind."""
        return name in self.inputs and self.inputs[name].type.kind is kind


@functools.cache
def shape_of(token: str) -> Shape:
    """Return the shape of a type token; raises :class:`simulator.model.CloudError` if the SDK does not have it."""
    cls, module = packages.resource_class(token)
    package = packages.package_of(token)
    arguments = next(
        (value for value in (vars(module)[name] for name in module.__all__) if _is_input(value)),
        None,
    )
    inputs: MappingProxyType[str, Property] = MappingProxyType({})
    if arguments is not None:
        inputs = properties_of(arguments)
    return Shape(
        token=token,
        package=package,
        version=packages.version_of(package),
        cls=cls,
        inputs=inputs,
        outputs=properties_of(cls),
    )


def _is_input(value: object) -> bool:
    return isinstance(value, type) and pulumi_types.is_input_type(value)
