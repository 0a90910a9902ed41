"""``tripod schema``: the JSON Schema of blueprints, for editors."""

import json
from typing import Annotated

import typer

from stacks.blueprint import schema as blueprint_schema
from stacks.project import ROOT
from tripod.console import out

SCHEMA = ROOT / "stacks" / "blueprint.schema.json"


def text() -> str:
    """The file's content."""
    return json.dumps(blueprint_schema(), indent=2, ensure_ascii=False) + "\n"


def schema(
    write: Annotated[bool, typer.Option("--write", help="Write stacks/blueprint.schema.json again.")] = False,
) -> None:
    """Print the JSON Schema of blueprints, or write it beside them."""
    if write:
        SCHEMA.write_text(text(), encoding="utf-8")
        out.print(f"wrote {SCHEMA.relative_to(ROOT)}")
    else:
        out.print_json(text())
