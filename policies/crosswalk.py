"""Published rules and the controls that ask for the same: ``python -m policies.crosswalk [--write]``.

``crosswalk.json`` holds facts of others: the ids and short titles of published rules, and why a rule does not apply or
is still open. Which control covers a rule is said by the control itself (``covers``), so nothing is said twice. Covered
means that a stack which breaks the rule through Pulumi fails the control; it does not mean that both look at the same
cloud API. Deliberately not done: rules on supporting services out of other sources than the four named on the page.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from components.core.cloud import Cloud
from policies import page as computed
from policies.control import Control
from policies.registry import controls

DATA = Path(__file__).with_name("crosswalk.json")
PAGE = Path(__file__).parent.parent / "docs" / "crosswalk.md"


class Disposition(StrEnum):
    """What becomes of a published rule."""

    COVERED = "covered"
    NOT_APPLICABLE = "not applicable"
    OPEN = "open"


@dataclass(frozen=True, kw_only=True)
class PublishedRule:
    """One rule that somebody else published."""

    key: str
    """``source:id``."""
    cloud: Cloud
    title: str
    machine_learning: bool
    """Whether it is about a machine learning service; if not, about a service that an ML platform stands on."""

    @property
    def source(self) -> str:
        return self.key.partition(":")[0]

    @property
    def id(self) -> str:
        return self.key.partition(":")[2]


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the crosswalk."""

    rule: PublishedRule
    disposition: Disposition
    controls: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Data:
    """What ``crosswalk.json`` holds."""

    sources: Mapping[str, tuple[str, str]]
    """Title and page of each source."""
    rules: Mapping[str, PublishedRule]
    not_applicable: Mapping[str, str]
    """Why, by rule."""
    open: Mapping[str, str]
    """What is missing, by rule."""


@cache
def data() -> Data:
    """The published rules. Raises ValueError where a rule is disposed of twice or is not known."""
    raw = json.loads(DATA.read_text(encoding="utf-8"))
    rules = {
        key: PublishedRule(key=key, cloud=Cloud(cloud), title=title, machine_learning=kind == "machine_learning")
        for kind in ("machine_learning", "supporting")
        for key, (cloud, title) in raw[kind].items()
    }
    reasons = {word: _reasons(raw[word]) for word in ("not_applicable", "open")}
    named = [key for word in reasons for key in reasons[word]]
    twice = sorted(key for key, n in Counter(named).items() if n > 1)
    unknown = sorted(set(named) - set(rules))
    if twice or unknown:
        raise ValueError(f"{DATA.name}: disposed of twice: {twice}; not known: {unknown}")
    return Data(
        sources={key: (title, url) for key, (title, url) in raw["sources"].items()},
        rules=rules,
        not_applicable=reasons["not_applicable"],
        open=reasons["open"],
    )


