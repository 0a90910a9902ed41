"""A whole platform in a simulated account, and what each of its resources refers to."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from simulator.catalogue.shapes import shape_of
from simulator.clouds.aws import Aws
from simulator.clouds.base import Reference
from simulator.engine.deployment import Result
from simulator.model import CloudError
from simulator.values import parse, pick, put
from stacks.settings import read_stack_file, resolve
from tests.simulated import World
from tests.simulator.moto.executor import REGION

CONFIG = {"region": REGION}
OVERRIDES = {
    "endpoint": {"model": {"name": "churn", "version": "3"}},
    "identity": {"ci": {"repository": "acme/churn", "owner_id": "4711"}},
    "monitoring": {"notify": ["ml@example.com"]},
    "network": {"egress": "nat"},
}
"""What makes the development stack use every type: a released model, a pipeline, people to tell, a way out."""


def build(world: World, stack: str) -> Result:
    """Bring a stack up with everything switched on."""
    config = dict(read_stack_file(stack).config)
    config["tripod:overrides"] = json.dumps(json.loads(config.get("tripod:overrides", "{}")) | OVERRIDES)
    return world.run(stack, "up", resolve(stack, config))


@dataclass(frozen=True)
class Planned:
    """One resource as it was made."""

    urn: str
    type: str
    id: str
    inputs: dict[str, Any]
    outputs: dict[str, Any]

    def references(self) -> Iterator[Reference]:
        """Yield what must exist, once by path."""
        met: set[str] = set()
        for reference in Aws().references(shape_of(self.type), self.inputs, CONFIG):
            if reference.required and reference.path not in met and not Aws().built_in(reference.name):
                met.add(reference.path)
                yield reference

    def pointing_nowhere(self, reference: Reference, attempt: int) -> dict[str, Any]:
        """Return the inputs with one reference to a thing of the right form that does not exist."""
        text = str(pick(self.inputs, parse(reference.path)))
        known = reference.name.rsplit("#", 1)[-1].split("@", 1)[0]  # without the kind and the region of a plain name
        wrong = text.replace(known, missing(known)) if known in text else missing(text)
        inputs = put(renamed(self.type, self.inputs, attempt), parse(reference.path), wrong)
        if isinstance(inputs.get("policy"), str):  # a policy speaks of its own resource
            inputs["policy"] = inputs["policy"].replace(text, wrong)
        return inputs


def planned(result: Result) -> list[Planned]:
    """Return the AWS resources of a stack in the order in which they were made."""
    return [
        Planned(view.urn, view.type, view.id, view.inputs, view.outputs)
        for view in result.resources
        if view.type.startswith("aws:")
    ]


def missing(text: str) -> str:
    """Return a name of the same form that nothing has: the last word of it (no version) with other letters."""
    last = [word for word in re.findall(r"[0-9a-zA-Z]+", text) if not word.isdigit()][-1]
    head, tail = text[: text.rindex(last)], text[text.rindex(last) + len(last) :]
    hexadecimal = re.fullmatch(r"[0-9a-f]{8,}", last) is not None
    return f"{head}{'0' * len(last) if hexadecimal else f'nowhere{last}'}{tail}"


_NAMES = ("name", "bucket", "targetId", "dashboardName")


def renamed(token: str, inputs: dict[str, Any], attempt: int) -> dict[str, Any]:
    """Return the inputs under another name, where the type has one of its own."""
    leaf = token.rsplit("/", 1)[-1].split(":", 1)[0]
    if leaf.startswith("bucket") and leaf != "bucket":
        return dict(inputs)
    own = [name for name in (*_NAMES, f"{leaf}Name") if name in inputs]
    return {**inputs, **{name: f"{inputs[name]}{attempt + 2}" for name in own}}


def simulated(world: World, resource: Planned, inputs: dict[str, Any]) -> str:
    """Make a resource in the simulated account; return the error code, or nothing where it was made."""
    provider = world.cloud("aws", "")
    provider.configure(CONFIG)
    try:
        checked = provider.check(resource.urn, resource.type, {}, inputs, b"")
        assert not checked.failures, checked.failures
        provider.create(resource.urn, resource.type, checked.inputs, preview=False, timeout=0)
    except CloudError as error:
        return error.code
    return ""
