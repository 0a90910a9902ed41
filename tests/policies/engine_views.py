"""The resources of rule cases as the embedded engine hands them to an analyzer: one program and one preview per cloud.

Every resource is registered by a real program through the SDK, planned by the engine and seen by an analyzer; the
provider behind it takes whatever it is given, because a case holds only the properties that its rule is about.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pulumi

from policies.graph import Resource
from policies.verdict import UNKNOWN as UNKNOWN_MARK
from simulator.engine.deployment import Deployment
from simulator.engine.policy import ResourceView, Violation
from simulator.engine.program import InlineProgram
from simulator.engine.state import StateFile
from simulator.model import Checked, Difference, Live, Props
from tests.policies.dsl import Case
from tripod.verdicts import neutral

SEPARATOR = "|"
"""Between the number of a case and the name of a resource in it."""


class Accepting:
    """A provider that takes anything and computes nothing."""

    def __init__(self, inputs: Mapping[str, Props]) -> None:
        self.inputs = inputs

    def check_config(self, news: Props) -> Checked:
        return Checked(dict(news))

    def diff_config(self, olds: Props, news: Props) -> Difference:
        return Difference({})

    def configure(self, config: Props) -> None:
        pass

    def check(self, urn: str, type_: str, olds: Props, news: Props, seed: bytes) -> Checked:
        return Checked(dict(news))

    def diff(
        self,
        urn: str,
        type_: str,
        id_: str,
        old_inputs: Props,
        old_outputs: Props,
        news: Props,
        ignore: tuple[str, ...],
    ) -> Difference:
        return Difference({})

    def create(self, urn: str, type_: str, inputs: Props, *, preview: bool, timeout: float) -> Live:
        return Live("", dict(inputs), inputs)

    def read(self, urn: str, type_: str, id_: str, inputs: Props, outputs: Props) -> Live | None:
        return Live(id_, dict(inputs), inputs)

    def update(
        self,
        urn: str,
        type_: str,
        id_: str,
        old_inputs: Props,
        old_outputs: Props,
        news: Props,
        ignore: tuple[str, ...],
        *,
        preview: bool,
        timeout: float,
    ) -> Live:
        return Live(id_, dict(news), news)

    def delete(self, urn: str, type_: str, id_: str, inputs: Props, outputs: Props, *, timeout: float) -> None:
        pass

    def invoke(self, token: str, args: Props, *, preview: bool) -> Props:
        raise AssertionError("no case calls a function")


@dataclass
class Recorder:
    """An analyzer that finds nothing and keeps what it was shown."""

    views: list[ResourceView] = field(default_factory=list)
    stack: list[ResourceView] = field(default_factory=list)
    name: str = "recorder"

    def analyze(self, resource: ResourceView) -> Sequence[Violation]:
        self.views.append(resource)
        return ()

    def analyze_stack(self, resources: Sequence[ResourceView]) -> Sequence[Violation]:
        self.stack.extend(resources)
        return ()


def views(cases: Sequence[Case]) -> dict[int, tuple[Resource, ...]]:
    """What the engine shows of the resources of each case, by its place in the sequence."""
    recorder = Recorder()
    with tempfile.TemporaryDirectory() as folder:
        deployment = Deployment(
            project="tripod",
            stack="test",
            organization="acme",
            config={},
            secret_keys=[],
            state=StateFile(Path(folder) / "test.json", "passphrase"),
            providers=lambda package, version: Accepting({}),
            analyzers=[recorder],
        )
        result = deployment.preview(InlineProgram(lambda: _program(cases)))
    assert result.ok, result.errors
    found: dict[int, list[Resource]] = {n: [] for n in range(len(cases))}
    for view in recorder.stack:
        if view.custom and SEPARATOR in view.name:
            number, _, name = view.name.partition(SEPARATOR)
            found[int(number)].append(replace(neutral(view), name=name))
    made = {v.urn for v in recorder.stack if v.custom and SEPARATOR in v.name and not v.external}
    assert made <= {v.urn for v in recorder.views}
    return {n: tuple(resources) for n, resources in found.items()}


def _program(cases: Sequence[Case]) -> None:
    for number, case in enumerate(cases):
        made: dict[str, pulumi.Resource] = {}
        waiting = list(case.resources)
        while waiting:
            ready = [r for r in waiting if set(r.dependencies) <= made.keys()]
            assert ready, f"{case.id}: resources depend on each other in a circle"
            for resource in ready:
                made[resource.urn] = _register(resource, number, made)
            waiting = [r for r in waiting if r.urn not in made]


def _register(resource: Resource, number: int, made: Mapping[str, pulumi.Resource]) -> pulumi.Resource:
    props = {
        key: _input(value, key, resource, [made[u] for u in resource.property_dependencies.get(key, ())])
        for key, value in resource.props.items()
    }
    options = resource.options
    return pulumi.CustomResource(
        resource.urn.split("::")[2],
        f"{number}{SEPARATOR}{resource.name}",
        props,
        pulumi.ResourceOptions(
            id=resource.id if isinstance(resource.id, str) else None,
            protect=options.protect or None,
            retain_on_delete=options.retain_on_delete or None,
            delete_before_replace=options.delete_before_replace,
            ignore_changes=list(options.ignore_changes) or None,
        ),
    )


def _input(value: Any, path: str, resource: Resource, sources: Sequence[pulumi.Resource]) -> Any:
    """A value as a program passes it: unknown and secret parts as outputs, with the resources they come from."""
    secret = path in resource.secret_paths
    if value is UNKNOWN_MARK:
        return _output(None, sources, known=False, secret=secret)
    if isinstance(value, dict):
        inner: Any = {k: _input(v, f"{path}.{k}", resource, sources) for k, v in value.items()}
    elif isinstance(value, list):
        inner = [_input(v, f"{path}[{i}]", resource, sources) for i, v in enumerate(value)]
    else:
        return _output(value, sources, known=True, secret=secret) if sources or secret else value
    return pulumi.Output.secret(inner) if secret else inner


def _output(value: Any, sources: Sequence[pulumi.Resource], *, known: bool, secret: bool) -> pulumi.Output[Any]:
    def done(result: Any) -> asyncio.Future[Any]:
        future: asyncio.Future[Any] = asyncio.Future()
        future.set_result(result)
        return future

    return pulumi.Output(set(sources), done(value), done(known), done(secret))
