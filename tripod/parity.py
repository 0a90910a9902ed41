"""``tripod parity``: which capability stands on which cloud, computed from the components themselves."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from components.capabilities import CAPABILITIES
from components.core.cloud import Cloud, Gap
from stacks.project import ROOT
from tripod.console import out

TITLES = {Cloud.AWS: "AWS (SageMaker)", Cloud.AZURE: "Azure (Azure ML)", Cloud.GCP: "Google Cloud (Vertex AI)"}
DOCUMENT = ROOT / "docs" / "parity.md"


@dataclass(frozen=True)
class Cell:
    """One capability on one cloud."""

    capability: str
    cloud: str
    means: str
    """native, composed, or gap."""
    by: str
    """The services that carry it, or why there are none."""
    options: tuple[dict[str, str], ...]
    """Options without effect: field, kind, reason, url."""


def cells() -> list[Cell]:
    """The whole table, row by row."""
    found: list[Cell] = []
    for entry in CAPABILITIES:
        for cloud, leg in entry.legs.items():
            if isinstance(leg, Gap):
                found.append(Cell(entry.name, cloud.value, "gap", f"{leg.kind.value}: {leg.reason}", ()))
                continue
            options = tuple(
                {"field": gap.field or "", "kind": gap.kind.value, "reason": gap.reason, "url": gap.url or ""}
                for gap in leg.gaps
            )
            found.append(Cell(entry.name, cloud.value, leg.support.means.value, leg.support.by, options))
    return found


def markdown() -> str:
    """The page of the documentation."""
    table = cells()
    lines = [
        "# Parity",
        "",
        "Computed from the components by `tripod parity --write`; a test fails when it is stale.",
        "**native**: the cloud has a service for it. **composed**: built from other services. **gap**: missing.",
        "",
        "| capability | " + " | ".join(TITLES.values()) + " |",
        "|---|" + "---|" * len(TITLES),
    ]
    for entry in CAPABILITIES:
        row = [cell for cell in table if cell.capability == entry.name]
        lines.append(f"| `{entry.name}` | " + " | ".join(f"**{cell.means}** {cell.by}" for cell in row) + " |")
    lines += ["", "## Options without effect", "", "| option | cloud | kind | why |", "|---|---|---|---|"]
    lines += [
        f"| `{cell.capability}.{option['field']}` | {cell.cloud} | {option['kind']} | {_reason(option)} |"
        for cell in table
        for option in cell.options
    ]
    return "\n".join(lines) + "\n"


def _reason(option: dict[str, str]) -> str:
    return f"{option['reason']} ([source]({option['url']}))" if option["url"] else option["reason"]


def parity(
    write: Annotated[bool, typer.Option("--write", help="Write docs/parity.md again.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show which capability stands on which cloud, and every option without effect."""
    table = cells()
    if as_json:
        out.print_json(json.dumps([cell.__dict__ for cell in table]))
        return
    if write:
        Path(DOCUMENT).write_text(markdown(), encoding="utf-8")
        out.print(f"wrote {DOCUMENT.relative_to(ROOT)}")
        return
    view = Table(title="Parity", show_lines=False)
    view.add_column("capability", style="bold")
    for title in TITLES.values():
        view.add_column(title)
    styles = {"native": "green", "composed": "cyan", "gap": "red"}
    for entry in CAPABILITIES:
        row = [cell for cell in table if cell.capability == entry.name]
        view.add_row(entry.name, *(f"[{styles[cell.means]}]{cell.means}[/] {cell.by}" for cell in row))
    out.print(view)
    gaps = Table(title="Options without effect")
    for column in ("option", "cloud", "kind", "why"):
        gaps.add_column(column)
    for cell in table:
        for option in cell.options:
            gaps.add_row(f"{cell.capability}.{option['field']}", cell.cloud, option["kind"], option["reason"])
    out.print(gaps)
