"""Builds one Azure backend alone, on stand-in references, and checks each resource against the shape of its type."""

from collections.abc import Callable
from dataclasses import fields
from functools import partial
from typing import Any

import pulumi

from components.clouds.azure import FACTS
from components.core.cloud import Cloud
from components.core.profile import Profile
from components.core.scope import ScopeSpec, open_scope
from simulator.catalogue.shapes import shape_of
from simulator.check import check_inputs
from tests.conformance import wiring
from tests.recorder import Recorded, record

ARM = "/subscriptions/00000000-0000-0000-0000-000000000003/resourceGroups/churn-dev/providers"
"""Where the stand-in resources stand."""
ROLE = "/subscriptions/00000000-0000-0000-0000-000000000003/providers/Microsoft.Authorization/roleDefinitions/"
"""What ids of built-in roles begin with."""


class Graph(dict[str, Recorded]):
    """Resources by Pulumi name."""

    outputs: dict[str, Any]
    """Outputs of the backend, resolved."""

    def of(self, kind: str) -> list[Recorded]:
        """Resources of a type, given without the package: ``storage:StorageAccount``."""
        return [item for item in self.values() if item.type == f"azure-native:{kind}"]

    def roles(self) -> set[tuple[str, str, str]]:
        """(role GUID or id, principal, scope) of every role assignment whose values are known."""
        return {
            (
                str(item.inputs["roleDefinitionId"]).removeprefix(ROLE),
                str(item.inputs.get("principalId")),
                str(item.inputs["scope"]),
            )
            for item in self.of("authorization:RoleAssignment")
        }


_PLANNED: set[tuple[str, Profile]] = set()
"""What has been planned with unknowns already; once is enough, and plans take seconds."""


def _faults(graph: list[Recorded]) -> list[str]:
    return [
        f"{item.type} {item.name}: {fault}"
        for item in graph
        if item.type.startswith("azure-native:")
        for fault in check_inputs(shape_of(item.type), item.inputs)
    ]


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
    """The graph that ``backend`` makes; fails where an input does not exist, is missing or has the wrong type."""
    scope_spec: ScopeSpec = wiring.scope(Cloud.AZURE, profile).model_copy(update=changes)
    args = wiring.arguments(capability, Cloud.AZURE, spec, scope_spec) | (given or {})
    for name in without:
        args.pop(name)

    resolved: dict[str, Any] = {}

    def program() -> None:
        parent = pulumi.ComponentResource(f"tripod:index:{capability}", capability)
        outputs = backend(open_scope(scope_spec, capability, parent, FACTS), spec, args)
        for field in fields(outputs):
            pulumi.Output.from_input(getattr(outputs, field.name)).apply(partial(resolved.__setitem__, field.name))

    known = record(program, preview=False)  # ids are known here: ``<pulumi name>-id``
    faults = [fault for fault in _faults(known) if "missing required property" not in fault]
    if (capability, profile) not in _PLANNED:  # here what a cloud computes is unknown, where above it is missing
        _PLANNED.add((capability, profile))
        faults += _faults(record(program))
    assert not faults, "\n".join(faults)
    graph = Graph((item.name, item) for item in known if item.type.startswith("azure-native:"))
    graph.outputs = resolved
    return graph
