"""The neutral picture of a stack that every rule reads: resources, their properties and the references between them.

The same :class:`Resource` is made from a planned graph (wire values), from an exported state and from what the Pulumi
CLI hands to a policy pack, so that a rule cannot tell them apart. Nothing here knows a control.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pulumi.runtime import rpc
from pulumi_policy import proxy

from components.core.cloud import Cloud
from policies.arm_template import DEPLOYMENTS, unfold
from policies.arm_types import NAME_KEYS
from policies.identity import identity_keys
from policies.tokens import canonical, cloud_of
from policies.verdict import MISSING, UNKNOWN, Mark, at, plain

_UNKNOWN_WORDS = frozenset(
    {
        rpc.UNKNOWN,
        proxy.UNKNOWN_BOOLEAN_VALUE,
        proxy.UNKNOWN_NUMBER_VALUE,
        proxy.UNKNOWN_STRING_VALUE,
        proxy.UNKNOWN_ARRAY_VALUE,
        proxy.UNKNOWN_ASSET_VALUE,
        proxy.UNKNOWN_ARCHIVE_VALUE,
        proxy.UNKNOWN_OBJECT_VALUE,
    }
)
_SIG = rpc._special_sig_key


def unwire(value: Any, where: str, secrets: set[str]) -> Any:
    """Wire JSON as plain values: unknown markers become UNKNOWN, secrets are unwrapped and their path is remembered.

    A secret that is still encrypted is UNKNOWN: it is there, but nothing can be said about it.
    """
    if isinstance(value, str):
        return UNKNOWN if value in _UNKNOWN_WORDS else value
    if isinstance(value, list):
        return [unwire(v, f"{where}[{i}]", secrets) for i, v in enumerate(value)]
    if not isinstance(value, Mapping):
        return value
    sig = value.get(_SIG)
    if sig == rpc._special_secret_sig:
        secrets.add(where)
        return unwire(_opened(value), where, secrets)
    if sig == rpc._special_output_value_sig:
        if value.get("secret") is True:
            secrets.add(where)
        return unwire(value.get("value", rpc.UNKNOWN), where, secrets)
    if sig == rpc._special_resource_sig:
        return unwire(value.get("id") or value.get("urn"), where, secrets)
    return {str(k): unwire(v, f"{where}.{k}" if where else str(k), secrets) for k, v in value.items() if k != _SIG}


def _opened(secret: Mapping[str, Any]) -> Any:
    if "value" in secret:
        return secret["value"]
    try:
        return json.loads(secret["plaintext"])
    except (KeyError, TypeError, ValueError):
        return rpc.UNKNOWN


@dataclass(frozen=True, kw_only=True)
class Options:
    """The resource options that rules read."""

    protect: bool = False
    retain_on_delete: bool = False
    delete_before_replace: bool | None = None
    ignore_changes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Resource:
    """One resource of a stack, planned or deployed."""

    urn: str
    type: str
    """The token without API version; the urn keeps the one that the program wrote."""
    name: str
    props: Mapping[str, Any]
    """Plain values by wire name (camelCase); unknown leaves are the UNKNOWN mark."""
    id: str | Mark = MISSING
    """The provider's id; UNKNOWN while planned, MISSING for components."""
    parent: str | None = None
    dependencies: tuple[str, ...] = ()
    property_dependencies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """For each top-level property, the URNs of the resources that its value is computed from."""
    options: Options = Options()
    secret_paths: frozenset[str] = frozenset()
    """Paths whose values must not be shown."""
    within: str | None = None
    """The URN of the deployment whose template declares the resource; None for a resource of the program."""

    @property
    def cloud(self) -> Cloud | None:
        return cloud_of(self.type)

    @property
    def protect(self) -> bool:
        return self.options.protect

    def at(self, path: str) -> Any:
        """The single value at a path without ``[]`` or ``{}``: a value, MISSING or UNKNOWN."""
        return at(self.props, path)[0].value

    def is_secret(self, path: str) -> bool:
        """Whether the value at a concrete path is, lies within, or holds a secret."""
        return any(_within(path, s) or _within(s, path) for s in self.secret_paths)

    @classmethod
    def from_wire(
        cls,
        *,
        urn: str,
        type_: str,
        name: str,
        props: Mapping[str, Any],
        id_: str | None = None,
        parent: str | None = None,
        dependencies: Iterable[str] = (),
        property_dependencies: Mapping[str, Iterable[str]] | None = None,
        options: Options | None = None,
    ) -> Resource:
        """Make a resource from wire JSON, as the engine registers it or keeps it in its state.

        ``props`` holds unknown markers and secret, output and reference dicts as ``pulumi.runtime.rpc`` writes them.
        """
        secrets: set[str] = set()
        values = unwire(props, "", secrets)
        return cls(
            urn=urn,
            type=canonical(type_),
            name=name,
            props=values if isinstance(values, dict) else {},
            id=MISSING if not id_ else UNKNOWN if id_ in _UNKNOWN_WORDS else id_,
            parent=parent or None,
            dependencies=tuple(dependencies),
            property_dependencies={k: tuple(v) for k, v in (property_dependencies or {}).items()},
            options=options or Options(),
            secret_paths=frozenset(secrets),
        )

    @classmethod
    def from_state(cls, entry: Mapping[str, Any]) -> Resource:
        """Make a resource from one entry of ``deployment.resources`` of an exported stack.

        Outputs are what the cloud holds, so they win; inputs fill in what the provider does not read back.
        """
        inputs, outputs = dict(entry.get("inputs") or {}), dict(entry.get("outputs") or {})
        urn = str(entry["urn"])
        return cls.from_wire(
            urn=urn,
            type_=str(entry["type"]),
            name=urn.rpartition("::")[2],
            props={**inputs, **{k: v for k, v in outputs.items() if v is not None}},
            id_=entry.get("id"),
            parent=entry.get("parent"),
            dependencies=entry.get("dependencies") or (),
            property_dependencies={k: v or () for k, v in (entry.get("propertyDependencies") or {}).items()},
            options=Options(
                protect=bool(entry.get("protect")),
                retain_on_delete=bool(entry.get("retainOnDelete")),
                ignore_changes=tuple(entry.get("ignoreChanges") or ()),
            ),
        )

    @classmethod
    def from_policy(cls, given: Any, *, linked: bool) -> Resource:
        """Make a resource from ``pulumi_policy`` arguments.

        ``given`` is a PolicyResource (``linked``: it knows its dependencies) or ResourceValidationArgs, which does not.
        """
        props = plain(given.props)
        opts = given.opts
        id_ = props.get("id", UNKNOWN)
        return cls(
            urn=given.urn,
            type=canonical(given.resource_type),
            name=given.name,
            props=props,
            id=id_ if isinstance(id_, (str, Mark)) else UNKNOWN,
            parent=(given.parent.urn if given.parent else None) if linked else opts.parent,
            dependencies=tuple(d.urn for d in given.dependencies) if linked else (),
            property_dependencies=(
                {k: tuple(d.urn for d in v) for k, v in given.property_dependencies.items()} if linked else {}
            ),
            options=Options(
                protect=bool(opts.protect),
                delete_before_replace=opts.delete_before_replace,
                ignore_changes=tuple(opts.ignore_changes),
            ),
        )


