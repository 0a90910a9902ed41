"""Options that ``simulate preview``, ``up``, ``refresh`` and ``destroy`` share: those of the Pulumi CLI."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import typer

from components.core.errors import Fault, TripodError
from simulator.engine.deployment import Deployment, Result
from simulator.engine.packs import Pack
from simulator.engine.targets import Selection, selection

_URN = "A URN, or one with * (anything but a colon) or ** (anything); repeatable."

Target = Annotated[list[str] | None, typer.Option("--target", "-t", help=f"Touch only this. {_URN}")]
TargetDependents = Annotated[bool, typer.Option("--target-dependents", help="And what depends on the targets.")]
Exclude = Annotated[list[str] | None, typer.Option("--exclude", help=f"Leave this out. {_URN}")]
ExcludeDependents = Annotated[bool, typer.Option("--exclude-dependents", help="And what depends on the exclusions.")]
Replace = Annotated[list[str] | None, typer.Option("--replace", help=f"Make this anew. {_URN}")]
TargetReplace = Annotated[list[str] | None, typer.Option("--target-replace", help="--target and --replace in one.")]
Parallel = Annotated[int, typer.Option("--parallel", "-p", min=1, help="Operations at the same time.")]
ContinueOnError = Annotated[
    bool, typer.Option("--continue-on-error", help="Go on with independent resources after a failure.")
]
RefreshFirst = Annotated[bool, typer.Option("--refresh", "-r", help="First make the state what the cloud says.")]
ExpectNoChanges = Annotated[bool, typer.Option("--expect-no-changes", help="Exit with 1 when anything changes.")]
PolicyPack = Annotated[
    list[Path] | None, typer.Option("--policy-pack", help="Judge by this pack, too: a directory; repeatable.")
]
PolicyPackConfig = Annotated[
    list[Path] | None, typer.Option("--policy-pack-config", help="JSON file for the --policy-pack at the same place.")
]
RunProgram = Annotated[bool, typer.Option("--run-program", help="Run the program first: its delete hooks need it.")]

UNCHANGED = frozenset({"same", "read", "read-replacement"})
"""Steps that do not count as a change."""


@dataclass(frozen=True)
class Choices:
    """What was chosen on the command line."""

    selection: Selection = field(default_factory=Selection)
    parallel: int = 8
    continue_on_error: bool = False
    refresh: bool = False
    packs: tuple[Pack, ...] = ()

    def onto(self, deployment: Deployment) -> Deployment:
        """The deployment, with these choices."""
        deployment.selection = self.selection
        deployment.parallel = self.parallel
        deployment.continue_on_error = self.continue_on_error
        deployment.packs = self.packs
        return deployment


def choose(
    *,
    target: Iterable[str] | None = None,
    target_dependents: bool = False,
    exclude: Iterable[str] | None = None,
    exclude_dependents: bool = False,
    replace: Iterable[str] | None = None,
    target_replace: Iterable[str] | None = None,
    parallel: int = 8,
    continue_on_error: bool = False,
    refresh: bool = False,
    policy_pack: Iterable[Path] | None = None,
    policy_pack_config: Iterable[Path] | None = None,
) -> Choices:
    """The choices of a command line.

    Raises:
        TripodError: where there are more configurations than packs.
        TargetError: where the options contradict each other.
    """
    packs, configs = list(policy_pack or ()), list(policy_pack_config or ())
    if len(configs) > len(packs):
        raise TripodError(
            Fault(
                where=f"--policy-pack-config {configs[len(packs)]}",
                what="there is no --policy-pack at the same place",
                allowed=f"at most {len(packs)} configurations",
                remedy="name the pack that it configures",
            )
        )
    padded = [*configs, *[None] * (len(packs) - len(configs))]
    return Choices(
        selection(
            target=list(target or ()),
            exclude=list(exclude or ()),
            replace=list(replace or ()),
            target_replace=list(target_replace or ()),
            target_dependents=target_dependents,
            exclude_dependents=exclude_dependents,
        ),
        parallel,
        continue_on_error,
        refresh,
        tuple(Pack(pack, config) for pack, config in zip(packs, padded, strict=True)),
    )


def changed(result: Result) -> str:
    """What changed, in words; empty where nothing did."""
    return ", ".join(f"{count} {op}" for op, count in result.counts.items() if op not in UNCHANGED)
