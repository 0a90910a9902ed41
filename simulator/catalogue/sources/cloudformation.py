"""Facts from the CloudFormation resource schemas in cfn-lint: limits, what must not change, which members go together.

The schemas are read as files; cfn-lint itself is not imported, and a machine without it builds no facts from here.
Deliberately left out: conditional rules (``if``/``then``, ``conditionalCreateOnlyProperties``; the extension files of
cfn-lint are such), which a fact cannot say; read-only properties, none of which the provider takes as an input under
the same meaning; required properties but those of a table, because neither model tells which the provider fills in.
"""

from __future__ import annotations

import functools
import importlib.metadata
import importlib.util
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from simulator.catalogue.facts import Fact, Rule
from simulator.catalogue.shapes import Shape
from simulator.catalogue.sources.aws_calls import nouns_of, prefixes_of
from simulator.catalogue.sources.aws_exempt import exempt, widened
from simulator.catalogue.sources.aws_model import NO_MAXIMUM, Layout, ModelSource, Node, NodeKind, Placed, Said, lay
from simulator.catalogue.sources.aws_names import Likeness
from simulator.catalogue.sources.aws_types import NAMES, Described, describing
from simulator.catalogue.sources.botocore import BotocoreSource

_REGION: Final = "us-east-1"
"""The region whose list of types is read: it has the most."""
_LIMITS: Final = MappingProxyType(
    {
        "pattern": Rule.PATTERN,
        "enum": Rule.ENUM,
        "minLength": Rule.MIN_LENGTH,
        "maxLength": Rule.MAX_LENGTH,
        "minimum": Rule.MINIMUM,
        "maximum": Rule.MAXIMUM,
        "minItems": Rule.MIN_ITEMS,
        "maxItems": Rule.MAX_ITEMS,
    }
)
_KINDS: Final = MappingProxyType(
    {"array": NodeKind.LIST, "string": NodeKind.STRING, "integer": NodeKind.NUMBER, "number": NodeKind.NUMBER}
)
_UNFILLED: Final = MappingProxyType(
    {
        "aws:cloudwatch/alarmMuteRule:AlarmMuteRule": frozenset({"rule"}),
        "aws:ecr/replicationConfiguration:ReplicationConfiguration": frozenset({"replicationConfiguration"}),
        "aws:sagemaker/pipeline:Pipeline": frozenset({"roleArn"}),
    }
)
"""Inputs that the SDK leaves open, both models require, and the provider does not fill in."""
_IN_PATHS: Final = frozenset({"", "properties", "items", "*"})


class SchemaNode:
    """A part of a resource schema as a node."""

    def __init__(self, schema: Mapping[str, Any], document: Mapping[str, Any], place: str) -> None:
        """Take the part, the whole document for its references, and the place for the source of a fact."""
        while "$ref" in schema:
            name = schema["$ref"]
            place = f"{document['typeName']} {name.rsplit('/', 1)[-1]}"
            schema = functools.reduce(lambda inner, step: inner[step], name.removeprefix("#/").split("/"), document)
        self.schema = schema
        self.place = place
        self._document = document

    @property
    def kind(self) -> NodeKind:
        """Kind by the ``type``; what may be text or an object (a policy document) is none."""
        types = self.schema.get("type")
        named = [types] if isinstance(types, str) else list(types or ())
        if self.schema.get("properties"):
            return NodeKind.STRUCTURE
        if named == ["object"]:
            return NodeKind.MAP if self.schema.get("patternProperties") else NodeKind.OTHER
        return _KINDS.get(named[0], NodeKind.OTHER) if len(named) == 1 else NodeKind.OTHER

    @functools.cached_property
    def members(self) -> Mapping[str, Node]:
        """Properties of an object by name."""
        return {name: self._part(part, name) for name, part in self.schema.get("properties", {}).items()}

    @functools.cached_property
    def element(self) -> Node | None:
        """Items of an array, values of an object of any keys."""
        inner = self.schema.get("items") or next(iter(self.schema.get("patternProperties", {}).values()), None)
        return self._part(inner, "") if isinstance(inner, dict) else None

    @functools.cached_property
    def limits(self) -> Mapping[Rule, Any]:
        """Pattern, enum, bounds."""
        found = {rule: self.schema[name] for name, rule in _LIMITS.items() if name in self.schema}
        return {rule: value for rule, value in found.items() if isinstance(value, str | list) or value < NO_MAXIMUM}

    def _part(self, schema: Mapping[str, Any], name: str) -> SchemaNode:
        return SchemaNode(schema, self._document, f"{self.place}.{name}" if name else self.place)


