"""``tripod waivers``: every waiver beside the stacks, with the days that it has left."""

import json
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from policies.environment import waivers_of
from policies.waivers import FILE, Waiver, Waivers
from stacks.project import ROOT
from tripod import policy_input
from tripod.console import EXIT_VIOLATIONS, out

COLOURS = {"in force": "green", "expired": "red", "over-broad": "red", "malformed": "red"}


def waivers(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document instead of text.")] = False,
) -> None:
    """List the waivers beside the stacks. Exit code 0: all in force; 1: some cover nothing; 2: the file cannot be read.

    Whether a waiver is used, and whether its pattern takes in more than what fails, is found by `tripod check`.
    """
    with policy_input.bad_input():
        held = waivers_of(ROOT, policy_input.today())
    rows = listed(held)
    if as_json:
        out.print_json(json.dumps({"today": str(held.today), "waivers": rows}))
    elif rows:
        _show(rows)
    else:
        out.print(f"no waivers (stacks/{FILE})")
    if any(row["status"] != "in force" for row in rows):
        raise typer.Exit(EXIT_VIOLATIONS)


def listed(held: Waivers) -> list[dict[str, Any]]:
    """One entry per waiver, those that end first at the top; then what is malformed."""
    entries = sorted(held.entries, key=lambda w: (w.expires, w.place))
    return [_row(waiver, held) for waiver in entries] + [
        {"status": "malformed", "place": m.place, "entry": m.entry, "faults": list(m.faults)} for m in held.malformed
    ]


def _row(waiver: Waiver, held: Waivers) -> dict[str, Any]:
    status = "expired" if waiver.expired(held.today) else "over-broad" if waiver.over_broad else "in force"
    return {
        "status": status,
        "place": waiver.place,
        "control": waiver.control,
        "resource": waiver.resource,
        "stacks": sorted(waiver.stacks),
        "owner": waiver.owner,
        "reason": waiver.reason,
        "ticket": waiver.ticket,
        "granted": str(waiver.granted) if waiver.granted else None,
        "expires": str(waiver.expires),
        "days_left": waiver.days_left(held.today),
    }


def _show(rows: list[dict[str, Any]]) -> None:
    table = Table(box=None, padding=(0, 2, 0, 0))
    for column in ("status", "days left", "control", "resource", "stacks", "owner", "ticket", "why"):
        table.add_column(column)
    for row in rows:
        status = f"[{COLOURS[row['status']]}]{row['status']}[/]"
        if row["status"] == "malformed":
            table.add_row(status, "", "", escape(row["entry"]), "", "", "", escape("; ".join(row["faults"])))
            continue
        told = (row["control"], row["resource"], ", ".join(row["stacks"]) or "all", row["owner"], row["ticket"])
        table.add_row(status, str(row["days_left"]), *map(escape, told), escape(row["reason"]))
    out.print(table)
