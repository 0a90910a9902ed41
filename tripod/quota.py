"""``tripod simulate quota``: how many of a thing a simulated account may have."""

import json
from typing import Annotated

import typer

from components.core.errors import Fault, TripodError
from simulator import quotas
from simulator.model import CloudError
from tripod.console import out
from tripod.home import open_cloud


def quota(
    changes: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="Put another number in force; 'default' takes it back."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """List the quotas that are counted, and set others.

    What is not listed is not counted: quotas that depend on the offer, on capacity or on the age of an account.
    """
    parsed = [_change(text) for text in changes or ()]
    store = open_cloud(writes=bool(parsed)).store
    if parsed:
        with store.transaction() as transaction:
            for text, name, limit in parsed:
                try:
                    quotas.set_limit(transaction, name, limit)
                except CloudError as error:
                    raise TripodError(Fault(where=f"--set {text}", what=error.message)) from error
    snapshot = store.snapshot()
    rows = [(one, quotas.limit_of(snapshot, one)) for one in quotas.QUOTAS]
    if as_json:
        data = [
            {"name": one.name, "limit": limit, "default": one.limit, "scope": one.scope, "source": one.source}
            for one, limit in rows
        ]
        out.print_json(json.dumps(data))
        return
    for one, limit in rows:
        mark = "" if limit == one.limit else f"  (default {one.limit})"
        out.print(f"{one.name} = {limit}{mark}", markup=False, soft_wrap=True)


def _change(text: str) -> tuple[str, str, int | None]:
    name, separator, value = text.rpartition("=")
    if value.strip() == "default" and separator:
        return text, name, None
    if not separator or not value.strip().isdecimal():
        raise TripodError(
            Fault(where=f"--set {text}", what="is no quota with a number", allowed="NAME=VALUE, or NAME=default")
        )
    return text, name, int(value)
