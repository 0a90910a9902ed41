"""The shipped stacks as cases: the same program, configured by the stack files."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.differential.case import Case

ROOT = Path(__file__).resolve().parents[2]


def kit(version: int) -> None:
    """The program of every shipped stack."""
    runpy.run_path(str(ROOT / "stacks"), run_name="__main__")


def shipped(stack: str, shared: str | None = None) -> Case:
    """Up, up again and refresh of a stack; ``shared``: the stack that holds its data layer."""
    from stacks.project import PROJECT
    from stacks.settings import read_stack_file
    from tests.differential.case import Case, refresh, up

    first = (up(1, stack=shared),) if shared else ()
    actions = (*first, up(1, stack=stack), up(1, stack=stack), refresh(stack=stack))
    return Case(stack, kit, actions, lambda name: read_stack_file(name).config, project=PROJECT)
