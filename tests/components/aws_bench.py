"""Builds one AWS backend alone, on stand-in references, and checks each resource against the shape of its type."""

import json
from collections.abc import Callable
from typing import Any

import pulumi

from components.clouds.aws import FACTS
from components.core.cloud import Cloud
from components.core.profile import Profile
from components.core.scope import ScopeSpec, open_scope
from simulator.catalogue.shapes import shape_of
from simulator.check import check_inputs
from tests.conformance import wiring
from tests.recorder import Recorded, record

ACCOUNT = "123456789012"


class Graph(dict[str, Recorded]):
    """Resources by Pulumi name, as planned."""

    def of(self, kind: str) -> list[Recorded]:
        """Resources of a type, given without the package (``s3/bucket:Bucket``), by name: the SDK keeps no order."""
        return sorted((item for item in self.values() if item.type == f"aws:{kind}"), key=lambda item: item.name)

    def statements(self, name: str, key: str = "policy") -> dict[str, dict[str, Any]]:
        """Statements of the policy document of one resource, by sid."""
        document = json.loads(self[name].inputs[key])
        assert document["Version"] == "2012-10-17"
        by_sid = {statement["Sid"]: statement for statement in document["Statement"]}
        assert len(by_sid) == len(document["Statement"]), f"{name} repeats a sid"
        return by_sid

    def allowed(self, name: str) -> set[tuple[str, str]]:
        """(action, resource) of everything that the policy of one resource allows."""
        return {
            (action, resource)
            for statement in self.statements(name).values()
            if statement["Effect"] == "Allow"
            for action in statement["Action"]
            for resource in statement["Resource"]
        }


def build(
    backend: Callable[..., Any],
    capability: str,
    spec: Any,
    profile: Profile = Profile.SANDBOX,
    *,
    without: tuple[str, ...] = (),
    given: dict[str, Any] | None = None,
    **changes: Any,
) -> Graph:
    """The planned graph of ``backend``; fails where an input does not exist, is missing or has the wrong type."""
    return build_with_outputs(backend, capability, spec, profile, without=without, given=given, **changes)[0]


def build_with_outputs(
    backend: Callable[..., Any],
    capability: str,
    spec: Any,
    profile: Profile = Profile.SANDBOX,
    *,
    without: tuple[str, ...] = (),
    given: dict[str, Any] | None = None,
    **changes: Any,
) -> tuple[Graph, dict[str, Any]]:
    """As :func:`build`, with the outputs that are known in a preview."""
    scope_spec: ScopeSpec = wiring.scope(Cloud.AWS, profile).model_copy(update=changes)
    args = wiring.arguments(capability, Cloud.AWS, spec, scope_spec) | (given or {})
    for name in without:
        args.pop(name)
    outputs: dict[str, Any] = {}

    def program() -> None:
        parent = pulumi.ComponentResource(f"tripod:index:{capability}", capability)
        made = backend(open_scope(scope_spec, capability, parent, FACTS), spec, args)
        for key, value in vars(made).items():  # one by one, so that an unknown one hides no other
            pulumi.Output.all(key, value).apply(lambda pair: outputs.update({pair[0]: pair[1]}))

    planned = [item for item in record(program) if item.type.startswith("aws:")]
    faults = [
        f"{item.type} {item.name}: {fault}"
        for item in planned
        for fault in check_inputs(shape_of(item.type), item.inputs)
    ]
    assert not faults, "\n".join(faults)
    return Graph((item.name, item) for item in planned), outputs
