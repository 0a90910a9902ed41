"""Groups of commands that are imported when one is asked for: some need three SDKs, some need none."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any, ClassVar

import typer
from typer.core import TyperGroup
from typer.main import get_command, get_group


class LazyGroup(TyperGroup):
    """Knows its commands by module and name only."""

    table: ClassVar[Mapping[str, tuple[str, str]]]

    def list_commands(self, ctx: Any) -> list[str]:
        return list(self.table)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in self.table:
            return None
        module, name = self.table[cmd_name]
        made = getattr(import_module(module), name)
        if isinstance(made, typer.Typer):
            command: Any = get_group(made)
        else:
            single = typer.Typer(add_completion=False, rich_markup_mode="markdown")
            single.command(cmd_name)(made)
            command = get_command(single)
        command.name = cmd_name
        return command


def lazily(commands: Mapping[str, tuple[str, str]]) -> type[LazyGroup]:
    """The group of these commands: name -> (module, function or Typer), in the order of the help."""
    return type("Commands", (LazyGroup,), {"table": commands})
