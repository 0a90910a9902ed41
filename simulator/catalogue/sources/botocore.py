"""Facts from the service models of botocore: what the AWS APIs say of the members of their calls.

A fact holds of the call that creates the type. Deliberately left out: which members the API requires, because the
provider fills many of them in; :mod:`simulator.catalogue.sources.cloudformation` says it where both models agree.
"""

from __future__ import annotations

import functools
import importlib.metadata
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from botocore.loaders import Loader
from botocore.model import ServiceModel

from simulator.catalogue.facts import Fact, Rule
from simulator.catalogue.shapes import Shape
from simulator.catalogue.sources import aws_updates
from simulator.catalogue.sources.aws_calls import NAMES, Call, find_calls, nouns_of, prefixes_of
from simulator.catalogue.sources.aws_exempt import exempt, widened
from simulator.catalogue.sources.aws_model import NO_MAXIMUM, Layout, ModelSource, Node, NodeKind, lay

_KINDS: Final = MappingProxyType(
    {
        "structure": NodeKind.STRUCTURE,
        "list": NodeKind.LIST,
        "map": NodeKind.MAP,
        "string": NodeKind.STRING,
        "integer": NodeKind.NUMBER,
        "long": NodeKind.NUMBER,
        "float": NodeKind.NUMBER,
        "double": NodeKind.NUMBER,
    }
)
_BOUNDS: Final = MappingProxyType(
    {
        NodeKind.STRING: (Rule.MIN_LENGTH, Rule.MAX_LENGTH),
        NodeKind.NUMBER: (Rule.MINIMUM, Rule.MAXIMUM),
        NodeKind.LIST: (Rule.MIN_ITEMS, Rule.MAX_ITEMS),
        NodeKind.MAP: (Rule.MIN_ITEMS, Rule.MAX_ITEMS),
    }
)


class ShapeNode:
    """A shape of botocore as a node."""

    def __init__(self, shape: Any, service: str) -> None:
        """Take the shape and the name of the service it belongs to."""
        self._shape = shape
        self._service = service

    @property
    def place(self) -> str:
        """Service and name of the shape."""
        return f"{self._service} {self._shape.name}"

    @property
    def kind(self) -> NodeKind:
        """Kind of the shape; a structure that may hold anything (a document) is none."""
        if getattr(self._shape, "is_document_type", False):
            return NodeKind.OTHER
        return _KINDS.get(self._shape.type_name, NodeKind.OTHER)

    @property
    def type_name(self) -> str:
        """Type of the shape as botocore calls it."""
        return str(self._shape.type_name)

    @functools.cached_property
    def members(self) -> Mapping[str, Node]:
        """Members of a structure by name."""
        members = getattr(self._shape, "members", {})
        return {name: ShapeNode(shape, self._service) for name, shape in members.items()}

    @functools.cached_property
    def element(self) -> Node | None:
        """Items of a list, values of a map."""
        inner = getattr(self._shape, "member", None) or getattr(self._shape, "value", None)
        return ShapeNode(inner, self._service) if inner is not None else None

    @property
    def required(self) -> frozenset[str]:
        """Members that a call must give."""
        return frozenset(getattr(self._shape, "required_members", ()))

    @functools.cached_property
    def limits(self) -> Mapping[Rule, Any]:
        """Pattern, enum, bounds."""
        metadata = self._shape.metadata
        low, high = _BOUNDS.get(self.kind, (Rule.MINIMUM, Rule.MAXIMUM))
        found: dict[Rule, Any] = {}
        if metadata.get("enum"):
            found[Rule.ENUM] = list(metadata["enum"])
        if "pattern" in metadata:
            found[Rule.PATTERN] = metadata["pattern"]
        if "min" in metadata:
            found[low] = metadata["min"]
        if "max" in metadata and metadata["max"] < NO_MAXIMUM:
            found[high] = metadata["max"]
        return found


