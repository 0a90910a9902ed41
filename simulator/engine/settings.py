"""What a run is about, and how it behaves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from simulator.engine.targets import Selection


@dataclass(frozen=True)
class Settings:
    """Given by the caller, the same for the whole run."""

    project: str
    stack: str
    organization: str
    config: Mapping[str, str]
    secret_keys: tuple[str, ...]
    parallel: int
    preview: bool
    continue_on_error: bool
    seed: bytes | None = None
    selection: Selection = field(default_factory=Selection)
