"""``tripod simulate edit | inventory | reset``: the simulated clouds themselves, apart from any stack."""

import json
import re
import shutil
from pathlib import Path
from typing import Annotated, Any

import typer

from components.core.errors import Fault, TripodError
from simulator.database import alone
from simulator.engine.errors import StateError
from simulator.engine.state import StateFile
from simulator.model import CloudError
from tripod.console import err, out
from tripod.environment import Environment
from tripod.home import home, open_cloud, passphrase, store_file

_LOOKS_LIKE_JSON = re.compile(r'\s*[\[{"]')
_LEFT_BY_A_RUN = ("*.json", "*.json.journal", "*.json.lock")


def edit(
    resource: Annotated[str, typer.Argument(help="URN or id of a resource in the simulated cloud.")],
    path: Annotated[str, typer.Argument(help="Property in wire spelling, such as versioning.enabled.")],
    value: Annotated[str, typer.Argument(help="JSON value; null removes the property, a bare word is text.")],
) -> None:
    """Change a resource behind the stack's back: drift for `refresh` and `preview` to find."""
    parsed = _value(value)
    try:
        open_cloud(writes=True).edit(resource, path, parsed)
    except CloudError as error:
        raise TripodError(Fault(where=resource, what=str(error), remedy=_EDIT_REMEDIES.get(error.code, ""))) from error
    out.print(f"edited {resource}: {path} = {json.dumps(parsed)}", markup=False, soft_wrap=True)


_EDIT_REMEDIES = {
    "NotFound": "list the ids with `tripod simulate inventory`",
    "NoSuchProperty": "write the property as `tripod simulate state STACK` spells it",
}


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        if _LOOKS_LIKE_JSON.match(text):
            raise TripodError(
                Fault(where=f"value {text}", what=f"is no JSON: {error}", allowed="a JSON value or a bare word")
            ) from error
        return text


def inventory(as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False) -> None:
    """List what lives in the simulated cloud."""
    items = open_cloud().inventory()
    if as_json:
        out.print_json(json.dumps([{"type": item.type, "id": item.id, "urn": item.urn} for item in items]))
        return
    for item in items:
        out.print(f"{item.type}  {item.id}", markup=False, soft_wrap=True)
    out.print(f"[bold]{len(items)}[/] objects")


def reset() -> None:
    """Forget the simulated clouds and the states of all stacks in them."""
    if not home().exists():
        out.print("the simulated clouds are empty")
        return
    states = home() / "stacks"
    try:
        with alone(store_file()):
            for lock in sorted(states.glob("*.json.lock")):
                with StateFile(lock.with_suffix(""), passphrase()).locked():
                    pass
            for pattern in _LEFT_BY_A_RUN:
                _delete(*states.glob(pattern))
            shutil.rmtree(Environment(home()).backend, ignore_errors=True)
            _delete(*(store_file().with_name(f"{store_file().name}{end}") for end in ("-wal", "-shm", "", ".lock")))
    except (CloudError, StateError) as error:
        raise TripodError(
            Fault(where=str(home()), what=str(error), remedy="reset again when the run has ended; nothing was deleted")
        ) from error
    for directory in (states, home()):
        _remove_if_empty(directory)
    out.print("the simulated clouds are empty")


def _delete(*files: Path) -> None:
    for file in files:
        file.unlink(missing_ok=True)


def _remove_if_empty(directory: Path) -> None:
    """Leave what is not a state: TRIPOD_HOME may be any directory; the plugins of the real CLI may stay."""
    if not directory.is_dir():
        return
    rest = sorted(item.name for item in directory.iterdir())
    if not rest:
        directory.rmdir()
    elif directory == home() and rest != [Environment(home()).pulumi_home.name]:
        err.print(f"left in {directory}: {', '.join(rest)}", markup=False)