class _Root:
    """The inputs of all calls of a type as one structure; of a member of two calls the first is taken."""

    kind = NodeKind.STRUCTURE
    element = None
    limits: Mapping[Rule, Any] = MappingProxyType({})

    def __init__(self, place: str, members: Mapping[str, Node]) -> None:
        self.place = place
        self.members = members


class BotocoreSource(ModelSource):
    """The service models of the installed botocore."""

    searched = False

    def __init__(self) -> None:
        """Read nothing yet: a model is read when the first type of its service is asked for."""
        super().__init__()
        self._loader = Loader()

    @functools.cached_property
    def name(self) -> str:
        """``botocore`` and its version."""
        return f"botocore {importlib.metadata.version('botocore')}"

    @functools.cached_property
    def _services(self) -> frozenset[str]:
        return frozenset(self._loader.list_available_services("service-2"))

    @functools.cache  # noqa: B019 - a source lives as long as the build
    def model(self, service: str) -> Any:
        """Return the model of a service."""
        return ServiceModel(self._loader.load_service_model(service, "service-2"), service)

    def calls(self, shape: Shape) -> tuple[Call, ...]:
        """Return the calls that make a type; empty where none is known."""
        return find_calls(shape.token, _Operations(self))

    def facts(self, shape: Shape) -> Iterator[Fact]:
        """Yield patterns, enums and bounds of the inputs, and what the API cannot change."""
        layout = self.layout(shape)
        if layout is None:
            return
        for path, rule, value, place in self._limits(layout):
            if not exempt(shape.token, path, rule, value):
                yield Fact(shape.token, path, rule, widened(shape.token, path, rule, value), f"{self.name} {place}")
        for path, source in aws_updates.replacing(shape, layout, self.calls(shape), self.model):
            if not exempt(shape.token, path, Rule.REPLACES):
                yield Fact(shape.token, path, Rule.REPLACES, True, f"{self.name} {source}")

    def required(self, shape: Shape) -> frozenset[str]:
        """Return the inputs of a type that its calls require."""
        layout = self.layout(shape)
        if layout is None:
            return frozenset()
        asked = {member for call in self.calls(shape) for member in self.input_of(call).required}
        return frozenset(
            one.path for one in layout.placed if len(one.way) == 1 and one.way[0] in asked and _is_input(one.path)
        )

    def _lay(self, shape: Shape) -> Layout | None:
        calls = self.calls(shape)
        if not calls:
            return None
        members: dict[str, Node] = {}
        nouns: list[str] = []
        for call in calls:
            node = self.input_of(call)
            for name, inner in node.members.items():
                if call.only is None or name in call.only:
                    members.setdefault(name, inner)
            nouns += [*nouns_of(shape.token, call.service), *_noun_of(call.operation)]
        place = f"{calls[0].service} {calls[0].operation}"
        nouns += prefixes_of(shape.token)
        names = NAMES.get(shape.token.split(":", 1)[1], {})
        return lay(shape, _Root(place, members), tuple(dict.fromkeys(nouns)), names)

    def input_of(self, call: Call) -> ShapeNode:
        """Return the structure in which a call holds what it takes of a type."""
        shape = self.model(call.service).operation_model(call.operation).input_shape
        for step in filter(None, call.at.split(".")):
            shape = shape.members[step]
            while shape.type_name == "list":
                shape = shape.member
        return ShapeNode(shape, call.service)


class _Operations(Mapping[str, tuple[str, ...]]):
    """Names of operations by service, read when asked for."""

    def __init__(self, source: BotocoreSource) -> None:
        self._source = source

    def __getitem__(self, service: str) -> tuple[str, ...]:
        return tuple(self._source.model(service).operation_names)

    def __iter__(self) -> Iterator[str]:
        return iter(self._source._services)

    def __len__(self) -> int:
        return len(self._source._services)


def _is_input(path: str) -> bool:
    return "." not in path and "[" not in path


def _noun_of(operation: str) -> tuple[str, ...]:
    for index in range(1, len(operation)):
        if operation[index].isupper():
            return (operation[index:], operation[index:].removesuffix("s"))
    return ()