def _within(inner: str, outer: str) -> bool:
    return inner == outer or (inner.startswith(outer) and inner[len(outer)] in ".[") or outer == ""


_ANYTHING = "\0"
"""What a value that is not known yet may mention."""


class Graph:
    """The resources of one stack with the look-ups that link rules need.

    What templates of deployments declare is here as well, after its deployment. Such a resource may be a second write
    of one of the program: then whatever refers to the one refers to the other.
    """

    def __init__(self, resources: Iterable[Resource]) -> None:
        self.resources: tuple[Resource, ...] = tuple(_unfolded(resources))
        self._by_urn = {r.urn: r for r in self.resources}
        self._by_type: dict[str, list[Resource]] = {}
        for resource in self.resources:
            self._by_type.setdefault(resource.type, []).append(resource)
        self._identities: dict[str, frozenset[str]] = {}
        self._mentions: dict[tuple[str, str], dict[str, list[int]]] = {}
        self._first = self._first_writes()

    def _first_writes(self) -> dict[str, Resource]:
        """The resource of the program for each resource of a template that is a second write of it, by URN."""
        seconds = [r for r in self.resources if r.within is not None]
        types = {r.type for r in seconds}
        named: dict[tuple[str, str], Resource] = {}
        for resource in (r for r in self.resources if r.within is None and r.type in types):
            named |= {(resource.type, name.casefold()): resource for name in _names(resource)}
        found: dict[str, Resource | None] = {}
        for second in seconds:
            key = NAME_KEYS.get(second.type, "name")
            sources = self.sources(second, key) if second.props.get(key) is UNKNOWN else ()
            hits = (named.get((second.type, name.casefold())) for name in _names(second))
            found[second.urn] = next((r for r in (*hits, *sources) if r is not None and r.type == second.type), None)
        return {urn: first for urn, first in found.items() if first is not None}

    def __iter__(self) -> Iterator[Resource]:
        return iter(self.resources)

    def get(self, urn: str) -> Resource | None:
        return self._by_urn.get(urn)

    def of(self, *types: str) -> tuple[Resource, ...]:
        """All resources of the types, in the order of the types and then of the stack."""
        return tuple(r for t in types for r in self._by_type.get(t, ()))

    @property
    def clouds(self) -> tuple[Cloud, ...]:
        """The clouds that have at least one resource here."""
        present = {cloud_of(t) for t in self._by_type}
        return tuple(c for c in Cloud if c in present)

    def sources(self, resource: Resource, path: str) -> tuple[Resource, ...]:
        """The resources that the top-level property of ``path`` is computed from."""
        top = path.partition(".")[0].partition("[")[0]
        found = (self._by_urn.get(u) for u in resource.property_dependencies.get(top, ()))
        return tuple(r for r in found if r is not None)

    def identities(self, resource: Resource) -> frozenset[str]:
        """Every text by which others may refer to the resource: its id, ARN, name, e-mail, as far as known."""
        if resource.urn not in self._identities:
            first = self._first.get(resource.urn)
            self._identities[resource.urn] = _names(resource) | (_names(first) if first else frozenset())
        return self._identities[resource.urn]

    def _urns(self, resource: Resource) -> tuple[str, ...]:
        """The URNs of a resource and of its first write."""
        first = self._first.get(resource.urn)
        return (resource.urn,) if first is None else (resource.urn, first.urn)

    def _nameless(self, resource: Resource) -> bool:
        """Whether nothing is known by which others could refer to a resource of a template."""
        return resource.within is not None and resource.urn not in self._first and not self.identities(resource)

    def refers(self, resource: Resource, path: str, target: Resource) -> bool | None:
        """Whether a value at ``path`` of ``resource`` names ``target``; None when that cannot be known yet."""
        sources = self.sources(resource, path)
        maybe = self._nameless(target)
        urns = self._urns(target)
        for hit in at(resource.props, path):
            if hit.value is MISSING:
                continue
            if isinstance(hit.value, str) and _folded(hit.value) in self.identities(target):
                return True
            if hit.value is UNKNOWN and not any(s.type == target.type for s in sources):
                maybe = True
            elif any(s.urn in urns for s in sources if s.type == target.type):
                # Computed from this very resource; a text that names another of its type is no reference to it.
                named = isinstance(hit.value, str) and any(
                    _folded(hit.value) in self.identities(r) - self.identities(target)
                    for r in self.of(target.type)
                    if r.urn not in urns
                )
                if not named:
                    return True
        return None if maybe else False

    def referring(self, target: Resource, types: Sequence[str], path: str) -> tuple[list[Resource], list[Resource]]:
        """The resources of ``types`` that name ``target`` at ``path``, and those of which it cannot be known yet."""
        sure: list[Resource] = []
        maybe: list[Resource] = []
        if self._nameless(target):
            return [], list(self.of(*types))
        keys = (*self.identities(target), *self._urns(target), _ANYTHING)
        for type_ in types:
            mentions = self._mentioned(type_, path)
            for place in sorted({place for key in keys for place in mentions.get(key, ())}):
                resource = self._by_type[type_][place]
                answer = self.refers(resource, path, target)
                if answer is None:
                    maybe.append(resource)
                elif answer:
                    sure.append(resource)
        return sure, maybe

    def _mentioned(self, type_: str, path: str) -> dict[str, list[int]]:
        """Text, or URN of a source -> places of the resources of a type that mention it at ``path``.

        Made once, so that looking for what refers to each of many resources takes time in proportion to their number.
        """
        found = self._mentions.get((type_, path))
        if found is None:
            found = self._mentions[type_, path] = {}
            for place, resource in enumerate(self._by_type.get(type_, ())):
                values = [hit.value for hit in at(resource.props, path)]
                keys = {_folded(value) for value in values if isinstance(value, str)}
                keys |= {source.urn for source in self.sources(resource, path)}
                if any(value is UNKNOWN for value in values):
                    keys.add(_ANYTHING)
                for key in keys:
                    found.setdefault(key, []).append(place)
        return found


def _unfolded(resources: Iterable[Resource]) -> Iterator[Resource]:
    for resource in (r for r in resources if r.within is None):  # what comes out of a template comes from it again
        yield resource
        if resource.type in DEPLOYMENTS:
            yield from unfold(resource)


def _names(resource: Resource) -> frozenset[str]:
    own = NAME_KEYS.get(resource.type)
    keys = {*identity_keys(resource.type), *([own] if own else [])}
    values = [resource.id, *(resource.props.get(key) for key in keys)]
    return frozenset(_folded(v) for v in values if isinstance(v, str) and v)


def _folded(text: str) -> str:
    # ARM ids keep the case of the caller; names on AWS and Google Cloud are compared as they are.
    return text.casefold() if text.startswith("/subscriptions/") else text
