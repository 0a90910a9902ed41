"""The three clouds, tables with one cell per cloud, and declared gaps.

A new cloud is a new member of :class:`Cloud` and a new required field of :class:`ByCloud`; the type checker then lists
every table that has to be filled.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

T = TypeVar("T")


class Cloud(StrEnum):
    """A cloud on which a blueprint can stand."""

    AWS = "aws"
    AZURE = "azure"
    GCP = "gcp"


class GapKind(StrEnum):
    """Why a cell of a table is empty."""

    NOT_YET = "not yet"
    """We could and have not."""
    UPSTREAM = "upstream"
    """The cloud can, but its Pulumi provider has no class or property for it."""
    NEVER = "never"
    """The cloud has no such thing, or has it always on."""


@dataclass(frozen=True, kw_only=True)
class Gap:
    """What one cloud lacks: a whole capability or control, or one option of its spec (``field``)."""

    kind: GapKind
    reason: str
    """One sentence for the parity table; names the vendor page where the kind is NEVER."""
    field: str | None = None
    """Name of the spec field that has no effect on this cloud; None when the whole cell is missing."""
    url: str | None = None
    """The vendor page that says so; required where the kind is NEVER."""


@dataclass(frozen=True, kw_only=True)
class ByCloud(Generic[T]):
    """One value per cloud."""

    aws: T
    azure: T
    gcp: T

    def __getitem__(self, cloud: Cloud) -> T:
        value: T = getattr(self, cloud.value)
        return value

    def items(self) -> Iterator[tuple[Cloud, T]]:
        """Yield (cloud, value) in the order of :class:`Cloud`."""
        for cloud in Cloud:
            yield cloud, self[cloud]
