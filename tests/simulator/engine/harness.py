"""A stack in a temporary directory over the fake cloud."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from simulator.engine.deployment import Deployment, Result
from simulator.engine.events import Event
from simulator.engine.program import InlineProgram
from simulator.engine.resource import Resource
from simulator.engine.state import StateFile
from tests.simulator.engine.fake import Cloud


@dataclass
class Bench:
    directory: Path
    cloud: Cloud = field(default_factory=Cloud)
    config: dict[str, str] = field(default_factory=dict)
    secret_keys: list[str] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def state(self) -> StateFile:
        return StateFile(self.directory / "dev.json", "passphrase")

    def deployment(self, **options: Any) -> Deployment:
        return Deployment(
            project="project",
            stack="dev",
            organization="acme",
            config=self.config,
            secret_keys=self.secret_keys,
            state=self.state,
            providers=self.cloud,
            on_event=self.events.append,
            **{**self.options, **options},
        )

    def preview(self, program: Callable[[], Any], **options: Any) -> Result:
        return self.deployment(**options).preview(InlineProgram(program))

    def up(self, program: Callable[[], Any], **options: Any) -> Result:
        return self.deployment(**options).up(InlineProgram(program))

    def deploy(self, program: Callable[[], Any], **options: Any) -> Result:
        """An update that must succeed; forgets the calls so far."""
        result = self.up(program, **options)
        assert result.ok, result.errors
        self.cloud.calls.clear()
        return result

    @staticmethod
    def ops(result: Result) -> list[str]:
        """The steps as ``operation name``, without those that did nothing."""
        return [f"{step.op} {step.name}" for step in result.steps if step.op != "same"]

    def resource(self, name: str) -> Resource:
        """The resource of that name in the state file."""
        [found] = [item for item in self.state.load().resources if item.name == name]
        return found

    def names(self) -> list[str]:
        """The names in the state file, without default providers."""
        return [item.name for item in self.state.load().resources if not item.name.startswith("default")]
