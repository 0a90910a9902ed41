"""Planned graphs of single capabilities and what to compare of them."""

import functools
import json
from typing import Any

from components.capabilities import CAPABILITIES, Entry
from components.core.cloud import Cloud, Gap
from components.core.profile import Profile
from components.core.scope import ScopeSpec
from components.core.spec import Spec
from tests.conformance import wiring
from tests.recorder import Recorded, record

ENTRIES: dict[str, Entry] = {entry.name: entry for entry in CAPABILITIES}
CELLS = [(name, cloud) for name in ENTRIES for cloud in Cloud]
"""Every capability on every cloud."""


def cell_id(cell: Any) -> str:
    """Name of a cell in test ids."""
    return str(cell)


def plan(capability: str, cloud: Cloud, spec: Spec, scope: ScopeSpec, *, preview: bool = True) -> list[Recorded]:
    """What building one capability registers."""
    component = ENTRIES[capability].component
    args = wiring.arguments(capability, cloud, spec, scope)
    return record(lambda: component(capability.replace("_", "-"), args), preview=preview)  # type: ignore[call-arg, arg-type]


@functools.cache
def planned(capability: str, cloud: Cloud, scenario: str, profile: Profile = Profile.STANDARD) -> tuple[Recorded, ...]:
    """The graph of a scenario, built once."""
    spec = (wiring.maximal if scenario == "max" else wiring.defaults)(capability, cloud)
    return tuple(plan(capability, cloud, spec, wiring.scope(cloud, profile)))


def resources(graph: Any) -> list[Recorded]:
    """Cloud resources: no stack, no component, no provider."""
    return [item for item in graph if not item.type.startswith(("pulumi:", "tripod:"))]


def fingerprint(graph: Any) -> str:
    """Everything that a plan says, in a comparable form."""
    return json.dumps(
        sorted((item.type, item.name, item.inputs, item.protect, sorted(item.options.items())) for item in graph),
        sort_keys=True,
        default=str,
    )


def gap_fields(capability: str, cloud: Cloud) -> dict[str, Gap]:
    """Options without effect on a cloud, by field."""
    leg = ENTRIES[capability].legs[cloud]
    if isinstance(leg, Gap):
        return {}
    return {gap.field: gap for gap in leg.gaps if gap.field}
