"""Errors that a user of the kit can mend, each with the same four parts."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One thing that is wrong: where it stands, what it is, what is allowed, and the remedy."""

    where: str
    """File and path in it (``stacks/blueprints/churn.yaml: endpoint.max_instances``), or the object's name."""
    what: str
    allowed: str = ""
    remedy: str = ""

    def __str__(self) -> str:
        parts = [f"{self.where}: {self.what}"]
        if self.allowed:
            parts.append(f"allowed: {self.allowed}")
        if self.remedy:
            parts.append(f"remedy: {self.remedy}")
        return "; ".join(parts)


class TripodError(Exception):
    """Bad input. Carries one :class:`Fault` per fault; the command line prints them and exits with 2."""

    def __init__(self, faults: Fault | Sequence[Fault]) -> None:
        self.faults: tuple[Fault, ...] = (faults,) if isinstance(faults, Fault) else tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))
