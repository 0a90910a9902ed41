"""The score of the mutation test, and its page: ``python -m tests.policies.mutation.score`` writes it."""

from __future__ import annotations

import functools
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from components.core.cloud import Cloud
from policies.page import TITLES
from policies.verdict import Verdict
from tests.policies.mutation.decisions import Decision, Key, decide, decisions
from tests.policies.mutation.graphs import graphs
from tests.policies.mutation.judging import Judge
from tests.policies.mutation.mutants import mutants

PAGE = Path(__file__).resolve().parents[3] / "docs" / "policies" / "mutation.md"
HEAD = """# Mutation score of the policy pack

Computed by `python -m tests.policies.mutation.score`; a test fails when it is stale.

Every stack of the kit under the profile `regulated` (`prod`, `lake`, `demand`, with every value known) is weakened in
one place at a time, wherever its graph allows: resources left out, protection lifted, truth values flipped, keys,
conditions, tags and other guards left out, amounts lowered or raised, words of a setting reversed, address ranges
opened, grants widened; in properties and in the JSON documents inside them (`tests/policies/mutation/mutants.py`).
What the provider would refuse is no mutant. A mutant is **caught** when a control fails that did not fail before. What
passes is decided by hand in `tests/policies/mutation/decisions.yaml`: it **matters and is missed**, or it is
**harmless**, with the reason. The score is the share of what matters that is caught.
"""


@dataclass
class Score:
    """What became of the mutants of one cloud."""

    resources: int = 0
    caught: Counter[str] = field(default_factory=Counter)
    """By change."""
    crashed: list[str] = field(default_factory=list)
    missed: Counter[Key] = field(default_factory=Counter)
    harmless: Counter[Decision] = field(default_factory=Counter)
    used: set[Key] = field(default_factory=set)
    """The words of decisions that fitted a survivor."""
    undecided: set[Key] = field(default_factory=set)

    @property
    def percent(self) -> float:
        """Share of what matters that is caught, in percent."""
        return 100 * self.caught.total() / (self.caught.total() + self.missed.total())


@functools.cache
def score(cloud: Cloud) -> Score:
    """Weaken every stack of a cloud in every way and judge each mutant."""
    found = Score()
    for resources in graphs(cloud).values():
        judge = Judge(cloud, resources)
        found.resources += len(resources)
        for mutant in (m for resource in resources for m in mutants(resource)):
            hit = next(judge.hits(mutant), None)
            if hit is None:
                _file(found, mutant.key)
                continue
            found.caught[mutant.change] += 1
            if hit.verdict is Verdict.ERROR:
                found.crashed.append(f"{mutant}: {hit.control}: {hit.message}")
    return found


def _file(found: Score, key: Key) -> None:
    decision = decide(key)
    if decision is None:
        found.undecided.add(key)
        return
    found.used |= decision.fits(key)
    if decision.matters:
        found.missed[key] += 1
    else:
        found.harmless[decision] += 1


def page() -> str:
    """The page of the documentation."""
    scores = [score(cloud) for cloud in Cloud]
    lines = [HEAD, "| cloud | resources | caught | matters, missed | score | harmless |", "|---|---|---|---|---|---|"]
    for title, one in zip(TITLES.values(), scores, strict=True):
        cells = (one.resources, one.caught.total(), one.missed.total(), f"{one.percent:.1f} %", one.harmless.total())
        lines.append(f"| {title} | " + " | ".join(map(str, cells)) + " |")
    lines += [
        "",
        "## Caught, by what was done",
        "",
        "| change | " + " | ".join(TITLES.values()) + " |",
        "|---|---|---|---|",
    ]
    for change in sorted({change for one in scores for change in one.caught}):
        lines.append(f"| {change} | " + " | ".join(str(one.caught[change]) for one in scores) + " |")
    lines += ["", "## Matters, missed", "", "| type | where | change | mutants | why |", "|---|---|---|---|---|"]
    places: dict[Key, dict[str, int]] = defaultdict(dict)
    for key, number in sorted(sum((one.missed for one in scores), Counter()).items()):
        decision = decide(key)
        assert decision is not None
        places[key[0], key[2], decision.reason][key[1] or "-"] = number
    for (token, change, reason), numbers in places.items():
        shown = ", ".join(f"`{path}`" for path in numbers)
        lines.append(f"| `{token}` | {shown} | {change} | {sum(numbers.values())} | {reason} |")
    lines += ["", "## Harmless", "", "| types | where | change | mutants | why |", "|---|---|---|---|---|"]
    for decision in (one for one in decisions() if not one.matters):
        number = sum(one.harmless[decision] for one in scores)
        cells = (" ".join(f"`{word}`" for word in words) for words in (decision.types, decision.paths))
        lines.append(f"| {' | '.join(cells)} | {' '.join(decision.changes)} | {number} | {decision.reason} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
