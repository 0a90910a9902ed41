"""What moto and the simulator say of every resource of a platform, and of each of its references pointing nowhere."""

import functools
import re
from collections import defaultdict
from dataclasses import dataclass, field

from botocore.exceptions import ClientError
from moto import mock_aws

from tests.simulated import World
from tests.simulator.moto.estate import Planned, build, planned, simulated
from tests.simulator.moto.executor import Executor, has_call, undo

_CRASHES = (NotImplementedError, ImportError, AttributeError, TypeError)
CRASHES = frozenset({*(error.__name__ for error in _CRASHES), "ModuleNotFoundError"})
"""What comes out of moto where it has no answer: no verdict on the inputs."""


@dataclass
class Evidence:
    """Error codes by type, and by type and path; an empty code is an acceptance."""

    made: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """What moto says of the resources as they are."""
    kept: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """What the simulator says of them, made again."""
    moto: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    """What moto says of a reference that points nowhere."""
    simulator: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))


@functools.cache
def gathered() -> Evidence:
    """Bring a platform up, execute it against moto, and break its references one by one in both."""
    world, evidence = World(), Evidence()
    result = build(world, "aws-dev")
    assert result.ok, result.errors
    resources = planned(result)
    with mock_aws(config={"iam": {"load_aws_managed_policies": True}}):
        _execute(resources, evidence)
    _break(world, resources, evidence)
    return evidence


def _execute(resources: list[Planned], evidence: Evidence) -> None:
    executor = Executor()
    for one in resources:
        if not has_call(one.type):
            evidence.made[one.type].add("no call")
            continue
        for attempt, reference in enumerate(one.references()):
            said = _attempt(executor, one.type, one.pointing_nowhere(reference, attempt))
            if said not in CRASHES:
                evidence.moto[one.type, general(reference.path)].add(said)
        try:
            answer = executor.create(one.type, one.inputs)
        except (ClientError, *_CRASHES) as error:
            evidence.made[one.type].add(_code(error))
            continue
        executor.learn(one.type, one.id, one.outputs, answer)
        evidence.made[one.type].add("")


def _attempt(executor: Executor, token: str, inputs: dict[str, object]) -> str:
    try:
        undo(executor, token, inputs, executor.create(token, inputs))
    except (ClientError, *_CRASHES) as error:
        return _code(error)
    return ""


def _code(error: Exception) -> str:
    return str(error.response["Error"]["Code"]) if isinstance(error, ClientError) else type(error).__name__


def _break(world: World, resources: list[Planned], evidence: Evidence) -> None:
    """Take each resource away, the last first, and make it again: wrongly, then rightly."""
    standing = {stored.urn for stored in world.cloud.inventory()}
    for one in reversed(resources):
        if one.urn in standing:
            world.cloud.remove(one.urn)
        for attempt, reference in enumerate(one.references()):
            evidence.simulator[one.type, general(reference.path)].add(
                simulated(world, one, one.pointing_nowhere(reference, attempt))
            )
        evidence.kept[one.type].add(simulated(world, one, one.inputs))


def general(path: str) -> str:
    """Return a path without the numbers of its items."""
    return re.sub(r"\[[^\]]*\]", "[*]", path)
