"""Whole stacks in a simulated cloud of their own, through the embedded engine: the path a user takes."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pulumi

from simulator.cloud import SimulatedCloud
from simulator.engine.deployment import Deployment, Result
from simulator.engine.program import InlineProgram
from simulator.engine.state import StateFile
from simulator.model import Props
from simulator.store import Store
from stacks.layers import LAYERS
from stacks.project import PROJECT
from stacks.settings import Settings, read_stack_file, resolve

PASSPHRASE = "test"


class World:
    """One simulated world: a store, and the states of the stacks in it."""

    def __init__(self, directory: Path | None = None) -> None:
        self.directory = directory or Path(tempfile.mkdtemp(prefix="tripod-test-"))
        self.cloud = SimulatedCloud(Store(self.directory / "cloud.db"))

    def state(self, stack: str) -> StateFile:
        """State of a stack."""
        return StateFile(self.directory / f"{stack}.json", PASSPHRASE)

    def outputs(self, name: str) -> Props | None:
        """What a stack reference sees."""
        return self.state(name.rsplit("/", maxsplit=1)[-1]).outputs()

    def deployment(self, stack: str, config: dict[str, str], **options: Any) -> Deployment:
        """A deployment of a stack with this configuration."""
        return Deployment(
            project=PROJECT,
            stack=stack,
            organization="organization",
            config=config,
            secret_keys=(),
            state=self.state(stack),
            providers=self.cloud,
            stacks=self.outputs,
            **options,
        )

    def run(self, stack: str, operation: str, settings: Settings | None = None, **options: Any) -> Result:
        """Run ``preview`` or ``up`` of a shipped stack, or of ``settings`` with that stack's provider configuration."""
        config = read_stack_file(stack).config
        chosen = settings or resolve(stack, config)
        name = chosen.stack
        deployment = self.deployment(name, config, **options)
        return getattr(deployment, operation)(InlineProgram(program(chosen)))  # type: ignore[no-any-return]

    def destroy(self, stack: str, *, force: bool = False) -> Result:
        """Destroy a stack, with deletion protection lifted where ``force`` is set."""
        if force:
            file = self.state(stack)
            snapshot = file.load()
            for resource in snapshot.resources:
                resource.protect = False
            file.save(snapshot)
        return self.deployment(stack, read_stack_file(stack).config).destroy()


def program(settings: Settings) -> Callable[[], None]:
    """The program of a stack, as ``stacks/__main__.py`` runs it."""

    def run() -> None:
        for name, value in LAYERS[settings.layer](settings).items():
            pulumi.export(name, value)

    return run
