"""What the catalogue holds and where it comes from, computed from its files."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from simulator.catalogue import files
from simulator.catalogue.constraints import OF_A_CHANGE, read_facts
from simulator.catalogue.facts import Confidence, Fact, Rule
from simulator.catalogue.files import CatalogueFile
from simulator.catalogue.packages import PACKAGES
from simulator.catalogue.shapes import Shape, shape_from
from simulator.catalogue.violations import broken, is_refused, reaching

LEARNING: Final = ("sagemaker", "machinelearningservices", "vertex")
"""The modules whose types the report lists one by one."""
_SOURCE = re.compile(r"^([A-Za-z_-]+(?: [A-Za-z_-]+)*? v?\d[\w.]*|[A-Za-z_-]+)")


@dataclass
class Tried:
    """How many facts about values the check was tried on with a value that breaks them."""

    refused: int = 0
    passed: list[Fact] = field(default_factory=list)
    unbreakable: int = 0
    """Facts that every value keeps (a pattern that allows everything)."""

    @property
    def score(self) -> float:
        """Part of the broken facts that the check names; 1 when there is none."""
        tried = self.refused + len(self.passed)
        return self.refused / tried if tried else 1.0


@dataclass
class Row:
    """One resource type."""

    token: str
    inputs: int
    facts: int
    mapped: int
    known: int
    """Inputs that its sources looked for, ``mapped`` of which they found."""


@dataclass
class Count:
    """One cloud."""

    package: str
    version: str
    size: int
    """Bytes of the file."""
    rows: list[Row] = field(default_factory=list)
    properties: int = 0
    objects: int = 0
    by_rule: Counter[tuple[Rule, Confidence]] = field(default_factory=Counter)
    by_source: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    unused: Counter[str] = field(default_factory=Counter)
    tried: Tried = field(default_factory=Tried)


def count(package: str) -> Count:
    """Count what the file of a package holds, and try each of its facts about values."""
    catalogue = files.read(package)
    total = Count(package, catalogue.version, files.path_of(package).stat().st_size)
    for name in catalogue.names("object"):
        total.objects += 1
        total.properties += len(catalogue.body("object", name))
    for token in catalogue.names("type"):
        shape = shape_from(catalogue, token)
        facts = read_facts(catalogue, token)
        total.properties += len(shape.inputs) + len(shape.outputs)
        for fact in facts:
            total.by_rule[fact.rule, fact.confidence] += 1
            total.by_source[source_of(fact)] += 1
            _try(total.tried, fact, shape)
        total.rows.append(_row(catalogue, shape, facts, total))
    return total


def source_of(fact: Fact) -> str:
    """Return the model a fact comes from, without the place in it."""
    if fact.source.startswith("https://"):
        return "pages of the vendors"
    found = _SOURCE.match(fact.source)
    return found.group(1) if found else fact.source


def _row(catalogue: CatalogueFile, shape: Shape, facts: tuple[Fact, ...], total: Count) -> Row:
    told = catalogue.body("gathered", shape.token) or {}
    total.skipped.update(told.get("skipped", {}))
    for text in told.get("unused", ()):
        total.unused[text.split(": ", 1)[-1]] += 1
    mapped, missed = (sum(pair[place] for pair in told.get("mapped", {}).values()) for place in (0, 1))
    return Row(shape.token, len(shape.inputs), len(facts), mapped, mapped + missed)


def _try(tried: Tried, fact: Fact, shape: Shape) -> None:
    if fact.rule in OF_A_CHANGE:
        return
    value = next(iter(broken(fact, shape)), tried)
    if value is tried:
        tried.unbreakable += 1
    elif is_refused(fact, shape, *reaching(fact, shape, value)):
        tried.refused += 1
    else:
        tried.passed.append(fact)


def markdown(counts: list[Count], *, every_type: bool = False) -> str:
    """Write the report; with ``every_type`` the rows of all types, else those of the machine-learning services."""
    lines = [
        "# Catalogue of the simulator",
        "",
        "Written by `python -m simulator.catalogue verify --write`; do not edit. The catalogue holds the shapes of the",
        "pinned SDKs and what the vendors' API models state of their values; `make catalogue` builds it again.",
        "",
        "| | " + " | ".join(f"{PACKAGES[one.package]} {one.version}" for one in counts) + " |",
        "|---|" + "---:|" * len(counts),
        _line("Resource types", [len(one.rows) for one in counts]),
        _line("Object types", [one.objects for one in counts]),
        _line("Properties, inputs and outputs at every depth", [one.properties for one in counts]),
        _line("Facts", [one.by_rule.total() for one in counts]),
        _line("Types with facts", [sum(row.facts > 0 for row in one.rows) for one in counts]),
        _line("Size of the file, KiB", [round(one.size / 1024) for one in counts]),
        _text("Inputs that the sources found", [_rate(one.rows) for one in counts]),
        _text("Facts about values that are refused when broken", [_score(one.tried) for one in counts]),
        _line("Facts that no value breaks", [one.tried.unbreakable for one in counts]),
        "",
        "A fact of confidence `prose` rests on words of a description and only warns.",
        "",
        "## Facts by rule and confidence",
        "",
        "| Rule | Confidence | " + " | ".join(one.package for one in counts) + " |",
        "|---|---|" + "---:|" * len(counts),
        *(
            f"| {rule} | {confidence} | " + " | ".join(f"{one.by_rule[rule, confidence]:,}" for one in counts) + " |"
            for rule, confidence in sorted({key for one in counts for key in one.by_rule})
        ),
        "",
        "## Facts by source",
        "",
        "| Source | Facts |",
        "|---|---:|",
        *(
            f"| {source} | {number:,} |"
            for one in counts
            for source, number in sorted(one.by_source.items(), key=lambda pair: (-pair[1], pair[0]))
        ),
        "",
        "## Facts that were not taken",
        "",
        "| Cloud | Reason | Facts |",
        "|---|---|---:|",
        *(
            f"| {one.package} | {reason} | {number:,} |"
            for one in counts
            for reason, number in sorted((one.skipped + one.unused).items(), key=lambda pair: (-pair[1], pair[0]))
        ),
        "",
        "## Modules",
        "",
        "| Module | Types | Facts | Inputs found |",
        "|---|---:|---:|---:|",
        *(_module(name, rows) for one in counts for name, rows in _modules(one)),
        "",
        "## Types",
        "",
        "| Type | Inputs | Facts | Inputs found |",
        "|---|---:|---:|---:|",
        *(
            f"| {row.token} | {row.inputs} | {row.facts} | {_rate([row])} |"
            for one in counts
            for row in one.rows
            if every_type or _module_of(row.token) in LEARNING
        ),
    ]
    return "\n".join(lines) + "\n"


def _line(label: str, numbers: list[int]) -> str:
    return _text(label, [f"{number:,}" for number in numbers])


def _text(label: str, texts: list[str]) -> str:
    return f"| {label} | " + " | ".join(texts) + " |"


def _rate(rows: list[Row]) -> str:
    known = sum(row.known for row in rows)
    return f"{100 * sum(row.mapped for row in rows) / known:.0f} %" if known else "-"


def _score(tried: Tried) -> str:
    return f"{100 * tried.score:.1f} % of {tried.refused + len(tried.passed):,}"


def _module_of(token: str) -> str:
    return token.split(":")[1].split("/", maxsplit=1)[0]


def _modules(one: Count) -> list[tuple[str, list[Row]]]:
    found: dict[str, list[Row]] = {}
    for row in one.rows:
        found.setdefault(f"{one.package}:{_module_of(row.token)}", []).append(row)
    return sorted(found.items())


def _module(name: str, rows: list[Row]) -> str:
    return f"| {name} | {len(rows)} | {sum(row.facts for row in rows):,} | {_rate(rows)} |"
