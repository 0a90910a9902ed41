"""Where the project and its stack files are. Imports nothing: whoever asks only this need not read three SDKs."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
"""The project: where Pulumi.yaml stands."""

PROJECT = "tripod"
"""Project name of Pulumi.yaml and namespace of its configuration."""


def stack_path(stack: str, root: Path = ROOT) -> Path:
    """The file of ``stack``."""
    return root / "stacks" / f"Pulumi.{stack}.yaml"
