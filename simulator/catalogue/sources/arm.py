"""Facts of Azure types from the management clients: azure-ai-ml (2025-12-01) and the azure-mgmt packages.

A type is found by its path: the PUT of a client whose path is that of the type has the class of the body and the
constraints on the names in the path. A type whose path is only guessed is found by the class it is named after. Where
a service has two clients, both are asked: one has the create-only fields, the other the patterns. Not taken:
enumerations (:mod:`simulator.catalogue.sources.azure_models` says why), and what is required, since the SDK asks for
the same save what it or the provider fills in (defaults, ``location``).
"""

from __future__ import annotations

import functools
import importlib
import importlib.metadata
import importlib.util
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path as File
from types import MappingProxyType
from typing import Final

from simulator.catalogue import azure_paths
from simulator.catalogue.facts import Confidence, Fact, Mapping, Rule
from simulator.catalogue.shapes import Shape
from simulator.catalogue.sources.azure_models import Model, model_class
from simulator.catalogue.sources.azure_operations import Operation, operations, shape_of_path
from simulator.catalogue.sources.places import Walk
from simulator.catalogue.templates import fields
from simulator.values import Path, covers, parse

CLIENTS: Final = MappingProxyType(
    {
        "alertsmanagement": ("azure-mgmt-alertsmanagement",),
        "applicationinsights": ("azure-mgmt-applicationinsights",),
        "authorization": ("azure-mgmt-authorization", "azure-mgmt-resource:policy", "azure-mgmt-resource:locks"),
        "consumption": ("azure-mgmt-consumption",),
        "containerinstance": ("azure-mgmt-containerinstance",),
        "containerregistry": ("azure-mgmt-containerregistry",),
        "cosmosdb": ("azure-mgmt-cosmosdb",),
        "dashboard": ("azure-mgmt-dashboard",),
        "eventgrid": ("azure-mgmt-eventgrid",),
        "keyvault": ("azure-mgmt-keyvault",),
        "logic": ("azure-mgmt-logic",),
        "machinelearningservices": ("azure-ai-ml", "azure-mgmt-machinelearningservices"),
        "managedidentity": ("azure-mgmt-msi",),
        "management": ("azure-mgmt-managementgroups",),
        "monitor": ("azure-mgmt-monitor",),
        "network": ("azure-mgmt-network",),
        "operationalinsights": ("azure-mgmt-loganalytics",),
        "privatedns": ("azure-mgmt-privatedns",),
        "purview": ("azure-mgmt-purview",),
        "recoveryservices": ("azure-mgmt-recoveryservices",),
        "redis": ("azure-mgmt-redis",),
        "resources": ("azure-mgmt-resource:resources",),
        "search": ("azure-mgmt-search",),
        "storage": ("azure-mgmt-storage",),
        "web": ("azure-mgmt-web",),
    }
)
"""Module of the SDK -> distributions that hold its API, with the part of the package after a colon."""

_PACKAGES: Final = MappingProxyType(
    {
        "azure-ai-ml": "azure.ai.ml._restclient.arm_ml_service",
    }
)
_OF_EVERY_RESOURCE: Final = frozenset({"id", "name", "type", "location"})
"""What the provider itself looks after, whatever the model says of it."""
_VERSION = re.compile(r"v(\d{4}_\d{2}_\d{2}(?:_preview)?)$")
EMBEDDED: Final = MappingProxyType({"machinelearningservices:Schedule": "properties.action.jobDefinition"})
"""Type without ``azure-native:`` -> what is sent anew with each PUT although its model is that of a resource of its
own, whose create-only fields say nothing here."""


@dataclass(frozen=True, eq=False)
class Standing:
    """What stands behind a type in one client."""

    source: str
    operation: Operation
    model: Model


class ArmModels:
    """The fact source of the Azure management clients."""

    @property
    def name(self) -> str:
        """The installed clients with their versions."""
        return ", ".join(sorted({named for part in _ALL if (named := _distribution(part)) is not None}))

    def facts(self, shape: Shape) -> Iterator[Fact]:
        """Yield what the clients say of a type; nothing for a type they do not have."""
        seen: set[tuple[str, Rule]] = set()
        for standing in standing_behind(shape):
            for fact in (*_of_names(shape, standing), *_of_body(shape, standing)):
                if (fact.path, fact.rule) not in seen:
                    seen.add((fact.path, fact.rule))
                    yield fact

    def mapping(self, shape: Shape) -> Mapping | None:
        """Say how far the first client that has a type knows its inputs; None for a type that none has."""
        for standing in standing_behind(shape):
            walk = _walk(shape, standing)
            return Mapping(
                token=shape.token,
                source=standing.source,
                mapped=tuple(sorted({*walk.mapped, *(_own(shape, standing) & {*shape.inputs})})),
                unmapped=tuple(sorted({*walk.unmapped} - {*walk.mapped})),
            )
        return None


