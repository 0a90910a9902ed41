"""Builds one Google Cloud backend alone, on stand-in references, and checks each resource against its type's shape."""

from collections.abc import Callable
from functools import partial
from typing import Any
from unittest import mock

import pulumi
from pulumi.runtime import mocks

from components.clouds.gcp import FACTS
from components.core.cloud import Cloud
from components.core.profile import Profile
from components.core.scope import ScopeSpec, open_scope
from simulator.catalogue.shapes import shape_of
from simulator.check import check_inputs
from tests import recorder
from tests.conformance import wiring
from tests.recorder import Recorded, record

PROJECT, NUMBER, REGION = "acme-ml-dev", "123456789012", "europe-west4"
AGENT = f"serviceAccount:service-{NUMBER}@gcp-sa-aiplatform.iam.gserviceaccount.com"
"""Service agent of Vertex AI."""

ANSWERS: dict[str, dict[str, Any]] = {
    "gcp:bigquery/getDefaultServiceAccount:getDefaultServiceAccount": {
        "email": f"bq-{NUMBER}@bigquery-encryption.iam.gserviceaccount.com"
    },
    "gcp:compute/getZones:getZones": {"names": [f"{REGION}-a", f"{REGION}-b", f"{REGION}-c"]},
    "gcp:logging/getProjectSettings:getProjectSettings": {
        "kmsServiceAccountId": f"cmek-p{NUMBER}@gcp-sa-logging.iam.gserviceaccount.com"
    },
    "gcp:storage/getProjectServiceAccount:getProjectServiceAccount": {
        "emailAddress": f"service-{NUMBER}@gs-project-accounts.iam.gserviceaccount.com"
    },
}
"""What the cloud would answer to the questions that backends ask."""


class Graph(dict[str, Recorded]):
    """Resources by Pulumi name; ``outputs`` are what the backend gave out."""

    outputs: dict[str, Any]

    def of(self, kind: str) -> dict[str, Recorded]:
        """Resources of a type, given without the package: ``storage/bucket:Bucket``."""
        return {name: item for name, item in self.items() if item.type == f"gcp:{kind}"}

    def grants(self, kind: str, target: str) -> set[tuple[str, str, str]]:
        """(role, member, ``target`` property) of every grant of a type."""
        return {
            (str(item.inputs["role"]), str(item.inputs["member"]), str(item.inputs[target]))
            for item in self.of(kind).values()
        }


def build(
    backend: Callable[..., Any],
    capability: str,
    spec: Any,
    profile: Profile = Profile.SANDBOX,
    *,
    without: tuple[str, ...] = (),
    given: dict[str, Any] | None = None,
    posture: dict[str, Any] | None = None,
    **changes: Any,
) -> Graph:
    """The graph that ``backend`` makes; fails where an input does not exist, is missing or has the wrong type.

    Ids are known in it: ``<pulumi name>-id``.
    """
    scope_spec: ScopeSpec = wiring.scope(Cloud.GCP, profile, **(posture or {})).model_copy(update=changes)
    args = wiring.arguments(capability, Cloud.GCP, spec, scope_spec) | (given or {})
    for name in without:
        args.pop(name)
    outputs: dict[str, Any] = {}

    def program() -> None:
        parent = pulumi.ComponentResource(f"tripod:index:{capability}", capability)
        made = backend(open_scope(scope_spec, capability, parent, FACTS), spec, args)
        for name, value in vars(made).items():
            pulumi.Output.from_input(value).apply(partial(outputs.__setitem__, name))

    echo = recorder._Echo.call

    def answer(self: recorder._Echo, call: mocks.MockCallArgs) -> dict[str, Any]:
        return ANSWERS.get(call.token) or echo(self, call)

    with mock.patch.object(recorder._Echo, "call", answer):
        planned = record(program)
        known = record(program, preview=False)
    faults = [
        f"{item.type} {item.name}: {fault}"
        for item in planned
        if item.type.startswith("gcp:")
        for fault in check_inputs(shape_of(item.type), item.inputs)
    ]
    assert not faults, "\n".join(faults)
    graph = Graph((item.name, item) for item in known if item.type.startswith("gcp:"))
    graph.outputs = outputs
    return graph
