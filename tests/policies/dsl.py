"""Graphs for rule tests in a few words: resources whose names say what is expected of them."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pulumi.runtime import rpc

from components.core.cloud import Cloud
from policies.graph import Options, Resource
from policies.packs import levels
from policies.settings import Settings, settings_from
from policies.verdict import Verdict

UNKNOWN = rpc.UNKNOWN
"""The wire marker, so that every case also goes through ``Resource.from_wire``."""

SECRET = "hunter2-do-not-show"
"""A value that no message may hold."""

PREFIXES = {
    "pass": Verdict.PASSED,
    "fail": Verdict.FAILED,
    "open": Verdict.UNDETERMINED,
    "skip": Verdict.NOT_APPLICABLE,
}
"""The first word of a resource's name is the verdict expected on it; other names are scenery without a finding."""


def secret(value: Any) -> dict[str, Any]:
    """A value as the engine sends a secret."""
    return {rpc._special_sig_key: rpc._special_secret_sig, "value": value}


def urn(type_: str, name: str) -> str:
    return f"urn:pulumi:test::tripod::{type_}::{name}"


def res(
    type_: str,
    name: str,
    props: Mapping[str, Any] | None = None,
    *,
    of: Mapping[str, Resource | Sequence[Resource]] | None = None,
    id_: str | None = None,
    **options: Any,
) -> Resource:
    """A resource; ``of`` says of which resources a property is computed."""
    links = {
        key: tuple(r.urn for r in ([value] if isinstance(value, Resource) else value))
        for key, value in (of or {}).items()
    }
    return Resource.from_wire(
        urn=urn(type_, name),
        type_=type_,
        name=name,
        props=props or {},
        id_=id_,
        dependencies=sorted({u for urns in links.values() for u in urns}),
        property_dependencies=links,
        options=Options(**options),
    )


@dataclass(frozen=True)
class Case:
    """One graph for one control on one cloud."""

    control: str
    cloud: Cloud
    kind: str
    """passing, failing, absent, unknown, or what else is told apart."""
    resources: tuple[Resource, ...]
    profile: str = "regulated"
    given: Mapping[str, Any] = field(default_factory=dict)
    """What the stack file sets under ``tripod:policy``."""

    @property
    def settings(self) -> Settings:
        return settings_from(self.profile, self.given, levels(self.profile))

    @property
    def id(self) -> str:
        return f"{self.control}-{self.cloud}-{self.kind}"


def put(props: Mapping[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy of the properties with the value at ``path`` (``a.b[].c``: of every element) replaced; None removes it."""
    result = copy.deepcopy(dict(props))
    *way, last = path.replace("[]", ".[]").split(".")
    places: list[Any] = [result]
    for step in way:
        places = [e for p in places for e in p] if step == "[]" else [p[step] for p in places]
    for place in places:
        if last == "[]":
            place[:] = [] if value is None else [value]
        elif value is None:
            place.pop(last, None)
        else:
            place[last] = value
    return result


@dataclass(frozen=True)
class Cell:
    """One control on one cloud; makes its cases."""

    control: str
    cloud: Cloud

    def case(
        self,
        kind: str,
        *resources: Resource,
        profile: str = "regulated",
        settings: Mapping[str, Any] | None = None,
    ) -> Case:
        return Case(self.control, self.cloud, kind, resources, profile, settings or {})

    def row(
        self,
        type_: str,
        good: Mapping[str, Any],
        path: str,
        bad: Any,
        *,
        absent: str = "fail",
        label: str = "",
        settings: Mapping[str, Any] | None = None,
    ) -> Iterator[Case]:
        """The four cases of a value at a path: right, wrong, not there (verdict word ``absent``), not known."""
        suffix = f" {label}" if label else ""
        yield self.case("passing" + suffix, res(type_, "pass", good), settings=settings)
        yield self.case("failing" + suffix, res(type_, "fail", put(good, path, bad)), settings=settings)
        yield self.case("absent" + suffix, res(type_, absent, put(good, path, None)), settings=settings)
        yield self.case("unknown" + suffix, res(type_, "open", put(good, path, UNKNOWN)), settings=settings)


def cells(control: str) -> tuple[Cell, Cell, Cell]:
    """The cells of a control on AWS, Azure and Google Cloud."""
    return Cell(control, Cloud.AWS), Cell(control, Cloud.AZURE), Cell(control, Cloud.GCP)
