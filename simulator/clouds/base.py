"""What the core asks of a cloud."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

from simulator.catalogue.shapes import Shape
from simulator.dice import Dice
from simulator.model import CheckFailure, CloudError, Props
from simulator.records import Stored
from simulator.store import Transaction


@dataclass(frozen=True)
class Identity:
    """Who a new object is."""

    id: str
    facts: Props = field(default_factory=dict)
    """Outputs that follow from the identity (``arn``, ``name``, ``selfLink``)."""
    names: frozenset[str] = frozenset()
    """Every string by which others may refer to it, in the form of :attr:`Reference.name`."""
    claims: tuple[str, ...] = ()
    """Names that only one object of a whole cloud may hold (bucket names)."""
    parents: tuple[str, ...] = ()
    """Names that must be live before it can be made."""


@dataclass(frozen=True)
class Reference:
    """What one input refers to."""

    path: str
    name: str
    """As the store knows it."""
    text: str
    """As the program wrote it."""
    required: bool = True
    """Whether the cloud refuses it when it points nowhere."""


@dataclass(frozen=True)
class Birth:
    """What an identity is made from."""

    shape: Shape
    inputs: Props
    name: str
    """Of the resource in the program."""
    dice: Dice
    config: Props
    """Of the provider."""


@dataclass(frozen=True)
class Naming:
    """The question of :meth:`CloudRules.complete`."""

    shape: Shape
    urn: str
    olds: Props
    news: Props
    dice: Dice
    config: Props
    store: Transaction

    @property
    def name(self) -> str:
        """Of the resource in the program."""
        return self.urn.rsplit("::", 1)[-1]


class CloudRules(Protocol):
    """One simulated cloud."""

    package: str

    def check_config(self, config: Props) -> tuple[CheckFailure, ...]:
        """Return what is missing or wrong in the provider configuration."""
        ...

    def replacing_config(self) -> frozenset[str]:
        """Return the configuration keys whose change replaces everything."""
        ...

    def complete(self, question: Naming) -> Props:
        """Return the inputs with the defaults and the automatic name the provider fills in."""
        ...

    def delete_first(self, shape: Shape, olds: Props, news: Props) -> bool:
        """Tell whether a replacement must delete before it creates, because the name stays the same."""
        ...

    def identity(self, birth: Birth) -> Identity:
        """Return the id of a new object and what follows from it."""
        ...

    def known_early(self, birth: Birth) -> Props:
        """Return the outputs that the provider knows before the object exists."""
        ...

    def added(self, birth: Birth, identity: Identity, path: str) -> str | None:
        """Return a text that the cloud adds inside a value that was given; None where it adds none."""
        ...

    def computed(self, birth: Birth, identity: Identity, name: str) -> str | None:
        """Return a plausible value of a computed string output, None if the cloud has no rule for it."""
        ...

    def references(self, shape: Shape, inputs: Props, config: Props) -> Iterator[Reference]:
        """Yield what the inputs refer to: whole values that are ids, and names in the places where names are meant."""
        ...

    def built_in(self, reference: str) -> bool:
        """Tell whether a reference names something that every account has."""
        ...

    def ancestors(self, reference: str) -> tuple[str, ...]:
        """Return the names of which a reference may be a child path, nearest first."""
        ...

    def kind(self, reference: Reference) -> str | None:
        """Return the kind of thing a reference names by its form (``iam:role``), None where the form does not tell."""
        ...

    def namespace(self, shape: Shape, inputs: Props, config: Props) -> str:
        """Return where the ids of a type are unique (a region); empty where they are unique by themselves."""
        ...

    def place(self, shape: Shape, inputs: Props, config: Props) -> str | None:
        """Return the region of a resource, None for one that has none."""
        ...

    def place_of(self, reference: Reference, store: Transaction) -> str | None:
        """Return the region of what a reference names, None where it has none."""
        ...

    def out_of_sight(self, reference: Reference, found: list[Stored], place: str | None) -> bool:
        """Tell whether what a reference names exists, but not for a resource in a region."""
        ...

    def not_found(self, shape: Shape, reference: Reference) -> CloudError:
        """Return the error for an input that refers to nothing."""
        ...

    def conflict(self, shape: Shape, identity: str) -> CloudError:
        """Return the error for a name that is taken."""
        ...

    def in_use(self, shape: Shape, identity: str, users: str) -> CloudError:
        """Return the error for the deletion of what others refer to."""
        ...

    def gone(self, shape: Shape, identity: str) -> CloudError:
        """Return the error for an update or deletion of what is not there."""
        ...

    def invoke(self, token: str, args: Props, config: Props, store: Transaction) -> Props:
        """Answer a function; raises :class:`CloudError` for one that is not simulated."""
        ...
