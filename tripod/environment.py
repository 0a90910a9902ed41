"""``tripod simulate env``: the environment in which the real Pulumi CLI meets the simulated clouds, and nothing else.

Writes below the simulated home: ``pulumi/plugins`` (the three simulated providers as plugins of exactly the versions
that the SDKs ask for, so that the engine looks for no other) and ``pulumi/state`` (a backend of files). Neither
``~/.pulumi`` nor the project is touched. The command line itself uses none of this: it has an engine of its own.

A stack on a backend of files encrypts with a passphrase, and the CLI keeps the salt of it in the stack file. That line
is all it adds; ``--restore`` takes it out again, and ``--shell`` does so when the shell ends.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import typer

from components.core.errors import Fault, TripodError
from simulator import plugin
from simulator.catalogue.packages import PACKAGES
from simulator.credentials import is_credential
from stacks.project import ROOT, stack_path
from tripod import files
from tripod.console import err
from tripod.home import home, passphrase

INSTALLATION = "https://www.pulumi.com/docs/install/"
_SALT = re.compile(rb"(?m)^encryptionsalt:[^\n]*(?:\n|\Z)")
_SECURE = re.compile(rb"(?m)^\s*(?:-\s*)?secure:")
_NEVER = ("PULUMI_DEBUG_PROVIDERS", "PULUMI_CONFIG_PASSPHRASE_FILE", "PULUMI_CLOUD_URL", "PULUMI_API")
"""Besides credentials: what could lead the CLI to another provider, passphrase or backend."""


@dataclass(frozen=True)
class Environment:
    """Where the CLI finds the simulated clouds."""

    home: Path

    @property
    def pulumi_home(self) -> Path:
        """``PULUMI_HOME``: plugins, credentials of the backend, workspaces."""
        return self.home / "pulumi"

    @property
    def backend(self) -> Path:
        """Directory of the states."""
        return self.pulumi_home / "state"

    @property
    def _record(self) -> Path:
        return self.pulumi_home / "unsalted.json"

    def variables(self) -> dict[str, str]:
        """Variables to set."""
        return {
            "PULUMI_HOME": str(self.pulumi_home),
            "PULUMI_BACKEND_URL": f"file://{quote(str(self.backend))}",
            "PULUMI_CONFIG_PASSPHRASE": passphrase(),
            # The salt of a stack that exists is read from its state, where the stack file has none.
            "PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PULUMI_IGNORE_AMBIENT_PLUGINS": "true",  # a real provider on PATH would be preferred
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "TRIPOD_HOME": str(self.home),
        }

    def unset(self, environment: Mapping[str, str]) -> list[str]:
        """Names in ``environment`` that the simulation must not see: credentials above all."""
        mine = self.variables()
        return sorted(name for name in environment if (is_credential(name) or name in _NEVER) and name not in mine)

    def applied_to(self, environment: Mapping[str, str]) -> dict[str, str]:
        """``environment`` as a process of the CLI should have it."""
        gone = set(self.unset(environment))
        return {**{key: value for key, value in environment.items() if key not in gone}, **self.variables()}

    def write(self, root: Path = ROOT) -> None:
        """Write the plugins, and note which stack files of the project at ``root`` have no salt yet.

        Writes only what is not there as it should be.

        Raises:
            TripodError: where the directory cannot be written.
        """
        try:
            self.backend.mkdir(parents=True, exist_ok=True)
            for package in PACKAGES:
                self._write_plugin(package)
            unsalted = set(self._unsalted()) | {
                path.name for path in _stack_files(root) if not _SALT.search(path.read_bytes())
            }
            _replace(self._record, json.dumps(sorted(unsalted), indent=2).encode())
        except OSError as error:
            raise TripodError(
                Fault(
                    where=str(error.filename or self.home),
                    what=f"cannot be written: {error.strerror}",
                    remedy="choose another directory with --home",
                )
            ) from error

    def _write_plugin(self, package: str) -> None:
        version = plugin.sdk_version(package)
        directory = self.pulumi_home / "plugins" / f"resource-{package}-v{version}"
        for other in directory.parent.glob(f"resource-{package}-v*"):
            if other != directory and other.is_dir():  # beside it the CLI keeps files of its own
                shutil.rmtree(other)
        directory.mkdir(parents=True, exist_ok=True)
        _replace(directory / f"pulumi-resource-{package}", self._script(package).encode(), mode=0o755)

    def _script(self, package: str) -> str:
        code = Path(plugin.__file__).resolve().parents[1]
        command = [sys.executable, "-m", "simulator.plugin", package, "--store", str(self.home / "cloud.db")]
        return (
            f"#!/bin/sh\n# The simulated {package}: written by `tripod simulate env`.\n"
            f'PYTHONPATH={shlex.quote(str(code))} exec {shlex.join(command)} "$@"\n'
        )

    def _unsalted(self) -> list[str]:
        try:
            names = json.loads(self._record.read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return []
        return [name for name in names if isinstance(name, str)] if isinstance(names, list) else []

    def restore(self, root: Path = ROOT) -> tuple[list[str], list[str]]:
        """Take the salt out of the stack files that had none; answer (restored, kept because they hold secrets).

        A file with an encrypted value keeps its salt: it would be unreadable without.
        """
        restored, kept = [], []
        for path in (path for path in _stack_files(root) if path.name in self._unsalted()):
            content = path.read_bytes()
            if not _SALT.search(content):
                continue
            if _SECURE.search(content):
                kept.append(path.name)
                continue
            _replace(path, _SALT.sub(b"", content))
            restored.append(path.name)
        return restored, kept


def _stack_files(root: Path) -> list[Path]:
    return sorted(stack_path("x", root).parent.glob("Pulumi.*.yaml"))


def _replace(path: Path, content: bytes, mode: int | None = None) -> None:
    """Write a file whole or not at all; leave it alone where it is right already."""
    mode = mode or (path.stat().st_mode & 0o777 if path.exists() else 0o644)
    if path.exists() and path.read_bytes() == content and path.stat().st_mode & 0o777 == mode:
        return
    files.replace(path, content, mode)


def env(
    home_: Annotated[
        Path | None,
        typer.Option("--home", help="Directory of the simulated clouds (default: TRIPOD_HOME, or .tripod)."),
    ] = None,
    shell: Annotated[
        bool, typer.Option("--shell", help="Start $SHELL in it; restore the stack files after it.")
    ] = False,
    restore: Annotated[bool, typer.Option("--restore", help="Take the salt out of the stack files again.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON document instead of shell lines.")] = False,
) -> None:
    """Let the real Pulumi CLI run over the simulated clouds: eval "$(tripod simulate env)"."""
    if shell + restore + as_json > 1:
        raise TripodError(Fault(where="tripod simulate env", what="--shell, --restore and --json exclude each other"))
    environment = Environment((home_ or home()).expanduser().absolute())
    if restore:
        _restore(environment)
        return
    try:
        environment.write()
    except TripodError:
        if not shell and not as_json:
            typer.echo("false  # so that `eval` fails, and what follows it with && does not reach a real cloud")
        raise
    if shutil.which("pulumi") is None:
        err.print(f"[yellow]pulumi is not on PATH[/]: install it as {INSTALLATION} says")
    if shell:
        raise typer.Exit(_run_shell(environment))
    gone = environment.unset(os.environ)
    if as_json:
        typer.echo(json.dumps({"set": environment.variables(), "unset": gone}, indent=2))
        return
    typer.echo('# The simulated clouds for `pulumi`. Use: eval "$(tripod simulate env)" && then for instance')
    typer.echo("#   pulumi stack init organization/tripod/aws-dev && pulumi up --policy-pack policies")
    typer.echo("# Afterwards: tripod simulate env --restore (the CLI adds a salt to the stack file).")
    for name, value in environment.variables().items():
        typer.echo(f"export {name}={shlex.quote(value)}")
    for name in gone:
        typer.echo(f"unset {name}")


def _restore(environment: Environment) -> None:
    restored, kept = environment.restore()
    for name in restored:
        err.print(f"stacks/{name}: salt taken out")
    for name in kept:
        err.print(f"stacks/{name}: keeps its salt, because it holds encrypted values")


def _run_shell(environment: Environment) -> int:
    """Run the user's shell; answer its exit code."""
    command = os.environ.get("SHELL") or "/bin/sh"
    err.print(f"simulated clouds in {environment.home}; `exit` leaves them")
    try:
        return subprocess.run([command], env=environment.applied_to(os.environ), check=False).returncode
    except OSError as error:
        raise TripodError(Fault(where="SHELL", what=f"{command}: {error.strerror}")) from error
    finally:
        _restore(environment)
