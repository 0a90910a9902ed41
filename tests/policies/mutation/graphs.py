"""The stacks that are weakened: what the kit makes of its regulated stacks, every value known.

Each stack is brought up once per process in a simulated cloud, because most policy documents hold ARNs that a plan does
not know yet, and a text that is not known cannot be weakened. What ``up`` was asked to make is taken (the inputs).
"""

from __future__ import annotations

import functools

from components.core.cloud import Cloud
from components.core.profile import Profile
from policies.graph import Resource
from stacks.project import PROJECT
from stacks.settings import Settings, read_stack_file, resolve
from tests.simulated import World
from tripod.verdicts import neutral

STACKS = ("prod", "lake", "demand")
"""The stacks of each cloud, in the order in which they are brought up: ``demand`` lives on ``lake``."""


def regulated(stack: str) -> Settings:
    """A shipped stack under the profile ``regulated``, whatever its stack file says."""
    return resolve(stack, {**read_stack_file(stack).config, f"{PROJECT}:profile": Profile.REGULATED.value})


@functools.cache
def graphs(cloud: Cloud) -> dict[str, tuple[Resource, ...]]:
    """The stacks of a cloud by name, as rules see them."""
    world = World()
    found: dict[str, tuple[Resource, ...]] = {}
    for name in STACKS:
        stack = f"{cloud.value}-{name}"
        result = world.run(stack, "up", regulated(stack))
        assert result.ok, result.errors
        found[stack] = tuple(neutral(view) for view in result.resources if view.custom)
    return found
