"""What a case of the corpus is: a program with versions, and what is done with it, step by step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # the CLI's programs import this too, and need nothing of the simulator
    from simulator.cloud import SimulatedCloud

STACK = "dev"
PROJECT = "differential"

Program = Callable[[int], None]
"""Declares the resources of a version of the program."""
Meddling = Callable[["SimulatedCloud"], object]
"""Something that happens to the cloud between two steps."""


@dataclass(frozen=True)
class Action:
    """One operation on the stack. ``up`` is planned first; the plan and what was done are both compared."""

    operation: str
    version: int = 0
    fails: bool = False
    """Whether both engines must refuse or break off."""
    plan_fails: bool = False
    """Whether the plan must fail, too."""
    says: tuple[str, ...] = ()
    """Texts that both engines must say, as errors or warnings."""
    before: Meddling | None = None
    stack: str = STACK
    options: Mapping[str, Any] = field(default_factory=dict)
    """Keyword arguments of :func:`simulator.engine.targets.selection`, and ``continue_on_error``."""


def up(version: int, **options: Any) -> Action:
    """Plan and apply a version."""
    return _action("up", version, options)


def preview(version: int, **options: Any) -> Action:
    """Only plan a version."""
    return _action("preview", version, options)


def refresh(**options: Any) -> Action:
    """Make the state what the cloud is."""
    return _action("refresh", 0, options)


def destroy(**options: Any) -> Action:
    """Delete everything."""
    return _action("destroy", 0, options)


_OWN = frozenset({"fails", "plan_fails", "says", "before", "stack"})


def _action(operation: str, version: int, options: dict[str, Any]) -> Action:
    own = {key: value for key, value in options.items() if key in _OWN}
    rest = {key: value for key, value in options.items() if key not in _OWN}
    return Action(operation, version, **own, options=rest)


@dataclass(frozen=True)
class Case:
    """A program and its story."""

    name: str
    program: Program
    actions: tuple[Action, ...]
    config: Callable[[str], Mapping[str, str]]
    """Configuration by stack."""
    secret_config: Mapping[str, str] = field(default_factory=dict)
    place: Meddling | None = None
    """What is in the cloud before the story begins."""
    differs: Mapping[str, str] = field(default_factory=dict)
    """Known differences: a part of the line that tells of one, and why. One that is no more fails the case."""
    project: str = PROJECT
    pack: str = ""
    """Program of the policy pack that judges previews and updates."""


CASES: dict[str, Case] = {}
CONFIG = MappingProxyType(
    {
        "aws:region": "eu-west-1",
        "azure-native:location": "westeurope",
        "gcp:project": "acme-ml-dev",
        "gcp:region": "europe-west4",
    }
)


def case(
    *actions: Action,
    config: Mapping[str, str] | None = None,
    secret_config: Mapping[str, str] | None = None,
    place: Meddling | None = None,
    differs: Mapping[str, str] | None = None,
    pack: str = "",
) -> Callable[[Program], Program]:
    """Put a program into the corpus under its own name."""

    def register(program: Program) -> Program:
        name = program.__name__
        assert name not in CASES, f"two cases are called {name}"
        whole = {**CONFIG, **(config or {})}
        CASES[name] = Case(
            name, program, actions, lambda stack: whole, secret_config or {}, place, differs or {}, pack=pack
        )
        return program

    return register
