"""What one cloud contributes to one capability."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeVar

from components.core.scope import Scope

S_contra = TypeVar("S_contra", contravariant=True)
A_contra = TypeVar("A_contra", contravariant=True)
O_co = TypeVar("O_co", covariant=True)


class Means(StrEnum):
    """How a cloud provides a capability."""

    NATIVE = "native"
    """The cloud has a service for it and its provider has the classes."""
    COMPOSED = "composed"
    """Built from other services, because the cloud or its provider lacks a class for part of it."""


@dataclass(frozen=True, kw_only=True)
class Support:
    """One cell of the parity table."""

    means: Means
    by: str
    """The services that carry it, in a few words."""


class Backend(Protocol[S_contra, A_contra, O_co]):
    """Makes the resources of one capability on one cloud and says what they are called from outside."""

    def __call__(self, scope: Scope, spec: S_contra, args: A_contra, /) -> O_co: ...
