"""One stack in the simulated cloud: its settings, and a deployment of it."""

import json
import os
import runpy
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from components.core.errors import Fault, TripodError
from simulator.cloud import SimulatedCloud
from simulator.credentials import without
from simulator.engine.deployment import Deployment, Result
from simulator.engine.events import Event
from simulator.engine.policy import Analyzer
from simulator.engine.program import InlineProgram
from simulator.engine.secrets import Crypter
from stacks.project import PROJECT, ROOT
from stacks.settings import Settings, StackFile, read_stack_file, resolve
from tripod.home import passphrase, stack_outputs, state_file

ORGANIZATION = "organization"
"""What Pulumi calls the organisation of a self-managed backend."""


@dataclass
class Session:
    """A stack, its settings and what runs it."""

    stack: str
    root: Path = ROOT
    file: StackFile = field(init=False)
    settings: Settings = field(init=False)

    def __post_init__(self) -> None:
        self.file = read_stack_file(self.stack, self.root)
        self.settings = resolve(self.stack, self.file.config, self.root, self.file.source)
        shared = self.settings.data_stack
        if shared is not None and not stack_outputs(shared):
            raise TripodError(
                Fault(
                    where=self.file.source.where(("config", f"{PROJECT}:data")),
                    what=f"stack '{shared}' does not exist in the simulated cloud",
                    allowed="a data stack that is up",
                    remedy=f"tripod simulate up {shared}",
                )
            )

    def deployment(
        self, cloud: SimulatedCloud, on_event: Callable[[Event], None], analyzers: Sequence[Analyzer] = ()
    ) -> Deployment:
        """What plans, applies, refreshes and destroys the stack."""
        secret = passphrase()  # the program's environment will not have it
        return Deployment(
            project=PROJECT,
            stack=self.stack,
            organization=ORGANIZATION,
            config=self._config(),
            secret_keys=sorted(self.file.secrets),
            state=state_file(self.stack, secret),
            providers=cloud,
            analyzers=analyzers,
            on_event=on_event,
            stacks=lambda name: stack_outputs(name, secret),
        )

    def _config(self) -> dict[str, str]:
        """Configuration in the clear, for the program's process alone."""
        if not self.file.secrets:
            return self.file.config
        crypter = Crypter(passphrase(), self.file.salt)
        return {
            key: crypter.decrypt(value) if key in self.file.secrets else value
            for key, value in self.file.config.items()
        }

    def run(self, operation: Callable[[InlineProgram], Result]) -> Result:
        """Run the program of the stack, ``stacks/__main__.py``, with ``operation``, in this process.

        In this process, because importing three SDKs costs more than everything else and an update runs the program
        twice. While it runs, the environment holds no credentials of a cloud.

        Raises:
            TripodError: where the program refused its input; nothing was changed then.
        """
        with tempfile.TemporaryDirectory() as scratch:
            report = Path(scratch) / "faults.json"

            def program() -> None:
                runpy.run_path(str(self.root / "stacks"), run_name="__main__")

            with environment({"TRIPOD_FAULTS": str(report)}):
                result = operation(InlineProgram(program))
            with suppress(FileNotFoundError):
                raise TripodError([Fault(**fault) for fault in json.loads(report.read_text(encoding="utf-8"))])
        return result


@contextmanager
def environment(extra: dict[str, str]) -> Iterator[None]:
    """The environment without credentials of the clouds, plus ``extra``; restored afterwards."""
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(without(before) | extra)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
