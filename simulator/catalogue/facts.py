"""What the catalogue knows beyond shapes: one fact about one place in one resource type, with its source.

A fact source (:class:`FactSource`) reads a vendor's API model and says what it means for the properties of the pinned
SDK. Sources run when the catalogue is built, never when the simulator runs.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from simulator.catalogue.shapes import Shape


class Confidence(StrEnum):
    """How sure a fact is."""

    PROVIDER = "provider"
    """Read in the provider's source or stated in its documentation."""
    API = "api"
    """Stated by the API's own model."""
    PROSE = "prose"
    """Words in a description: reported as a warning only."""


class Rule(StrEnum):
    """What a fact says of a value."""

    PATTERN = "pattern"
    """A regular expression that must match the whole string."""
    ENUM = "enum"
    """A list of the only values."""
    MINIMUM = "minimum"
    MAXIMUM = "maximum"
    MIN_LENGTH = "minLength"
    MAX_LENGTH = "maxLength"
    MIN_ITEMS = "minItems"
    """Of an array, or keys of a map."""
    MAX_ITEMS = "maxItems"
    REQUIRED = "required"
    """Required by the API although the SDK does not ask for it, and the provider does not fill it in."""
    EXACTLY_ONE_OF = "exactlyOneOf"
    """A list of sibling members of the object at the path: exactly one must be given."""
    AT_LEAST_ONE_OF = "atLeastOneOf"
    CONFLICTS = "conflicts"
    """A list of sibling members of the object at the path: at most one may be given."""
    REQUIRES = "requires"
    """A pair ``[member, [others]]``: with the member, the others must be given too."""
    REPLACES = "replaces"
    """True: a change at or below the path replaces the resource."""
    CREATE_ONLY = "createOnly"
    """True: the API refuses a change at or below the path; the provider does not replace by itself."""
    READ_ONLY = "readOnly"
    """True: the API sets it; a program may not."""


@dataclass(frozen=True)
class Fact:
    """One fact.

    ``path`` is in wire names, ``[*]`` for the items of an array and the values of a map
    (``productionVariants[*].instanceType``); empty for the resource itself.
    """

    token: str
    path: str
    rule: Rule
    value: Any
    source: str
    """Name and version of the model and the place in it (``botocore 1.44.5 sagemaker ProductionVariant``)."""
    confidence: Confidence = Confidence.API


@dataclass(frozen=True)
class Mapping:
    """How far the properties of one type were found in a model: for the mapping rate of the report."""

    token: str
    source: str
    mapped: tuple[str, ...]
    unmapped: tuple[str, ...]
    """Paths of the SDK's inputs that the model does not have under a name the source can find."""
    skipped: tuple[str, ...] = ()
    """Facts that could not be used (a pattern that does not compile), with the reason."""


class FactSource(Protocol):
    """One vendor model."""

    @property
    def name(self) -> str:
        """Name and version of the package the model comes from."""
        ...

    def facts(self, shape: Shape) -> Iterator[Fact]:
        """Yield what the model says of a type; nothing for a type it does not have."""
        ...

    def mapping(self, shape: Shape) -> Mapping | None:
        """Say how far a type was found; None for a type the model does not have."""
        ...
