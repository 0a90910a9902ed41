"""One stack in the simulated cloud: where its state and the cloud's store are, and a deployment of it."""

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
from simulator.engine.state import StateFile
from simulator.model import Props
from simulator.store import Store
from stacks.settings import PROJECT, ROOT, Settings, StackFile, read_stack_file, resolve

ORGANIZATION = "organization"
"""What Pulumi calls the organisation of a self-managed backend."""
DEFAULT_PASSPHRASE = "tripod-simulated"
"""Encrypts secrets of simulated stacks unless PULUMI_CONFIG_PASSPHRASE is set."""


def home() -> Path:
    """Where simulated stacks live: ``TRIPOD_HOME``, or ``.tripod`` in the project."""
    given = os.environ.get("TRIPOD_HOME")
    return Path(given).resolve() if given else ROOT / ".tripod"


def passphrase() -> str:
    """Passphrase of states and secret configuration."""
    return os.environ.get("PULUMI_CONFIG_PASSPHRASE") or DEFAULT_PASSPHRASE


def state_file(stack: str, secret: str | None = None) -> StateFile:
    """State of a stack, whether it exists or not."""
    return StateFile(home() / "stacks" / f"{stack}.json", secret or passphrase())


def store_file() -> Path:
    """Where the simulated clouds are kept."""
    return home() / "cloud.db"


def open_cloud(*, writes: bool = False) -> SimulatedCloud:
    """The simulated clouds, shared by all stacks of the project.

    Raises :class:`simulator.database.StoreError` where the store cannot be used (or, for what ``writes``, is locked).
    """
    store = Store(store_file())
    store.verify(writes=writes)
    return SimulatedCloud(store)


def stack_outputs(name: str, secret: str | None = None) -> Props | None:
    """Outputs of another stack by plain or qualified name; None where there is no such stack."""
    parts = name.split("/")
    if len(parts) > 1 and parts[-2] != PROJECT:
        return None
    return state_file(parts[-1], secret).outputs()


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