def _of_names(shape: Shape, standing: Standing) -> Iterator[Fact]:
    known = azure_paths.is_known(shape.token)
    own = fields(azure_paths.path_of(shape.token, shape)) if known else standing.operation.names
    url = f"PUT {standing.operation.url.rsplit('/providers/', 1)[-1]}"
    for name, theirs in zip(reversed(own), reversed(standing.operation.names), strict=False):
        if name not in shape.inputs or name == "subscriptionId":
            continue
        for rule, value in standing.operation.fields.get(theirs, {}).items():
            yield Fact(shape.token, name, rule, value, f"{standing.source} {url} {theirs}")


def _of_body(shape: Shape, standing: Standing) -> Iterator[Fact]:
    frozen: list[Path] = []
    for found in _walk(shape, standing).found():
        place = parse(found.path)
        if found.rule is Rule.REQUIRED or found.path in _OF_EVERY_RESOURCE:
            continue
        if found.rule is Rule.CREATE_ONLY:
            embedded = EMBEDDED.get(shape.token.split(":", 1)[1])
            if any(covers(parent, place) for parent in frozen) or (embedded and found.path.startswith(embedded)):
                continue
            frozen.append(place)
        # A member that only the service writes is passed over in a request, not refused.
        confidence = Confidence.PROSE if found.rule is Rule.READ_ONLY else Confidence.API
        # The provider replaces for a create-only property of the resource itself, not for one of the types inside it
        # (x-ms-mutability in pulumi-azure-native provider/pkg/gen/properties.go).
        rule = Rule.REPLACES if found.rule is Rule.CREATE_ONLY and len(place) == 1 else found.rule
        yield Fact(shape.token, found.path, rule, found.value, f"{standing.source} {found.where}", confidence)


def _own(shape: Shape, standing: Standing) -> frozenset[str]:
    """Return the inputs that name the resource and its parents, which are no members of the body."""
    return frozenset(fields(azure_paths.path_of(shape.token, shape))) | frozenset(standing.operation.names)


@functools.cache
def standing_behind(shape: Shape) -> tuple[Standing, ...]:
    """Return what stands behind a type in each installed client that has it."""
    wanted = shape_of_path(azure_paths.path_of(shape.token, shape))
    found: list[Standing] = []
    for part in CLIENTS.get(shape.token.split(":")[1], ()):
        package = _package(part, shape.api_version or "")
        if package is None:
            continue
        operation = operations(package).get(wanted) or _by_class(shape, operations(package).values())
        if operation is None:
            continue
        models = importlib.import_module(f"{package}.models")
        cls = next((model for name in operation.classes if (model := model_class(models, name)) is not None), None)
        if cls is not None:
            version = _VERSION.search(package)
            found.append(
                Standing(f"{_distribution(part)}{f' {version.group(1)}' if version else ''}", operation, Model(cls))
            )
    return tuple(found)


def _by_class(shape: Shape, put: Iterable[Operation]) -> Operation | None:
    """Return the only operation whose body is of the class the type is named after and whose path it can fill."""
    if azure_paths.is_known(shape.token):
        return None
    leaf = shape.token.rsplit(":", 1)[-1]
    inputs = {name.lower() for name in shape.inputs} | {"subscriptionid"}
    found = [
        one
        for one in put
        if leaf.removeprefix("Registry") in one.classes and {name.lower() for name in one.names} <= inputs
    ]
    return found[0] if len(found) == 1 else None


@functools.cache
def _walk(shape: Shape, standing: Standing) -> Walk:
    own = _own(shape, standing)
    body = {name: prop for name, prop in shape.inputs.items() if name not in own}
    return Walk().object(body, standing.model)


_ALL: Final = tuple(sorted({part for parts in CLIENTS.values() for part in parts}))


@functools.cache
def _distribution(part: str) -> str | None:
    name = part.split(":", 1)[0]
    try:
        return f"{name} {importlib.metadata.version(name)}"
    except importlib.metadata.PackageNotFoundError:
        return None


@functools.cache
def _package(part: str, api_version: str) -> str | None:
    """Return the Python package of a client; of one that has several API versions, the nearest not newer one."""
    if _distribution(part) is None:
        return None
    distribution, _, rest = part.partition(":")
    package = _PACKAGES.get(distribution, f"azure.mgmt.{distribution.removeprefix('azure-mgmt-')}")
    package = f"{package}.{rest}" if rest else package
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        return None
    versions = sorted(one.name for one in File(spec.origin).parent.glob("v2*") if _VERSION.search(one.name))
    if not versions:
        return package
    wanted = f"v{api_version.replace('-', '_')}"
    older = [one for one in versions if one <= wanted]
    return f"{package}.{wanted if wanted in versions else older[-1] if older else versions[0]}"
