"""Pages of the documentation that are computed from the controls: written, or held against what is there."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable
from pathlib import Path

from components.core.cloud import Cloud
from policies.control import Control
from policies.registry import controls

TITLES = {Cloud.AWS: "AWS", Cloud.AZURE: "Azure", Cloud.GCP: "Google Cloud"}
"""What pages call the clouds."""


def main(
    module: str,
    description: str,
    file: Path,
    page: Callable[[Iterable[Control]], str],
    arguments: list[str] | None = None,
) -> int:
    """Run a module that computes a page: with ``--write`` write it, else fail where it is stale."""
    parser = argparse.ArgumentParser(prog=f"python -m {module}", description=description)
    parser.add_argument("--write", action="store_true", help=f"write docs/{file.name}")
    write = parser.parse_args(arguments).write
    text = page(controls())
    if write:
        file.write_text(text, encoding="utf-8")
    elif not file.exists() or file.read_text(encoding="utf-8") != text:
        print(f"docs/{file.name} is stale; run: python -m {module} --write")
        return 1
    return 0