def _reasons(groups: Iterable[Mapping[str, object]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for group in groups:
        keys = group["rules"]
        assert isinstance(keys, list)
        for key in keys:
            if key in found:
                raise ValueError(f"{DATA.name}: {key} is disposed of twice")
            found[key] = str(group["reason"])
    return found


def crosswalk(given: Iterable[Control]) -> tuple[Row, ...]:
    """What becomes of every published rule, in the order of the data.

    Raises ValueError for a rule of machine learning that nothing is said of, for one of which two things are said, and
    for a control that covers a rule that does not exist.
    """
    facts = data()
    covering: dict[str, list[str]] = {}
    for control in given:
        for key in control.covers:
            covering.setdefault(key, []).append(control.id)
    faults = [
        f"{key}: covered by {', '.join(ids)}, but no such rule"
        for key, ids in covering.items()
        if key not in facts.rules
    ]
    rows: list[Row] = []
    for key, rule in facts.rules.items():
        ids, reason = tuple(sorted(covering.get(key, ()))), facts.not_applicable.get(key)
        missing = facts.open.get(key)
        if sum((bool(ids), reason is not None, missing is not None)) > 1:
            faults.append(f"{key}: both covered and said not to be")
        elif ids:
            rows.append(Row(rule=rule, disposition=Disposition.COVERED, controls=ids))
        elif reason is not None:
            rows.append(Row(rule=rule, disposition=Disposition.NOT_APPLICABLE, reason=reason))
        elif missing is not None or not rule.machine_learning:
            rows.append(Row(rule=rule, disposition=Disposition.OPEN, reason=missing or "No control asks for it."))
        else:
            faults.append(f"{key}: nothing is said of it")
    if faults:
        raise ValueError("; ".join(faults))
    return tuple(rows)


def score(rows: Iterable[Row]) -> Mapping[Disposition, int]:
    """How many rules have each disposition."""
    counted = Counter(row.disposition for row in rows)
    return {d: counted[d] for d in Disposition}


def page(given: Iterable[Control]) -> str:
    """The crosswalk as Markdown."""
    rows = crosswalk(given)
    learning = [row for row in rows if row.rule.machine_learning]
    supporting = [row for row in rows if not row.rule.machine_learning]
    sources = data().sources
    far = sorted({row.rule.source for row in supporting})
    lines = [
        "# Crosswalk to published rules",
        "",
        "Written by `python -m policies.crosswalk --write`; do not edit.",
        "",
        "Titles are short forms; the text of a rule is its publisher's. A rule is *covered* where a stack that breaks",
        "it through Pulumi fails the control that is named. A check of a running account may see more: what was made",
        "by hand, and what is made by calls at run time.",
        "",
        "## Rules on machine learning services",
        "",
        *_table(learning, sources),
        "",
        "## Rules on the services that a platform stands on",
        "",
        f"As far as {', '.join(sources[s][0] for s in far)} go, on stores, keys, identities, networks,",
        "registries, queues, functions, logs and trails. Supporting rules of the other sources were not gone through.",
        "*Open* here means that no control asks for it, be it that the stacks do not use the service or that nobody",
        "has written the control yet.",
        "",
        *_table(supporting, sources),
    ]
    for source, (title, url) in sources.items():
        mine = [row for row in rows if row.rule.source == source]
        lines += [
            "",
            f"## {title}",
            "",
            f"<{url}>",
            "",
            "| rule | cloud | what it asks | disposition |",
            "|---|---|---|---|",
        ]
        lines += [
            f"| `{row.rule.id}` | {row.rule.cloud.value} | {row.rule.title} | {_words(row)} |"
            for row in mine
            if row.rule.machine_learning or row.disposition is not Disposition.OPEN
        ]
        rest = [row.rule.id for row in mine if not row.rule.machine_learning and row.disposition is Disposition.OPEN]
        if rest:
            lines += ["", f"Open, on supporting services: {', '.join(f'`{i}`' for i in rest)}."]
    return "\n".join(lines) + "\n"


def _table(rows: list[Row], sources: Mapping[str, tuple[str, str]]) -> list[str]:
    lines = ["| source | rules | covered | not applicable | open |", "|---|---|---|---|---|"]
    for source, (title, _) in sources.items():
        mine = [row for row in rows if row.rule.source == source]
        if mine:
            lines.append(f"| {title} | {len(mine)} | {' | '.join(str(n) for n in score(mine).values())} |")
    lines.append(f"| **all** | **{len(rows)}** | {' | '.join(f'**{n}**' for n in score(rows).values())} |")
    return lines


def _words(row: Row) -> str:
    if row.disposition is Disposition.COVERED:
        return ", ".join(f"[{c}](controls.md#{c})" for c in row.controls)
    return f"*{row.disposition.value}*: {row.reason}"


def main(arguments: list[str] | None = None) -> int:
    """Print the score; write the page, or fail where it is stale."""
    rows = crosswalk(controls())
    for name, part in (
        ("machine learning", [row for row in rows if row.rule.machine_learning]),
        ("supporting services", [row for row in rows if not row.rule.machine_learning]),
    ):
        print(f"{name}: {len(part)} rules, {', '.join(f'{n} {d.value}' for d, n in score(part).items())}")
    return computed.main("policies.crosswalk", "Crosswalk to published rules.", PAGE, page, arguments)


if __name__ == "__main__":
    raise SystemExit(main())
