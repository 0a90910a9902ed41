"""From a finding to the line that caused its resource: in the blueprint, the stack file, or the file of waivers.

A resource hangs below the component of a capability, and a capability is a key of the blueprint. Below that key the
line is the deepest one whose key is part of the resource's name (``feature_store.groups.usage`` for
``feature-store-usage``). A key that only the stack file's overrides hold is found there. What is in neither is there by
default: its cause is the line that chooses the blueprint.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from policies.report import Place
from policies.run import Finding
from stacks.project import PROJECT
from stacks.settings import StackFile
from stacks.source import Source, Trail, read

Locator = Callable[[Finding], Place | None]

_COMPONENT = re.compile(rf"{PROJECT}:index:(\w+)")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def in_project(file: StackFile, root: Path) -> Locator:
    """Finds the lines of a stack and its blueprint.

    Raises:
        TripodError: where the blueprint cannot be read.
    """
    name = file.config.get(f"{PROJECT}:blueprint", "")
    blueprint = read(root / "stacks" / "blueprints" / f"{name}.yaml", root, "blueprint", "write the file")
    default = Place(file=file.source.shown, line=_line_of(file.source, "blueprint"))

    def place(finding: Finding) -> Place | None:
        if finding.place:
            return Place.parse(finding.place)
        capability = capability_of(finding.urn)
        if not capability:
            return default
        found = max(_candidates(capability, finding.name, blueprint, file.source), default=None, key=lambda c: c[0])
        return found[1] if found else default

    return place


def capability_of(urn: str) -> str:
    """``feature_store`` for a resource below the component FeatureStore; empty where it is below none."""
    found = _COMPONENT.search(urn)
    return _HUMP.sub("_", found[1]).lower() if found else ""


def _candidates(
    capability: str, name: str, blueprint: Source, stack: Source
) -> Iterator[tuple[tuple[int, int, int], Place]]:
    """Lines below the capability's key, each with how well it fits: keys named, blueprint before overrides, order."""
    words = _words(name)[len(_words(capability)) :]
    for source, above, preferred in ((blueprint, 0, 1), (stack, 2, 0)):
        for trail, line in source.lines.items():
            below = trail[above:]
            if above and not _is_overrides(trail):
                continue
            if below[:1] == (capability,) and (fit := _fit(below[1:], words)) is not None:
                yield (fit, preferred, -line), Place(file=source.shown, line=line)


def _is_overrides(trail: Trail) -> bool:
    return trail[:1] == ("config",) and trail[1:2] in ((f"{PROJECT}:overrides",), ("overrides",))


def _fit(keys: Trail, words: list[str]) -> int | None:
    """How many words of a name the last key is; None where it is no part of the name."""
    if not keys:
        return 0
    last = _words(str(keys[-1]))
    runs = range(len(words) - len(last) + 1)
    return len(last) if last and any(words[i : i + len(last)] == last for i in runs) else None


def _words(text: str) -> list[str]:
    return [word for word in re.split(r"[^a-z0-9]+", text.lower()) if word]


def _line_of(source: Source, key: str) -> int:
    for trail in (("config", f"{PROJECT}:{key}"), ("config", key)):
        if trail in source.lines:
            return source.lines[trail]
    return 1