class CloudFormationSource(ModelSource):
    """The schemas of the installed cfn-lint."""

    searched = True

    def __init__(self) -> None:
        """Find the schemas; raises :class:`ModuleNotFoundError` where cfn-lint is not installed."""
        super().__init__()
        found = importlib.util.find_spec("cfnlint")
        if found is None or found.origin is None:
            raise ModuleNotFoundError("cfn-lint is not installed; the CloudFormation facts are read from it")
        self._folder = Path(found.origin).parent / "data" / "schemas"
        self._api = BotocoreSource()

    @functools.cached_property
    def name(self) -> str:
        """``cfn-lint`` and its version."""
        return f"cfn-lint {importlib.metadata.version('cfn-lint')}"

    @functools.cached_property
    def _index(self) -> Mapping[str, str]:
        index: dict[str, str] = json.loads((self._folder / "providers" / f"{_REGION}.json").read_text("utf-8"))
        return index

    @functools.cache  # noqa: B019 - a source lives as long as the build
    def schema(self, name: str) -> Mapping[str, Any]:
        """Return the schema of a CloudFormation type."""
        text = (self._folder / "resources" / f"{self._index[name]}.json").read_text("utf-8")
        schema: dict[str, Any] = json.loads(text)
        return schema

    def described(self, shape: Shape) -> Described | None:
        """Return the CloudFormation type of a type; None where there is none."""
        found = describing(shape.token, self._index)
        return found if found is not None and found.name in self._index else None

    def facts(self, shape: Shape) -> Iterator[Fact]:
        """Yield limits, what replaces, and which members go together."""
        described, layout = self.described(shape), self.layout(shape)
        if described is None or layout is None:
            return
        for path, rule, value, place in (
            *self._limits(layout),
            *_replaces(layout, self.schema(described.name), described),
            *_together(layout),
            *self._required(shape, layout, described),
        ):
            if not exempt(shape.token, path, rule, value):
                yield Fact(shape.token, path, rule, widened(shape.token, path, rule, value), f"{self.name} {place}")

    def _required(self, shape: Shape, layout: Layout, described: Described) -> Iterator[Said]:
        asked = set(self.schema(described.name).get("required", ()))
        unfilled = _UNFILLED.get(shape.token, frozenset()) & self._api.required(shape)
        for one in layout.placed:
            if one.path in unfilled and one.way[-1] in asked:
                yield one.path, Rule.REQUIRED, True, f"{described.name} required {one.way[-1]}"

    def _lay(self, shape: Shape) -> Layout | None:
        described = self.described(shape)
        if described is None:
            return None
        schema = self.schema(described.name)
        node: Node = SchemaNode(schema, schema, described.name)
        for step in filter(None, described.at.split(".")):
            node = node.members[step]
            while node.kind is NodeKind.LIST and node.element is not None:
                node = node.element
        leaf = described.name.rsplit("::", 1)[-1]
        nouns = (*nouns_of(shape.token), leaf, *prefixes_of(shape.token))
        return lay(shape, node, nouns, NAMES.get(shape.token.split(":", 1)[1], {}))


def _replaces(layout: Layout, schema: Mapping[str, Any], described: Described) -> Iterator[Said]:
    at = tuple(filter(None, described.at.split(".")))
    fixed = {
        tuple(step for step in pointer.split("/") if step not in _IN_PATHS)
        for pointer in schema.get("createOnlyProperties", ())
    }
    met: set[tuple[str, ...]] = set()
    for one in layout.placed:
        way = (*at, *one.way)
        if way in fixed and way not in met and not one.path.startswith("tags"):
            met.add(way)
            yield one.path, Rule.REPLACES, True, f"{schema['typeName']} createOnlyProperties {way[-1]}"


def _together(layout: Layout) -> Iterator[Said]:
    """Rules between the members of one object, where the SDK has all of them."""
    objects: dict[str, list[Placed]] = {}
    for one in layout.placed:
        if not one.path.endswith("[*]") and one.likeness is not Likeness.IDENTIFIER:
            objects.setdefault(one.path.rpartition(".")[0], []).append(one)
    for at, members in objects.items():
        owner = members[0].owner
        if not isinstance(owner, SchemaNode):
            continue
        names = {one.way[-1]: one.path.rpartition(".")[2] for one in members if one.way[-1] in owner.members}
        for rule, value, keyword in _rules(owner.schema, names):
            yield at, rule, value, f"{owner.place} {keyword}"


def _rules(schema: Mapping[str, Any], names: Mapping[str, str]) -> Iterator[tuple[Rule, Any, str]]:
    for keyword, rule in (("requiredXor", Rule.EXACTLY_ONE_OF), ("requiredOr", Rule.AT_LEAST_ONE_OF)):
        if keyword in schema and all(member in names for member in schema[keyword]):
            yield rule, [names[member] for member in schema[keyword]], keyword
    for keyword, rule in (("oneOf", Rule.EXACTLY_ONE_OF), ("anyOf", Rule.AT_LEAST_ONE_OF)):
        single = [part.get("required", ()) for part in schema.get(keyword, ())]
        if len(single) > 1 and all(len(one) == 1 and one[0] in names for one in single):
            yield rule, [names[one[0]] for one in single], keyword
    pairs = {
        tuple(sorted((names[member], names[other])))
        for member, others in schema.get("dependentExcluded", {}).items()
        for other in others
        if member in names and other in names
    }
    for pair in sorted(pairs):
        yield Rule.CONFLICTS, list(pair), "dependentExcluded"
    for member, others in schema.get("dependentRequired", {}).items():
        if member in names and all(other in names for other in others):
            yield Rule.REQUIRES, [names[member], [names[other] for other in others]], "dependentRequired"
